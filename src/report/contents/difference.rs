//! What changed since an earlier report, and why.

use crate::report::Report;
use crate::report::difference::Cause;
use crate::report::difference::Difference;
use crate::report::difference::PatternDifference;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::wording;

/// So many ids stand in a cell.
const IDS: usize = 8;

/// The section that explains the difference to an earlier report, where one was given.
pub(super) fn section(report: &Report) -> Option<Section> {
    let difference = report.difference.as_ref()?;
    let mut blocks = vec![Block::Paragraph(vec![Inline::Text(summary(difference))])];
    if !difference.patterns.is_empty() {
        let mut table = Table::new(&[
            "Pattern",
            "#before",
            "Cause",
            "#after it",
            "Incidents moved",
        ]);
        for one in &difference.patterns {
            rows(report, one, &mut table);
        }
        blocks.push(Block::Table(table));
    }
    Some(Section {
        blocks,
        ..super::section(
            "difference",
            format!("Since the report of {}", difference.since),
        )
    })
}

fn summary(difference: &Difference) -> String {
    let rules = match &difference.rules {
        Some(rules) if rules.is_empty() => " The rules have changed.".to_owned(),
        Some(rules) => format!(" The rules then: {rules}."),
        None => " The rules are the same.".to_owned(),
    };
    format!(
        "{} of incidents that count otherwise than before, {} with the same incidents. The causes are taken one after \
         the other.{rules}",
        wording::plural(difference.patterns.len(), "pattern"),
        difference.unchanged
    )
}

fn rows(report: &Report, one: &PatternDifference, table: &mut Table) {
    let mut before = one.before;
    for (at, step) in one.steps.iter().enumerate() {
        let name = if at == 0 {
            report.request.patterns[one.pattern].title.clone()
        } else {
            String::new()
        };
        let shown: Vec<&str> = step.moved.iter().take(IDS).map(String::as_str).collect();
        let rest = step.moved.len().saturating_sub(IDS);
        let more = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        table.row(vec![
            vec![Inline::Text(name)],
            vec![Inline::Text(wording::both(before))],
            vec![Inline::text(words(step.cause))],
            vec![Inline::Text(wording::both(step.share))],
            vec![Inline::Text(shown.join(", ") + &more)],
        ]);
        before = step.share;
    }
}

fn words(cause: Cause) -> &'static str {
    match cause {
        Cause::Time => "the window moved",
        Cause::Incidents => "incidents new or gone",
        Cause::LabelsByRule => "labels changed by rule",
        Cause::LabelsByPeople => "labels changed by people",
        Cause::Facts => "facts or pattern changed",
    }
}
