//! `bangban fit`: learns how much each list and sign is worth, and what goes where, from questions whose answer is
//! known. The files it writes are compiled into the next build.

use crate::assist::evidence;
use crate::config::Config;
use crate::dialog::{Balance, MODEL_LINE, Meant, Scales, chances, sorted};
use crate::embed::{Embedder, Vector};
use crate::guide::Guide;
use crate::search::{
    Builder, Companions, Context as Asked, Embedding, Features, Fusion, Plan, Sample, Search, curve, fit,
};
use crate::text::{Classifier, Labelled, Query, mark_elsewhere};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::TempDir;

/// What `fit` takes.
#[derive(Debug, clap::Args)]
pub struct FitArgs {
    /// Folder of questions, with `train/`, `calibration/`, `wider/` and `routes/train.jsonl`
    #[arg(value_name = "DIR", default_value = "corpus/questions")]
    questions: PathBuf,
    /// Folder that the weights are written to
    #[arg(long, value_name = "DIR", default_value = "models")]
    out: PathBuf,
    /// Learn only one part
    #[arg(long, value_enum)]
    only: Option<Part>,
}

/// What can be learned by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// What goes where, and what a text asks about
    Routes,
    /// The order of what was found, and how far to trust it; needs an index made with the model
    Ranking,
}

/// One question with every name of its item.
#[derive(Deserialize)]
struct Row {
    question: String,
    item: String,
    #[serde(default)]
    also: Vec<String>,
    facet: Option<String>,
}

/// A service beyond the catalog with the questions that mean it.
#[derive(Deserialize)]
struct Wider {
    questions: Vec<String>,
}

/// One utterance with its route.
#[derive(Deserialize)]
struct Utterance {
    question: String,
    route: String,
}

/// One item in so many is never trained on, and one utterance; the same rule as in `models/train/data.py`.
const HELD_ITEMS: u32 = 12;
const HELD_UTTERANCES: u32 = 6;

/// The class of texts about items.
const ITEM: &str = "item";

/// Questions about items that stand beside the utterances of the other routes: every so many-th.
const ITEMS_AMONG_ROUTES: usize = 4;

/// What the hard contrasts of `routes/train.jsonl` count against those questions.
const CONTRAST: f32 = 2.0;

/// Whether a text is the one in so many that training leaves out.
fn one_in(text: &str, many: u32) -> bool {
    number_of(text).is_multiple_of(many)
}

/// A number that depends on a text alone.
fn number_of(text: &str) -> u32 {
    let digest = Sha256::digest(text.as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// Learns and writes.
pub fn run(config: &Config, args: &FitArgs) -> Result<ExitCode> {
    let Some(embedder) = super::embedder(config) else {
        bail!("without the model there is nothing to learn; name its folder with --model");
    };
    let part = |name: &str| read::<Row>(&super::import::joined(&args.questions.join(name), "jsonl")?);
    let rows = part("train")?;
    // What neither the model nor the index has seen, of items that both know: an ordinary day's questions.
    let fresh = part("calibration")?;
    let file = args.questions.join("routes/train.jsonl");
    let text = std::fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let utterances: Vec<Utterance> = read(&text).with_context(|| file.display().to_string())?;
    let wider: Vec<Wider> = read(&super::import::joined(&args.questions.join("wider"), "jsonl")?)?;
    let mut search = Search::open(&config.index)?;
    if args.only != Some(Part::Routes) {
        let fusion = fusion(config, &search, &embedder, &rows, &fresh, &args.out)?;
        // What a search says of a question is weighed as the next build will search.
        search = search.with_fusion(fusion);
    }
    if args.only != Some(Part::Ranking) {
        let texts = Texts { rows: &rows, fresh: &fresh, wider: &wider, utterances: &utterances };
        understanding(&search, &embedder, &texts, &args.out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| serde_json::from_str(line).with_context(|| format!("line {}", at + 1))).collect()
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("can't write {}", path.display()))?;
    println!("{}: {} bytes", path.display(), text.len());
    Ok(())
}

/// Makes a small class count more: half way, in logarithms, to all classes being alike.
fn balance(texts: &mut [Routed<'_>]) {
    let mut counts: HashMap<&str, f32> = HashMap::new();
    texts.iter().for_each(|t| *counts.entry(t.route).or_default() += 1.0);
    let mean = texts.len() as f32 / counts.len().max(1) as f32;
    texts.iter_mut().for_each(|t| t.weight *= (mean / counts[t.route]).sqrt());
}

/// One text to learn routes from.
struct Routed<'a> {
    text: String,
    route: &'a str,
    weight: f32,
    vector: Option<Vector>,
    /// The training of the model has seen it.
    seen: bool,
}

fn by_meaning(texts: &[&Routed<'_>]) -> Classifier {
    let mut rows = Vec::with_capacity(texts.len());
    for text in texts {
        let vector = text.vector.as_ref().map_or(&[][..], Vector::as_slice);
        rows.push(Labelled { text: "", vector, class: text.route, weight: text.weight });
    }
    Classifier::learn(&rows)
}

fn by_words(texts: &[&Routed<'_>]) -> Classifier {
    let marked: Vec<String> = texts.iter().map(|t| mark_elsewhere(&t.text)).collect();
    let mut rows = Vec::with_capacity(texts.len());
    for (t, text) in texts.iter().zip(&marked) {
        rows.push(Labelled { text, vector: &[], class: t.route, weight: t.weight });
    }
    Classifier::learn(&rows)
}

/// What routes and facets are learned from.
struct Texts<'a> {
    rows: &'a [Row],
    /// Questions that nothing else has seen.
    fresh: &'a [Row],
    wider: &'a [Wider],
    utterances: &'a [Utterance],
}

/// Routes by meaning and by words, facets by words.
fn understanding(search: &Search, embedder: &Embedder, from: &Texts<'_>, out: &Path) -> Result<()> {
    let Texts { rows, wider, utterances, .. } = *from;
    let fold = |text: &str| search.analyzer().query(text).meaning_text().to_owned();
    let routed = |text: String, route, weight, seen| Routed { text, route, weight, vector: None, seen };
    let mut texts: Vec<Routed<'_>> = utterances
        .iter()
        .map(|u| routed(fold(&u.question), u.route.as_str(), CONTRAST, !one_in(&u.question, HELD_UTTERANCES)))
        .collect();
    texts.extend(
        rows.iter().step_by(ITEMS_AMONG_ROUTES).map(|row| routed(fold(&row.question), ITEM, 1.0, true)),
    );
    // Services at large: what the catalog lacks is about an item all the same.
    let wider = wider.iter().flat_map(|service| service.questions.iter().step_by(2));
    texts.extend(wider.map(|question| routed(fold(question), ITEM, 1.0, true)));
    // A bare name is a question, too.
    let items = search.items().iter().filter(|item| item.guides > 0);
    let names = items.flat_map(|item| std::iter::once(&item.name).chain(&item.common_names));
    texts.extend(names.map(|name| routed(fold(name), ITEM, 1.0, true)));
    balance(&mut texts);
    for batch in texts.chunks_mut(64) {
        let asked: Vec<String> = batch.iter().map(|t| t.text.clone()).collect();
        for (text, vector) in batch.iter_mut().zip(embedder.embed_queries(&asked)?) {
            text.vector = Some(vector);
        }
    }
    println!("routes from {} texts", texts.len());
    let all: Vec<&Routed<'_>> = texts.iter().collect();
    let model = format!("{MODEL_LINE}{}\n", embedder.model_id());
    write(&out.join("routes-meaning.tsv"), &(model + &by_meaning(&all).to_tsv()))?;
    write(&out.join("routes-words.tsv"), &by_words(&all).to_tsv())?;
    let weights = weighed(search, embedder, from, &texts)?;
    write(
        &out.join("routes.toml"),
        &format!("# Written by `bangban fit`; see src/dialog/understand.rs.\n\n{}", weights.to_toml()),
    )?;

    let asked: Vec<(String, &str)> =
        rows.iter().filter_map(|row| Some((fold(&row.question), row.facet.as_deref()?))).collect();
    let labelled: Vec<Labelled<'_>> =
        asked.iter().map(|(text, class)| Labelled { text, vector: &[], class, weight: 1.0 }).collect();
    println!("facets from {} texts", labelled.len());
    write(&out.join("facets.tsv"), &Classifier::learn(&labelled).to_tsv())
}

/// A text that neither the routes nor the model nor the index have seen.
struct Unseen<'a> {
    query: Query,
    vector: Vector,
    route: &'a str,
}

/// How a text's words, its vector and what a search finds are weighed against each other.
fn weighed(search: &Search, embedder: &Embedder, from: &Texts<'_>, texts: &[Routed<'_>]) -> Result<Balance> {
    let seen: Vec<&Routed<'_>> = texts.iter().filter(|t| t.seen).collect();
    let (words, meaning) = (by_words(&seen), by_meaning(&seen));
    let held = from.utterances.iter().filter(|u| one_in(&u.question, HELD_UTTERANCES));
    let held = held.map(|u| (u.question.as_str(), u.route.as_str()));
    let fresh = from.fresh.iter().map(|row| (row.question.as_str(), ITEM));
    let mut unseen: Vec<Unseen<'_>> = Vec::new();
    for batch in held.chain(fresh).collect::<Vec<_>>().chunks(64) {
        let queries: Vec<Query> = batch.iter().map(|(text, _)| search.analyzer().query(text)).collect();
        let texts: Vec<String> = queries.iter().map(|q| q.meaning_text().to_owned()).collect();
        let vectors = embedder.embed_queries(&texts)?;
        let rows = queries.into_iter().zip(vectors).zip(batch);
        unseen.extend(rows.map(|((query, vector), (_, route))| Unseen { query, vector, route }));
    }
    let sort = |text: &Unseen<'_>, share: Option<f32>| {
        let meant = share.map(|share| Meant { model: &meaning, vector: text.vector.as_slice(), share });
        sorted(&words, meant, text.query.meaning_text())
    };
    let likelihood = |share: f32| -> f64 {
        let log = |text: &Unseen<'_>| {
            let meant = Meant { model: &meaning, vector: text.vector.as_slice(), share };
            let chances = chances(&words, Some(meant), text.query.meaning_text());
            let right = chances.iter().find(|(route, _)| *route == text.route).map_or(0.0, |found| found.1);
            f64::from(right.max(1e-6).ln())
        };
        unseen.iter().map(log).sum()
    };
    let shares = (0..=20).map(|step| step as f32 / 20.0);
    let vector_share = shares.map(|share| (share, likelihood(share))).max_by(|a, b| a.1.total_cmp(&b.1));
    let vector_share = vector_share.map_or(0.0, |best| best.0);

    // Most questions of a day are about items; here, each side counts the same.
    let items = unseen.iter().filter(|text| text.route == ITEM).count();
    let worth = (unseen.len() - items) as f32 / items.max(1) as f32;
    let scales = |share: Option<f32>| -> Result<Scales> {
        let mut samples = Vec::with_capacity(unseen.len());
        let mut right = 0;
        for text in &unseen {
            let understood = sort(text, share);
            let vector = share.map(|_| &text.vector);
            let hits = search.find(&text.query, vector, &Asked::default(), 1)?;
            let is_item = text.route == ITEM;
            let scales = understood.scales(evidence(&hits, &text.query));
            samples.push((scales, f32::from(u8::from(is_item)), if is_item { worth } else { 1.0 }));
            right += usize::from(understood.route.word() == text.route);
        }
        let share = right as f64 / unseen.len().max(1) as f64;
        println!("weighed on {} unseen texts, of which the text alone sorts {share:.3} right", unseen.len());
        Ok(curve(&samples))
    };
    Ok(Balance { vector_share, meaning: scales(Some(vector_share))?, words: scales(None)? })
}

/// A list of items without a known question, as it is before anybody has worked on it, and what is asked of it.
struct Bare<'a> {
    search: Search,
    rows: Vec<&'a Row>,
    _folder: TempDir,
}

/// Into so many lists the items are dealt: a region's list, a department's, a single window's.
const DEALS: [u32; 3] = [1, 8, 64];

/// Lists of several lengths: words that are rare in a long list are common in a short one, and cosines lie
/// differently. Every other list knows its items by official name and organ alone; the rest have everyday names.
fn bare_lists<'a>(
    config: &Config,
    search: &Search,
    embedder: &Embedder,
    rows: &[&'a Row],
) -> Result<Vec<Bare<'a>>> {
    let companions = config.index.join(&search.manifest().generation);
    let embedding = Embedding {
        model: embedder.model_id().to_owned(),
        dimensions: embedder.dimensions(),
        embed: &|texts| embedder.embed_queries(texts),
    };
    let mut lists = Vec::new();
    for parts in DEALS {
        for part in 0..parts {
            // What is left of the number once it has said which items are untaught.
            let here = |name: &str| number_of(name) / HELD_ITEMS % parts == part;
            let rows: Vec<&Row> = rows.iter().copied().filter(|row| here(&row.item)).collect();
            if rows.is_empty() {
                continue;
            }
            let folder = tempfile::tempdir().context("can't make a folder for a list of bare names")?;
            let root = folder.path().to_owned();
            let mut builder =
                Builder::start(Plan { root, now: Timestamp::now(), allow_shrink: false, examples: 0 })?;
            for item in search.items().iter().filter(|item| item.guides > 0 && here(&item.name)) {
                let mut guide = Guide {
                    name: item.name.clone(),
                    parent_name: item.parent_name.clone(),
                    department: item.department.clone(),
                    ..Guide::default()
                };
                if part % 2 == 1 {
                    guide.common_names.clone_from(&item.common_names);
                    guide.business_items.clone_from(&item.business_items);
                    guide.audience.clone_from(&item.audience);
                }
                builder.add(&guide)?;
            }
            builder.finish(Companions::read(&companions)?, Some(&embedding), &mut |_| {})?;
            lists.push(Bare { search: Search::open(folder.path())?, rows, _folder: folder });
        }
    }
    Ok(lists)
}

/// The weights of the ranking and of the confidence.
///
/// Those for items with known questions come from fresh questions about them; those for bare names from items that the
/// model was not taught, in lists of several lengths; those without a model from both.
fn fusion(
    config: &Config,
    search: &Search,
    embedder: &Embedder,
    rows: &[Row],
    fresh: &[Row],
    out: &Path,
) -> Result<Fusion> {
    if search.manifest().model.as_deref() != Some(embedder.model_id()) {
        bail!("{} was made with another model; import again first", config.index.display());
    }
    let known: HashSet<&str> = search.known_questions().collect();
    let fresh: Vec<&Row> = fresh
        .iter()
        .filter(|row| !known.contains(search.analyzer().query(&row.question).meaning_text()))
        .collect();
    if fresh.is_empty() {
        bail!("the index knows every question of calibration/: it must hold back some that only `fit` sees");
    }
    let untaught: Vec<&Row> = rows.iter().filter(|row| one_in(&row.item, HELD_ITEMS)).collect();
    let lists = bare_lists(config, search, embedder, &untaught)?;
    println!(
        "ranking from {} fresh questions, and {} about items that the model was not taught, in {} bare lists",
        fresh.len(),
        untaught.len(),
        lists.len()
    );
    let learn = |name: &str, samples: &[Sample]| {
        let fitted = fit(samples);
        println!("{name:9} hit@1 {:.3}  calibration error {:.3}", fitted.hit1, fitted.calibration_error);
        fitted.weights
    };
    let mut words = samples(&fresh, search, embedder, false)?;
    let mut names = Vec::new();
    for list in &lists {
        words.extend(samples(&list.rows, &list.search, embedder, false)?);
        names.extend(samples(&list.rows, &list.search, embedder, true)?);
    }
    let fusion = Fusion {
        words: learn("words", &words),
        names: learn("names", &names),
        examples: learn("examples", &samples(&fresh, search, embedder, true)?),
    };
    let head = format!(
        "# Written by `bangban fit` from {} and {} questions, model {}; see src/search/fusion.rs.\n\n",
        fresh.len(),
        untaught.len(),
        embedder.model_id()
    );
    write(&out.join("fusion.toml"), &(head + &fusion.to_toml()))?;
    Ok(fusion)
}

/// Each question with its candidates, and which of them are right.
fn samples(rows: &[&Row], search: &Search, embedder: &Embedder, with_vectors: bool) -> Result<Vec<Sample>> {
    let mut samples = Vec::with_capacity(rows.len());
    for batch in rows.chunks(64) {
        let queries: Vec<_> = batch.iter().map(|row| search.analyzer().query(&row.question)).collect();
        let texts: Vec<String> = queries.iter().map(|q| q.meaning_text().to_owned()).collect();
        let vectors = if with_vectors { embedder.embed_queries(&texts)? } else { Vec::new() };
        for (at, (row, query)) in batch.iter().zip(&queries).enumerate() {
            let names = std::iter::once(&row.item).chain(&row.also);
            let right: Vec<u32> = names.flat_map(|name| search.all_named(name)).collect();
            let candidate = |(item, features): (u32, Features)| (item, features, right.contains(&item));
            let found = search.find(query, vectors.get(at), &Asked::default(), 1)?;
            let candidates = found.samples.into_iter().map(candidate).collect();
            samples.push(Sample { candidates, chars: query.search_text().chars().count() });
        }
    }
    Ok(samples)
}
