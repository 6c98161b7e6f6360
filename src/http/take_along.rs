//! A conversation as it was kept, for pages without scripts and to take along.

use crate::dialog::wording;
use crate::store::Message;
use askama::Template;
use serde::Deserialize;
use std::fmt::Write;

/// A message as it was kept; see `wire/chat.rs` for every field.
#[derive(Deserialize)]
pub(super) struct Shown {
    pub(super) kind: String,
    pub(super) at: String,
    pub(super) text: Option<String>,
    pub(super) reply: Option<Reply>,
    pub(super) agent: Option<Agent>,
    pub(super) card: Option<Card>,
}

#[derive(Deserialize)]
pub(super) struct Agent {
    pub(super) number: String,
}

#[derive(Deserialize)]
pub(super) struct Reply {
    pub(super) say: Vec<String>,
    pub(super) heard: Option<String>,
    pub(super) sides: Vec<Side>,
    pub(super) card: Option<Card>,
    pub(super) cards: Vec<Card>,
    pub(super) materials: Vec<Merged>,
    pub(super) bundle: Option<Bundle>,
    pub(super) compared: Option<Compared>,
    pub(super) ask: Option<Ask>,
    pub(super) offers: Vec<Button>,
}

#[derive(Deserialize)]
pub(super) struct Side {
    pub(super) lines: Vec<Line>,
}

#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) citation: Citation,
}

#[derive(Deserialize)]
pub(super) struct Citation {
    pub(super) sources: Vec<Source>,
}

#[derive(Deserialize)]
pub(super) struct Source {
    pub(super) text: String,
}

#[derive(Deserialize)]
pub(super) struct Card {
    pub(super) name: String,
    /// Absent in what was kept before there was one.
    pub(super) name_mn: Option<Line>,
    pub(super) business_item: Option<String>,
    pub(super) code: Option<String>,
    pub(super) region: Option<Region>,
    pub(super) version: Option<String>,
    pub(super) updated_at: Option<String>,
    pub(super) notices: Vec<String>,
    pub(super) materials: Materials,
    pub(super) conditions: Vec<Line>,
    pub(super) limits: Vec<Line>,
    pub(super) channels: Vec<Line>,
    pub(super) hall: Option<Hall>,
    pub(super) online_url: Option<String>,
    pub(super) flow: Vec<Line>,
    pub(super) results: Vec<Line>,
    pub(super) basis: Vec<Line>,
}

#[derive(Deserialize)]
pub(super) struct Materials {
    pub(super) summary: String,
    pub(super) list: Vec<Material>,
}

#[derive(Deserialize)]
pub(super) struct Material {
    pub(super) name: String,
    pub(super) quantity: Option<String>,
    pub(super) state: String,
    pub(super) citation: Citation,
}

#[derive(Deserialize)]
pub(super) struct Hall {
    pub(super) notice: String,
    pub(super) name: String,
    pub(super) lines: Vec<Line>,
}

#[derive(Deserialize)]
pub(super) struct Region {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Merged {
    pub(super) name: String,
    pub(super) used_by: Vec<String>,
    /// Absent in what was kept before there was one.
    #[serde(default)]
    pub(super) state: String,
}

#[derive(Deserialize)]
pub(super) struct Bundle {
    pub(super) members: Vec<Member>,
}

#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) title: String,
    pub(super) code: Option<String>,
    pub(super) after: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

#[derive(Deserialize)]
pub(super) struct Column {
    pub(super) asked: Region,
}

#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) values: Vec<Option<String>>,
    pub(super) differs: bool,
}

#[derive(Deserialize)]
pub(super) struct Ask {
    pub(super) text: String,
    pub(super) multi: bool,
    pub(super) options: Vec<Button>,
}

#[derive(Deserialize)]
pub(super) struct Button {
    pub(super) id: String,
    pub(super) label: String,
}

#[derive(Template)]
#[template(path = "transcript.html")]
struct Transcript {
    messages: Vec<Shown>,
    silent: &'static str,
}

/// Messages as pages show them.
pub(super) fn shown(messages: &[Message]) -> Result<Vec<Shown>, serde_json::Error> {
    messages.iter().map(|kept| serde_json::from_value(super::wire::chat::message(kept))).collect()
}

/// The conversation as a page of its own.
pub(super) fn html(messages: &[Message]) -> anyhow::Result<String> {
    Ok(Transcript { messages: shown(messages)?, silent: wording::NOT_STATED }.render()?)
}

/// The conversation as plain text.
pub(super) fn text(messages: &[Message]) -> anyhow::Result<String> {
    let mut out = String::new();
    for message in shown(messages)? {
        let who = match (message.kind.as_str(), &message.agent) {
            ("citizen", _) => "您".to_owned(),
            ("agent", Some(agent)) => format!("人工客服 {}", agent.number),
            ("event", _) => "※".to_owned(),
            _ => "帮办".to_owned(),
        };
        writeln!(out, "[{}] {who}", message.at)?;
        for line in message.text.iter().filter(|text| !text.is_empty()) {
            writeln!(out, "{line}")?;
        }
        if let Some(reply) = &message.reply {
            reply.say.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            reply.sides.iter().try_for_each(|side| lines(&mut out, &side.lines))?;
            reply.card.iter().chain(&reply.cards).try_for_each(|card| self::card(&mut out, card))?;
            for member in reply.bundle.iter().flat_map(|bundle| &bundle.members) {
                writeln!(out, "· {}", member.title)?;
            }
            for material in &reply.materials {
                writeln!(out, "- {}（{}）", material.name, material.used_by.join("、"))?;
            }
            for row in reply.compared.iter().flat_map(|compared| &compared.rows).filter(|row| row.differs) {
                let values = row.values.iter().map(|v| v.as_deref().unwrap_or(wording::NOT_STATED));
                writeln!(out, "≠ {}：{}", row.label, values.collect::<Vec<_>>().join(" | "))?;
            }
            if let Some(ask) = &reply.ask {
                let options: Vec<&str> = ask.options.iter().map(|option| option.label.as_str()).collect();
                writeln!(out, "{} {}", ask.text, options.join(" / "))?;
            }
        }
        message.card.iter().try_for_each(|card| self::card(&mut out, card))?;
        writeln!(out)?;
    }
    Ok(out)
}

fn lines(out: &mut String, list: &[Line]) -> std::fmt::Result {
    for line in list {
        let sources: Vec<&str> = line.citation.sources.iter().map(|source| source.text.as_str()).collect();
        let from = if sources.is_empty() { String::new() } else { format!("〔{}〕", sources.join("；")) };
        writeln!(out, "  {}：{}{from}", line.label, line.text)?;
    }
    Ok(())
}

fn card(out: &mut String, card: &Card) -> std::fmt::Result {
    let case = card.business_item.as_ref().map(|case| format!("（{case}）")).unwrap_or_default();
    writeln!(out, "【{}{case}】", card.name)?;
    card.name_mn.iter().try_for_each(|line| writeln!(out, "{}", line.text))?;
    card.notices.iter().try_for_each(|notice| writeln!(out, "※ {notice}"))?;
    writeln!(out, "{}", card.materials.summary)?;
    for (at, material) in card.materials.list.iter().enumerate() {
        let quantity = material.quantity.as_ref().map(|q| format!("　{q}")).unwrap_or_default();
        writeln!(out, "  {}. {}{quantity}", at + 1, material.name)?;
    }
    lines(out, &card.limits)?;
    lines(out, &card.channels)?;
    let version = card.version.as_deref().unwrap_or(wording::NOT_STATED);
    let day = card.updated_at.as_deref().unwrap_or(wording::NOT_STATED);
    writeln!(out, "  依据：《{}》办事指南，版本 {version}，更新于 {day}", card.name)
}
