//! What the service keeps beside the index.

mod conversation;
mod learned;

pub use conversation::{Conversation, ConversationError, Conversations, Message, NewTurn, Retention};
pub use learned::{Journal, Learned, StoreError};
