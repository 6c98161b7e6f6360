//! Who sits at the desk now. Kept in memory: after a restart everybody comes back by himself.

use crate::desk::{Presence, Seat};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A seat without a line is lost after that.
const LOST_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Seats by account.
#[derive(Default)]
pub struct Seats(Mutex<HashMap<String, Sitting>>);

struct Sitting {
    /// `None` where nobody has come back yet to what he holds.
    seat: Option<Seat>,
    /// Open lines.
    lines: u32,
    /// When he was last heard of.
    heard: Timestamp,
}

impl Sitting {
    fn lost(&self, now: Timestamp) -> bool {
        self.lines == 0 && now.duration_since(self.heard) >= LOST_AFTER
    }
}

impl Seats {
    fn held(&self) -> MutexGuard<'_, HashMap<String, Sitting>> {
        // Every change is one assignment: a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A member of staff is there: a request of his, or (`line`) an open line. What he chose before stays.
    pub fn here(&self, seat: &Seat, line: bool, now: Timestamp) -> Presence {
        let mut held = self.held();
        let sitting = held.entry(seat.id.clone()).or_insert(Sitting { seat: None, lines: 0, heard: now });
        let was_lost = sitting.lost(now);
        sitting.lines += u32::from(line);
        sitting.heard = now;
        let presence = match &sitting.seat {
            Some(known) if !was_lost => known.presence,
            // A line is opened by somebody who is ready; a single request is not.
            _ if line => Presence::Online,
            _ => Presence::Offline,
        };
        sitting.seat = Some(Seat { presence, ..seat.clone() });
        presence
    }

    /// One of his lines is gone.
    pub fn gone(&self, id: &str, now: Timestamp) {
        if let Some(sitting) = self.held().get_mut(id) {
            sitting.lines = sitting.lines.saturating_sub(1);
            sitting.heard = now;
        }
    }

    /// He says whether he takes conversations.
    pub fn choose(&self, id: &str, presence: Presence) {
        if let Some(seat) = self.held().get_mut(id).and_then(|sitting| sitting.seat.as_mut()) {
            seat.presence = presence;
        }
    }

    /// Seats that are there, with their loads.
    pub fn there(&self, loads: &HashMap<String, u32>, now: Timestamp) -> Vec<Seat> {
        let held = self.held();
        let there = held.values().filter(|sitting| !sitting.lost(now)).filter_map(|s| s.seat.as_ref());
        let mut seats: Vec<Seat> = there
            .map(|seat| Seat { load: loads.get(&seat.id).copied().unwrap_or(0), ..seat.clone() })
            .collect();
        seats.sort_by(|a, b| a.number.cmp(&b.number));
        seats
    }

    /// One seat that is there.
    pub fn seat(&self, id: &str) -> Option<Seat> {
        self.held().get(id).and_then(|sitting| sitting.seat.clone())
    }

    /// Accounts that hold conversations and have been gone for too long. Whoever holds some and was never seen, since
    /// the program began anew, counts from now on.
    pub fn lost<'a>(&self, holders: impl Iterator<Item = &'a String>, now: Timestamp) -> Vec<String> {
        let mut held = self.held();
        let mut lost = Vec::new();
        for id in holders {
            let sitting = held.entry(id.clone()).or_insert(Sitting { seat: None, lines: 0, heard: now });
            if sitting.lost(now) {
                lost.push(id.clone());
            }
        }
        held.retain(|id, sitting| !sitting.lost(now) || lost.contains(id));
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn seat(id: &str) -> Seat {
        Seat {
            id: id.into(),
            login: id.into(),
            number: id.into(),
            name: id.into(),
            supervises: false,
            groups: vec![],
            regions: vec![],
            skills: vec![],
            cap: 3,
            presence: Presence::Offline,
            load: 0,
        }
    }

    #[test]
    fn a_seat_is_lost_a_minute_after_its_last_line() {
        let seats = Seats::default();
        let holders = ["a".to_owned(), "b".to_owned()];
        assert_eq!(seats.here(&seat("a"), true, at(0)), Presence::Online);
        seats.choose("a", Presence::Busy);
        assert_eq!(seats.here(&seat("a"), true, at(5)), Presence::Busy, "a second window changes nothing");
        seats.gone("a", at(10));
        assert!(seats.lost(holders[..1].iter(), at(100)).is_empty(), "one line is still open");
        seats.gone("a", at(110));
        let loads = HashMap::from([("a".to_owned(), 2)]);
        assert_eq!(seats.there(&loads, at(160))[0].load, 2);
        // b holds something since before the program began: his minute begins now.
        assert!(seats.lost(holders.iter(), at(169)).is_empty());
        assert_eq!(seats.lost(holders.iter(), at(170)), ["a"]);
        assert!(seats.there(&loads, at(170)).is_empty());
        assert_eq!(seats.lost(holders[1..].iter(), at(229)), ["b"]);
        assert_eq!(seats.here(&seat("a"), true, at(300)), Presence::Online, "who comes back is online");
    }
}
