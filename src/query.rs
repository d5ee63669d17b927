//! Query, Expr, Filter, Hit: what is looked for, and where it was found.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use crate::incident::IncidentId;
use crate::postmortem::SectionKind;
use crate::record::Record;
use crate::text::Span;

mod explanation;
mod field;
mod filter;
mod label;
mod lexer;
mod parser;
mod period;

pub use explanation::Explanation;
pub use explanation::Part;
pub use field::Field;
pub use field::fold;
pub use filter::Filter;
pub use filter::Test;
pub use period::Period;

/// The most bytes of a query; what comes after is cut off.
pub const MAX_BYTES: usize = 1000;
/// The deepest nesting of parentheses and named queries.
pub const MAX_DEPTH: usize = 32;
/// The most words, phrases and filters.
pub const MAX_CLAUSES: usize = 64;

/// What a base adds to the query language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    /// Keys of front matter and metadata that can be filtered by, folded as by [`fold`].
    pub keys: BTreeSet<String>,
    /// Named queries: `@name` stands for the text.
    pub named: BTreeMap<String, String>,
}

/// Why a part of a query was not read as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// A field that does not exist.
    UnknownField,
    /// A value that the field does not have.
    BadValue,
    /// A named query that does not exist, or names itself.
    UnknownName,
    /// Something past a limit.
    Cut,
    /// A quote or parenthesis that is never closed, an operator with nothing to work on.
    Unfinished,
    /// A word that nothing contains, replaced by one that is.
    Typo,
    /// Matches that are left out.
    Narrowed,
}

impl NoticeKind {
    /// Whether it changes what a report would count: an error wherever a query is not typed by a person who sees the hits.
    pub fn is_error(self) -> bool {
        matches!(
            self,
            NoticeKind::UnknownField
                | NoticeKind::BadValue
                | NoticeKind::UnknownName
                | NoticeKind::Cut
        )
    }
}

/// How a part of a query was read, where that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Why.
    pub kind: NoticeKind,
    /// The part of the query.
    pub span: Span,
    /// What was found.
    pub found: String,
    /// What was made of it; empty where it is an error.
    pub outcome: String,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found)?;
        if !self.outcome.is_empty() {
            write!(f, "; {}", self.outcome)?;
        }
        match &self.suggestion {
            Some(suggestion) => write!(f, ": did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

/// Where a word or phrase must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    /// Anywhere.
    Anywhere,
    /// In sections of one kind.
    Section(SectionKind),
}

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// A word in any of its forms; one with inner punctuation (`us-east-1`) is its parts side by side.
    Word {
        /// The word as typed, without the `*`.
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
    /// At least one of them: `OR`, and a filter that is repeated.
    Any(Vec<Expr>),
    /// Parts side by side.
    Group(Group),
}

/// Parts side by side: all of `must`, none of `must_not`, and at least one of `should`, unless it is empty or `must`
/// has a word of its own; every `should` that matches raises the rank, and documents with all of them come first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// What is required: filters, `+words`, words of a zone.
    pub must: Vec<Expr>,
    /// What ranks: words, phrases, and alternatives of them.
    pub should: Vec<Expr>,
    /// What is excluded.
    pub must_not: Vec<Expr>,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What was typed, cut to the limits.
    pub text: String,
    /// What was understood; an empty group means everything, newest first.
    pub root: Group,
    /// How it was reinterpreted.
    pub notices: Vec<Notice>,
}

impl Query {
    /// Reads what a person typed. Whatever cannot be a filter is searched as text, each with a notice.
    pub fn parse(text: &str, vocabulary: &Vocabulary) -> Query {
        parser::parse(text, vocabulary)
    }

    /// Reads a query whose filters are meant: for lists, reports and patterns.
    ///
    /// # Errors
    /// Every unknown field, bad value, unknown `@name` and limit that was passed.
    pub fn parse_strict(text: &str, vocabulary: &Vocabulary) -> Result<Query, Vec<Notice>> {
        let query = Query::parse(text, vocabulary);
        let mut errors: Vec<Notice> = query
            .notices
            .iter()
            .filter(|notice| notice.kind.is_error())
            .cloned()
            .collect();
        if errors.is_empty() {
            return Ok(query);
        }
        for error in &mut errors {
            error.outcome.clear();
        }
        Err(errors)
    }

    /// Whether it asks for nothing: everything, newest first.
    pub fn is_empty(&self) -> bool {
        self.root == Group::default()
    }

    /// Whether it has words or phrases, which a record alone cannot answer.
    pub fn has_text(&self) -> bool {
        self.root.has_text()
    }

    /// Whether it asks something of a field anywhere.
    pub fn mentions(&self, field: &Field) -> bool {
        self.root.mentions(field)
    }

    /// Whether it asks for labels alone, and whether an incident is counted and dated.
    pub fn is_of_labels(&self) -> bool {
        self.root.asks_only(&Field::is_of_labels)
    }

    /// Whether it asks for no more than a tally holds of every record: labels, day, severity, id, services, models, assets,
    /// team.
    pub fn is_of_columns(&self) -> bool {
        self.root.asks_only(&Field::is_of_columns)
    }

    /// The same words without the conditions on the record; `None` where there are no words, or no such conditions.
    pub fn without_filters(&self) -> Option<Query> {
        let mut wider = self.clone();
        wider.root.must.retain(Expr::has_text);
        wider.root.must_not.retain(Expr::has_text);
        (wider.has_text() && wider.root != self.root).then_some(wider)
    }

    /// Requires every word and phrase, as `--all` does.
    pub fn require_all(&mut self) {
        let should = std::mem::take(&mut self.root.should);
        self.root.must.extend(should);
    }

    /// Whether a record meets the filters.
    ///
    /// A record has no text, so a word or phrase is an unknown: the answer is `true` unless the filters rule the record
    /// out whatever its text says. Where [`Query::has_text`] is false the answer is exact.
    pub fn matches(&self, record: &Record) -> bool {
        self.matches_by(&|filter| filter.matches(record))
    }

    /// As [`Query::matches`], where something else than a record says which filters hold.
    pub fn matches_by(&self, holds: &dyn Fn(&Filter) -> bool) -> bool {
        self.root.verdict(holds) != Some(false)
    }
}

impl Expr {
    /// Whether it has words or phrases.
    pub fn has_text(&self) -> bool {
        match self {
            Expr::Word { .. } | Expr::Phrase { .. } => true,
            Expr::Filter(_) => false,
            Expr::Any(parts) => parts.iter().any(Expr::has_text),
            Expr::Group(group) => group.has_text(),
        }
    }

    fn asks_only(&self, of: &dyn Fn(&Field) -> bool) -> bool {
        match self {
            Expr::Word { .. } | Expr::Phrase { .. } => false,
            Expr::Filter(filter) => of(&filter.field),
            Expr::Any(parts) => parts.iter().all(|part| part.asks_only(of)),
            Expr::Group(group) => group.asks_only(of),
        }
    }

    fn mentions(&self, field: &Field) -> bool {
        match self {
            Expr::Word { .. } | Expr::Phrase { .. } => false,
            Expr::Filter(filter) => filter.field == *field,
            Expr::Any(parts) => parts.iter().any(|part| part.mentions(field)),
            Expr::Group(group) => group.mentions(field),
        }
    }

    /// What the filters say of it; `None` where that depends on the text.
    fn verdict(&self, holds: &dyn Fn(&Filter) -> bool) -> Option<bool> {
        match self {
            Expr::Word { .. } | Expr::Phrase { .. } => None,
            Expr::Filter(filter) => Some(holds(filter)),
            Expr::Any(parts) => any(parts.iter().map(|part| part.verdict(holds))),
            Expr::Group(group) => group.verdict(holds),
        }
    }
}

impl Group {
    /// Whether it has words or phrases.
    pub fn has_text(&self) -> bool {
        [&self.must, &self.should, &self.must_not]
            .into_iter()
            .flatten()
            .any(Expr::has_text)
    }

    fn asks_only(&self, of: &dyn Fn(&Field) -> bool) -> bool {
        [&self.must, &self.should, &self.must_not]
            .into_iter()
            .flatten()
            .all(|part| part.asks_only(of))
    }

    fn mentions(&self, field: &Field) -> bool {
        [&self.must, &self.should, &self.must_not]
            .into_iter()
            .flatten()
            .any(|part| part.mentions(field))
    }

    /// Whether documents without any of `should` match too.
    pub fn should_is_optional(&self) -> bool {
        self.should.is_empty() || self.must.iter().any(Expr::has_text)
    }

    fn verdict(&self, holds: &dyn Fn(&Filter) -> bool) -> Option<bool> {
        let not = |part: &Expr| part.verdict(holds).map(|truth| !truth);
        let must = self.must.iter().map(|part| part.verdict(holds));
        let must_not = self.must_not.iter().map(not);
        let should = if self.should_is_optional() {
            Some(true)
        } else {
            any(self.should.iter().map(|part| part.verdict(holds)))
        };
        let all = must.chain(must_not).chain([should]);
        any(all.map(|truth| truth.map(|truth| !truth))).map(|truth| !truth)
    }
}

/// Whether one is true; `None` where that is unknown.
fn any(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for truth in truths {
        match truth {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(false) }
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
    /// What the score is made of, where that was asked for.
    pub explanation: Option<Explanation>,
    /// BLAKE3 of the original bytes, which tells whether the file has changed since.
    pub content: blake3::Hash,
}
