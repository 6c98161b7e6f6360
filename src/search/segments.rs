//! Text indexes that go on from those of the generation before: its segments are shared and never written again.
//!
//! A segment of tantivy is immutable; what is deleted from one stands in a file of its own. So a new generation holds
//! the old segments as hard links, files that say which of their documents are gone, and what was added.

use super::SearchError;
use super::generation::share;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use tantivy::index::{Index, SegmentId, SegmentReader};
use tantivy::merge_policy::NoMergePolicy;
use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::{DocId, IndexWriter, TantivyDocument};

/// Memory for the writer of changes, bytes.
const WRITER_MEMORY: usize = 32 << 20;

/// Segments of at most so many documents are made one after each change: that bounds how many there are, and an index
/// of so few documents keeps none that is gone, so that its scores are those of an index made anew.
const SMALL: u32 = 10_000;

/// Shares the files of a text index with a new generation.
pub(super) fn share_index(from: &Path, to: &Path) -> Result<(), SearchError> {
    std::fs::create_dir_all(to).map_err(|e| SearchError::io(to, e))?;
    for entry in std::fs::read_dir(from).map_err(|e| SearchError::io(from, e))? {
        let entry = entry.map_err(|e| SearchError::io(from, e))?;
        let name = entry.file_name();
        let target = to.join(&name);
        match name.to_str() {
            // Each generation has its own: two of them must not wait for each other.
            Some(name) if name.ends_with(".lock") => {}
            // Replaced, not written into; copied all the same, so that it takes no knowledge of tantivy to see that.
            Some("meta.json" | ".managed.json") => {
                std::fs::copy(entry.path(), &target).map_err(|e| SearchError::io(&target, e))?;
            }
            _ => share(&entry.path(), &target)?,
        }
    }
    Ok(())
}

/// Changes an index: documents whose `field` holds one of these numbers go, others are added.
pub(super) fn change(
    index: &Index,
    field: &'static str,
    gone: HashSet<u64>,
    added: impl Iterator<Item = Result<TantivyDocument, SearchError>>,
) -> Result<(), SearchError> {
    let fail = |e: tantivy::TantivyError| SearchError::text(Path::new(field), &e);
    let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_MEMORY).map_err(fail)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    if !gone.is_empty() {
        let gone = Arc::new(gone);
        // The numbers are no terms: every document's is looked at, once for all that go.
        let holds = FunctionPredicate::from(move |reader: &SegmentReader| {
            let (numbers, gone) = (reader.fast_fields().u64(field)?, gone.clone());
            Ok(move |doc: DocId| numbers.first(doc).is_some_and(|number| gone.contains(&number)))
        });
        writer.delete_query(Box::new(DocPredicateQuery::from(holds))).map_err(fail)?;
    }
    for document in added {
        writer.add_document(document?).map_err(fail)?;
    }
    writer.commit().map_err(fail)?;
    let segments = index.searchable_segment_metas().map_err(fail)?;
    let small = segments.iter().filter(|segment| segment.max_doc() <= SMALL);
    let whole = small.clone().count() < 2 && small.clone().all(|segment| !segment.has_deletes());
    if !whole {
        let small: Vec<SegmentId> = small.map(|segment| segment.id()).collect();
        drop(segments);
        writer.merge(&small).wait().map_err(fail)?;
    }
    writer.wait_merging_threads().map_err(fail)
}
