//! What an agent may answer next (推荐回复): fields of guides, and replies kept ready, that fit a citizen's last words.
//! It is worked out for the console that asks, and nothing of it is said before the agent says it.

use super::answer::ItemView;
use super::converse::{Incoming, Turn};
use super::hear::SAY_NO_CASE;
use super::lookup;
use super::talk::{TalkError, Talks};
use super::{AskError, Assist};
use crate::desk::{Heard, Refused, Seat, Stage, title_fits};
use crate::dialog::{Choice, Pending, Place, Press, Side, State, shortened, sides, without_sides};
use crate::guide::{Answers, ITEM, ItemKey, Line, RegionCode};
use crate::search::{Search, SearchError};
use crate::store::{Canned, DeskError, Message};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use std::cmp::Reverse;

/// Suggestions at most.
const MOST: usize = 3;

/// Messages back that are looked at.
const BACK: i64 = 40;

/// One thing that an agent may answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Suggestion {
    /// Lines of a card that answer what was asked.
    Lines {
        /// What they speak of.
        side: Side,
        /// The lines; each has a value.
        lines: Vec<Line>,
        /// The card that they stand on.
        view: Box<ItemView>,
    },
    /// A card.
    Card(Box<ItemView>),
    /// A reply kept ready.
    Canned(Canned),
}

/// What an agent may answer to somebody's last words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggested {
    /// Number of the message that holds them; 0 where nothing was said.
    pub seq: i64,
    /// The place that cards are for.
    pub place: Option<RegionCode>,
    /// The best first, three at most.
    pub list: Vec<Suggestion>,
}

impl Talks {
    /// What may be answered in a conversation that he has.
    pub async fn suggest(
        &self,
        assist: &Assist,
        seat: &Seat,
        id: &str,
        today: Date,
    ) -> Result<Suggested, TalkError> {
        let case = self.case(seat, id).await?;
        let refused = match &case.stage {
            Stage::Assigned { agent, .. } if *agent == seat.id => None,
            Stage::Assigned { number, .. } => Some(Refused::NotYours(number.clone())),
            _ => Some(Refused::NotNow("没有人接待")),
        };
        if let Some(refused) = refused {
            return Err(DeskError::Refused(refused).into());
        }
        let last = case.last.as_ref().map_or(0, |last| last.seq);
        let said = self.messages(id, (last - BACK).max(0), BACK).await?;
        let Some((seq, words)) = last_words(&said, &case.state) else { return Ok(Suggested::default()) };
        let state = self.with_shown(id, case.state).await?;
        let kept = self.desks.canned().await?;
        let (place, list) = assist.may_answer(&state, words, (kept, case.group), today).await?;
        Ok(Suggested { seq, place, list })
    }

    /// What a conversation knows once somebody has shown a card in it.
    pub(super) async fn with_shown(&self, id: &str, state: State) -> Result<State, TalkError> {
        Ok(match self.desks.shown_last(id).await? {
            Some(body) => with_card(state, &body),
            None => state,
        })
    }
}

/// A citizen's last words with their number. What the program has answered already is followed by the question that
/// it was asked: the words after which somebody is handed over are mostly that wish alone.
fn last_words(said: &[Message], state: &State) -> Option<(i64, String)> {
    let at = said.iter().rposition(|message| message.kind == "citizen")?;
    let answered = said[at..].iter().any(|message| message.kind == "assistant");
    let words = match answered {
        true => state.question.as_str(),
        false => said[at].body["text"].as_str().unwrap_or_default(),
    };
    (!words.trim().is_empty()).then(|| (said[at].seq, words.to_owned()))
}

/// What is talked about once an agent has put a card in: its item, in the place that he asked for.
fn with_card(mut state: State, body: &Value) -> State {
    let card = &body["card"];
    let (Some(item), Some(name)) = (card["item"].as_str(), card["name"].as_str()) else { return state };
    state.turn_to(&Choice {
        item: ItemKey::from_text(item),
        name: name.to_owned(),
        case: card["business_item"].as_str().map(str::to_owned),
        label: shortened(name),
    });
    if let Ok(place) = Place::deserialize(&body["place"]) {
        (state.place, state.place_asked) = (Some(place), true);
    }
    state
}

impl Assist {
    /// What fits words in their conversation, the best first, and the place that it is for: the turn that the program
    /// would take is taken and not kept.
    async fn may_answer(
        &self,
        state: &State,
        words: String,
        (kept, group): (Vec<Canned>, String),
        today: Date,
    ) -> Result<(Option<RegionCode>, Vec<Suggestion>), AskError> {
        let turn = self.converse(state, Incoming::Text(words.clone()), today).await?;
        let search = self.search();
        let found = tokio::task::spawn_blocking(move || -> Result<_, SearchError> {
            let place = turn.state.place.as_ref().map(|place| place.code.clone());
            let mut list = of_guides(&search, &turn, place.as_ref(), today)?;
            let heard = heard(&search, &words, &turn, &list);
            let fits = fitting(&search, kept, &heard, |one| one.scope.holds(&group, place.as_ref()));
            // What staff have written for just this is never crowded out.
            list.truncate(MOST - fits.len().min(1));
            list.extend(fits.into_iter().map(Suggestion::Canned));
            list.truncate(MOST);
            Ok((place, list))
        });
        Ok(found.await??)
    }
}

/// Lines and cards that a turn comes to.
fn of_guides(
    search: &Search,
    turn: &Turn,
    place: Option<&RegionCode>,
    today: Date,
) -> Result<Vec<Suggestion>, SearchError> {
    let mut list = Vec::new();
    if let Some(view) = &turn.view {
        for (side, lines) in &turn.sides {
            let lines: Vec<Line> = lines.iter().filter(|line| line.value.is_some()).cloned().collect();
            if !lines.is_empty() {
                list.push(Suggestion::Lines { side: *side, lines, view: Box::new(view.clone()) });
            }
        }
        list.push(Suggestion::Card(Box::new(view.clone())));
        return Ok(list);
    }
    for (key, case) in named(turn).into_iter().take(MOST) {
        let answers: Answers = case.iter().map(|case| (ITEM, case.as_str())).collect();
        let Some(item) = search.key(&key) else { continue };
        let view = lookup::view(search, item, place, &answers, today)?;
        list.extend(view.map(|view| Suggestion::Card(Box::new(view))));
    }
    Ok(list)
}

/// Items that a turn without a card of its own names, with their cases: those that it asks about, or offers to open.
fn named(turn: &Turn) -> Vec<(ItemKey, Option<String>)> {
    let of = |choice: &Choice| (choice.item.clone(), choice.case.clone());
    match turn.state.pending.as_ref().filter(|_| turn.reply.ask.is_some()) {
        Some(Pending::Which { options }) => options.iter().map(of).collect(),
        Some(Pending::Narrow { groups }) => {
            groups.iter().filter_map(|(_, options)| options.first()).map(of).collect()
        }
        _ => {
            let open = turn.reply.offers.iter().filter_map(|button| match &button.press {
                Press::Open(key, case) => Some((key.clone(), case.clone())),
                _ => None,
            });
            open.collect()
        }
    }
}

/// What was said, for the titles of replies, with the names of what was found for it.
fn heard(search: &Search, words: &str, turn: &Turn, found: &[Suggestion]) -> Heard {
    let query = search.analyzer().query(words);
    let fold = |name: &String| search.analyzer().fold(name);
    let items = found.iter().filter_map(|one| match one {
        Suggestion::Lines { view, .. } | Suggestion::Card(view) => search.item(search.key(&view.card.key)?),
        Suggestion::Canned(_) => None,
    });
    let mut names: Vec<String> = items
        .flat_map(|item| std::iter::once(&item.name).chain(&item.other_names).chain(&item.common_names))
        .map(fold)
        .collect();
    let theme = turn.bundle.iter().map(|bundle| &bundle.theme);
    names.extend(theme.flat_map(|theme| std::iter::once(&theme.name).chain(&theme.common_names)).map(fold));
    Heard {
        folded: query.search_text().to_owned(),
        words: query.search_words().to_vec(),
        sides: sides(query.without_places(), true),
        names,
    }
}

/// Replies that hold and fit, the best first.
fn fitting(
    search: &Search,
    kept: Vec<Canned>,
    heard: &Heard,
    holds: impl Fn(&Canned) -> bool,
) -> Vec<Canned> {
    let how_well = |one: &Canned| {
        let title = search.analyzer().fold(&one.title);
        let matter = search.analyzer().query(&without_sides(&title));
        let tells = |word: &&String| word.chars().count() > 1 && !SAY_NO_CASE.contains(&word.as_str());
        let words: Vec<String> = matter.search_words().iter().filter(tells).cloned().collect();
        title_fits(&words, &sides(&title, true), heard)
    };
    let mut fits: Vec<(usize, Canned)> =
        kept.into_iter().filter(holds).filter_map(|one| Some((how_well(&one)?, one))).collect();
    // Equals stay by title.
    fits.sort_by_key(|(well, _)| Reverse(*well));
    fits.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    fn message(seq: i64, kind: &str, body: Value) -> Message {
        Message { seq, turn: 0, kind: kind.into(), body, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn the_wish_for_a_person_is_no_question() {
        let state = State { question: "身份证丢了".into(), ..State::default() };
        let wish = [
            message(1, "citizen", json!({ "text": "转人工" })),
            message(2, "assistant", json!({ "reply": {} })),
            message(3, "event", json!({ "event": "agent.joined" })),
        ];
        assert_eq!(last_words(&wish, &state), Some((1, "身份证丢了".into())));
        assert_eq!(last_words(&wish, &State::default()), None);
        let asks = [&wish[..], &[message(4, "citizen", json!({ "text": "多少钱" }))]].concat();
        assert_eq!(last_words(&asks, &state), Some((4, "多少钱".into())));
        assert_eq!(last_words(&wish[1..], &state), None, "nobody has said anything");
    }

    #[test]
    fn the_card_that_was_put_in_is_what_is_talked_about_in_its_place() {
        let card = |item: &str| json!({ "item": item, "name": item, "business_item": "补领" });
        let state = with_card(State::default(), &json!({ "card": card("甲"), "place": null }));
        let place = json!({ "code": "150400", "name": "赤峰市" });
        let state = with_card(state, &json!({ "card": card("乙"), "place": place }));
        let focus = state.focus.as_ref().unwrap();
        assert_eq!((focus.item.as_str(), focus.name.as_str()), ("乙", "乙"));
        assert_eq!(focus.answers.item(), Some("补领"));
        assert_eq!(state.before[0].item.as_str(), "甲", "it can be gone back to");
        assert_eq!(state.place.as_ref().unwrap().name, "赤峰市");
        assert_eq!(with_card(state.clone(), &json!({ "text": "看这个", "card": null })), state);
    }
}
