//! Investment, Effect, RateRatio: what a team has built, when, and how many incidents came before and after.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::query::Query;
use crate::taxonomy::FailureMode;

use crate::report::declared::SourceFile;
use crate::report::period::Days;
use crate::report::population::Dated;
use crate::report::selection::Members;
use crate::report::statistics::RateRatio;

/// The longest stretch before and after an investment, in days.
const LONGEST: i64 = 365;

/// Something that a team has built against some incidents.
#[derive(Debug, Clone, PartialEq)]
pub struct Investment {
    /// What it is.
    pub what: String,
    /// The first day on which it worked.
    pub date: Date,
    /// The incidents that it is to prevent.
    pub filter: Query,
}

/// The incidents before and after an investment, over as many days.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Where the investment stands among those of the request.
    pub investment: usize,
    /// How many days are counted on each side.
    pub days: i64,
    /// The incidents before.
    pub before: Members,
    /// The incidents from its day on.
    pub after: Members,
    /// How the rates compare; `None` where there was none on either side.
    pub ratio: Option<RateRatio>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    investment: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    what: Spanned<String>,
    date: Spanned<toml::Value>,
    modes: Option<Vec<Spanned<String>>>,
    filter: Option<Spanned<String>>,
}

/// Reads a file of investments.
///
/// # Errors
/// [`Error::Rule`] with file, line and column of the first thing that cannot be used.
pub fn parse(file: &str, text: &str) -> Result<Vec<Investment>, Error> {
    let source = SourceFile { name: file, text };
    let declared: File = source.read()?;
    let read = |one: Declared| one.understood(&source);
    declared.investment.into_iter().map(read).collect()
}

impl Declared {
    fn understood(self, source: &SourceFile<'_>) -> Result<Investment, Error> {
        let filter = match (&self.modes, &self.filter) {
            (Some(modes), None) if !modes.is_empty() => {
                let mut filters = Vec::new();
                for mode in modes {
                    let known: FailureMode = mode
                        .get_ref()
                        .parse()
                        .map_err(|error: Error| source.error(mode.span(), error.to_string()))?;
                    filters.push(format!("mode:{known}"));
                }
                source.filter(&filters.join(" "), self.what.span().start)?
            }
            (None, Some(filter)) => source.spanned_filter(filter)?,
            _ => {
                let message = format!(
                    "the investment `{}` needs either `modes` or a `filter`",
                    self.what.get_ref()
                );
                return Err(source.error(self.what.span(), message));
            }
        };
        let date = self.date(source)?;
        Ok(Investment {
            what: self.what.into_inner(),
            date,
            filter,
        })
    }

    /// A day, as a date of TOML or as text.
    fn date(&self, source: &SourceFile<'_>) -> Result<Date, Error> {
        let text = match self.date.get_ref() {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        text.parse().map_err(|_| {
            let message = format!("the date `{text}` is no day as in `2026-02-01`");
            source.error(self.date.span(), message)
        })
    }
}

/// The effect of an investment up to a day, by the place of its filter among the questions of the tally; `None` where
/// it came later than that.
pub fn effect(
    dated: &Dated<'_>,
    (at, investment): (usize, &Investment),
    question: usize,
    last: Date,
) -> Option<Effect> {
    let after = Days {
        first: investment.date,
        last,
    };
    let days = after.count().min(LONGEST);
    if days == 0 {
        return None;
    }
    let length = (days - 1).days();
    let eve = investment.date.yesterday().ok()?;
    let within = |days: Days| dated.within(days).filter(|entry| entry.answers(question));
    let before = within(Days {
        first: eve.saturating_sub(length),
        last: eve,
    });
    let after = within(Days {
        first: investment.date,
        last: investment.date.saturating_add(length),
    });
    Some(Effect {
        investment: at,
        days,
        ratio: RateRatio::of((after.len(), days), (before.len(), days)),
        before: before.members(),
        after: after.members(),
    })
}
