//! Page one, for leadership: what was found, what it cost, what to fund, what changed, what is unsure.

use crate::report::Report;
use crate::report::breakdown::By;
use crate::report::breakdown::degraded_minutes;
use crate::report::breakdown::unnoticed_minutes;
use crate::report::diagnosis;
use crate::report::headline;
use crate::report::headline::Headline;
use crate::report::headline::Topic;
use crate::report::measure::Finding;
use crate::report::measure::Measured;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Part;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::outline::Told;
use crate::report::wording;

/// A title on page one is cut after so many characters.
const TITLE: usize = 90;

/// The ids that show a finding have room for so many characters.
const IDS: usize = 120;

/// So many controls stand on page one.
const CONTROLS: usize = 4;

/// The sections of page one.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    let period = &report.window.stretch.name;
    if report.window.population.all.is_empty() {
        let words = format!("No dated incident lies in {period}. There is nothing to tell.");
        return vec![sheet(
            "found",
            "What we found",
            vec![paragraph(vec![Inline::Text(words)])],
        )];
    }
    let headlines = &report.headlines;
    let mut found: Vec<Block> = Vec::new();
    if headlines.is_empty() {
        found.push(paragraph(vec![Inline::text(
            "No incident of these has one of the six failure modes, and no pattern shows.",
        )]));
    } else {
        let told = headlines.iter().map(|one| told(report, one)).collect();
        found.push(Block::Findings(told));
    }
    let changed = super::method::changes(report).into_iter().collect();
    let read = headline::to_read(headlines);
    let mut sections = vec![
        sheet("found", format!("What we found in {period}"), found),
        sheet("cost", "What it cost", vec![paragraph(cost(report))]),
        sheet("fund", "What to fund", fund(report)),
        sheet("changed", "What changed", vec![Block::List(changed)]),
        sheet(
            "unsure",
            "What is unsure",
            vec![Block::List(super::method::unsure(report))],
        ),
    ];
    if !read.is_empty() {
        let lines = read
            .into_iter()
            .map(|place| to_read(report, place))
            .collect();
        sections.insert(
            3,
            sheet("read", "Incidents to read", vec![Block::List(lines)]),
        );
    }
    sections
}

fn sheet(id: &'static str, title: impl Into<String>, blocks: Vec<Block>) -> Section {
    Section {
        part: Part::PageOne,
        blocks,
        ..super::section(id, title)
    }
}

fn paragraph(line: Line) -> Block {
    Block::Paragraph(line)
}

fn told(report: &Report, headline: &Headline) -> Told {
    let (lead, measured, asked) = match headline.topic {
        Topic::FailedMost(at) => (
            failed_most(report, at),
            &report.window.by_failure_mode[at].measured,
            &report.asked.by_failure_mode[at].measured,
        ),
        Topic::Pattern(at) => {
            let pattern = &report.request.patterns[at];
            let measured = &report.window.patterns[at];
            let lead = report.sentence(pattern, measured, &report.window.stretch);
            (lead, measured, &report.asked.patterns[at])
        }
    };
    let mut detail = detail(report, measured, asked);
    if let Topic::Pattern(at) = headline.topic {
        for (words, other) in report.sensitivities[at].must_tell(measured.share) {
            detail.push(Inline::Text(format!("; {} {words}", wording::both(other))));
        }
    }
    Told {
        lead,
        detail,
        proof: fitting(report, &headline.proof),
        share: Some(measured.share),
    }
}

/// As many of some incidents as have room for their ids in a line, one at least.
fn fitting(report: &Report, proof: &[usize]) -> Vec<usize> {
    let mut room = IDS;
    let fits = |place: &&usize| {
        let length = report.entries[**place].id.as_str().chars().count();
        let is_first = room == IDS;
        room = room.saturating_sub(length);
        is_first || room > 0
    };
    proof.iter().take_while(fits).copied().collect()
}

/// What failed most, with every mode that failed as often.
fn failed_most(report: &Report, at: usize) -> Line {
    let modes = &report.window.by_failure_mode;
    let most = &modes[at].measured;
    let stretch = &report.window.stretch;
    let equals: Vec<&str> = modes
        .iter()
        .filter(|mode| mode.value != "none" && mode.measured.share.count == most.share.count)
        .map(|mode| mode.value)
        .collect();
    let mut line = Line::new();
    for (rank, mode) in equals.iter().enumerate() {
        if rank > 0 {
            line.push(Inline::text(if rank + 1 == equals.len() {
                " and "
            } else {
                ", "
            }));
        }
        line.push(Inline::code(*mode));
    }
    line.push(Inline::text(" failed most: "));
    let filter = format!("mode:{}", modes[at].value);
    line.push(report.counted(&most.incidents, &filter, stretch));
    let each = if equals.len() > 1 { " each" } else { "" };
    line.push(Inline::Text(format!(
        "{each} of {} classified incidents ({})",
        most.share.total,
        wording::share(most.share)
    )));
    if let Some(none) = modes.iter().find(|mode| mode.value == "none") {
        line.push(Inline::text("; "));
        line.push(report.counted(&none.measured.incidents, "mode:none", stretch));
        line.push(Inline::text(" had none of the six modes"));
    }
    line
}

/// How sure a share is, what the period asked for adds, and how it was before.
fn detail(report: &Report, measured: &Measured, asked: &Measured) -> Line {
    let mut line = Line::new();
    if measured.finding == Finding::TooFew {
        line.push(Inline::Strong("Too few to tell".to_owned()));
        line.push(Inline::text("; "));
    }
    line.push(Inline::Text(format!(
        "95% interval {}",
        wording::interval(measured.share)
    )));
    if !report.is_its_own_window() {
        line.push(Inline::Text(format!("; {}: ", report.asked.stretch)));
        let words = wording::count(asked.share);
        line.push(report.figure(words, &asked.incidents, None));
    }
    line.push(Inline::Text(format!(
        "; {}",
        wording::change(measured, &measured.previous)
    )));
    line
}

/// What the incidents of the window cost, each sum with how many state it.
fn cost(report: &Report) -> Line {
    let all = report.select(&report.window.population.all);
    let mut line = Line::new();
    let severities = report.by(By::Severity);
    let worst = severities
        .slices
        .iter()
        .find(|slice| !slice.incidents.is_empty());
    if let Some(worst) = worst {
        line.push(Inline::Text(format!("Worst severity: {} (", worst.value)));
        let filter = format!("severity:{}", worst.value);
        line.push(report.counted(&worst.incidents, &filter, &report.window.stretch));
        line.push(Inline::text("). "));
    }
    let degraded = all.stated(degraded_minutes);
    if degraded.stated > 0 {
        let before =
            all.stated(|entry| Some(unnoticed_minutes(entry)?.min(degraded_minutes(entry)?)));
        line.push(Inline::text("Degraded for "));
        line.push(Inline::Strong(wording::duration(degraded.sum)));
        let stated = format!(" in all (stated in {} of {})", degraded.stated, degraded.of);
        line.push(Inline::Text(stated));
        line.push(Inline::Text(format!(
            ", of which {} passed before anyone noticed (stated in {}). ",
            wording::duration(before.sum),
            before.stated
        )));
    }
    let hours = all.stated(|entry| entry.costs.hours);
    if hours.stated > 0 {
        line.push(Inline::text("Engineering time: "));
        line.push(Inline::Strong(format!("{} h", wording::number(hours.sum))));
        line.push(Inline::Text(format!(
            " (stated in {} of {}). ",
            hours.stated, hours.of
        )));
    }
    let money = all.filter(|entry| entry.costs.money.is_some());
    let users = all.filter(|entry| entry.costs.users.is_some());
    line.push(Inline::text("Money lost is stated in "));
    line.push(report.listed(&money.members()));
    line.push(Inline::text(", users affected in "));
    line.push(report.listed(&users.members()));
    line.push(Inline::Text(format!(" of {}.", all.len())));
    line
}

/// The controls that would have spared most.
fn fund(report: &Report) -> Vec<Block> {
    let Some(first) = report.funding.first() else {
        let words = "No control of the list would have caught one of these incidents.";
        return vec![paragraph(vec![Inline::text(words)])];
    };
    let mut table = Table::new(&[
        "Control",
        "#would have caught",
        &super::period_column(report),
        "#unnoticed",
        "#hours",
        "#open actions",
        "#worst",
    ]);
    for one in report.funding.iter().take(CONTROLS) {
        table.row(vec![
            vec![Inline::text(
                report.request.controls[one.control].title.clone(),
            )],
            vec![report.listed(&one.incidents)],
            vec![super::in_period(report, &one.incidents)],
            vec![Inline::Text(wording::total_minutes(one.unnoticed))],
            vec![Inline::Text(wording::total_hours(one.hours))],
            vec![Inline::Text(one.open_actions.to_string())],
            vec![Inline::Text(
                one.worst
                    .map_or_else(String::new, |worst| worst.to_string()),
            )],
        ]);
    }
    let control = &report.request.controls[first.control];
    let line = vec![
        Inline::Strong(format!("First: {}.", control.title)),
        Inline::Text(format!(" {} It would have caught ", control.why)),
        report.listed(&first.incidents),
        Inline::Text(format!(
            " of {} incidents.",
            report.window.population.all.len()
        )),
    ];
    vec![paragraph(line), Block::Table(table)]
}

/// One incident in a line: id, title, day, severity, mode.
fn to_read(report: &Report, place: usize) -> Line {
    let entry = &report.entries[place];
    let mut line = vec![Inline::Incidents(vec![place]), Inline::text(": ")];
    line.push(Inline::Text(wording::cut(&entry.title, TITLE)));
    let mut facts = vec![diagnosis::truth(entry).to_owned()];
    facts.extend(entry.severity.map(|severity| severity.to_string()));
    facts.extend(entry.day.map(|day| day.to_string()));
    facts.extend(
        degraded_minutes(entry)
            .map(|minutes| format!("degraded for {}", wording::duration(minutes))),
    );
    line.push(Inline::Text(format!(" ({})", facts.join(", "))));
    line
}
