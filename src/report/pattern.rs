//! Pattern, Benchmark: what a report looks for, declared in `schema/patterns.toml` and in a team's own file.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::query::Query;
use crate::schema;

use crate::report::declared::SourceFile;

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

/// What filters cannot ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Computed {
    /// Silent, of those for which it is known whether they were.
    Silent,
    /// Rollbacks that did not restore service, of those for which it is known.
    UnhelpfulRollbacks,
    /// Those with the mode and a service or model of an earlier incident, of those that could be told to be.
    Repeats,
    /// Those whose earlier incident still has an open action item, of the repeats.
    RepeatsWithOpenAction,
}

impl Computed {
    /// Numerator and denominator in words.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Computed::Silent => ("is:silent", "known whether silent or announced"),
            Computed::UnhelpfulRollbacks => (
                "the rollback did not help",
                "response:rollback, known whether it helped",
            ),
            Computed::Repeats => (
                "same mode and service or model as an earlier incident",
                "one of the six modes, names a service or model",
            ),
            Computed::RepeatsWithOpenAction => (
                "the earlier incident has an open action item",
                "same mode and service or model as an earlier incident",
            ),
        }
    }
}

/// The filters of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// The incidents counted.
    pub numerator: Query,
    /// The incidents among which they are counted.
    pub denominator: Query,
}

/// What is counted, and among what.
#[derive(Debug, Clone, PartialEq)]
pub enum Counted {
    /// Two filters; the numerator is looked for within the denominator.
    Filters(Box<Filters>),
    /// Something that filters cannot ask.
    Computed(Computed),
}

impl Counted {
    /// Numerator and denominator as text.
    pub fn words(&self) -> (&str, &str) {
        match self {
            Counted::Filters(filters) => (&filters.numerator.text, &filters.denominator.text),
            Counted::Computed(computed) => computed.words(),
        }
    }
}

/// Whether page one tells a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageOne {
    /// Not there.
    Never,
    /// Where it ranks high enough.
    #[default]
    Ranked,
    /// In every report, so that it can be followed.
    Always,
}

/// One thing that a report looks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Its name in outputs; it never changes.
    pub id: String,
    /// A heading.
    pub title: String,
    /// A sentence with places for {count}, {total}, {share}, {interval} and {period}.
    pub sentence: String,
    /// What it is about; page one tells one pattern of each topic.
    pub topic: String,
    /// Whether page one tells it.
    pub headline: PageOne,
    /// Whether it is shown too with data drift counted as model decay.
    pub both_ways: bool,
    /// What is counted.
    pub counted: Counted,
    /// A figure to hold the share against.
    pub benchmark: Option<Benchmark>,
}

/// The id of a pattern given on the command line, with its number from the second on; page one tells them first.
pub const AD_HOC: &str = "ad-hoc";

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
    topic: Option<String>,
    #[serde(default)]
    headline: PageOne,
    #[serde(default)]
    both_ways: bool,
    numerator: Option<Spanned<String>>,
    denominator: Option<Spanned<String>>,
    computed: Option<Computed>,
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
    ids.insert(AD_HOC.to_owned());
    let mut patterns = Vec::new();
    for pattern in declared.pattern {
        let place = pattern.id.span();
        let pattern = pattern.understood(&source)?;
        if !ids.insert(pattern.id.clone()) || pattern.is_asked() {
            let message = format!("the id `{}` is taken; choose another", pattern.id);
            return Err(source.error(place, message));
        }
        patterns.push(pattern);
    }
    Ok(patterns)
}

/// A pattern given on the command line as `numerator / denominator`, the first, second … of them.
///
/// # Errors
/// [`Error::Invalid`] where a side is missing, [`Error::Rule`] where a filter cannot be read, with its column.
pub fn ad_hoc(text: &str, number: usize) -> Result<Pattern, Error> {
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
    let (above, below) = (numerator.trim(), denominator.trim());
    let id = match number {
        0 | 1 => AD_HOC.to_owned(),
        _ => format!("{AD_HOC}-{number}"),
    };
    let sides = |text: &str| text.replace(['{', '}'], "");
    Ok(Pattern {
        title: format!("{above} / {below}"),
        sentence: format!(
            "Asked: {{share}} of “{}” are “{}” ({{count}} of {{total}})",
            sides(below),
            sides(above)
        ),
        topic: id.clone(),
        id,
        headline: PageOne::Always,
        both_ways: false,
        counted: Counted::Filters(Box::new(Filters {
            numerator: source.filter(numerator, 0)?,
            denominator: source.filter(denominator, after)?,
        })),
        benchmark: None,
    })
}

impl Pattern {
    /// Whether it was given on the command line.
    pub fn is_asked(&self) -> bool {
        self.id
            .strip_prefix(AD_HOC)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

impl Declared {
    fn understood(self, source: &SourceFile<'_>) -> Result<Pattern, Error> {
        source.check_id(&self.id)?;
        check_places(&self.sentence, source)?;
        if let Some(benchmark) = &self.benchmark {
            check_benchmark(benchmark, source)?;
        }
        let counted = self.counted(source)?;
        let id = self.id.into_inner();
        Ok(Pattern {
            topic: self.topic.unwrap_or_else(|| id.clone()),
            id,
            title: self.title,
            sentence: self.sentence.into_inner(),
            headline: self.headline,
            both_ways: self.both_ways,
            counted,
            benchmark: self.benchmark.map(Spanned::into_inner),
        })
    }

    fn counted(&self, source: &SourceFile<'_>) -> Result<Counted, Error> {
        match (&self.numerator, &self.denominator, self.computed) {
            (Some(numerator), Some(denominator), None) => Ok(Counted::Filters(Box::new(Filters {
                numerator: source.spanned_filter(numerator)?,
                denominator: source.spanned_filter(denominator)?,
            }))),
            (None, None, Some(computed)) => Ok(Counted::Computed(computed)),
            _ => {
                let message = format!(
                    "the pattern `{}` needs a numerator and a denominator, or `computed` and neither",
                    self.id.get_ref()
                );
                Err(source.error(self.id.span(), message))
            }
        }
    }
}

fn check_benchmark(benchmark: &Spanned<Benchmark>, source: &SourceFile<'_>) -> Result<(), Error> {
    let share = benchmark.get_ref().share;
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    let message = format!("the benchmark `{share}` is no share; a share lies between 0 and 1");
    Err(source.error(benchmark.span(), message))
}

fn check_places(sentence: &Spanned<String>, source: &SourceFile<'_>) -> Result<(), Error> {
    let at: Range<usize> = sentence.span();
    for place in sentence.get_ref().split('{').skip(1) {
        let name = place.split('}').next().unwrap_or_default();
        if !place.contains('}') || !PLACES.contains(&name) {
            let message = format!(
                "`{{{name}` is no place of a sentence; there are {{{}}}",
                PLACES.join("}, {")
            );
            return Err(source.error(at, message));
        }
    }
    Ok(())
}
