//! One conversation on its way to a person and back: every stage and every step between them.

use serde::{Deserialize, Serialize};

/// Where a conversation stands (会话状态).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// The program answers.
    Bot,
    /// Waits for somebody of a group (排队).
    Queued {
        /// The group that is asked.
        group: String,
        /// Since when, seconds since 1970: forwarded or given back by a lost seat, the place in the queue stays.
        since: i64,
        /// The colleague it was forwarded to, by account; the others may still take it.
        to: Option<String>,
    },
    /// A person answers (人工接待); the program is silent.
    Assigned {
        /// Who: an account.
        agent: String,
        /// His number (工号).
        number: String,
        /// The group that asked for him.
        group: String,
        /// Since when it waited.
        since: i64,
    },
    /// Nobody was there: what was left is called back (待回访). The program answers meanwhile.
    Callback {
        /// The group that calls back.
        group: String,
        /// Number of the message, for the citizen to quote.
        ticket: String,
    },
    /// Over.
    Closed(Closed),
}

impl Stage {
    /// The word for it in lists and in the store.
    pub fn word(&self) -> &'static str {
        match self {
            Stage::Bot => "bot",
            Stage::Queued { .. } => "queued",
            Stage::Assigned { .. } => "assigned",
            Stage::Callback { .. } => "callback",
            Stage::Closed(_) => "closed",
        }
    }

    /// The group that it concerns.
    pub fn group(&self) -> Option<&str> {
        match self {
            Stage::Queued { group, .. } | Stage::Assigned { group, .. } | Stage::Callback { group, .. } => {
                Some(group)
            }
            Stage::Bot | Stage::Closed(_) => None,
        }
    }

    fn in_words(&self) -> &'static str {
        match self {
            Stage::Bot => "由程序应答",
            Stage::Queued { .. } => "在排队",
            Stage::Assigned { .. } => "已有人接待",
            Stage::Callback { .. } => "等待回访",
            Stage::Closed(_) => "已结束",
        }
    }
}

/// Why a conversation is over (结束原因).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Closed {
    /// Settled, the citizen or the agent says.
    Solved,
    /// Not settled.
    Unsolved,
    /// The citizen went without a word.
    Left,
    /// Nothing was said for too long.
    Timeout,
    /// Called back.
    CalledBack,
    /// Called back in vain.
    NotReached,
    /// Ended over abuse.
    Abuse,
}

impl Closed {
    /// The word for it in requests and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Closed::Solved => "solved",
            Closed::Unsolved => "unsolved",
            Closed::Left => "left",
            Closed::Timeout => "timeout",
            Closed::CalledBack => "called_back",
            Closed::NotReached => "not_reached",
            Closed::Abuse => "abuse",
        }
    }

    /// The outcome that a word stands for.
    pub fn parse(word: &str) -> Option<Closed> {
        use Closed::{Abuse, CalledBack, Left, NotReached, Solved, Timeout, Unsolved};
        [Solved, Unsolved, Left, Timeout, CalledBack, NotReached, Abuse]
            .into_iter()
            .find(|closed| closed.word() == word)
    }
}

/// A member of staff who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staffer<'a> {
    /// The account.
    pub id: &'a str,
    /// The name it signs in by, for the audit log.
    pub login: &'a str,
    /// 工号
    pub number: &'a str,
    /// Whether he may act on the cases of others (班长).
    pub supervises: bool,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    /// The citizen.
    Citizen,
    /// A person at a desk.
    Agent(Staffer<'a>),
    /// The program itself: clocks and lost connections.
    Clock,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Asks for a person of this group.
    Ask {
        /// The group.
        group: String,
    },
    /// Takes the conversation (接入).
    Claim,
    /// Gives it on (转接).
    Forward {
        /// The group.
        group: String,
        /// A colleague, by account.
        to: Option<String>,
    },
    /// Lets the program answer again (交还).
    GiveBack,
    /// The agent's connection has been gone for too long.
    SeatLost,
    /// Leaves a message instead of waiting (留言).
    LeaveMessage {
        /// The group that calls back.
        group: String,
        /// Its number.
        ticket: String,
    },
    /// Ends it.
    Close(Closed),
}

/// What a step did, for the audit log and the event stream; one word each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Waits now.
    Queued,
    /// Somebody took it.
    Claimed,
    /// He had it already.
    HadIt,
    /// Waits for another group.
    Forwarded,
    /// The program answers again.
    GivenBack,
    /// Waits again, since the seat was lost.
    Requeued,
    /// A message was left.
    MessageLeft,
    /// Over.
    Closed,
}

impl Happened {
    /// The word of the audit log.
    pub fn audited(self) -> &'static str {
        match self {
            Happened::Queued => "case.queued",
            Happened::Claimed | Happened::HadIt => "case.claimed",
            Happened::Forwarded => "case.forwarded",
            Happened::GivenBack => "case.given_back",
            Happened::Requeued => "case.requeued",
            Happened::MessageLeft => "case.message_left",
            Happened::Closed => "case.closed",
        }
    }

    /// The word used in events and in the log.
    pub fn word(self) -> &'static str {
        match self {
            Happened::Queued => "queued",
            Happened::Claimed => "claimed",
            Happened::HadIt => "had_it",
            Happened::Forwarded => "forwarded",
            Happened::GivenBack => "given_back",
            Happened::Requeued => "requeued",
            Happened::MessageLeft => "message_left",
            Happened::Closed => "closed",
        }
    }
}

/// A step that can't be taken from here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Somebody else was faster.
    #[error("已由 {0} 接入")]
    Taken(String),
    /// Not the one who may.
    #[error("会话由 {0} 接待，只有本人或班长能这样做")]
    NotYours(String),
    /// Not from this stage.
    #[error("现在不能这样做：会话{0}")]
    NotNow(&'static str),
}

/// A conversation with its stage. Every step is one row of the log and one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Where it stands.
    pub stage: Stage,
}

impl Default for Case {
    fn default() -> Case {
        Case { stage: Stage::Bot }
    }
}

impl Case {
    /// Whether the program may answer.
    pub fn program_answers(&self) -> bool {
        !matches!(self.stage, Stage::Queued { .. } | Stage::Assigned { .. })
    }

    /// The account that has it, while a person answers.
    pub fn holder(&self) -> Option<&str> {
        match &self.stage {
            Stage::Assigned { agent, .. } => Some(agent),
            _ => None,
        }
    }

    /// Takes one step; the case is as it was where it is refused.
    pub fn step(&mut self, who: Who<'_>, act: Act, now: i64) -> Result<Happened, Refused> {
        let (stage, happened) = self.next(who, act, now)?;
        self.stage = stage;
        Ok(happened)
    }

    fn next(&self, who: Who<'_>, act: Act, now: i64) -> Result<(Stage, Happened), Refused> {
        let not_now = Err(Refused::NotNow(self.stage.in_words()));
        Ok(match (&self.stage, act, who) {
            (Stage::Closed(_), ..) => return not_now,
            // Whoever left a message may still wait for somebody later on: the message stays on its list.
            (Stage::Bot, Act::Ask { group }, Who::Citizen | Who::Clock) => {
                (Stage::Queued { group, since: now, to: None }, Happened::Queued)
            }
            (Stage::Queued { group, since, .. }, Act::Claim, Who::Agent(agent)) => {
                let (agent, number) = (agent.id.to_owned(), agent.number.to_owned());
                (Stage::Assigned { agent, number, group: group.clone(), since: *since }, Happened::Claimed)
            }
            (Stage::Assigned { agent, number, .. }, Act::Claim, Who::Agent(other)) => {
                return match agent == other.id {
                    // He has it already: his second press is no fault.
                    true => Ok((self.stage.clone(), Happened::HadIt)),
                    false => Err(Refused::Taken(number.clone())),
                };
            }
            (Stage::Assigned { agent, number, .. }, _, Who::Agent(other))
                if agent != other.id && !other.supervises =>
            {
                return Err(Refused::NotYours(number.clone()));
            }
            (
                Stage::Assigned { since, .. } | Stage::Queued { since, .. },
                Act::Forward { group, to },
                Who::Agent(_),
            ) => (Stage::Queued { group, since: *since, to }, Happened::Forwarded),
            (Stage::Assigned { .. }, Act::GiveBack, Who::Agent(_)) => (Stage::Bot, Happened::GivenBack),
            (Stage::Assigned { group, since, .. }, Act::SeatLost, Who::Clock) => {
                (Stage::Queued { group: group.clone(), since: *since, to: None }, Happened::Requeued)
            }
            // Whoever no longer wants to wait goes back to the program.
            (Stage::Queued { .. }, Act::GiveBack, Who::Citizen | Who::Clock) => {
                (Stage::Bot, Happened::GivenBack)
            }
            (Stage::Bot | Stage::Queued { .. }, Act::LeaveMessage { group, ticket }, Who::Citizen) => {
                (Stage::Callback { group, ticket }, Happened::MessageLeft)
            }
            (
                Stage::Callback { .. },
                Act::Close(why @ (Closed::CalledBack | Closed::NotReached)),
                Who::Agent(_),
            ) => (Stage::Closed(why), Happened::Closed),
            (Stage::Bot | Stage::Queued { .. }, Act::Close(why), Who::Citizen | Who::Clock) => {
                (Stage::Closed(why), Happened::Closed)
            }
            (Stage::Assigned { .. }, Act::Close(why), _)
                if !matches!(why, Closed::CalledBack | Closed::NotReached) =>
            {
                (Stage::Closed(why), Happened::Closed)
            }
            _ => return not_now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agent(id: &str) -> Who<'_> {
        Who::Agent(Staffer { id, login: id, number: id, supervises: false })
    }

    fn ask() -> Act {
        Act::Ask { group: "公安".into() }
    }

    fn message() -> Act {
        Act::LeaveMessage { group: "公安".into(), ticket: "M1".into() }
    }

    fn forward() -> Act {
        Act::Forward { group: "社保".into(), to: None }
    }

    #[test]
    fn a_conversation_goes_to_a_person_and_back() {
        let mut case = Case::default();
        assert!(case.program_answers());
        assert_eq!(case.step(Who::Citizen, ask(), 10), Ok(Happened::Queued));
        assert!(!case.program_answers());
        assert_eq!(case.step(agent("001"), Act::Claim, 20), Ok(Happened::Claimed));
        assert_eq!(case.step(agent("002"), Act::Claim, 21), Err(Refused::Taken("001".into())));
        assert_eq!(case.step(agent("001"), Act::Claim, 22), Ok(Happened::HadIt));
        assert_eq!(case.step(agent("002"), Act::GiveBack, 23), Err(Refused::NotYours("001".into())));
        let boss = Who::Agent(Staffer { id: "003", login: "003", number: "003", supervises: true });
        assert_eq!(case.clone().step(boss, forward(), 23), Ok(Happened::Forwarded));
        assert_eq!(case.step(agent("001"), Act::GiveBack, 24), Ok(Happened::GivenBack));
        assert!(case.program_answers());
    }

    #[test]
    fn whoever_loses_his_agent_keeps_his_place() {
        let mut case = Case::default();
        case.step(Who::Citizen, ask(), 10).unwrap();
        case.step(agent("001"), Act::Claim, 500).unwrap();
        assert_eq!(case.step(Who::Clock, Act::SeatLost, 600), Ok(Happened::Requeued));
        assert_eq!(case.stage, Stage::Queued { group: "公安".into(), since: 10, to: None });
        case.step(agent("002"), Act::Claim, 610).unwrap();
        assert_eq!(case.step(agent("002"), forward(), 620), Ok(Happened::Forwarded));
        assert_eq!(case.stage, Stage::Queued { group: "社保".into(), since: 10, to: None });
    }

    #[test]
    fn a_message_is_called_back_and_what_is_over_stays_over() {
        let mut case = Case::default();
        case.step(Who::Citizen, ask(), 1).unwrap();
        case.step(Who::Citizen, message(), 2).unwrap();
        assert!(case.program_answers(), "the citizen is not left alone while he waits for the call");
        assert!(case.step(agent("001"), Act::Claim, 3).is_err());
        assert!(case.step(Who::Clock, Act::Close(Closed::Timeout), 3).is_err());
        case.step(agent("001"), Act::Close(Closed::CalledBack), 4).unwrap();
        for act in [ask(), Act::Claim, Act::GiveBack, Act::SeatLost, Act::Close(Closed::Solved)] {
            assert_eq!(case.step(agent("001"), act, 5), Err(Refused::NotNow("已结束")));
        }
    }

    #[test]
    fn every_word_of_an_end_is_read_back() {
        for word in ["solved", "unsolved", "left", "timeout", "called_back", "not_reached", "abuse"] {
            assert_eq!(Closed::parse(word).map(Closed::word), Some(word));
        }
        assert_eq!(Closed::parse("gone"), None);
    }

    fn any_step() -> impl Strategy<Value = (u8, Act)> {
        let act = prop_oneof![
            Just(ask()),
            Just(Act::Claim),
            Just(forward()),
            Just(Act::GiveBack),
            Just(Act::SeatLost),
            Just(message()),
            Just(Act::Close(Closed::Solved)),
            Just(Act::Close(Closed::Timeout)),
        ];
        (0u8..4, act)
    }

    proptest! {
        #[test]
        fn nobody_speaks_in_two_voices(steps in proptest::collection::vec(any_step(), 0..40)) {
            let mut case = Case::default();
            for (at, (who, act)) in steps.into_iter().enumerate() {
                let before = case.clone();
                let who = match who {
                    0 => Who::Citizen,
                    1 => agent("001"),
                    2 => agent("002"),
                    _ => Who::Clock,
                };
                let result = case.step(who, act, at as i64);
                if result.is_err() {
                    prop_assert_eq!(&case, &before, "a refused step changes nothing");
                }
                // From one agent to another only through the queue.
                if let (Stage::Assigned { agent: a, .. }, Stage::Assigned { agent: b, .. }) = (&before.stage, &case.stage) {
                    prop_assert_eq!(a, b);
                }
                if let (Stage::Closed(_), true) = (&before.stage, result.is_ok()) {
                    prop_assert!(false, "what is over stays over");
                }
            }
        }
    }
}
