//! SourceFile: a TOML file that declares something, read with the places where it is wrong.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::query::Query;
use crate::query::Vocabulary;
use crate::text::LineIndex;

/// A file's name and text.
pub(super) struct SourceFile<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl SourceFile<'_> {
    /// Reads the file into its declared form.
    pub(super) fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Error> {
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().trim().replace('\n', ", ");
            self.error(span, message)
        })
    }

    /// An error at a place of the file.
    pub(super) fn error(&self, span: Range<usize>, message: String) -> Error {
        let at = LineIndex::new(self.text).position(self.text, span.start.min(self.text.len()));
        Error::Rule {
            file: self.name.to_owned(),
            line: at.line,
            column: at.column,
            message,
        }
    }

    /// Checks that a name is one for machines: lower-case letters, digits and `-`.
    pub(super) fn check_id(&self, id: &Spanned<String>) -> Result<(), Error> {
        let text = id.get_ref();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.is_empty() && text.chars().all(fits) {
            return Ok(());
        }
        let message = format!("the id `{text}` is not of lower-case letters, digits and `-`");
        Err(self.error(id.span(), message))
    }

    /// Reads a filter that stands in the file as a string.
    pub(super) fn spanned_filter(&self, text: &Spanned<String>) -> Result<Query, Error> {
        let written = self.text.get(text.span()).unwrap_or_default();
        let opening = written
            .find(text.get_ref().as_str())
            .unwrap_or(written.len().min(1));
        self.filter(text.get_ref(), text.span().start + opening)
    }

    /// Reads a filter that begins at a byte of the file. Words are refused: a tally has no text to look for them in.
    pub(super) fn filter(&self, text: &str, start: usize) -> Result<Query, Error> {
        let blanks = text.len() - text.trim_start().len();
        let at = |offset: usize| start + blanks + offset..start + blanks + offset;
        let query =
            Query::parse_strict(text.trim(), &Vocabulary::default()).map_err(|notices| {
                let first = notices.first();
                let message = first.map(ToString::to_string).unwrap_or_default();
                self.error(at(first.map_or(0, |notice| notice.span.start)), message)
            })?;
        if query.has_text() {
            let message = format!(
                "`{}` looks for words; a report counts by filters only, as in `mode:data-drift is:silent`",
                query.text
            );
            return Err(self.error(at(0), message));
        }
        Ok(query)
    }
}
