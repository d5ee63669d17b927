//! Declared zone: the zone that a document says its clock times are in.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::PieceKind;
use crate::parser::zone;
use crate::parser::zone::Zone;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most passages that are searched.
const MOST: usize = 2_000;

static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    let zone = zone::PATTERN;
    Regex::new(&format!(r"(?:(?i:times?|timestamps?|clocks?|events|timeline|zeiten|uhrzeiten|horarios|horários)\b[^\n]{{0,60}}?)(?:^|[\s(\[,:|])({zone})(?:$|[\s)\],.;:|])")).expect("a constant")
});
static LONG_ZONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(pacific|eastern|central|mountain) (standard|daylight) time\b")
        .expect("a constant")
});

/// The zone that the document declares for the times of its timeline.
pub(crate) fn find(outline: &Outline) -> Option<Zone> {
    let in_section = |number: usize| outline.sections[number].kind == SectionKind::Timeline;
    let head = |passage: &&Passage| {
        let row_head = matches!(&passage.piece.kind, PieceKind::Row(row) if row.head);
        passage.kind == BlockKind::Heading || row_head || passage.piece.text().len() <= 200
    };
    let near = outline
        .passages
        .iter()
        .filter(|passage| in_section(passage.section))
        .filter(head);
    let far = outline
        .passages
        .iter()
        .filter(|passage| !in_section(passage.section))
        .filter(head);
    near.chain(far)
        .take(MOST)
        .find_map(|passage| zone_in(passage.piece.text()))
}

fn zone_in(text: &str) -> Option<Zone> {
    if let Some(found) = LONG_ZONE.captures(text) {
        let kind = if found[2].eq_ignore_ascii_case("daylight") {
            "D"
        } else {
            "S"
        };
        let first = found[1].chars().next()?.to_ascii_uppercase();
        return Zone::read(&format!("{first}{kind}T"));
    }
    Zone::read(DECLARED.captures(text)?.get(1)?.as_str())
}
