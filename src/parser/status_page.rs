//! Status page: the updates of a public status page, newest first or oldest first, as the entries of a timeline.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::event::Event;
use crate::parser::fold::fold;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::stamp;
use crate::parser::timeline::TimelineEntry;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most updates that are looked at.
const MOST: usize = 500;

/// The word that an update stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Investigating,
    Identified,
    Update,
    Monitoring,
    Resolved,
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\W*(Investigating|Identified|Monitoring|Update|Resolved)\s*(?:[-–—:]\s|$|\n|\p{L}{3,9}\s+\d{1,2},?\s|\d{1,4}[\s/.-])")
        .expect("a constant")
});

fn label(word: &str) -> Option<Label> {
    Some(match fold(word).as_str() {
        "investigating" => Label::Investigating,
        "identified" => Label::Identified,
        "update" => Label::Update,
        "monitoring" => Label::Monitoring,
        "resolved" => Label::Resolved,
        _ => return None,
    })
}

/// An update under reading: its word, and its last day with a clock time.
struct Update {
    label: Label,
    point: Option<Point>,
    at: usize,
}

/// The updates in the order of their times; empty where the document is no status page, for which it takes two updates
/// with their day and clock time, one of which is no end.
pub(crate) fn entries(
    outline: &Outline,
    setting: &Setting,
    order: Option<DateOrder>,
) -> Vec<TimelineEntry> {
    let mut updates: Vec<Update> = Vec::new();
    for passage in &outline.passages {
        if let Some(label) = label_of(passage) {
            let at = passage.piece.visible.original(0);
            updates.push(Update {
                label,
                point: None,
                at,
            });
        }
        let is_text = !matches!(passage.kind, BlockKind::Code | BlockKind::Quote);
        if let Some(update) = updates.last_mut().filter(|_| is_text) {
            update.point = posted(passage, setting, order).or(update.point);
        }
        if updates.len() > MOST {
            return Vec::new();
        }
    }
    let opens = updates
        .iter()
        .any(|update| update.label != Label::Resolved && update.label != Label::Update);
    updates.retain(|update| update.point.is_some());
    if updates.len() < 2 || !opens {
        return Vec::new();
    }
    in_order(updates)
}

/// Whether a text begins as an update does.
pub(crate) fn is_labelled(text: &str) -> bool {
    LABEL.is_match(text)
}

fn label_of(passage: &Passage) -> Option<Label> {
    let text = passage.piece.text();
    match passage.kind {
        BlockKind::Heading => label(text.trim_end_matches([' ', '-', '–', ':'])),
        BlockKind::Paragraph | BlockKind::ListItem | BlockKind::KeyValue => {
            label(&LABEL.captures(text)?[1])
        }
        _ => None,
    }
}

/// The last day with a clock time in a passage.
fn posted(passage: &Passage, setting: &Setting, order: Option<DateOrder>) -> Option<Point> {
    let stamps = stamp::stamps(passage.piece.text(), order);
    let whole = |stamp: &&stamp::Stamp| stamp.day.is_some() && stamp.time.is_some();
    setting.point(stamps.iter().rfind(whole)?)
}

fn in_order(updates: Vec<Update>) -> Vec<TimelineEntry> {
    let mut entries: Vec<(i64, Label, TimelineEntry)> = updates
        .into_iter()
        .filter_map(|update| {
            let point = update.point?;
            let entry = TimelineEntry {
                point,
                at: update.at,
                section: SectionKind::Timeline,
                text: String::new(),
                event: Event::default(),
            };
            Some((point.moment()?.instant().as_second(), update.label, entry))
        })
        .collect();
    entries.sort_by_key(|(second, _, entry)| (*second, std::cmp::Reverse(entry.at)));
    for (number, (_, label, entry)) in entries.iter_mut().enumerate() {
        entry.event = Event {
            // Who posts the first update has noticed by then.
            detected: number == 0 && *label != Label::Resolved,
            diagnosed: *label == Label::Identified,
            resolved: *label == Label::Resolved,
            ..Event::default()
        };
    }
    entries.into_iter().map(|(_, _, entry)| entry).collect()
}
