//! What the service keeps beside the index.

mod account;
mod audit;
pub mod beside;
mod content;
mod conversation;
mod database;
mod desk;
mod desk_notes;
mod fault;
mod figures;
mod learned;
mod link;
mod notice;
mod outbox;
mod proposal;
mod rating;
mod seal;
mod sign;

pub use account::{Account, AccountChange, AccountError, Accounts, Attempt, Session};
pub use audit::{Audit, Audited, Entry, Verified, Wanted};
pub use content::{ContentRow, ContentState, Contents};
pub use conversation::{Conversation, ConversationError, Conversations, Message, NewTurn, Retention};
pub use database::{Database, DatabaseError};
pub use desk::{CaseRow, DeskError, DeskEvent, Desks, LISTED, Listed, NewStep, NewWords, Stepped, Waiting};
pub use desk_notes::{Canned, Contact, Note, Numbers};
pub use fault::{
    Faults, Gap, NamedItem, Report, ReportState, ReportsWanted, SettleReportError, Wrapup, WrapupsWanted,
    Written,
};
pub use figures::{Counts, DayCounts, Figures, HandCounts, ItemCount, Open, Unsettled, Window};
pub use learned::{Journal, Learned, StoreError};
pub use link::{DEAD, Link, Links};
pub use notice::{Notice, Notices};
pub use outbox::{BadKind, EventKind, OutState, Outbox, Outgoing, ResendError, Subscriber};
pub use proposal::{NewProposal, Proposal, ProposalState, Proposals};
pub use rating::{GiveError, NewRating, Outcome, Rating, Ratings, SettleError, WorkItem};
pub use seal::{Seal, SealError};
pub use sign::{Algorithm, KeyError, Signer};
