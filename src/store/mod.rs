//! What the service keeps beside the index.

mod learned;

pub use learned::{Journal, Learned, StoreError};
