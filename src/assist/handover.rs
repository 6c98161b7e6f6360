//! From the program to a person and back: what the citizen does.

use super::orders::Left;
use super::talk::{Sent, TalkError, Talks, hash};
use super::{Assist, Turn};
use crate::config;
use crate::desk::{
    self, Act, Calendar, Classes, Closed, Group, Holidays, Offer, Presence, Seat, Staffer, Stage, Wait, Who,
    Why, group_for, offer,
};
use crate::dialog::{Route, State, Status, wording};
use crate::guide::RegionCode;
use crate::store::{Contact, Conversation, Message, NewStep, NewWords, Stepped};
use crate::text::mask;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;

/// How the desk is set up.
#[derive(Clone, Debug, Default)]
pub struct DeskRules {
    /// Groups, the most special first.
    pub groups: Vec<Group>,
    /// When somebody is there.
    pub calendar: Calendar,
    /// Days off, by the year they were announced for.
    pub holidays: Holidays,
    /// Classes of work orders.
    pub classes: Classes,
    /// Within what time somebody calls back, in words.
    pub promise: Option<String>,
}

/// Holidays that come with the program.
const HOLIDAYS: &str = include_str!("../../corpus/holidays.toml");

/// Classes of work orders that come with the program.
const CLASSES: &str = include_str!("../../corpus/classes.toml");

/// A file that the desk needs can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {cause}; corpus/{form} shows the form")]
pub struct BadDeskFile {
    path: String,
    cause: String,
    form: &'static str,
}

fn read<T: DeserializeOwned>(
    file: Option<&Path>,
    shipped: &str,
    form: &'static str,
) -> Result<T, BadDeskFile> {
    let path = file.map_or_else(|| "corpus/".to_owned() + form, |file| file.display().to_string());
    let bad = |cause: String| BadDeskFile { path: path.clone(), cause, form };
    let text = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|e| bad(e.to_string()))?,
        None => shipped.to_owned(),
    };
    toml::from_str(&text).map_err(|e| bad(e.to_string()))
}

impl DeskRules {
    /// As it was set up.
    pub fn read(desk: &config::Desk) -> Result<DeskRules, BadDeskFile> {
        let holidays: Holidays = read(desk.holidays.as_deref(), HOLIDAYS, "holidays.toml")?;
        Ok(DeskRules {
            groups: desk.groups.clone(),
            calendar: Calendar::of(desk.hours.clone(), &holidays),
            holidays,
            classes: read(desk.classes.as_deref(), CLASSES, "classes.toml")?,
            promise: desk.promise.clone(),
        })
    }
}

/// Where a conversation stands, as its citizen is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The stage.
    pub stage: Stage,
    /// Place in the queue, 1 is next, and the wait.
    pub queue: Option<(usize, Option<Wait>)>,
    /// All of it in a sentence.
    pub text: String,
}

/// What the desk can do now.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskNow {
    /// What is offered.
    pub offer: Offer,
    /// In a sentence.
    pub text: String,
    /// Seats that take conversations.
    pub seats_online: usize,
    /// Conversations that wait.
    pub waiting: usize,
}

/// What came of a request for a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Handed {
    /// It waits.
    Queued(Standing),
    /// Nobody is there.
    Nobody(DeskNow),
}

/// The hour in China.
pub(super) fn local(now: Timestamp) -> DateTime {
    desk::china().to_datetime(now)
}

/// Midnight in China, before a time.
pub(super) fn midnight(now: Timestamp) -> Timestamp {
    desk::china().to_timestamp(local(now).date().to_datetime(jiff::civil::Time::midnight())).unwrap_or(now)
}

/// An opening with its day.
pub(super) fn opening(at: DateTime) -> String {
    let weekday = match at.weekday() {
        jiff::civil::Weekday::Monday => "周一",
        jiff::civil::Weekday::Tuesday => "周二",
        jiff::civil::Weekday::Wednesday => "周三",
        jiff::civil::Weekday::Thursday => "周四",
        jiff::civil::Weekday::Friday => "周五",
        jiff::civil::Weekday::Saturday => "周六",
        jiff::civil::Weekday::Sunday => "周日",
    };
    format!("{}月{}日（{weekday}）{:02}:{:02}", at.month(), at.day(), at.hour(), at.minute())
}

pub(super) fn event(name: &str, text: &str) -> (&'static str, Value) {
    ("event", json!({ "event": name, "text": text }))
}

impl Talks {
    /// The group for a conversation: by the organ of its item, and its place.
    pub(super) fn group(&self, assist: &Assist, state: &State) -> String {
        let search = assist.search();
        let item =
            state.focus.as_ref().and_then(|focus| search.key(&focus.item)).and_then(|at| search.item(at));
        let organ = item.and_then(|item| item.department.as_deref());
        let place = state.place.as_ref().map(|place| &place.code);
        group_for(&self.rules.groups, organ, place).map(|group| group.id.clone()).unwrap_or_default()
    }

    /// Seats that are there.
    pub async fn seats_now(&self, now: Timestamp) -> Result<Vec<Seat>, TalkError> {
        Ok(self.seats.there(&self.desks.loads().await?, now))
    }

    /// What the desk can do for a place, or for one group.
    pub async fn desk_now(
        &self,
        group: Option<&str>,
        region: Option<&RegionCode>,
        now: Timestamp,
    ) -> Result<DeskNow, TalkError> {
        let group = match group {
            Some(group) => group.to_owned(),
            None => group_for(&self.rules.groups, None, region).map(|g| g.id.clone()).unwrap_or_default(),
        };
        let seats = self.seats_now(now).await?;
        let suits: Vec<&Seat> = seats.iter().filter(|seat| seat.suits(&group, region, &[])).collect();
        let offer = offer(&self.calendar.now(), suits.iter().copied(), local(now));
        let text = match offer {
            Offer::Open => wording::DESK_OPEN.to_owned(),
            Offer::Busy => wording::DESK_BUSY.to_owned(),
            Offer::Unstaffed => wording::NOBODY_THERE.to_owned(),
            Offer::Closed(next) => wording::desk_closed(next.map(opening).as_deref()),
        };
        let waiting = self.queue_now(now).await?.waiting.iter().filter(|one| one.group == group).count();
        let online = suits.iter().filter(|seat| seat.presence != Presence::Offline).count();
        Ok(DeskNow { offer, text, seats_online: online, waiting })
    }

    /// Where a conversation stands.
    pub async fn standing(&self, id: &str, stage: &Stage, now: Timestamp) -> Result<Standing, TalkError> {
        let mut queue = None;
        let text = match stage {
            Stage::Bot => String::new(),
            Stage::Queued { group, .. } => {
                let all = self.queue_now(now).await?;
                let place = all.place(id);
                // Who waits for somebody with a skill is taken out of turn: no estimate holds.
                let wait = all.wait(place, group).filter(|_| !all.needs_skill(id));
                queue = Some((place, wait));
                wording::queued(place, wait.map(|wait| (wait.from, wait.to)))
            }
            Stage::Assigned { number, .. } => wording::agent_joined(number),
            Stage::Callback { ticket, .. } => wording::call_back(ticket),
            Stage::Closed(_) => wording::ENDED.to_owned(),
        };
        Ok(Standing { stage: stage.clone(), queue, text })
    }

    /// Asks for a person; what is answered is on the disk.
    pub async fn request(
        &self,
        assist: &Assist,
        id: &str,
        token: &str,
        why: Why,
        now: Timestamp,
    ) -> Result<Handed, TalkError> {
        self.in_turn(id, async {
            let before = self.open_one(id, token).await?;
            if let Stage::Queued { .. } | Stage::Assigned { .. } = before.case.stage {
                // He waits already: pressing again changes nothing.
                return Ok(Handed::Queued(self.standing(id, &before.case.stage, now).await?));
            }
            let handed = self.hand(assist, &before, &before.state, "", why, now).await?;
            if let Handed::Queued(standing) = &handed {
                let text = format!("{}{}", wording::QUEUE_BEGINS, standing.text);
                self.tell_citizen(id, "handoff.requested", &text, now).await?;
            }
            Ok(handed)
        })
        .await
    }

    /// Skills that the words of a citizen ask for, those that are not written yet among them.
    async fn skills(&self, id: &str, said: &str) -> Result<Vec<String>, TalkError> {
        let mut all = said.to_owned();
        for message in self.messages(id, 0, i64::MAX).await?.iter().filter(|one| one.kind == "citizen") {
            all.push('\n');
            all.push_str(message.body["text"].as_str().unwrap_or_default());
        }
        Ok(desk::skills_for(&all))
    }

    /// Puts a conversation into the queue, where somebody is there; what was `said` just now is not written yet. Its
    /// turn is held by the caller.
    pub(super) async fn hand(
        &self,
        assist: &Assist,
        before: &Conversation,
        state: &State,
        said: &str,
        why: Why,
        now: Timestamp,
    ) -> Result<Handed, TalkError> {
        let group = self.group(assist, state);
        let region = state.place.as_ref().map(|place| &place.code);
        let desk = self.desk_now(Some(&group), region, now).await?;
        if !desk.offer.queues() {
            return Ok(Handed::Nobody(desk));
        }
        let order = self.order(assist, (before, state), why, None, now).await?;
        let asks = step(&before.id, Who::Citizen, Act::Ask { group }, now);
        let skills = self.skills(&before.id, said).await?;
        let step = NewStep { why, region, skills: &skills, order: order.as_ref(), ..asks };
        let stepped = self.desks.step(step, |_, _| Vec::new()).await?;
        self.ring();
        Ok(Handed::Queued(self.standing(&before.id, &stepped.case.stage, now).await?))
    }

    /// Hands a turn over where it came to a wish for a person, and says in its reply what came of it.
    pub(super) async fn hand_turn(
        &self,
        assist: &Assist,
        before: &Conversation,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<(), TalkError> {
        if turn.route != Route::Human || turn.reply.status != Status::Handoff {
            return Ok(());
        }
        if let Stage::Callback { ticket, .. } = &before.case.stage {
            turn.reply.say = vec![wording::call_back(ticket)];
            return Ok(());
        }
        let why = if turn.state.misses > 1 { Why::Misses } else { Why::Asked };
        let handed = self.hand(assist, before, &turn.state, &turn.said, why, now).await?;
        turn.reply.say = match &handed {
            Handed::Queued(standing) => vec![wording::QUEUE_BEGINS.to_owned(), standing.text.clone()],
            Handed::Nobody(desk) => vec![desk.text.clone()],
        };
        turn.handed = Some(handed);
        Ok(())
    }

    /// No longer waits: the program answers again.
    pub async fn leave_queue(&self, id: &str, token: &str, now: Timestamp) -> Result<Standing, TalkError> {
        self.in_turn(id, async {
            let before = self.open_one(id, token).await?;
            if before.case.stage == Stage::Bot {
                return self.standing(id, &Stage::Bot, now).await;
            }
            let told = |_: &_, _| vec![event("handoff.given_back", wording::QUEUE_LEFT)];
            // Whoever was forwarded may have been shown something before.
            let state = self.with_shown(id, before.state).await?;
            let leaves = NewStep { state: Some(&state), ..step(id, Who::Citizen, Act::GiveBack, now) };
            let stepped = self.desks.step(leaves, told).await?;
            self.stepped(id, &stepped);
            self.standing(id, &stepped.case.stage, now).await
        })
        .await
    }

    /// Leaves a message, to be called back. Gives its number.
    pub async fn leave_message(
        &self,
        assist: &Assist,
        owner: (&str, &str),
        text: &str,
        contact: &Contact,
        now: Timestamp,
    ) -> Result<(String, String), TalkError> {
        let (id, token) = owner;
        self.in_turn(id, async {
            let before = self.open_one(id, token).await?;
            let group = match before.case.stage.group() {
                Some(group) => group.to_owned(),
                None => self.group(assist, &before.state),
            };
            // Refused before a number is spent on it.
            if let stage @ (Stage::Assigned { .. } | Stage::Callback { .. }) = &before.case.stage {
                let mut case = desk::Case { stage: stage.clone() };
                let act = Act::LeaveMessage { group, ticket: String::new() };
                return Err(case.step(Who::Citizen, act, now.as_second()).err().map_or_else(
                    || TalkError::NoSuch(id.to_owned()),
                    |refused| TalkError::Desk(refused.into()),
                ));
            }
            let ticket = self.desks.next_ticket(local(now).date()).await?;
            if contact.name.is_some() || contact.phone.is_some() {
                // A name and a phone always have a JSON form.
                let sealed = self.seal.seal(&serde_json::to_string(contact).unwrap_or_default())?;
                self.desks.keep_contact(id, &ticket, &sealed, now).await?;
            }
            let answer = wording::message_left(&ticket, self.rules.promise.as_deref());
            let region = before.state.place.as_ref().map(|place| &place.code);
            let act = Act::LeaveMessage { group, ticket: ticket.clone() };
            let words = mask(text).text;
            let told = |_: &_, _| {
                vec![("citizen", json!({ "text": words, "left": true })), event("message.left", &answer)]
            };
            let left = Left { ticket: &ticket, words: text, contact };
            let asked = (&before, &before.state);
            let order = self.order(assist, asked, Why::Asked, Some(left), now).await?;
            let skills = self.skills(id, text).await?;
            let leaves = NewStep {
                region,
                skills: &skills,
                order: order.as_ref(),
                ..step(id, Who::Citizen, act, now)
            };
            let stepped = self.desks.step(leaves, told).await?;
            self.stepped(id, &stepped);
            Ok((ticket, answer))
        })
        .await
    }

    /// Words of the citizen while a person is asked: kept and passed on, answered by nobody else.
    pub(super) async fn pass_on(
        &self,
        sent: &Sent<'_>,
        content: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<Message, TalkError> {
        let masked = mask(text);
        let body = json!({ "text": masked.text });
        let words = NewWords {
            conversation: sent.id,
            who: Who::Citizen,
            name: sent.name.map(|name| (name, content)),
            kind: "citizen",
            body: &body,
            skills: &desk::skills_for(text),
            at: now,
        };
        let message = self.desks.say(words).await?;
        self.tell(sent.id, message.seq);
        self.ring();
        Ok(message)
    }

    /// Ends a conversation in which a person is asked.
    pub(super) async fn end_case(
        &self,
        id: &str,
        who: Who<'_>,
        why: Closed,
        now: Timestamp,
    ) -> Result<(), TalkError> {
        let text = if why == Closed::Timeout { wording::ENDED_IDLE } else { wording::ENDED };
        let told = |_: &_, _| vec![ended(why, text)];
        let stepped = self.desks.step(step(id, who, Act::Close(why), now), told).await?;
        self.stepped(id, &stepped);
        Ok(())
    }

    /// Tells the citizen of something that happened.
    pub(super) async fn tell_citizen(
        &self,
        id: &str,
        name: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<i64, TalkError> {
        let (kind, body) = event(name, text);
        let words = NewWords {
            conversation: id,
            who: Who::Clock,
            name: None,
            kind,
            body: &body,
            skills: &[],
            at: now,
        };
        let message = self.desks.say(words).await?;
        self.tell(id, message.seq);
        self.ring();
        Ok(message.seq)
    }

    /// Lets those know who listen.
    pub(super) fn stepped(&self, id: &str, stepped: &Stepped) {
        if stepped.seq > 0 {
            self.tell(id, stepped.seq);
        }
        self.ring();
    }
}

/// The end of a conversation, as it is told.
pub(super) fn ended(why: Closed, text: &str) -> (&'static str, Value) {
    ("event", json!({ "event": "conversation.closed", "reason": why.word(), "text": text }))
}

/// A step with nothing but who, what and when.
pub(super) fn step<'a>(conversation: &'a str, who: Who<'a>, act: Act, at: Timestamp) -> NewStep<'a> {
    NewStep {
        conversation,
        who,
        act,
        why: Why::Asked,
        region: None,
        skills: &[],
        cap: u32::MAX,
        item: None,
        state: None,
        order: None,
        at,
    }
}

/// A hash of what an agent sent.
pub(super) fn content_of(staffer: Staffer<'_>, text: &str) -> String {
    hash(&format!("agent {} {text}", staffer.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_opening_names_day_and_hour() {
        assert_eq!(opening(date(2026, 11, 30).at(9, 0, 0, 0)), "11月30日（周一）09:00");
        let now: Timestamp = "2026-11-26T17:30:00Z".parse().unwrap();
        assert_eq!(local(now), date(2026, 11, 27).at(1, 30, 0, 0));
        assert_eq!(midnight(now), "2026-11-26T16:00:00Z".parse::<Timestamp>().unwrap());
    }
}
