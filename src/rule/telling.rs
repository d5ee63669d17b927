//! Telling: how strongly the words and findings of a sentence speak for each value of a facet, fitted on documents.
//!
//! A log-linear model with a hidden place: one sentence of a document tells the value, and which one is not in the
//! labels (multiple-instance logistic regression, after Ray and Craven 2005). The tables are data,
//! `schema/telling/*.tsv`, written by `cargo run --release --example fit_telling`.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::rule::cell;

/// What a table sees of one sentence: its rows, ascending, each once, with the strength of what is seen.
pub type Seen = Vec<(u32, f64)>;

/// The row that holds what every sentence begins with.
const START: &str = "(start)";
/// The row that holds what stands against all sentences: that nothing is told.
const NONE: &str = "(none)";

/// A fitted table of one facet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Telling {
    values: Vec<String>,
    none: f64,
    start: Vec<f64>,
    /// The names of the features, sorted.
    names: Vec<String>,
    /// For each of them a weight for each value.
    weights: Vec<f64>,
}

/// What the sentences of a document tell together.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The probability of each value, in the order of the table.
    pub probabilities: Vec<f64>,
    /// The probability that nothing is told; only where a document tells one value at most.
    pub none: f64,
    /// For each value the sentence that tells it most.
    pub sentences: Vec<usize>,
}

impl Telling {
    /// A table: the values, what stands against all, what every sentence begins with, and what each feature adds.
    pub fn new(
        values: Vec<String>,
        none: f64,
        start: Vec<f64>,
        weights: BTreeMap<String, Vec<f64>>,
    ) -> Telling {
        let mut telling = Telling {
            values,
            none,
            start,
            ..Telling::default()
        };
        telling.take(weights);
        telling
    }

    /// Takes in what each feature adds.
    fn take(&mut self, weights: BTreeMap<String, Vec<f64>>) {
        for (name, row) in weights {
            self.names.push(name);
            self.weights.extend(row);
        }
    }

    /// Puts rows into their order; of those of one name the last stands.
    fn sort(&mut self, odd: BTreeMap<String, Vec<f64>>) {
        let width = self.values.len().max(1);
        let weights = std::mem::take(&mut self.weights);
        let rows = weights.chunks(width).map(<[f64]>::to_vec);
        let names = std::mem::take(&mut self.names);
        let mut all: BTreeMap<String, Vec<f64>> = names.into_iter().zip(rows).collect();
        all.extend(odd);
        self.take(all);
    }

    /// Reads a table: a line with the values, then a feature and a weight for each value, tab-separated.
    ///
    /// # Errors
    /// [`Error::Rule`] with the line that cannot be read.
    pub fn parse(file: &str, text: &str) -> Result<Telling, Error> {
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default().split('\t').skip(1);
        let mut telling = Telling {
            values: head.map(str::to_owned).collect(),
            ..Telling::default()
        };
        let mut row = Vec::with_capacity(telling.values.len());
        let mut odd = BTreeMap::new();
        for (number, line) in lines.enumerate() {
            let mut cells = line.split('\t');
            let feature = cells.next().unwrap_or_default();
            row.clear();
            let read = cells.try_for_each(|cell| cell::number(cell).map(|number| row.push(number)));
            if read.is_none() || row.len() != telling.values.len() || row.is_empty() {
                return Err(Error::Rule {
                    file: file.to_owned(),
                    line: u32::try_from(number + 2).unwrap_or(u32::MAX),
                    column: 1,
                    message: format!(
                        "expected a feature and {} numbers, separated by tabs",
                        telling.values.len()
                    ),
                });
            };
            match feature {
                START => telling.start.clone_from(&row),
                NONE => telling.none = row[0],
                // Tables are written in order; one of another hand need not be.
                _ if telling
                    .names
                    .last()
                    .is_some_and(|last| last.as_str() >= feature) =>
                {
                    odd.insert(feature.to_owned(), row.clone());
                }
                _ => {
                    telling.names.push(feature.to_owned());
                    telling.weights.extend_from_slice(&row);
                }
            }
        }
        telling.start.resize(telling.values.len(), 0.0);
        if !odd.is_empty() {
            telling.sort(odd);
        }
        Ok(telling)
    }

    /// The table as text, as [`Telling::parse`] reads it.
    pub fn to_text(&self) -> String {
        let mut text = String::from("feature");
        for value in &self.values {
            text.push('\t');
            text.push_str(value);
        }
        let none = vec![self.none; self.values.len()];
        let fixed = [(NONE, none.as_slice()), (START, self.start.as_slice())];
        let names = self.names.iter().map(String::as_str);
        let rows = names.zip(self.weights.chunks(self.values.len().max(1)));
        for (feature, row) in fixed.into_iter().chain(rows) {
            text.push('\n');
            text.push_str(feature);
            for weight in row {
                text.push_str(&format!("\t{weight:.2}"));
            }
        }
        text.push('\n');
        text
    }

    /// The values that it knows, in the order of its columns.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The names of the features, in the order of the rows.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The row of a feature; `None` where it has none.
    pub fn place(&self, feature: &str) -> Option<u32> {
        let place = |name: &String| name.as_str().cmp(feature);
        let found = self.names.binary_search_by(place).ok()?;
        u32::try_from(found).ok()
    }

    /// What a document tells that has one value at most.
    pub fn one_of(&self, sentences: &[Seen]) -> Told {
        let (sums, top, places) = self.sums(sentences);
        let none = (self.none - top).exp();
        let all = none + sums.iter().sum::<f64>();
        Told {
            probabilities: sums.iter().map(|sum| sum / all).collect(),
            none: none / all,
            sentences: places,
        }
    }

    /// What a document tells that may have several values, each for itself.
    pub fn each_of(&self, sentences: &[Seen]) -> Told {
        let (sums, top, places) = self.sums(sentences);
        let none = (self.none - top).exp();
        Told {
            probabilities: sums.iter().map(|sum| sum / (none + sum)).collect(),
            none: 0.0,
            sentences: places,
        }
    }

    /// For each value the sum over all sentences, relative to the returned logarithm, and the best sentence.
    fn sums(&self, sentences: &[Seen]) -> (Vec<f64>, f64, Vec<usize>) {
        let width = self.values.len();
        let rows: Vec<Vec<f64>> = sentences.iter().map(|one| self.row(one)).collect();
        let mut places = vec![0; width];
        let mut top = self.none;
        for (at, row) in rows.iter().enumerate() {
            for (value, score) in row.iter().enumerate() {
                top = top.max(*score);
                if *score > rows[places[value]][value] {
                    places[value] = at;
                }
            }
        }
        let mut sums = vec![0.0; width];
        for row in &rows {
            for (sum, score) in sums.iter_mut().zip(row) {
                *sum += (score - top).exp();
            }
        }
        (sums, top, places)
    }

    fn row(&self, seen: &Seen) -> Vec<f64> {
        let mut row = self.start.clone();
        for (at, strength) in seen {
            let first = *at as usize * self.values.len();
            let weights = self.weights.get(first..).unwrap_or_default();
            for (sum, weight) in row.iter_mut().zip(weights) {
                *sum += weight * strength;
            }
        }
        row
    }
}

impl Told {
    /// The likeliest value as its place in the table, where it is at least this many times as likely as none.
    pub fn best(&self, times: f64) -> Option<usize> {
        let best = (0..self.probabilities.len()).reduce(|one, other| {
            if self.probabilities[other] > self.probabilities[one] {
                other
            } else {
                one
            }
        })?;
        (self.probabilities[best] > times * self.none).then_some(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Telling {
        let weights = BTreeMap::from([
            ("alert".to_owned(), vec![4.0, -1.0]),
            ("complain".to_owned(), vec![-1.0, 4.0]),
        ]);
        let values = vec!["monitoring".to_owned(), "customer".to_owned()];
        Telling::new(values, 2.0, vec![0.0, 0.0], weights)
    }

    fn sentence(words: &[&str]) -> Seen {
        let rows = words.iter().filter_map(|word| table().place(word));
        rows.map(|row| (row, 1.0)).collect()
    }

    #[test]
    fn one_sentence_among_many_tells_the_value_and_its_place() {
        let told = table().one_of(&[
            sentence(&["rain"]),
            sentence(&["complain", "merchant"]),
            sentence(&[]),
        ]);
        assert_eq!((told.best(1.0), told.sentences[1]), (Some(1), 1));
        let silent = table().one_of(&[sentence(&["rain"])]);
        assert_eq!(silent.best(1.0), None, "{silent:?}");
    }

    #[test]
    fn a_document_without_sentences_tells_nothing() {
        assert_eq!(table().one_of(&[]).best(1.0), None);
        assert_eq!(table().each_of(&[]).probabilities, [0.0, 0.0]);
    }

    #[test]
    fn a_table_is_read_as_it_is_written_and_a_bad_line_is_named() {
        let text = table().to_text();
        assert_eq!(
            Telling::parse("detection.tsv", &text).expect("a table"),
            table()
        );
        let error =
            Telling::parse("detection.tsv", &(text + "half\t1.0\n")).expect_err("too short");
        assert!(
            error.to_string().starts_with("detection.tsv:6:1"),
            "{error}"
        );
    }
}
