//! What the service keeps beside the index.

mod account;
mod audit;
mod conversation;
mod database;
mod learned;
mod proposal;
mod rating;

pub use account::{Account, AccountChange, AccountError, Accounts, Attempt, Session};
pub use audit::{Audit, Audited, Entry, Verified, Wanted};
pub use conversation::{Conversation, ConversationError, Conversations, Message, NewTurn, Retention};
pub use database::{Database, DatabaseError};
pub use learned::{Journal, Learned, StoreError};
pub use proposal::{NewProposal, Proposal, ProposalState, Proposals};
pub use rating::{GiveError, NewRating, Outcome, Rating, Ratings, SettleError, WorkItem};
