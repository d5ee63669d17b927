//! Everything that is tested from outside: one binary, one module a theme.

#![allow(missing_docs, clippy::unwrap_used)]

mod parser;
