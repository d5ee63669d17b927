//! Markdown text to a post-mortem and diagnostics; never fails.

mod action;
mod action_state;
mod action_table;
mod assignment;
mod calendar;
mod chronology;
mod clause;
mod clock;
mod course;
mod date;
mod day;
mod declared_zone;
mod dialect;
mod disguise;
mod document_kind;
mod doubt;
mod duration;
mod entry;
mod event;
mod figure;
mod fold;
mod front_matter;
mod genre;
mod heading;
mod html;
mod key;
mod key_clock;
mod language;
mod later;
mod lead;
mod lead_role;
mod markdown;
mod matter;
mod metadata;
mod name;
mod nameless;
mod narrative;
mod notation;
mod oddity;
mod outline;
mod passage;
mod piece;
mod placeholder;
mod range;
mod section_kind;
mod sentence;
mod severity;
mod source;
pub mod split;
mod stamp;
mod statement;
mod status_page;
mod table;
mod teller;
mod timeline;
mod title;
mod told_course;
mod told_length;
mod told_name;
mod told_onset;
mod verdict;
mod visible;
mod weekday;
mod why;
mod word_clock;
mod yaml;
mod zone;

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Level;
use crate::document::Document;
use crate::document::Limits;
use crate::incident::Facts;
use crate::parser::matter::Matter;
use crate::parser::passage::Passage;
use crate::parser::source::Source;
use crate::parser::statement::Statements;
use crate::postmortem::Block;
use crate::postmortem::DocumentKind;
use crate::postmortem::Postmortem;

/// How a date such as `03/07/2026` is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// What the warning of a date says whose day and month cannot be told apart.
const AMBIGUOUS: &str = "ambiguous date";

/// How a document is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is too large.
    pub limits: Limits,
    /// How an ambiguous date is read; open where `None`.
    pub date_order: Option<DateOrder>,
    /// Turn every warning into a refusal.
    pub strict: bool,
    /// Dates after this day are taken for a mistake, where it is given.
    pub today: Option<Date>,
}

/// A document as it was understood, and what was odd about it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The post-mortem.
    pub postmortem: Postmortem,
    /// What was odd, in the order of the file. One of [`Level::Error`] refuses the document.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether the document is refused.
    pub fn is_refused(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// Whether a diagnostic is about a date that stays open until a [`DateOrder`] is given.
pub fn is_open_date(diagnostic: &Diagnostic) -> bool {
    diagnostic.message.contains(AMBIGUOUS)
}

/// Reads a document. It never fails: what is odd is said in the diagnostics, what is not stated is absent.
pub fn parse(document: &Document, options: &Options) -> Parsed {
    let mut source = Source::new(&document.text);
    source.diagnostics.clone_from(&document.diagnostics);
    let (mut entries, begin) = front_matter::read(&mut source, &options.limits);
    metadata::check_front_matter(&entries, &mut source);
    let titled = metadata::states_title(&entries);
    oddity::second_front_matter(begin, &mut source);
    disguise::hidden(&mut source);
    let pieces = markdown::pieces(&mut source, begin);
    oddity::ragged_rows(&pieces, &mut source);
    let mut outline = outline::outline(pieces, titled);
    entries.append(&mut outline.entries);
    entries.extend(nameless::all(&outline));
    oddity::placeholders(&entries, &mut source);
    oddity::wordless_title(&outline, &mut source);
    let several = oddity::several_incidents(&outline, &mut source);
    let matter = Matter {
        statements: Statements { entries: &entries },
        outline: &outline,
        options,
        name: &document.name,
    };
    let mut postmortem = read_facts(&matter, &mut source);
    (postmortem.title, postmortem.stated_id) =
        metadata::identity(&entries, &outline, &mut source, &document.name);
    disguise::lookalikes(&postmortem.facts, &mut source);
    let own_id = postmortem.stated_id.as_ref().map(|fact| fact.value.clone());
    name::fill(&outline, &source, own_id.as_deref(), &mut postmortem.facts);
    told_name::fill(&outline, &source, &mut postmortem.facts);
    postmortem.kind = document_kind::of(&outline, &entries, &postmortem.facts, &postmortem.title);
    if several && postmortem.kind.is_counted() && !document_kind::is_stated(&entries) {
        postmortem.kind = DocumentKind::Several;
    }
    postmortem.sections = std::mem::take(&mut outline.sections);
    postmortem.blocks = outline.passages.into_iter().map(block).collect();
    Parsed {
        postmortem,
        diagnostics: finish(source, options),
    }
}

/// Reads only what text a document has and in which sections it stands: the sections and blocks that [`parse`] finds, and
/// nothing else. It costs a small part of that, for no fact is looked for.
pub fn parse_text(document: &Document, limits: &Limits) -> Postmortem {
    let mut source = Source::new(&document.text);
    let (entries, begin) = front_matter::read(&mut source, limits);
    let pieces = markdown::pieces(&mut source, begin);
    let outline = outline::outline(pieces, metadata::states_title(&entries));
    Postmortem {
        sections: outline.sections,
        blocks: outline.passages.into_iter().map(block).collect(),
        ..Postmortem::default()
    }
}

fn read_facts(matter: &Matter<'_>, source: &mut Source<'_>) -> Postmortem {
    let Matter {
        statements,
        outline,
        options,
        ..
    } = matter;
    let mut facts = Facts::default();
    statement::fill(statements, source, &mut facts);
    let chronology = chronology::read(matter, source);
    chronology::fill(&chronology, source, options, &mut facts);
    figure::fill(outline, statements, source, &mut facts);
    why::fill(outline, source, &mut facts);
    facts.action_items = action::find(outline, source, options.date_order);
    Postmortem {
        language: language::of(outline),
        metadata: metadata::map(statements.entries, source),
        verdicts: verdict::find(statements.entries, source),
        facts,
        ..Postmortem::default()
    }
}

fn block(passage: Passage) -> Block {
    let Passage {
        section,
        kind,
        piece,
    } = passage;
    Block {
        section,
        kind,
        text: piece.visible.text,
        span: piece.span,
        map: piece.visible.map,
    }
}

/// The diagnostics in the order of the file.
fn finish(source: Source<'_>, options: &Options) -> Vec<Diagnostic> {
    let mut diagnostics = source.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.position);
    diagnostics.dedup();
    if options.strict {
        for diagnostic in diagnostics
            .iter_mut()
            .filter(|diagnostic| diagnostic.level == Level::Warning)
        {
            diagnostic.level = Level::Error;
        }
    }
    diagnostics
}
