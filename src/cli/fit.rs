//! `bangban fit`: learns how much each list and sign is worth, and what goes where, from questions whose answer is
//! known. The files it writes are compiled into the next build.

use crate::assist::evidence;
use crate::config::Config;
use crate::dialog::{Balance, MODEL_LINE, Scales, sorted};
use crate::embed::{Embedder, Vector};
use crate::guide::Guide;
use crate::search::{
    Builder, Companions, Context as Asked, Embedding, Features, Fusion, Plan, Sample, Search, curve, fit,
};
use crate::text::{Classifier, Labelled, mark_elsewhere};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `fit` takes.
#[derive(Debug, clap::Args)]
pub struct FitArgs {
    /// Folder of questions, with `train/`, `wider/` and `routes/train.jsonl`
    #[arg(value_name = "DIR", default_value = "corpus/questions")]
    questions: PathBuf,
    /// Folder that the weights are written to
    #[arg(long, value_name = "DIR", default_value = "models")]
    out: PathBuf,
    /// Learn only what goes where; needs no index made with the model
    #[arg(long)]
    routes_only: bool,
    /// Of the items that the model was trained on, use every so many-th question too; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0)]
    trained_items: usize,
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
    let digest = Sha256::digest(text.as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]).is_multiple_of(many)
}

/// Learns and writes.
pub fn run(config: &Config, args: &FitArgs) -> Result<ExitCode> {
    let Some(embedder) = super::embedder(config) else {
        bail!("without the model there is nothing to learn; name its folder with --model");
    };
    let rows: Vec<Row> = read(&super::import::joined(&args.questions.join("train"), "jsonl")?)?;
    let file = args.questions.join("routes/train.jsonl");
    let text = std::fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let utterances: Vec<Utterance> = read(&text).with_context(|| file.display().to_string())?;
    let wider: Vec<Wider> = read(&super::import::joined(&args.questions.join("wider"), "jsonl")?)?;
    let search = Search::open(&config.index)?;
    understanding(&search, &embedder, &rows, &wider, &utterances, &args.out)?;
    if !args.routes_only {
        fusion(config, &search, &embedder, &rows, args)?;
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

fn routes_of(texts: &[&Routed<'_>], with_vectors: bool) -> Classifier {
    fn vector<'a>(text: &'a Routed<'_>, with_vectors: bool) -> &'a [f32] {
        text.vector.as_ref().filter(|_| with_vectors).map_or(&[], Vector::as_slice)
    }
    let marked: Vec<String> = texts.iter().map(|t| mark_elsewhere(&t.text)).collect();
    let rows: Vec<Labelled<'_>> = texts
        .iter()
        .zip(&marked)
        .map(|(t, text)| Labelled { text, vector: vector(t, with_vectors), class: t.route, weight: t.weight })
        .collect();
    Classifier::learn(&rows)
}

/// Routes by meaning and by words, facets by words.
fn understanding(
    search: &Search,
    embedder: &Embedder,
    rows: &[Row],
    wider: &[Wider],
    utterances: &[Utterance],
    out: &Path,
) -> Result<()> {
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
    let names = search.items().iter().flat_map(|item| std::iter::once(&item.name).chain(&item.common_names));
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
    let by_meaning = routes_of(&all, true).to_tsv();
    write(&out.join("routes.tsv"), &format!("{MODEL_LINE}{}\n{by_meaning}", embedder.model_id()))?;
    write(&out.join("routes-words.tsv"), &routes_of(&all, false).to_tsv())?;
    let weights = Balance {
        meaning: scales(search, embedder, rows, utterances, &texts, true)?,
        words: scales(search, embedder, rows, utterances, &texts, false)?,
    };
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

/// How a text's own odds and the search are weighed against each other: learned from texts that neither the
/// routes nor the model nor the index have seen.
fn scales(
    search: &Search,
    embedder: &Embedder,
    rows: &[Row],
    utterances: &[Utterance],
    texts: &[Routed<'_>],
    with_vectors: bool,
) -> Result<Scales> {
    let seen: Vec<&Routed<'_>> = texts.iter().filter(|t| t.seen).collect();
    let routes = routes_of(&seen, with_vectors);
    let known: HashSet<&str> = search.known_questions().collect();
    let unseen = rows
        .iter()
        .enumerate()
        .filter(|(at, row)| at % ITEMS_AMONG_ROUTES != 0 && one_in(&row.item, HELD_ITEMS));
    let questions = utterances
        .iter()
        .filter(|u| one_in(&u.question, HELD_UTTERANCES))
        .map(|u| (u.question.as_str(), u.route.as_str()))
        .chain(unseen.map(|(_, row)| (row.question.as_str(), ITEM)));
    let mut samples: Vec<(Scales, f32, f32)> = Vec::new();
    let (mut right, mut others) = (0, 0);
    for (question, route) in questions {
        let query = search.analyzer().query(question);
        if known.contains(query.meaning_text()) {
            continue;
        }
        let vector = match with_vectors {
            true => embedder.embed_queries(&[query.meaning_text().to_owned()])?.pop(),
            false => None,
        };
        let understood = sorted(&routes, query.meaning_text(), vector.as_ref().map(Vector::as_slice));
        let hits = search.find(&query, vector.as_ref(), &Asked::default(), 1)?;
        samples.push((understood.scales(evidence(&hits, &query)), f32::from(u8::from(route == ITEM)), 1.0));
        others += usize::from(route != ITEM);
        right += usize::from(understood.route.word() == route);
    }
    // Most questions of a day are about items; here, each side counts the same.
    let items = samples.len() - others;
    let worth = others as f32 / items.max(1) as f32;
    samples.iter_mut().filter(|s| s.1 > 0.5).for_each(|s| s.2 = worth);
    println!(
        "weighed on {} unseen texts, of which the text alone sorts {:.3} right",
        samples.len(),
        right as f64 / samples.len().max(1) as f64
    );
    Ok(curve(&samples))
}

/// An index of the same items by official name and organ alone: what a list has that nobody has worked on yet.
fn bare_names(config: &Config, search: &Search, embedder: &Embedder, folder: &Path) -> Result<Search> {
    let plan = Plan { root: folder.to_owned(), now: Timestamp::now(), allow_shrink: false, examples: 0 };
    let mut builder = Builder::start(plan)?;
    for item in search.items() {
        builder.add(&Guide {
            name: item.name.clone(),
            parent_name: item.parent_name.clone(),
            department: item.department.clone(),
            ..Guide::default()
        })?;
    }
    let embedding = Embedding {
        model: embedder.model_id().to_owned(),
        dimensions: embedder.dimensions(),
        embed: &|texts| embedder.embed_queries(texts),
    };
    let companions = Companions::read(&config.index.join(&search.manifest().generation))?;
    builder.finish(companions, Some(&embedding), &mut |_| {})?;
    Ok(Search::open(folder)?)
}

/// The weights of the ranking and of the confidence.
fn fusion(config: &Config, search: &Search, embedder: &Embedder, rows: &[Row], args: &FitArgs) -> Result<()> {
    if search.manifest().model.as_deref() != Some(embedder.model_id()) {
        bail!("{} was made with another model; import again first", config.index.display());
    }
    let known: HashSet<&str> = search.known_questions().collect();
    let rows: Vec<&Row> = rows
        .iter()
        .enumerate()
        .filter(|(at, row)| {
            one_in(&row.item, HELD_ITEMS) || (args.trained_items > 0 && at % args.trained_items == 0)
        })
        .map(|(_, row)| row)
        .collect();
    let aside = tempfile::tempdir().context("can't make a folder for the index of bare names")?;
    let bare = bare_names(config, search, embedder, aside.path())?;
    let mut samples: [Vec<Sample>; 3] = Default::default();
    for batch in rows.chunks(64) {
        let queries: Vec<_> = batch.iter().map(|row| search.analyzer().query(&row.question)).collect();
        let texts: Vec<String> = queries.iter().map(|q| q.meaning_text().to_owned()).collect();
        let vectors = embedder.embed_queries(&texts)?;
        for ((row, query), vector) in batch.iter().zip(&queries).zip(&vectors) {
            if known.contains(query.meaning_text()) {
                continue;
            }
            for (list, (vector, search)) in
                samples.iter_mut().zip([(None, search), (Some(vector), &bare), (Some(vector), search)])
            {
                let names = std::iter::once(&row.item).chain(&row.also);
                let right: Vec<u32> = names.flat_map(|name| search.all_named(name)).collect();
                let candidate = |(item, features): (u32, Features)| (item, features, right.contains(&item));
                let found = search.find(query, vector, &Asked::default(), 1)?;
                let candidates = found.samples.into_iter().map(candidate).collect();
                list.push(Sample { candidates, chars: query.search_text().chars().count() });
            }
        }
    }
    let used = samples[0].len();
    println!("ranking from {used} questions neither trained on nor in the index");
    let fitted = samples.map(|list| fit(&list));
    for (name, fitted) in ["words", "names", "examples"].iter().zip(&fitted) {
        println!("{name:9} hit@1 {:.3}  calibration error {:.3}", fitted.hit1, fitted.calibration_error);
    }
    let [words, names, examples] = fitted.map(|f| f.weights);
    let head = format!(
        "# Written by `bangban fit` from {used} questions, model {}; see src/search/fusion.rs.\n\n",
        embedder.model_id()
    );
    write(&args.out.join("fusion.toml"), &(head + &Fusion { words, names, examples }.to_toml()))
}
