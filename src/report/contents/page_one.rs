//! Page one, for leadership: what was found, what it cost, what to fund, what changed, what is unsure.

use crate::report::Report;
use crate::report::breakdown::degraded_minutes;
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
use crate::report::pattern::Counted;
use crate::report::scope::ValueShare;
use crate::report::wording;
use crate::taxonomy::Decay;

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
        let mut words = match &report.request.filter {
            Some(filter) => format!("No dated incident in {period} matches `{filter}`."),
            None => format!("No dated incident lies in {period}. There is nothing to tell."),
        };
        if report.request.today <= report.asked.stretch.days.last {
            words.push_str(&format!(" {} is not over.", report.asked.stretch));
        }
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
    let changed = vec![
        Block::Chart(super::labels::decay_by_quarter(report)),
        Block::List(super::method::changes(report)),
    ];
    let read = headline::to_read(headlines);
    let mut sections = vec![
        sheet("found", format!("What we found in {period}"), found),
        sheet("cost", "What it cost", super::bill::blocks(report)),
        sheet("fund", "What to fund", fund(report)),
        sheet("changed", "What changed", changed),
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
            sheet("read", "Incidents to read first", vec![Block::List(lines)]),
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
            let lead = match (&pattern.counted, measured.share.total) {
                (Counted::Filters(filters), 0) => vec![
                    Inline::text("Asked: no incident fulfils "),
                    Inline::code(filters.denominator.text.clone()),
                    Inline::text(", so there is no share"),
                ],
                _ => report.sentence(pattern, measured, &report.window.stretch),
            };
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

/// What failed most, with every mode that failed as often, and what came next.
fn failed_most(report: &Report, at: usize) -> Line {
    let modes = &report.window.by_failure_mode;
    let most = &modes[at].measured;
    let stretch = &report.window.stretch;
    let count = |mode: &ValueShare| mode.measured.share.count;
    let six = || modes.iter().filter(|mode| mode.value != "none");
    let equals: Vec<String> = six()
        .filter(|mode| count(mode) == most.share.count)
        .map(|mode| wording::label(mode.value))
        .collect();
    let (plural, each) = if equals.len() > 1 {
        ("s", " each")
    } else {
        ("", "")
    };
    let names = wording::and(&equals);
    let mut line = vec![Inline::Text(format!(
        "Most frequent failure{plural}: {names}, "
    ))];
    let filter = format!("mode:{}", modes[at].value);
    line.push(report.counted(&most.incidents, &filter, stretch));
    line.push(Inline::Text(format!(
        "{each} of {} classified incidents ({})",
        most.share.total,
        wording::share(most.share)
    )));
    let behind = six().filter(|mode| (1..most.share.count).contains(&count(mode)));
    if let Some(next) = behind.max_by_key(|mode| count(mode)) {
        line.push(Inline::Text(format!(
            ", then {} (",
            wording::label(next.value)
        )));
        let filter = format!("mode:{}", next.value);
        line.push(report.counted(&next.measured.incidents, &filter, stretch));
        line.push(Inline::text(")"));
    }
    if let Some(none) = modes.iter().find(|mode| mode.value == "none") {
        line.extend(none_of_the_six(report, none));
    }
    line
}

/// How many had none of the six modes, and in how many of these the model itself had decayed: that is a failure too.
fn none_of_the_six(report: &Report, none: &ValueShare) -> Line {
    let stretch = &report.window.stretch;
    let incidents = report.select(&none.measured.incidents);
    let decayed = incidents.filter(|entry| entry.labels.decay == Decay::ModelDecay);
    let mut line = vec![Inline::text("; ")];
    line.push(report.counted(&none.measured.incidents, "mode:none", stretch));
    line.push(Inline::text(" had none of the six modes"));
    if !decayed.is_empty() {
        line.push(Inline::text(": in "));
        line.push(report.counted(&decayed.members(), "mode:none decay:model-decay", stretch));
        line.push(Inline::text(" the model itself had decayed"));
    }
    line
}

/// How sure a share is, what the period asked for adds, and how it was before.
fn detail(report: &Report, measured: &Measured, asked: &Measured) -> Line {
    let mut line = Line::new();
    if measured.share.total == 0 {
        line.push(Inline::Text(format!("0 of 0 in {}", report.window.stretch)));
        return line;
    }
    if measured.finding == Finding::TooFew {
        line.push(Inline::Strong("Too few to tell".to_owned()));
        line.push(Inline::text("; "));
    }
    line.push(Inline::Text(format!(
        "95% interval {}",
        wording::interval(measured.share)
    )));
    if let Some(corrected) = measured.corrected {
        let words = wording::corrected(corrected, measured.share);
        line.push(Inline::Text(format!("; {words}")));
    }
    if !report.is_its_own_window() {
        line.push(Inline::Text(format!("; {}: ", report.asked.stretch)));
        let words = wording::count(asked.share);
        line.push(report.figure(words, &asked.incidents, None));
    }
    // Where there was nothing before, "What changed" says so once.
    if measured.previous.share.total > 0 {
        let words = wording::change(measured, &measured.previous);
        line.push(Inline::Text(format!("; {words}")));
    }
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
        "#caught",
        &super::period_column(report),
        "#unnoticed",
        "#hours",
        "#money",
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
            vec![Inline::Text(wording::money(&one.money))],
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
            " of {}.",
            wording::plural(report.window.population.all.len(), "incident")
        )),
    ];
    vec![paragraph(line), Block::Table(table)]
}

/// One incident in a line: id, title, day, severity, mode.
fn to_read(report: &Report, place: usize) -> Line {
    let entry = &report.entries[place];
    let mut line = vec![Inline::Incidents(vec![place]), Inline::text(": ")];
    line.push(Inline::Text(wording::cut(&entry.words().title, TITLE)));
    let mut facts = vec![match diagnosis::truth(entry) {
        "none" => "none of the six modes".to_owned(),
        truth => wording::label(truth),
    }];
    facts.extend(entry.severity.map(|severity| severity.to_string()));
    facts.extend(entry.day.map(|day| day.to_string()));
    facts.extend(
        degraded_minutes(entry)
            .map(|minutes| format!("degraded for {}", wording::duration(minutes))),
    );
    line.push(Inline::Text(format!(" ({})", facts.join(", "))));
    line
}
