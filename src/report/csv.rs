//! The report's figures as CSV, one a row, safe to open in a spreadsheet.

use crate::report::Report;
use crate::report::breakdown::Breakdown;
use crate::report::breakdown::Slice;
use crate::report::measure::Comparison;
use crate::report::measure::Measured;
use crate::report::scope::Scope;
use crate::report::selection::Members;
use crate::report::selection::Stated;
use crate::report::statistics::Quartiles;
use crate::report::statistics::Share;

/// The columns. `what` says what kind of figure it is, `name` of what, `measure` which one.
const HEAD: [&str; 12] = [
    "period",
    "from",
    "to",
    "what",
    "name",
    "measure",
    "count",
    "total",
    "value",
    "low",
    "high",
    "incidents",
];

/// So many bytes of ids stand in a cell: spreadsheets hold 32,767 characters, and Python's reader 131,072.
const CELL: usize = 32_000;

/// Writes the figures of a report as CSV (RFC 4180, UTF-8 without a byte order mark), every text in quotes.
///
/// `low` and `high` are the ends of the 95 % interval, or the quartiles of a duration in minutes. A text that a
/// spreadsheet could take for a formula begins with `'`.
pub fn render(report: &Report) -> String {
    let mut out = Rows {
        report,
        text: String::new(),
    };
    out.text.push_str(&HEAD.map(quoted).join(","));
    out.text.push_str("\r\n");
    out.scope(&report.asked);
    if !report.is_its_own_window() {
        out.scope(&report.window);
    }
    out.trend();
    for breakdown in &report.breakdowns {
        out.breakdown(breakdown);
    }
    out.funding();
    out.effects();
    out.text
}

/// The ids of some incidents, as many as have room in a cell, and how many more there are.
fn listed(report: &Report, members: &Members) -> String {
    let mut text = String::new();
    for (at, id) in report.ids(members).enumerate() {
        if text.len() + id.as_str().len() > CELL {
            text.push_str(&format!(" and {} more", members.len() - at));
            break;
        }
        if at > 0 {
            text.push(' ');
        }
        text.push_str(id.as_str());
    }
    text
}

/// One row.
#[derive(Default)]
struct Row<'a> {
    period: (&'a str, String, String),
    what: &'a str,
    name: &'a str,
    measure: &'a str,
    count: Option<usize>,
    total: Option<usize>,
    value: Option<f64>,
    range: Option<(f64, f64)>,
    incidents: Option<&'a Members>,
}

struct Rows<'a> {
    report: &'a Report,
    text: String,
}

impl<'a> Rows<'a> {
    fn row(&mut self, row: Row<'_>) {
        let number = |value: Option<f64>| {
            value
                .filter(|value| value.is_finite())
                .map(|value| value.to_string())
        };
        let count = |value: Option<usize>| value.map(|value| value.to_string());
        let incidents = row.incidents.map(|members| listed(self.report, members));
        let incidents = incidents.unwrap_or_default();
        let (period, from, to) = row.period;
        let texts = [period, &from, &to, row.what, row.name, row.measure].map(quoted);
        let numbers = [
            count(row.count),
            count(row.total),
            number(row.value),
            number(row.range.map(|range| range.0)),
            number(row.range.map(|range| range.1)),
        ];
        let numbers = numbers.map(Option::unwrap_or_default);
        self.text.push_str(&texts.join(","));
        self.text.push(',');
        self.text.push_str(&numbers.join(","));
        self.text.push(',');
        self.text.push_str(&quoted(&incidents));
        self.text.push_str("\r\n");
    }

    fn scope(&mut self, scope: &Scope) {
        let people = &scope.population;
        let counts = [
            ("total", &people.all),
            ("classified", &people.classified),
            ("unclassified", &people.unclassified),
            ("human", &people.human),
            ("rule", &people.rule),
            ("audited", &people.audited),
            ("undated", &self.report.undated),
            ("not_counted", &self.report.not_counted),
        ];
        for (name, members) in counts {
            self.row(Row {
                count: Some(members.len()),
                incidents: Some(members),
                ..at(scope, "population", name)
            });
        }
        for one in &scope.by_failure_mode {
            self.measured(scope, ("failure_mode", one.value), &one.measured);
        }
        for one in &scope.by_decay {
            self.measured(scope, ("decay", one.value), &one.measured);
        }
        for (pattern, measured) in self.report.request.patterns.iter().zip(&scope.patterns) {
            self.measured(scope, ("pattern", &pattern.id), measured);
        }
    }

    fn measured(&mut self, scope: &Scope, (what, name): (&str, &str), measured: &Measured) {
        self.row(Row {
            measure: "share",
            incidents: Some(&measured.incidents),
            ..of_share(at(scope, what, name), measured.share)
        });
        if let Some(corrected) = measured.corrected {
            self.row(Row {
                measure: "share, corrected for wrong labels",
                value: Some(corrected.share),
                range: Some(corrected.interval),
                ..at(scope, what, name)
            });
        }
        self.compared(at(scope, what, name), ("previous", &measured.previous));
        if let Some(year_before) = &measured.year_before {
            self.compared(at(scope, what, name), ("year before", year_before));
        }
    }

    fn compared(&mut self, row: Row<'_>, (when, comparison): (&str, &Comparison)) {
        let (what, name) = (row.what, row.name);
        let period = row.period.clone();
        self.row(Row {
            measure: &format!("share, {when}"),
            ..of_share(row, comparison.share)
        });
        self.row(Row {
            period,
            what,
            name,
            measure: &format!("p of the change, {when}"),
            value: Some(comparison.corrected),
            ..Row::default()
        });
    }

    fn trend(&mut self) {
        let report = self.report;
        for quarter in &report.trend {
            let modes = quarter
                .by_failure_mode
                .iter()
                .zip(crate::taxonomy::FailureMode::ALL);
            for (members, mode) in modes {
                self.row(Row {
                    period: (&quarter.name, String::new(), String::new()),
                    what: "trend",
                    name: mode.id(),
                    measure: "incidents",
                    count: Some(members.len()),
                    total: Some(quarter.all.len()),
                    incidents: Some(members),
                    ..Row::default()
                });
            }
        }
    }

    fn breakdown(&mut self, breakdown: &Breakdown) {
        let scope = &self.report.window;
        for slice in &breakdown.slices {
            let row = || at(scope, breakdown.by.id(), &slice.value);
            self.row(Row {
                measure: "share of those that state it",
                incidents: Some(&slice.incidents),
                ..of_share(row(), slice.share)
            });
            self.slice(slice, row);
        }
    }

    fn slice<'r>(&mut self, slice: &Slice, row: impl Fn() -> Row<'r>) {
        let clocks = [
            ("minutes to detect", slice.clocks.detect),
            ("minutes to diagnose", slice.clocks.diagnose),
            ("minutes to mitigate", slice.clocks.mitigate),
            ("minutes to resolve", slice.clocks.resolve),
        ];
        for (measure, quartiles) in clocks {
            if let Some(quartiles) = quartiles {
                self.row(of_quartiles(Row { measure, ..row() }, quartiles));
            }
        }
        let sums = [
            ("degraded minutes", slice.degraded),
            ("unnoticed minutes", slice.unnoticed),
            ("engineering hours", slice.hours),
        ];
        for (measure, stated) in sums.into_iter().filter(|(_, stated)| stated.stated > 0) {
            self.row(of_sum(Row { measure, ..row() }, stated));
        }
    }

    fn funding(&mut self) {
        let report = self.report;
        for one in &report.funding {
            let row = || {
                at(
                    &report.window,
                    "control",
                    &report.request.controls[one.control].id,
                )
            };
            self.row(Row {
                measure: "would have caught",
                count: Some(one.incidents.len()),
                total: Some(report.window.population.all.len()),
                incidents: Some(&one.incidents),
                ..row()
            });
            for (measure, stated) in [
                ("unnoticed minutes", one.unnoticed),
                ("engineering hours", one.hours),
            ] {
                self.row(of_sum(Row { measure, ..row() }, stated));
            }
        }
    }

    fn effects(&mut self) {
        let report = self.report;
        for effect in &report.effects {
            self.row(Row {
                measure: "rate after / before",
                count: Some(effect.after.len()),
                total: Some(effect.before.len() + effect.after.len()),
                value: effect.ratio.map(|ratio| ratio.ratio),
                range: effect.ratio.map(|ratio| ratio.interval),
                incidents: Some(&effect.after),
                ..at(
                    &report.asked,
                    "investment",
                    &report.request.investments[effect.investment].what,
                )
            });
        }
    }
}

fn at<'a>(scope: &'a Scope, what: &'a str, name: &'a str) -> Row<'a> {
    let days = scope.stretch.days;
    Row {
        period: (
            &scope.stretch.name,
            days.first.to_string(),
            days.last.to_string(),
        ),
        what,
        name,
        measure: "incidents",
        ..Row::default()
    }
}

fn of_share(row: Row<'_>, share: Share) -> Row<'_> {
    Row {
        count: Some(share.count),
        total: Some(share.total),
        value: share.fraction(),
        range: share.interval(),
        ..row
    }
}

fn of_quartiles(row: Row<'_>, quartiles: Quartiles) -> Row<'_> {
    Row {
        count: Some(quartiles.count),
        value: Some(quartiles.median),
        range: Some((quartiles.low, quartiles.high)),
        ..row
    }
}

fn of_sum(row: Row<'_>, stated: Stated) -> Row<'_> {
    Row {
        count: Some(stated.stated),
        total: Some(stated.of),
        value: Some(stated.sum),
        ..row
    }
}

/// A text in quotes that no spreadsheet takes for a formula.
fn quoted(text: &str) -> String {
    let shown = super::outline::plain(text);
    let is_formula = shown
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n', '\0']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", shown.replace('"', "\"\""))
}

#[cfg(test)]
mod properties {
    use super::quoted;

    // PROPTEST_CASES=1000000 is the long run.
    proptest::proptest! {
        #[test]
        fn no_text_breaks_out_of_a_field_or_is_a_formula(text in "(\\PC|[=+@\"',;\u{0}-\u{20}\u{7f}-\u{9f}\u{200b}-\u{206f}＝＋－＠-]){0,40}") {
            let field = quoted(&text);
            let inner = field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let inner = inner.expect("it stands in quotes");
            proptest::prop_assert!(!inner.replace("\"\"", "").contains('"'), "{field}");
            proptest::prop_assert!(!inner.chars().any(char::is_control), "{field:?}");
            let first = inner.trim_start().chars().next();
            proptest::prop_assert!(!first.is_some_and(|c| "=+-@＝＋－＠".contains(c)), "{field}");
            let value = inner.replace("\"\"", "\"");
            let plain = crate::report::outline::plain(&text);
            proptest::prop_assert!(value == plain || value.strip_prefix('\'') == Some(&plain), "{field}");
        }
    }
}
