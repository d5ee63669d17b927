//! The outline of a report: what is said, in which order.

use crate::tally::Entry;

use super::Report;
use super::Scope;
use super::measure::Comparison;
use super::measure::Finding;
use super::measure::LEVEL;
use super::measure::Measured;
use super::measure::TOO_FEW;
use super::outline::Block;
use super::outline::Inline;
use super::outline::Line;
use super::outline::Outline;
use super::outline::Section;
use super::outline::Side;
use super::outline::Table;
use super::population::ValueShare;
use super::statistics::Share;
use super::wording;

/// Lays out a report.
pub fn outline(report: &Report) -> Outline {
    let asked = &report.asked.counts.stretch.name;
    let mut sections = vec![headline(report)];
    sections.push(scope_section(
        "In the period asked for",
        report,
        &report.asked,
    ));
    if report.window.counts.stretch != report.asked.counts.stretch {
        sections.push(scope_section(
            "In the trailing four quarters",
            report,
            &report.window,
        ));
    }
    sections.push(unsure(report));
    sections.push(provenance(report));
    Outline {
        title: format!("Pattern report {asked}"),
        sections,
    }
}

fn section(title: impl Into<String>, blocks: Vec<Block>) -> Section {
    Section {
        title: title.into(),
        level: 2,
        blocks,
    }
}

fn headline(report: &Report) -> Section {
    let window = &report.window;
    if window.counts.population.all.is_empty() {
        let period = &window.counts.stretch.name;
        let words = format!("No dated incident lies in {period}. There is nothing to tell.");
        return section(
            "What the incidents show",
            vec![Block::Paragraph(vec![Inline::Text(words)])],
        );
    }
    let points = window
        .patterns
        .iter()
        .filter(|one| one.share.total > 0)
        .map(|one| finding(report, one))
        .collect();
    section(
        format!("What the incidents of {} show", window.counts.stretch),
        vec![Block::List(points)],
    )
}

/// One pattern in the window, with the period asked for set off and the change against the window before.
fn finding(report: &Report, measured: &Measured) -> Line {
    let pattern = &report.patterns[measured.pattern];
    let period = &report.window.counts.stretch.name;
    let mut line = wording::sentence(pattern, measured, period);
    line.push(Inline::Text(format!(
        "; 95% interval {}.",
        wording::interval(measured.share)
    )));
    if measured.finding == Finding::TooFew {
        line.push(Inline::Strong(" Too few to tell.".to_owned()));
    }
    if report.asked.counts.stretch != report.window.counts.stretch {
        let asked = &report.asked.patterns[measured.pattern];
        line.push(Inline::Text(format!(
            " In {}: ",
            report.asked.counts.stretch
        )));
        line.push(Inline::Figure(
            wording::count(asked.share),
            asked.incidents.clone(),
        ));
        line.push(Inline::text("."));
    }
    line.push(Inline::Text(format!(
        " {}",
        change(&measured.previous, measured.share)
    )));
    if let Some(benchmark) = &pattern.benchmark {
        line.push(Inline::Text(benchmark_words(
            benchmark.share,
            measured.share,
        )));
        line.push(Inline::Text(format!(" ({}).", benchmark.source)));
    }
    line
}

fn change(comparison: &Comparison, share: Share) -> String {
    let before = &comparison.share;
    let name = &comparison.stretch;
    if before.total == 0 {
        return format!("There is nothing to compare with in {name}.");
    }
    let was = format!("{} ({})", wording::share(*before), wording::count(*before));
    if comparison.corrected < LEVEL {
        let word = if share.fraction() > before.fraction() {
            "More"
        } else {
            "Less"
        };
        return format!("{word} than in {name}: {was}; the difference is significant.");
    }
    format!("In {name} it was {was}; as before, as far as these numbers can tell.")
}

fn benchmark_words(benchmark: f64, share: Share) -> String {
    let said = wording::percent(benchmark, 0);
    match share.interval() {
        Some((low, high)) if share.total >= TOO_FEW && !(low..=high).contains(&benchmark) => {
            format!(" This differs from the {said} said elsewhere")
        }
        Some(_) if share.total >= TOO_FEW => {
            format!(" This is consistent with the {said} said elsewhere")
        }
        _ => format!(" Elsewhere {said} is said"),
    }
}

fn scope_section(title: &str, report: &Report, scope: &Scope) -> Section {
    let mut blocks = vec![Block::Paragraph(population(report, scope))];
    if !scope.counts.population.all.is_empty() {
        blocks.push(spread("Failure mode", &scope.counts.by_failure_mode));
        blocks.push(spread("Decay", &scope.counts.by_decay));
        blocks.push(patterns(report, scope));
    }
    section(format!("{title}: {}", scope.counts.stretch), blocks)
}

/// The population line: whom every share below is a share of.
pub fn population(report: &Report, scope: &Scope) -> Line {
    let people = &scope.counts.population;
    let figure = |members: &Vec<usize>| Inline::Figure(members.len().to_string(), members.clone());
    let mut line = vec![
        figure(&people.all),
        Inline::text(" incidents: "),
        figure(&people.classified),
        Inline::text(" classified ("),
        figure(&people.human),
        Inline::text(" by people, "),
        figure(&people.rule),
        Inline::text(" by rule; "),
        figure(&people.audited),
        Inline::text(" audited), "),
        figure(&people.unclassified),
        Inline::text(" unclassified. In the whole base "),
        figure(&report.undated),
        Inline::text(" more have no date, and "),
        figure(&report.not_counted),
        Inline::text(" documents are no incidents (templates, index pages, duplicates)."),
    ];
    if let Some(filter) = &report.filter {
        line.push(Inline::text(" Only incidents that match "));
        line.push(Inline::code(filter.clone()));
        line.push(Inline::text(" are counted."));
    }
    line
}

fn spread(heading: &'static str, values: &[ValueShare]) -> Block {
    let rows = values
        .iter()
        .map(|one| {
            vec![
                vec![Inline::code(one.value)],
                vec![Inline::Figure(
                    wording::count(one.share),
                    one.incidents.clone(),
                )],
                vec![Inline::Text(wording::share(one.share))],
                vec![Inline::Bar(one.share.fraction().unwrap_or(0.0))],
                vec![Inline::Text(wording::interval(one.share))],
                vec![Inline::Incidents(one.incidents.clone())],
            ]
        })
        .collect();
    Block::Table(Table {
        columns: vec![
            (heading, Side::Left),
            ("n of N", Side::Right),
            ("Share", Side::Right),
            ("", Side::Left),
            ("95% interval", Side::Right),
            ("Incidents", Side::Left),
        ],
        rows,
    })
}

fn patterns(report: &Report, scope: &Scope) -> Block {
    let rows = scope
        .patterns
        .iter()
        .map(|one| {
            let previous = &one.previous;
            vec![
                vec![Inline::text(report.patterns[one.pattern].title.clone())],
                vec![Inline::Figure(
                    wording::count(one.share),
                    one.incidents.clone(),
                )],
                vec![Inline::Text(wording::share(one.share))],
                vec![Inline::Text(wording::interval(one.share))],
                vec![Inline::Text(compared(previous))],
                vec![Inline::Text(
                    one.year_before.as_ref().map_or_else(String::new, compared),
                )],
                vec![Inline::text(match one.finding {
                    Finding::TooFew => "too few to tell",
                    Finding::Significant => "changed",
                    Finding::NotSignificant => "no change shown",
                })],
                vec![Inline::Incidents(one.incidents.clone())],
            ]
        })
        .collect();
    Block::Table(Table {
        columns: vec![
            ("Pattern", Side::Left),
            ("n of N", Side::Right),
            ("Share", Side::Right),
            ("95% interval", Side::Right),
            ("Before", Side::Right),
            ("A year earlier", Side::Right),
            ("Finding", Side::Left),
            ("Incidents", Side::Left),
        ],
        rows,
    })
}

fn compared(comparison: &Comparison) -> String {
    if comparison.share.total == 0 {
        return "–".to_owned();
    }
    format!(
        "{} ({})",
        wording::share(comparison.share),
        wording::count(comparison.share)
    )
}

fn unsure(report: &Report) -> Section {
    let scope = &report.asked;
    let audited = scope.counts.population.audited.len();
    let labels = if audited == 0 {
        "Labels not audited: nobody has measured how often they are wrong on this base.".to_owned()
    } else {
        format!("{} audited.", wording::plural(audited, "label"))
    };
    let points = vec![
        vec![Inline::text(
            "Written post-mortems are not all incidents: what nobody wrote up is not counted.",
        )],
        vec![Inline::Text(labels)],
        vec![
            Inline::text("Unclassified, and in no share: "),
            Inline::Incidents(scope.counts.population.unclassified.clone()),
        ],
        vec![
            Inline::text("Undated, and in no quarter: "),
            Inline::Incidents(report.undated.clone()),
        ],
    ];
    let kept = points
        .into_iter()
        .filter(
            |line| !matches!(line.last(), Some(Inline::Incidents(members)) if members.is_empty()),
        )
        .collect();
    section("What is unsure", vec![Block::List(kept)])
}

fn provenance(report: &Report) -> Section {
    let made = &report.provenance;
    let mut points = vec![
        vec![Inline::Text(format!(
            "Made on {} of {} documents; quarters by onset in UTC, else by date.",
            report.today,
            report.entries.len()
        ))],
        vec![Inline::Text(format!(
            "Intervals by Wilson's score method, 95%; changes by Fisher's exact test, two-sided, corrected by Holm's \
             method for the number of patterns, significant below {LEVEL}. Under {TOO_FEW} incidents nothing is claimed."
        ))],
    ];
    let mut stated = |name: &str, value: &str| {
        if !value.is_empty() {
            points.push(vec![Inline::Text(format!("{name}: ")), Inline::code(value)]);
        }
    };
    stated("Program", &made.program);
    stated("Rules", &made.rules);
    stated("Base", made.kb_digest.as_deref().unwrap_or_default());
    section("Method and provenance", vec![Block::List(points)])
}

/// How an incident is named in a sentence.
pub fn name(entry: &Entry) -> &str {
    entry.id.as_str()
}
