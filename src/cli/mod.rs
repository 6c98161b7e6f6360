//! The command line: what was typed, and what it leads to.

mod admin;
mod ask;
mod bench;
mod chat;
mod check;
mod differences;
mod eval;
mod fit;
mod import;
mod learned;
mod rehearse;
mod serve;
mod synth;

use crate::assist::{Assist, Weights};
use crate::config::Config;
use crate::embed::{Embedder, Model};
use crate::store::Database;
use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use jiff::civil::Date;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// 帮办: from a plain question to the one right service item and its materials.
#[derive(Debug, Parser)]
#[command(name = "bangban", version, max_term_width = 100)]
pub struct Args {
    /// Settings file; bangban.toml in this folder when absent
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the index; goes before the settings
    #[arg(long, global = true, value_name = "DIR")]
    index: Option<PathBuf>,
    /// Folder of the embedding model; goes before the settings
    #[arg(long, global = true, value_name = "DIR")]
    model: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read guides and build a new generation of the index
    Import(import::ImportArgs),
    /// Check guide files without building anything
    Check(check::CheckArgs),
    /// Serve the API and the pages
    Serve(serve::ServeArgs),
    /// Answer one question
    Ask(ask::AskArgs),
    /// Talk in the terminal as a citizen does on the page
    Chat(chat::ChatArgs),
    /// Report which places deviate from an item's standard, and what is wrong with guides, as a workbook
    Differences(differences::DifferencesArgs),
    /// Measure how long a turn takes over HTTP, written to the disk
    Bench(bench::BenchArgs),
    /// Rehearse the desk: agents and citizens over loopback with lines that break; nothing may be lost or doubled
    Rehearse(rehearse::RehearseArgs),
    /// Measure answers against a file of questions
    Eval(eval::EvalArgs),
    /// Learn the weights of the ranking and of the confidence from questions with known items
    Fit(fit::FitArgs),
    /// Make regional demonstration copies of the corpus, marked synthetic
    Synth(synth::SynthArgs),
    /// List, add, take back or export corrections accepted in use
    Learned(learned::LearnedArgs),
    /// Accounts of people at the desks, and the audit log
    Admin(admin::AdminArgs),
    /// List the generations of the index, or go back to one
    Generations(GenerationsArgs),
}

#[derive(Debug, clap::Args)]
struct GenerationsArgs {
    /// Make this generation the current one
    #[arg(long, value_name = "NAME")]
    restore: Option<String>,
}

/// Runs what was typed.
pub fn run(args: Args) -> Result<ExitCode> {
    let mut config = Config::read(args.config.as_deref())?;
    if let Some(index) = args.index {
        config.index = index;
    }
    if let Some(model) = args.model {
        config.model = model;
    }
    match args.command {
        Command::Import(args) => import::run(&config, &args),
        Command::Check(args) => check::run(&args),
        Command::Serve(args) => serve::run(config, &args),
        Command::Ask(args) => ask::run(&config, args),
        Command::Differences(args) => differences::run(&config, &args),
        Command::Bench(args) => bench::run(&config, &args),
        Command::Rehearse(args) => rehearse::run(&config, &args),
        Command::Chat(args) => chat::run(&config, &args),
        Command::Eval(args) => eval::run(&config, &args),
        Command::Fit(args) => fit::run(&config, &args),
        Command::Synth(args) => synth::run(&args),
        Command::Learned(args) => learned::run(&config, &args),
        Command::Admin(args) => admin::run(&config, args),
        Command::Generations(args) => generations(&config.index, &args),
    }
}

fn generations(root: &Path, args: &GenerationsArgs) -> Result<ExitCode> {
    let known = crate::search::generations(root);
    if let Some(name) = &args.restore
        && !crate::search::restore(root, name)?
    {
        anyhow::bail!("{}: no generation {name:?} here; there are: {}", root.display(), known.join(", "));
    }
    let current = crate::search::current(root)?;
    for name in known {
        let mark = if current.as_deref() == Some(&name) { "*" } else { " " };
        println!("{mark} {name}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The day in Inner Mongolia.
pub(crate) fn today() -> Date {
    crate::desk::china().to_datetime(jiff::Timestamp::now()).date()
}

/// Loads the model; without one the program goes on with words alone, and says so.
fn embedder(config: &Config) -> Option<Embedder> {
    match Model::load(&config.model).and_then(|m| Embedder::spawn(m, config.limits.queue)) {
        Ok(embedder) => Some(embedder),
        Err(error) => {
            eprintln!("bangban: {error}");
            eprintln!("bangban: going on with keywords only");
            None
        }
    }
}

/// The weights that the settings name, or those that come with the program.
fn weights(config: &Config) -> Result<Weights> {
    Ok(match &config.weights {
        Some(folder) => Weights::read(folder)?,
        None => Weights::shipped()?,
    })
}

/// Opens the index in service with the model.
fn assist(config: &Config) -> Result<Assist> {
    let embedder = embedder(config);
    let assist = Assist::open_with(&config.index, embedder, config.thresholds, weights(config)?)?
        .with_recall(config.limits.recall);
    if assist.has_model() {
        return Ok(assist);
    }
    if let Some(made_with) = &assist.search().manifest().model {
        eprintln!(
            "bangban: the index was made with model {made_with}, which is not the one loaded; \
             searching by keywords only; run `bangban import` again with the model at {}",
            config.model.display()
        );
    }
    Ok(assist)
}

/// The file in the data folder.
const KEPT: &str = "talks.sqlite";

/// Opens the file of what is kept; makes it, and its folder, where there is none.
async fn database(config: &Config) -> Result<Database> {
    std::fs::create_dir_all(&config.data).with_context(|| {
        format!("can't make the folder {}; set `data` in bangban.toml", config.data.display())
    })?;
    Ok(Database::open(&config.data.join(KEPT)).await?)
}

/// A runtime for one command.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("can't start the async runtime")
}
