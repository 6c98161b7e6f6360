//! What the service keeps beside the index.

mod account;
mod audit;
mod conversation;
mod database;
mod desk;
mod desk_notes;
mod learned;
mod link;
mod outbox;
mod proposal;
mod rating;
mod seal;
mod sign;

pub use account::{Account, AccountChange, AccountError, Accounts, Attempt, Session};
pub use audit::{Audit, Audited, Entry, Verified, Wanted};
pub use conversation::{Conversation, ConversationError, Conversations, Message, NewTurn, Retention};
pub use database::{Database, DatabaseError};
pub use desk::{CaseRow, DeskError, DeskEvent, Desks, LISTED, Listed, NewStep, NewWords, Stepped, Waiting};
pub use desk_notes::{Canned, Contact, Note, Numbers};
pub use learned::{Journal, Learned, StoreError};
pub use link::{DEAD, Link, Links};
pub use outbox::{BadKind, EventKind, OutState, Outbox, Outgoing, ResendError, Subscriber};
pub use proposal::{NewProposal, Proposal, ProposalState, Proposals};
pub use rating::{GiveError, NewRating, Outcome, Rating, Ratings, SettleError, WorkItem};
pub use seal::{Seal, SealError};
pub use sign::{Algorithm, KeyError, Signer};
