//! What staff look up while somebody waits: rows with the facts of a place, what to ask next, words to read aloud,
//! a visit for several matters, and what to keep for when the line is down.

use super::answer::{CandidateItem, ItemView, PlaceName};
use super::hear::hit;
use super::lookup::{candidate, place_name, view};
use super::seek::judged;
use super::{Ask, AskError, Assist};
use crate::dialog::{Choice, Hit, Pending, Spoken, Verdict, spoken, which};
use crate::guide::{Answers, CatalogItem, ITEM, ItemKey, Line, MaterialLine, RegionCode};
use crate::search::Fit;
use jiff::civil::Date;

/// Items that an offline pack holds at most.
pub const PACK: usize = 200;

/// A found item with what a list says of it in one line.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupRow {
    /// The item.
    pub item: CandidateItem,
    /// What its guide for the place says; `None` where none is in force.
    pub glance: Option<Glance>,
}

/// A guide at a glance. What it doesn't say is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    /// The guide's place.
    pub place: Option<PlaceName>,
    /// How it stands to the place asked for.
    pub fit: Fit,
    /// 实施主体
    pub organ: Option<String>,
    /// Materials that are stated.
    pub materials: Option<usize>,
    /// 承诺办结时限, or else 法定办结时限
    pub limit: Option<String>,
    /// 收费
    pub fee: Option<String>,
    /// 是否网办
    pub online: Option<bool>,
    /// Not updated for long.
    pub stale: bool,
}

/// What to ask the caller next.
#[derive(Clone, Debug, PartialEq)]
pub struct NextQuestion {
    /// The question.
    pub text: String,
    /// What may be answered, each with the items that it leaves.
    pub options: Vec<(String, Vec<Choice>)>,
}

/// What was found for a caller.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedUp {
    /// The best first.
    pub rows: Vec<LookupRow>,
    /// Whether the first is the one, as far as can be told.
    pub sure: bool,
    /// What the text was taken for by its sound.
    pub heard: Option<String>,
    /// What to ask next, where it is not sure.
    pub ask: Option<NextQuestion>,
    /// Places that a name in the text may mean.
    pub region_choices: Vec<PlaceName>,
    /// Searched by words alone.
    pub keywords_only: bool,
}

/// One matter of a visit.
#[derive(Clone, Debug)]
pub struct Member {
    /// For whom, as the clerk calls them.
    pub who: String,
    /// Key or code of the item.
    pub item: String,
    /// Answers to 情形 questions.
    pub answers: Answers,
}

/// A material of a visit, with everybody who needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitMaterial {
    /// The strictest of the lines.
    pub line: MaterialLine,
    /// Which matters of the visit need it, by position.
    pub members: Vec<usize>,
}

/// A visit for several matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// The matters as they were given.
    pub views: Vec<(String, ItemView)>,
    /// Each material once.
    pub materials: Vec<VisitMaterial>,
}

impl Assist {
    /// Items for what a caller says, with the facts of his place.
    pub async fn look_up(&self, ask: Ask, limit: usize, today: Date) -> Result<LookedUp, AskError> {
        let search = self.search();
        let sought = self.seek(&search, &ask, limit.max(10)).await?;
        let thresholds = self.thresholds;
        tokio::task::spawn_blocking(move || {
            let fused = &sought.hits.fused;
            let judged = judged(&sought.hits, &thresholds);
            let mut rows = Vec::new();
            for found in fused.iter().take(limit) {
                let Some(item) = candidate(&search, found) else { continue };
                let answers: Answers = item.business_item.iter().map(|case| (ITEM, case.as_str())).collect();
                let seen = view(&search, found.item, sought.region.as_ref(), &answers, today)?;
                rows.push(LookupRow { item, glance: seen.as_ref().map(glance) });
            }
            let sure = judged.verdict == Verdict::Sure;
            let hits: Vec<Hit> =
                fused.iter().filter_map(|found| hit(&search, found, &sought.query, None)).collect();
            let ask = (!sure && hits.len() > 1 && judged.verdict != Verdict::Nothing)
                .then(|| next(&hits, matches!(judged.verdict, Verdict::Twins(_))));
            Ok(LookedUp {
                rows,
                sure,
                heard: sought.heard,
                ask,
                region_choices: sought.region_choices.iter().map(|code| place_name(&search, code)).collect(),
                keywords_only: sought.keywords_only,
            })
        })
        .await?
    }

    /// An item as it is told on the telephone.
    pub fn script(
        &self,
        code: &str,
        region: Option<&RegionCode>,
        answers: &Answers,
        today: Date,
    ) -> Result<(ItemView, Vec<Spoken>), AskError> {
        let (_, view) = self.item(code, region, answers, today)?;
        let lines = spoken(&view.card);
        Ok((view, lines))
    }

    /// One list of materials for all matters of a visit.
    pub fn visit(
        &self,
        members: &[Member],
        region: Option<&RegionCode>,
        today: Date,
    ) -> Result<Visit, AskError> {
        let mut views = Vec::with_capacity(members.len());
        let mut materials: Vec<VisitMaterial> = Vec::new();
        for (at, member) in members.iter().enumerate() {
            let (_, view) = self.item(&member.item, region, &member.answers, today)?;
            for line in &view.card.materials {
                match materials.iter_mut().find(|known| known.line.material.name == line.material.name) {
                    Some(known) => {
                        if line.state.strictness() > known.line.state.strictness() {
                            known.line = line.clone();
                        }
                        if !known.members.contains(&at) {
                            known.members.push(at);
                        }
                    }
                    None => materials.push(VisitMaterial { line: line.clone(), members: vec![at] }),
                }
            }
            views.push((member.who.clone(), view));
        }
        // What must be brought for sure stands first.
        materials.sort_by_key(|material| std::cmp::Reverse(material.line.state.strictness().min(2)));
        Ok(Visit { views, materials })
    }

    /// The items that a place's people ask for, with their cards: those with a guide of the place itself first, then
    /// those that most places have. At most [`PACK`].
    pub fn pack(&self, region: &RegionCode, today: Date) -> Result<Vec<(CatalogItem, ItemView)>, AskError> {
        let search = self.search();
        let mut order: Vec<(bool, u32, u32)> = (0..search.items().len() as u32)
            .filter_map(|at| {
                let item = search.item(at)?;
                let own = search.places_of(at).contains(region);
                Some((own, item.guides, at))
            })
            .collect();
        order.sort_by_key(|(own, guides, at)| (std::cmp::Reverse((*own, *guides)), *at));
        let mut list = Vec::new();
        for (_, _, at) in order {
            if list.len() == PACK {
                break;
            }
            let seen = view(&search, at, Some(region), &Answers::default(), today)?;
            // A stranger's guide is no help where nobody can look further.
            let seen = seen.filter(|view| view.fit != Fit::Elsewhere);
            list.extend(search.item(at).cloned().zip(seen));
        }
        Ok(list)
    }

    /// Key and name of an item.
    pub fn named_item(&self, code: &str) -> Result<(ItemKey, String), AskError> {
        let search = self.search();
        let found = search.item(self.find_item(&search, code)?);
        let named = found.map(|item| (item.key.clone(), item.name.clone()));
        named.ok_or_else(|| AskError::NoSuchItem(code.to_owned()))
    }

    /// A place with its name.
    pub fn place(&self, code: &RegionCode) -> PlaceName {
        place_name(&self.search(), code)
    }
}

/// A guide in one line.
pub(super) fn glance(view: &ItemView) -> Glance {
    let card = &view.card;
    let value = |lines: &[Line], field: &str| {
        let of = |line: &&Line| line.citation.field.split('/').next() == Some(field);
        lines.iter().filter(of).find_map(|line| line.value.clone())
    };
    let fee = value(&card.limits, "fees").or_else(|| value(&card.limits, "fee_charged"));
    Glance {
        place: view.place.clone(),
        fit: view.fit,
        organ: value(&card.head, "department"),
        materials: view.materials_stated.then_some(card.materials.len()),
        limit: value(&card.limits, "promised_limit").or_else(|| value(&card.limits, "legal_limit")),
        fee,
        online: card.online,
        stale: card.stale,
    }
}

fn next(hits: &[Hit], twins: bool) -> NextQuestion {
    let (text, pending) = which(hits, twins);
    let options = match pending {
        Pending::Narrow { groups } => groups,
        Pending::Which { options } | Pending::Several { options } => {
            options.into_iter().map(|choice| (choice.label.clone(), vec![choice])).collect()
        }
        // `which` asks neither.
        Pending::Situation { .. } | Pending::Place { .. } => Vec::new(),
    };
    NextQuestion { text, options }
}
