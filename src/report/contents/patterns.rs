//! Patterns: the window, the period asked for, what moves where they are counted otherwise, and figures from elsewhere.

use crate::report::Report;
use crate::report::contents::labels::compared;
use crate::report::contents::labels::corrected;
use crate::report::contents::labels::drop_columns;
use crate::report::headline::Topic;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::pattern::Benchmark;
use crate::report::sensitivity::Sensitivity;
use crate::report::statistics::Share;
use crate::report::wording;

/// Below this many incidents a share is not held against a figure from elsewhere.
const BENCHMARK_FROM: usize = 20;

/// The section about patterns.
pub(super) fn section(report: &Report) -> Section {
    let mut blocks = vec![Block::Table(patterns_now(report))];
    if !report.is_its_own_window() {
        blocks.push(Block::Table(patterns_asked(report)));
    }
    blocks.push(patterns_otherwise(report));
    let benchmarks = benchmarks(report);
    if !benchmarks.is_empty() {
        blocks.push(Block::List(benchmarks));
    }
    Section {
        blocks,
        ..super::section("patterns", "Patterns")
    }
}

fn patterns_now(report: &Report) -> Table {
    let mut table = Table::of_incidents(&[
        "Pattern",
        "#n of N",
        "#share",
        "#95% interval",
        "#wrong labels taken out",
        &format!("#{}", report.window.previous.stretch),
        "Finding",
    ]);
    for (pattern, now) in report.request.patterns.iter().zip(&report.window.patterns) {
        let query = report.pattern_query(pattern, &report.window.stretch);
        table.row(vec![
            vec![Inline::text(pattern.title.clone())],
            vec![report.figure(wording::count(now.share), &now.incidents, query)],
            vec![Inline::Text(wording::share(now.share))],
            vec![Inline::Text(wording::interval(now.share))],
            vec![Inline::Text(corrected(now))],
            vec![Inline::Text(compared(&now.previous))],
            vec![Inline::text(wording::finding(now.finding))],
        ]);
    }
    if report.request.audit.is_none() {
        drop_columns(&mut table, &[4]);
    }
    table
}

fn patterns_asked(report: &Report) -> Table {
    let year_before = report
        .asked
        .patterns
        .first()
        .and_then(|one| one.year_before.as_ref());
    let earlier = year_before.map_or("#a year earlier".to_owned(), |one| {
        format!("#in {}", one.stretch)
    });
    let mut table = Table::new(&[
        "Pattern",
        &super::period_column(report),
        &format!("#in {}", report.asked.previous.stretch),
        &earlier,
        "Finding",
    ]);
    for (pattern, asked) in report.request.patterns.iter().zip(&report.asked.patterns) {
        // What nothing could fulfil, neither now nor in the period before, is not worth a row.
        if asked.share.total + asked.previous.share.total == 0 {
            continue;
        }
        let year_before = asked.year_before.as_ref();
        let query = report.pattern_query(pattern, &report.asked.stretch);
        table.row(vec![
            vec![Inline::text(pattern.title.clone())],
            vec![report.figure(wording::both(asked.share), &asked.incidents, query)],
            vec![Inline::Text(compared(&asked.previous))],
            vec![Inline::Text(year_before.map_or_else(String::new, compared))],
            vec![Inline::text(wording::finding(asked.finding))],
        ]);
    }
    table
}

/// The shares of the window that move without the doubtful labels, or with data drift counted as model decay.
fn patterns_otherwise(report: &Report) -> Block {
    let mut table = Table::new(&[
        "Pattern, counted otherwise",
        "#share",
        "#labels of low confidence left out",
        "#data drift counted as model decay",
    ]);
    let patterns = report.request.patterns.iter().zip(&report.window.patterns);
    for ((pattern, now), other) in patterns.zip(&report.sensitivities) {
        let others = [Some(other.without_low), other.drift_as_model];
        if others.into_iter().flatten().all(|share| share == now.share) {
            continue;
        }
        table.row(vec![
            vec![Inline::text(pattern.title.clone())],
            vec![Inline::Text(wording::both(now.share))],
            vec![Inline::Text(wording::both(other.without_low))],
            vec![Inline::Text(
                other.drift_as_model.map_or_else(String::new, wording::both),
            )],
        ]);
    }
    if table.is_empty() {
        let line = "Counted otherwise, without the labels of low confidence and with data drift as model decay, every \
                    pattern stays as it is.";
        return Block::Paragraph(vec![Inline::text(line)]);
    }
    Block::Table(table)
}

/// The findings without the labels of low confidence, where there are any.
pub(super) fn without_low(report: &Report) -> Option<Line> {
    let low = &report.quality.low_confidence;
    if low.is_empty() {
        return None;
    }
    let each = report
        .headlines
        .iter()
        .map(|headline| match headline.topic {
            Topic::Pattern(at) => report.sensitivities[at].without_low,
            Topic::FailedMost(at) => {
                let measured = &report.window.by_failure_mode[at].measured;
                let (counted, among) = (&measured.incidents, &measured.among);
                Sensitivity::of(&report.select(counted), &report.select(among), false).without_low
            }
        });
    let each = (1..).zip(each).filter(|(_, share)| share.total > 0);
    let told: Vec<String> = each
        .map(|(number, share)| format!("{number}. {}", wording::both(share)))
        .collect();
    let words = format!(
        "The findings without the {} of low confidence: {}.",
        wording::plural(low.len(), "label"),
        told.join("; ")
    );
    (!told.is_empty()).then(|| vec![Inline::Text(words)])
}

fn benchmarks(report: &Report) -> Vec<Line> {
    let each = report.request.patterns.iter().zip(&report.window.patterns);
    each.filter_map(|(pattern, measured)| {
        let benchmark = pattern.benchmark.as_ref()?;
        let words = format!(
            "{}: {}",
            pattern.title,
            held_against(benchmark, measured.share)
        );
        Some(vec![Inline::Text(words)])
    })
    .collect()
}

/// A share held against a figure from elsewhere.
fn held_against(benchmark: &Benchmark, share: Share) -> String {
    let verdict = match share.interval() {
        Some((low, high)) if share.total >= BENCHMARK_FROM => {
            let inside = (low..=high).contains(&benchmark.share);
            if inside {
                "consistent with it"
            } else {
                "it differs"
            }
        }
        _ => "too few to hold against it",
    };
    let kind = if benchmark.anecdote {
        "not a measurement but "
    } else {
        ""
    };
    format!(
        "{}; elsewhere {} is said ({kind}{}): {verdict}.",
        wording::both(share),
        wording::percent(benchmark.share, 0),
        benchmark.source
    )
}
