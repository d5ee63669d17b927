//! Report: what a tally says about a period: who is counted, which patterns show, and how sure that is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::error::Error;
use crate::incident::IncidentId;
use crate::query::Query;
use crate::tally::Entry;
use crate::tally::Tally;

pub mod contents;
pub mod markdown;
pub mod measure;
pub mod outline;
pub mod pattern;
pub mod period;
pub mod population;
pub mod statistics;
pub mod text;
pub mod wording;

use measure::Against;
use measure::Asked;
use measure::Measured;
use pattern::Pattern;
use period::Calendar;
use period::Period;
use period::Stretch;
use population::Counts;

/// Incidents, as places in [`Report::entries`], ascending.
pub type Members = Vec<usize>;

/// What a report is made from and by, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// A digest of everything that the base holds.
    pub kb_digest: Option<String>,
    /// Pack version and digest of the rules in force.
    pub rules: String,
    /// Name and version of the program.
    pub program: String,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The time.
    pub period: Period,
    /// How the team cuts its years.
    pub calendar: Calendar,
    /// The day on which the report is made, in UTC.
    pub today: Date,
    /// The filter that restricted the population, as it was typed; the tally holds no other incidents.
    pub filter: Option<String>,
    /// What is looked for.
    pub patterns: Vec<Pattern>,
    /// The incidents whose labels were checked in an audit.
    pub audited: BTreeSet<IncidentId>,
    /// What it is made from.
    pub provenance: Provenance,
}

impl Request {
    /// A request with the shipped patterns and nothing else.
    ///
    /// # Errors
    /// [`Error::Rule`] where a shipped file is broken, which a test rules out.
    pub fn of(period: Period, today: Date) -> Result<Request, Error> {
        Ok(Request {
            period,
            calendar: Calendar::default(),
            today,
            filter: None,
            patterns: pattern::shipped()?,
            audited: BTreeSet::new(),
            provenance: Provenance::default(),
        })
    }

    /// The filters that a tally must be counted with to answer this request.
    pub fn questions(&self) -> Vec<Query> {
        let mut seen = BTreeSet::new();
        self.patterns
            .iter()
            .flat_map(|pattern| [&pattern.numerator, &pattern.denominator])
            .filter(|query| seen.insert(query.text.clone()))
            .cloned()
            .collect()
    }
}

/// Counts and patterns of one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// Who is counted, and how the labels are spread.
    pub counts: Counts,
    /// The patterns, in the order of the report's.
    pub patterns: Vec<Measured>,
}

/// What a tally says about a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Every document counted or listed, sorted by id; all figures point here.
    pub entries: Vec<Entry>,
    /// The period asked for.
    pub asked: Scope,
    /// Its trailing four quarters.
    pub window: Scope,
    /// The undated incidents of the whole base.
    pub undated: Members,
    /// The documents of the whole base that are no incidents.
    pub not_counted: Members,
    /// What was looked for.
    pub patterns: Vec<Pattern>,
    /// The filter that restricted the population.
    pub filter: Option<String>,
    /// The day on which it was made.
    pub today: Date,
    /// What it was made from.
    pub provenance: Provenance,
}

/// Makes a report.
///
/// # Errors
/// [`Error::Invalid`] where the tally was not counted with [`Request::questions`].
pub fn build(request: &Request, tally: Tally) -> Result<Report, Error> {
    let asked = request
        .patterns
        .iter()
        .map(|pattern| Asked::of(pattern, &tally))
        .collect::<Result<Vec<_>, _>>()?;
    let entries = tally.into_entries();
    let (period, calendar) = (request.period, request.calendar);
    let scope = |stretch: Stretch, previous: Stretch, year_before: Option<Stretch>| Scope {
        patterns: measure::measure(
            &entries,
            &asked,
            &Against {
                stretch: &stretch,
                previous: &previous,
                year_before: year_before.as_ref(),
            },
        ),
        counts: Counts::of(&entries, stretch, &request.audited),
    };
    Ok(Report {
        asked: scope(
            period.stretch(calendar),
            period.previous(calendar),
            period.year_before(calendar),
        ),
        window: scope(
            period.window(calendar),
            period.before_window(calendar),
            None,
        ),
        undated: population::undated(&entries),
        not_counted: population::not_counted(&entries),
        entries,
        patterns: request.patterns.clone(),
        filter: request.filter.clone(),
        today: request.today,
        provenance: request.provenance.clone(),
    })
}

impl Report {
    /// The ids of some incidents, sorted.
    pub fn ids<'a>(&'a self, members: &'a [usize]) -> impl Iterator<Item = &'a IncidentId> {
        members.iter().map(|at| &self.entries[*at].id)
    }
}
