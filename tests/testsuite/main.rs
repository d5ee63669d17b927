//! Everything that is tested from outside: one binary, one module a theme.

#![allow(missing_docs, clippy::print_stderr, clippy::unwrap_used)]

/// Long tests are cut short here; `tests/torture.rs` runs them in full.
const LONG: bool = false;

mod architecture;
mod audit;
mod base;
mod classifier;
mod concurrency;
mod corpus;
mod coverage;
mod crowd;
mod desk;
mod docs;
mod door;
mod facets;
mod faults;
mod filter;
mod finding;
mod flips;
mod fuzz;
mod health;
mod hostile;
mod identity;
mod interrupted;
mod json;
mod killing;
mod known_items;
mod ledger;
mod manual;
mod migration;
mod paper;
mod parser;
mod power;
mod query;
mod recovery;
mod report;
mod review;
mod rights;
mod rulebook;
mod safekeeping;
mod search;
mod search_filter;
mod search_page;
mod search_steady;
mod searching;
mod secrets;
mod similar;
mod similar_items;
mod size;
mod store;
mod supply;
mod terminal;
mod threads;
mod transcript;
mod traps;
mod verdicts;
