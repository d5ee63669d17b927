//! Decision: what a person decided of incidents, from a table or a terminal, made into verdicts; what is no value is named.

use std::path::Path;

use pm_kb::classification::VerdictSource;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::error::Error;
use pm_kb::knowledge_base::Changed;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Statement;
use pm_kb::knowledge_base::Wish;
use pm_kb::record::Record;
use pm_kb::sheet;
use pm_kb::sheet::Row;
use pm_kb::sheet::Sheet;
use pm_kb::taxonomy::Facet;
use pm_kb::verdict::Field;

use crate::Desk;
use crate::author;
use crate::exit::Exit;
use crate::input;
use crate::message;
use crate::message::Problems;
use crate::terminal::clean_block;

/// What a column begins with that a decision on a field is written in.
pub(crate) const SET: &str = "set_";

/// The column for the reason of a decision.
pub(crate) const WHY: &str = "why";

/// No table of decisions that people filled in is larger.
const MOST_BYTES: usize = 64 << 20;

/// Who decides, and where what is wrong is told.
pub(crate) struct Court<'a> {
    /// The base.
    pub(crate) base: &'a mut KnowledgeBase,
    /// Who decides.
    pub(crate) author: String,
    /// The name of the table.
    pub(crate) source: String,
    /// What was wrong so far.
    pub(crate) problems: Problems,
    /// How many lines were refused, wholly or in part.
    pub(crate) refused: usize,
}

impl Court<'_> {
    /// Tells what is wrong with a row; what else it says is taken.
    pub(crate) fn refuse(&mut self, row: &Row, message: String, advice: &str, desk: &mut Desk) {
        self.refused += 1;
        let refusal = Diagnostic::error(row.position(), message, advice);
        let source = self.source.clone();
        self.problems.tell(&mut desk.terminal, &source, &refusal);
    }

    /// Tells what is odd about a row, though it is taken.
    pub(crate) fn remark(&mut self, row: &Row, message: String, advice: &str, desk: &mut Desk) {
        let remark = Diagnostic::warning(row.position(), message, advice);
        let source = self.source.clone();
        self.problems.tell(&mut desk.terminal, &source, &remark);
    }

    /// The record that a row speaks of; told where there is none.
    pub(crate) fn record(
        &mut self,
        sheet: &Sheet,
        row: &Row,
        desk: &mut Desk,
    ) -> anyhow::Result<Option<Record>> {
        let id = sheet.cell(row, "id");
        if id.is_empty() {
            let message = "there is no id in this line".to_owned();
            self.refuse(row, message, "the other lines are taken", desk);
            return Ok(None);
        }
        match self.base.record(id) {
            Ok(record) => Ok(Some(record)),
            Err(error @ Error::UnknownIncident { .. }) => {
                let advice = error.hint().unwrap_or_default();
                self.refuse(row, error.to_string(), &advice, desk);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What the columns that set a field say in a row; a value that is none is told and passed over.
    pub(crate) fn set(&mut self, sheet: &Sheet, row: &Row, desk: &mut Desk) -> Vec<(Field, Wish)> {
        let mut wishes = Vec::new();
        for column in sheet.columns() {
            let Some(name) = column.strip_prefix(SET) else {
                continue;
            };
            let text = sheet.cell(row, column);
            // What is no field was told of the first line.
            if let (false, Ok(field)) = (text.is_empty(), name.parse::<Field>()) {
                match field.normal(text) {
                    Ok(value) => wishes.push((field, Wish::Be(value))),
                    Err(error) => {
                        let message = format!("{column}: {error}");
                        self.refuse(row, message, "what else the line says is taken", desk);
                    }
                }
            }
        }
        wishes
    }

    /// Gives the verdicts of one decision.
    pub(crate) fn decide(
        &mut self,
        record: &Record,
        wishes: Vec<(Field, Wish)>,
        why: &str,
        desk: &Desk,
    ) -> Result<Changed, Error> {
        self.base.label(&Statement {
            incident: record.id.to_string(),
            wishes,
            why: why.trim().to_owned(),
            author: self.author.clone(),
            now: desk.now,
        })
    }
}

/// The verdicts of whoever accepts the labels of a record as they are shown, but for those decided already.
pub(crate) fn accepted(
    facets: &[Facet],
    shown: impl Fn(Facet) -> Option<Option<String>>,
    decided: &[(Field, Wish)],
) -> Vec<(Field, Wish)> {
    let is_decided = |facet: &Facet| {
        let field = Field::Facet(*facet);
        decided.iter().any(|(other, _)| *other == field)
    };
    let facets = facets.iter().filter(|facet| !is_decided(facet));
    facets
        .filter_map(|facet| Some((Field::Facet(*facet), Wish::Be(shown(*facet)?))))
        .collect()
}

/// Whether a cell says yes; `None` where it says neither yes nor no.
pub(crate) fn is_yes(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "" | "no" | "n" | "0" | "false" | "-" => Some(false),
        "yes" | "y" | "x" | "1" | "true" | "ok" | "accept" | "accepted" => Some(true),
        _ => None,
    }
}

/// Columns that set what is no field, told once.
fn unknown_columns(sheet: &Sheet) -> Vec<Diagnostic> {
    let names = sheet.columns().iter();
    names
        .filter_map(|column| {
            let error = column.strip_prefix(SET)?.parse::<Field>().err()?;
            let message = format!("the column `{column}`: {error}");
            let at = pm_kb::text::Position { line: 1, column: 1 };
            Some(Diagnostic::error(
                Some(at),
                message,
                "the other columns are taken",
            ))
        })
        .collect()
}

/// Whether a person gave a label.
pub(crate) fn is_human(record: &Record, facet: Facet) -> bool {
    record.classification.verdicts.get(&facet) == Some(&VerdictSource::Human)
}

/// Tells what the spreadsheet changed, and columns that set no field.
fn tell_oddities(court: &mut Court<'_>, sheet: &Sheet, desk: &mut Desk) {
    let source = court.source.clone();
    for odd in &sheet.diagnostics {
        court.problems.tell(&mut desk.terminal, &source, odd);
    }
    for unknown in unknown_columns(sheet) {
        court.refused += 1;
        court.problems.tell(&mut desk.terminal, &source, &unknown);
    }
}

/// Writes a table for a spreadsheet; `-` is standard output.
pub(crate) fn write(
    file: &Path,
    columns: &[String],
    rows: &[Vec<String>],
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    // Text of documents, which a terminal may show and a spreadsheet may hide.
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| clean_block(cell)).collect())
        .collect();
    let text = sheet::write(&columns, &rows);
    match file.as_os_str() == "-" {
        true => desk.terminal.bytes(text.as_bytes())?,
        false => crate::output::write(file, text.as_bytes())?,
    }
    Ok(())
}

/// Takes in a table that people filled in, `-` is standard input. `each` takes the rows, refuses what is no value with
/// its line, and says in words what came of them.
pub(crate) fn take_in(
    file: &Path,
    (base, author): (&mut KnowledgeBase, Option<&str>),
    desk: &mut Desk,
    each: impl FnOnce(&mut Court<'_>, &Sheet, &mut Desk) -> anyhow::Result<String>,
) -> anyhow::Result<Exit> {
    let author = author::required(author, base)?;
    let read = match file.as_os_str() == "-" {
        true => input::read_stdin(MOST_BYTES),
        false => input::read(file, MOST_BYTES),
    };
    let table = match read {
        Ok(table) => table,
        Err(refusal) => {
            message::refuse(&mut desk.terminal, file, &refusal.diagnostic());
            return Ok(Exit::Refused);
        }
    };
    let sheet = match Sheet::read(&table.bytes) {
        Ok(sheet) => sheet,
        Err(refusal) => {
            message::refuse(&mut desk.terminal, Path::new(&table.source), &refusal);
            return Ok(Exit::Refused);
        }
    };
    let mut court = Court {
        base,
        author,
        source: table.source,
        problems: Problems::default(),
        refused: 0,
    };
    tell_oddities(&mut court, &sheet, desk);
    let told = each(&mut court, &sheet, desk)?;
    let refused = court.refused;
    court.problems.close(&mut desk.terminal);
    message::notice(&mut desk.terminal, &told);
    if let Err(error) = base.catch_up_if_due() {
        let text = format!("the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    Ok(match refused {
        0 => Exit::Done,
        _ => Exit::Refused,
    })
}
