//! `bangban differences`: which places deviate from an item's standard, and what is wrong with guides, as a workbook.

use crate::assist::differences;
use crate::config::Config;
use crate::http::difference_workbook;
use crate::search::Search;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

/// What `differences` takes.
#[derive(Debug, clap::Args)]
pub struct DifferencesArgs {
    /// Where the workbook goes
    #[arg(long, value_name = "FILE", default_value = "differences.xlsx")]
    out: PathBuf,
    /// Threads that read guides; all cores when absent
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// Reads every guide of the index in service and writes the workbook.
pub fn run(config: &Config, args: &DifferencesArgs) -> Result<ExitCode> {
    let search = Search::open(&config.index)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let report = differences(&search, super::today(), args.threads.unwrap_or(cores), &AtomicUsize::new(0))?;
    let read = started.elapsed();
    let bytes = difference_workbook(&report, None)?;
    std::fs::write(&args.out, bytes).with_context(|| format!("can't write {}", args.out.display()))?;
    println!(
        "{} guides: {} deviations, {} faults, read in {:.1} s, written to {} after {:.1} s",
        report.guides,
        report.rows.len(),
        report.faults.len(),
        read.as_secs_f64(),
        args.out.display(),
        started.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}
