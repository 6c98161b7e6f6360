//! What happened at the desk, read once for all who listen: the store is asked by the first, the others find it here.

use super::talk::{TalkError, Talks};
use crate::store::{CaseRow, DeskEvent, Message, Waiting};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
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
    queue: tokio::sync::Mutex<(u64, Arc<Vec<Waiting>>)>,
}

#[derive(Default)]
struct Ring {
    /// Number of the last thing held; `None` before the first look.
    last: Option<i64>,
    held: VecDeque<Arc<Told>>,
}

impl Default for Bell {
    fn default() -> Bell {
        Bell { rung: watch::Sender::new(1), ring: Default::default(), queue: Default::default() }
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

    /// All that wait, read once a change.
    pub(super) async fn queue_now(&self) -> Result<Arc<Vec<Waiting>>, TalkError> {
        let rung = *self.bell.rung.borrow();
        let mut queue = self.bell.queue.lock().await;
        if queue.0 != rung {
            *queue = (rung, Arc::new(self.desks.waiting().await?));
        }
        Ok(queue.1.clone())
    }
}
