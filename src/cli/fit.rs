//! `bangban fit`: learns how much each list and sign is worth, and what goes where, from questions whose answer is
//! known. The files it writes are compiled into the next build.

use crate::config::Config;
use crate::dialog::MODEL_LINE;
use crate::embed::Embedder;
use crate::search::{Context as Asked, Features, Fusion, Sample, Search, fit};
use crate::text::{Classifier, Labelled};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `fit` takes.
#[derive(Debug, clap::Args)]
pub struct FitArgs {
    /// Folder of questions, with `train/` and `routes/train.jsonl`
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

/// One utterance with its route.
#[derive(Deserialize)]
struct Utterance {
    question: String,
    route: String,
}

/// One item in so many is never trained on; the same rule as in `models/train/data.py`.
const HELD_ITEMS: u32 = 12;

/// Questions about items that stand beside the utterances of the other routes: every so many-th.
const ITEMS_AMONG_ROUTES: usize = 4;

/// What the hard contrasts of `routes/train.jsonl` count against those questions.
const CONTRAST: f32 = 2.0;

/// Whether training leaves an item out.
fn held(name: &str) -> bool {
    let digest = Sha256::digest(name.as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]).is_multiple_of(HELD_ITEMS)
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
    let search = Search::open(&config.index)?;
    understanding(&search, &embedder, &rows, &utterances, &args.out)?;
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
fn balance(texts: &mut [(String, &str, f32)]) {
    let mut counts: HashMap<&str, f32> = HashMap::new();
    texts.iter().for_each(|(_, class, _)| *counts.entry(class).or_default() += 1.0);
    let mean = texts.len() as f32 / counts.len().max(1) as f32;
    texts.iter_mut().for_each(|(_, class, weight)| *weight *= (mean / counts[class]).sqrt());
}

/// Routes by meaning and by words, facets by words.
fn understanding(
    search: &Search,
    embedder: &Embedder,
    rows: &[Row],
    utterances: &[Utterance],
    out: &Path,
) -> Result<()> {
    let fold = |text: &str| search.analyzer().query(text).meaning_text().to_owned();
    let mut texts: Vec<(String, &str, f32)> =
        utterances.iter().map(|u| (fold(&u.question), u.route.as_str(), CONTRAST)).collect();
    texts.extend(rows.iter().step_by(ITEMS_AMONG_ROUTES).map(|row| (fold(&row.question), "item", 1.0)));
    // A bare name is a question, too.
    let names = search.items().iter().flat_map(|item| std::iter::once(&item.name).chain(&item.common_names));
    texts.extend(names.map(|name| (fold(name), "item", 1.0)));
    balance(&mut texts);
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(64) {
        let batch: Vec<String> = batch.iter().map(|t| t.0.clone()).collect();
        vectors.extend(embedder.embed_queries(&batch)?);
    }
    let labelled = |with_vectors: bool| -> Vec<Labelled<'_>> {
        let vector = |at: usize| if with_vectors { vectors[at].as_slice() } else { &[] };
        texts
            .iter()
            .enumerate()
            .map(|(at, (text, class, weight))| Labelled { text, vector: vector(at), class, weight: *weight })
            .collect()
    };
    println!("routes from {} texts", texts.len());
    let routes = Classifier::learn(&labelled(true)).to_tsv();
    write(&out.join("routes.tsv"), &format!("{MODEL_LINE}{}\n{routes}", embedder.model_id()))?;
    write(&out.join("routes-words.tsv"), &Classifier::learn(&labelled(false)).to_tsv())?;

    let asked: Vec<(String, &str)> =
        rows.iter().filter_map(|row| Some((fold(&row.question), row.facet.as_deref()?))).collect();
    let labelled: Vec<Labelled<'_>> =
        asked.iter().map(|(text, class)| Labelled { text, vector: &[], class, weight: 1.0 }).collect();
    println!("facets from {} texts", labelled.len());
    write(&out.join("facets.tsv"), &Classifier::learn(&labelled).to_tsv())
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
        .filter(|(at, row)| held(&row.item) || (args.trained_items > 0 && at % args.trained_items == 0))
        .map(|(_, row)| row)
        .collect();
    let mut samples: [Vec<Sample>; 3] = Default::default();
    for batch in rows.chunks(64) {
        let queries: Vec<_> = batch.iter().map(|row| search.analyzer().query(&row.question)).collect();
        let texts: Vec<String> = queries.iter().map(|q| q.meaning_text().to_owned()).collect();
        let vectors = embedder.embed_queries(&texts)?;
        for ((row, query), vector) in batch.iter().zip(&queries).zip(&vectors) {
            if known.contains(query.meaning_text()) {
                continue;
            }
            let names = std::iter::once(&row.item).chain(&row.also);
            let right: Vec<u32> = names.flat_map(|name| search.all_named(name)).collect();
            let all = Asked::default();
            let names_only = Asked { names_only: true, ..all };
            for (list, (vector, asked)) in
                samples.iter_mut().zip([(None, &all), (Some(vector), &names_only), (Some(vector), &all)])
            {
                let candidate = |(item, features): (u32, Features)| (item, features, right.contains(&item));
                let candidates =
                    search.find(query, vector, asked, 1)?.samples.into_iter().map(candidate).collect();
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
