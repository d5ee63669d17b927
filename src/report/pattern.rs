//! Pattern, Benchmark: what a report looks for, declared in `schema/patterns.toml` and in a team's own file.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::query::Query;
use crate::query::Vocabulary;
use crate::schema;
use crate::text::LineIndex;

/// A figure from elsewhere to hold a share against.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// The share, 0 to 1.
    pub share: f64,
    /// Who says so.
    pub source: String,
    /// Whether nobody can say how it was counted.
    #[serde(default)]
    pub anecdote: bool,
}

/// Of the incidents that fulfil the denominator, how many fulfil the numerator too.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Its name in outputs; it never changes.
    pub id: String,
    /// A heading.
    pub title: String,
    /// A sentence with places for {count}, {total}, {share}, {interval} and {period}.
    pub sentence: String,
    /// The filter of the incidents counted.
    pub numerator: Query,
    /// The filter of the incidents among which they are counted.
    pub denominator: Query,
    /// A figure to hold the share against.
    pub benchmark: Option<Benchmark>,
}

/// The places that a sentence may have.
const PLACES: &[&str] = &["count", "total", "share", "interval", "period"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    pattern: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    id: Spanned<String>,
    title: String,
    sentence: Spanned<String>,
    numerator: Spanned<String>,
    denominator: Spanned<String>,
    benchmark: Option<Spanned<Benchmark>>,
}

/// The shipped patterns.
///
/// # Errors
/// [`Error::Rule`] where `schema/patterns.toml` is broken, which a test rules out.
pub fn shipped() -> Result<Vec<Pattern>, Error> {
    parse("schema/patterns.toml", schema::file("patterns.toml"), &[])
}

/// Reads a pattern file; its ids may not be those of the patterns that are there already.
///
/// # Errors
/// [`Error::Rule`] with file, line and column of the first thing that cannot be used.
pub fn parse(file: &str, text: &str, present: &[Pattern]) -> Result<Vec<Pattern>, Error> {
    let source = SourceFile { name: file, text };
    let declared: File = source.read()?;
    let mut ids: BTreeSet<String> = present.iter().map(|pattern| pattern.id.clone()).collect();
    declared
        .pattern
        .into_iter()
        .map(|pattern| {
            let pattern = pattern.understood(&source)?;
            if !ids.insert(pattern.1.id.clone()) {
                let message = format!("the id `{}` is taken; choose another", pattern.1.id);
                return Err(source.error(pattern.0, message));
            }
            Ok(pattern.1)
        })
        .collect()
}

/// A pattern given on the command line as `numerator / denominator`.
///
/// # Errors
/// [`Error::Invalid`] where a side is missing, [`Error::Rule`] where a filter cannot be read, with its column.
pub fn ad_hoc(text: &str) -> Result<Pattern, Error> {
    let Some((numerator, denominator)) = text.split_once(" / ") else {
        return Err(Error::Invalid {
            what: "pattern",
            value: text.to_owned(),
            expected: "two filters with ` / ` between them, as in `mode:data-drift / is:silent`"
                .to_owned(),
        });
    };
    let source = SourceFile {
        name: "--pattern",
        text,
    };
    let after = text.len() - denominator.len();
    Ok(Pattern {
        id: "ad-hoc".to_owned(),
        title: format!("{} / {}", numerator.trim(), denominator.trim()),
        sentence: "{share} fulfil the pattern ({count} of {total})".to_owned(),
        numerator: source.filter(numerator, 0)?,
        denominator: source.filter(denominator, after)?,
        benchmark: None,
    })
}

impl Declared {
    fn understood(self, source: &SourceFile<'_>) -> Result<(Range<usize>, Pattern), Error> {
        check_id(&self.id, source)?;
        check_places(&self.sentence, source)?;
        if let Some(benchmark) = &self.benchmark
            && !(0.0..=1.0).contains(&benchmark.get_ref().share)
        {
            let message = format!(
                "the benchmark `{}` is no share; a share lies between 0 and 1",
                benchmark.get_ref().share
            );
            return Err(source.error(benchmark.span(), message));
        }
        let pattern = Pattern {
            id: self.id.get_ref().clone(),
            title: self.title,
            sentence: self.sentence.into_inner(),
            numerator: source.spanned_filter(&self.numerator)?,
            denominator: source.spanned_filter(&self.denominator)?,
            benchmark: self.benchmark.map(Spanned::into_inner),
        };
        Ok((self.id.span(), pattern))
    }
}

fn check_id(id: &Spanned<String>, source: &SourceFile<'_>) -> Result<(), Error> {
    let text = id.get_ref();
    let fits = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fits {
        return Ok(());
    }
    let message = format!("the id `{text}` is not of lower-case letters, digits and `-`");
    Err(source.error(id.span(), message))
}

fn check_places(sentence: &Spanned<String>, source: &SourceFile<'_>) -> Result<(), Error> {
    for place in sentence.get_ref().split('{').skip(1) {
        let name = place.split('}').next().unwrap_or_default();
        if !place.contains('}') || !PLACES.contains(&name) {
            let message = format!(
                "`{{{name}` is no place of a sentence; there are {{{}}}",
                PLACES.join("}, {")
            );
            return Err(source.error(sentence.span(), message));
        }
    }
    Ok(())
}

/// A TOML file with its name, to say where in it something stands.
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

    /// Reads a filter that stands in the file as a string.
    pub(super) fn spanned_filter(&self, text: &Spanned<String>) -> Result<Query, Error> {
        let written = self.text.get(text.span()).unwrap_or_default();
        let opening = match written.find(text.get_ref().as_str()) {
            Some(quotes) => quotes,
            None => written.len().min(1),
        };
        self.filter(text.get_ref(), text.span().start + opening)
    }

    /// Reads a filter that begins at a byte of the file.
    fn filter(&self, text: &str, start: usize) -> Result<Query, Error> {
        let blanks = text.len() - text.trim_start().len();
        Query::parse_strict(text.trim(), &Vocabulary::default()).map_err(|notices| {
            let first = notices.first();
            let at = start + blanks + first.map_or(0, |notice| notice.span.start);
            self.error(at..at, first.map(ToString::to_string).unwrap_or_default())
        })
    }
}
