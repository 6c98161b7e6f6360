//! What is said on the telephone (来电转写): sentences that a telephone system sends, for the agent who has the call.
//! They are masked when they come, and kept in memory alone: the last ones of the call that each agent has.
//! `docs/TRANSCRIPT.md` says how they are sent.

use crate::config;
use crate::store::{Algorithm, KeyError, Signer};
use crate::text::mask_heard;
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Sentences of a call that are kept; as many as the page shows.
const KEPT: usize = 200;

/// Calls of an agent that are known to be over.
const PAST: usize = 8;

/// A call in which nothing was said for so long is forgotten.
const SILENT: SignedDuration = SignedDuration::from_mins(10);

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// 来电人
    Caller,
    /// 话务员
    Agent,
}

impl Speaker {
    /// The word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Speaker::Caller => "caller",
            Speaker::Agent => "agent",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<Speaker> {
        [Speaker::Caller, Speaker::Agent].into_iter().find(|speaker| speaker.word() == word)
    }
}

/// A sentence that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The telephone system's name for the call.
    pub call: String,
    /// Its number in the call.
    pub seq: u64,
    /// Who said it.
    pub speaker: Speaker,
    /// What was said, masked.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// `false` where it came before, or its call is over.
    pub taken: bool,
    /// Whether a page of the agent is open to it.
    pub open: bool,
}

/// What an agent hears.
struct Ear {
    call: String,
    said: VecDeque<Arc<Sentence>>,
    /// The highest number of those of this call that were let go.
    gone: Option<u64>,
    /// Calls before this one, the last one last.
    past: VecDeque<String>,
    touched: Timestamp,
    /// How many were said, all calls together.
    count: watch::Sender<u64>,
}

impl Ear {
    fn new(now: Timestamp) -> Ear {
        Ear {
            call: String::new(),
            said: VecDeque::new(),
            gone: None,
            past: VecDeque::new(),
            touched: now,
            count: watch::Sender::new(0),
        }
    }

    fn knows(&self, seq: u64) -> bool {
        self.gone.is_some_and(|gone| seq <= gone) || self.said.iter().any(|one| one.seq == seq)
    }

    /// Takes a sentence; tells whether it is new.
    fn take(&mut self, one: Sentence, now: Timestamp) -> bool {
        if self.past.contains(&one.call) || (self.call == one.call && self.knows(one.seq)) {
            return false;
        }
        if self.call != one.call {
            let before = std::mem::replace(&mut self.call, one.call.clone());
            self.past.push_back(before);
            if self.past.len() > PAST {
                self.past.pop_front();
            }
            self.said.clear();
            self.gone = None;
        }
        self.said.push_back(Arc::new(one));
        if self.said.len() > KEPT
            && let Some(oldest) = self.said.pop_front()
        {
            self.gone = self.gone.max(Some(oldest.seq));
        }
        self.touched = now;
        self.count.send_modify(|count| *count += 1);
        true
    }
}

/// What is said on the telephone, by 工号.
pub struct Calls {
    /// `None` where no telephone system is set up.
    signer: Option<Signer>,
    ears: Mutex<HashMap<String, Ear>>,
}

impl Calls {
    /// As it is set up, with the key read.
    pub fn open(rules: &config::Transcript) -> Result<Calls, KeyError> {
        let signer = rules.key.as_ref().map(|key| Signer::read(key, Algorithm::Sha256)).transpose()?;
        Ok(Calls { signer, ears: Mutex::default() })
    }

    /// By what the telephone system signs.
    pub fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Ear>> {
        // A panic in between loses a sentence at most.
        self.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a sentence for the agent with this 工号; what is personal in it goes at once.
    pub fn take(&self, number: &str, said: Sentence, now: Timestamp) -> Received {
        let said = Sentence { text: mask_heard(&said.text), ..said };
        let mut ears = self.held();
        let ear = ears.entry(number.to_owned()).or_insert_with(|| Ear::new(now));
        let taken = ear.take(said, now);
        Received { taken, open: ear.count.receiver_count() > 0 }
    }

    /// Changes whenever something is said to this agent.
    pub fn listen(&self, number: &str, now: Timestamp) -> watch::Receiver<u64> {
        let mut ears = self.held();
        ears.entry(number.to_owned()).or_insert_with(|| Ear::new(now)).count.subscribe()
    }

    /// What was said in the call that this agent has, after so many of all; and how many there are now.
    pub fn since(&self, number: &str, after: u64) -> (u64, Vec<Arc<Sentence>>) {
        let ears = self.held();
        let Some(ear) = ears.get(number) else { return (after, Vec::new()) };
        let count = *ear.count.borrow();
        let fresh = usize::try_from(count.saturating_sub(after)).unwrap_or(usize::MAX);
        let skip = ear.said.len().saturating_sub(fresh);
        (count, ear.said.iter().skip(skip).cloned().collect())
    }

    /// Forgets calls in which nothing is said any more.
    pub fn sweep(&self, now: Timestamp) {
        self.held().retain(|_, ear| {
            if now.duration_since(ear.touched) < SILENT {
                return true;
            }
            // Numbers stay, so that what is sent again is known; words go.
            let last = ear.said.drain(..).map(|one| one.seq).max();
            ear.gone = ear.gone.max(last);
            ear.count.receiver_count() > 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_651_200 + second).unwrap()
    }

    fn said(call: &str, seq: u64) -> Sentence {
        Sentence {
            call: call.into(),
            seq,
            speaker: Speaker::Caller,
            text: format!("第{seq}句，电话13800138000"),
            at: at(0),
        }
    }

    fn calls() -> Calls {
        Calls::open(&config::Transcript::default()).unwrap()
    }

    fn numbers(calls: &Calls, after: u64) -> (u64, Vec<u64>) {
        let (count, list) = calls.since("0101", after);
        (count, list.iter().map(|one| one.seq).collect())
    }

    #[test]
    fn each_counts_once_in_the_call_that_one_has() {
        let calls = calls();
        let line = calls.listen("0101", at(0));
        let take = |call: &str, seq: u64| calls.take("0101", said(call, seq), at(0)).taken;
        assert!(take("a", 1) && take("a", 3) && take("a", 2), "late ones are taken");
        assert!(!take("a", 1) && !take("a", 3));
        assert_eq!(numbers(&calls, 0), (3, vec![1, 3, 2]));
        assert_eq!(numbers(&calls, 2), (3, vec![2]));
        assert_eq!(numbers(&calls, 3), (3, vec![]));
        // Another call takes its place, and what comes late of the one before is for nobody.
        assert!(take("b", 1) && !take("a", 4) && take("b", 2));
        assert_eq!(numbers(&calls, 1), (5, vec![1, 2]));
        assert_eq!(calls.since("0102", 0), (0, vec![]), "others hear nothing");
        assert!(line.has_changed().unwrap());
        let heard = calls.take("0101", said("b", 3), at(0));
        assert_eq!(heard, Received { taken: true, open: true });
        drop(line);
        assert!(!calls.take("0101", said("b", 4), at(0)).open);
    }

    #[test]
    fn words_are_masked_bounded_and_forgotten() {
        let calls = calls();
        for seq in 1..=250 {
            calls.take("0101", said("a", seq), at(0));
        }
        let (count, list) = calls.since("0101", 0);
        assert_eq!((count, list.len(), list[0].seq), (250, KEPT, 51));
        assert!(list.iter().all(|one| one.text.contains("138****8000")), "{:?}", list[0]);
        assert!(!calls.take("0101", said("a", 50), at(0)).taken, "let go, and still known");
        let line = calls.listen("0101", at(0));
        calls.sweep(at(599));
        assert_eq!(calls.since("0101", 0).1.len(), KEPT);
        calls.sweep(at(600));
        assert_eq!(numbers(&calls, 0), (250, vec![]));
        assert!(!calls.take("0101", said("a", 250), at(601)).taken);
        drop(line);
        calls.sweep(at(1200));
        assert!(calls.held().is_empty());
        for call in 0..20 {
            calls.take("0101", said(&call.to_string(), 1), at(1300));
        }
        assert_eq!(calls.held()["0101"].past.len(), PAST);
    }
}
