//! Leaning: how much each everyday word speaks for each kind of cause, fitted on labelled texts; for what no rule names.
//!
//! A linear model over word stems (multinomial logistic regression with L2 regularisation; term weights as in Salton
//! and Buckley 1988). The table is data, `schema/leaning.tsv`, written by `cargo run --release --example fit_leaning`.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::taxonomy::FailureMode;

/// A kind of cause that words lean to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// One of the six failure modes.
    Mode(FailureMode),
    /// The model stopped fitting.
    Model,
    /// An ordinary cause.
    Ordinary,
}

impl Cause {
    /// Every kind, in the order of the table's columns.
    pub const ALL: [Cause; 8] = [
        Cause::Mode(FailureMode::SchemaDrift),
        Cause::Mode(FailureMode::DataDrift),
        Cause::Mode(FailureMode::PipelineBreak),
        Cause::Mode(FailureMode::FeatureStaleness),
        Cause::Mode(FailureMode::TrainingServingSkew),
        Cause::Mode(FailureMode::LabelingError),
        Cause::Model,
        Cause::Ordinary,
    ];

    /// The name of its column.
    pub fn id(self) -> &'static str {
        match self {
            Cause::Mode(mode) => mode.id(),
            Cause::Model => "model-decay",
            Cause::Ordinary => "none",
        }
    }
}

/// What a word counts for each kind of cause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// How rare it is: the inverse document frequency.
    pub rarity: f64,
    /// Its weight for each kind, in the order of [`Cause::ALL`].
    pub weights: [f64; 8],
}

/// The fitted table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Leaning {
    terms: BTreeMap<String, Term>,
    start: [f64; 8],
}

/// The row that holds what each kind begins with.
const START: &str = "(start)";

impl Leaning {
    /// A table of terms, and what each kind of cause begins with.
    pub fn new(terms: BTreeMap<String, Term>, start: [f64; 8]) -> Leaning {
        Leaning { terms, start }
    }

    /// Reads a table: a line of column names, then a word stem, its rarity and a weight for each kind, tab-separated.
    ///
    /// # Errors
    /// [`Error::Rule`] with the line that cannot be read.
    pub fn parse(file: &str, text: &str) -> Result<Leaning, Error> {
        let mut leaning = Leaning::default();
        for (number, line) in text.lines().enumerate().skip(1) {
            let mut cells = line.split('\t');
            let word = cells.next().unwrap_or_default();
            let numbers: Option<Vec<f64>> = cells.map(|cell| cell.parse().ok()).collect();
            let row = numbers.and_then(|numbers| <[f64; 9]>::try_from(numbers).ok());
            let Some([rarity, weights @ ..]) = row else {
                return Err(Error::Rule {
                    file: file.to_owned(),
                    line: u32::try_from(number + 1).unwrap_or(u32::MAX),
                    column: 1,
                    message: "expected a word and nine numbers, separated by tabs".to_owned(),
                });
            };
            if word == START {
                leaning.start = weights;
            } else {
                leaning
                    .terms
                    .insert(word.to_owned(), Term { rarity, weights });
            }
        }
        Ok(leaning)
    }

    /// The table as text, as [`Leaning::parse`] reads it.
    pub fn to_text(&self) -> String {
        let mut text = String::from("word\trarity");
        for cause in Cause::ALL {
            text.push('\t');
            text.push_str(cause.id());
        }
        let start = Term {
            rarity: 0.0,
            weights: self.start,
        };
        let rows = std::iter::once((START, &start))
            .chain(self.terms.iter().map(|(word, term)| (word.as_str(), term)));
        for (word, term) in rows {
            text.push_str(&format!("\n{word}\t{:.2}", term.rarity));
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

    /// What a word stem counts.
    pub fn term(&self, stem: &str) -> Option<&Term> {
        self.terms.get(stem)
    }

    /// The logarithm of the probability of each kind of cause for a text of weighted word stems, in the order of
    /// [`Cause::ALL`].
    pub fn probabilities(&self, stems: &BTreeMap<String, f64>) -> [f64; 8] {
        let known = stems
            .iter()
            .filter_map(|(stem, weight)| Some((self.terms.get(stem)?, frequency(*weight))));
        let known: Vec<(&Term, f64)> = known
            .map(|(term, often)| (term, often * term.rarity))
            .collect();
        let length = known
            .iter()
            .map(|(_, value)| value * value)
            .sum::<f64>()
            .sqrt();
        let mut sums = self.start;
        for (term, value) in &known {
            for (sum, weight) in sums.iter_mut().zip(term.weights) {
                *sum += weight * value / length;
            }
        }
        let top = sums.iter().copied().fold(f64::MIN, f64::max);
        let all = sums.iter().map(|sum| (sum - top).exp()).sum::<f64>().ln() + top;
        sums.map(|sum| sum - all)
    }
}

/// What the weighted number of occurrences of a word counts: more of the same word counts less.
pub fn frequency(weight: f64) -> f64 {
    if weight > 1.0 {
        1.0 + weight.ln()
    } else {
        weight
    }
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
        let mut stale = [0.0; 8];
        stale[3] = 4.0;
        let term = Term {
            rarity: 1.5,
            weights: stale,
        };
        Leaning::new(BTreeMap::from([("yesterday".to_owned(), term)]), [0.0; 8])
    }

    #[test]
    fn words_that_lean_somewhere_decide_and_unknown_words_do_not() {
        let stems = |word: &str| BTreeMap::from([(word.to_owned(), 1.0)]);
        let known = table().probabilities(&stems("yesterday"));
        let best = (0..8)
            .max_by(|a, b| known[*a].total_cmp(&known[*b]))
            .map(|at| Cause::ALL[at]);
        assert_eq!(best, Some(Cause::Mode(FailureMode::FeatureStaleness)));
        let unknown = table().probabilities(&stems("tomorrow"));
        assert!(unknown.iter().all(|one| (one.exp() - 0.125).abs() < 1e-12));
    }

    #[test]
    fn a_table_is_read_as_it_is_written_and_a_bad_line_is_named() {
        let text = table().to_text();
        assert_eq!(
            Leaning::parse("leaning.tsv", &text).expect("a table"),
            table()
        );
        let error = Leaning::parse("leaning.tsv", &(text + "half\t1.0\n")).expect_err("too short");
        assert!(error.to_string().starts_with("leaning.tsv:4:1"), "{error}");
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
