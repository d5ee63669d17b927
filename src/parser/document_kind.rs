//! Document kind: a post-mortem, a template that nobody filled in, an index of pages, or minutes of a meeting.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Facts;
use crate::parser::entry::Entry;
use crate::parser::fold::fold;
use crate::parser::genre;
use crate::parser::key::Key;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::MarkKind;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;
use crate::postmortem::BlockKind;
use crate::postmortem::DocumentKind;
use crate::postmortem::SectionKind;

static INSTRUCTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\W_]*(?:(?:please\s+)?(?:describe|list|explain|provide|include|add|insert|enter|fill|write|summari[sz]e|give|link|note|document|outline|identify|specify|detail|mention|briefly)\b
        |(?:what|who|how|when|why|where|which|did|was|were|is|are|could|should)\b[^.!]*\?\s*$
        |(?:e\.g\.|example:|for\s+example|optional|one\s+or\s+two\s+sentences|a\s+(?:short|brief)\s+(?:summary|description)|this\s+section|use\s+this|beschreiben|beschreibe|describir|describa|décrire|décrivez|descreva|ここに|记录|작성))",
    )
    .expect("a constant")
});
static LIQUID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{[^}]*\}\}|\{%[^%]*%\}|<%[^%]*%>").expect("a constant"));
static MEETING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:agenda|minutes|meeting notes|meeting|stand ?up|sync|besprechung|protokoll|tagesordnung|reunion|acta|compte rendu|ordre du jour|ata)\b|議事録|会议纪要|회의록").expect("a constant")
});
static MEETING_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:agenda|minutes|meeting|weekly|bi ?weekly|monthly|fortnightly|sync|stand ?up|review call|ops review|incident review|besprechung|protokoll|reunion)\b|議事録|会议纪要|회의록").expect("a constant")
});
static PROCESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:how to (?:write|run|add|use|hold)|(?:postmortem|post mortem|incident|on call|response|review|escalation|severity|priority) (?:process|policy|guide|guidelines|handbook|playbook|procedure|definitions?|matrix|levels|classification)|runbook|playbook|(?:guide|guidelines|instructions) (?:to|for|on))\b").expect("a constant")
});
static PROCEDURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:runbook|playbook|how to|checklist|release notes|changelog|design doc|rfc|adr|faq|glossary|onboarding|betriebshandbuch|manual)\b|\b(?:runbook|playbook|checklist|release notes|changelog|faq|glossary)$").expect("a constant")
});
static HANDOVER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:on call|oncall|shift|duty) (?:hand ?over|hand ?off|notes|log|diary|report|summary|week)\b|\bhand ?over (?:notes|week)\b|\b(?:weekly|monthly|quarterly) (?:report|digest|summary|review|status|newsletter)\b").expect("a constant")
});
static INDEX_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:index|list of|archive|overview of|all (?:incidents|postmortems|post mortems)|(?:incidents|postmortems|post mortems|incident reports|post mortem reports|reports|outages)(?: by (?:year|month|team|service)| (?:in|of|from|for) (?:19|20)\d\d| (?:19|20)\d\d)?$|readme|table of contents|verzeichnis|indice|liste)\b").expect("a constant")
});

static FILES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bfiles (?:changed|modified|affected)\b").expect("a constant")
});
static INCIDENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:incident|outage|post-?mortem|downtime|disruption|vorfall|ausfall|incidente|panne|action items?|lessons)\b").expect("a constant")
});

/// What a document is.
pub(crate) fn of(outline: &Outline, entries: &[Entry], facts: &Facts, title: &str) -> DocumentKind {
    if let Some(stated) = stated(entries) {
        return stated;
    }
    let content = Content::of(outline, entries);
    if content.is_blank() {
        DocumentKind::Template
    } else if content.is_index(title) || is_pointer(outline, facts) {
        DocumentKind::Index
    } else if is_procedure(facts, title)
        || is_meeting(outline, facts, title)
        || is_change_note(outline, facts, title)
        || genre::is_other(outline, facts, title)
    {
        DocumentKind::Meeting
    } else {
        DocumentKind::Postmortem
    }
}

/// Whether the document says itself what it is.
pub(crate) fn is_stated(entries: &[Entry]) -> bool {
    stated(entries).is_some()
}

/// What the front matter says that the document is.
fn stated(entries: &[Entry]) -> Option<DocumentKind> {
    let entry = entries
        .iter()
        .find(|entry| entry.fact == Some(Key::DocumentKind))?;
    match fold(&entry.text()).as_str() {
        "template" => Some(DocumentKind::Template),
        "index" => Some(DocumentKind::Index),
        "meeting" | "minutes" => Some(DocumentKind::Meeting),
        "postmortem" | "post mortem" | "incident" | "incident report" | "pir" | "rca" => {
            Some(DocumentKind::Postmortem)
        }
        _ => None,
    }
}

/// Counts of what a document is made of.
#[derive(Debug, Default)]
struct Content {
    /// Passages and values that say something.
    filled: usize,
    /// The same, in bytes.
    filled_bytes: usize,
    /// Passages and values that a template left open.
    open: usize,
    /// Items and rows that are a link or begin with one.
    links: usize,
    /// Items and rows.
    listed: usize,
    /// Bytes of paragraphs.
    prose_bytes: usize,
    /// Whether there is a section that tells of an incident.
    tells: bool,
}

impl Content {
    fn of(outline: &Outline, entries: &[Entry]) -> Content {
        let mut content = Content::default();
        for passage in &outline.passages {
            content.add(passage, outline.kind(passage));
        }
        for entry in entries.iter().filter(|entry| entry.fact.is_some()) {
            let text = entry.text();
            match placeholder::is_open(&text) {
                true => content.open += 1,
                false => {
                    content.filled += usize::from(!matches!(
                        entry.fact,
                        Some(Key::Title | Key::Tags | Key::Status)
                    ))
                }
            }
        }
        content.tells = outline.sections.iter().any(|section| {
            matches!(
                section.kind,
                SectionKind::RootCause
                    | SectionKind::Impact
                    | SectionKind::Timeline
                    | SectionKind::Resolution
                    | SectionKind::Detection
                    | SectionKind::Summary
                    | SectionKind::WhatHappened
            )
        });
        content
    }

    fn add(&mut self, passage: &Passage, section: SectionKind) {
        let text = passage.piece.text();
        match passage.kind {
            BlockKind::Title | BlockKind::Heading | BlockKind::KeyValue => {}
            _ if matches!(&passage.piece.kind, PieceKind::Row(row) if row.head) => {}
            _ if is_open(passage, text) => self.open += 1,
            BlockKind::Code if section == SectionKind::Support => {}
            kind => {
                self.filled += 1;
                self.filled_bytes += text.len();
                if matches!(kind, BlockKind::ListItem | BlockKind::TableRow) {
                    self.listed += 1;
                    self.links += usize::from(is_link(passage));
                } else if kind == BlockKind::Paragraph {
                    self.prose_bytes += text.len();
                }
            }
        }
    }

    /// Nothing was filled in, or hardly anything beside what was left open.
    fn is_blank(&self) -> bool {
        let open = self.open;
        open >= 3
            && (self.filled == 0
                || (open >= self.filled * 2 && self.filled_bytes < 1_500)
                || open >= self.filled * 4)
    }

    /// Most of the document is a list of links to other pages.
    fn is_index(&self, title: &str) -> bool {
        let named = INDEX_TITLE.is_match(&fold(title));
        let mostly = self.links >= 3 && self.links * 10 >= self.listed * 6;
        mostly && !self.tells && (self.prose_bytes < 600 || (named && self.prose_bytes < 3_000))
    }
}

/// Whether a passage is what a template put there.
fn is_open(passage: &Passage, text: &str) -> bool {
    if placeholder::is_open(text) || LIQUID.is_match(text) {
        return true;
    }
    let trimmed = text.trim();
    let italic = passage.piece.marks.iter().any(|mark| {
        mark.kind == MarkKind::Emphasis && mark.start == 0 && mark.end >= trimmed.len()
    });
    if italic || (INSTRUCTION.is_match(trimmed) && trimmed.len() <= 300) {
        return true;
    }
    match &passage.piece.kind {
        PieceKind::Row(row) => {
            (0..row.cells.len()).all(|number| passage.piece.cell(number).is_none_or(is_left_open))
        }
        _ => is_clock_face(trimmed),
    }
}

/// Whether a cell was left open, or says with an example how to fill it.
fn is_left_open(cell: &str) -> bool {
    placeholder::is_open(cell) || cell.trim_start().to_lowercase().starts_with("e.g.")
}

/// `HH:MM - first symptom`.
fn is_clock_face(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["hh:mm", "yyyy-mm-dd", "xx:xx", "[time]", "00:00 -"]
        .iter()
        .any(|face| lower.starts_with(face))
}

fn is_link(passage: &Passage) -> bool {
    let text = passage.piece.text();
    passage.piece.marks.iter().any(|mark| {
        let share = (mark.end - mark.start) * 2 >= text.trim().len();
        matches!(mark.kind, MarkKind::Link(_))
            && (share || mark.start <= 20 || matches!(passage.piece.kind, PieceKind::Row(_)))
    })
}

static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:published|posted|wrote|shared|available|read|see|find|here is|here.s)\b[^.]{0,30}\b(?:post-?mortem|incident report|root cause analysis|rca|write-?up|full report)\b").expect("a constant")
});
/// The most bytes of prose of a page that only points at another.
const POINTER: usize = 1_500;

/// A short note without sections that says that the post-mortem stands elsewhere, and links to it.
fn is_pointer(outline: &Outline, facts: &Facts) -> bool {
    let told = outline.sections.iter().any(|section| {
        !matches!(
            section.kind,
            SectionKind::Title | SectionKind::Body | SectionKind::Metadata
        )
    });
    let bytes: usize = outline
        .passages
        .iter()
        .map(|it| it.piece.text().len())
        .sum();
    let points = |passage: &Passage| {
        let linked = passage
            .piece
            .marks
            .iter()
            .filter_map(|mark| match &mark.kind {
                MarkKind::Link(_) => passage.piece.text().get(..mark.end),
                _ => None,
            });
        // The link is the post-mortem itself, and not one of another.
        linked.into_iter().any(|until| ELSEWHERE.is_match(until))
    };
    !told
        && bytes <= POINTER
        && facts.action_items.is_empty()
        && outline.passages.iter().any(points)
}

/// A runbook and the like: its name says so, and no time of an incident stands in it.
fn is_procedure(facts: &Facts, title: &str) -> bool {
    let timed = facts.onset.is_some()
        || facts.detected.is_some()
        || facts.resolved.is_some()
        || facts.minutes_to_resolve.is_some()
        || facts.minutes_to_detect.is_some();
    let folded = fold(title);
    !timed && (PROCEDURE.is_match(&folded) || PROCESS.is_match(&folded))
}

/// An agenda, minutes, or the description of a process, and no incident told.
fn is_meeting(outline: &Outline, facts: &Facts, title: &str) -> bool {
    let tells = outline.sections.iter().any(|section| {
        matches!(
            section.kind,
            SectionKind::RootCause
                | SectionKind::Impact
                | SectionKind::Timeline
                | SectionKind::Resolution
        )
    });
    let clocks =
        facts.detected.is_some() || facts.resolved.is_some() || facts.minutes_to_resolve.is_some();
    if tells || (clocks && facts.severity.is_some()) {
        return false;
    }
    let folded = fold(title);
    let headed = outline
        .sections
        .iter()
        .filter(|section| MEETING.is_match(&fold(&section.heading)))
        .count();
    HANDOVER.is_match(&folded)
        || headed >= 1 && MEETING_TITLE.is_match(&folded)
        || headed >= 2
        || PROCESS.is_match(&folded)
}

/// Notes on a change: which files were changed, and neither an incident's words nor its times.
fn is_change_note(outline: &Outline, facts: &Facts, title: &str) -> bool {
    let told = facts.severity.is_some()
        || facts.onset.is_some()
        || facts.detected.is_some()
        || facts.minutes_to_resolve.is_some();
    // Notes without a day call what was wrong an incident, too.
    let dated = facts.date.is_some();
    let headings = || {
        outline
            .sections
            .iter()
            .map(|section| section.heading.as_str())
    };
    let timeline = outline
        .sections
        .iter()
        .any(|section| section.kind == SectionKind::Timeline);
    !told
        && !timeline
        && headings().any(|heading| FILES.is_match(heading))
        && !INCIDENT.is_match(title)
        && (!dated || !headings().any(|heading| INCIDENT.is_match(heading)))
}
