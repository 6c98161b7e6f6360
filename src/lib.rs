//! 帮办: answers a citizen's question with the one correct service item and the materials it
//! needs, read from the guides of 政务服务 and from nothing else.
//!
//! Bottom floor first; a module imports only modules listed before it (see ARCHITECTURE.md).

pub mod guide;
pub mod text;

pub mod desk;
pub mod dialog;

pub mod corpus;
pub mod embed;
pub mod search;
pub mod store;

pub mod assist;
pub mod config;
pub mod eval;

pub mod cli;
pub mod http;
