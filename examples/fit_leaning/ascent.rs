//! The fit of the table: multinomial logistic regression in which each sentence has a learnt weight; no chance anywhere.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use pm_kb::rule::Cause;
use pm_kb::rule::Leaning;
use pm_kb::rule::Term;
use pm_kb::rule::attention;

/// What every sentence's place counts, with its terms.
pub(crate) type Sentences = Vec<(f64, BTreeSet<String>)>;

/// What a large weight of a term costs.
const COST: f64 = 1e-4;
/// What it costs to find a term telling.
const COST_TELLING: f64 = 3e-2;
/// So many steps of gradient descent; the loss hardly moves after half of them.
const STEPS: usize = 200;
/// How far the first step goes; later ones go less far.
const RATE: f64 = 0.05;
/// A word in fewer texts than this says nothing; a pair needs one more.
const LEAST_TEXTS: usize = 2;
/// A term in more than this share of the texts says nothing either.
const MOST_TEXTS: f64 = 0.4;
/// A term none of whose weights reaches this is left out of the table.
const LEAST_WEIGHT: f64 = 0.15;
/// A pair of words has to reach more.
const LEAST_WEIGHT_PAIR: f64 = 0.3;

/// A text to learn from: its cause, and its sentences as terms by number.
struct Text {
    cause: usize,
    sentences: Vec<(f64, Vec<usize>)>,
}

/// All weights in one row: how telling each term is, eight for each term, eight to start with.
struct Task {
    texts: Vec<Text>,
    rarity: Vec<f64>,
    shares: [f64; 8],
}

/// Fits the table.
pub(crate) fn fit(examples: &[(Cause, Sentences)]) -> Leaning {
    let names = names(examples);
    let task = Task::new(&names, examples);
    let weights = task.climb();
    let width = names.len();
    let kept = names.iter().enumerate().filter_map(|(at, (name, _))| {
        let row: [f64; 8] = weights[width + 8 * at..width + 8 * at + 8]
            .try_into()
            .ok()?;
        let term = Term {
            rarity: task.rarity[at],
            telling: weights[at],
            weights: row,
        };
        let least = if name.contains(' ') {
            LEAST_WEIGHT_PAIR
        } else {
            LEAST_WEIGHT
        };
        let most = row.iter().map(|weight| weight.abs()).fold(0.0, f64::max);
        (most >= least).then(|| ((*name).to_owned(), term))
    });
    let start = weights[9 * width..].try_into().unwrap();
    Leaning::new(kept.collect(), start)
}

/// The terms that are neither too rare nor too common, sorted, each with the number of texts that hold it.
fn names(examples: &[(Cause, Sentences)]) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, sentences) in examples {
        let terms = sentences.iter().flat_map(|(_, terms)| terms);
        for term in terms.map(String::as_str).collect::<BTreeSet<_>>() {
            *counts.entry(term).or_default() += 1;
        }
    }
    let most = MOST_TEXTS * examples.len() as f64;
    let enough = |name: &str| LEAST_TEXTS + usize::from(name.contains(' '));
    let kept = counts
        .into_iter()
        .filter(|(name, count)| *count >= enough(name) && *count as f64 <= most);
    kept.collect()
}

impl Task {
    fn new(names: &[(&str, usize)], examples: &[(Cause, Sentences)]) -> Task {
        let all = examples.len() as f64;
        let rarity = |count: usize| ((1.0 + all) / (1.0 + count as f64)).ln() + 1.0;
        let number = |term: &String| names.binary_search_by(|(name, _)| (*name).cmp(term)).ok();
        let texts = examples.iter().map(|(cause, sentences)| Text {
            cause: Cause::ALL.iter().position(|one| one == cause).unwrap(),
            sentences: sentences
                .iter()
                .map(|(place, terms)| (*place, terms.iter().filter_map(number).collect()))
                .collect(),
        });
        let texts: Vec<Text> = texts.collect();
        let mut counts = [0.0f64; 8];
        texts.iter().for_each(|text| counts[text.cause] += 1.0);
        Task {
            texts,
            rarity: names.iter().map(|(_, count)| rarity(*count)).collect(),
            // Every kind of cause counts the same, however many texts tell it.
            shares: counts.map(|count| 1.0 / (8.0 * count.max(1.0))),
        }
    }

    /// Descends with Adam's steps (Kingma and Ba 2015).
    fn climb(&self) -> Vec<f64> {
        let size = 9 * self.rarity.len() + 8;
        let (mut weights, mut mean, mut square) =
            (vec![0.0; size], vec![0.0; size], vec![0.0; size]);
        for step in 1..=STEPS {
            let slope = self.slope(&weights);
            let rate = RATE * (1.0 - step as f64 / (STEPS + 1) as f64);
            let (first, second) = (
                1.0 - 0.9f64.powi(step as i32),
                1.0 - 0.999f64.powi(step as i32),
            );
            for at in 0..size {
                mean[at] = 0.9 * mean[at] + 0.1 * slope[at];
                square[at] = 0.999 * square[at] + 0.001 * slope[at] * slope[at];
                weights[at] -= rate * (mean[at] / first) / ((square[at] / second).sqrt() + 1e-8);
            }
        }
        weights
    }

    /// The slope of the loss for every weight.
    fn slope(&self, weights: &[f64]) -> Vec<f64> {
        let width = self.rarity.len();
        let mut slope: Vec<f64> = weights
            .iter()
            .enumerate()
            .map(|(at, weight)| match at {
                at if at < width => COST_TELLING * weight,
                at if at < 9 * width => COST * weight,
                _ => 0.0,
            })
            .collect();
        for text in &self.texts {
            self.add(text, weights, &mut slope);
        }
        slope
    }

    /// Adds one text's part.
    fn add(&self, text: &Text, weights: &[f64], slope: &mut [f64]) {
        let width = self.rarity.len();
        let counted: Vec<f64> = text
            .sentences
            .iter()
            .map(|(_, terms)| {
                attention(terms.iter().map(|at| weights[*at] * self.rarity[*at]).sum())
            })
            .collect();
        let mut values: BTreeMap<usize, f64> = BTreeMap::new();
        for ((place, terms), counted) in text.sentences.iter().zip(&counted) {
            for at in terms {
                *values.entry(*at).or_default() += place * counted * self.rarity[*at];
            }
        }
        let length = values
            .values()
            .map(|value| value * value)
            .sum::<f64>()
            .sqrt()
            .max(1e-9);
        values.values_mut().for_each(|value| *value /= length);
        let wrong = self.wrong(text.cause, &values, weights);
        for (value, slope) in wrong.iter().zip(&mut slope[9 * width..]) {
            *slope += value;
        }
        // What each term's value is to blame for, and the part of it that changes only the length.
        let mut blame: BTreeMap<usize, f64> = BTreeMap::new();
        let mut along = 0.0;
        for (at, value) in &values {
            let row = width + 8 * at;
            let mut of_term = 0.0;
            for cause in 0..8 {
                of_term += weights[row + cause] * wrong[cause];
                slope[row + cause] += value * wrong[cause];
            }
            along += of_term * value;
            blame.insert(*at, of_term);
        }
        for ((place, terms), counted) in text.sentences.iter().zip(&counted) {
            let sum: f64 = terms
                .iter()
                .map(|at| self.rarity[*at] * (blame[at] - along * values[at]) / length)
                .sum();
            let of_telling = sum * place * counted * (1.0 - counted / 2.0);
            for at in terms {
                slope[*at] += of_telling * self.rarity[*at];
            }
        }
    }

    /// By how much each kind of cause is found too likely, weighted by the share of the text's kind.
    fn wrong(&self, cause: usize, values: &BTreeMap<usize, f64>, weights: &[f64]) -> [f64; 8] {
        let width = self.rarity.len();
        let mut sums: [f64; 8] = weights[9 * width..].try_into().unwrap();
        for (at, value) in values {
            for (sum, weight) in sums.iter_mut().zip(&weights[width + 8 * at..]) {
                *sum += weight * value;
            }
        }
        let top = sums.iter().copied().fold(f64::MIN, f64::max);
        let all: f64 = sums.iter().map(|sum| (sum - top).exp()).sum();
        let mut wrong = sums.map(|sum| (sum - top).exp() / all);
        wrong[cause] -= 1.0;
        wrong.map(|one| one * self.shares[cause])
    }
}
