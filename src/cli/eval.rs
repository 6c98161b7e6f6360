//! `bangban eval`: how often the service is right, over the shipped index or any set of guides.

use crate::assist::{Assist, Sources, import};
use crate::config::Config;
use crate::corpus::Options;
use crate::eval::{self, Report, Row};
use crate::search::Plan;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::ExitCode;

/// What `eval` takes.
#[derive(Debug, clap::Args)]
pub struct EvalArgs {
    /// Question files (JSON Lines)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Guides to ask instead of the index in service
    #[arg(long, value_name = "PATH")]
    guides: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Measures and prints.
pub fn run(config: &Config, args: &EvalArgs) -> Result<ExitCode> {
    let mut rows: Vec<Row> = Vec::new();
    for file in &args.files {
        let text = std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
        rows.extend(eval::rows(&text).with_context(|| file.display().to_string())?);
    }
    // Kept until the end: the folder goes when it is dropped.
    let aside = tempfile::tempdir().context("can't make a temporary folder")?;
    let assist = if args.guides.is_empty() {
        super::assist(config)?
    } else {
        let embedder = super::embedder(config);
        let sources = Sources {
            companions: super::import::companions(&args.guides)?,
            paths: args.guides.clone(),
            options: Options::default(),
        };
        let plan = Plan { root: aside.path().to_owned(), now: jiff::Timestamp::now(), allow_shrink: true };
        let (manifest, summary) = import(sources, plan, embedder.as_ref(), &mut |_| {})?;
        eprintln!("{summary}");
        eprintln!("{} items from {} guides", manifest.items, manifest.guides);
        Assist::open(aside.path(), embedder, config.thresholds)?
    };
    let total = rows.len();
    let report = super::runtime()?.block_on(eval::run(&assist, &rows, super::today(), &mut |done| {
        if done % 500 == 0 {
            eprintln!("{done}/{total}");
        }
    }))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
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
    if report.none.n > 0 {
        println!(
            "{} questions without an item: wrongly answered as if sure {:.3}",
            report.none.n, report.none.answered_share
        );
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
