//! Handing over to people: one state machine, opening hours, groups and seats, the queue. Pure: the time is an
//! argument.

mod brief;
mod case;
mod hours;
mod queue;
mod rules;

pub use brief::{Brief, Why};
pub use case::{Act, Case, Closed, Happened, Refused, Staffer, Stage, Who};
pub use hours::{BadHours, Calendar, HolidayYear, Holidays, Opening, Span};
pub use queue::{Wait, wait};
pub use rules::{Group, Offer, Presence, Seat, covers, group_for, offer};
