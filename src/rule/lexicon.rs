//! Lexicon: the stems that the tables of words know, by number, so that each word of a document is looked up once for all.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;
use std::sync::OnceLock;

use crate::classification::State;
use crate::postmortem::SectionKind;
use crate::rule::Feature;
use crate::rule::RuleSet;
use crate::rule::Telling;
use crate::rule::leaning::stem;

/// The number of a stem that no table knows, and the row of a feature that a table does not have.
const NONE: u32 = u32::MAX;
/// The number of every word that is written in digits.
const DIGITS: u32 = 0;
/// The name of such words in the tables.
const DIGITS_NAME: &str = "#";
/// So many parts of a document are told apart.
pub const PARTS: usize = 4;
/// The kinds of blocks that say something.
const KINDS_OF_BLOCKS: [&str; 3] = ["heading", "quote", "key-value"];
/// In so many ways a cue is a feature: here, by its label, and of the sentence before.
const WAYS: usize = 3;
/// So many states a cue may have.
const STATES: usize = State::Listed as usize + 1;

type Numbers<K> = HashMap<K, u32, BuildHasherDefault<Quick>>;

/// The stems that the tables know, and where each stands in each of them.
#[derive(Debug, Default)]
pub struct Lexicon {
    numbers: Numbers<Box<str>>,
    terms: Vec<u32>,
    pairs: Numbers<(u32, u32)>,
    columns: BTreeMap<String, Columns>,
}

impl Lexicon {
    /// The lexicon of all tables of some rules.
    pub(super) fn of(rules: &RuleSet) -> Lexicon {
        let mut lexicon = Lexicon::default();
        lexicon.number(DIGITS_NAME);
        for (at, name) in rules.leaning().names().enumerate() {
            let at = u32::try_from(at).unwrap_or(NONE);
            match name.split_once(' ') {
                Some((one, other)) => {
                    let pair = (lexicon.number(one), lexicon.number(other));
                    lexicon.pairs.insert(pair, at);
                }
                None => {
                    let number = lexicon.number(name);
                    put(&mut lexicon.terms, number, at);
                }
            }
        }
        for (name, telling) in rules.tellings() {
            let columns = Columns::of(telling, rules, &mut lexicon);
            lexicon.columns.insert(name.to_owned(), columns);
        }
        lexicon
    }

    fn number(&mut self, stem: &str) -> u32 {
        if let Some(known) = self.numbers.get(stem) {
            return *known;
        }
        let next = u32::try_from(self.numbers.len()).unwrap_or(NONE);
        self.numbers.insert(stem.into(), next);
        next
    }

    /// The numbers of the words of a shadow, in order; marks and names with odd characters left out.
    pub fn words(&self, shadow: &str) -> Vec<u32> {
        let words = shadow.split(' ').filter_map(|word| {
            if word.starts_with(|char: char| char.is_ascii_digit()) {
                return Some(DIGITS);
            }
            let stem = stem(word)?;
            Some(self.numbers.get(stem).copied().unwrap_or(NONE))
        });
        words.collect()
    }

    /// The terms of the table of leanings that stand in a sentence, stems and pairs of them, by their places, each once.
    pub fn terms(&self, words: &[u32]) -> Vec<u32> {
        let mut found = Vec::with_capacity(words.len());
        let mut last = NONE;
        for word in words.iter().copied().filter(|word| *word != DIGITS) {
            if last != NONE && word != NONE {
                found.extend(self.pairs.get(&(last, word)));
            }
            let term = get(&self.terms, word);
            found.extend((term != NONE).then_some(term));
            last = word;
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl RuleSet {
    /// The tables of the facets, by name.
    pub fn tellings(&self) -> impl Iterator<Item = (&str, &Telling)> {
        self.tellings
            .iter()
            .map(|(name, table)| (name.as_str(), table))
    }

    /// The stems that the tables know.
    pub fn lexicon(&self) -> &Lexicon {
        self.lexicon.get_or_init(|| Lexicon::of(self))
    }

    /// Where features stand in the table of a facet, where there is one.
    pub fn rows(&self, table: &str) -> Option<Rows<'_>> {
        Rows::of(self, table)
    }
}

/// Where features stand in the table of one facet.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    rules: &'a RuleSet,
    telling: &'a Telling,
    columns: &'a Columns,
}

impl<'a> Rows<'a> {
    pub(super) fn of(rules: &'a RuleSet, table: &str) -> Option<Rows<'a>> {
        Some(Rows {
            rules,
            telling: rules.telling(table)?,
            columns: rules.lexicon().columns.get(table)?,
        })
    }

    /// The row of a feature; `None` where the table does not have it.
    pub fn row(self, feature: Feature<u32>) -> Option<u32> {
        let columns = self.columns;
        let row = match feature {
            Feature::Word(number) => get(&columns.words, number),
            Feature::Heading(number) => get(&columns.headings, number),
            Feature::Part(part) => columns.parts.get(part).copied().unwrap_or(NONE),
            Feature::Beginning => columns.beginning,
            Feature::Section(kind) => get(&columns.sections, kind as u32),
            Feature::Kind(kind) => {
                let known = KINDS_OF_BLOCKS.iter().position(|known| *known == kind);
                known.map_or(NONE, |known| columns.kinds[known])
            }
            Feature::Cue(cue, state) => self.cue((cue, 0, state), Feature::Cue(cue, state)),
            Feature::Label(cue, state) => self.cue((cue, 1, state), Feature::Label(cue, state)),
            Feature::Before(cue, state) => self.cue((cue, 2, state), Feature::Before(cue, state)),
        };
        (row != NONE).then_some(row)
    }

    fn cue(self, (cue, way, state): (usize, usize, State), feature: Feature<&str>) -> u32 {
        let find = || {
            self.telling
                .place(&feature.name(self.rules))
                .unwrap_or(NONE)
        };
        let known = self
            .columns
            .cues
            .get((cue * WAYS + way) * STATES + state as usize);
        known.map_or(NONE, |row| *row.get_or_init(find))
    }
}

/// The places of all features in the table of one facet.
#[derive(Debug)]
struct Columns {
    words: Vec<u32>,
    headings: Vec<u32>,
    parts: [u32; PARTS],
    beginning: u32,
    sections: Vec<u32>,
    kinds: [u32; KINDS_OF_BLOCKS.len()],
    /// Looked up when they are first met: of thousands of them a document has some dozens.
    cues: Vec<OnceLock<u32>>,
}

impl Columns {
    fn of(telling: &Telling, rules: &RuleSet, lexicon: &mut Lexicon) -> Columns {
        let (mut words, mut headings) = (Vec::new(), Vec::new());
        for (at, name) in telling.names().iter().enumerate() {
            let at = u32::try_from(at).unwrap_or(NONE);
            if let Some(stem) = name.strip_prefix("heading: ") {
                put(&mut headings, lexicon.number(stem), at);
            } else if !name.contains([':', ' ']) {
                put(&mut words, lexicon.number(name), at);
            }
        }
        let place = |feature: Feature<&str>| telling.place(&feature.name(rules)).unwrap_or(NONE);
        let mut sections = Vec::new();
        for kind in SectionKind::ALL {
            put(&mut sections, *kind as u32, place(Feature::Section(*kind)));
        }
        let cues = rules.cues().len() * WAYS * STATES;
        Columns {
            words,
            headings,
            parts: std::array::from_fn(|part| place(Feature::Part(part))),
            beginning: place(Feature::Beginning),
            sections,
            kinds: KINDS_OF_BLOCKS.map(|kind| place(Feature::Kind(kind))),
            cues: (0..cues).map(|_| OnceLock::new()).collect(),
        }
    }
}

fn put(list: &mut Vec<u32>, at: u32, value: u32) {
    let at = at as usize;
    if list.len() <= at {
        list.resize(at + 1, NONE);
    }
    list[at] = value;
}

fn get(list: &[u32], at: u32) -> u32 {
    list.get(at as usize).copied().unwrap_or(NONE)
}

/// A quick hash of short keys. What is looked up comes from documents, but only our own tables are ever filled in, so
/// that nobody can make the lookups slow.
#[derive(Debug, Default, Clone, Copy)]
struct Quick(u64);

impl Quick {
    fn add(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.add(u64::from_le_bytes(*eight));
        }
        self.add(
            rest.iter()
                .fold(1, |sum, byte| (sum << 8) | u64::from(*byte)),
        );
    }

    fn write_u8(&mut self, number: u8) {
        self.add(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.add(number.into());
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}
