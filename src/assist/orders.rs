//! Work orders for the hotline (12345 工单): what is known of a conversation, in its fields.

use super::handover::local;
use super::talk::{TalkError, Talks};
use super::{Assist, ItemView};
use crate::desk::{Business, Why, title, urgency};
use crate::dialog::State;
use crate::guide::{ITEM, SourceKind};
use crate::store::{Contact, Conversation, EventKind};
use crate::text::mask;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Messages back that a work order tells of.
const BACK: i64 = 20;

/// Sources of the guide that a work order names at most.
const SOURCES: usize = 10;

/// A message that was left.
pub(super) struct Left<'a> {
    pub(super) ticket: &'a str,
    pub(super) words: &'a str,
    pub(super) contact: &'a Contact,
}

impl Talks {
    /// The work order for a conversation that is handed over: for a message that was left, and for whoever complains
    /// or needs help. `None` where nobody is told of work orders, or it is a mere question.
    pub(super) async fn order(
        &self,
        assist: &Assist,
        (before, state): (&Conversation, &State),
        why: Why,
        left: Option<Left<'_>>,
        now: Timestamp,
    ) -> Result<Option<Value>, TalkError> {
        if !self.desks.tells(EventKind::WorkorderCreated) {
            return Ok(None);
        }
        let route = self.desks.last_route(&before.id).await?;
        let route = route.as_deref();
        let business = Business::of(why, route);
        if left.is_none() && business == Business::Consultation {
            return Ok(None);
        }
        let said = self.messages(&before.id, (before.seq - BACK).max(0), BACK).await?;
        let said = said.iter().filter(|message| message.kind == "citizen");
        let said: Vec<&str> = said.filter_map(|message| message.body["text"].as_str()).collect();
        let content = match &left {
            // Masked here too: it comes from outside.
            Some(left) => mask(left.words).text,
            None => said.join("\n"),
        };
        let class = self.rules.classes.of(&content).or_else(|| self.rules.classes.of(&said.join("\n")));
        let contact = left.as_ref().map(|left| left.contact);
        let focus = state.focus.as_ref();
        let place = state.place.as_ref();
        let view = focus.and_then(|focus| {
            let region = place.map(|place| &place.code);
            let today = local(now).date();
            assist.item(focus.item.as_str(), region, &focus.answers, today).ok().map(|(_, view)| view)
        });
        Ok(Some(json!({
            "number": left.as_ref().map(|left| left.ticket),
            "conversation": before.id,
            "accepted_at": now.to_string(),
            "channel": "智能问答",
            "urgency": urgency(why, route),
            "business": business.word(),
            "title": title(business, &content),
            "content": content,
            "earlier": said,
            "class": class.map(|class| json!({ "id": class.id, "name": class.name })),
            "class_scheme": self.rules.classes.source,
            "region": place.map(|place| json!({ "code": place.code.as_str(), "name": place.name })),
            "why": why.word(),
            "route": route,
            "item": focus.map(|focus| json!({
                "code": focus.item.as_str(),
                "name": focus.name,
                "business_item": focus.answers.get(ITEM).and_then(|cases| cases.first()),
                "guide": view.as_ref().and_then(|view| view.card.code.clone()),
                "updated_at": view.as_ref().and_then(|view| view.card.updated_at.map(|day| day.to_string())),
            })),
            "sources": view.as_ref().map(sources).unwrap_or_default(),
            "contact_left": contact.is_some_and(|given| given.name.is_some() || given.phone.is_some()),
            "phone": contact.and_then(|given| given.phone.as_deref()).map(|phone| mask(phone).text),
        })))
    }
}

/// Where the guide that was answered from has its facts, each once.
fn sources(view: &ItemView) -> Vec<String> {
    let card = &view.card;
    let lines = card.head.iter().chain(&card.conditions).chain(&card.limits).chain(&card.channels);
    let cited = lines.filter(|line| line.value.is_some()).flat_map(|line| &line.citation.sources);
    let mut named: Vec<String> = Vec::new();
    for source in cited.filter(|source| source.kind != SourceKind::Unverified) {
        if !named.contains(&source.reference) && named.len() < SOURCES {
            named.push(source.reference.clone());
        }
    }
    named
}
