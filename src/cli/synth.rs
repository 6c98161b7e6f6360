//! `bangban synth`: regional demonstration copies of a corpus, marked synthetic on every card.

use crate::corpus::{self, Event, Options};
use crate::guide::Regions;
use anyhow::{Context, Result};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What `synth` takes.
#[derive(Debug, clap::Args)]
pub struct SynthArgs {
    /// How many copies
    #[arg(long, value_name = "N")]
    guides: usize,
    /// Folder to write them to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Guides to copy
    #[arg(default_value = "corpus/guides", value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Guides in one output file.
const PER_FILE: usize = 50_000;

/// Writes the copies.
pub fn run(args: &SynthArgs) -> Result<ExitCode> {
    let mut base = Vec::new();
    corpus::read(&args.paths, &Options::default(), &mut |event| {
        if let Event::Guide(guide, _) = event {
            base.push(*guide);
        }
        Ok(())
    })?;
    anyhow::ensure!(!base.is_empty(), "no guide could be read: nothing to copy");
    let regions = Regions::parse(&super::import::companions(&args.paths)?.regions)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("can't make the folder {}", args.out.display()))?;
    let mut copies = corpus::copies(&base, &regions, args.guides).peekable();
    let mut files = 0;
    let mut written = 0;
    while copies.peek().is_some() {
        let path = args.out.join(format!("synthetic-{files:03}.jsonl"));
        let wrong = || format!("can't write {}", path.display());
        let mut file = BufWriter::new(std::fs::File::create(&path).with_context(wrong)?);
        for guide in copies.by_ref().take(PER_FILE) {
            serde_json::to_writer(&mut file, &guide.to_json()?)?;
            file.write_all(b"\n").with_context(wrong)?;
            written += 1;
        }
        file.flush().with_context(wrong)?;
        files += 1;
    }
    println!("{written} synthetic guides in {files} files at {}", args.out.display());
    Ok(ExitCode::SUCCESS)
}
