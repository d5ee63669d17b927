//! The integration tests: one binary, one module per theme.

mod base;
mod concurrency;
mod killing;
mod query;
mod recovery;
mod store;
