//! Handing over to people: one state machine, opening hours, groups and seats, the queue. Pure: the time is an
//! argument.

mod brief;
mod canned;
mod case;
mod hours;
mod order;
mod queue;
mod rating;
mod role;
mod rules;
mod week;

pub use brief::{Brief, Why};
pub use canned::{Heard, title_fits};
pub use case::{Act, Case, Closed, Happened, Refused, Staffer, Stage, Who};
pub use hours::{BadHours, Calendar, HolidayYear, Holidays, Opening, Span, china};
pub use order::{Business, Class, Classes, title, urgency};
pub use queue::{Wait, wait};
pub use rating::{About, FAIR, due, level};
pub use role::{Permission, Role, may};
pub use rules::{
    Group, MONGOLIAN, Offer, Presence, SKILLED_FIRST, Scope, Seat, covers, group_for, kept_for, offer,
    skills_for,
};
pub use week::Week;
