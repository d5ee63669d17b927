//! Everything that is tested from outside: one binary, one module a theme.

#![allow(missing_docs, clippy::print_stderr, clippy::unwrap_used)]

mod architecture;
mod base;
mod concurrency;
mod corpus;
mod desk;
mod docs;
mod known_items;
mod killing;
mod parser;
mod query;
mod recovery;
mod report;
mod search;
mod store;
mod transcript;
