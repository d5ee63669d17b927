//! A card for each incident that the report names: its facts, the words that prove its labels, the way to its source.

use crate::report::Report;
use crate::report::breakdown::degraded_minutes;
use crate::report::breakdown::minutes;
use crate::report::outline::Block;
use crate::report::outline::Card;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Part;
use crate::report::outline::Section;
use crate::report::wording;
use crate::tally::Entry;
use crate::tally::Name;
use crate::taxonomy::Facet;
use crate::taxonomy::Response;

/// At most so many incidents have a card.
const MOST: usize = 60;

/// The incidents that have a card: those that page one names, then those of the period asked for, then the newest of
/// the window.
pub(super) fn carded(report: &Report) -> Vec<usize> {
    let headlines = &report.headlines;
    let named = headlines.iter().flat_map(|one| one.proof.iter().copied());
    let mut rest: Vec<usize> = report.window.population.all.iter().collect();
    rest.sort_by_key(|place| (std::cmp::Reverse(report.entries[*place].day), *place));
    let repeated = report.window.population.all.iter();
    let repeated = repeated.filter_map(|place| Some(report.repeats.get(place)?.place));
    let mut chosen: Vec<usize> = Vec::new();
    let candidates = named
        .chain(report.asked.population.all.iter())
        .chain(rest)
        .chain(repeated);
    let mut seen = vec![false; report.entries.len()];
    for place in candidates {
        if chosen.len() == MOST {
            break;
        }
        if !std::mem::replace(&mut seen[place], true) {
            chosen.push(place);
        }
    }
    chosen.sort_by_key(|place| (std::cmp::Reverse(report.entries[*place].day), *place));
    chosen
}

/// The section of cards.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    let cards = carded(report)
        .into_iter()
        .map(|place| Block::Card(card(report, place)));
    vec![Section {
        part: Part::Cards,
        blocks: cards.collect(),
        ..super::section("incidents", "Incidents")
    }]
}

fn card(report: &Report, place: usize) -> Card {
    let entry = &report.entries[place];
    let mut facts: Vec<(&'static str, Line)> = Vec::new();
    let mut fact = |name: &'static str, words: String| {
        if !words.is_empty() {
            facts.push((name, vec![Inline::Text(words)]));
        }
    };
    let day = entry.day.map(|day| day.to_string());
    let severity = entry.severity.map(|severity| severity.to_string());
    fact(
        "When",
        [day, severity]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
    );
    fact("Label", label(entry));
    fact(
        "Affected",
        entry
            .services
            .iter()
            .chain(&entry.models)
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
    );
    fact("Assets", entry.assets.join(", "));
    fact("Noticed", noticed(entry));
    fact(
        "First believed",
        entry
            .labels
            .first_diagnosis
            .map_or_else(String::new, |first| first.to_string()),
    );
    fact("Response", response(entry));
    fact("Clocks", clocks(entry));
    fact("Cost", cost(entry));
    if let Some(earlier) = report.repeats.get(place) {
        facts.push(("Repeats", vec![Inline::Incidents(vec![earlier.place])]));
    }
    let source = match &entry.words().url {
        Some(url) => Inline::Link(url.clone()),
        None => Inline::code(entry.words().source.clone()),
    };
    facts.push(("Source", vec![source]));
    let quotes = entry.words().quotes.iter().map(|quote| {
        let place = format!("{}, line {} ({})", quote.section, quote.line, quote.facet);
        (place, quote.text.clone())
    });
    Card {
        place,
        quotes: quotes.collect(),
        facts,
    }
}

fn label(entry: &Entry) -> String {
    let labels = &entry.labels;
    let kind = labels.model_decay_kind.map(|kind| kind.to_string());
    let none = labels.none_kind.map(|kind| kind.to_string());
    let stage = labels.stage.map(|stage| format!("entered at {stage}"));
    let by = format!(
        "{} confidence, by {}",
        labels.confidence,
        labels.by(Facet::FailureMode).id()
    );
    let words = [
        Some(labels.failure_mode.to_string()),
        none,
        Some(labels.decay.to_string()),
        kind,
        stage,
        Some(by),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn noticed(entry: &Entry) -> String {
    let labels = &entry.labels;
    let by = labels.detection.map(|detection| format!("by {detection}"));
    let silent = labels
        .silent
        .map(|silent| if silent { "silent" } else { "announced" }.to_owned());
    let near = labels.near_miss.then(|| "before users saw it".to_owned());
    [by, silent, near]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

fn response(entry: &Entry) -> String {
    let labels = &entry.labels;
    let words = labels.response.iter().map(|response| match response {
        Response::Rollback => {
            let target = labels.rollback_target.map(|target| format!(" of {target}"));
            let helped = match labels.rollback_helped {
                Some(true) => ", which helped",
                Some(false) => ", which did not help",
                None => "",
            };
            format!("rollback{}{helped}", target.unwrap_or_default())
        }
        other => other.to_string(),
    });
    words.collect::<Vec<_>>().join("; ")
}

fn clocks(entry: &Entry) -> String {
    let clocks = entry.clocks;
    let named = [
        ("detected after", minutes(clocks.detect)),
        ("true cause found after another", minutes(clocks.diagnose)),
        ("degraded for", degraded_minutes(entry)),
        ("resolved after", minutes(clocks.resolve)),
    ];
    let words = named
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", wording::duration(value?))));
    words.collect::<Vec<_>>().join(", ")
}

fn cost(entry: &Entry) -> String {
    let costs = &entry.costs;
    let hours = costs
        .hours
        .map(|hours| format!("{} h of engineering", wording::number(hours)));
    let stated = |name: &Option<Name>| name.as_deref().map(str::to_owned);
    let words = [hours, stated(&costs.money), stated(&costs.users)];
    words.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
