//! The dashboard's figures: what was asked, how it ended, and what nobody could answer, grouped by meaning.

use super::{AskError, Assist};
use crate::embed::Vector;
use crate::store::{
    Counts, Database, DatabaseError, DayCounts, Figures as Store, HandCounts, ItemCount, Open, Unsettled,
    Window,
};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::HashMap;

/// Items and places that a list has at most.
const TOP: usize = 50;

/// Questions that are grouped at most: the model reads each.
const GROUPED: usize = 400;

/// Groups that are shown, and examples of each.
const GROUPS: usize = 40;
const EXAMPLES: usize = 5;

/// Items that came nearest, of a group.
const NEAREST: usize = 3;

/// Questions nearer than this mean the same. The shipped model puts different wordings of one question at .9 and more,
/// questions about two items mostly below .8.
const SAME_MEANING: f32 = 0.86;

/// All figures of a window.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Turns.
    pub turns: i64,
    /// Conversations that had one.
    pub conversations: i64,
    /// Turns by status.
    pub statuses: Counts,
    /// Turns by route.
    pub routes: Counts,
    /// Turns by day and status.
    pub days: DayCounts,
    /// Turns by weekday and hour.
    pub hours: Vec<(i64, i64, i64)>,
    /// Items that were asked for most.
    pub items: Vec<ItemCount>,
    /// How often somebody went on to the online application, by item; of all places.
    pub clicks: Counts,
    /// Places that were meant most.
    pub places: Counts,
    /// Ratings by what was rated and stars.
    pub ratings: Vec<(String, i64, i64)>,
    /// Hand-overs.
    pub handovers: HandCounts,
    /// Calls by the gap that they showed.
    pub gaps: Counts,
    /// What is left to be done.
    pub open: Open,
    /// Milliseconds that answering took: half of the turns, nine of ten, 99 of 100.
    pub times: Vec<f64>,
}

/// Which questions are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsettledKind {
    /// Nothing fitted.
    Unanswered,
    /// Something had to be asked back.
    Unsure,
}

/// Questions that mean the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The most typical.
    pub text: String,
    /// How many.
    pub count: usize,
    /// Other wordings.
    pub examples: Vec<String>,
    /// Items that came nearest: key, name, chance.
    pub items: Vec<(String, String, f32)>,
}

#[derive(Deserialize)]
struct Trace {
    #[serde(default)]
    found: Vec<(String, f32)>,
}

/// Reads figures.
pub struct FigureDesk {
    store: Store,
}

impl FigureDesk {
    /// Those of a file.
    pub fn of(database: Database) -> FigureDesk {
        FigureDesk { store: Store::of(database) }
    }

    /// All figures of a window.
    pub async fn read(
        &self,
        window: &Window,
        days: (Date, Date),
        today: Date,
    ) -> Result<Figures, DatabaseError> {
        let store = &self.store;
        let (turns, conversations) = store.size(window).await?;
        Ok(Figures {
            turns,
            conversations,
            statuses: store.by_status(window).await?,
            routes: store.by_route(window).await?,
            days: store.by_day(window).await?,
            hours: store.by_hour(window).await?,
            items: store.by_item(TOP, window).await?,
            clicks: store.clicks(days.0, days.1).await?,
            places: store.by_place(TOP, window).await?,
            ratings: store.ratings(window).await?,
            handovers: store.handovers(window).await?,
            gaps: store.gaps(window).await?,
            open: store.open(today).await?,
            times: store.answer_times(&[0.5, 0.9, 0.99], window).await?,
        })
    }

    /// Questions that were not settled, grouped by meaning, the largest group first.
    pub async fn questions(
        &self,
        assist: &Assist,
        kind: UnsettledKind,
        window: &Window,
    ) -> Result<Vec<Group>, FigureError> {
        let statuses: &[&str] = match kind {
            UnsettledKind::Unanswered => &["candidates", "unavailable"],
            UnsettledKind::Unsure => &["clarify"],
        };
        let mut list = self.store.unsettled(statuses, GROUPED, window).await?;
        list.retain(|one| !one.text.is_empty());
        let texts: Vec<String> = list.iter().map(|one| one.text.clone()).collect();
        let vectors = assist.meanings(texts).await?;
        Ok(groups(&list, vectors.as_deref(), &|key| assist.named_item(key).ok().map(|found| found.1)))
    }
}

/// Figures can't be read.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The store.
    #[error(transparent)]
    Store(#[from] DatabaseError),
    /// The model.
    #[error(transparent)]
    Ask(#[from] AskError),
}

/// Puts each question to the first one that means the same; without vectors to the first of the same words.
fn groups(
    list: &[Unsettled],
    vectors: Option<&[Vector]>,
    name: &dyn Fn(&str) -> Option<String>,
) -> Vec<Group> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut same_words: HashMap<&str, usize> = HashMap::new();
    for (at, one) in list.iter().enumerate() {
        let near = |group: &Vec<usize>| match vectors {
            Some(vectors) => vectors[group[0]].dot(&vectors[at]),
            None => 0.0,
        };
        let known = same_words.get(one.text.as_str()).copied();
        let nearest = || {
            let best = groups.iter().enumerate().map(|(at, group)| (at, near(group)));
            best.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|best| best.1 >= SAME_MEANING).map(|best| best.0)
        };
        match known.or_else(nearest) {
            Some(group) => {
                same_words.insert(&one.text, group);
                groups[group].push(at);
            }
            None => {
                same_words.insert(&one.text, groups.len());
                groups.push(vec![at]);
            }
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups.truncate(GROUPS);
    groups.iter().map(|group| described(list, vectors, group, name)).collect()
}

fn described(
    list: &[Unsettled],
    vectors: Option<&[Vector]>,
    group: &[usize],
    name: &dyn Fn(&str) -> Option<String>,
) -> Group {
    // The one that is nearest to all others speaks for them.
    let typical = match vectors {
        Some(vectors) => {
            let nearness =
                |at: &&usize| -> f32 { group.iter().map(|other| vectors[**at].dot(&vectors[*other])).sum() };
            group.iter().max_by(|a, b| nearness(a).total_cmp(&nearness(b))).copied()
        }
        None => group.first().copied(),
    };
    let text = typical.map(|at| list[at].text.clone()).unwrap_or_default();
    let mut examples: Vec<String> = Vec::new();
    for at in group {
        let other = &list[*at].text;
        if *other != text && !examples.contains(other) && examples.len() < EXAMPLES {
            examples.push(other.clone());
        }
    }
    let mut found: HashMap<String, f32> = HashMap::new();
    for at in group {
        let trace: Trace = serde_json::from_str(&list[*at].trace).unwrap_or(Trace { found: Vec::new() });
        for (key, chance) in trace.found {
            *found.entry(key).or_default() += chance / group.len() as f32;
        }
    }
    let mut items: Vec<(String, f32)> = found.into_iter().collect();
    items.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    items.truncate(NEAREST);
    let items =
        items.into_iter().filter_map(|(key, chance)| name(&key).map(|name| (key, name, chance))).collect();
    Group { text, count: group.len(), examples, items }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, found: &str) -> Unsettled {
        Unsettled { text: text.into(), trace: format!(r#"{{"found":{found}}}"#) }
    }

    #[test]
    fn questions_of_one_meaning_stand_together() {
        let list = [
            one("草场咋流转", r#"[["A",0.2]]"#),
            one("草场流转怎么办", r#"[["A",0.4],["B",0.1]]"#),
            one("修自行车", "[]"),
            one("草场咋流转", "[]"),
        ];
        let unit = |values: &[f32]| Vector::unit(values.to_vec()).unwrap();
        let vectors = [unit(&[1.0, 0.05]), unit(&[1.0, 0.1]), unit(&[0.1, 1.0]), unit(&[1.0, 0.05])];
        let found = groups(&list, Some(&vectors), &|key| Some(format!("事项{key}")));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].count, found[0].examples.len()), (3, 1));
        assert_eq!(found[0].items[0].1, "事项A");
        let words = groups(&list, None, &|_| None);
        assert_eq!(words.iter().map(|group| group.count).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
