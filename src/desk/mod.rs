//! Handing over to people: one state machine, opening hours, the queue. Pure: the time is an argument.

mod case;
mod hours;
mod queue;
mod rating;
mod role;

pub use case::{Act, Case, Closed, Happened, Refused, Stage, Who};
pub use hours::{BadHours, Calendar, Opening};
pub use queue::{Wait, wait};
pub use rating::{About, FAIR, due, level};
pub use role::{Permission, Role, may};
