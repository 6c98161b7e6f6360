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
    },
    /// A person answers (人工接待); the program is silent.
    Assigned {
        /// Who.
        agent: String,
        /// The group that asked for him.
        group: String,
        /// Since when it waited.
        since: i64,
    },
    /// Nobody was there: what was left is called back (待回访).
    Callback {
        /// Number of the message, for the citizen to quote.
        ticket: String,
    },
    /// Over.
    Closed(Closed),
}

/// Why a conversation is over (结束原因).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Closed {
    /// Settled, the citizen or the agent says.
    Solved,
    /// Not settled.
    Unsolved,
    /// Nothing was said for too long.
    Timeout,
    /// Called back.
    CalledBack,
}

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    /// The citizen.
    Citizen,
    /// A person at a desk.
    Agent(&'a str),
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
    /// Gives it on to another group (转接).
    Forward {
        /// The group.
        group: String,
    },
    /// Lets the program answer again (交还).
    GiveBack,
    /// The agent's connection has been gone for too long.
    SeatLost,
    /// Leaves a message instead of waiting (留言).
    LeaveMessage {
        /// Its number.
        ticket: String,
    },
    /// Ends it.
    Close(Closed),
}

/// What a step did, for the audit log and the event stream; one word each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Waits now.
    Queued,
    /// Somebody took it.
    Claimed,
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
    /// The word used in events and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Happened::Queued => "queued",
            Happened::Claimed => "claimed",
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
    #[error("只有 {0} 能这样做")]
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

impl Case {
    /// Whether the program may answer.
    pub fn program_answers(&self) -> bool {
        self.stage == Stage::Bot
    }

    /// Takes one step; the case is as it was where it is refused.
    pub fn step(&mut self, who: Who<'_>, act: Act, now: i64) -> Result<Happened, Refused> {
        let (stage, happened) = self.next(who, act, now)?;
        self.stage = stage;
        Ok(happened)
    }

    fn next(&self, who: Who<'_>, act: Act, now: i64) -> Result<(Stage, Happened), Refused> {
        let not_now = Err(Refused::NotNow(self.word()));
        Ok(match (&self.stage, act, who) {
            (Stage::Closed(_), ..) => return not_now,
            (Stage::Bot, Act::Ask { group }, Who::Citizen | Who::Clock) => {
                (Stage::Queued { group, since: now }, Happened::Queued)
            }
            (Stage::Queued { group, since }, Act::Claim, Who::Agent(agent)) => {
                let (group, since) = (group.clone(), *since);
                (Stage::Assigned { agent: agent.to_owned(), group, since }, Happened::Claimed)
            }
            (Stage::Assigned { agent, .. }, Act::Claim, Who::Agent(other)) if agent != other => {
                return Err(Refused::Taken(agent.clone()));
            }
            // He has it already: his second press is no fault.
            (Stage::Assigned { .. }, Act::Claim, Who::Agent(_)) => (self.stage.clone(), Happened::Claimed),
            (Stage::Assigned { agent, .. }, _, Who::Agent(other)) if agent != other => {
                return Err(Refused::NotYours(agent.clone()));
            }
            (Stage::Assigned { since, .. }, Act::Forward { group }, Who::Agent(_)) => {
                (Stage::Queued { group, since: *since }, Happened::Forwarded)
            }
            (Stage::Assigned { .. }, Act::GiveBack, Who::Agent(_)) => (Stage::Bot, Happened::GivenBack),
            (Stage::Assigned { group, since, .. }, Act::SeatLost, Who::Clock) => {
                (Stage::Queued { group: group.clone(), since: *since }, Happened::Requeued)
            }
            // Whoever no longer wants to wait goes back to the program.
            (Stage::Queued { .. }, Act::GiveBack, Who::Citizen | Who::Clock) => {
                (Stage::Bot, Happened::GivenBack)
            }
            (Stage::Bot | Stage::Queued { .. }, Act::LeaveMessage { ticket }, Who::Citizen) => {
                (Stage::Callback { ticket }, Happened::MessageLeft)
            }
            (Stage::Callback { .. }, Act::Close(Closed::CalledBack), Who::Agent(_)) => {
                (Stage::Closed(Closed::CalledBack), Happened::Closed)
            }
            (Stage::Callback { .. } | Stage::Bot | Stage::Queued { .. }, Act::Close(why), Who::Citizen) => {
                (Stage::Closed(why), Happened::Closed)
            }
            (Stage::Assigned { .. }, Act::Close(why), Who::Citizen | Who::Agent(_)) => {
                (Stage::Closed(why), Happened::Closed)
            }
            (
                Stage::Bot | Stage::Queued { .. } | Stage::Assigned { .. },
                Act::Close(Closed::Timeout),
                Who::Clock,
            ) => (Stage::Closed(Closed::Timeout), Happened::Closed),
            _ => return not_now,
        })
    }

    fn word(&self) -> &'static str {
        match self.stage {
            Stage::Bot => "由程序应答",
            Stage::Queued { .. } => "在排队",
            Stage::Assigned { .. } => "已有人接待",
            Stage::Callback { .. } => "等待回访",
            Stage::Closed(_) => "已结束",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn new() -> Case {
        Case { stage: Stage::Bot }
    }

    fn ask() -> Act {
        Act::Ask { group: "公安".into() }
    }

    #[test]
    fn a_conversation_goes_to_a_person_and_back() {
        let mut case = new();
        assert!(case.program_answers());
        assert_eq!(case.step(Who::Citizen, ask(), 10), Ok(Happened::Queued));
        assert!(!case.program_answers());
        assert_eq!(case.step(Who::Agent("001"), Act::Claim, 20), Ok(Happened::Claimed));
        assert_eq!(case.step(Who::Agent("002"), Act::Claim, 21), Err(Refused::Taken("001".into())));
        assert_eq!(case.step(Who::Agent("001"), Act::Claim, 22), Ok(Happened::Claimed));
        assert_eq!(case.step(Who::Agent("002"), Act::GiveBack, 23), Err(Refused::NotYours("001".into())));
        assert_eq!(case.step(Who::Agent("001"), Act::GiveBack, 24), Ok(Happened::GivenBack));
        assert!(case.program_answers());
    }

    #[test]
    fn whoever_loses_his_agent_keeps_his_place() {
        let mut case = new();
        case.step(Who::Citizen, ask(), 10).unwrap();
        case.step(Who::Agent("001"), Act::Claim, 500).unwrap();
        assert_eq!(case.step(Who::Clock, Act::SeatLost, 600), Ok(Happened::Requeued));
        assert_eq!(case.stage, Stage::Queued { group: "公安".into(), since: 10 });
        case.step(Who::Agent("002"), Act::Claim, 610).unwrap();
        let forwarded = case.step(Who::Agent("002"), Act::Forward { group: "社保".into() }, 620);
        assert_eq!(forwarded, Ok(Happened::Forwarded));
        assert_eq!(case.stage, Stage::Queued { group: "社保".into(), since: 10 });
    }

    #[test]
    fn a_message_is_called_back_and_what_is_over_stays_over() {
        let mut case = new();
        case.step(Who::Citizen, ask(), 1).unwrap();
        case.step(Who::Citizen, Act::LeaveMessage { ticket: "M1".into() }, 2).unwrap();
        assert!(case.step(Who::Agent("001"), Act::Claim, 3).is_err());
        case.step(Who::Agent("001"), Act::Close(Closed::CalledBack), 4).unwrap();
        for act in [ask(), Act::Claim, Act::GiveBack, Act::SeatLost, Act::Close(Closed::Solved)] {
            assert_eq!(case.step(Who::Agent("001"), act, 5), Err(Refused::NotNow("已结束")));
        }
    }

    fn any_step() -> impl Strategy<Value = (u8, Act)> {
        let act = prop_oneof![
            Just(ask()),
            Just(Act::Claim),
            Just(Act::Forward { group: "社保".into() }),
            Just(Act::GiveBack),
            Just(Act::SeatLost),
            Just(Act::LeaveMessage { ticket: "M1".into() }),
            Just(Act::Close(Closed::Solved)),
            Just(Act::Close(Closed::Timeout)),
        ];
        (0u8..4, act)
    }

    proptest! {
        #[test]
        fn nobody_speaks_in_two_voices(steps in proptest::collection::vec(any_step(), 0..40)) {
            let mut case = new();
            for (at, (who, act)) in steps.into_iter().enumerate() {
                let before = case.clone();
                let who = match who {
                    0 => Who::Citizen,
                    1 => Who::Agent("001"),
                    2 => Who::Agent("002"),
                    _ => Who::Clock,
                };
                let result = case.step(who.clone(), act, at as i64);
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
