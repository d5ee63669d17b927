//! Everything that is tested from outside: one binary, one module a theme.

#![allow(missing_docs, clippy::print_stderr, clippy::unwrap_used)]

mod architecture;
mod base;
mod classifier;
mod concurrency;
mod corpus;
mod desk;
mod docs;
mod door;
mod faults;
mod filter;
mod finding;
mod health;
mod hostile;
mod identity;
mod json;
mod killing;
mod known_items;
mod ledger;
mod paper;
mod parser;
mod power;
mod query;
mod recovery;
mod report;
mod rights;
mod search;
mod search_filter;
mod search_page;
mod search_steady;
mod searching;
mod similar;
mod similar_items;
mod store;
mod terminal;
mod transcript;
mod verdicts;
