//! The integration tests: one binary, one module per theme.

mod base;
mod query;
mod report;
mod store;
