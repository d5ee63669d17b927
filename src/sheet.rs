//! Sheet: a table as a spreadsheet saves it, in whatever encoding and with whatever separator; cells by line and column.

use csv::ReaderBuilder;
use csv::WriterBuilder;

use crate::diagnostic::Diagnostic;
use crate::text::Position;

mod decoding;

/// What a spreadsheet may put between cells, the most usual first.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// With what a cell may begin that some spreadsheets pass over before they look for one.
const PASSED_OVER: [char; 4] = ['\t', '\r', '\n', '\0'];

/// A table whose first line names the columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    columns: Vec<String>,
    rows: Vec<Row>,
    /// What the spreadsheet changed, in words, with the line.
    pub diagnostics: Vec<Diagnostic>,
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file that it begins on, from 1.
    pub line: u32,
    cells: Vec<String>,
}

impl Sheet {
    /// Reads a table: UTF-8 with or without a byte order mark, UTF-16, or Windows-1252; commas, semicolons, tabs or
    /// strokes between the cells. What is not plain CSV in UTF-8 is said. Empty lines are passed over.
    ///
    /// # Errors
    /// The refusal, where there is not even a line that names columns.
    pub fn read(bytes: &[u8]) -> Result<Sheet, Diagnostic> {
        let (text, mut diagnostics) = decoding::decode(bytes);
        let (separator, skipped) = separator(&text);
        if separator != ',' {
            let name = match separator {
                ';' => "semicolons",
                '\t' => "tabs",
                _ => "strokes",
            };
            let message = format!("the cells are separated by {name}, not by commas");
            diagnostics.push(Diagnostic::note(at(1 + skipped), message, ""));
        }
        let rest = text.split_inclusive('\n').skip(skipped as usize);
        let body: String = rest.collect();
        let mut reader = ReaderBuilder::new()
            .delimiter(u8::try_from(separator).unwrap_or(b','))
            .has_headers(false)
            .flexible(true)
            .from_reader(body.as_bytes());
        let mut sheet = Sheet {
            diagnostics,
            ..Sheet::default()
        };
        let (mut line, mut counted) = (1 + skipped, 0);
        for record in reader.records() {
            // The text is UTF-8 and rows may have any length: there is nothing left that csv refuses.
            let Ok(record) = record else { continue };
            let start = record.position().map_or(0, csv::Position::byte);
            let start = begin(&body, usize::try_from(start).unwrap_or(usize::MAX));
            let passed = body.get(counted..start).unwrap_or_default();
            line += u32::try_from(passed.matches('\n').count()).unwrap_or(0);
            counted = start;
            let cells: Vec<String> = record.iter().map(unguarded).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            match sheet.columns.is_empty() {
                true => sheet.columns = cells.iter().map(|cell| folded(cell)).collect(),
                false => sheet.rows.push(Row { line, cells }),
            }
        }
        match sheet.columns.is_empty() {
            true => Err(Diagnostic::error(
                at(1),
                "there is no line that names the columns",
                "export the table again and fill it in",
            )),
            false => Ok(sheet),
        }
    }

    /// The names of the columns, folded to lower case with `_` for spaces.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The lines below the first, in their order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What stands in a column of a row; empty where there is no such cell.
    pub fn cell<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let place = self.columns.iter().position(|name| name == column);
        let cell = place.and_then(|place| row.cells.get(place));
        cell.map_or("", String::as_str)
    }
}

impl Row {
    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Where it stands.
    pub fn position(&self) -> Option<Position> {
        at(self.line)
    }
}

/// Writes a table as CSV (RFC 4180): UTF-8 with a byte order mark, without which spreadsheets take it for another encoding. A text
/// that a spreadsheet could take for a formula begins with `'`, which [`Sheet::read`] takes off again.
pub fn write(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Writing to memory cannot fail, and every row is written with the cells that it has.
    let _ = writer.write_record(columns);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

/// Where a record begins: csv tells where the one before ended.
fn begin(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    text.len() - rest.trim_start_matches(['\r', '\n']).len()
}

fn at(line: u32) -> Option<Position> {
    Some(Position { line, column: 1 })
}

/// The separator of a table, and how many lines before its first are not of it: Excel writes `sep=;` there.
fn separator(text: &str) -> (char, u32) {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let named = first.trim().strip_prefix("sep=");
    if let Some(separator) = named.and_then(|rest| rest.chars().next())
        && SEPARATORS.contains(&separator)
    {
        return (separator, 1);
    }
    let head = std::iter::once(first).chain(lines);
    let head = head
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let mut best = (',', 0);
    for separator in SEPARATORS {
        let count = head.matches(separator).count();
        if count > best.1 {
            best = (separator, count);
        }
    }
    (best.0, 0)
}

fn folded(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.replace([' ', '-'], "_")
}

fn guarded(cell: &str) -> String {
    match cell.len() > 1 && is_formula(cell) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

fn is_formula(cell: &str) -> bool {
    cell.trim_start().starts_with(FORMULA) || cell.starts_with(PASSED_OVER)
}

fn unguarded(cell: &str) -> String {
    let bare = cell.strip_prefix('\'');
    let bare = bare.filter(|rest| is_formula(rest));
    bare.unwrap_or(cell).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "id,why\r\na,\"one, two\"\r\n\r\nb,\"first line\nsecond\"\r\nc\r\n";

    fn cells(sheet: &Sheet) -> Vec<(u32, String, String)> {
        let rows = sheet.rows().iter();
        rows.map(|row| {
            let cell = |column| sheet.cell(row, column).to_owned();
            (row.line, cell("id"), cell("why"))
        })
        .collect()
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_cells_hold() {
        let sheet = Sheet::read(TABLE.as_bytes()).expect("a table");
        let wanted = [
            (2, "a", "one, two"),
            (4, "b", "first line\nsecond"),
            (6, "c", ""),
        ];
        let wanted = wanted.map(|(line, id, why)| (line, id.to_owned(), why.to_owned()));
        assert_eq!(cells(&sheet), wanted);
        assert_eq!(sheet.diagnostics, []);
    }

    #[test]
    fn what_a_spreadsheet_makes_of_a_table_reads_the_same() {
        let plain = "id,why\na,für Ådas Büro\n";
        let wanted = cells(&Sheet::read(plain.as_bytes()).expect("a table"));
        let sep = plain.replace(',', ";");
        let utf_16 = |text: &str| -> Vec<u8> {
            let text = format!("\u{feff}{text}");
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        };
        let latin: Vec<u8> = plain.chars().map(|one| one as u8).collect();
        for (bytes, told) in [
            (format!("\u{feff}{plain}").into_bytes(), None),
            (sep.into_bytes(), Some("semicolons")),
            (utf_16(&plain.replace(',', "\t")), Some("UTF-16")),
            (latin, Some("Windows-1252")),
        ] {
            let sheet = Sheet::read(&bytes).expect("a table");
            assert_eq!(cells(&sheet), wanted);
            let said = sheet.diagnostics.first().map(|one| one.message.as_str());
            assert_eq!(said.is_some(), told.is_some(), "{said:?}");
            assert!(said.unwrap_or_default().contains(told.unwrap_or_default()));
        }
        let sheet = Sheet::read(b"sep=;\r\nid;why\r\na;b\r\n").expect("a table");
        assert_eq!(cells(&sheet), [(3, "a".to_owned(), "b".to_owned())]);
    }

    #[test]
    fn formulas_are_text_on_the_way_out_and_back() {
        let text = write(&["id", "why"], &[vec!["=1+1".to_owned(), "-".to_owned()]]);
        assert!(text.contains("'=1+1,-"), "{text}");
        let sheet = Sheet::read(text.as_bytes()).expect("a table");
        assert_eq!(cells(&sheet)[0].1, "=1+1");
        assert!(Sheet::read(b"\n\n").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_cell_is_a_formula_and_each_comes_back(why in "([a-z é]|[=+@\"',;|\t\r\n＝＋－＠-]){0,12}") {
            let text = write(&["id", "why"], &[vec!["a".to_owned(), why.clone()]]);
            let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
            let row = reader.records().next().expect("a row").expect("UTF-8");
            let written = &row[1];
            let first = written.trim_start().chars().next().filter(|_| written.len() > 1);
            proptest::prop_assert!(!first.is_some_and(|c| FORMULA.contains(&c)), "{written:?}");
            // A quote mark before a formula is the spreadsheet's own, whoever wrote it.
            proptest::prop_assume!(!why.starts_with('\''));
            let sheet = Sheet::read(text.as_bytes()).expect("a table");
            proptest::prop_assert_eq!(sheet.cell(&sheet.rows()[0], "why"), why.trim());
        }
    }
}
