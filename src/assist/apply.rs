//! On to the application (去办理): online with what was settled here, and the way to a counter in any case.

use super::answer::ItemView;
use super::content::SharedCalendar;
use super::handover::{self, local};
use super::lookup::{self, view_of};
use super::ticket::{Issued, Ticket, Tickets};
use super::{AskError, Assist};
use crate::config::Apply;
use crate::desk::{Holidays, Opening, Week};
use crate::dialog::wording;
use crate::guide::{
    Answers, Citation, Entrance, Guide, Hall, ITEM, Line, NotOnline, Place, RegionCode, desk_lines, links,
    place_lines,
};
use crate::search::Fit;
use crate::store::{DatabaseError, KeyError, Links, Signer};
use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::Url;
use std::path::Path;

/// What can go wrong on the way.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The item.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The store.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// The address to apply at.
#[derive(Clone, Debug, PartialEq)]
pub struct Online {
    /// As the guide has it.
    pub url: String,
    /// Where it was read.
    pub citation: Citation,
}

/// A place to go to.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    /// Its name.
    pub name: String,
    /// The hall's division; `None` where the guide itself names the place.
    pub hall: Option<RegionCode>,
    /// Address, window, hours, phone, as far as they are known.
    pub lines: Vec<Line>,
    /// Whether it is open, where its hours can be read.
    pub opening: Opening,
    /// The same in a sentence.
    pub told: Option<String>,
}

/// How an item is applied for in a place, from somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its card, for names and citations.
    pub view: ItemView,
    /// Where it is applied from.
    pub entrance: Entrance,
    /// The address, or why there is none.
    pub online: Result<Online, NotOnline>,
    /// From where else it can be applied for online.
    pub others: Vec<Entrance>,
    /// Places to go to.
    pub counters: Vec<Counter>,
    /// 可否预约
    pub appointment: Line,
    /// 咨询电话
    pub consult: Line,
    /// Answers that the guide asks for; others were left out.
    pub answers: Answers,
    /// The place that was asked for, or the guide's.
    pub region: Option<RegionCode>,
}

/// Sends people on.
pub struct Applications {
    tickets: Tickets,
    links: Links,
    /// Whether addresses are looked at: what was known of them before says nothing any more where they are not.
    looked_at: bool,
    hosts: Vec<String>,
    calendar: SharedCalendar,
    holidays: Holidays,
}

impl Applications {
    /// As it was set up; the key is made in the folder of what is kept where none is named. The calendar says on which
    /// days counters are open, `holidays` for which years that is known.
    pub fn open(
        apply: &Apply,
        data: &Path,
        (links, looked_at): (Links, bool),
        (calendar, holidays): (SharedCalendar, Holidays),
    ) -> Result<Applications, KeyError> {
        let signer = match &apply.key {
            Some(file) => Signer::read(file, apply.algorithm)?,
            None => Signer::open(&data.join("ticket.key"), apply.algorithm)?,
        };
        Ok(Applications {
            tickets: Tickets::of(signer, apply.ticket_minutes),
            links,
            looked_at,
            hosts: apply.hosts.clone(),
            calendar,
            holidays,
        })
    }

    /// Addresses and clicks.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// How an item is applied for.
    pub async fn look(
        &self,
        assist: &Assist,
        (code, region): (&str, Option<&RegionCode>),
        (entrance, answers): (Entrance, &Answers),
        (now, today): (Timestamp, Date),
    ) -> Result<Application, ApplyError> {
        let (guide, view, hall) = assist.guide_for(code, region, answers, today)?;
        let mut online = self.online(&guide, view.fit, entrance, today).await?;
        let mut others = Vec::new();
        for other in Entrance::ALL.into_iter().filter(|other| *other != entrance) {
            if self.online(&guide, view.fit, other, today).await?.is_ok() {
                others.push(other);
            }
        }
        // An address that nobody can go to is no other one.
        if others.is_empty() && online == Err(NotOnline::OtherEntrance) {
            online = Err(self.why_not(&guide, view.fit, today).await?);
        }
        let mut counters: Vec<Counter> = guide
            .places
            .iter()
            .map(|place| self.counter(place, None, place_lines(&guide, place), now))
            .collect();
        counters.extend(
            hall.map(|hall| self.counter(&hall.place, Some(hall.region_code.clone()), hall.lines(), now)),
        );
        let (appointment, consult) = desk_lines(&guide);
        Ok(Application {
            answers: asked_for(&guide, answers),
            region: region.or(guide.place_code()).cloned(),
            entrance,
            online,
            others,
            counters,
            appointment,
            consult,
            view,
        })
    }

    fn counter(&self, place: &Place, hall: Option<RegionCode>, lines: Vec<Line>, now: Timestamp) -> Counter {
        let week = place.hours.as_deref().and_then(Week::parse);
        let opening =
            week.map_or(Opening::Unknown, |week| week.at(local(now), &self.calendar.now(), &self.holidays));
        let told = match opening {
            Opening::Until(at) => Some(wording::counter_open(&handover::opening(at))),
            Opening::From(at) => Some(wording::counter_closed(&handover::opening(at))),
            Opening::Unknown => None,
        };
        Counter { name: place.name.clone(), hall, lines, opening, told }
    }

    async fn online(
        &self,
        guide: &Guide,
        fit: Fit,
        entrance: Entrance,
        today: Date,
    ) -> Result<Result<Online, NotOnline>, DatabaseError> {
        let (field, url) = match guide.apply_at(entrance, today) {
            Ok(_) if fit == Fit::Elsewhere => return Ok(Err(NotOnline::Elsewhere)),
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        if !Url::parse(url).is_ok_and(|url| self.goes_to(&url)) {
            return Ok(Err(NotOnline::NotAllowed));
        }
        if self.looked_at && self.links.one(url).await?.is_some_and(|link| link.dead()) {
            return Ok(Err(NotOnline::Dead));
        }
        let citation =
            Citation { field: field.to_owned(), sources: guide.provenance.of(field, None).to_vec() };
        Ok(Ok(Online { url: url.to_owned(), citation }))
    }

    /// Why none of a guide's addresses can be gone to: the first that has one says.
    async fn why_not(&self, guide: &Guide, fit: Fit, today: Date) -> Result<NotOnline, DatabaseError> {
        for other in Entrance::ALL {
            match self.online(guide, fit, other, today).await? {
                Err(NotOnline::OtherEntrance) | Ok(_) => {}
                Err(why) => return Ok(why),
            }
        }
        Ok(NotOnline::NotStated)
    }

    fn goes_to(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let below = |allowed: &String| {
            host == allowed || host.strip_suffix(allowed.as_str()).is_some_and(|left| left.ends_with('.'))
        };
        self.hosts.is_empty() || self.hosts.iter().any(below)
    }

    /// Makes the ticket for somebody who goes on, and counts him; nothing is kept of who it was.
    pub async fn go(
        &self,
        application: &Application,
        conversation: Option<&str>,
        (now, today): (Timestamp, Date),
    ) -> Result<Issued, ApplyError> {
        let (card, channel) = (&application.view.card, application.entrance.word());
        self.links.click(card.key.as_str(), channel, today).await?;
        let ticket = Ticket {
            item: card.key.to_string(),
            guide: card.code.clone(),
            region: application.region.as_ref().map(RegionCode::to_string),
            answers: application.answers.clone(),
            conversation: conversation.map(str::to_owned),
            channel: channel.to_owned(),
            issued_at: 0,
            expires_at: 0,
            id: String::new(),
        };
        Ok(self.tickets.issue(ticket, now))
    }
}

/// The address with the ticket along: a further parameter of the page.
pub(super) fn with_ticket(url: &str, ticket: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            url.query_pairs_mut().append_pair("bangban_ticket", ticket);
            url.into()
        }
        Err(_) => url.to_owned(),
    }
}

impl Online {
    /// The address with the ticket along.
    pub fn with(&self, issued: &Issued) -> String {
        with_ticket(&self.url, &issued.text)
    }
}

/// Answers to questions that the guide asks, with options that it has: nothing else goes along.
fn asked_for(guide: &Guide, answers: &Answers) -> Answers {
    let has = |id: &str, option: &str| match id {
        ITEM => guide.business_items.iter().any(|item| item.name == option),
        id => guide.situations.iter().any(|s| s.id == id && s.options.iter().any(|o| o.id == option)),
    };
    let mut kept = Answers::default();
    for (id, options) in answers.iter() {
        options.iter().filter(|option| has(id, option)).for_each(|option| kept.choose(id, option));
    }
    kept
}

impl Assist {
    /// The guide of an item for a place with its card, and the hall where it names no place to go to.
    fn guide_for(
        &self,
        code: &str,
        region: Option<&RegionCode>,
        answers: &Answers,
        today: Date,
    ) -> Result<(Guide, ItemView, Option<Hall>), AskError> {
        let search = self.search();
        let item = self.find_item(&search, code)?;
        let (guide, fit) = match lookup::own(&search, code, region, today)? {
            Some(guide) => (guide, Fit::Own),
            None => match search.place(item, region, today)? {
                Some(placed) => (placed.guide, placed.fit),
                None => return Err(AskError::NotInForce(code.to_owned())),
            },
        };
        let place = region.or(guide.place_code());
        let hall = place.filter(|_| guide.places.is_empty()).and_then(|place| search.hall(place)).cloned();
        let view = view_of(&search, item, &guide, fit, answers, today);
        Ok((guide, view, hall))
    }

    /// Every address that a guide in force has for applying, once, as (address, host, code of a guide).
    pub fn links(&self, today: Date) -> Result<Vec<(String, String, String)>, AskError> {
        let mut found = std::collections::BTreeMap::new();
        self.search().each_guide(&mut |guide| {
            if guide.in_force(today).is_err() || guide.synthetic {
                return;
            }
            for url in links(guide) {
                let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
                let Some(host) = parsed.and_then(|url| url.host_str().map(str::to_owned)) else { continue };
                let code = guide.task_code.as_ref().map(|code| code.as_str().to_owned());
                found
                    .entry(url.to_owned())
                    .or_insert_with(|| (host, code.unwrap_or_else(|| guide.item_key().to_string())));
            }
        })?;
        Ok(found.into_iter().map(|(url, (host, code))| (url, host, code)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_guide_asks_goes_along() {
        let guide: Guide = serde_json::from_str(
            r#"{"name":"甲","business_items":[{"name":"补领"}],"situations":[{"id":"agent","question":"谁办？","options":[{"id":"self","label":"本人"}]}]}"#,
        )
        .unwrap();
        let given: Answers =
            [("item", "补领"), ("item", "别的"), ("agent", "self"), ("agent", "张三"), ("name", "张三")]
                .into_iter()
                .collect();
        let want: Answers = [("item", "补领"), ("agent", "self")].into_iter().collect();
        assert_eq!(asked_for(&guide, &given), want);
    }

    #[test]
    fn the_ticket_is_one_more_parameter() {
        for (url, want) in [
            ("https://a.cn/x", "https://a.cn/x?bangban_ticket=v1.a-b_c"),
            ("https://a.cn/x?id=1#/top", "https://a.cn/x?id=1&bangban_ticket=v1.a-b_c#/top"),
        ] {
            assert_eq!(with_ticket(url, "v1.a-b_c"), want);
        }
    }
}
