//! Source: the original text under reading, with its lines and what was found odd in it.

use crate::diagnostic::Diagnostic;
use crate::text::LineIndex;
use crate::text::Position;

/// The most warnings of one kind of trouble that a document is given.
const ENOUGH: usize = 200;

/// The original text and the diagnostics gathered so far.
pub(crate) struct Source<'a> {
    /// The original text.
    pub(crate) text: &'a str,
    /// The starts of its lines.
    pub(crate) lines: LineIndex,
    /// What was odd.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Source<'a> {
    /// A text with nothing odd in it so far.
    pub(crate) fn new(text: &'a str) -> Source<'a> {
        Source {
            text,
            lines: LineIndex::new(text),
            diagnostics: Vec::new(),
        }
    }

    /// The line of an offset, counted from 1.
    pub(crate) fn line(&self, at: usize) -> u32 {
        self.lines.line(at.min(self.text.len()))
    }

    /// The line and column of an offset; an offset within a character counts as its start.
    pub(crate) fn position(&self, at: usize) -> Position {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let mut position = self.lines.position(self.text, at);
        if position.line == 1 && position.column > 1 && self.text.starts_with('\u{feff}') {
            // An editor does not show the byte order mark.
            position.column -= 1;
        }
        position
    }

    /// Adds a warning about what stands at an offset.
    pub(crate) fn warn(
        &mut self,
        at: usize,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        if self.diagnostics.len() < ENOUGH {
            let position = self.position(at);
            self.diagnostics
                .push(Diagnostic::warning(Some(position), message, advice));
        }
    }
}
