//! What happened at the desk, read once for all who listen: the store is asked by the first, the others find it here.

use super::talk::{TalkError, Talks};
use crate::desk::{self, Presence, Seat, Wait};
use crate::store::{CaseRow, DeskEvent, Message, Waiting};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// One thing that happened, with what is shown of it.
#[derive(Debug)]
pub struct Told {
    /// What happened.
    pub event: DeskEvent,
    /// The case as it stood when this was read, which may be later.
    pub row: Option<CaseRow>,
    /// The message, where it tells of one.
    pub message: Option<Message>,
    text: OnceLock<String>,
}

impl Told {
    /// Its text on the wire, made by the first who needs it.
    pub fn text(&self, make: impl FnOnce(&Told) -> String) -> &str {
        self.text.get_or_init(|| make(self))
    }
}

/// Things that are held for those who listen; older ones are read anew.
const HELD: usize = 4096;

/// Things read at once.
const READ: i64 = 500;

/// The line of the desk.
pub(super) struct Bell {
    /// Counts changes.
    rung: watch::Sender<u64>,
    ring: tokio::sync::Mutex<Ring>,
    queue: tokio::sync::Mutex<Looked>,
}

/// The queue as it was read last.
struct Looked {
    /// Changes that it has seen.
    rung: u64,
    at: Option<Instant>,
    queue: Arc<Queue>,
}

/// The queue is read no more often than that: where a hundred come a second, all of them are told by a few readings.
const LOOK_PACE: Duration = Duration::from_millis(100);

/// All that wait, with what each of them is told: read once a change, however many listen.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The first to come first.
    pub waiting: Vec<Waiting>,
    /// Place of each in its group, 1 is next.
    places: HashMap<String, usize>,
    /// By group: how long the last conversations took, seconds, and how many can be had at a time.
    paces: HashMap<String, (Vec<u32>, usize)>,
}

impl Queue {
    /// The place of a conversation in its group; claimed meanwhile, it is as good as next.
    pub fn place(&self, id: &str) -> usize {
        self.places.get(id).copied().unwrap_or(1)
    }

    /// Whether a conversation waits for somebody with a skill.
    pub fn needs_skill(&self, id: &str) -> bool {
        self.waiting.iter().any(|one| one.conversation == id && !one.skills.is_empty())
    }

    /// The wait at a place of a group.
    pub fn wait(&self, place: usize, group: &str) -> Option<Wait> {
        let (lasted, seats) = self.paces.get(group)?;
        (lasted.len() >= SAMPLES).then(|| desk::wait(place, lasted, *seats)).flatten()
    }
}

/// The wait is estimated from conversations that ended in the last hours.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(4);

/// Fewer tell nothing.
const SAMPLES: usize = 5;

#[derive(Default)]
struct Ring {
    /// Number of the last thing held; `None` before the first look.
    last: Option<i64>,
    held: VecDeque<Arc<Told>>,
}

impl Default for Bell {
    fn default() -> Bell {
        let looked = Looked { rung: 0, at: None, queue: Arc::default() };
        Bell { rung: watch::Sender::new(1), ring: Default::default(), queue: tokio::sync::Mutex::new(looked) }
    }
}

impl Talks {
    /// Something at the desk has changed.
    pub(super) fn ring(&self) {
        self.bell.rung.send_modify(|count| *count += 1);
    }

    /// Changes whenever something at the desk does.
    pub fn hear(&self) -> watch::Receiver<u64> {
        self.bell.rung.subscribe()
    }

    /// Number of the last thing that happened.
    pub async fn last_told(&self) -> Result<i64, TalkError> {
        Ok(self.desks.last_event().await?)
    }

    /// What happened after a number, in order; `None` where that is too long ago, or was never given out.
    pub async fn told(&self, after: i64) -> Result<Option<Vec<Arc<Told>>>, TalkError> {
        let mut ring = self.bell.ring.lock().await;
        let mut last = match ring.last {
            Some(last) => last,
            None => self.desks.last_event().await?.saturating_sub(READ).max(0),
        };
        loop {
            let events = self.desks.events(last, READ).await?;
            let whole = events.len() as i64 == READ;
            for event in events {
                last = event.seq;
                let message = match event.message_seq {
                    Some(seq) => self.messages(&event.conversation, seq - 1, 1).await?.pop(),
                    None => None,
                };
                let row = self.desks.row(&event.conversation).await?;
                ring.held.push_back(Arc::new(Told { event, row, message, text: OnceLock::new() }));
                if ring.held.len() > HELD {
                    ring.held.pop_front();
                }
            }
            ring.last = Some(last);
            if !whole {
                break;
            }
        }
        let first = ring.held.front().map_or(last + 1, |told| told.event.seq);
        if after > last || after + 1 < first {
            return Ok(None);
        }
        let skip = usize::try_from(after + 1 - first).unwrap_or(0);
        Ok(Some(ring.held.iter().skip(skip).cloned().collect()))
    }

    /// All that wait, as they stand after all that has happened until now; read once a change, and not too often.
    pub(super) async fn queue_now(&self, now: Timestamp) -> Result<Arc<Queue>, TalkError> {
        let happened = *self.bell.rung.borrow();
        let mut looked = self.bell.queue.lock().await;
        if looked.rung < happened {
            if let Some(rest) = looked.at.and_then(|at| LOOK_PACE.checked_sub(at.elapsed())) {
                tokio::time::sleep(rest).await;
            }
            // Taken before the reading: what happens meanwhile is read by the next one.
            let rung = *self.bell.rung.borrow();
            let queue = Arc::new(self.look_at_queue(now).await?);
            *looked = Looked { rung, at: Some(Instant::now()), queue };
        }
        Ok(looked.queue.clone())
    }

    async fn look_at_queue(&self, now: Timestamp) -> Result<Queue, TalkError> {
        let waiting = self.desks.waiting().await?;
        let mut queue = Queue::default();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for one in &waiting {
            let place = counts.entry(&one.group).or_default();
            *place += 1;
            queue.places.insert(one.conversation.clone(), *place);
        }
        if !counts.is_empty() {
            let seats = self.seats_now(now).await?;
            let since = now.checked_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
            for group in counts.keys() {
                let takes = |seat: &&Seat| seat.presence == Presence::Online && seat.suits(group, None, &[]);
                let at_a_time: u32 = seats.iter().filter(takes).map(|seat| seat.cap).sum();
                let lasted = self.desks.lasted(group, since).await?;
                queue.paces.insert((*group).to_owned(), (lasted, at_a_time as usize));
            }
        }
        Ok(Queue { waiting, ..queue })
    }
}
