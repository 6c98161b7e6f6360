//! What the service keeps beside the index.

mod conversation;
mod database;
mod desk;
mod desk_notes;
mod learned;
mod seal;

pub use conversation::{Conversation, ConversationError, Conversations, Message, NewTurn, Retention};
pub use database::{Database, DatabaseError};
pub use desk::{CaseRow, DeskError, DeskEvent, Desks, LISTED, Listed, NewStep, NewWords, Stepped, Waiting};
pub use desk_notes::{Canned, Contact, Note, Numbers};
pub use learned::{Journal, Learned, StoreError};
pub use seal::{Seal, SealError};
