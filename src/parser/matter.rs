//! Matter: what the facts of a document are read from.

use crate::parser::Options;
use crate::parser::passage::Outline;
use crate::parser::statement::Statements;

/// What the facts of a document are read from.
pub(crate) struct Matter<'a> {
    /// Its keys and values.
    pub(crate) statements: Statements<'a>,
    /// Its text, divided.
    pub(crate) outline: &'a Outline,
    /// How it is to be read.
    pub(crate) options: &'a Options,
    /// What it is called.
    pub(crate) name: &'a str,
}
