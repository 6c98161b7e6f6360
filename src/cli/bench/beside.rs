//! `bangban bench beside`: what others would take, where they are installed, side by side in one run.

use super::chance::Chance;
use super::embedders::{self, Compared};
use super::machine::{Limits, Machine};
use super::made::Plan;
use super::mix::{Asked, Places, fresh, questions};
use super::searchers::{self, Engine};
use crate::config::Config;
use crate::guide::Regions;
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How often each question is embedded.
const ROUNDS: usize = 10;

/// Questions for full text.
const ASKED: usize = 200;

/// What `bench beside` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct BesideArgs {
    /// Regional copies in the index that search is compared over
    #[arg(long, value_name = "N", default_value_t = 502_000)]
    guides: usize,
    /// Folder of guides and indexes; what is there and matches is taken as it is
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    dir: PathBuf,
    /// Guides, divisions, words and known questions
    #[arg(long, value_name = "PATH", default_value = "corpus")]
    corpus: PathBuf,
    /// Question files (JSON Lines with `question`)
    #[arg(long, value_name = "PATH", default_value = "corpus/questions/held")]
    questions: PathBuf,
    /// How often each question is embedded
    #[arg(long, value_name = "N", default_value_t = ROUNDS)]
    rounds: usize,
    /// Questions for full text
    #[arg(long, value_name = "N", default_value_t = ASKED)]
    asked: usize,
    /// Leave embedding out
    #[arg(long)]
    no_embedding: bool,
    /// Leave full text out
    #[arg(long)]
    no_search: bool,
    /// Seed of what is asked
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write everything that was measured as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Everything that `bench beside` measured.
#[derive(Debug, Serialize)]
pub struct Report {
    version: &'static str,
    measured_at: Timestamp,
    machine: Machine,
    limits: Option<Limits>,
    embedding: Vec<Compared>,
    /// Guides that full text was compared over.
    guides: usize,
    search: Vec<Engine>,
    /// What is not installed, and how it would be.
    missing: Vec<String>,
}

/// Compares, prints, writes.
pub fn run(config: &Config, args: &BesideArgs) -> Result<ExitCode> {
    let report = measure(config, args)?;
    report.print();
    super::report::write(args.json.as_deref(), &report)?;
    Ok(ExitCode::SUCCESS)
}

impl BesideArgs {
    /// The comparison that goes with `bench region`: over the same guides, with the same questions.
    pub fn with(guides: usize, dir: &Path, corpus: &Path, questions: &Path, seed: u64) -> BesideArgs {
        let [dir, corpus, questions] = [dir, corpus, questions].map(Path::to_owned);
        let (no_embedding, no_search) = (false, false);
        BesideArgs {
            guides,
            dir,
            corpus,
            questions,
            rounds: ROUNDS,
            asked: ASKED,
            no_embedding,
            no_search,
            seed,
            json: None,
        }
    }
}

/// Compares.
pub fn measure(config: &Config, args: &BesideArgs) -> Result<Report> {
    let held = questions(&args.questions)?;
    let machine = Machine::look();
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        measured_at: Timestamp::now(),
        limits: Limits::of(&machine, &config.model, 1, 0.0),
        machine,
        embedding: Vec::new(),
        guides: 0,
        search: Vec::new(),
        missing: Vec::new(),
    };
    if !args.no_embedding {
        println!("embedding by turns, one core …");
        let (compared, missing) = embedders::compare(&config.model, &held, args.rounds)?;
        report.embedding = compared;
        report.missing.extend(missing);
    }
    if !args.no_search {
        let plan = Plan { dir: &args.dir, corpus: &args.corpus, model: &config.model, fresh: false };
        report.guides = plan.make(args.guides)?.guides;
        println!("handing {} guides to other engines, then asking all of them by turns …", report.guides);
        let (search, missing) = searchers::compare(&plan.index(args.guides), &placed(args, &held)?)?;
        report.search = search;
        report.missing.extend(missing);
    }
    Ok(report)
}

/// Questions, each with a division.
fn placed(args: &BesideArgs, held: &[String]) -> Result<Vec<Asked>> {
    let regions =
        Regions::parse(&super::super::import::companions(std::slice::from_ref(&args.corpus))?.regions)?;
    let (places, mut chance) = (Places::of(&regions), Chance::of(args.seed));
    let mut asked = fresh(held, &places, args.asked, &mut chance);
    for one in &mut asked {
        one.region = places.one(&mut chance);
    }
    Ok(asked)
}

impl Report {
    /// Prints tables that read in a terminal and in Markdown.
    pub fn print(&self) {
        for Compared { texts, sides } in &self.embedding {
            println!(
                "\n| {texts}, one core | p50 ms | p99 ms | quickest rounds ms | × ours | × ours, quickest |"
            );
            println!("|---|---|---|---|---|---|");
            for side in sides {
                println!(
                    "| {} | {:.2} | {:.2} | {:.2} | {:.1} | {:.1} |",
                    side.about,
                    side.times.p50_ms,
                    side.times.p99_ms,
                    side.least_ms,
                    side.times_ours[0],
                    side.times_ours[1]
                );
            }
        }
        if let Some(limits) = self.limits.as_ref().filter(|_| !self.embedding.is_empty()) {
            println!(
                "\nat best {:.2} ms for 16 tokens: {:.0} million products, {:.0} a cycle",
                limits.model_ms,
                limits.question_macs as f64 / 1e6,
                limits.macs_a_cycle
            );
        }
        if !self.search.is_empty() {
            println!(
                "\n| full text over {} guides | questions | within a division p50 / p99 ms | everywhere p50 / p99 ms | filled in s | MB |",
                self.guides
            );
            println!("|---|---|---|---|---|---|");
        }
        for engine in &self.search {
            let [within, everywhere] = [engine.within, engine.everywhere].map(Option::unwrap_or_default);
            println!(
                "| {} | {} | {:.1} / {:.1} | {:.1} / {:.1} | {} | {:.0} |",
                engine.about,
                engine.questions,
                within.p50_ms,
                within.p99_ms,
                everywhere.p50_ms,
                everywhere.p99_ms,
                engine.filled_s.map_or("with the import".to_owned(), |seconds| format!("{seconds:.0}")),
                engine.bytes as f64 / 1e6
            );
        }
        for missing in &self.missing {
            println!("not compared: {missing}");
        }
    }
}
