//! Query, Expr, Filter, Hit: what is looked for, and where it was found.

use crate::incident::IncidentId;
use crate::postmortem::SectionKind;
use crate::record::Record;
use crate::text::Span;

/// How a part of a query was read, where that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The part of the query.
    pub span: Span,
    /// What was made of it, with a suggestion where there is one.
    pub message: String,
}

/// A field that a filter speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `id:`
    Id,
    /// `mode:`
    Mode,
    /// `decay:`
    Decay,
    /// `response:`
    Response,
    /// `rollback:model`, the target of a rollback
    Rollback,
    /// `detection:`
    Detection,
    /// `stage:`
    Stage,
    /// `first-diagnosis:`
    FirstDiagnosis,
    /// `severity:`
    Severity,
    /// `service:`
    Service,
    /// `asset:`
    Asset,
    /// `model:`
    Model,
    /// `team:`
    Team,
    /// `status:`
    Status,
    /// `confidence:`
    Confidence,
    /// `quarter:2026-Q3`
    Quarter,
    /// `date:2026-01-01..2026-03-31`, `after:`, `before:`
    Date,
    /// `is:silent`, `is:misdiagnosed` …
    Is,
    /// `has:actions`
    Has,
    /// `kind:`
    Kind,
    /// Any other key of front matter or metadata.
    Key(String),
}

/// One condition on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What it speaks of.
    pub field: Field,
    /// The value as it must be, folded; a range as `from..to`.
    pub value: String,
    /// Where it stands in the query.
    pub span: Span,
}

/// Where a word or phrase must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Anywhere.
    Anywhere,
    /// In the title.
    Title,
    /// In sections of one kind.
    Section(SectionKind),
}

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// A word in any of its forms.
    Word {
        /// The word as typed.
        text: String,
        /// Whether it is the beginning of words: `stale*`.
        prefix: bool,
        /// Where it must stand.
        zone: Zone,
        /// Where it stands in the query.
        span: Span,
    },
    /// Words side by side, as typed.
    Phrase {
        /// The words as typed.
        text: String,
        /// Where they must stand.
        zone: Zone,
        /// Where it stands in the query.
        span: Span,
    },
    /// A condition on the record.
    Filter(Filter),
    /// All of `must`, none of `must_not`, and, where there is no `must`, at least one of `should`; every `should` that
    /// matches raises the rank.
    Group {
        /// What is required.
        must: Vec<Expr>,
        /// What ranks.
        should: Vec<Expr>,
        /// What is excluded.
        must_not: Vec<Expr>,
    },
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What was typed, cut to the limits.
    pub text: String,
    /// What was understood: always a [`Expr::Group`]; empty means everything, newest first.
    pub root: Expr,
    /// How it was reinterpreted.
    pub notices: Vec<Notice>,
}

/// The best passage of a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The section it stands in.
    pub section: SectionKind,
    /// The line of the original file.
    pub line: u32,
    /// The text around the match, plain.
    pub snippet: String,
    /// The matched words in `snippet`, ascending and disjoint.
    pub marks: Vec<Span>,
}

/// One result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// 1 for the best.
    pub rank: usize,
    /// How well it matches; 0 where nothing ranks.
    pub score: f32,
    /// The incident.
    pub id: IncidentId,
    /// The incident's record.
    pub record: Record,
    /// Where the best match stands.
    pub passage: Option<Passage>,
}
