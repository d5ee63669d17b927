//! Lexicon: the words that an index holds, their forms, and what a misspelt word may have been.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use tantivy::DocSet;
use tantivy::InvertedIndexReader;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::fastfield::AliveBitSet;
use tantivy::postings::TermInfo;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::IndexRecordOption;

use crate::index::schema;
use crate::index::schema::Zone;
use crate::index::word_form;
use crate::index::word_form::Stems;

/// From so many characters on a word may have two slips.
const LONG_WORD: usize = 6;

/// So many words are looked for in place of the beginnings of one query.
const MOST_BEGINNING: usize = 500;

/// So many words are looked for in place of one beginning, however many there are.
const LEAST_BEGINNING: usize = 25;

/// How much the nearness of a word counts against how common it is.
const NEARNESS: f64 = 10.0;

/// So much less likely than the best another word may be that is looked for, too.
const NEXT_BEST: f64 = 0.8;

/// A word that at most so many documents have may be a slip of theirs, too.
const FEW: u32 = 3;

/// So many times as frequent is a word that was meant by such a one.
const MANY: u32 = 8;

/// Below so many characters a word is too short to say what it was meant to be.
const SHORT_WORD: usize = 4;

/// The words of every segment and zone.
pub(in crate::index) struct Lexicon<'a> {
    readers: Vec<Words<'a>>,
    stems: Stems,
}

/// The words of one zone of a segment.
struct Words<'a> {
    reader: Arc<InvertedIndexReader>,
    alive: Option<&'a AliveBitSet>,
}

impl Words<'_> {
    /// How many living documents have a word, counted up to a number.
    fn count(&self, word: &TermInfo, upto: u32) -> tantivy::Result<u32> {
        let Some(alive) = self.alive else {
            return Ok(word.doc_freq);
        };
        let option = IndexRecordOption::Basic;
        let mut list = self.reader.read_postings_from_terminfo(word, option)?;
        let mut count = 0;
        while list.doc() != TERMINATED && count < upto {
            count += u32::from(alive.is_alive(list.doc()));
            list.advance();
        }
        Ok(count)
    }
}

impl<'a> Lexicon<'a> {
    pub(in crate::index) fn new(segments: &'a [SegmentReader]) -> tantivy::Result<Lexicon<'a>> {
        let mut readers = Vec::new();
        for segment in segments {
            for zone in Zone::ALL {
                readers.push(Words {
                    reader: segment.inverted_index(schema::fields().zone(zone))?,
                    alive: segment.alive_bitset(),
                });
            }
        }
        Ok(Lexicon {
            readers,
            stems: Stems::new(),
        })
    }

    /// Whether a document has the word.
    pub(in crate::index) fn has(&self, word: &str) -> tantivy::Result<bool> {
        for words in &self.readers {
            if let Some(word) = words.reader.terms().get(word)?
                && words.count(&word, 1)? > 0
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every word that begins so.
    fn with_prefix(&self, prefix: &str) -> tantivy::Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for words in &self.readers {
            let mut stream = words.reader.terms().range().ge(prefix).into_stream()?;
            while stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
                if let Ok(word) = std::str::from_utf8(stream.key())
                    && !found.contains(word)
                    && words.count(stream.value(), 1)? > 0
                {
                    found.insert(word.to_owned());
                }
            }
        }
        Ok(found)
    }

    /// The words that begin so, the most frequent where they are too many to be looked for; whether some are left out.
    /// `beginnings` is how many the query has: they share what may be looked for.
    pub(in crate::index) fn beginning(
        &self,
        start: &str,
        beginnings: usize,
    ) -> tantivy::Result<(Vec<String>, bool)> {
        let most = (MOST_BEGINNING / beginnings.max(1)).max(LEAST_BEGINNING);
        let mut found: HashMap<Box<[u8]>, u32> = HashMap::new();
        for words in &self.readers {
            let mut stream = words.reader.terms().range().ge(start).into_stream()?;
            while stream.advance() && stream.key().starts_with(start.as_bytes()) {
                let frequency = stream.value().doc_freq;
                match found.get_mut(stream.key()) {
                    Some(sum) => *sum += frequency,
                    None => {
                        found.insert(stream.key().into(), frequency);
                    }
                }
            }
        }
        let is_cut = found.len() > most;
        let mut found: Vec<(u32, Box<[u8]>)> = found
            .into_iter()
            .map(|(word, frequency)| (frequency, word))
            .collect();
        let order = |a: &(u32, Box<[u8]>), b: &(u32, Box<[u8]>)| match is_cut {
            true => b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)),
            false => a.1.cmp(&b.1),
        };
        if is_cut {
            found.select_nth_unstable_by(most, order);
            found.truncate(most);
        }
        found.sort_by(order);
        let mut words = Vec::with_capacity(found.len());
        for (_, word) in found {
            if let Ok(word) = std::str::from_utf8(&word)
                && self.has(word)?
            {
                words.push(word.to_owned());
            }
        }
        Ok((words, is_cut))
    }

    /// The forms of a word that documents have, the word itself among them if one has it.
    pub(in crate::index) fn forms(&mut self, word: &str) -> tantivy::Result<BTreeSet<String>> {
        let stem = self.stems.stem(word).to_owned();
        let mut forms = BTreeSet::new();
        for spelling in word_form::spellings(word) {
            let common = common_prefix(&spelling, &stem);
            if common.chars().count() < 2 {
                if self.has(&spelling)? {
                    forms.insert(spelling);
                }
                continue;
            }
            for other in self.with_prefix(common)? {
                if self.stems.stem(&other) == stem {
                    forms.insert(other);
                }
            }
        }
        Ok(forms)
    }

    /// The stem of a word.
    pub(in crate::index) fn stem(&mut self, word: &str) -> String {
        self.stems.stem(word).to_owned()
    }

    /// The words that a word may be a slip of, best first: one slip, or two in a long word where one does not do.
    pub(in crate::index) fn near(&self, word: &str) -> tantivy::Result<Vec<String>> {
        let length = word.chars().count();
        if length < SHORT_WORD || !word.chars().all(char::is_alphabetic) {
            return Ok(Vec::new());
        }
        for slips in 1..=if length >= LONG_WORD { 2 } else { 1 } {
            let mut found = self.within(word, slips)?;
            found.retain(|other, _| {
                let same_start = slips == 1 || other.chars().next() == word.chars().next();
                let is_word = other.chars().all(char::is_alphabetic);
                is_word && same_start && !word_form::is_grammar(other)
            });
            if found.is_empty() {
                continue;
            }
            let mut best: Vec<(f64, String)> = found
                .into_iter()
                .map(|(other, count)| (likelihood(word, &other, count), other))
                .collect();
            best.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let least = best.first().map_or(0.0, |(most, _)| most - NEXT_BEST);
            best.retain(|(likelihood, _)| *likelihood >= least);
            return Ok(best.into_iter().map(|(_, word)| word).collect());
        }
        Ok(Vec::new())
    }

    /// The word that was likely meant by one that documents have, but hardly any: one slip away, and frequent.
    pub(in crate::index) fn likelier(&mut self, word: &str) -> tantivy::Result<Option<String>> {
        if word.chars().count() < LONG_WORD - 1 || !word.chars().all(char::is_alphabetic) {
            return Ok(None);
        }
        let stem = self.stem(word);
        let mut own = 0;
        for other in self.forms(word)? {
            own += self.count(&other, FEW + 1)?;
            if own > FEW {
                return Ok(None);
            }
        }
        let found = self.within(word, 1)?.into_iter();
        let mut meant: Vec<(u32, String)> = found
            .filter(|(other, count)| *count >= MANY * own && other.chars().all(char::is_alphabetic))
            .map(|(other, count)| (count, other))
            .collect();
        meant.retain(|(_, other)| self.stem(other) != stem);
        Ok(meant.into_iter().max().map(|(_, other)| other))
    }

    /// How many documents have a word, counted up to a number; one counts once for every zone.
    fn count(&self, word: &str, upto: u32) -> tantivy::Result<u32> {
        let mut count = 0;
        for words in &self.readers {
            if let Some(word) = words.reader.terms().get(word)? {
                count += words.count(&word, upto)?;
            }
        }
        Ok(count)
    }

    /// The words at most so many slips away, each with the number of documents that have it (a document counts once
    /// for every zone).
    fn within(&self, word: &str, slips: u8) -> tantivy::Result<BTreeMap<String, u32>> {
        let term = Term::from_field_text(schema::fields().zone(Zone::Body), word);
        let query = FuzzyTermQuery::new(term, slips, true);
        let slips = query.automaton()?;
        let mut found = BTreeMap::new();
        for words in &self.readers {
            let mut stream = words.reader.terms().search(&slips).into_stream()?;
            while stream.advance() {
                let count = words.count(stream.value(), u32::MAX)?;
                if let (Ok(word), true) = (std::str::from_utf8(stream.key()), count > 0) {
                    *found.entry(word.to_owned()).or_insert(0) += count;
                }
            }
        }
        Ok(found)
    }
}

/// How likely a word was meant: one that is near (most of all at its beginning, and with letters left out or swapped
/// rather than others put in), and that is common.
fn likelihood(typed: &str, other: &str, count: u32) -> f64 {
    let same_start = typed.chars().next() == other.chars().next();
    f64::from(u8::from(same_start))
        + NEARNESS * strsim::jaro_winkler(typed, other)
        + 0.35 * f64::from(count).ln_1p()
}

fn common_prefix<'a>(word: &'a str, other: &str) -> &'a str {
    let length: usize = word
        .chars()
        .zip(other.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    &word[..length]
}
