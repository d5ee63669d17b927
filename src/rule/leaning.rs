//! Leaning: how much each everyday word speaks for each kind of cause, fitted on labelled texts; for what no rule names.
//!
//! A linear model over word stems and pairs of them (multinomial logistic regression with L2 regularisation; term
//! weights as in Salton and Buckley 1988), in which each sentence counts by how much its words are like those that tell
//! a cause (attention, after Yang et al. 2016, with one linear score). The table is data, `schema/leaning.tsv`, written
//! by `cargo run --release --example fit_leaning`.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::rule::cell;
use crate::taxonomy::FailureMode;

/// So many kinds of cause.
pub const KINDS: usize = 9;

/// A kind of cause that words lean to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// One of the six failure modes.
    Mode(FailureMode),
    /// The model stopped fitting.
    Model,
    /// An ordinary cause.
    Ordinary,
    /// None is told.
    Untold,
}

impl Cause {
    /// Every kind, in the order of the table's columns.
    pub const ALL: [Cause; KINDS] = [
        Cause::Mode(FailureMode::SchemaDrift),
        Cause::Mode(FailureMode::DataDrift),
        Cause::Mode(FailureMode::PipelineBreak),
        Cause::Mode(FailureMode::FeatureStaleness),
        Cause::Mode(FailureMode::TrainingServingSkew),
        Cause::Mode(FailureMode::LabelingError),
        Cause::Model,
        Cause::Ordinary,
        Cause::Untold,
    ];

    /// The name of its column.
    pub fn id(self) -> &'static str {
        match self {
            Cause::Mode(mode) => mode.id(),
            Cause::Model => "model-decay",
            Cause::Ordinary => "none",
            Cause::Untold => "unknown",
        }
    }
}

/// What a word, or a pair of words, counts for each kind of cause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// How rare it is: the inverse document frequency.
    pub rarity: f64,
    /// How much it marks a sentence as one that tells the cause; negative where it marks one that does not.
    pub telling: f64,
    /// Its weight for each kind, in the order of [`Cause::ALL`].
    pub weights: [f64; KINDS],
}

/// The stems of a sentence and the pairs of neighbouring stems, each once.
pub fn terms(shadow: &str) -> BTreeSet<String> {
    let stems: Vec<&str> = shadow.split(' ').filter_map(stem).collect();
    let pairs = stems.windows(2).map(|pair| pair.join(" "));
    pairs
        .chain(stems.iter().map(|stem| (*stem).to_owned()))
        .collect()
}

/// What the table knows of one sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// What its section and block count.
    pub place: f64,
    /// The terms that stand in it, by their places in the table, ascending.
    pub terms: Vec<u32>,
}

/// The fitted table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Leaning {
    terms: Vec<(String, Term)>,
    start: [f64; KINDS],
}

/// The row that holds what each kind begins with.
const START: &str = "(start)";

impl Leaning {
    /// A table of terms, and what each kind of cause begins with.
    pub fn new(terms: Vec<(String, Term)>, start: [f64; KINDS]) -> Leaning {
        Leaning { terms, start }
    }

    /// Reads a table: a line of column names, then a term, its rarity, how telling it is and a weight for each kind,
    /// tab-separated.
    ///
    /// # Errors
    /// [`Error::Rule`] with the line that cannot be read.
    pub fn parse(file: &str, text: &str) -> Result<Leaning, Error> {
        let (mut terms, mut start) = (Vec::new(), [0.0; KINDS]);
        for (number, line) in text.lines().enumerate().skip(1) {
            let mut cells = line.split('\t');
            let name = cells.next().unwrap_or_default();
            let Some([rarity, telling, weights @ ..]) = row(cells) else {
                return Err(Error::Rule {
                    file: file.to_owned(),
                    line: u32::try_from(number + 1).unwrap_or(u32::MAX),
                    column: 1,
                    message: "expected a word and eleven numbers, separated by tabs".to_owned(),
                });
            };
            if name == START {
                start = weights;
                continue;
            }
            let term = Term {
                rarity,
                telling,
                weights,
            };
            terms.push((name.to_owned(), term));
        }
        Ok(Leaning::new(terms, start))
    }

    /// The table as text, as [`Leaning::parse`] reads it.
    pub fn to_text(&self) -> String {
        let mut text = String::from("word\trarity\ttelling");
        for cause in Cause::ALL {
            text.push('\t');
            text.push_str(cause.id());
        }
        let start = Term {
            rarity: 0.0,
            telling: 0.0,
            weights: self.start,
        };
        let terms = self.terms.iter().map(|(name, term)| (name.as_str(), term));
        for (name, term) in std::iter::once((START, &start)).chain(terms) {
            text.push_str(&format!(
                "\n{name}\t{:.2}\t{:.2}",
                term.rarity, term.telling
            ));
            for weight in term.weights {
                text.push_str(&format!("\t{weight:.2}"));
            }
        }
        text.push('\n');
        text
    }

    /// Whether there is anything to lean on.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The names of the terms, in the order of the table.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|(name, _)| name.as_str())
    }

    /// The logarithm of the probability of each kind of cause for the sentences of a text, in the order of
    /// [`Cause::ALL`].
    pub fn probabilities(&self, sentences: &[Words]) -> [f64; KINDS] {
        let mut counts: Vec<(usize, f64)> = Vec::new();
        for sentence in sentences.iter().filter(|words| words.place > 0.0) {
            let counted = self.counted(sentence);
            counts.extend(sentence.terms.iter().map(|at| (*at as usize, counted)));
        }
        counts.sort_unstable_by_key(|(at, _)| *at);
        let (mut sums, mut length) = ([0.0; KINDS], 0.0);
        for of_one in counts.chunk_by(|one, other| one.0 == other.0) {
            let term = &self.terms[of_one[0].0].1;
            let value = term.rarity * of_one.iter().map(|(_, counted)| counted).sum::<f64>();
            length += value * value;
            for (sum, weight) in sums.iter_mut().zip(term.weights) {
                *sum += weight * value;
            }
        }
        let length = length.sqrt().max(f64::MIN_POSITIVE);
        for (sum, start) in sums.iter_mut().zip(self.start) {
            *sum = start + *sum / length;
        }
        let top = sums.iter().copied().fold(f64::MIN, f64::max);
        let all = sums.iter().map(|sum| (sum - top).exp()).sum::<f64>().ln() + top;
        sums.map(|sum| sum - all)
    }

    /// How much one sentence leans to each kind of cause more than to the others, in the order of [`Cause::ALL`].
    pub fn lean(&self, sentence: &Words) -> [f64; KINDS] {
        let counted = self.counted(sentence);
        let mut sums = [0.0; KINDS];
        for at in &sentence.terms {
            let term = &self.terms[*at as usize].1;
            let mean = term.weights.iter().sum::<f64>() / KINDS as f64;
            for (sum, weight) in sums.iter_mut().zip(term.weights) {
                *sum += (weight - mean) * term.rarity * counted;
            }
        }
        sums
    }

    /// What a sentence counts: by its place, and by how telling its words are (1 where they say nothing of that).
    fn counted(&self, sentence: &Words) -> f64 {
        let terms = sentence.terms.iter();
        let terms = terms.map(|at| &self.terms[*at as usize].1);
        let telling: f64 = terms.map(|term| term.telling * term.rarity).sum();
        sentence.place * attention(telling)
    }
}

/// As many numbers as there are columns, and no more.
fn row<'t>(mut cells: impl Iterator<Item = &'t str>) -> Option<[f64; KINDS + 2]> {
    let mut row = [0.0; KINDS + 2];
    for number in &mut row {
        *number = cell::number(cells.next()?)?;
    }
    cells.next().is_none().then_some(row)
}

/// What a sentence counts whose words together are so telling: between 0 and 2, and 1 where they say nothing.
pub fn attention(telling: f64) -> f64 {
    2.0 / (1.0 + (-telling.clamp(-30.0, 30.0)).exp())
}

/// The stem of a lower-case word; `None` for what is no word. Rough on purpose: it need only bring forms together.
pub fn stem(word: &str) -> Option<&str> {
    const ENDINGS: [&str; 11] = [
        "ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "'s",
    ];
    let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || c == '\'');
    if !is_word {
        return None;
    }
    let ending = ENDINGS
        .iter()
        .find(|ending| word.len() > ending.len() + 3 && word.ends_with(*ending));
    Some(&word[..word.len() - ending.map_or(0, |ending| ending.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Leaning {
        let mut stale = [0.0; KINDS];
        stale[3] = 4.0;
        let term = |telling, weights| Term {
            rarity: 1.5,
            telling,
            weights,
        };
        let mut renamed = [0.0; KINDS];
        renamed[0] = 4.0;
        let terms = [
            ("because of", term(2.0, [0.0; KINDS])),
            ("rename", term(0.0, renamed)),
            ("yesterday", term(0.0, stale)),
        ];
        Leaning::new(
            terms.map(|(name, term)| (name.to_owned(), term)).into(),
            [0.0; KINDS],
        )
    }

    fn words(text: &str) -> Words {
        let terms = terms(text);
        let known = table().terms.into_iter().enumerate();
        let known = known.filter(|(_, (name, _))| terms.contains(name));
        Words {
            place: 1.0,
            terms: known.map(|(at, _)| at as u32).collect(),
        }
    }

    fn best(sentences: &[&str]) -> Cause {
        let sentences: Vec<Words> = sentences.iter().map(|text| words(text)).collect();
        let known = table().probabilities(&sentences);
        let best = (0..KINDS).max_by(|a, b| known[*a].total_cmp(&known[*b]));
        Cause::ALL[best.expect("some kinds")]
    }

    #[test]
    fn words_that_lean_somewhere_decide_and_unknown_words_do_not() {
        let stale = Cause::Mode(FailureMode::FeatureStaleness);
        assert_eq!(best(&["values from yesterday"]), stale);
        let unknown = table().probabilities(&[words("tomorrow")]);
        assert!(
            unknown
                .iter()
                .all(|one| (one.exp() - 1.0 / KINDS as f64).abs() < 1e-12)
        );
    }

    #[test]
    fn a_sentence_that_tells_a_cause_counts_more_than_one_that_does_not() {
        let renamed = Cause::Mode(FailureMode::SchemaDrift);
        assert_eq!(best(&["because of a rename", "we met yesterday"]), renamed);
        let stale = Cause::Mode(FailureMode::FeatureStaleness);
        assert_eq!(best(&["a rename", "because of yesterday"]), stale);
    }

    #[test]
    fn a_table_is_read_as_it_is_written_and_a_bad_line_is_named() {
        let text = table().to_text();
        assert_eq!(
            Leaning::parse("leaning.tsv", &text).expect("a table"),
            table()
        );
        let error = Leaning::parse("leaning.tsv", &(text + "half\t1.0\n")).expect_err("too short");
        assert!(error.to_string().starts_with("leaning.tsv:6:1"), "{error}");
    }

    #[test]
    fn forms_of_a_word_come_together() {
        assert_eq!(stem("renamed"), stem("renames"));
        assert_eq!(
            (stem("bus"), stem("2026"), stem("a")),
            (Some("bus"), None, None)
        );
    }
}
