//! The report's statistics against what SciPy, NumPy and statsmodels say of random tables (`statistics.py`).

use pm_kb::report::statistics::Quartiles;
use pm_kb::report::statistics::RateRatio;
use pm_kb::report::statistics::Share;
use pm_kb::report::statistics::holm;
use statrs::stats_tests::Alternative;
use statrs::stats_tests::fishers_exact;

/// What is asked and what the other implementation answers.
struct Case {
    asked: Vec<f64>,
    answer: Vec<f64>,
}

fn cases(kind: &str) -> Vec<Case> {
    let numbers = |text: &str| {
        let parsed = text.split(' ').map(|one| one.parse().expect("a number"));
        parsed.collect::<Vec<f64>>()
    };
    let cases: Vec<Case> = include_str!("statistics.tsv")
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|cells| cells[0] == kind)
        .map(|cells| Case {
            asked: numbers(cells[1]),
            answer: numbers(cells[2]),
        })
        .collect();
    assert!(cases.len() >= 50, "{kind} has cases");
    cases
}

fn whole(numbers: &[f64]) -> Vec<usize> {
    numbers.iter().map(|number| *number as usize).collect()
}

#[track_caller]
fn check(found: &[f64], case: &Case) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    let same = found.len() == case.answer.len() && found.iter().zip(&case.answer).all(near);
    assert!(
        same,
        "{:?}: {found:?}, expected {:?}",
        case.asked, case.answer
    );
}

#[test]
fn wilson_intervals_agree() {
    for case in cases("wilson") {
        let asked = whole(&case.asked);
        let (low, high) = Share::of(asked[0], asked[1])
            .interval()
            .expect("of something");
        check(&[low, high], &case);
    }
    assert_eq!(Share::of(0, 0).interval(), None);
    assert_eq!(Share::of(0, 0).fraction(), None);
}

#[test]
fn fishers_exact_test_agrees() {
    for case in cases("fisher") {
        let asked = whole(&case.asked);
        let (one, other) = (Share::of(asked[0], asked[1]), Share::of(asked[2], asked[3]));
        check(&[one.fisher(other)], &case);
        check(&[other.fisher(one)], &case);
    }
    let nothing = Share::of(0, 0);
    assert_eq!(nothing.fisher(Share::of(3, 9)).to_string(), "1");
}

/// A third implementation, on the tables small enough that its subtractions keep their digits.
#[test]
fn fishers_exact_test_agrees_with_statrs_on_small_tables() {
    for (a, b, c, d) in [(8, 2, 1, 5), (3, 5, 4, 50), (0, 9, 7, 2), (61, 118, 2, 1)] {
        let theirs = fishers_exact(&[a, b, c, d], Alternative::TwoSided).expect("a table");
        let share = |yes: u64, no: u64| Share::of(yes as usize, (yes + no) as usize);
        let ours = share(a, b).fisher(share(c, d));
        assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    }
}

#[test]
fn corrections_for_many_comparisons_agree() {
    for case in cases("holm") {
        check(&holm(&case.asked), &case);
    }
    assert!(holm(&[]).is_empty());
}

#[test]
fn quartiles_agree() {
    for case in cases("quartiles") {
        let found = Quartiles::of(case.asked.iter().copied()).expect("values");
        check(&[found.low, found.median, found.high], &case);
        assert_eq!(found.count, case.asked.len());
    }
    assert_eq!(Quartiles::of([]), None);
}

#[test]
fn rate_ratios_agree() {
    for case in cases("rate") {
        let asked = whole(&case.asked);
        let days = |at: usize| asked[at] as i64;
        let found = RateRatio::of((asked[0], days(1)), (asked[2], days(3))).expect("events");
        check(&[found.ratio, found.interval.0, found.interval.1], &case);
    }
    assert_eq!(RateRatio::of((0, 90), (0, 90)), None);
    let first = RateRatio::of((3, 90), (0, 90)).expect("events");
    assert!(first.ratio.is_infinite() && first.interval.1.is_infinite());
    assert!(!first.is_significant(), "three events prove nothing");
}
