//! What one conversation knows, and what can be pressed in it.

use crate::guide::{Answers, Facet, ItemKey, RegionCode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A division with its full name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its code.
    pub code: RegionCode,
    /// Its name with the league or city before it.
    pub name: String,
}

/// What one conversation knows. Nothing in it is personal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The asker's place.
    pub place: Option<Place>,
    /// Whether the place was asked for: it is asked once.
    pub place_asked: bool,
    /// `true` for a private person, `false` for a firm, where the asker said so.
    pub person: Option<bool>,
    /// The item being talked about.
    pub focus: Option<Focus>,
    /// Items talked about before, newest last.
    pub before: Vec<Focus>,
    /// What was asked last and waits for an answer.
    pub pending: Option<Pending>,
    /// The question that is being settled, masked.
    pub question: String,
    /// Items that came next, for "none of these".
    pub rest: Vec<Choice>,
    /// Items turned down while it is being settled.
    pub refused: Vec<ItemKey>,
    /// Questions asked back in a row.
    pub rounds: u8,
    /// Questions in a row that found nothing.
    pub misses: u8,
    /// Somebody was in danger a turn ago.
    pub danger: bool,
    /// Abusive texts so far.
    pub abuse: u8,
}

/// Items that can be gone back to.
const BEFORE: usize = 8;

impl State {
    /// Whether something is being talked about or waits for an answer.
    pub fn talking(&self) -> bool {
        self.focus.is_some() || self.pending.is_some()
    }

    /// Talks about an item from now on: what was answered about another one stays with that.
    pub fn turn_to(&mut self, choice: &Choice) {
        match &mut self.focus {
            // The same item: what was answered still holds.
            Some(focus) if focus.item == choice.item => {
                if let Some(case) = &choice.case {
                    focus.answer(crate::guide::ITEM, std::slice::from_ref(case));
                }
            }
            _ => {
                // Come back to, it is as it was left.
                let left = self.before.iter().position(|focus| focus.item == choice.item);
                let mut focus = left.map_or_else(|| Focus::on(choice), |at| self.before.remove(at));
                if let Some(case) = &choice.case {
                    focus.answer(crate::guide::ITEM, std::slice::from_ref(case));
                }
                if let Some(old) = self.focus.replace(focus) {
                    self.before.push(old);
                    let over = self.before.len().saturating_sub(BEFORE);
                    self.before.drain(..over);
                }
            }
        }
        (self.pending, self.rounds, self.misses) = (None, 0, 0);
    }
}

/// One item with what was answered about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Focus {
    /// The item.
    pub item: ItemKey,
    /// 事项名称
    pub name: String,
    /// Answers to its 情形 questions, the business item among them.
    #[serde(default)]
    pub answers: Answers,
    /// Answered questions in order, for the way back.
    #[serde(default)]
    pub order: Vec<String>,
    /// Questions that the asker could not answer.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// Every question of its guide that was open or answered, with its options: for corrections.
    #[serde(default)]
    pub known: Vec<(String, Vec<(String, String)>)>,
}

impl Focus {
    /// An item about which nothing was answered yet.
    pub fn on(choice: &Choice) -> Focus {
        let mut focus = Focus {
            item: choice.item.clone(),
            name: choice.name.clone(),
            answers: Answers::default(),
            order: Vec::new(),
            skipped: Vec::new(),
            known: Vec::new(),
        };
        if let Some(case) = &choice.case {
            focus.answer(crate::guide::ITEM, std::slice::from_ref(case));
        }
        focus
    }

    /// Puts options in place of what was answered before.
    pub fn answer(&mut self, id: &str, options: &[String]) {
        self.forget(id);
        options.iter().for_each(|option| self.answers.choose(id, option));
        self.order.push(id.to_owned());
    }

    /// Whether a question of its guide has this option.
    pub fn has(&self, id: &str, option: &str) -> bool {
        self.known.iter().any(|(known, options)| known == id && options.iter().any(|o| o.0 == option))
    }

    /// Takes an answer back.
    pub fn forget(&mut self, id: &str) {
        self.answers.clear(id);
        self.order.retain(|known| known != id);
        self.skipped.retain(|known| known != id);
    }
}

/// One item that may be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The item.
    pub item: ItemKey,
    /// 事项名称
    pub name: String,
    /// 业务办理项, where one is meant.
    pub case: Option<String>,
    /// What tells it apart, at most [`super::clarify::LABEL`] characters.
    pub label: String,
}

/// A question that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pending {
    /// Which of these is meant.
    Which {
        /// The items, best first.
        options: Vec<Choice>,
    },
    /// Which group the meant one belongs to.
    Narrow {
        /// Label of each group with its items, best first.
        groups: Vec<(String, Vec<Choice>)>,
    },
    /// A 情形 question of the guide.
    Situation {
        /// The variable that the answer sets.
        id: String,
        /// Whether several options may hold.
        multi: bool,
        /// (id, label) of each option.
        options: Vec<(String, String)>,
    },
    /// Which place; no options where any may be named.
    Place {
        /// What a name may mean.
        options: Vec<Place>,
    },
    /// Which of several services named in one sentence is to be opened.
    Several {
        /// The items.
        options: Vec<Choice>,
    },
}

/// What a citizen can press instead of writing; also what a text may come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// The n-th option of what is pending, from 0.
    Pick(usize),
    /// None of the options.
    NoneOfThese,
    /// Options of a 情形 question, by id.
    Options(Vec<String>),
    /// An option of any question of the item in focus, as a correction: question, option.
    Set(String, String),
    /// "I don't know."
    Skip,
    /// A place, by code.
    Place(RegionCode),
    /// Ask for the place anew.
    ChangePlace,
    /// One side of the item.
    Facet(Facet),
    /// An item, by key; with a business item or without.
    Open(ItemKey, Option<String>),
    /// An answered question anew.
    Edit(String),
    /// The same once more, in few words.
    Brief,
    /// A step back.
    Back,
    /// Drop the matter.
    Cancel,
    /// Start again.
    Restart,
    /// Speak with a person.
    Human,
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Press::Pick(n) => write!(f, "pick:{n}"),
            Press::NoneOfThese => f.write_str("none"),
            Press::Options(ids) => write!(f, "option:{}", ids.join("|")),
            Press::Set(id, option) => write!(f, "set:{id}|{option}"),
            Press::Skip => f.write_str("skip"),
            Press::Place(code) => write!(f, "place:{code}"),
            Press::ChangePlace => f.write_str("change_place"),
            Press::Facet(facet) => write!(f, "facet:{}", facet.word()),
            Press::Open(item, None) => write!(f, "open:{item}"),
            Press::Open(item, Some(case)) => write!(f, "open:{item}|{case}"),
            Press::Edit(id) => write!(f, "edit:{id}"),
            Press::Brief => f.write_str("brief"),
            Press::Back => f.write_str("back"),
            Press::Cancel => f.write_str("cancel"),
            Press::Restart => f.write_str("restart"),
            Press::Human => f.write_str("human"),
        }
    }
}

impl Press {
    /// Reads what [`Press`] writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Press> {
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        Some(match (word, rest) {
            ("none", "") => Press::NoneOfThese,
            ("skip", "") => Press::Skip,
            ("change_place", "") => Press::ChangePlace,
            ("brief", "") => Press::Brief,
            ("back", "") => Press::Back,
            ("cancel", "") => Press::Cancel,
            ("restart", "") => Press::Restart,
            ("human", "") => Press::Human,
            ("pick", n) => Press::Pick(n.parse().ok()?),
            ("option", "") | ("edit", "") | ("open", "") => return None,
            ("option", ids) => Press::Options(ids.split('|').map(str::to_owned).collect()),
            ("set", rest) => {
                let (id, option) = rest.split_once('|')?;
                Press::Set(id.to_owned(), option.to_owned())
            }
            ("edit", id) => Press::Edit(id.to_owned()),
            ("place", code) => Press::Place(RegionCode::try_from(code.to_owned()).ok()?),
            ("facet", facet) => Press::Facet(Facet::from_word(facet)?),
            ("open", rest) => {
                let (key, case) = match rest.split_once('|') {
                    Some((key, case)) => (key, Some(case.to_owned())),
                    None => (rest, None),
                };
                Press::Open(ItemKey::from_text(key), case)
            }
            _ => return None,
        })
    }
}

/// A press with the words on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it does.
    pub press: Press,
    /// What it says.
    pub label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pressed_reads_back() {
        let region = RegionCode::try_from("150702".to_owned()).unwrap();
        let key = ItemKey::from_name("甲");
        for press in [
            Press::Pick(3),
            Press::NoneOfThese,
            Press::Options(vec!["a".into(), "b".into()]),
            Press::Set("age".into(), "old".into()),
            Press::Skip,
            Press::Place(region),
            Press::ChangePlace,
            Press::Facet(Facet::Fee),
            Press::Open(key.clone(), None),
            Press::Open(key, Some("丢失补领".into())),
            Press::Edit("age".into()),
            Press::Brief,
            Press::Back,
            Press::Cancel,
            Press::Restart,
            Press::Human,
        ] {
            assert_eq!(Press::parse(&press.to_string()), Some(press.clone()), "{press}");
        }
        for wrong in ["", "pick:", "pick:x", "place:1", "facet:sky", "option:", "dance", "skip:1"] {
            assert_eq!(Press::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_state_is_kept_as_it_was() {
        let choice = Choice {
            item: ItemKey::from_name("甲"),
            name: "甲".into(),
            case: Some("补领".into()),
            label: "补领".into(),
        };
        let state = State {
            focus: Some(Focus::on(&choice)),
            pending: Some(Pending::Which { options: vec![choice] }),
            question: "办甲".into(),
            ..State::default()
        };
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
        assert_eq!(serde_json::from_str::<State>("{}").unwrap(), State::default());
    }
}
