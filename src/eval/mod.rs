//! Questions with known answers → how often the service is right, and how often it knows.

mod gate;
mod report;

pub use gate::{BadGate, Breach, Gate, GateRun};
pub use report::html;

use crate::assist::{Answer, Ask, AskError, Assist, case_told};
use crate::dialog::{Route, Status, names_danger};
use crate::guide::{Facet, RegionCode};
use crate::search::Search;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;

/// One row of a question file: the format of `../shared/eval/README.md`, or that of `corpus/questions`
/// (`item`, `also`, `form`), which is read into the same fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "RowForm")]
pub struct Row {
    /// Its name.
    pub id: String,
    /// The question.
    pub question: String,
    /// Codes or exact names of acceptable items.
    pub items: Vec<String>,
    /// Where it should go; `item` when absent.
    pub route: Option<String>,
    /// What is asked of the item.
    pub facet: Option<String>,
    /// The asker's place.
    pub region: Option<String>,
    /// How it is put.
    pub style: Option<String>,
    /// The case of the item that it tells; `Some(None)` where it tells none, `None` where the file doesn't say.
    pub case: Option<Option<String>>,
}

#[derive(Deserialize)]
struct RowForm {
    #[serde(default)]
    id: String,
    question: String,
    #[serde(default)]
    items: Vec<String>,
    item: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    route: Option<String>,
    facet: Option<String>,
    region: Option<String>,
    style: Option<String>,
    form: Option<String>,
    noise: Option<String>,
    #[serde(default, deserialize_with = "even_null")]
    business_item: Option<Option<String>>,
}

/// Null, told apart from a field that isn't there.
fn even_null<'de, D: serde::Deserializer<'de>>(given: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(given).map(Some)
}

impl From<RowForm> for Row {
    fn from(form: RowForm) -> Row {
        let mut items = form.items;
        items.extend(form.item);
        items.extend(form.also);
        Row {
            id: form.id,
            question: form.question,
            items,
            route: form.route,
            facet: form.facet,
            region: form.region,
            // The kind of noise says more than the form that it spoiled.
            style: form.style.or(form.noise).or(form.form),
            case: form.business_item,
        }
    }
}

/// Hits of one list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ListHits {
    /// Share of rows whose first item is right.
    #[serde(rename = "hit@1")]
    pub hit1: f64,
    /// Share of rows with a right item among the first five.
    #[serde(rename = "hit@5")]
    pub hit5: f64,
}

/// Hits of one style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct StyleHits {
    /// Rows.
    pub n: usize,
    /// Share of rows whose first item is right.
    #[serde(rename = "hit@1")]
    pub hit1: f64,
    /// Share of rows with a right item among the first three.
    #[serde(rename = "hit@3")]
    pub hit3: f64,
}

/// How often something was done, and how often that was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Share {
    /// Share of the rows that have an item.
    pub share: f64,
    /// Of these, the share that was right.
    pub right: f64,
}

/// Cases (业务办理项) of the right item, where it was found first, has more than one and the row says which is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cases {
    /// Rows whose question tells a case.
    pub n: usize,
    /// Of these, the share for which a case was taken as told.
    pub told: f64,
    /// Of those taken, the share that is the one meant.
    pub right: f64,
    /// Rows whose question tells none.
    pub open: usize,
    /// Of these, the share for which one was taken all the same: who asked is not asked back.
    pub presumed: f64,
}

/// The share of rows that got no answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Abstained {
    /// Share of the rows that have an item.
    pub share: f64,
}

/// Rows that have no item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct NoItem {
    /// Rows.
    pub n: usize,
    /// Share answered with an item as if sure.
    pub answered_share: f64,
}

/// Precision and recall of one route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RouteScore {
    /// Rows.
    pub n: usize,
    /// Of those sent there, the share that belongs there.
    pub precision: f64,
    /// Of those that belong there, the share sent there.
    pub recall: f64,
}

/// Rows whose route is named.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Routes {
    /// Rows.
    pub n: usize,
    /// Share routed right.
    pub accuracy: f64,
    /// Mean over routes of the harmonic mean of precision and recall.
    pub macro_f1: f64,
    /// Emergencies that name a danger.
    pub dangers: Dangers,
    /// Each route.
    pub per_route: BTreeMap<String, RouteScore>,
}

/// Emergencies whose text names a danger (着火, 持刀, 掉井 …): none of these may be missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Dangers {
    /// Rows.
    pub n: usize,
    /// Rows that were sent elsewhere.
    pub missed: usize,
}

/// Facets told right: the one that is asked is among those named, or none is where the question is general.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Facets {
    /// Rows measured.
    pub n: usize,
    /// Share told right.
    pub accuracy: f64,
}

/// How well the confidence means what it says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// Mean distance between the confidence told and the share that was right, weighted by rows.
    pub error: f64,
    /// Equal parts of the confidence from 0 to 1.
    pub reliability: Vec<Reliability>,
    /// What answering from each confidence on would mean.
    pub abstain: Vec<Abstain>,
}

/// The rows whose confidence lies in one tenth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Reliability {
    /// Rows.
    pub n: usize,
    /// Their mean confidence.
    pub told: f64,
    /// The share whose first item is right.
    pub right: f64,
}

/// What a threshold would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Abstain {
    /// Answer from this confidence on.
    pub threshold: f64,
    /// Share of all rows answered.
    pub answered: f64,
    /// Share of the answers that are right.
    pub right: f64,
}

/// A question whose first item was wrong, or that was sent elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Miss {
    /// The question, personal data masked.
    pub question: String,
    /// The items or the route expected.
    pub wanted: Vec<String>,
    /// The first item found, or the route taken.
    pub got: String,
    /// The confidence told.
    pub confidence: f32,
}

/// Latency of whole questions, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Millis {
    /// Median.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// Hits by list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ByList {
    /// By words.
    pub keyword: ListHits,
    /// By meaning.
    pub vector: ListHits,
    /// Both joined.
    pub fused: ListHits,
}

/// The result of one evaluation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Rows that have an item.
    pub n: usize,
    /// Share of rows whose first item is right.
    #[serde(rename = "hit@1")]
    pub hit1: f64,
    /// … among the first three.
    #[serde(rename = "hit@3")]
    pub hit3: f64,
    /// … among the first five.
    #[serde(rename = "hit@5")]
    pub hit5: f64,
    /// … among the first ten.
    #[serde(rename = "hit@10")]
    pub hit10: f64,
    /// Mean reciprocal rank within the first ten.
    #[serde(rename = "mrr@10")]
    pub mrr10: f64,
    /// Answered as if sure.
    pub answered: Share,
    /// Asked back or listed.
    pub clarified: Share,
    /// Found nothing.
    pub abstained: Abstained,
    /// Share of the rows with an item that were sent elsewhere.
    pub sent_elsewhere: f64,
    /// Rows without an item.
    pub none: NoItem,
    /// Rows with a route.
    pub routes: Routes,
    /// Rows with a facet.
    pub facets: Facets,
    /// Rows with a case.
    pub cases: Cases,
    /// By style.
    pub styles: BTreeMap<String, StyleHits>,
    /// By list.
    pub by_list: ByList,
    /// What the confidence is worth; rows without an item count as never right.
    pub calibration: Calibration,
    /// Latency.
    pub ms: Millis,
    /// The model.
    pub model: Option<String>,
    /// The generation.
    pub index: String,
    /// Rows whose items the index doesn't have, by id: they can't be hit.
    pub unknown: Vec<String>,
    /// What went wrong, surest first; not part of the JSON.
    #[serde(skip)]
    pub misses: Vec<Miss>,
}

/// A line of a question file that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {cause}; see the question format in README.md")]
pub struct BadRow {
    line: usize,
    #[source]
    cause: serde_json::Error,
}

/// Reads a question file.
pub fn rows(text: &str) -> Result<Vec<Row>, BadRow> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| serde_json::from_str(line).map_err(|cause| BadRow { line: at + 1, cause }))
        .collect()
}

/// How deep a right item is looked for.
const DEPTH: usize = 10;

/// Asks every question and counts.
pub async fn run(
    assist: &Assist,
    rows: &[Row],
    today: Date,
    tell: &mut dyn FnMut(usize),
) -> Result<Report, AskError> {
    let search = assist.search();
    let mut tally = Tally::default();
    for (at, row) in rows.iter().enumerate() {
        let ask = Ask {
            text: row.question.clone(),
            region: row.region.clone().and_then(|r| RegionCode::try_from(r).ok()),
            limit: DEPTH,
            ..Ask::default()
        };
        let started = Instant::now();
        let answer = assist.ask(ask, today).await?;
        tally.ms.push(started.elapsed().as_secs_f64() * 1000.0);
        tally.count(&search, row, &answer)?;
        tell(at + 1);
    }
    let manifest = search.manifest();
    Ok(tally.report(manifest.model.clone().filter(|_| assist.has_model()), manifest.generation.clone()))
}

#[derive(Default)]
struct Tally {
    /// Rank of the first right item from 1 in each list, 0 for none.
    keyword: Vec<usize>,
    vector: Vec<usize>,
    fused: Vec<usize>,
    answered: (usize, usize),
    clarified: (usize, usize),
    abstained: usize,
    sent_elsewhere: usize,
    none: (usize, usize),
    routes: Vec<(String, String)>,
    dangers: Dangers,
    facets: (usize, usize),
    /// The case meant and the case taken.
    cases: Vec<(Option<String>, Option<String>)>,
    told: Vec<(f32, bool)>,
    misses: Vec<Miss>,
    styles: BTreeMap<String, Vec<usize>>,
    ms: Vec<f64>,
    unknown: Vec<String>,
}

impl Tally {
    fn count(&mut self, search: &Search, row: &Row, answer: &Answer) -> Result<(), AskError> {
        let route = row.route.as_deref().unwrap_or("item");
        let mut miss = |wanted: Vec<String>, got: String| {
            self.misses.push(Miss {
                question: answer.query.masked().text.clone(),
                wanted,
                got,
                confidence: answer.confidence,
            });
        };
        if row.route.is_some() {
            // A file may say only that the list has no such item.
            let went = match (answer.understood.route, answer.status) {
                (Route::Item, Status::OutOfScope) if route == "none" => "none",
                (went, _) => went.word(),
            };
            if went != route && route != "none" {
                miss(vec![route.to_owned()], went.to_owned());
            }
            if route == Route::Emergency.word() && names_danger(answer.query.search_text()) {
                self.dangers.n += 1;
                self.dangers.missed += usize::from(went != route);
            }
            self.routes.push((route.to_owned(), went.to_owned()));
        }
        if route != "item" {
            self.none.0 += 1;
            self.none.1 += usize::from(answer.status == Status::Answered);
            // Rows of other routes say nothing of the confidence in an item.
            if route == "none" {
                self.told.push((answer.confidence, false));
            }
            return Ok(());
        }
        if let Some(facet) = &row.facet {
            let named = &answer.understood.facets;
            let told = match Facet::from_word(facet) {
                Some(facet) => named.contains(&facet),
                None => named.is_empty(),
            };
            self.facets.0 += 1;
            self.facets.1 += usize::from(told);
        }
        let right = expected(search, &row.items)?;
        if right.is_empty() {
            self.unknown.push(row.id.clone());
        }
        let rank = |items: &mut dyn Iterator<Item = u32>| {
            items.take(DEPTH).position(|i| right.contains(&i)).map_or(0, |at| at + 1)
        };
        let hits = &answer.hits;
        let fused = rank(&mut hits.fused.iter().map(|f| f.item));
        self.keyword.push(rank(&mut hits.keyword.iter().map(|h| h.0)));
        self.vector.push(rank(&mut hits.vector.iter().map(|h| h.0)));
        self.fused.push(fused);
        self.sent_elsewhere += usize::from(answer.understood.route != Route::Item);
        self.told.push((answer.confidence, fused == 1));
        if fused != 1 && !row.items.is_empty() {
            let got = hits.fused.first().and_then(|f| search.item(f.item));
            miss(row.items.clone(), got.map_or_else(String::new, |item| item.name.clone()));
        }
        match answer.status {
            Status::Answered => {
                self.answered.0 += 1;
                self.answered.1 += usize::from(fused == 1);
            }
            Status::Clarify | Status::Candidates => {
                self.clarified.0 += 1;
                self.clarified.1 += usize::from(fused > 0 && fused <= answer.candidates.len());
            }
            _ => self.abstained += 1,
        }
        if let (Some(meant), 1, Some(first)) = (&row.case, fused, hits.fused.first()) {
            let several = search.item(first.item).is_some_and(|item| item.business_items.len() > 1);
            if several {
                self.cases.push((meant.clone(), case_told(search, first, &answer.query)));
            }
        }
        if let Some(style) = &row.style {
            self.styles.entry(style.clone()).or_default().push(fused);
        }
        Ok(())
    }

    fn report(mut self, model: Option<String>, index: String) -> Report {
        let n = self.fused.len();
        self.ms.sort_by(f64::total_cmp);
        let percentile = |p: f64| {
            let at = ((self.ms.len() as f64 - 1.0) * p).round().max(0.0) as usize;
            self.ms.get(at).copied().unwrap_or_default()
        };
        let list =
            |ranks: &[usize]| ListHits { hit1: share(within(ranks, 1), n), hit5: share(within(ranks, 5), n) };
        let reciprocal: f64 = self.fused.iter().filter(|&&r| r > 0).map(|&r| 1.0 / r as f64).sum();
        Report {
            n,
            hit1: share(within(&self.fused, 1), n),
            hit3: share(within(&self.fused, 3), n),
            hit5: share(within(&self.fused, 5), n),
            hit10: share(within(&self.fused, 10), n),
            mrr10: if n == 0 { 0.0 } else { reciprocal / n as f64 },
            answered: Share {
                share: share(self.answered.0, n),
                right: share(self.answered.1, self.answered.0),
            },
            clarified: Share {
                share: share(self.clarified.0, n),
                right: share(self.clarified.1, self.clarified.0),
            },
            abstained: Abstained { share: share(self.abstained, n) },
            sent_elsewhere: share(self.sent_elsewhere, n),
            none: NoItem { n: self.none.0, answered_share: share(self.none.1, self.none.0) },
            routes: Routes { dangers: self.dangers, ..routes(&self.routes) },
            cases: cases(&self.cases),
            facets: Facets { n: self.facets.0, accuracy: share(self.facets.1, self.facets.0) },
            calibration: calibration(&self.told),
            styles: self
                .styles
                .iter()
                .map(|(style, ranks)| {
                    let hits = StyleHits {
                        n: ranks.len(),
                        hit1: share(within(ranks, 1), ranks.len()),
                        hit3: share(within(ranks, 3), ranks.len()),
                    };
                    (style.clone(), hits)
                })
                .collect(),
            by_list: ByList {
                keyword: list(&self.keyword),
                vector: list(&self.vector),
                fused: list(&self.fused),
            },
            ms: Millis { p50: percentile(0.5), p99: percentile(0.99) },
            model,
            index,
            unknown: self.unknown,
            misses: {
                self.misses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
                self.misses
            },
        }
    }
}

/// Ordinals of the items that these codes or exact names stand for.
fn expected(search: &Search, items: &[String]) -> Result<Vec<u32>, AskError> {
    let mut list = Vec::new();
    for wanted in items {
        list.extend(search.by_code(wanted, true, 50)?);
        list.extend(search.all_named(wanted));
    }
    Ok(list)
}

/// Parts of the confidence, and thresholds looked at.
const PARTS: usize = 10;

fn calibration(told: &[(f32, bool)]) -> Calibration {
    let part = |confidence: f32| ((f64::from(confidence) * PARTS as f64) as usize).min(PARTS - 1);
    let reliability: Vec<Reliability> = (0..PARTS)
        .map(|at| {
            let rows: Vec<_> = told.iter().filter(|(confidence, _)| part(*confidence) == at).collect();
            let sum: f64 = rows.iter().map(|(confidence, _)| f64::from(*confidence)).sum();
            let right = rows.iter().filter(|(_, right)| *right).count();
            let n = rows.len();
            Reliability { n, told: if n == 0 { 0.0 } else { sum / n as f64 }, right: share(right, n) }
        })
        .collect();
    let distance: f64 = reliability.iter().map(|r| r.n as f64 * (r.told - r.right).abs()).sum();
    let abstain = (0..PARTS * 2)
        .map(|at| {
            let threshold = at as f64 / (PARTS * 2) as f64;
            let answered = told.iter().filter(|(confidence, _)| f64::from(*confidence) >= threshold);
            let n = answered.clone().count();
            let right = answered.filter(|(_, right)| *right).count();
            Abstain { threshold, answered: share(n, told.len()), right: share(right, n) }
        })
        .collect();
    Calibration { error: distance / told.len().max(1) as f64, reliability, abstain }
}

fn within(ranks: &[usize], depth: usize) -> usize {
    ranks.iter().filter(|&&r| r > 0 && r <= depth).count()
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn cases(pairs: &[(Option<String>, Option<String>)]) -> Cases {
    let told = pairs.iter().filter_map(|(meant, taken)| meant.as_ref().map(|meant| (meant, taken.as_ref())));
    let n = told.clone().count();
    let taken = told.clone().filter(|(_, taken)| taken.is_some()).count();
    let right = told.filter(|(meant, taken)| *taken == Some(*meant)).count();
    let open = pairs.len() - n;
    let presumed = pairs.iter().filter(|(meant, taken)| meant.is_none() && taken.is_some()).count();
    Cases { n, told: share(taken, n), right: share(right, taken), open, presumed: share(presumed, open) }
}

fn routes(pairs: &[(String, String)]) -> Routes {
    let mut per_route: BTreeMap<String, RouteScore> = BTreeMap::new();
    let mut f1 = 0.0;
    let mut named: Vec<&String> = pairs.iter().map(|(want, _)| want).collect();
    named.sort_unstable();
    named.dedup();
    for route in &named {
        let n = pairs.iter().filter(|(want, _)| want == *route).count();
        let sent = pairs.iter().filter(|(_, went)| went == *route).count();
        let right = pairs.iter().filter(|(want, went)| want == *route && went == *route).count();
        let (precision, recall) = (share(right, sent), share(right, n));
        if precision + recall > 0.0 {
            f1 += 2.0 * precision * recall / (precision + recall);
        }
        let score = RouteScore { n, precision, recall };
        per_route.insert((*route).clone(), score);
    }
    let right = pairs.iter().filter(|(want, went)| want == went).count();
    Routes {
        n: pairs.len(),
        accuracy: share(right, pairs.len()),
        macro_f1: if named.is_empty() { 0.0 } else { f1 / named.len() as f64 },
        dangers: Dangers::default(),
        per_route,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_or_say_which_line() {
        let good = "{\"question\":\"a\",\"items\":[\"x\"]}\n\n{\"question\":\"b\",\"route\":\"none\"}\n";
        assert_eq!(rows(good).unwrap().len(), 2);
        let error = rows("{\"question\":\"a\"}\n{\"q\":1}").unwrap_err();
        assert!(error.to_string().starts_with("line 2"), "{error}");
    }

    #[test]
    fn ranks_become_shares() {
        let tally = Tally {
            fused: vec![1, 2, 0, 6],
            keyword: vec![0, 0, 0, 1],
            vector: vec![1, 1, 1, 1],
            answered: (2, 1),
            none: (4, 1),
            ms: vec![3.0, 1.0, 2.0],
            ..Tally::default()
        };
        let report = tally.report(None, "g".into());
        assert_eq!(
            (report.n, report.hit1, report.hit3, report.hit5, report.hit10),
            (4, 0.25, 0.5, 0.5, 0.75)
        );
        assert!((report.mrr10 - (1.0 + 0.5 + 1.0 / 6.0) / 4.0).abs() < 1e-9);
        assert_eq!((report.answered.share, report.answered.right), (0.5, 0.5));
        assert_eq!(report.none.answered_share, 0.25);
        assert_eq!((report.ms.p50, report.ms.p99), (2.0, 3.0));
        assert_eq!(report.by_list.vector.hit1, 1.0);
    }

    #[test]
    fn a_case_that_the_file_leaves_open_is_no_case_that_it_leaves_out() {
        let list = rows(
            r#"{"question":"a","item":"x"}
               {"question":"b","item":"x","business_item":null}
               {"question":"c","item":"x","business_item":"新办"}"#,
        );
        let told: Vec<_> = list.unwrap().into_iter().map(|row| row.case).collect();
        assert_eq!(told, [None, Some(None), Some(Some("新办".into()))]);
    }

    #[test]
    fn cases_are_right_wrong_or_presumed() {
        let pair = |a: &str, b: &str| {
            let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
            (given(a), given(b))
        };
        let got = cases(&[
            pair("新办", "新办"),
            pair("新办", "变更"),
            pair("补办", ""),
            pair("", "新办"),
            pair("", ""),
        ]);
        assert_eq!((got.n, got.open), (3, 2));
        assert!((got.told - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!((got.right, got.presumed), (0.5, 0.5));
    }

    #[test]
    fn routes_are_scored_one_by_one() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let got = routes(&[pair("item", "item"), pair("item", "none"), pair("none", "none")]);
        assert_eq!(got.n, 3);
        assert!((got.accuracy - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(got.per_route["none"].precision, 0.5);
        assert_eq!(got.per_route["item"].recall, 0.5);
    }
}
