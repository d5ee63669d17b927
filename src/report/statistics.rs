//! Share, Quartiles, Fisher's exact test, Holm's correction: what a few numbers can tell, and what they cannot.

use statrs::distribution::Beta;
use statrs::distribution::ContinuousCDF as _;
use statrs::statistics::Data;
use statrs::statistics::OrderStatistics as _;

/// The standard normal quantile of 97.5 %, for 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// Two tables count as equally probable within this relative difference, as in R's `fisher.test`.
const TIE: f64 = 1e-7;

/// `count` of `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// n: how many have the property.
    pub count: usize,
    /// N: how many could have it.
    pub total: usize,
}

impl Share {
    /// A share; `count` is at most `total`.
    pub fn of(count: usize, total: usize) -> Share {
        Share {
            count: count.min(total),
            total,
        }
    }

    /// The fraction, 0 to 1; `None` of nothing.
    pub fn fraction(self) -> Option<f64> {
        (self.total > 0).then(|| self.count as f64 / self.total as f64)
    }

    /// The 95 % interval of the fraction by Wilson's score method (1927); `None` of nothing.
    pub fn interval(self) -> Option<(f64, f64)> {
        let p = self.fraction()?;
        let n = self.total as f64;
        let z2 = Z * Z;
        let centre = p + z2 / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        let low = if self.count == 0 {
            0.0
        } else {
            (centre - spread) / scale
        };
        let high = if self.count == self.total {
            1.0
        } else {
            (centre + spread) / scale
        };
        Some((low.max(0.0), high.min(1.0)))
    }

    /// The probability of a difference at least as improbable as this one where both shares are the same at bottom:
    /// Fisher's exact test, two-sided, over all tables with the same margins. 1 where there is nothing to compare.
    pub fn fisher(self, other: Share) -> f64 {
        let successes = self.count + other.count;
        let (draws, rest) = (self.total, other.total);
        let least = successes.saturating_sub(rest);
        let most = successes.min(draws);
        if least >= most {
            return 1.0;
        }
        let weights = Weights {
            successes,
            draws,
            rest,
        };
        let mode = ((draws + 1) * (successes + 1) / (draws + rest + 2)).clamp(least, most);
        let observed = weights.relative(mode, self.count) * (1.0 + TIE);
        let (mut all, mut extreme) = (0.0, 0.0);
        let mut take = |weight: f64| {
            all += weight;
            extreme += if weight <= observed { weight } else { 0.0 };
        };
        weights.walk(mode, most, &mut take);
        take(1.0);
        weights.walk(mode, least, &mut take);
        (extreme / all).min(1.0)
    }
}

/// The hypergeometric weights of the tables with given margins, each relative to that of the mode, so that sums of
/// thousands neither overflow nor lose digits.
struct Weights {
    successes: usize,
    draws: usize,
    rest: usize,
}

impl Weights {
    /// The weight of `k + 1` divided by that of `k`.
    fn step(&self, k: usize) -> f64 {
        let up = (self.successes - k) as f64 * (self.draws - k) as f64;
        let down = (k + 1) as f64 * (self.rest + k + 1 - self.successes) as f64;
        up / down
    }

    /// Hands the weights between the mode and an end to `take`, outwards, the mode itself left out.
    fn walk(&self, mode: usize, end: usize, take: &mut impl FnMut(f64)) {
        let mut weight = 1.0;
        if end >= mode {
            for k in mode..end {
                weight *= self.step(k);
                take(weight);
            }
        } else {
            for k in (end..mode).rev() {
                weight /= self.step(k);
                take(weight);
            }
        }
    }

    fn relative(&self, mode: usize, k: usize) -> f64 {
        let mut weight = 1.0;
        self.walk(mode, k, &mut |outer| weight = outer);
        weight
    }
}

/// Probabilities corrected for their number by Holm's step-down method (1979), in the order given.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| {
        probabilities[*a]
            .total_cmp(&probabilities[*b])
            .then(a.cmp(b))
    });
    let mut corrected = vec![1.0; probabilities.len()];
    let mut highest: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        let factor = (probabilities.len() - rank) as f64;
        highest = highest.max((probabilities[at] * factor).min(1.0));
        corrected[at] = highest;
    }
    corrected
}

/// Where the quarters of some values lie; half of the values lie between `low` and `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// How many values there are.
    pub count: usize,
    /// A quarter lies below.
    pub low: f64,
    /// Half lies below.
    pub median: f64,
    /// Three quarters lie below.
    pub high: f64,
}

impl Quartiles {
    /// The quartiles of some values, median-unbiased (type 8 of Hyndman and Fan, 1996); `None` of no value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Quartiles> {
        let values: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        let count = values.len();
        if count == 0 {
            return None;
        }
        let mut data = Data::new(values);
        Some(Quartiles {
            count,
            low: data.lower_quartile(),
            median: data.median(),
            high: data.upper_quartile(),
        })
    }
}

/// How a rate of events compares with another: theirs are counts over days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatio {
    /// The first rate divided by the second; infinite where the second is 0.
    pub ratio: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
}

impl RateRatio {
    /// The ratio of two rates, each a count over some days, with the exact interval of Clopper and Pearson (1934) for the
    /// share of the first in both; `None` where both counts are 0 or there are no days.
    pub fn of(first: (usize, i64), second: (usize, i64)) -> Option<RateRatio> {
        let ((count, days), (other, other_days)) = (first, second);
        if count + other == 0 || days <= 0 || other_days <= 0 {
            return None;
        }
        let time = other_days as f64 / days as f64;
        let odds = |share: f64| share / (1.0 - share) * time;
        let (low, high) = clopper_pearson(count, other)?;
        Some(RateRatio {
            ratio: count as f64 / other as f64 * time,
            interval: (odds(low), odds(high)),
        })
    }

    /// Whether the interval leaves out 1, the ratio of equal rates.
    pub fn is_significant(self) -> bool {
        self.interval.0 > 1.0 || self.interval.1 < 1.0
    }
}

/// The exact 95 % interval of a share of successes.
fn clopper_pearson(successes: usize, failures: usize) -> Option<(f64, f64)> {
    let (yes, no) = (successes as f64, failures as f64);
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).ok().map(|beta| beta.inverse_cdf(p));
    let low = if successes == 0 {
        0.0
    } else {
        quantile(yes, no + 1.0, 0.025)?
    };
    let high = if failures == 0 {
        1.0
    } else {
        quantile(yes + 1.0, no, 0.975)?
    };
    Some((low, high))
}
