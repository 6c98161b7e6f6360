//! How an item is applied for: online with a ticket, and at a counter.

use super::card::{cited, fit_word, shown};
use super::{CitationShape, LineShape, RegionShape, region};
use crate::assist::{Application, Assist, Counter, Issued};
use crate::desk::Opening;
use crate::dialog::wording;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Somebody goes on to the online application.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ApplyRequest {
    /// Division code of the applicant.
    #[schema(example = "150702")]
    pub region: Option<String>,
    /// `pc` (when absent), `app`, `mini_program` or `terminal`.
    pub channel: Option<String>,
    /// Answers to 情形 questions: question id → chosen option ids; `item` for the 业务办理项.
    #[serde(default)]
    pub answers: BTreeMap<String, Vec<String>>,
    /// The conversation that it comes from; its token stands in `Authorization`.
    pub conversation: Option<String>,
}

/// How an item is applied for in a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplyResponse {
    /// Key of the item.
    pub item: String,
    /// 事项名称
    pub name: String,
    /// 实施编码, or the best code the guide has.
    pub code: Option<String>,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// `own`, `above`, `highest` or `elsewhere`: how that place stands to the one asked for.
    pub fit: &'static str,
    /// Where it is applied from.
    pub channel: &'static str,
    /// The online application; `null` where nobody is sent there.
    pub online: Option<OnlineShape>,
    /// Why not: `on_site`, `stale`, `elsewhere`, `synthetic`, `other_channel`, `not_stated`, `not_allowed`, `dead`.
    pub reason: Option<&'static str>,
    /// The same in a sentence.
    pub reason_text: Option<&'static str>,
    /// Channels from which it can be applied for online.
    pub other_channels: Vec<&'static str>,
    /// The way to a counter.
    pub offline: OfflineShape,
}

/// The online application.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnlineShape {
    /// The address, as the guide has it.
    pub url: String,
    /// Where it was read.
    pub citation: CitationShape,
    /// What was settled here, signed (`docs/TICKET.md`); made when somebody goes on, with POST.
    pub ticket: Option<String>,
    /// The address with the ticket along.
    pub open_url: Option<String>,
    /// From when on the ticket is good no longer.
    pub expires_at: Option<String>,
}

/// The way to a counter.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfflineShape {
    /// What to know before going there, where the guide names no place.
    pub notice: Option<&'static str>,
    /// Places to go to; none where neither the guide nor the place's hall is known.
    pub places: Vec<CounterShape>,
    /// 可否预约
    pub appointment: LineShape,
    /// 咨询电话
    pub consult: LineShape,
}

/// A place to go to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterShape {
    /// Its name.
    pub name: String,
    /// The division whose hall it is; `null` where the guide itself names the place.
    pub hall: Option<RegionShape>,
    /// Address, window, hours, phone, as far as they are known.
    pub lines: Vec<LineShape>,
    /// Whether it is open; `null` where its hours, or the holidays, leave a doubt.
    pub open_now: Option<bool>,
    /// Until when it is open, with the zone.
    pub closes_at: Option<String>,
    /// When it opens next, with the zone.
    pub next_opening: Option<String>,
    /// The same in a sentence.
    pub text: Option<String>,
}

/// How an item is applied for; with a ticket where somebody goes on.
pub fn application(assist: &Assist, application: &Application, issued: Option<&Issued>) -> ApplyResponse {
    let view = &application.view;
    let card = &view.card;
    let record = card.code.as_deref().unwrap_or(card.key.as_str());
    let line = |line: &crate::guide::Line| shown(line, cited(record, &line.citation));
    let reason = application.online.as_ref().err().copied();
    let from_hall = application.counters.iter().any(|counter| counter.hall.is_some());
    ApplyResponse {
        item: card.key.to_string(),
        name: card.name.clone(),
        code: card.code.clone(),
        region: view.place.as_ref().map(region),
        fit: fit_word(view.fit),
        channel: application.entrance.word(),
        online: application.online.as_ref().ok().map(|online| OnlineShape {
            url: online.url.clone(),
            citation: cited(record, &online.citation),
            ticket: issued.map(|issued| issued.text.clone()),
            open_url: issued.map(|issued| online.with(issued)),
            expires_at: issued.map(|issued| issued.expires_at.to_string()),
        }),
        reason: reason.map(|why| why.word()),
        reason_text: reason.map(wording::not_online),
        other_channels: application.others.iter().map(|other| other.word()).collect(),
        offline: OfflineShape {
            notice: from_hall.then_some(wording::GO_TO_HALL),
            places: application
                .counters
                .iter()
                .map(|counter| self::counter(assist, counter, record))
                .collect(),
            appointment: line(&application.appointment),
            consult: line(&application.consult),
        },
    }
}

fn counter(assist: &Assist, counter: &Counter, guide: &str) -> CounterShape {
    let record = match &counter.hall {
        Some(code) => format!("hall-{code}"),
        None => guide.to_owned(),
    };
    let (open_now, closes_at, next_opening) = match counter.opening {
        Opening::Until(at) => (Some(true), Some(at), None),
        Opening::From(at) => (Some(false), None, Some(at)),
        Opening::Unknown => (None, None, None),
    };
    CounterShape {
        name: counter.name.clone(),
        hall: counter.hall.as_ref().map(|code| region(&assist.place(code))),
        lines: counter.lines.iter().map(|line| shown(line, cited(&record, &line.citation))).collect(),
        open_now,
        closes_at: closes_at.map(zoned),
        next_opening: next_opening.map(zoned),
        text: counter.told.clone(),
    }
}

/// A time in China, as RFC 3339 has it.
fn zoned(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}
