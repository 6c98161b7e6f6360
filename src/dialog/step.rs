//! One turn: what was known and what came in → what is known and what is answered. Every pair is decided here.

use super::clarify::{Hit, choices, which};
use super::phrases::Side;
use super::reading::Intent;
use super::reply::{Ask, Input, Named, Reply, Said, Show};
use super::state::{Button, Choice, Pending, Place, Press, State};
use super::{Candidate, Route, Status, Thresholds, Verdict, judge, wording};

/// Questions asked back in a row at most; then the best three and a person.
pub(super) const ROUNDS: u8 = 2;

/// Candidates shown when asking has not helped.
pub(super) const BEST: usize = 3;

/// Candidates kept for "none of these".
const KEPT: usize = 6;

/// Takes one turn.
pub fn step(state: &State, input: Input, thresholds: &Thresholds) -> (State, Reply) {
    let mut turn = Turn { state: state.clone(), thresholds };
    let mut reply = match input {
        Input::Pressed(press, named) => turn.press(press, named),
        Input::Said(said) => {
            let masked = said.masked;
            let mut reply = turn.said(*said);
            if masked {
                reply.say.insert(0, wording::MASKED.to_owned());
            }
            reply
        }
    };
    ways_on(&turn.state, &mut reply);
    (turn.state, reply)
}

/// A person is one step away from everywhere, and no reply is a dead end.
fn ways_on(state: &State, reply: &mut Reply) {
    let mut offer = |press: Press, label: &str| {
        let known = reply.ask.iter().flat_map(|ask| &ask.options).chain(&reply.offers);
        if !known.into_iter().any(|button| button.press == press) {
            reply.offers.push(Button { press, label: label.to_owned() });
        }
    };
    if state.focus.is_some() && matches!(reply.show, Show::Item { .. }) {
        offer(Press::NoneOfThese, wording::NOT_THIS);
    }
    if state.talking() {
        offer(Press::Restart, wording::RESTART);
    }
    offer(Press::Human, wording::HUMAN);
}

pub(super) struct Turn<'a> {
    pub(super) state: State,
    thresholds: &'a Thresholds,
}

fn open_button(choice: &Choice) -> Button {
    Button { press: Press::Open(choice.item.clone(), choice.case.clone()), label: choice.label.clone() }
}

impl Turn<'_> {
    fn said(&mut self, said: Said) -> Reply {
        // Before anything else, whatever was being settled.
        if said.route == Route::Emergency {
            self.state.danger = true;
            let say = if said.despair { wording::DESPAIR } else { wording::EMERGENCY };
            return Reply::new(Status::Handoff, say);
        }
        // Whoever was in danger a moment ago still is, until he asks for something to be done.
        let follows = std::mem::take(&mut self.state.danger);
        if follows
            && matches!(said.route, Route::Help | Route::OutOfScope | Route::Complaint | Route::Progress)
        {
            self.state.danger = true;
            return Reply::new(Status::Handoff, wording::EMERGENCY);
        }
        match said.intent.clone().unwrap_or(Intent::Question) {
            Intent::Press(press) => self.press(press, Named::default()),
            Intent::Place => self.place(said.places),
            Intent::FollowUp(sides) => {
                self.take_place(&said.places);
                self.follow_up(sides)
            }
            Intent::Compare => self.compare(said.places),
            Intent::Beyond => self.again(wording::BEYOND),
            Intent::Applicant(person) => {
                self.state.person = Some(person);
                self.after_applicant()
            }
            Intent::Thanks => Reply::new(Status::OutOfScope, wording::WELCOME),
            Intent::Hello => self.again(wording::HELLO),
            Intent::WhoAreYou => self.again(wording::WHO),
            Intent::Nothing => self.again(wording::WHAT_TO_DO),
            Intent::Question => self.question(said),
        }
    }

    fn press(&mut self, press: Press, named: Named) -> Reply {
        match press {
            Press::Human => {
                self.state.pending = None;
                Reply::new(Status::Handoff, wording::lead(Status::Handoff, Route::Human))
            }
            Press::Restart => {
                self.state = State { place: self.state.place.clone(), ..State::default() };
                Reply::new(Status::Clarify, wording::WHAT_TO_DO)
            }
            Press::Cancel => {
                self.state.pending = None;
                self.state.focus = None;
                self.state.rounds = 0;
                Reply::new(Status::Clarify, wording::CANCELLED)
            }
            Press::Back => self.back(),
            Press::Brief => match self.state.focus {
                Some(_) => self.show(Vec::new(), true),
                None => self.again(wording::SAY_WHAT),
            },
            Press::Facet(facet) => self.follow_up(vec![Side::Facet(facet)]),
            Press::ChangePlace => self.ask_place(),
            Press::Place(code) => {
                let known = match &self.state.pending {
                    Some(Pending::Place { options }) => options.iter().find(|p| p.code == code).cloned(),
                    _ => None,
                };
                match known.or(named.place) {
                    Some(place) => self.place(vec![place]),
                    None => self.again(wording::NO_SUCH_OPTION),
                }
            }
            Press::Open(..) => match named.choice {
                Some(choice) => self.focus(&choice, Vec::new()),
                None => self.again(wording::NO_SUCH_OPTION),
            },
            Press::Pick(at) => self.pick(at),
            Press::NoneOfThese => self.none_of_these(),
            Press::Options(ids) => self.answer(ids),
            Press::Set(id, option) => match &mut self.state.focus {
                Some(focus) if focus.has(&id, &option) => {
                    focus.answer(&id, std::slice::from_ref(&option));
                    self.show(Vec::new(), false)
                }
                _ => self.again(wording::NO_SUCH_OPTION),
            },
            Press::Skip => self.skip(),
            Press::Edit(id) => match &mut self.state.focus {
                Some(focus) => {
                    focus.forget(&id);
                    self.show(Vec::new(), false)
                }
                None => self.again(wording::NO_SUCH_OPTION),
            },
        }
    }

    /// The card of the item in focus; which question comes next, the guide decides.
    pub(super) fn show(&mut self, sides: Vec<Side>, brief: bool) -> Reply {
        self.state.pending = None;
        let mut reply = Reply::new(Status::Answered, wording::lead(Status::Answered, Route::Item));
        reply.say.clear();
        reply.show = Show::Item { sides, brief, whole: !brief };
        reply
    }

    pub(super) fn focus(&mut self, choice: &Choice, sides: Vec<Side>) -> Reply {
        self.state.turn_to(choice);
        self.show(sides, false)
    }

    /// The question that waits, once more; without one, what can be asked at all.
    pub(super) fn again(&mut self, why: &str) -> Reply {
        let mut reply = Reply::new(Status::Clarify, why);
        reply.ask = self.pending_ask();
        let asks = reply.say.iter().any(|sentence| sentence.ends_with('？'));
        if reply.ask.is_none() && self.state.focus.is_none() && !asks {
            reply.say.push(wording::WHAT_TO_DO.to_owned());
        }
        reply
    }

    pub(super) fn ask_which(&mut self, say: &str, text: String, pending: Pending) -> Reply {
        self.state.pending = Some(pending);
        self.state.rounds = self.state.rounds.saturating_add(1);
        let mut reply = Reply::new(Status::Clarify, say);
        reply.say.retain(|sentence| !sentence.is_empty());
        reply.ask = self.pending_ask().map(|ask| Ask { text, ..ask });
        reply
    }

    /// The best that are left, as a list, with a person beside them.
    pub(super) fn best(&mut self, choices: Vec<Choice>) -> Reply {
        let options: Vec<Choice> = choices.into_iter().take(BEST).collect();
        if options.is_empty() {
            return self.nothing();
        }
        let mut reply = Reply::new(Status::Candidates, wording::lead(Status::Candidates, Route::Item));
        reply.say.push(wording::OR_HUMAN.to_owned());
        self.state.pending = Some(Pending::Which { options });
        reply.ask = self.pending_ask().map(|ask| Ask { text: wording::WHICH_ONE.to_owned(), ..ask });
        reply
    }

    pub(super) fn nothing(&mut self) -> Reply {
        let state = &mut self.state;
        state.pending = None;
        state.misses = state.misses.saturating_add(1);
        if state.misses >= ROUNDS {
            state.misses = 0;
            return Reply::new(Status::Handoff, wording::NOT_FOUND_AGAIN);
        }
        Reply::new(Status::OutOfScope, wording::lead(Status::OutOfScope, Route::Item))
    }

    fn back(&mut self) -> Reply {
        let state = &mut self.state;
        if let Some(focus) = &mut state.focus
            && let Some(last) = focus.order.last().cloned()
        {
            focus.forget(&last);
            return self.show(Vec::new(), false);
        }
        state.pending = None;
        match state.before.pop() {
            Some(focus) => {
                state.focus = Some(focus);
                self.show(Vec::new(), false)
            }
            None => {
                state.focus = None;
                state.rounds = 0;
                Reply::new(Status::Clarify, wording::WHAT_TO_DO)
            }
        }
    }

    fn take_place(&mut self, places: &[Place]) {
        match places {
            [] => {}
            [only] => self.state.place = Some(only.clone()),
            // Another place is meant than the one known; which, is asked.
            _ => self.state.place = None,
        }
    }

    /// A place was named: the item stays, the answer changes.
    pub(super) fn place(&mut self, places: Vec<Place>) -> Reply {
        match places.as_slice() {
            [] => self.ask_place(),
            [only] => {
                self.state.place = Some(only.clone());
                self.state.place_asked = true;
                let settling = matches!(
                    self.state.pending,
                    Some(Pending::Which { .. } | Pending::Narrow { .. } | Pending::Several { .. })
                );
                if settling {
                    return self.again(&wording::place_taken(&only.name));
                }
                match self.state.focus {
                    Some(_) => {
                        let mut reply = self.show(Vec::new(), false);
                        reply.say.push(wording::place_taken(&only.name));
                        reply
                    }
                    None => {
                        self.state.pending = None;
                        Reply::new(Status::Clarify, wording::place_then(&only.name))
                    }
                }
            }
            _ => {
                let options = places.into_iter().take(super::clarify::OPTIONS).collect();
                self.state.pending = Some(Pending::Place { options });
                let mut reply = Reply::new(Status::Clarify, "");
                reply.say.clear();
                reply.ask = self.pending_ask();
                reply
            }
        }
    }

    fn ask_place(&mut self) -> Reply {
        self.state.pending = Some(Pending::Place { options: Vec::new() });
        let mut reply = Reply::new(Status::Clarify, "");
        reply.say.clear();
        reply.ask = self.pending_ask();
        reply
    }

    fn follow_up(&mut self, sides: Vec<Side>) -> Reply {
        match self.state.focus {
            Some(_) => {
                let whole = sides.contains(&Side::Facet(crate::guide::Facet::Materials));
                let mut reply = self.show(sides.clone(), false);
                reply.show = Show::Item { sides, brief: false, whole };
                reply
            }
            None => self.again(wording::SAY_WHAT),
        }
    }

    fn compare(&mut self, places: Vec<Place>) -> Reply {
        let mut columns: Vec<Place> = self.state.place.iter().cloned().collect();
        for place in places {
            if !columns.iter().any(|known| known.code == place.code) {
                columns.push(place);
            }
        }
        columns.truncate(super::clarify::OPTIONS);
        match (&self.state.focus, columns.len()) {
            (None, _) => self.again(wording::SAY_WHAT),
            (Some(_), 0 | 1) => {
                let named = columns.first().map(|p| p.name.as_str());
                Reply::new(Status::Clarify, wording::compare_with_what(named))
            }
            (Some(_), _) => {
                let mut reply = Reply::new(Status::Answered, wording::COMPARED);
                reply.show = Show::Compare(columns);
                reply
                    .offers
                    .push(Button { press: Press::ChangePlace, label: wording::CHANGE_PLACE.to_owned() });
                reply
            }
        }
    }

    fn after_applicant(&mut self) -> Reply {
        match self.state.pending.clone() {
            Some(Pending::Narrow { groups }) => {
                let want =
                    if self.state.person == Some(true) { wording::FOR_PERSON } else { wording::FOR_FIRM };
                match groups.iter().position(|g| g.0 == want) {
                    Some(at) => self.pick(at),
                    None => self.again(wording::NOTED),
                }
            }
            _ => self.again(wording::NOTED),
        }
    }

    fn question(&mut self, said: Said) -> Reply {
        if said.unclear {
            return self.again(wording::NOT_UNDERSTOOD);
        }
        if let Some((bundle, members)) = said.bundle.clone() {
            self.take_place(&said.places);
            let mut reply = Reply::new(Status::Answered, wording::bundle(&bundle));
            reply.show = Show::Bundle(bundle);
            reply.offers = members.iter().map(open_button).collect();
            self.state.pending = (!members.is_empty()).then_some(Pending::Several { options: members });
            return reply;
        }
        if !said.compares {
            self.take_place(&said.places);
        }
        if said.route != Route::Item {
            return self.elsewhere(&said);
        }
        if said.several.len() > 1 {
            let choices = choices(&said.several);
            self.state.pending = Some(Pending::Several { options: choices.clone() });
            let mut reply = Reply::new(Status::Answered, wording::several(choices.len()));
            reply.offers = choices.iter().map(open_button).collect();
            reply.show = Show::Items(choices);
            return reply;
        }
        let settling = matches!(self.state.pending, Some(Pending::Which { .. } | Pending::Narrow { .. }));
        let hits: Vec<Hit> = match settling {
            true => said.hits.iter().filter(|h| !self.state.refused.contains(&h.item)).cloned().collect(),
            false => said.hits.clone(),
        };
        if !settling {
            (self.state.rounds, self.state.refused) = (0, Vec::new());
        }
        let candidates: Vec<Candidate> =
            hits.iter().map(|hit| Candidate { confidence: hit.confidence }).collect();
        let verdict = judge(&candidates, self.thresholds).verdict;
        // "And that one, how much?" finds a little of everything: it is about what is being talked about.
        if let Some(focus) = &self.state.focus {
            let near = hits.iter().take(BEST).any(|hit| hit.item == focus.item);
            let same = hits.first().is_some_and(|hit| hit.item == focus.item);
            let unsure = verdict != Verdict::Sure;
            if said.mentioned && (unsure || same || said.yes_no) && (said.sides.is_empty() || said.yes_no) {
                return self.follow_up(vec![Side::Mentioned]);
            }
            // 执照那个收不收钱: what was talked about before, not the last.
            let left =
                hits.iter().take(BEST).find(|hit| self.state.before.iter().any(|f| f.item == hit.item));
            if let Some(hit) = left.filter(|_| unsure && !near && !said.sides.is_empty()) {
                let choice = Choice { case: None, ..choices(std::slice::from_ref(hit)).remove(0) };
                return self.focus(&choice, said.sides);
            }
            if unsure && !said.sides.is_empty() && (said.points_back || near) {
                return self.follow_up(said.sides);
            }
            // Whether something is needed for it: the guide doesn't say, and no other item is meant.
            if said.yes_no && !same {
                return self.again(wording::NOT_MENTIONED);
            }
        }
        self.state.question = said.text.clone();
        let all = choices(&hits[..hits.len().min(KEPT + BEST)]);
        self.state.rest = all.iter().skip(usize::from(verdict == Verdict::Sure)).cloned().collect();
        let reply = match verdict {
            Verdict::Sure if said.compares => {
                self.focus(&all[0], Vec::new());
                return self.compare(said.places);
            }
            Verdict::Sure => self.focus(&all[0], said.sides),
            Verdict::Nothing => self.nothing(),
            _ if self.state.rounds >= ROUNDS => self.best(all),
            Verdict::Twins(n) => {
                let (text, pending) = which(&hits[..n], true);
                self.ask_which("", text, pending)
            }
            Verdict::Unclear => {
                let (text, pending) = which(&hits, false);
                let name = self.state.focus.as_ref().map(|focus| focus.name.clone());
                let say = name.filter(|_| !settling).map(|name| wording::or_another(&name));
                self.ask_which(say.as_deref().unwrap_or_default(), text, pending)
            }
        };
        self.with_place_question(reply, &said.places)
    }

    /// A name that fits several places is asked about beside the answer for all of them.
    fn with_place_question(&mut self, mut reply: Reply, places: &[Place]) -> Reply {
        if places.len() > 1 && reply.ask.is_none() {
            let options = places.iter().take(super::clarify::OPTIONS).cloned().collect();
            self.state.pending = Some(Pending::Place { options });
            reply.ask = self.pending_ask();
        }
        reply
    }

    /// What is no question about an item.
    fn elsewhere(&mut self, said: &Said) -> Reply {
        let lead = |route: Route| wording::lead(Status::Handoff, route);
        match said.route {
            Route::Abuse => {
                self.state.abuse = self.state.abuse.saturating_add(1);
                match self.state.abuse {
                    1 => Reply::new(Status::Unsafe, lead(Route::Abuse)),
                    _ => Reply::new(Status::Handoff, wording::ABUSE_AGAIN),
                }
            }
            Route::Human => self.press(Press::Human, Named::default()),
            // Small talk while a question waits: it waits on.
            Route::OutOfScope if said.channel.is_some() => {
                Reply::new(Status::OutOfScope, said.channel.map(wording::channel).unwrap_or_default())
            }
            Route::Chitchat | Route::OutOfScope if self.state.pending.is_some() => {
                self.again(lead(said.route))
            }
            Route::Chitchat | Route::OutOfScope => Reply::new(Status::OutOfScope, lead(said.route)),
            route => {
                self.state.pending = None;
                let mut reply = Reply::new(Status::Handoff, lead(route));
                let near = said.hits.iter().take(1).filter(|h| h.confidence >= self.thresholds.sure);
                let near: Vec<Hit> = near.cloned().collect();
                reply.offers = choices(&near).iter().map(open_button).collect();
                if route == Route::Appointment && self.state.place.is_none() {
                    let label = wording::CHANGE_PLACE.to_owned();
                    reply.offers.push(Button { press: Press::ChangePlace, label });
                }
                reply
            }
        }
    }
}
