//! Sample: the words that say what a document is about, to look for others that are about the same.

use std::collections::BTreeMap;

use crate::index::analyzer;
use crate::index::analyzer::Word;
use crate::index::analyzer::WordKind;
use crate::index::common_word;
use crate::index::schema::Zone;
use crate::index::word_form;
use crate::index::word_form::Stems;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;
use crate::query;
use crate::query::Expr;
use crate::query::Group;
use crate::query::MAX_CLAUSES;
use crate::query::Query;
use crate::text::Span;

/// The most different words of a document that are looked up.
const MOST: usize = 150;

/// The shortest word, in characters, that says what a document is about.
const SHORTEST: usize = 3;

/// A text with at most so many different words that say something is short enough to be a question.
const QUESTION: usize = 24;

/// How much a common word says, against one that is not.
const COMMON: f32 = 0.25;

/// How soon further occurrences of a word stop counting.
const SATURATION: f32 = 2.0;

/// The words that say what a document is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    pub(super) terms: Vec<Term>,
    /// The first words of the text, each once.
    in_order: Vec<String>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// The word as it is compared.
    pub(super) word: String,
    /// The word as it is written.
    pub(super) shown: String,
    /// Whether it has inner punctuation, as `us-east-1` has.
    pub(super) is_compound: bool,
    /// Whether it is common, and no reason to call two documents similar.
    pub(super) is_common: bool,
    /// How much the document is about it, 0 to 1.
    pub(super) weight: f32,
}

/// What was seen of one word, in all its forms.
#[derive(Default)]
struct Seen {
    weight: f32,
    is_compound: bool,
    is_common: bool,
    /// How often it is written in which way, folded and as it stands.
    forms: BTreeMap<(String, String), usize>,
}

impl Sample {
    /// The words of a document; headings, names of people and action items say little of what happened.
    pub fn of(postmortem: &Postmortem) -> Sample {
        let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
        let mut stems = Stems::new();
        let has_title = postmortem
            .blocks
            .iter()
            .any(|block| postmortem.section_kind(block) == SectionKind::Title);
        if !has_title {
            gather(&postmortem.title, 3.0, &mut stems, &mut seen);
        }
        for block in &postmortem.blocks {
            let kind = postmortem.section_kind(block);
            let weight = weight(kind, block.kind);
            if weight > 0.0 {
                gather(&block.text, weight, &mut stems, &mut seen);
            }
        }
        let mut terms: Vec<Term> = seen.into_values().filter_map(Seen::term).collect();
        terms.sort_by(|a, b| {
            b.weight
                .total_cmp(&a.weight)
                .then_with(|| a.word.cmp(&b.word))
        });
        terms.truncate(MOST);
        let mut in_order = Vec::new();
        let texts = [&postmortem.title].into_iter().filter(|_| !has_title);
        let texts = texts.chain(postmortem.blocks.iter().map(|block| &block.text));
        let words = texts.flat_map(|text| analyzer::words(text));
        for word in words.filter(|word| word.kind == WordKind::Plain) {
            if in_order.len() < MAX_CLAUSES && !in_order.contains(&word.text) {
                in_order.push(word.text);
            }
        }
        Sample { terms, in_order }
    }

    /// The words as a question, where they are few enough for one: as written, each once.
    pub fn question(&self) -> Option<Query> {
        if self.terms.len() > QUESTION {
            return None;
        }
        let words = self.in_order.iter().map(|text| Expr::Word {
            text: text.clone(),
            prefix: false,
            zone: query::Zone::Anywhere,
            span: Span::new(0, 0),
        });
        let root = Group {
            should: words.collect(),
            ..Group::default()
        };
        Some(Query {
            text: self.in_order.join(" "),
            root,
            notices: Vec::new(),
        })
    }

    /// Whether it says nothing of what a document is about.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl Seen {
    fn term(self) -> Option<Term> {
        let most = self.forms.values().max().copied()?;
        let forms = self.forms.keys();
        // What is written with small letters somewhere is no name.
        let small = forms.clone().find(|(folded, shown)| folded == shown);
        let often = self.forms.iter().find(|(_, count)| **count == most);
        let (word, shown) = small.or(often.map(|(form, _)| form))?.clone();
        Some(Term {
            word,
            shown,
            is_compound: self.is_compound,
            is_common: self.is_common,
            weight: self.weight / (self.weight + SATURATION)
                * if self.is_common { COMMON } else { 1.0 },
        })
    }
}

fn weight(section: SectionKind, block: BlockKind) -> f32 {
    let zone = Zone::of(section);
    match (zone, section, block) {
        (Zone::Title, ..) => 3.0,
        (_, _, BlockKind::Heading) => 0.0,
        (Zone::Lead | Zone::Cause, ..) => 2.0,
        (
            _,
            SectionKind::People
            | SectionKind::Support
            | SectionKind::Actions
            | SectionKind::Lessons
            | SectionKind::WentWell
            | SectionKind::Metadata,
            _,
        ) => 0.0,
        _ => 1.0,
    }
}

fn gather(text: &str, weight: f32, stems: &mut Stems, seen: &mut BTreeMap<String, Seen>) {
    for word in analyzer::words(text) {
        let Some((key, is_common)) = key(&word, text, stems) else {
            continue;
        };
        let entry = seen.entry(key).or_default();
        entry.weight += weight;
        entry.is_common = is_common;
        entry.is_compound = word.kind == WordKind::Whole;
        let shown = text.get(word.start..word.end).unwrap_or(&word.text);
        *entry
            .forms
            .entry((word.text.clone(), shown.to_owned()))
            .or_default() += 1;
    }
}

/// What the forms of a word have in common, and whether it is common; none of what says nothing: grammar, numbers,
/// addresses.
fn key(word: &Word, text: &str, stems: &mut Stems) -> Option<(String, bool)> {
    let letters = word
        .text
        .chars()
        .filter(|character| character.is_alphabetic());
    let letters = letters.count();
    let is_address = || word.text.contains(['/', '@']) || text[word.end..].starts_with("://");
    match word.kind {
        WordKind::Inner => None,
        WordKind::Whole if letters < SHORTEST || is_address() => None,
        WordKind::Whole => {
            let parts = word
                .text
                .split(|character: char| !character.is_alphanumeric());
            let mut parts = parts.filter(|part| part.chars().any(char::is_alphabetic));
            let all_common = parts.all(|part| {
                let stem = stems.stem(part).to_owned();
                common_word::is_common(part, &stem)
            });
            (!all_common).then(|| (word.text.clone(), false))
        }
        WordKind::Plain => {
            let is_word =
                letters >= SHORTEST && word.text.chars().all(|character| !character.is_numeric());
            if !is_word || word_form::is_grammar(&word.text) {
                return None;
            }
            let stem = stems.stem(&word.text).to_owned();
            let is_common = common_word::is_common(&word.text, &stem);
            Some((stem, is_common))
        }
    }
}
