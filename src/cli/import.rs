//! `bangban import`: guides or changes of them in, a new generation of the index in service.

use crate::assist::{ImportError, Sources, Step, import, import_changes};
use crate::config::Config;
use crate::corpus::{Options, Severity};
use crate::guide::Example;
use crate::search::{Companions, DeltaPlan, EXAMPLES, Manifest, Plan, SearchError, Stage};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// What `import` takes.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Guide files or folders: JSONL, CSV, XLSX, mixed
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The files hold changes of guides in the index: `sync_op` (同步类型) insert, update or delete; a record without it
    /// comes or is replaced. All of them are taken in or none; all other guides stay as they are
    #[arg(long, conflicts_with = "examples")]
    changes: bool,
    /// Folder of the index; the same as --index
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Further column maps (TOML)
    #[arg(long = "map", value_name = "FILE")]
    maps: Vec<PathBuf>,
    /// Where findings are written as JSON lines
    #[arg(long, value_name = "FILE", default_value = "findings.jsonl")]
    findings: PathBuf,
    /// Publish even with far fewer guides than the last generation
    #[arg(long)]
    allow_shrink: bool,
    /// Known questions of each item that become part of the index
    #[arg(long, value_name = "N", default_value_t = EXAMPLES)]
    examples: usize,
    /// Build without the model: search by keywords only
    #[arg(long)]
    no_model: bool,
}

/// Exit code when guides were imported, but some rows were lost.
const SOME_LOST: u8 = 3;

/// At most so many findings are printed; all are in the file.
const PRINTED: usize = 50;

/// Imports, prints findings, says what is in service.
pub fn run(config: &Config, args: &ImportArgs) -> Result<ExitCode> {
    let root = args.out.clone().unwrap_or_else(|| config.index.clone());
    let options = Options::with_maps(&args.maps)?;
    let embedder = || if args.no_model { None } else { super::embedder(config) };
    let now = jiff::Timestamp::now();
    if args.changes {
        let plan = DeltaPlan { root: root.clone(), now, allow_shrink: args.allow_shrink };
        let done = told(args, |tell| import_changes(&args.paths, options, plan, &embedder, tell))?;
        let changed = done.map_err(|error| kept(&root, error))?;
        println!("{}", changed.summary);
        println!("{} guides came, {} changed, {} went", changed.inserted, changed.updated, changed.deleted);
        in_service(&changed.manifest, &root, args);
        if changed.manifest.is_due() {
            let Manifest { replaced, guides, .. } = changed.manifest;
            println!(
                "{replaced} guides were replaced by batches of changes, {guides} are there: import all anew soon"
            );
        }
        return Ok(ExitCode::SUCCESS);
    }
    let sources = Sources { companions: companions(&args.paths)?, paths: args.paths.clone(), options };
    let plan = Plan { root: root.clone(), now, allow_shrink: args.allow_shrink, examples: args.examples };
    let embedder = embedder();
    let done = told(args, |tell| import(sources, plan, embedder.as_ref(), tell))?;
    let (manifest, summary) = done.map_err(|error| kept(&root, error))?;
    println!("{summary}");
    in_service(&manifest, &root, args);
    Ok(if summary.errors > 0 { ExitCode::from(SOME_LOST) } else { ExitCode::SUCCESS })
}

/// Does something while findings are written and progress is shown.
fn told<T>(args: &ImportArgs, work: impl FnOnce(&mut dyn FnMut(Step<'_>)) -> T) -> Result<T> {
    let mut findings = FindingsFile::create(&args.findings)?;
    let mut progress = Progress::new();
    let done = work(&mut |step| match step {
        Step::Finding(finding) => {
            if findings.write(finding) && finding.severity != Severity::Notice {
                progress.print(&finding.to_string());
            }
        }
        step => progress.show(&step),
    });
    progress.end();
    findings.close()?;
    Ok(done)
}

/// Says what is in service.
fn in_service(manifest: &Manifest, root: &Path, args: &ImportArgs) {
    println!(
        "{} items from {} guides, {} vectors, generation {} in service at {}",
        manifest.items,
        manifest.guides,
        manifest.vectors,
        manifest.generation,
        root.display()
    );
    if manifest.model.is_none() {
        println!("no model: questions will be searched by keywords only");
    }
    println!("all findings: {}", args.findings.display());
}

/// What went wrong, with what stays in service.
fn kept(root: &Path, error: ImportError) -> anyhow::Error {
    if let ImportError::Search(error @ SearchError::Shrunk { .. }) = error {
        return error.into();
    }
    let kept = match crate::search::current(root).ok().flatten() {
        Some(name) => format!("generation {name} stays in service"),
        None => "there is no index yet".to_owned(),
    };
    anyhow::Error::from(error).context(format!("import failed; {kept}"))
}

/// Divisions, everyday words, bundles and known questions: from a corpus folder among the paths, else those built in.
pub(super) fn companions(paths: &[PathBuf]) -> Result<Companions> {
    let read = |path: PathBuf| {
        std::fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))
    };
    let mut companions = Companions {
        regions: include_str!("../../corpus/regions.tsv").to_owned(),
        lexicon: include_str!("../../corpus/lexicon/everyday.tsv").to_owned(),
        themes: include_str!("../../corpus/onething.jsonl").to_owned(),
        halls: include_str!("../../corpus/halls.jsonl").to_owned(),
        dictionary: String::new(),
        examples: Vec::new(),
    };
    for folder in paths.iter().filter(|path| path.is_dir()) {
        if folder.join("regions.tsv").is_file() {
            companions.regions = read(folder.join("regions.tsv"))?;
        }
        if folder.join("onething.jsonl").is_file() {
            companions.themes = read(folder.join("onething.jsonl"))?;
        }
        if folder.join("halls.jsonl").is_file() {
            companions.halls = read(folder.join("halls.jsonl"))?;
        }
        if folder.join("lexicon").is_dir() {
            companions.lexicon = joined(&folder.join("lexicon"), "tsv")?;
        }
        let questions = folder.join("questions/train");
        if questions.is_dir() {
            let list = Example::parse_all(&joined(&questions, "jsonl")?)
                .with_context(|| format!("in the files of {} joined", questions.display()))?;
            companions.examples.extend(list);
        }
    }
    Ok(companions)
}

/// All files of a kind in a folder, joined in the order of their names.
pub(super) fn joined(folder: &Path, kind: &str) -> Result<String> {
    let wrong = || format!("can't read {}", folder.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(wrong)?
        .collect::<Result<Vec<_>, _>>()
        .with_context(wrong)?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == kind))
        .collect();
    files.sort();
    let mut text = String::new();
    for file in files {
        let part =
            std::fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
        text.push_str(&part);
        text.push('\n');
    }
    Ok(text)
}

struct FindingsFile {
    file: BufWriter<File>,
    path: PathBuf,
    seen: usize,
    fault: Option<std::io::Error>,
}

impl FindingsFile {
    fn create(path: &Path) -> Result<FindingsFile> {
        let file = File::create(path).with_context(|| {
            format!("can't write findings to {}; name another with --findings", path.display())
        })?;
        Ok(FindingsFile { file: BufWriter::new(file), path: path.to_owned(), seen: 0, fault: None })
    }

    /// Writes one finding; `true` while findings are still few enough to be printed too.
    fn write(&mut self, finding: &crate::corpus::Finding) -> bool {
        let written = serde_json::to_vec(finding)
            .map_err(std::io::Error::from)
            .and_then(|line| self.file.write_all(&line))
            .and_then(|()| self.file.write_all(b"\n"));
        if let Err(error) = written {
            self.fault.get_or_insert(error);
        }
        self.seen += usize::from(finding.severity != Severity::Notice);
        self.seen <= PRINTED
    }

    fn close(mut self) -> Result<()> {
        let flushed = self.file.flush();
        match self.fault.map_or(flushed, Err) {
            Ok(()) => Ok(()),
            Err(error) => Err(error)
                .with_context(|| format!("findings could not be written to {}", self.path.display())),
        }
    }
}

/// A bar on a terminal, a plain line now and then elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    stage: &'static str,
    since: Instant,
    told: u64,
}

/// A plain line is printed each time this share of a stage is done, in percent.
const TELL_EVERY: u64 = 25;

impl Progress {
    fn new() -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len} {rate} {eta}");
            let rate = |state: &ProgressState, to: &mut dyn fmt::Write| {
                // What can't be shown of a bar is left out.
                let _ = write!(to, "{:.0}/s", state.per_sec());
            };
            let bar = ProgressBar::new(0);
            // The template is a constant; a wrong one only costs its looks.
            if let Ok(style) = style {
                bar.set_style(style.with_key("rate", rate));
            }
            bar
        });
        Progress { bar, stage: "", since: Instant::now(), told: 0 }
    }

    fn show(&mut self, step: &Step<'_>) {
        let (stage, done, total) = match step {
            Step::Finding(_) => return,
            Step::Reading { done, total, .. } => ("reading", *done, *total),
            Step::Building(Stage::Embedding(done, total)) => ("embedding", *done as u64, *total as u64),
            Step::Building(Stage::Indexing(done, total)) => ("indexing", *done as u64, *total as u64),
            Step::Building(Stage::FullText(done, total)) => ("full text", *done as u64, *total as u64),
        };
        let fresh = stage != self.stage;
        if fresh {
            self.stage = stage;
            self.since = Instant::now();
            self.told = 0;
        }
        match &self.bar {
            Some(bar) => {
                if fresh {
                    bar.reset();
                    bar.set_message(stage);
                    bar.set_length(total);
                }
                bar.set_position(done);
            }
            None => {
                let percent = done * 100 / total.max(1);
                if percent >= self.told + TELL_EVERY || (done == total && self.told < 100) {
                    self.told = percent;
                    let rate = done as f64 / self.since.elapsed().as_secs_f64().max(0.001);
                    let left = total.saturating_sub(done) as f64 / rate.max(0.001);
                    match done < total {
                        true => eprintln!("{stage} {done}/{total}, {rate:.0} a second, {left:.0} s left"),
                        false => eprintln!("{stage} {done}/{total}, {rate:.0} a second"),
                    }
                }
            }
        }
    }

    fn print(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
