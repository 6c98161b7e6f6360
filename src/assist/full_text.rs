//! Full text over the guides of all places, for people at the desks.

use super::answer::ItemView;
use super::counter::{Glance, glance};
use super::lookup::view_of;
use super::{Ask, AskError, Assist};
use crate::dialog::mentions;
use crate::guide::{Answers, Guide, Line};
use crate::search::{Fit, Search, SearchError, Within};
use jiff::civil::Date;

/// Guides of an item that are read at most to find one in force.
const LOOKED_AT: usize = 8;

/// A guide that holds what was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct FullTextRow {
    /// The guide.
    pub view: ItemView,
    /// 实施编码
    pub task_code: Option<String>,
    /// What it says in one line.
    pub glance: Glance,
    /// Its lines that speak of what was looked for.
    pub lines: Vec<Line>,
    /// Guides of the same item in other places that were found, too.
    pub others: usize,
}

impl Assist {
    /// Guides in force that hold the words of a text, the best of each item; at most `ask.limit`. A place in the text
    /// bounds what is looked through, unless `within` does.
    pub async fn full_text(
        &self,
        ask: Ask,
        within: Within,
        today: Date,
    ) -> Result<Vec<FullTextRow>, AskError> {
        let search = self.search();
        let rows = tokio::task::spawn_blocking(move || {
            let query = search.analyzer().query(&ask.text);
            let named = super::seek::places_of(&search, &query, within.region.as_ref());
            let only = if let [place] = named.as_slice() { Some(place.clone()) } else { None };
            let within = Within { region: only.or(within.region), ..within };
            let mut rows = Vec::new();
            for hit in search.full_text(&query, &within, ask.limit)? {
                let Some(guide) = in_force(&search, &hit.guides, today)? else { continue };
                let fit = match guide.place_code() == within.region.as_ref() {
                    true => Fit::Own,
                    false => Fit::Elsewhere,
                };
                let view = view_of(&search, hit.item, &guide, fit, &Answers::default(), today);
                rows.push(FullTextRow {
                    task_code: guide.task_code.map(String::from),
                    glance: glance(&view),
                    lines: mentions(&view.card, query.search_words()),
                    others: hit.guides.len() - 1,
                    view,
                });
            }
            Ok::<_, AskError>(rows)
        });
        rows.await?
    }
}

/// The first of some guides that is in force.
fn in_force(search: &Search, guides: &[u32], today: Date) -> Result<Option<Guide>, SearchError> {
    for &at in guides.iter().take(LOOKED_AT) {
        let guide = search.guide_at(at)?.filter(|guide| guide.in_force(today).is_ok());
        if guide.is_some() {
            return Ok(guide);
        }
    }
    Ok(None)
}
