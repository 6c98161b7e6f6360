//! A batch of changes in, a new generation out: all of it or nothing.

use super::import::{ImportError, Step};
use crate::corpus::{self, Event, Finding, Options, Origin, Severity, Summary};
use crate::embed::Embedder;
use crate::guide::{Guide, Operation};
use crate::search::{Delta, DeltaPlan, Manifest, Misfit, SearchError};
use std::cell::LazyCell;
use std::path::PathBuf;

/// Changes of one batch at most: they are held in memory, and beyond that an import of all guides is quicker.
const MOST: usize = 20_000;

/// What a batch came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The generation that it made.
    pub manifest: Manifest,
    /// What was read.
    pub summary: Summary,
    /// Guides that came.
    pub inserted: usize,
    /// Guides that were replaced.
    pub updated: usize,
    /// Guides that went.
    pub deleted: usize,
}

/// Reads a batch of changes and makes a generation of it and of the one in service. Whatever is wrong with one change
/// refuses the batch. `embedder` is asked for the model only if a name is new.
pub fn import_changes(
    paths: &[PathBuf],
    options: Options,
    plan: DeltaPlan,
    embedder: &(dyn Fn() -> Option<Embedder> + Sync),
    tell: &mut dyn FnMut(Step<'_>),
) -> Result<Changed, ImportError> {
    let (batch, summary) = read(paths, Options { changes: true, ..options }, tell)?;
    if summary.errors > 0 {
        return Err(ImportError::Refused { errors: summary.errors });
    }
    let delta = Delta::start(plan)?;
    std::thread::scope(|scope| {
        // To load the model takes as long as all the rest: begun as soon as it is clear that it is needed.
        let stay = batch.iter().filter(|(guide, _)| guide.operation() != Ok(Operation::Delete));
        let ahead =
            delta.needs_model(stay.map(|(guide, _)| guide.name.as_str())).then(|| scope.spawn(embedder));
        let model = || match ahead {
            // A panic there is a panic here.
            Some(ahead) => ahead.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)),
            None => embedder(),
        };
        change(delta, batch, summary, model, tell)
    })
}

/// Takes a batch that could be read into a generation that was begun.
fn change(
    mut delta: Delta,
    batch: Batch,
    mut summary: Summary,
    model: impl FnOnce() -> Option<Embedder>,
    tell: &mut dyn FnMut(Step<'_>),
) -> Result<Changed, ImportError> {
    let [mut inserted, mut updated, mut deleted] = [0; 3];
    for (guide, origin) in batch {
        // A word that is none was a finding.
        let operation = guide.operation().unwrap_or(Operation::Put);
        let named = match &guide.task_code {
            Some(code) => format!("实施编码 {code}"),
            None => format!("“{}”（按名称、区划、实施主体）", guide.name),
        };
        let name = guide.name.clone();
        match delta.add(operation, guide) {
            Ok(Ok(Operation::Delete)) => deleted += 1,
            Ok(Ok(Operation::Insert)) => inserted += 1,
            Ok(Ok(_)) => updated += 1,
            Ok(Err(misfit)) => {
                let finding = misfits(misfit, &named, name, origin);
                summary.count(finding.severity);
                tell(Step::Finding(&finding));
            }
            Err(error) => {
                delta.abandon();
                return Err(error.into());
            }
        }
    }
    if summary.errors > 0 {
        delta.abandon();
        return Err(ImportError::Refused { errors: summary.errors });
    }
    let model = LazyCell::new(model);
    let embed =
        |wanted: &str, texts: &[String]| match model.as_ref().filter(|model| model.model_id() == wanted) {
            Some(model) => model.embed_queries(texts).map_err(SearchError::Embed),
            None => Err(SearchError::Model {
                wanted: wanted.to_owned(),
                given: model.as_ref().map(|model| model.model_id().to_owned()),
            }),
        };
    let manifest = delta.finish(&embed, &mut |stage| tell(Step::Building(stage)))?;
    Ok(Changed { manifest, summary, inserted, updated, deleted })
}

/// The changes of some files, each with the place it was read from.
type Batch = Vec<(Guide, Origin)>;

fn read(
    paths: &[PathBuf],
    options: Options,
    tell: &mut dyn FnMut(Step<'_>),
) -> Result<(Batch, Summary), ImportError> {
    let mut batch = Batch::new();
    let mut too_many = false;
    let read = corpus::read(paths, &options, &mut |event| {
        match event {
            Event::Guide(guide, origin) => batch.push((*guide, origin)),
            Event::Finding(finding) => tell(Step::Finding(&finding)),
            Event::Progress { .. } => {}
        }
        too_many = batch.len() > MOST;
        if too_many { Err(corpus::Stop.into()) } else { Ok(()) }
    });
    match read {
        _ if too_many => Err(ImportError::TooMany { most: MOST }),
        Ok(summary) => Ok((batch, summary)),
        Err(error) => Err(error.into()),
    }
}

/// A change that doesn't fit, as a finding.
fn misfits(misfit: Misfit, named: &str, name: String, origin: Origin) -> Finding {
    let (rule, reason, fix) = match misfit {
        Misfit::Known => ("known", format!("{named}已在索引中，不能新增"), "改为修改（update），或改正编码"),
        Misfit::Unknown => (
            "unknown",
            format!("{named}不在索引中，无从修改或删除"),
            "核对编码；新的指南改为新增（insert）；已经删除的，去掉这一条",
        ),
    };
    Finding {
        file: origin.file,
        row: Some(origin.row),
        field: Some("task_code".into()),
        item: Some(name).filter(|name| !name.is_empty()),
        rule,
        severity: Severity::Error,
        reason,
        fix: fix.into(),
    }
}
