//! One turn of a conversation: what came in is read, searched where it must be, decided by `dialog`, and what the
//! decision shows is read from guides.

use super::answer::{ItemView, PlaceName};
use super::handover::Handed;
use super::lookup::{self, Compared, ThemeView};
use super::show::show;
use super::{AskError, Assist, Timings};
use crate::dialog::{
    Choice, Input, Intent, Named, Pending, Place, Press, Reply, Route, Show, Side, State, shortened,
    side_name, step, wording,
};
use crate::guide::{Hall, Line, RegionCode, SharedMaterial};
use crate::search::{Found, Search};
use jiff::civil::Date;
use std::time::Instant;

/// What comes in.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// Words.
    Text(String),
    /// A button.
    Press(Press),
}

/// One turn, ready to be shown and kept.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What the citizen said or pressed, in words, masked.
    pub said: String,
    /// What the conversation knows now.
    pub state: State,
    /// The reply.
    pub reply: Reply,
    /// Where the text belongs.
    pub route: Route,
    /// The card, where the reply shows one item.
    pub view: Option<ItemView>,
    /// The card was shown before: its lines in [`Turn::sides`] are the answer.
    pub folded: bool,
    /// Lines that answer what was asked of it.
    pub sides: Vec<(Side, Vec<Line>)>,
    /// The hall of the place, where an appointment is asked for.
    pub hall: Option<(PlaceName, Hall)>,
    /// The cards, where the reply shows several.
    pub views: Vec<ItemView>,
    /// Their materials, or those of the bundle: each once, with the items that ask for it.
    pub materials: Vec<SharedMaterial>,
    /// The life-event bundle.
    pub bundle: Option<ThemeView>,
    /// The comparison.
    pub compared: Option<Compared>,
    /// What came of the wish for a person, where there was one and a desk.
    pub handed: Option<Handed>,
    /// Items that were found, with their chances, the rejected ones too: kept for study.
    pub found: Vec<(String, f32)>,
    /// What the text was taken for by its sound.
    pub heard: Option<String>,
    /// Searched by words alone.
    pub keywords_only: bool,
    /// Where the time went.
    pub timings: Timings,
}

/// Candidates that a turn looks at.
pub(super) const LIMIT: usize = 12;

impl Assist {
    /// Takes one turn.
    pub async fn converse(&self, state: &State, incoming: Incoming, today: Date) -> Result<Turn, AskError> {
        let started = Instant::now();
        let search = self.search();
        let mut words: Vec<String> = Vec::new();
        let (said, input, sought) = match incoming {
            Incoming::Press(press) => {
                let named = self.named(&search, &press);
                (said_by(state, &press, &named), Input::Pressed(press, named), None)
            }
            Incoming::Text(text) => {
                let (said, sought) = self.hear(&search, state, &text, today).await?;
                words.extend(sought.iter().flat_map(|sought| sought.query.search_words().to_vec()));
                (said.text.clone(), Input::Said(Box::new(said)), sought)
            }
        };
        let route = match &input {
            // The words of a button are as good as the button.
            Input::Said(said) if said.intent == Some(Intent::Press(Press::Human)) => Route::Human,
            Input::Said(said) => said.route,
            Input::Pressed(Press::Human, _) => Route::Human,
            Input::Pressed(..) => Route::Item,
        };
        let (state, reply) = step(state, input, &self.thresholds);
        let mut turn = Turn {
            said,
            state,
            reply,
            route,
            view: None,
            folded: false,
            sides: Vec::new(),
            hall: None,
            views: Vec::new(),
            materials: Vec::new(),
            bundle: None,
            compared: None,
            handed: None,
            found: Vec::new(),
            heard: None,
            keywords_only: false,
            timings: Timings::default(),
        };
        if let Some(sought) = sought {
            let name = |f: &Found| search.item(f.item).map(|item| (item.key.to_string(), f.confidence));
            turn.found = sought.hits.fused.iter().take(LIMIT).filter_map(name).collect();
            turn.heard = sought.heard;
            turn.keywords_only = sought.keywords_only;
            turn.timings = sought.timings;
        }
        let compared = match (&turn.reply.show, &turn.state.focus) {
            (Show::Compare(places), Some(focus)) => {
                let codes: Vec<RegionCode> = places.iter().map(|p| p.code.clone()).collect();
                Some(self.compare(focus.item.as_str(), &codes, today)?)
            }
            _ => None,
        };
        if compared.as_ref().is_some_and(|c| !c.comparison.rows.iter().any(|row| row.differs)) {
            turn.reply.say = vec![wording::NO_DIFFERENCE.to_owned()];
        }
        turn.compared = compared;
        let mut turn = tokio::task::spawn_blocking(move || show(&search, turn, &words, today)).await??;
        turn.timings.total = started.elapsed();
        Ok(turn)
    }

    /// The facts behind a button.
    fn named(&self, search: &Search, press: &Press) -> Named {
        match press {
            Press::Place(code) => {
                let known = self.region(code.as_str()).ok();
                Named { place: known.map(|code| place(search, &code)), choice: None }
            }
            Press::Open(key, case) => {
                let item = search.key(key).and_then(|at| search.item(at));
                let choice = item.map(|item| Choice {
                    item: item.key.clone(),
                    name: item.name.clone(),
                    case: case.clone().filter(|case| item.business_items.iter().any(|b| b.name == *case)),
                    label: shortened(&item.name),
                });
                Named { place: None, choice }
            }
            _ => Named::default(),
        }
    }
}

pub(super) fn place(search: &Search, code: &RegionCode) -> Place {
    let PlaceName { code, name } = lookup::place_name(search, code);
    Place { code, name }
}

/// A press in words, as the citizen's own message.
fn said_by(state: &State, press: &Press, named: &Named) -> String {
    let from_pending = |at: usize| match &state.pending {
        Some(Pending::Which { options } | Pending::Several { options }) => {
            options.get(at).map(|o| o.label.clone())
        }
        Some(Pending::Narrow { groups }) => groups.get(at).map(|g| g.0.clone()),
        Some(Pending::Place { options }) => options.get(at).map(|p| p.name.clone()),
        Some(Pending::Situation { options, .. }) => options.get(at).map(|o| o.1.clone()),
        None => None,
    };
    match press {
        Press::Pick(at) => from_pending(*at).unwrap_or_default(),
        Press::Options(ids) => match &state.pending {
            Some(Pending::Situation { options, .. }) => {
                let labels = ids.iter().filter_map(|id| options.iter().find(|o| o.0 == *id));
                labels.map(|o| o.1.as_str()).collect::<Vec<_>>().join("、")
            }
            _ => String::new(),
        },
        Press::Place(_) => named.place.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        Press::Open(..) => named.choice.as_ref().map(|c| c.name.clone()).unwrap_or_default(),
        Press::Facet(facet) => side_name(Side::Facet(*facet)).to_owned(),
        Press::NoneOfThese
            if matches!(state.pending, Some(Pending::Which { .. } | Pending::Narrow { .. })) =>
        {
            wording::NONE_OF_THESE.to_owned()
        }
        Press::NoneOfThese => wording::NOT_THIS.to_owned(),
        Press::Set(id, option) => {
            let known = state.focus.iter().flat_map(|f| &f.known).find(|(known, _)| known == id);
            let chosen = known.and_then(|(_, options)| options.iter().find(|o| o.0 == *option));
            chosen.map(|o| o.1.clone()).unwrap_or_default()
        }
        Press::Skip if matches!(state.pending, Some(Pending::Place { .. })) => wording::ANY_PLACE.to_owned(),
        Press::Skip => wording::DONT_KNOW.to_owned(),
        Press::ChangePlace => wording::CHANGE_PLACE.to_owned(),
        Press::Edit(_) => wording::EDIT.to_owned(),
        Press::Brief => wording::BRIEF.to_owned(),
        Press::Back => wording::BACK.to_owned(),
        Press::Cancel => wording::CANCEL.to_owned(),
        Press::Restart => wording::RESTART.to_owned(),
        Press::Human => wording::HUMAN.to_owned(),
    }
}
