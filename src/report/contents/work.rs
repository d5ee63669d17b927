//! What is left to do: repeats, open action items, labels that need a person.

use std::collections::BTreeMap;

use crate::incident::ActionState;
use crate::report::Report;
use crate::report::action::AGES;
use crate::report::action::OpenAction;
use crate::report::action::age_group;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::population::is_classified;
use crate::report::wording;

/// So many rows stand in a list.
const ROWS: usize = 15;

/// The incidents whose words these sections show.
pub(super) fn named(report: &Report) -> impl Iterator<Item = usize> {
    let window = report.window.population.all.iter();
    let repeated = window.filter_map(|place| Some(report.repeats.get(place)?.place));
    let open = report.open_actions.iter().map(|one| one.place);
    let to_review = report.quality.to_review.iter().copied();
    repeated
        .take(ROWS)
        .chain(open.take(ROWS))
        .chain(to_review.take(ROWS))
}

/// The sections about what is left to do.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![repeats(report), actions(report), review(report)]
}

fn repeats(report: &Report) -> Section {
    let all = &report.window.population.all;
    let repeats: Vec<_> = all
        .iter()
        .filter_map(|place| Some((place, report.repeats.get(place)?)))
        .collect();
    let section = super::section("repeats", "Repeats");
    if repeats.is_empty() {
        let line = "No incident has the failure mode and a service or model of an earlier one.";
        return Section {
            blocks: vec![Block::Paragraph(vec![Inline::text(line)])],
            ..section
        };
    }
    let mut table = Table::new(&[
        "Incident",
        "Repeats",
        "Failure mode",
        "In common",
        "#days between",
        "Action items of the earlier",
    ]);
    for (place, earlier) in repeats.iter().take(ROWS) {
        let actions = &report.entries[earlier.place].words().actions;
        let open = actions
            .iter()
            .filter(|one| one.state == ActionState::Open)
            .count();
        let state = match (actions.len(), open) {
            (0, _) => "none".to_owned(),
            (_, 0) => "all done".to_owned(),
            (all, open) => format!("{open} of {all} open"),
        };
        table.row(vec![
            vec![Inline::Incidents(vec![*place])],
            vec![Inline::Incidents(vec![earlier.place])],
            vec![Inline::code(
                report.entries[*place].labels.failure_mode.id(),
            )],
            vec![Inline::code(report.repeats.shared(earlier))],
            vec![Inline::Text(earlier.days().to_string())],
            vec![Inline::Text(state)],
        ]);
    }
    Section {
        blocks: with_rest(table, repeats.len(), "repeats"),
        ..section
    }
}

fn with_rest(table: Table, rows: usize, what: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Table(table)];
    if rows > ROWS {
        let words = format!("And {} more {what}.", rows - ROWS);
        blocks.push(Block::Paragraph(vec![Inline::Text(words)]));
    }
    blocks
}

fn team_of<'a>(report: &'a Report, one: &OpenAction) -> &'a str {
    let entry = &report.entries[one.place];
    let item = entry.open.iter().find(|item| item.item == one.item);
    let team = item.and_then(|item| item.team.as_ref());
    let team = team.or(entry.team.as_ref());
    team.map_or("no team named", |team| &**team)
}

fn actions(report: &Report) -> Section {
    let open = &report.open_actions;
    let section = super::section(
        "actions",
        format!(
            "Open action items of the whole base, on {}",
            report.request.today
        ),
    );
    if open.is_empty() {
        let line = vec![Inline::text("No action item is open.")];
        return Section {
            blocks: vec![Block::Paragraph(line)],
            ..section
        };
    }
    let mut columns = vec!["Team".to_owned()];
    columns.extend(AGES.iter().map(|(_, name)| format!("#{name}")));
    columns.extend(["#undated", "#overdue", "#all"].map(str::to_owned));
    let mut table = Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let mut teams: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut all = Counts::default();
    for one in open {
        teams.entry(team_of(report, one)).or_default().add(one);
        all.add(one);
    }
    let mut teams: Vec<(&str, Counts)> = teams.into_iter().collect();
    teams.sort_by(|a, b| b.1.all.cmp(&a.1.all).then(a.0.cmp(b.0)));
    for (team, counts) in teams.iter().take(ROWS) {
        table.row(counts.row(team));
    }
    let rest = teams.len().saturating_sub(ROWS);
    let name = if rest > 0 {
        format!("All, with {rest} more teams")
    } else {
        "All".to_owned()
    };
    table.row(all.row(&name));
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(with_rest(oldest(report), open.len(), "open action items"));
    if open.len() > ROWS {
        let list = Inline::code("pm-kb list has:open-actions");
        blocks.push(Block::Paragraph(vec![
            list,
            Inline::text(" lists their incidents."),
        ]));
    }
    Section { blocks, ..section }
}

/// How many action items are how old.
#[derive(Default)]
struct Counts {
    by_age: [usize; AGES.len()],
    undated: usize,
    overdue: usize,
    all: usize,
}

impl Counts {
    fn add(&mut self, one: &OpenAction) {
        match one.age {
            Some(days) => self.by_age[age_group(days)] += 1,
            None => self.undated += 1,
        }
        self.overdue += usize::from(one.overdue);
        self.all += 1;
    }

    fn row(&self, name: &str) -> Vec<Line> {
        let counts = self.by_age.into_iter();
        let counts = counts.chain([self.undated, self.overdue, self.all]);
        let count = |count: usize| vec![Inline::Text(count.to_string())];
        let name = vec![Inline::Text(name.to_owned())];
        [name].into_iter().chain(counts.map(count)).collect()
    }
}

fn oldest(report: &Report) -> Table {
    let mut table = Table::new(&[
        "Oldest open action items",
        "Incident",
        "Team",
        "#days since the incident",
        "Due",
    ]);
    for one in report.open_actions.iter().take(ROWS) {
        let Some(action) = report.entries[one.place].words().actions.get(one.item) else {
            continue;
        };
        let due = action.due.map_or_else(String::new, |due| due.to_string());
        let mark = if one.overdue { " (overdue)" } else { "" };
        table.row(vec![
            vec![Inline::Text(action.text.clone())],
            vec![Inline::Incidents(vec![one.place])],
            vec![Inline::Text(team_of(report, one).to_owned())],
            vec![Inline::Text(one.age.map_or_else(
                || wording::NOTHING.to_owned(),
                |age| age.to_string(),
            ))],
            vec![Inline::Text(format!("{due}{mark}"))],
        ]);
    }
    table
}

fn review(report: &Report) -> Section {
    let places = &report.quality.to_review;
    let section = super::section("review", "Labels that need a person");
    if places.is_empty() {
        let line = vec![Inline::text(
            "No label of these is unknown, disputed, contradictory or of low confidence.",
        )];
        return Section {
            blocks: vec![Block::Paragraph(line)],
            ..section
        };
    }
    let mut table = Table::new(&["Incident", "Title", "Why", "Label"]);
    for place in places.iter().take(ROWS) {
        let entry = &report.entries[*place];
        let labels = &entry.labels;
        let why = if labels.disputed {
            "a person and the rules disagree"
        } else if !is_classified(entry) {
            "unclassified"
        } else if labels.contradictory {
            "summary and root cause differ"
        } else {
            "low confidence"
        };
        table.row(vec![
            vec![Inline::Incidents(vec![*place])],
            vec![Inline::Text(entry.words().title.clone())],
            vec![Inline::text(why)],
            vec![Inline::code(labels.failure_mode.id())],
        ]);
    }
    let line = vec![
        Inline::text("Those that matter most first. To settle one: "),
        Inline::code("pm-kb label ID mode=VALUE --why REASON"),
        Inline::text(", or state "),
        Inline::code("failure_mode"),
        Inline::text(" in its front matter and add it again."),
    ];
    let mut blocks = vec![Block::Paragraph(line)];
    blocks.extend(with_rest(table, places.len(), "labels"));
    Section { blocks, ..section }
}
