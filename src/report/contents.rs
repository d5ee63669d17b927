//! The outline of a report: what is said, in which order.

use crate::report::Report;
use crate::report::headline;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Outline;
use crate::report::outline::Part;
use crate::report::outline::Section;
use crate::report::scope::Scope;

mod bill;
mod cards;
mod causes;
mod cost;
mod detection;
mod diagnosis;
mod difference;
mod labels;
mod method;
mod page_one;
mod patterns;
mod rollbacks;
mod work;

/// Lays page one out, and nothing else.
pub fn sheet(report: &Report) -> Outline {
    laid_out(report, page_one::sections(report))
}

/// Lays out a report.
pub fn outline(report: &Report) -> Outline {
    let mut sections = page_one::sections(report);
    if !report.window.population.all.is_empty() {
        sections.extend(difference::section(report));
        sections.extend(labels::sections(report));
        sections.push(patterns::section(report));
        sections.extend(rollbacks::sections(report));
        sections.extend(diagnosis::sections(report));
        sections.extend(causes::sections(report));
        sections.extend(detection::sections(report));
        sections.extend(cost::sections(report));
        sections.extend(work::sections(report));
    }
    sections.push(method::section(report));
    sections.extend(cards::sections(report));
    laid_out(report, sections)
}

fn laid_out(report: &Report, mut sections: Vec<Section>) -> Outline {
    sections.retain(|section| !section.blocks.is_empty());
    Outline {
        title: format!("Machine-learning incidents, {}", report.asked.stretch),
        population: scope_line(report),
        sections,
    }
}

/// The incidents whose words page one shows.
pub(super) fn named_on_the_sheet(report: &Report) -> Vec<usize> {
    headline::to_read(&report.headlines)
}

/// The incidents whose words the outline shows: titles, sources, quotes, action items.
pub(super) fn named(report: &Report) -> impl Iterator<Item = usize> {
    let read = named_on_the_sheet(report);
    let shown = read.into_iter().chain(work::named(report));
    shown.chain(cards::carded(report))
}

fn section(id: &'static str, title: impl Into<String>) -> Section {
    Section {
        id,
        title: title.into(),
        part: Part::Appendix,
        blocks: Vec::new(),
    }
}

/// The period asked for and its window, each with whom every share is a share of.
fn scope_line(report: &Report) -> Line {
    let mut line = Line::new();
    if !report.is_its_own_window() {
        line.push(Inline::Strong(report.window.stretch.name.clone()));
        line.push(Inline::text(" (the trailing four quarters): "));
        line.extend(population(report, &report.window));
        line.push(Inline::text(" "));
    }
    line.push(Inline::Strong(report.asked.stretch.name.clone()));
    line.push(Inline::text(": "));
    line.extend(population(report, &report.asked));
    let (held, apart) = match report.request.filter {
        Some(_) => (" Of what matches in the whole base, ", " are no incidents."),
        None => (
            " The whole base holds ",
            " documents that are no incidents.",
        ),
    };
    line.push(Inline::text(held));
    line.push(report.listed(&report.undated));
    line.push(Inline::text(match report.request.filter {
        Some(_) => " more have no date and ",
        None => " more without a date and ",
    }));
    line.push(report.listed(&report.not_counted));
    line.push(Inline::text(apart));
    if let Some(filter) = &report.request.filter {
        line.push(Inline::text(" Counted are only incidents that match "));
        line.push(Inline::code(filter.clone()));
        line.push(Inline::text("."));
    }
    line
}

/// Whom every share of a scope is a share of.
fn population(report: &Report, scope: &Scope) -> Line {
    let people = &scope.population;
    let all = people.all.len();
    vec![
        report.counted(&people.all, "is:counted", &scope.stretch),
        Inline::text(if all == 1 {
            " incident, "
        } else {
            " incidents, "
        }),
        report.counted(&people.classified, "is:classified", &scope.stretch),
        Inline::text(" classified ("),
        report.listed(&people.rule),
        Inline::text(" by rule, "),
        report.listed(&people.human),
        Inline::text(" by people, "),
        report.listed(&people.audited),
        Inline::text(" audited), "),
        report.counted(&people.unclassified, "is:unclassified", &scope.stretch),
        Inline::text(" unclassified."),
    ]
}

/// Those of some incidents that lie in the period asked for.
fn in_period(report: &Report, members: &super::selection::Members) -> Inline {
    let asked = &report.asked.population.all;
    let within = members
        .iter()
        .filter(|place| asked.contains(*place))
        .collect();
    report.listed(&within)
}

/// The heading of the column that sets the period asked for off.
fn period_column(report: &Report) -> String {
    format!("#in {}", report.asked.stretch)
}
