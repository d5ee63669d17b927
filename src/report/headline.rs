//! Headline: what page one tells, ranked by severity, cost and sureness.

use std::cmp::Ordering;

use crate::tally::Entry;

use crate::report::Report;
use crate::report::breakdown::degraded_minutes;
use crate::report::control::weight;
use crate::report::measure::Finding;
use crate::report::measure::Measured;
use crate::report::measure::TOO_FEW;
use crate::report::pattern::PageOne;
use crate::report::scope::ValueShare;
use crate::report::selection::Members;
use crate::report::statistics::Share;

/// Page one tells at most so many findings.
const MOST: usize = 5;

/// Findings on too few incidents are told only while there are fewer than this.
const LEAST: usize = 3;

/// So many incidents are named as proof.
const PROOF: usize = 3;

/// What a headline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The failure mode with the most incidents, as its place among those of the window.
    FailedMost(usize),
    /// A pattern, as its place among those of the request.
    Pattern(usize),
}

/// A finding of page one.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    /// What it tells.
    pub topic: Topic,
    /// The mean of its share of the severity, its share of the cost, and its sureness; 0 to 1.
    pub score: f64,
    /// The incidents that show it best, the worst first.
    pub proof: Vec<usize>,
}

/// The findings of a report, in the order of telling: what failed most, a pattern that was asked for,
/// those that are always told, then by score.
pub(super) fn headlines(report: &Report) -> Vec<Headline> {
    let whole = burden(report, &report.window.population.all);
    let mut told: Vec<Headline> = failed_most(report, &whole).into_iter().collect();
    let mut others = patterns(report, &whole);
    others.sort_by(|(a, _), (b, _)| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let mut topics = Vec::new();
    for ((_, score), at) in others {
        let topic = &report.request.patterns[at].topic;
        let measured = &report.window.patterns[at];
        let must = report.request.patterns[at].headline == PageOne::Always;
        let too_few = measured.finding == Finding::TooFew && !must;
        if told.len() >= MOST || topics.contains(&topic) || (too_few && told.len() >= LEAST) {
            continue;
        }
        topics.push(topic);
        told.push(Headline {
            topic: Topic::Pattern(at),
            score,
            proof: proof(report, &measured.incidents),
        });
    }
    told
}

/// The patterns that page one may tell, each with its rank (asked for, always told, sure, too few) and its score.
fn patterns(report: &Report, whole: &[f64; 3]) -> Vec<((u8, f64), usize)> {
    let each = report.request.patterns.iter().zip(&report.window.patterns);
    each.enumerate()
        .filter(|(_, (pattern, measured))| match pattern.headline {
            PageOne::Never => false,
            // That something did not happen is told only where it is always told.
            PageOne::Ranked => measured.share.count > 0,
            PageOne::Always => measured.share.total > 0 || pattern.is_asked(),
        })
        .map(|(at, (pattern, measured))| {
            let rank = match (pattern.headline, measured.finding) {
                _ if pattern.is_asked() => 3,
                (PageOne::Always, _) => 2,
                (_, Finding::TooFew) => 0,
                _ => 1,
            };
            ((rank, score(report, measured, whole)), at)
        })
        .collect()
}

fn failed_most(report: &Report, whole: &[f64; 3]) -> Option<Headline> {
    let modes = report.window.by_failure_mode.iter().enumerate();
    let (at, most) =
        modes
            .filter(|(_, mode)| mode.value != "none")
            .max_by(|(a, one), (b, other)| {
                let key = |mode: &ValueShare| mode.measured.share.count;
                key(one).cmp(&key(other)).then(b.cmp(a))
            })?;
    (most.measured.share.count > 0).then(|| Headline {
        topic: Topic::FailedMost(at),
        score: score(report, &most.measured, whole),
        proof: proof(report, &most.measured.incidents),
    })
}

/// Severity, degraded time and hours of some incidents, added up.
fn burden(report: &Report, members: &Members) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for entry in report.select(members).iter() {
        sums[0] += weight(entry);
        sums[1] += degraded_minutes(entry).unwrap_or(0.0);
        sums[2] += entry.costs.hours.unwrap_or(0.0);
    }
    sums
}

fn score(report: &Report, measured: &Measured, whole: &[f64; 3]) -> f64 {
    let mine = burden(report, &measured.incidents);
    let part = |at: usize| {
        if whole[at] > 0.0 {
            mine[at] / whole[at]
        } else {
            0.0
        }
    };
    let sure = match measured.finding {
        Finding::Significant => 1.0,
        _ => sureness(measured.share),
    };
    (part(0) + part(1).max(part(2)) + sure) / 3.0
}

/// 1 for a share that is known, 0 for one that could be anything or rests on too few.
fn sureness(share: Share) -> f64 {
    match share.interval() {
        Some((low, high)) if share.total >= TOO_FEW => 1.0 - (high - low),
        _ => 0.0,
    }
}

/// The worst of some incidents: by severity, degraded time and hours, then the newest.
fn proof(report: &Report, members: &Members) -> Vec<usize> {
    let mut worst: Vec<usize> = Vec::with_capacity(PROOF + 1);
    for place in members.iter() {
        let entry = &report.entries[place];
        let better = |other: &usize| worse_first(&report.entries[*other], entry).is_le();
        let at = worst.partition_point(better);
        if at < PROOF {
            worst.insert(at, place);
            worst.truncate(PROOF);
        }
    }
    worst
}

/// The worse of two incidents comes first; of equals the one with the smaller id, since places are sorted by id.
fn worse_first(one: &Entry, other: &Entry) -> Ordering {
    let cost = |entry: &Entry| degraded_minutes(entry).unwrap_or(0.0);
    let hours = |entry: &Entry| entry.costs.hours.unwrap_or(0.0);
    weight(other)
        .total_cmp(&weight(one))
        .then_with(|| cost(other).total_cmp(&cost(one)))
        .then_with(|| hours(other).total_cmp(&hours(one)))
        .then_with(|| other.day.cmp(&one.day))
}

/// The incidents that prove the headlines best: the first of each, then the second, none twice.
pub fn to_read(headlines: &[Headline]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    for rank in 0..PROOF {
        for place in headlines.iter().filter_map(|one| one.proof.get(rank)) {
            if chosen.len() < PROOF && !chosen.contains(place) {
                chosen.push(*place);
            }
        }
    }
    chosen
}
