//! Files in, a new generation out: where reading, the model and the index meet.

use crate::corpus::{self, Event, Finding, Options, ReadError, Severity, Summary};
use crate::embed::Embedder;
use crate::search::{Builder, Companions, Embedding, Manifest, Plan, SearchError, Stage};
use std::path::PathBuf;

/// What can go wrong with an import; in each case the old index stays in service.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The sources can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index can't be written.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Something is wrong with a batch of changes.
    #[error("{errors} errors in the batch: it is taken whole or not at all; mend them and give it again")]
    Refused {
        /// Findings that are errors.
        errors: u64,
    },
    /// A batch that is no batch any more.
    #[error("more than {most} changes at once; give them in several batches, or import all guides anew")]
    TooMany {
        /// Changes of one batch at most.
        most: usize,
    },
}

/// What happens while an import runs.
#[derive(Debug)]
pub enum Step<'a> {
    /// Something is wrong with a row.
    Finding(&'a Finding),
    /// Bytes read so far, of how many, and the guides they gave.
    Reading {
        /// Bytes read.
        done: u64,
        /// Bytes to read.
        total: u64,
        /// Guides so far.
        guides: usize,
    },
    /// The index is being built.
    Building(Stage),
}

/// What to import, with what beside it.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Guide files or folders.
    pub paths: Vec<PathBuf>,
    /// How they are read.
    pub options: Options,
    /// Divisions, everyday words, life-event bundles.
    pub companions: Companions,
}

/// Reads guides and builds a generation from them.
pub fn import(
    sources: Sources,
    plan: Plan,
    embedder: Option<&Embedder>,
    tell: &mut dyn FnMut(Step<'_>),
) -> Result<(Manifest, Summary), ImportError> {
    let mut builder = Builder::start(plan)?;
    let mut summary = match take_in(&sources, &mut builder, tell) {
        Ok(summary) => summary,
        Err(error) => {
            builder.abandon();
            return Err(error);
        }
    };
    for finding in theme_findings(&sources.companions, &builder) {
        summary.count(finding.severity);
        tell(Step::Finding(&finding));
    }
    let embed = |texts: &[String]| match embedder {
        Some(embedder) => embedder.embed_queries(texts),
        None => Ok(Vec::new()),
    };
    let embedding = embedder.map(|embedder| Embedding {
        model: embedder.model_id().to_owned(),
        dimensions: embedder.dimensions(),
        embed: &embed,
    });
    let manifest =
        builder.finish(sources.companions, embedding.as_ref(), &mut |stage| tell(Step::Building(stage)))?;
    Ok((manifest, summary))
}

/// Events that the reader hands over at a time, and such parcels that may wait: reading never runs far ahead.
const PARCEL: usize = 64;
const PARCELS: usize = 8;

/// Reads on a thread of its own while what was read goes into the index on this one.
fn take_in(
    sources: &Sources,
    builder: &mut Builder,
    tell: &mut dyn FnMut(Step<'_>),
) -> Result<Summary, ImportError> {
    let (send, take) = std::sync::mpsc::sync_channel::<Vec<Event>>(PARCELS);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut parcel = Vec::with_capacity(PARCEL);
            let read = corpus::read(&sources.paths, &sources.options, &mut |event| {
                parcel.push(event);
                if parcel.len() == PARCEL {
                    let full = std::mem::replace(&mut parcel, Vec::with_capacity(PARCEL));
                    send.send(full).map_err(|_| corpus::Stop)?;
                }
                Ok(())
            });
            // Whoever takes may have stopped: then nobody wants the rest.
            let _ = send.send(parcel);
            read
        });
        let mut fault = None;
        'taking: for parcel in &take {
            for event in parcel {
                match event {
                    Event::Guide(guide, _) => {
                        if let Err(error) = builder.add(&guide) {
                            fault = Some(error);
                            break 'taking;
                        }
                    }
                    Event::Finding(finding) => tell(Step::Finding(&finding)),
                    Event::Progress { done_bytes, total_bytes } => {
                        tell(Step::Reading {
                            done: done_bytes,
                            total: total_bytes,
                            guides: builder.guides(),
                        });
                    }
                }
            }
        }
        drop(take);
        // A panic of the reader is a panic here.
        let read = reader.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause));
        match fault {
            Some(error) => Err(error.into()),
            None => Ok(read?),
        }
    })
}

/// Bundles whose members the catalog lacks: said once, at import.
fn theme_findings(companions: &Companions, builder: &Builder) -> Vec<Finding> {
    let themes = companions.themes().unwrap_or_default();
    let mut findings = Vec::new();
    for (row, theme) in themes.iter().enumerate() {
        for item in theme.members.iter().filter_map(|m| m.item.as_deref()) {
            if !builder.has_name(item) {
                findings.push(Finding {
                    file: "onething.jsonl".into(),
                    row: Some(row as u64 + 1),
                    field: Some("members".into()),
                    item: Some(theme.name.clone()),
                    rule: "theme-member",
                    severity: Severity::Notice,
                    reason: format!("一件事的成员“{item}”不在本次导入的事项中"),
                    fix: "导入该事项的指南，或改正成员名称".into(),
                });
            }
        }
    }
    findings
}
