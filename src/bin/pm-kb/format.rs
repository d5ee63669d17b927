//! Format: text for people or JSON for programs, by the same two options everywhere.

use serde::Serialize;

use crate::json;
use crate::terminal::Terminal;

/// The options that say what is written.
#[derive(clap::Args)]
pub(crate) struct Output {
    /// What is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Short for `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Text to read.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
}

impl Output {
    /// What is to be written; with JSON, problems are told as JSON too.
    pub(crate) fn chosen(&self, terminal: &mut Terminal) -> Format {
        let format = if self.json { Format::Json } else { self.format };
        if format != Format::Text {
            terminal.speak_json();
        }
        format
    }
}

/// Writes one object.
pub(crate) fn one(
    terminal: &mut Terminal,
    format: Format,
    object: &impl Serialize,
) -> std::io::Result<()> {
    match format {
        Format::Jsonl => terminal.line(&json::to_line(object)),
        _ => terminal.text(&json::to_document(object)),
    }
}

/// Writes many objects: a list, or one a line.
pub(crate) fn many<T: Serialize>(
    terminal: &mut Terminal,
    format: Format,
    objects: impl Iterator<Item = T>,
) -> std::io::Result<()> {
    let mut list = List::of(format);
    for object in objects {
        list.write(terminal, &object)?;
    }
    list.close(terminal)
}

/// Objects written as they come: a list that is closed at the end, or one a line.
pub(crate) struct List {
    is_list: bool,
    written: usize,
}

impl List {
    /// A list, or one object a line.
    pub(crate) fn of(format: Format) -> List {
        List {
            is_list: format == Format::Json,
            written: 0,
        }
    }

    /// Writes the next object.
    pub(crate) fn write(
        &mut self,
        terminal: &mut Terminal,
        object: &impl Serialize,
    ) -> std::io::Result<()> {
        let line = json::to_line(object);
        self.written += 1;
        if !self.is_list {
            return terminal.line(&line);
        }
        let before = if self.written == 1 { "[" } else { "," };
        terminal.line(&format!("{before}{line}"))
    }

    /// Ends the list.
    pub(crate) fn close(&self, terminal: &mut Terminal) -> std::io::Result<()> {
        match (self.is_list, self.written) {
            (false, _) => Ok(()),
            (true, 0) => terminal.line("[]"),
            (true, _) => terminal.line("]"),
        }
    }
}

/// How many documents, in words.
pub(crate) fn documents(count: usize) -> String {
    match count {
        1 => "1 document".to_owned(),
        count => format!("{count} documents"),
    }
}
