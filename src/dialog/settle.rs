//! The question that waits, and what its options lead to.

use super::clarify::{OPTIONS, shortened};
use super::options::labels;
use super::reply::{Ask, Reply};
use super::state::{Button, Choice, Pending, Press};
use super::step::{BEST, ROUNDS, Turn};
use super::{Status, wording};
use crate::guide::ITEM;

impl Turn<'_> {
    pub(super) fn pending_ask(&self) -> Option<Ask> {
        let pending = self.state.pending.as_ref()?;
        let mut options: Vec<Button> = labels(pending)
            .into_iter()
            .enumerate()
            .map(|(at, label)| Button {
                press: match pending {
                    Pending::Situation { options, .. } => Press::Options(vec![options[at].0.clone()]),
                    Pending::Place { options } => Press::Place(options[at].code.clone()),
                    _ => Press::Pick(at),
                },
                label: shortened(label),
            })
            .collect();
        let (text, multi) = match pending {
            Pending::Which { options } if options.len() == 1 => (wording::is_it(&options[0].name), false),
            Pending::Which { .. } | Pending::Several { .. } => (wording::WHICH_ONE.to_owned(), false),
            Pending::Narrow { .. } => (wording::WHICH_KIND.to_owned(), false),
            Pending::Situation { id, multi, .. } if id == ITEM => (wording::WHICH_CASE.to_owned(), *multi),
            Pending::Situation { multi, .. } => (wording::WHICH_SITUATION.to_owned(), *multi),
            Pending::Place { options } if options.is_empty() => (wording::YOUR_PLACE.to_owned(), false),
            Pending::Place { .. } => (wording::WHICH_PLACE.to_owned(), false),
        };
        let knows_not = options.iter().any(|option| option.label.contains(wording::DONT_KNOW));
        if knows_not && matches!(pending, Pending::Situation { .. }) {
            return Some(Ask { text, options, multi });
        }
        options.push(match pending {
            Pending::Which { .. } | Pending::Narrow { .. } | Pending::Several { .. } => {
                Button { press: Press::NoneOfThese, label: wording::NONE_OF_THESE.to_owned() }
            }
            Pending::Place { .. } => Button { press: Press::Skip, label: wording::ANY_PLACE.to_owned() },
            Pending::Situation { .. } => Button { press: Press::Skip, label: wording::DONT_KNOW.to_owned() },
        });
        Some(Ask { text, options, multi })
    }

    pub(super) fn pick(&mut self, at: usize) -> Reply {
        match self.state.pending.clone() {
            Some(Pending::Which { options } | Pending::Several { options }) if at < options.len() => {
                self.focus(&options[at], Vec::new())
            }
            Some(Pending::Narrow { groups }) if at < groups.len() => {
                let (label, choices) = &groups[at];
                if label == wording::FOR_PERSON || label == wording::FOR_FIRM {
                    self.state.person = Some(label == wording::FOR_PERSON);
                }
                self.narrowed(choices.clone())
            }
            Some(Pending::Place { options }) if at < options.len() => self.place(vec![options[at].clone()]),
            Some(Pending::Situation { options, .. }) if at < options.len() => {
                self.answer(vec![options[at].0.clone()])
            }
            _ => self.again(wording::NO_SUCH_OPTION),
        }
    }

    pub(super) fn narrowed(&mut self, choices: Vec<Choice>) -> Reply {
        match choices.as_slice() {
            [only] => self.focus(only, Vec::new()),
            _ if self.state.rounds >= ROUNDS => self.best(choices),
            _ => {
                let options = choices.into_iter().take(OPTIONS).collect();
                self.ask_which("", wording::WHICH_ONE.to_owned(), Pending::Which { options })
            }
        }
    }

    pub(super) fn none_of_these(&mut self) -> Reply {
        let turned_down: Vec<Choice> = match self.state.pending.take() {
            Some(Pending::Which { options } | Pending::Several { options }) => options,
            Some(Pending::Narrow { groups }) => groups.into_iter().flat_map(|g| g.1).collect(),
            other => match self.state.focus.take() {
                // The card itself is turned down.
                Some(focus) => {
                    vec![Choice { item: focus.item, name: focus.name, case: None, label: String::new() }]
                }
                None => {
                    self.state.pending = other;
                    return self.again(wording::NO_SUCH_OPTION);
                }
            },
        };
        self.state.refused.extend(turned_down.into_iter().map(|c| c.item));
        let refused = &self.state.refused;
        let left: Vec<Choice> =
            self.state.rest.iter().filter(|c| !refused.contains(&c.item)).cloned().collect();
        if left.is_empty() || self.state.rounds > ROUNDS {
            self.state.misses = self.state.misses.saturating_add(1);
            self.state.rest.clear();
            return match self.state.misses >= ROUNDS {
                true => Reply::new(Status::Handoff, wording::NOT_FOUND_AGAIN),
                false => Reply::new(Status::Clarify, wording::SAY_OTHERWISE),
            };
        }
        let options = left.into_iter().take(BEST).collect();
        self.ask_which(wording::THEN_THESE, wording::WHICH_ONE.to_owned(), Pending::Which { options })
    }

    pub(super) fn answer(&mut self, ids: Vec<String>) -> Reply {
        let (Some(Pending::Situation { id, multi, options }), Some(_)) =
            (self.state.pending.clone(), &self.state.focus)
        else {
            return self.again(wording::NO_SUCH_OPTION);
        };
        let known = ids.iter().all(|chosen| options.iter().any(|(option, _)| option == chosen));
        if !known || ids.is_empty() || (ids.len() > 1 && !multi) {
            return self.again(wording::NO_SUCH_OPTION);
        }
        if let Some(focus) = &mut self.state.focus {
            focus.answer(&id, &ids);
        }
        self.show(Vec::new(), false)
    }

    pub(super) fn skip(&mut self) -> Reply {
        match self.state.pending.clone() {
            Some(Pending::Situation { id, .. }) => {
                if let Some(focus) = &mut self.state.focus {
                    focus.skipped.push(id);
                }
                let mut reply = self.show(Vec::new(), false);
                reply.say.push(wording::SKIPPED.to_owned());
                reply
            }
            Some(Pending::Place { .. }) => {
                self.state.place_asked = true;
                self.state.pending = None;
                match self.state.focus {
                    Some(_) => {
                        let mut reply = self.show(Vec::new(), false);
                        reply.say.push(wording::NO_PLACE.to_owned());
                        reply
                    }
                    None => Reply::new(Status::Clarify, wording::WHAT_TO_DO),
                }
            }
            Some(Pending::Which { options } | Pending::Several { options }) => {
                self.state.rounds = ROUNDS;
                self.best(options)
            }
            Some(Pending::Narrow { groups }) => {
                let mut all: Vec<Choice> = Vec::new();
                // The first of each group before the second of any.
                let deepest = groups.iter().map(|g| g.1.len()).max().unwrap_or(0);
                for depth in 0..deepest {
                    for choice in groups.iter().filter_map(|g| g.1.get(depth)) {
                        if !all.contains(choice) {
                            all.push(choice.clone());
                        }
                    }
                }
                self.state.rounds = ROUNDS;
                self.best(all)
            }
            None => self.again(wording::SAY_WHAT),
        }
    }
}
