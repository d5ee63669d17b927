//! Passage: where in a document the words of a query stand best, with the text around them.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::index::analyzer;
use crate::index::analyzer::Word;
use crate::index::analyzer::WordKind;
use crate::index::search::plan::Plan;
use crate::index::search::slot::Slot;
use crate::index::shape::Blocks;
use crate::postmortem::Block;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;
use crate::query::Passage;
use crate::query::Zone;
use crate::text::LineIndex;
use crate::text::Span;

/// How many bytes of text are shown.
const LENGTH: usize = 220;

/// Finds the best passage of a document for the words of a query, in the forms in which the index has them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Finder {
    words: HashMap<String, Vec<usize>>,
    phrases: Vec<(usize, Vec<HashSet<String>>)>,
    slots: Vec<(Zone, f32)>,
}

/// A block with the kind of the section that it stands in.
type Place<'b> = (SectionKind, &'b Block);

/// Words of a block that are one of what was looked for.
#[derive(Debug, Clone, Copy)]
struct Match {
    slot: usize,
    start: usize,
    end: usize,
}

/// A stretch of a block and what it is worth.
#[derive(Default)]
struct Stretch {
    worth: f32,
    from: usize,
    to: usize,
}

impl Finder {
    pub(super) fn new(plan: &Plan, worths: &[f32]) -> Finder {
        let parts = plan
            .extras
            .iter()
            .filter(|extra| extra.instead_of.is_none());
        let extras = parts.map(|extra| (&extra.slot, extra.weight));
        Finder::of_slots(plan.slots.iter().zip(worths.iter().copied()).chain(extras))
    }

    /// Looks for some slots, each of a worth.
    pub(in crate::index) fn of_slots<'s>(slots: impl Iterator<Item = (&'s Slot, f32)>) -> Finder {
        let mut finder = Finder::default();
        for (at, (slot, worth)) in slots.enumerate() {
            finder.slots.push((slot.zone, worth));
            for way in &slot.ways {
                match way.places.as_slice() {
                    [] => {}
                    [words] => {
                        for word in words {
                            finder.words.entry(word.clone()).or_default().push(at);
                        }
                    }
                    places => {
                        let places = places.iter().map(|words| words.iter().cloned().collect());
                        finder.phrases.push((at, places.collect()));
                    }
                }
            }
        }
        finder
    }

    /// The best passage of a document; `text` is what it was parsed from. Where none of the words stands in its blocks it
    /// is the beginning, without marks.
    pub fn passage(&self, text: &str, postmortem: &Postmortem) -> Option<Passage> {
        let blocks = postmortem.blocks.iter();
        let blocks = blocks.map(|block| (postmortem.section_kind(block), block));
        self.best(text, &blocks.collect::<Vec<_>>())
    }

    /// As [`Finder::passage`], from the blocks that the index knows.
    pub fn passage_of(&self, text: &str, blocks: &Blocks) -> Option<Passage> {
        let blocks = blocks.iter().map(|(kind, block)| (*kind, block));
        self.best(text, &blocks.collect::<Vec<_>>())
    }

    fn best(&self, text: &str, blocks: &[Place<'_>]) -> Option<Passage> {
        let mut best: Option<(f32, Place<'_>, Stretch, Vec<Match>)> = None;
        for (kind, block) in blocks.iter().copied() {
            let matches = self.matches(&block.text, kind);
            let Some(stretch) = self.stretch(&matches) else {
                continue;
            };
            let worth = stretch.worth * preference(kind, block.kind);
            if best.as_ref().is_none_or(|(most, ..)| worth > *most) {
                best = Some((worth, (kind, block), stretch, matches));
            }
        }
        let ((kind, block), stretch, matches) = match best {
            Some((_, block, stretch, matches)) => (block, stretch, matches),
            None => (beginning(blocks)?, Stretch::default(), Vec::new()),
        };
        let (snippet, marks) = cut(&block.text, &stretch, &matches);
        Some(Passage {
            section: kind,
            line: LineIndex::new(text).line(block.original(stretch.from)),
            snippet,
            marks,
        })
    }

    /// What of the query stands in a text, ascending.
    fn matches(&self, text: &str, kind: SectionKind) -> Vec<Match> {
        let words = analyzer::words(text);
        let mut matches = Vec::new();
        let fits = |slot: usize| match self.slots[slot].0 {
            Zone::Anywhere => true,
            Zone::Section(wanted) => wanted == kind,
        };
        for word in &words {
            for slot in self.words.get(&word.text).into_iter().flatten().copied() {
                if fits(slot) {
                    matches.push(Match {
                        slot,
                        start: word.start,
                        end: word.end,
                    });
                }
            }
        }
        for (slot, places) in self.phrases.iter().filter(|(slot, _)| fits(*slot)) {
            for (start, end) in phrases(&words, places) {
                matches.push(Match {
                    slot: *slot,
                    start,
                    end,
                });
            }
        }
        matches.sort_unstable_by_key(|found| (found.start, found.end, found.slot));
        matches
    }

    /// The stretch of at most [`LENGTH`] bytes with the most of what was looked for.
    fn stretch(&self, matches: &[Match]) -> Option<Stretch> {
        let mut best: Option<Stretch> = None;
        for (at, first) in matches.iter().enumerate() {
            let mut seen = HashSet::new();
            let mut worth = 0.0;
            let mut to = first.end;
            for found in matches[at..]
                .iter()
                .take_while(|found| found.end <= first.start + LENGTH)
            {
                let again = if seen.insert(found.slot) { 1.0 } else { 0.02 };
                worth += self.slots[found.slot].1 * again;
                to = to.max(found.end);
            }
            if best.as_ref().is_none_or(|best| worth > best.worth) {
                best = Some(Stretch {
                    worth,
                    from: first.start,
                    to,
                });
            }
        }
        best
    }
}

/// Where words stand side by side in a text: first byte, and one past the last.
fn phrases(words: &[Word], places: &[HashSet<String>]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, first) in words.iter().enumerate() {
        if !places[0].contains(&first.text) {
            continue;
        }
        let mut end = first.end;
        let mut from = at + 1;
        let whole = places[1..]
            .iter()
            .zip(first.position + 1..)
            .all(|(place, position)| {
                let next = words[from..]
                    .iter()
                    .position(|word| word.position == position && place.contains(&word.text));
                if let Some(next) = next {
                    end = words[from + next].end;
                    from += next + 1;
                }
                next.is_some()
            });
        let inner = first.kind == WordKind::Inner && inner_phrase(&words[at..], places);
        if whole || inner {
            let end = if inner {
                words[at + places.len() - 1].end
            } else {
                end
            };
            found.push((first.start, end));
        }
    }
    found
}

/// Whether the parts of one word with inner capitals are the phrase: they all have its position.
fn inner_phrase(words: &[Word], places: &[HashSet<String>]) -> bool {
    words.len() >= places.len()
        && places
            .iter()
            .zip(words)
            .all(|(place, word)| word.position == words[0].position && place.contains(&word.text))
}

/// How well a passage of a section explains a hit: a cause or a summary says more than a title, a title more than links.
fn preference(section: SectionKind, block: BlockKind) -> f32 {
    let section = match section {
        SectionKind::RootCause | SectionKind::Summary => 1.2,
        SectionKind::Trigger | SectionKind::Contributing | SectionKind::WhatHappened => 1.1,
        SectionKind::Title => 0.7,
        SectionKind::Metadata | SectionKind::Support | SectionKind::People => 0.8,
        _ => 1.0,
    };
    match block {
        BlockKind::Heading => section * 0.8,
        BlockKind::KeyValue => section * 0.9,
        _ => section,
    }
}

/// What is shown of a document whose words say nothing about the query: its summary, else its first paragraph.
fn beginning<'b>(blocks: &[Place<'b>]) -> Option<Place<'b>> {
    let prose = |(_, block): &&Place<'_>| {
        matches!(
            block.kind,
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote
        )
    };
    let summary = |(kind, _): &&Place<'_>| *kind == SectionKind::Summary;
    let mut told = blocks.iter().filter(prose);
    let found = told.clone().find(summary).or_else(|| told.next());
    found.or_else(|| blocks.first()).copied()
}

/// The text around a stretch, cut at spaces, with its marks.
fn cut(text: &str, stretch: &Stretch, matches: &[Match]) -> (String, Vec<Span>) {
    let spare = LENGTH.saturating_sub(stretch.to - stretch.from);
    let end_wanted = (stretch.to + spare / 2).max(stretch.from.saturating_sub(spare / 2) + LENGTH);
    let start_wanted = stretch.from.saturating_sub(
        spare
            - spare
                .min(text.len().saturating_sub(stretch.to))
                .min(spare / 2),
    );
    let start = space_before(text, start_wanted.min(stretch.from));
    let end = space_after(text, end_wanted.max(stretch.to));
    let mut snippet = String::new();
    if start > 0 {
        snippet.push('…');
    }
    let shift = snippet.len();
    snippet.push_str(&text[start..end]);
    if end < text.len() {
        snippet.push('…');
    }
    let mut marks: Vec<Span> = Vec::new();
    for found in matches
        .iter()
        .filter(|found| start <= found.start && found.end <= end)
    {
        let span = Span::new(found.start - start + shift, found.end - start + shift);
        match marks.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => marks.push(span),
        }
    }
    (snippet, marks)
}

/// The last beginning of a word at or before a place.
fn space_before(text: &str, at: usize) -> usize {
    if at == 0 {
        return 0;
    }
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let rest = &text[at..];
    let begins = text[..at].ends_with(char::is_whitespace) || rest.is_empty();
    if begins {
        return at;
    }
    let near = text[..at]
        .char_indices()
        .rev()
        .take(40)
        .find(|(_, c)| c.is_whitespace());
    near.map_or(at, |(space, c)| space + c.len_utf8())
}

/// The first end of a word at or after a place.
fn space_after(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let at = (at..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    let near = text[at..]
        .char_indices()
        .take(40)
        .find(|(_, c)| c.is_whitespace());
    match near {
        Some((space, _)) => at + space,
        None if text[at..].chars().count() < 40 => text.len(),
        None => at,
    }
}
