//! What the service keeps beside the index.

mod conversation;
mod database;
mod learned;

pub use conversation::{Conversation, ConversationError, Conversations, Message, NewTurn, Retention};
pub use database::{Database, DatabaseError};
pub use learned::{Journal, Learned, StoreError};
