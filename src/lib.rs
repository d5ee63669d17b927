//! pm-kb: a knowledge base of machine-learning post-mortems.
//!
//! Markdown post-mortems go in; each is parsed, stored, indexed and labelled with evidence; search and pattern reports
//! come out. The `mod` lines below are the floor plan, in reading order: a noun may use the nouns above it, an engine
//! or a disk uses nouns only, the top floor uses them all. `tests/testsuite/architecture.rs` holds it.

#![deny(clippy::print_stdout, clippy::print_stderr, clippy::exit)]

// Ground floor: the nouns. Values; no input, no output.
pub mod error;
pub mod schema;
pub mod text;
mod expression;
pub mod secret;
pub mod fingerprint;
pub mod diagnostic;
pub mod document;
pub mod sheet;
pub mod quarter;
pub mod taxonomy;
pub mod incident;
pub mod postmortem;
pub mod classification;
pub mod rule;
pub mod record;
pub mod verdict;
pub mod audit;
pub mod alias;
pub mod health;
pub mod query;
pub mod tally;

// First floor: the engines. Pure.
pub mod parser;
pub mod classifier;
pub mod evaluation;
pub mod report;
pub mod similar;

// Second floor: the two disks. They know neither the engines nor each other.
pub mod store;
pub mod index;

// Top floor: the use cases.
pub mod knowledge_base;
