//! Ways: in which words documents may have what was typed: its forms, in two words, as one, misspelt, by another name.

use crate::index::analyzer::Word;
use crate::index::analyzer::WordKind;
use crate::index::search::lexicon::Lexicon;
use crate::index::search::segment::Segment;
use crate::index::search::slot::Way;
use crate::index::synonym;
use crate::index::word_form;

/// How much a form of a word counts against the word as typed.
const FORM: f32 = 0.75;
/// How much a word counts that is written in two, or two that are written as one.
const COMPOUND: f32 = 0.9;
/// The shortest word, in letters, that may be two.
const SHORTEST_PAIR: usize = 5;

/// Looks ways up in an index.
pub(super) struct Ways<'a> {
    pub(super) lexicon: Lexicon<'a>,
    pub(super) segments: &'a [Segment<'a>],
}

impl Ways<'_> {
    /// The ways to have a single word, given the single words before and after it.
    pub(super) fn of_word(
        &mut self,
        words: &[Word],
        neighbours: &[Option<String>; 2],
    ) -> tantivy::Result<Vec<Way>> {
        let Some(word) = words.iter().find(|word| word.kind == WordKind::Plain) else {
            return Ok(Vec::new());
        };
        let mut ways = self.forms(&word.text, 1.0)?;
        let inner = words.iter().filter(|word| word.kind == WordKind::Inner);
        let inner: Vec<Vec<String>> = inner.map(|word| vec![word.text.clone()]).collect();
        if !inner.is_empty() {
            ways.push(Way {
                places: inner,
                weight: COMPOUND,
            });
        }
        ways.extend(self.split(&word.text)?);
        ways.extend(self.joined(&word.text, neighbours)?);
        Ok(ways)
    }

    /// The ways to have a word with inner punctuation: whole, its parts side by side, or written as one.
    pub(super) fn of_compound(&mut self, words: &[Word]) -> tantivy::Result<Vec<Way>> {
        let parts = plain(words);
        let mut ways = Vec::new();
        let wholes: Vec<&Word> = words
            .iter()
            .filter(|word| word.kind == WordKind::Whole)
            .collect();
        if let [whole] = wholes.as_slice() {
            ways.push(Way::word(whole.text.clone(), 1.0));
        }
        let mut places = Vec::new();
        for part in &parts {
            places.push(self.lexicon.forms(part)?.into_iter().collect());
        }
        ways.push(Way {
            places,
            weight: COMPOUND,
        });
        ways.push(Way::word(parts.concat(), COMPOUND));
        let mut occurring = Vec::new();
        for way in ways {
            if self.occurs(&way)? {
                occurring.push(way);
            }
        }
        Ok(occurring)
    }

    /// The ways to have a word that begins so, and whether some words are left out.
    pub(super) fn of_prefix(
        &mut self,
        words: &[Word],
        beginnings: usize,
    ) -> tantivy::Result<(Vec<Way>, bool)> {
        let Some(start) = words.first() else {
            return Ok((Vec::new(), false));
        };
        let (found, is_cut) = self.lexicon.beginning(&start.text, beginnings)?;
        if found.is_empty() {
            return Ok((Vec::new(), is_cut));
        }
        let way = Way {
            places: vec![found],
            weight: 1.0,
        };
        Ok((vec![way], is_cut))
    }

    /// The forms of a word that documents have.
    pub(super) fn forms(&mut self, word: &str, weight: f32) -> tantivy::Result<Vec<Way>> {
        let forms = self.lexicon.forms(word)?.into_iter();
        Ok(forms
            .map(|form| {
                let same = form == word || word_form::is_same_spelling(&form, word);
                let weight = if same { weight } else { weight * FORM };
                Way::word(form, weight)
            })
            .collect())
    }

    /// The word that was likely meant by one that hardly any document has.
    pub(super) fn likelier(&mut self, word: &str) -> tantivy::Result<Vec<Way>> {
        match self.lexicon.likelier(word)? {
            Some(meant) => self.forms(&meant, 1.0),
            None => Ok(Vec::new()),
        }
    }

    /// What else a word may be called, in all forms.
    pub(super) fn synonyms(&mut self, word: &str) -> tantivy::Result<Vec<Way>> {
        let stem = self.lexicon.stem(word);
        let mut ways = Vec::new();
        for other in synonym::synonyms(&stem) {
            for form in self.lexicon.forms(other)? {
                ways.push(Way::word(form, 1.0));
            }
        }
        Ok(ways)
    }

    /// A word written in two: `rollback` as `rolled back`.
    fn split(&mut self, word: &str) -> tantivy::Result<Vec<Way>> {
        let mut ways = Vec::new();
        let stem = self.lexicon.stem(word);
        for whole in [Some(word), (stem != word).then_some(stem.as_str())]
            .into_iter()
            .flatten()
        {
            if !whole.bytes().all(|byte| byte.is_ascii_lowercase()) {
                continue;
            }
            for at in SHORTEST_PAIR - 2..whole.len().saturating_sub(1) {
                let (first, second) = whole.split_at(at);
                if word_form::is_grammar(first) || !self.lexicon.has(second)? {
                    continue;
                }
                let first = self.lexicon.forms(first)?;
                let way = Way {
                    places: vec![first.into_iter().collect(), vec![second.to_owned()]],
                    weight: COMPOUND,
                };
                if !ways.contains(&way) && self.occurs(&way)? {
                    ways.push(way);
                }
            }
        }
        Ok(ways)
    }

    /// Two words written as one: `rolled back` as `rollback`.
    fn joined(
        &mut self,
        word: &str,
        neighbours: &[Option<String>; 2],
    ) -> tantivy::Result<Vec<Way>> {
        let mut ways = Vec::new();
        let [before, after] = neighbours;
        let pairs = [
            before.as_deref().map(|before| (before, word)),
            after.as_deref().map(|after| (word, after)),
        ];
        for (first, second) in pairs.into_iter().flatten() {
            for first in word_form::bases(first) {
                let joined = format!("{first}{second}");
                if self.lexicon.has(&joined)? {
                    ways.extend(self.forms(&joined, COMPOUND)?);
                    break;
                }
            }
        }
        Ok(ways)
    }

    fn occurs(&self, way: &Way) -> tantivy::Result<bool> {
        for segment in self.segments {
            if segment.has(way)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The plain words of a text.
pub(super) fn plain(words: &[Word]) -> Vec<String> {
    words
        .iter()
        .filter(|word| word.kind == WordKind::Plain)
        .map(|word| word.text.clone())
        .collect()
}
