//! `bangban check`: the findings of an import without the import.

use crate::corpus::{self, Event, Options};
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// What `check` takes.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Guide files or folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Further column maps (TOML)
    #[arg(long = "map", value_name = "FILE")]
    maps: Vec<PathBuf>,
    /// The files hold changes of guides, as `import --changes` takes them
    #[arg(long)]
    changes: bool,
    /// Print findings as JSON lines
    #[arg(long)]
    json: bool,
    /// Hide notices
    #[arg(long)]
    quiet: bool,
}

/// Prints every finding; fails if one is an error.
pub fn run(args: &CheckArgs) -> Result<ExitCode> {
    let options = Options { changes: args.changes, ..Options::with_maps(&args.maps)? };
    let mut out = std::io::stdout().lock();
    let summary = corpus::read(&args.paths, &options, &mut |event| {
        use std::io::Write;
        if let Event::Finding(finding) = event {
            if args.quiet && finding.severity == corpus::Severity::Notice {
                return Ok(());
            }
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&finding)?)?;
            } else {
                writeln!(out, "{finding}")?;
            }
        }
        Ok(())
    })?;
    eprintln!("{summary}");
    Ok(if summary.errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
