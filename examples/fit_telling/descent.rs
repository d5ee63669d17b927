//! The fit of one table: the likelihood of the labels, with the sentence that tells them hidden, and L-BFGS to climb it.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use pm_kb::rule::Features;
use pm_kb::rule::Telling;

/// What a feature's weight costs that all values share.
const SHARED: f64 = 0.5;
/// What a feature's weight costs for one value.
const OWN: f64 = 1.0;
/// What the weights cost that stand in every sentence.
const START: f64 = 0.02;
/// A feature in fewer examples than this says nothing.
const LEAST_EXAMPLES: usize = 2;
/// A feature none of whose weights reaches this is left out of the table.
const LEAST_WEIGHT: f64 = 0.08;
/// So many steps; the likelihood hardly moves after half of them.
const STEPS: usize = 60;
/// So many steps are remembered for the curvature.
const REMEMBERED: usize = 8;

/// A document or a sentence to learn from.
#[derive(Clone)]
pub(crate) struct Example {
    sentences: Vec<Features>,
    weight: f64,
    sure: bool,
}

impl Example {
    pub(crate) fn of(sentences: Vec<Features>) -> Example {
        Example {
            sentences,
            weight: 1.0,
            sure: false,
        }
    }

    /// What it counts beside a document.
    pub(crate) fn weighing(mut self, weight: f64) -> Example {
        self.weight = weight;
        self
    }

    /// That something is told is not learnt from it, only what.
    pub(crate) fn surely_told(mut self) -> Example {
        self.sure = true;
        self
    }
}

/// The weights of one table.
pub(crate) struct Fitted {
    values: Vec<String>,
    pub(crate) none: f64,
    pub(crate) start: Vec<f64>,
    pub(crate) weights: BTreeMap<String, Vec<f64>>,
}

impl Fitted {
    pub(crate) fn table(self) -> Telling {
        Telling::new(self.values, self.none, self.start, self.weights)
    }
}

/// Fits a table; the first of each pair is the place of the value that is told.
pub(crate) fn fit(values: Vec<String>, examples: &[(Option<usize>, &Example)]) -> Fitted {
    let features = features(examples);
    let task = Task::new(&features, values.len(), examples);
    let found = climb(&task);
    let (width, all) = (values.len(), features.len());
    let mut weights = BTreeMap::new();
    for (at, feature) in features.into_iter().enumerate() {
        let own = &found[all + at * width..all + (at + 1) * width];
        let row: Vec<f64> = own.iter().map(|weight| weight + found[at]).collect();
        if row.iter().any(|weight| weight.abs() >= LEAST_WEIGHT) {
            weights.insert(feature, row);
        }
    }
    let start = all + all * width;
    Fitted {
        values,
        none: found[start + width],
        start: found[start..start + width].to_vec(),
        weights,
    }
}

/// The features that are not too rare, sorted.
fn features(examples: &[(Option<usize>, &Example)]) -> Vec<String> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, (_, example)) in examples.iter().enumerate() {
        for feature in example.sentences.iter().flat_map(BTreeMap::keys) {
            let (last, count) = counts.entry(feature).or_insert((usize::MAX, 0));
            if *last != at {
                (*last, *count) = (at, *count + 1);
            }
        }
    }
    let kept = counts
        .into_iter()
        .filter(|(_, (_, count))| *count >= LEAST_EXAMPLES);
    kept.map(|(feature, _)| feature.to_owned()).collect()
}

struct Document {
    told: Option<usize>,
    weight: f64,
    sure: bool,
    sentences: Vec<Vec<(usize, f64)>>,
}

/// The likelihood as a function of all weights: the shared ones, those of each value, the start, and none.
struct Task {
    features: usize,
    width: usize,
    documents: Vec<Document>,
}

impl Task {
    fn new(features: &[String], width: usize, examples: &[(Option<usize>, &Example)]) -> Task {
        let place = |feature: &str| features.binary_search_by(|known| known.as_str().cmp(feature));
        let known = |sentence: &Features| {
            let seen = sentence.iter();
            seen.filter_map(|(feature, strength)| Some((place(feature).ok()?, *strength)))
                .collect()
        };
        let documents = examples.iter().map(|(told, example)| Document {
            told: *told,
            weight: example.weight,
            sure: example.sure,
            sentences: example.sentences.iter().map(known).collect(),
        });
        Task {
            features: features.len(),
            width,
            documents: documents.collect(),
        }
    }

    fn size(&self) -> usize {
        self.features * (1 + self.width) + self.width + 1
    }

    /// The loss at a point, and its slope.
    fn loss(&self, at: &[f64]) -> (f64, Vec<f64>) {
        let mut slope = vec![0.0; at.len()];
        let mut loss = 0.0;
        for document in &self.documents {
            loss += self.add(document, at, &mut slope);
        }
        let start = self.features * (1 + self.width);
        for (index, (value, slope)) in at.iter().zip(&mut slope).enumerate() {
            let cost = match index {
                index if index < self.features => SHARED,
                index if index < start => OWN,
                _ => START,
            };
            loss += cost * value * value / 2.0;
            *slope += cost * value;
        }
        (loss, slope)
    }

    /// Adds one document's part.
    fn add(&self, document: &Document, at: &[f64], slope: &mut [f64]) -> f64 {
        let (width, first) = (self.width, self.features * (1 + self.width));
        let scores: Vec<Vec<f64>> = document
            .sentences
            .iter()
            .map(|sentence| self.row(sentence, at))
            .collect();
        let none = if document.sure {
            f64::NEG_INFINITY
        } else {
            at[first + width]
        };
        let top = scores.iter().flatten().copied().fold(none, f64::max);
        let powers: Vec<Vec<f64>> = scores
            .iter()
            .map(|row| row.iter().map(|score| (score - top).exp()).collect())
            .collect();
        let nothing = (none - top).exp();
        let all = nothing + powers.iter().flatten().sum::<f64>();
        let right = match document.told {
            Some(value) => powers.iter().map(|row| row[value]).sum(),
            None => nothing,
        }
        .max(1e-300);
        for (sentence, row) in document.sentences.iter().zip(&powers) {
            for (value, power) in row.iter().enumerate() {
                let gold = if document.told == Some(value) {
                    power / right
                } else {
                    0.0
                };
                let wrong = document.weight * (power / all - gold);
                slope[first + value] += wrong;
                for (feature, strength) in sentence {
                    slope[*feature] += wrong * strength;
                    slope[self.features + feature * width + value] += wrong * strength;
                }
            }
        }
        let gold = f64::from(u8::from(document.told.is_none()));
        slope[first + width] += document.weight * (nothing / all - gold);
        document.weight * (all.ln() - right.ln())
    }

    fn row(&self, sentence: &[(usize, f64)], at: &[f64]) -> Vec<f64> {
        let first = self.features * (1 + self.width);
        let shared: f64 = sentence
            .iter()
            .map(|(feature, value)| at[*feature] * value)
            .sum();
        let mut row: Vec<f64> = at[first..first + self.width]
            .iter()
            .map(|start| start + shared)
            .collect();
        for (feature, value) in sentence {
            let own = self.features + feature * self.width;
            for (sum, weight) in row.iter_mut().zip(&at[own..own + self.width]) {
                *sum += weight * value;
            }
        }
        row
    }
}

/// L-BFGS with halved steps (Nocedal and Wright 2006, algorithm 7.5); no chance anywhere.
fn climb(task: &Task) -> Vec<f64> {
    let mut at = vec![0.0; task.size()];
    if let Some(none) = at.last_mut() {
        *none = 2.0;
    }
    let (mut loss, mut slope) = task.loss(&at);
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    for _ in 0..STEPS {
        let mut direction = direction(&slope, &memory);
        let mut downhill = dot(&direction, &slope);
        if downhill >= 0.0 {
            direction = slope.iter().map(|one| -one).collect();
            downhill = dot(&direction, &slope);
        }
        let mut length = if memory.is_empty() {
            1.0 / downhill.abs().sqrt().max(1.0)
        } else {
            1.0
        };
        let Some((next, next_loss, next_slope)) = (0..20).find_map(|_| {
            let next: Vec<f64> = at
                .iter()
                .zip(&direction)
                .map(|(a, d)| a + length * d)
                .collect();
            let (next_loss, next_slope) = task.loss(&next);
            let enough = next_loss <= loss + 1e-4 * length * downhill;
            length /= 2.0;
            enough.then_some((next, next_loss, next_slope))
        }) else {
            break;
        };
        let step: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turn: Vec<f64> = next_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        if dot(&step, &turn) > 1e-12 {
            memory.push_back((step, turn));
            if memory.len() > REMEMBERED {
                memory.pop_front();
            }
        }
        (at, loss, slope) = (next, next_loss, next_slope);
    }
    at
}

fn direction(slope: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut result: Vec<f64> = slope.iter().map(|one| -one).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (step, turn) in memory.iter().rev() {
        let share = dot(step, &result) / dot(step, turn);
        add(&mut result, turn, -share);
        shares.push(share);
    }
    if let Some((step, turn)) = memory.back() {
        let scale = dot(step, turn) / dot(turn, turn);
        result.iter_mut().for_each(|one| *one *= scale);
    }
    for ((step, turn), share) in memory.iter().zip(shares.into_iter().rev()) {
        let other = dot(turn, &result) / dot(step, turn);
        add(&mut result, step, share - other);
    }
    result
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], what: &[f64], times: f64) {
    to.iter_mut().zip(what).for_each(|(a, b)| *a += times * b);
}
