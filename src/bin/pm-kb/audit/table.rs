//! Drawn documents as a table for a spreadsheet, and the findings of one that comes back.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use pm_kb::audit::Answer;
use pm_kb::audit::Drawn;
use pm_kb::audit::Log;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::REVIEWED;
use pm_kb::knowledge_base::Wish;
use pm_kb::sheet::Row;
use pm_kb::sheet::Sheet;
use pm_kb::taxonomy::Facet;
use pm_kb::verdict::Field;

use crate::Desk;
use crate::decision;
use crate::decision::Court;
use crate::message;

/// The columns that say what is to be read.
const KNOWN: &[&str] = &["audit", "id", "title", "path", "text"];

/// A spreadsheet has room for so many characters in a cell.
const CELL: usize = 32_000;

/// Writes what is to be read: nothing in it tells what the rules say.
pub(super) fn export(
    file: &Path,
    open: &[Drawn],
    base: &KnowledgeBase,
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let set = REVIEWED
        .iter()
        .map(|facet| format!("{}{}", decision::SET, facet.id()));
    let columns = KNOWN.iter().map(|name| (*name).to_owned());
    let columns: Vec<String> = columns.chain(set).collect();
    let mut rows = Vec::new();
    for drawn in open {
        let record = base.record(drawn.incident.as_str())?;
        let (document, _) = base.postmortem(drawn.incident.as_str())?;
        let text = document.text.trim_start_matches('\u{feff}');
        let mut row = vec![
            drawn.audit.clone(),
            drawn.incident.to_string(),
            record.title.clone(),
            record.source.clone(),
            text.chars().take(CELL).collect(),
        ];
        row.resize(columns.len(), String::new());
        rows.push(row);
    }
    decision::write(file, &columns, &rows, desk)?;
    let text = format!(
        "{} written to {}; fill in the columns that begin with `{}`, `-` for what is not stated, then `pm-kb audit --import`",
        crate::format::documents(open.len()),
        file.display(),
        decision::SET
    );
    message::notice(&mut desk.terminal, &text);
    Ok(())
}

/// Takes the findings of a table, row by row.
pub(super) fn import(
    court: &mut Court<'_>,
    sheet: &Sheet,
    desk: &mut Desk,
) -> anyhow::Result<String> {
    let (log, _) = court.base.audit_log(None)?;
    let mut read = BTreeSet::new();
    for row in sheet.rows() {
        let is_set = |column: &&String| column.starts_with(decision::SET);
        let mut set = sheet.columns().iter().filter(is_set);
        if set.all(|column| sheet.cell(row, column).is_empty()) {
            continue;
        }
        if let Some(answer) = answer(court, (sheet, row), &log, desk)? {
            court.base.answer_audit(&answer)?;
            read.insert(answer.incident);
        }
    }
    Ok(format!("{} read", crate::format::documents(read.len())))
}

/// What one row answers, where it is of an incident that was drawn and says what failed.
fn answer(
    court: &mut Court<'_>,
    (sheet, row): (&Sheet, &Row),
    log: &Log,
    desk: &mut Desk,
) -> anyhow::Result<Option<Answer>> {
    let Some(record) = court.record(sheet, row, desk)? else {
        return Ok(None);
    };
    let named = sheet.cell(row, "audit");
    let mut drawn = log.drawn().filter(|drawn| drawn.incident == record.id);
    let Some(drawn) = drawn.find(|drawn| named.is_empty() || drawn.audit == named) else {
        let message = format!("`{}` was not drawn in audit `{named}`", record.id);
        court.refuse(
            row,
            message,
            "an audit is of what was drawn; `pm-kb label` takes any other verdict",
            desk,
        );
        return Ok(None);
    };
    let mut labels: BTreeMap<Facet, Option<String>> = BTreeMap::new();
    for (field, wish) in court.set(sheet, row, desk) {
        match (field, wish) {
            (Field::Facet(facet), Wish::Be(value)) => {
                labels.insert(facet, value);
            }
            (field, _) => {
                let message = format!("`{field}` is no label");
                court.refuse(
                    row,
                    message,
                    "an audit is of labels; `pm-kb label` corrects facts",
                    desk,
                );
            }
        }
    }
    if !labels.contains_key(&Facet::FailureMode) {
        let message = "no failure mode is said".to_owned();
        court.refuse(
            row,
            message,
            "fill in `set_failure_mode`; the other lines are taken",
            desk,
        );
        return Ok(None);
    }
    Ok(Some(Answer {
        audit: drawn.audit.clone(),
        incident: record.id,
        labels,
        author: court.author.clone(),
        time: desk.now,
    }))
}
