//! `bangban eval`: how often the service is right, over the shipped index or any set of guides, and whether that
//! is within the bounds of a gate file.

use crate::assist::{Assist, Sources, import};
use crate::config::Config;
use crate::corpus::Options;
use crate::eval::{self, Breach, Gate, GateRun, Report, Row};
use crate::search::{EXAMPLES, Plan};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `eval` takes.
#[derive(Debug, clap::Args)]
pub struct EvalArgs {
    /// Question files (JSON Lines), or folders of them
    #[arg(required_unless_present = "gate", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Guides to ask instead of the index in service
    #[arg(long, value_name = "PATH")]
    guides: Vec<PathBuf>,
    /// Ask only every so many-th question
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Write a page with figures, curves and misses
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Measure what this file of bounds names; fail if a value is out of its bounds
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "guides"])]
    gate: Option<PathBuf>,
}

/// Measures and prints.
pub fn run(config: &Config, args: &EvalArgs) -> Result<ExitCode> {
    let runs = match &args.gate {
        Some(file) => {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
            Gate::parse(&text).with_context(|| file.display().to_string())?.run
        }
        None => vec![GateRun {
            name: args.files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(" "),
            questions: args.files.iter().map(|f| f.display().to_string()).collect(),
            guides: args.guides.iter().map(|f| f.display().to_string()).collect(),
            every: args.every,
            least: Default::default(),
            most: Default::default(),
        }],
    };
    let mut reports: Vec<(String, Report)> = Vec::new();
    let mut breaches: Vec<Breach> = Vec::new();
    for run in &runs {
        let report = measure(config, run)?;
        breaches.extend(run.check(&report));
        if args.json {
            println!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            println!("== {}", run.name);
            print(&report);
        }
        reports.push((run.name.clone(), report));
    }
    if let Some(file) = &args.report {
        std::fs::write(file, eval::html(&reports))
            .with_context(|| format!("can't write {}", file.display()))?;
        eprintln!("report: {}", file.display());
    }
    for breach in &breaches {
        eprintln!("out of bounds: {breach}");
    }
    Ok(if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(config: &Config, run: &GateRun) -> Result<Report> {
    if run.every == 0 {
        bail!("{}: `every` must be at least 1", run.name);
    }
    let mut rows: Vec<Row> = Vec::new();
    for path in &run.questions {
        rows.extend(questions(Path::new(path))?);
    }
    let rows: Vec<Row> = rows.into_iter().step_by(run.every).collect();
    // Kept until the end: the folder goes when it is dropped.
    let aside = tempfile::tempdir().context("can't make a temporary folder")?;
    let assist = if run.guides.is_empty() {
        super::assist(config)?
    } else {
        let embedder = super::embedder(config);
        let paths: Vec<PathBuf> = run.guides.iter().map(PathBuf::from).collect();
        let companions = super::import::companions(&paths)?;
        let sources = Sources { companions, paths, options: Options::default() };
        let plan = Plan {
            root: aside.path().to_owned(),
            now: jiff::Timestamp::now(),
            allow_shrink: true,
            examples: EXAMPLES,
        };
        let (manifest, summary) = import(sources, plan, embedder.as_ref(), &mut |_| {})?;
        eprintln!("{summary}");
        eprintln!("{} items from {} guides", manifest.items, manifest.guides);
        Assist::open_with(aside.path(), embedder, config.thresholds, super::weights(config)?)?
    };
    let total = rows.len();
    let report = super::runtime()?.block_on(eval::run(&assist, &rows, super::today(), &mut |done| {
        if done % 500 == 0 {
            eprintln!("{done}/{total}");
        }
    }))?;
    Ok(report)
}

/// The rows of a file, or of all question files of a folder.
fn questions(path: &Path) -> Result<Vec<Row>> {
    let text = if path.is_dir() {
        super::import::joined(path, "jsonl")?
    } else {
        std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?
    };
    eval::rows(&text).with_context(|| path.display().to_string())
}

fn print(report: &Report) {
    let Report { n, hit1, hit3, hit5, hit10, mrr10, .. } = report;
    println!("{n} questions with an item");
    println!("hit@1 {hit1:.3}  hit@3 {hit3:.3}  hit@5 {hit5:.3}  hit@10 {hit10:.3}  mrr@10 {mrr10:.3}");
    for (name, list) in [
        ("keyword", report.by_list.keyword),
        ("vector", report.by_list.vector),
        ("fused", report.by_list.fused),
    ] {
        println!("  {name:8} hit@1 {:.3}  hit@5 {:.3}", list.hit1, list.hit5);
    }
    println!(
        "answered {:.3} (right {:.3})  clarified {:.3} (right one shown {:.3})  abstained {:.3}",
        report.answered.share,
        report.answered.right,
        report.clarified.share,
        report.clarified.right,
        report.abstained.share
    );
    if report.n > 0 {
        println!("sent elsewhere {:.3}", report.sent_elsewhere);
    }
    if report.none.n > 0 {
        println!(
            "{} questions without an item: wrongly answered as if sure {:.3}",
            report.none.n, report.none.answered_share
        );
    }
    if report.routes.n > 0 {
        let routes = &report.routes;
        println!("{} routes: accuracy {:.3}  macro-F1 {:.3}", routes.n, routes.accuracy, routes.macro_f1);
        println!(
            "  {} emergencies name a danger, {} of them missed",
            routes.dangers.n, routes.dangers.missed
        );
        for (route, score) in &routes.per_route {
            println!(
                "  {route:12} n {:5}  precision {:.3}  recall {:.3}",
                score.n, score.precision, score.recall
            );
        }
    }
    if report.facets.n > 0 {
        println!("{} facets: right {:.3}", report.facets.n, report.facets.accuracy);
    }
    let cases = report.cases;
    if cases.n + cases.open > 0 {
        println!(
            "{} cases told: taken {:.3} (right {:.3}); {} left open: one taken all the same {:.3}",
            cases.n, cases.told, cases.right, cases.open, cases.presumed
        );
    }
    if report.n > 0 {
        println!("confidence: mean distance from the truth {:.3}", report.calibration.error);
    }
    for (style, hits) in &report.styles {
        println!("  {style:12} n {:5}  hit@1 {:.3}  hit@3 {:.3}", hits.n, hits.hit1, hits.hit3);
    }
    if !report.unknown.is_empty() {
        println!("{} questions name items that the index lacks", report.unknown.len());
    }
    println!("ms p50 {:.2}  p99 {:.2}", report.ms.p50, report.ms.p99);
    println!("model {}  index {}", report.model.as_deref().unwrap_or("none"), report.index);
}
