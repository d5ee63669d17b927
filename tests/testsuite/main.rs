//! Everything that is tested from outside: one binary, one module a theme.

#![allow(missing_docs, clippy::print_stderr, clippy::unwrap_used)]

mod architecture;
mod base;
mod classifier;
mod concurrency;
mod corpus;
mod desk;
mod docs;
mod known_items;
#[cfg(unix)]
mod faults;
mod killing;
mod parser;
#[cfg(unix)]
mod power;
mod query;
mod recovery;
mod report;
#[cfg(unix)]
mod rights;
mod searching;
mod store;
mod transcript;
