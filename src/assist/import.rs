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
    let mut fault = None;
    let read = corpus::read(&sources.paths, &sources.options, &mut |event| {
        match event {
            Event::Guide(guide, _) => {
                if let Err(error) = builder.add(&guide) {
                    fault = Some(error);
                    return Err(corpus::Stop.into());
                }
            }
            Event::Finding(finding) => tell(Step::Finding(&finding)),
            Event::Progress { done_bytes, total_bytes } => {
                tell(Step::Reading { done: done_bytes, total: total_bytes, guides: builder.guides() })
            }
        }
        Ok(())
    });
    let mut summary = match (read, fault) {
        (_, Some(error)) => {
            builder.abandon();
            return Err(error.into());
        }
        (Err(error), None) => {
            builder.abandon();
            return Err(error.into());
        }
        (Ok(summary), None) => summary,
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
