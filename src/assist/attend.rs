//! What members of staff do with conversations.

use super::handover::{content_of, ended, event, step};
use super::talk::{TalkError, Talks};
use crate::desk::{Act, Closed, Happened, Presence, Refused, Seat, Staffer, Stage, Who, kept_for};
use crate::dialog::{Place, wording};
use crate::guide::ItemKey;
use crate::store::{
    CaseRow, Contact, DeskError, DeskEvent, Listed, Message, NewStep, NewWords, Note, Numbers, Waiting,
};
use crate::text::mask;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A case with all that belongs to it.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// What lists show.
    pub row: CaseRow,
    /// Items that were found, best first, by key.
    pub found: Vec<(String, f32)>,
    /// Notes of staff.
    pub notes: Vec<Note>,
    /// Its steps.
    pub log: Vec<DeskEvent>,
    /// Whether a way to call back was left.
    pub contact: bool,
}

/// What an agent says.
#[derive(Clone, Debug)]
pub struct AgentWords<'a> {
    /// His name for it: sent twice, it counts once.
    pub name: &'a str,
    /// What was sent, for the comparison with what was sent before under this name.
    pub content: &'a str,
    /// Words, masked here.
    pub text: &'a str,
    /// A card, as the citizen sees cards.
    pub card: Option<Value>,
    /// The place that the card was asked for, where that was said.
    pub place: Option<Place>,
}

impl Seat {
    fn sees(&self, row: &CaseRow) -> bool {
        self.supervises
            || row.agent.as_ref().is_some_and(|(id, _)| *id == self.id)
            || self.suits(&row.group, row.region.as_ref(), &[])
    }
}

impl Talks {
    /// Whether a member of staff may look at a case.
    pub fn sees(&self, seat: &Seat, row: &CaseRow) -> bool {
        seat.sees(row)
    }

    /// The cases of a list that a member of staff may look at.
    pub async fn cases(&self, seat: &Seat, list: Listed<'_>) -> Result<Vec<CaseRow>, TalkError> {
        let mut rows = self.desks.list(list).await?;
        rows.retain(|row| seat.sees(row));
        Ok(rows)
    }

    /// One case, as far as he may look at it.
    pub async fn case(&self, seat: &Seat, id: &str) -> Result<CaseRow, TalkError> {
        let row = self.desks.row(id).await?.ok_or_else(|| TalkError::NoSuch(id.to_owned()))?;
        match seat.sees(&row) {
            true => Ok(row),
            false => Err(TalkError::NotForYou),
        }
    }

    /// One case with all that belongs to it; what is new in it counts as seen.
    pub async fn case_file(&self, seat: &Seat, id: &str) -> Result<CaseFile, TalkError> {
        let row = self.case(seat, id).await?;
        if row.agent.as_ref().is_some_and(|(agent, _)| *agent == seat.id)
            && let Some(last) = &row.last
            && row.unread > 0
        {
            self.desks.seen(id, last.seq).await?;
        }
        Ok(CaseFile {
            found: self.desks.found(id).await?,
            notes: self.desks.notes(id).await?,
            log: self.desks.log(id).await?,
            contact: self.desks.contact(id).await?.is_some(),
            row,
        })
    }

    /// Takes a conversation (接入): of several who try, one gets it.
    pub async fn claim(&self, seat: &Seat, id: &str, now: Timestamp) -> Result<CaseRow, TalkError> {
        let text = wording::agent_joined(&seat.number);
        let told = |_: &_, happened| match happened {
            Happened::Claimed => vec![event("agent.joined", &text)],
            _ => Vec::new(),
        };
        let claim = NewStep { cap: seat.cap, ..step(id, Who::Agent(seat.staffer()), Act::Claim, now) };
        self.by_staff(seat, claim, told).await
    }

    /// Lets the program answer again (交还).
    pub async fn give_back(&self, seat: &Seat, id: &str, now: Timestamp) -> Result<CaseRow, TalkError> {
        let told = |_: &_, _| vec![event("agent.left", wording::AGENT_LEFT)];
        self.by_staff(seat, step(id, Who::Agent(seat.staffer()), Act::GiveBack, now), told).await
    }

    /// Gives a conversation on to a group, or to a colleague who is there.
    pub async fn forward(
        &self,
        seat: &Seat,
        id: &str,
        group: Option<&str>,
        colleague: Option<&str>,
        now: Timestamp,
    ) -> Result<CaseRow, TalkError> {
        let row = self.case(seat, id).await?;
        group.map_or(Ok(()), |group| self.known_group(group))?;
        if let Some(colleague) = colleague {
            let there = self.seats_now(now).await?;
            if !there.iter().any(|seat| seat.id == colleague && seat.presence == Presence::Online) {
                return Err(TalkError::NotThere);
            }
        }
        let group = group.map_or(row.group, str::to_owned);
        let act = Act::Forward { group, to: colleague.map(str::to_owned) };
        let waits = matches!(row.stage, Stage::Queued { .. });
        // Whoever still waits for anybody need not know that the list has changed.
        let told = move |_: &_, _| match waits {
            true => Vec::new(),
            false => vec![event("agent.left", wording::AGENT_FORWARDS)],
        };
        self.by_staff(seat, step(id, Who::Agent(seat.staffer()), act, now), told).await
    }

    /// Ends a case with its outcome, and the item that it came down to.
    pub async fn close_case(
        &self,
        seat: &Seat,
        id: &str,
        why: Closed,
        item: Option<&ItemKey>,
        now: Timestamp,
    ) -> Result<CaseRow, TalkError> {
        let close = NewStep { item, ..step(id, Who::Agent(seat.staffer()), Act::Close(why), now) };
        let told = move |_: &_, _| match why {
            // The conversation itself goes on, or is long over.
            Closed::CalledBack | Closed::NotReached => Vec::new(),
            _ => vec![ended(why, wording::ENDED)],
        };
        self.by_staff(seat, close, told).await
    }

    async fn by_staff(
        &self,
        seat: &Seat,
        step: NewStep<'_>,
        told: impl FnOnce(&crate::desk::Case, Happened) -> Vec<(&'static str, Value)>,
    ) -> Result<CaseRow, TalkError> {
        let id = step.conversation;
        self.in_turn(id, async {
            let row = self.case(seat, id).await?;
            if let Act::Claim = step.act {
                self.not_kept(seat, &row, step.at)?;
            }
            let state = match &step.act {
                Act::GiveBack => Some(self.with_shown(id, row.state).await?),
                _ => None,
            };
            let stepped = self.desks.step(NewStep { state: state.as_ref(), ..step }, told).await?;
            self.stepped(id, &stepped);
            self.desks.row(id).await?.ok_or_else(|| TalkError::NoSuch(id.to_owned()))
        })
        .await
    }

    /// An error where a waiting case is kept for colleagues with a skill that he hasn't.
    fn not_kept(&self, seat: &Seat, row: &CaseRow, now: Timestamp) -> Result<(), TalkError> {
        let Stage::Queued { to, .. } = &row.stage else { return Ok(()) };
        // Whoever it was forwarded to was chosen by somebody who knows.
        if to.as_ref() == Some(&seat.id) || seat.has(&row.skills) {
            return Ok(());
        }
        let waited = now.duration_since(row.asked_at).as_secs();
        let place = (row.group.as_str(), row.region.as_ref());
        match kept_for(&row.skills, place, waited, &self.seats.there(&HashMap::new(), now)) {
            0 => Ok(()),
            seconds => Err(TalkError::Kept(row.skills.join("、"), seconds)),
        }
    }

    /// Says something in a conversation that he has.
    pub async fn agent_says(
        &self,
        seat: &Seat,
        id: &str,
        words: AgentWords<'_>,
        now: Timestamp,
    ) -> Result<Message, TalkError> {
        let staffer: Staffer<'_> = seat.staffer();
        let content = content_of(staffer, words.content);
        // Citizens name their messages, too.
        let name = format!("desk:{}", words.name);
        let body = json!({
            "text": mask(words.text).text,
            "agent": { "number": seat.number },
            "card": words.card,
            "place": words.place,
        });
        self.in_turn(id, async {
            let new = NewWords {
                conversation: id,
                who: Who::Agent(staffer),
                name: Some((&name, &content)),
                kind: "agent",
                body: &body,
                skills: &[],
                at: now,
            };
            let message = self.desks.say(new).await?;
            self.tell(id, message.seq);
            self.ring();
            Ok(message)
        })
        .await
    }

    /// Adds a note that the citizen never sees.
    pub async fn note(&self, seat: &Seat, id: &str, text: &str, now: Timestamp) -> Result<Note, TalkError> {
        self.case(seat, id).await?;
        let note = Note {
            id: ulid::Ulid::generate().to_string(),
            at: now,
            number: seat.number.clone(),
            text: mask(text).text,
        };
        self.desks.note(id, seat.staffer(), &note).await?;
        Ok(note)
    }

    /// How to call back, for whoever does it.
    pub async fn contact(&self, seat: &Seat, id: &str, now: Timestamp) -> Result<Contact, TalkError> {
        let row = self.case(seat, id).await?;
        if !matches!(row.stage, Stage::Callback { .. }) {
            return Err(TalkError::Desk(DeskError::Refused(Refused::NotNow("没有等待回访"))));
        }
        self.desks.contact_seen(id, seat.staffer(), now).await?;
        let sealed = self.desks.contact(id).await?;
        let contact = sealed.map(|sealed| self.seal.unseal(&sealed)).transpose()?;
        Ok(contact.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// What happened at the desk today, and who waits.
    pub async fn wall(&self, now: Timestamp) -> Result<(Numbers, Vec<Seat>, Vec<Timestamp>), TalkError> {
        let numbers = self.desks.numbers(super::handover::midnight(now)).await?;
        let waiting = self.queue_now(now).await?.waiting.iter().map(|waiting| waiting.asked_at).collect();
        Ok((numbers, self.seats_now(now).await?, waiting))
    }

    /// Waiting cases that a seat may take now: how many, and since when the first waits.
    pub async fn alarm(&self, seat: &Seat, now: Timestamp) -> Result<Option<(usize, Timestamp)>, TalkError> {
        let queue = self.queue_now(now).await?;
        let there = self.seats.there(&HashMap::new(), now);
        let may_take = |one: &&Waiting| {
            let (group, region) = (one.group.as_str(), one.region.as_ref());
            let waited = now.duration_since(one.asked_at).as_secs();
            seat.suits(group, region, &[])
                && (seat.has(&one.skills) || kept_for(&one.skills, (group, region), waited, &there) == 0)
        };
        let mut mine = queue.waiting.iter().filter(may_take).map(|one| one.asked_at);
        let first = mine.next();
        Ok(first.map(|first| (1 + mine.count(), first)))
    }

    /// The clock of the desk: seats that are lost, citizens who say nothing, queues in which nobody comes.
    pub async fn tick(&self, now: Timestamp) -> Result<(), TalkError> {
        let loads: HashMap<String, u32> = self.desks.loads().await?;
        for account in self.seats.lost(loads.keys(), now) {
            for id in self.desks.held_by(&account).await? {
                let told = |_: &_, _| vec![event("agent.left", wording::AGENT_LOST)];
                let lost = step(&id, Who::Clock, Act::SeatLost, now);
                self.by_clock(&id, async {
                    let stepped = self.desks.step(lost, told).await?;
                    self.stepped(&id, &stepped);
                    Ok(())
                })
                .await?;
            }
        }
        let before = |seconds: i64| {
            now.checked_sub(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
        };
        let idle = i64::from(self.retention.idle_minutes.saturating_sub(1).max(1)) * 60;
        for (id, asked) in self.desks.silent(before(idle)).await? {
            if !asked {
                let asking = async {
                    let seq = self.tell_citizen(&id, "still.there", wording::STILL_THERE, now).await?;
                    Ok(self.desks.asked(&id, seq).await?)
                };
                self.by_clock(&id, asking).await?;
            }
        }
        for (id, asked) in self.desks.silent(before(LAST_WORD)).await? {
            if asked {
                self.by_clock(&id, self.end_case(&id, Who::Clock, Closed::Timeout, now)).await?;
            }
        }
        for waiting in &self.queue_now(now).await?.waiting {
            if !waiting.told && waiting.asked_at < before(SLOW) {
                let id = &waiting.conversation;
                let telling = async {
                    let seq = self.tell_citizen(id, "queue.slow", wording::QUEUE_SLOW, now).await?;
                    Ok(self.desks.asked(id, seq).await?)
                };
                self.by_clock(id, telling).await?;
            }
        }
        Ok(())
    }

    /// Does something for the clock; whoever was faster is right.
    async fn by_clock(
        &self,
        id: &str,
        work: impl Future<Output = Result<(), TalkError>>,
    ) -> Result<(), TalkError> {
        match self.in_turn(id, work).await {
            Err(TalkError::Desk(DeskError::Refused(_) | DeskError::NoSuch(_))) => Ok(()),
            other => other,
        }
    }

    /// A member of staff says whether he takes conversations.
    pub fn choose(&self, account: &str, presence: Presence) {
        self.seats.choose(account, presence);
        self.ring();
    }

    /// A member of staff has come or gone: whoever waits is told what that changes.
    pub fn wake(&self) {
        self.ring();
    }
}

/// Seconds that are left to answer whether one is still there.
const LAST_WORD: i64 = 60;

/// Seconds in the queue after which a citizen is told that he may leave a message.
const SLOW: i64 = 180;
