//! What can go wrong with an index, and what to do about it.

use crate::embed::EmbedError;
use std::path::{Path, PathBuf};

/// What can go wrong with an index.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A file holds something it should not.
    #[error("{0}: broken: {1}; import the guides again or go back to the last generation")]
    Broken(PathBuf, String),
    /// The text index failed.
    #[error("text index {0}: {1}; import the guides again")]
    Text(PathBuf, String),
    /// The files are of another format.
    #[error("{path}: format {found}, this program reads {expected}; import the guides again")]
    Format {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format expected.
        expected: u32,
    },
    /// There is no index yet.
    #[error("{0}: no index here; run `bangban import PATH --out {0}` first")]
    Empty(PathBuf),
    /// Another importer writes to the folder.
    #[error("{0}: another import is at work here; wait for it to end")]
    Locked(PathBuf),
    /// No guide was read.
    #[error("no guide could be read: nothing to index; the old index stays in service")]
    NothingToIndex,
    /// The new generation is much smaller than the last.
    #[error(
        "only {found} guides where the last index has {before}: the old index stays in service; \
         if this is right, import again with --allow-shrink"
    )]
    Shrunk {
        /// Guides now.
        found: usize,
        /// Guides before.
        before: usize,
    },
    /// A batch without a single change.
    #[error("no change could be read: nothing to do; the index stays as it is")]
    NothingToChange,
    /// Too much of the index was replaced piece by piece.
    #[error(
        "{replaced} guides were replaced by batches of changes since all were imported, and {guides} are there: the files \
         hold too much that nobody needs; import all guides anew, then go on with changes"
    )]
    Overdue {
        /// Guides replaced since.
        replaced: usize,
        /// Guides that are there.
        guides: usize,
    },
    /// New names need vectors of the model that made the others.
    #[error(
        "the index was made with the model {wanted}, but {}: new names can't be compared with the old ones; name its folder \
         with --model, or import all guides anew",
        .given.as_ref().map_or("there is none here".to_owned(), |given| format!("the one here is {given}"))
    )]
    Model {
        /// The model of the index.
        wanted: String,
        /// The model that is there.
        given: Option<String>,
    },
    /// A vector of the wrong length.
    #[error("a vector has {found} values where the index has {expected}; import again with this model")]
    Dimensions {
        /// Length in the index.
        expected: usize,
        /// Length given.
        found: usize,
    },
    /// The model failed while the index was built.
    #[error(transparent)]
    Embed(EmbedError),
}

impl SearchError {
    pub(super) fn io(path: &Path, cause: std::io::Error) -> SearchError {
        SearchError::Io { path: path.to_owned(), cause }
    }

    pub(super) fn text(path: &Path, cause: &tantivy::TantivyError) -> SearchError {
        SearchError::Text(path.to_owned(), cause.to_string())
    }
}
