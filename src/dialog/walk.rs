//! Progress through what an item's answer depends on: its business item, the place, its 情形 questions; one at a time.

use super::clarify::shortened;
use super::reply::Ask;
use super::state::{Button, Pending, Press, State};
use super::wording;
use crate::guide::{ITEM, OpenQuestion};

/// What an item's guide asks, and whether its answer depends on the place.
#[derive(Clone, Copy, Debug)]
pub struct Road<'a> {
    /// The questions that still change the card, answered ones among them.
    pub questions: &'a [OpenQuestion],
    /// Whether guides of several places answer for the item.
    pub varies: bool,
}

/// The next open question of the item in focus, and the state that waits for its answer.
pub fn walk(mut state: State, road: Road<'_>) -> (State, Option<Ask>) {
    let Some(focus) = &mut state.focus else {
        return (state, None);
    };
    for question in road.questions {
        focus.known.retain(|(id, _)| *id != question.id);
        focus.known.push((question.id.clone(), question.options.clone()));
    }
    let focus = focus.clone();
    let open = |question: &&OpenQuestion| question.chosen.is_empty() && !focus.skipped.contains(&question.id);
    let case = road.questions.iter().find(|q| q.id == ITEM).filter(open);
    let ask_place = road.varies && state.place.is_none() && !state.place_asked;
    let next = match (case, ask_place) {
        (Some(case), _) => Some(case),
        (None, true) => {
            state.place_asked = true;
            state.pending = Some(Pending::Place { options: Vec::new() });
            let options = vec![Button { press: Press::Skip, label: wording::ANY_PLACE.to_owned() }];
            return (state, Some(Ask { text: wording::YOUR_PLACE.to_owned(), options, multi: false }));
        }
        (None, false) => road.questions.iter().find(open),
    };
    let Some(question) = next else {
        return (state, None);
    };
    let text = if question.id == ITEM { wording::WHICH_CASE.to_owned() } else { question.question.clone() };
    let mut options: Vec<Button> = question
        .options
        .iter()
        .map(|(id, label)| Button { press: Press::Options(vec![id.clone()]), label: shortened(label) })
        .collect();
    options.push(Button { press: Press::Skip, label: wording::DONT_KNOW.to_owned() });
    state.pending = Some(Pending::Situation {
        id: question.id.clone(),
        multi: question.multi,
        options: question.options.clone(),
    });
    (state, Some(Ask { text, options, multi: question.multi }))
}

#[cfg(test)]
mod tests {
    use super::super::state::{Choice, Focus, Place};
    use super::*;
    use crate::guide::{ItemKey, RegionCode};

    fn question(id: &str, chosen: &[&str]) -> OpenQuestion {
        OpenQuestion {
            id: id.into(),
            question: format!("{id}？"),
            multi: false,
            options: vec![("a".into(), "甲".into()), ("b".into(), "乙".into())],
            chosen: chosen.iter().map(|c| (*c).to_owned()).collect(),
        }
    }

    fn state() -> State {
        let choice =
            Choice { item: ItemKey::from_name("甲"), name: "甲".into(), case: None, label: "甲".into() };
        State { focus: Some(Focus::on(&choice)), ..State::default() }
    }

    #[test]
    fn the_case_comes_first_then_the_place_then_the_rest() {
        let questions = [question("age", &[]), question(ITEM, &[])];
        let (next, ask) = walk(state(), Road { questions: &questions, varies: true });
        assert_eq!(ask.unwrap().text, wording::WHICH_CASE);
        assert!(matches!(next.pending, Some(Pending::Situation { id, .. }) if id == ITEM));
        let questions = [question("age", &[]), question(ITEM, &["a"])];
        let (next, ask) = walk(state(), Road { questions: &questions, varies: true });
        assert_eq!(ask.unwrap().text, wording::YOUR_PLACE);
        // Asked once, answered or not.
        let (next, ask) = walk(State { pending: None, ..next }, Road { questions: &questions, varies: true });
        assert_eq!(ask.unwrap().text, "age？");
        let mut skipped = next;
        skipped.focus.as_mut().unwrap().skipped.push("age".into());
        assert_eq!(walk(skipped, Road { questions: &questions, varies: true }).1, None);
    }

    #[test]
    fn a_known_place_and_an_item_that_is_the_same_everywhere_ask_for_none() {
        let place =
            Place { code: RegionCode::try_from("150702".to_owned()).unwrap(), name: "海拉尔".into() };
        let known = State { place: Some(place), ..state() };
        assert_eq!(walk(known, Road { questions: &[], varies: true }).1, None);
        assert_eq!(walk(state(), Road { questions: &[], varies: false }).1, None);
        assert_eq!(walk(State::default(), Road { questions: &[], varies: true }).1, None);
    }
}
