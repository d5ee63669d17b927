//! Why: the trigger and the chain of five whys.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Origin;
use crate::parser::fold::fold;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;
use crate::parser::source::Source;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most links of the chain, and the longest, in characters.
const MOST: usize = 20;
const LONGEST: usize = 500;

static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:5|five|funf|cinco|cinq|cinque|vijf)\s?(?:x\s)?(?:whys?|warums?|porques?|por ques?|pourquoi|perche|waaroms?)\b|\bwhys\b|なぜなぜ|五个为什么|5个为什么|5 why").expect("a constant")
});
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:\d[.)]\s*)?(?:why\b|warum\b|weshalb\b|¿?por qué\b|pourquoi\b|por que\b|perché\b|なぜ|为什么|왜)").expect("a constant")
});

/// Fills in the trigger and the whys.
pub(crate) fn fill(outline: &Outline, source: &Source<'_>, facts: &mut Facts) {
    facts.whys = headed(outline, source);
    if facts.whys.is_empty() {
        facts.whys = asked(outline, source);
    }
    if facts.whys.is_empty() {
        facts.whys = numbered(outline, source);
    }
    facts.trigger = facts.trigger.take().or_else(|| trigger(outline, source));
}

fn is_said(passage: &Passage) -> bool {
    matches!(
        passage.kind,
        BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow
    ) && !placeholder::is_open(passage.piece.text())
}

fn fact(passage: &Passage, source: &Source<'_>) -> Fact<String> {
    let value = passage.piece.text().trim().chars().take(LONGEST).collect();
    Fact {
        value,
        line: source.line(passage.piece.visible.original(0)),
        origin: Origin::Prose,
    }
}

/// The items of a section headed `Five whys`; its paragraphs where it has no items.
fn headed(outline: &Outline, source: &Source<'_>) -> Vec<Fact<String>> {
    let wanted: Vec<bool> = outline
        .sections
        .iter()
        .map(|section| HEADING.is_match(&fold(&section.heading)))
        .collect();
    let head = |passage: &&Passage| matches!(&passage.piece.kind, PieceKind::Row(row) if row.head);
    let inside = |passage: &&Passage| wanted[passage.section] && is_said(passage) && !head(passage);
    let items = outline
        .passages
        .iter()
        .filter(inside)
        .filter(|passage| passage.kind != BlockKind::Paragraph);
    let found: Vec<Fact<String>> = items
        .take(MOST)
        .map(|passage| fact(passage, source))
        .collect();
    if !found.is_empty() {
        return found;
    }
    outline
        .passages
        .iter()
        .filter(inside)
        .filter(|passage| BEGINS.is_match(passage.piece.text()))
        .take(MOST)
        .map(|passage| fact(passage, source))
        .collect()
}

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:why|warum|pourquoi|por ?qu[eé])\s*(?:#|no\.?|nr\.?)?\s*[1-9]\b")
        .expect("a constant")
});

/// Two or more headings `Why 1: …`, each with the first words below it.
fn numbered(outline: &Outline, source: &Source<'_>) -> Vec<Fact<String>> {
    let headings = outline.passages.iter().filter(|passage| {
        passage.kind == BlockKind::Heading && NUMBERED.is_match(passage.piece.text())
    });
    let chain: Vec<Fact<String>> = headings
        .take(MOST)
        .map(|heading| {
            let below = outline
                .passages
                .iter()
                .find(|passage| passage.section == heading.section && is_said(passage));
            let mut why = fact(heading, source);
            if let Some(below) = below {
                why.value = format!("{} {}", why.value, below.piece.text().trim());
                why.value = why.value.chars().take(LONGEST).collect();
            }
            why
        })
        .collect();
    if chain.len() >= 2 { chain } else { Vec::new() }
}

/// Three or more items in a row that each ask why, in a section about causes.
fn asked(outline: &Outline, source: &Source<'_>) -> Vec<Fact<String>> {
    let mut chain: Vec<&Passage> = Vec::new();
    for passage in outline
        .passages
        .iter()
        .filter(|passage| passage.kind != BlockKind::Heading)
    {
        let asks = is_said(passage) && BEGINS.is_match(passage.piece.text());
        let about = matches!(
            outline.kind(passage),
            SectionKind::RootCause
                | SectionKind::Contributing
                | SectionKind::WhatHappened
                | SectionKind::Body
                | SectionKind::Other
        );
        match asks && about {
            true if chain.len() < MOST => chain.push(passage),
            true => {}
            false if chain.len() >= 3 => break,
            false => chain.clear(),
        }
    }
    if chain.len() < 3 {
        return Vec::new();
    }
    chain
        .into_iter()
        .map(|passage| fact(passage, source))
        .collect()
}

/// The first passage of the section about the trigger.
fn trigger(outline: &Outline, source: &Source<'_>) -> Option<Fact<String>> {
    let passage = outline
        .passages
        .iter()
        .find(|passage| outline.kind(passage) == SectionKind::Trigger && is_said(passage))?;
    Some(fact(passage, source))
}
