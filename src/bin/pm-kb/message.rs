//! Message: errors, warnings and notices in one form, each with its place and what to do, at most twenty in full.

use anstyle::AnsiColor;
use anstyle::Style;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::diagnostic::Level;
use pm_kb::error::Error;
use pm_kb::query::Notice;

use crate::terminal;
use crate::terminal::Terminal;

/// After so many problems only their number is told.
const MOST: usize = 20;

/// The problems of one command, told as they come up.
#[derive(Default)]
pub(crate) struct Problems {
    told: usize,
    held_back: usize,
    as_json: bool,
}

impl Problems {
    /// Problems as text, or one JSON object each.
    pub(crate) fn new(as_json: bool) -> Problems {
        Problems {
            as_json,
            ..Problems::default()
        }
    }

    /// Tells what was found in a document.
    pub(crate) fn tell(&mut self, terminal: &mut Terminal, source: &str, diagnostic: &Diagnostic) {
        if diagnostic.level == Level::Note && terminal.is_quiet() {
            return;
        }
        if self.told == MOST {
            self.held_back += 1;
            return;
        }
        self.told += 1;
        let line = if self.as_json {
            as_json(source, diagnostic)
        } else {
            as_text(source, diagnostic)
        };
        terminal.problem(&line);
    }

    /// Tells how many were held back.
    pub(crate) fn close(&mut self, terminal: &mut Terminal) {
        if self.held_back > 0 {
            terminal.problem(&format!("and {} more", self.held_back));
        }
        self.held_back = 0;
    }
}

fn as_text(source: &str, diagnostic: &Diagnostic) -> String {
    let place = match diagnostic.position {
        Some(at) => format!("{}:{}:{}", terminal::clean(source), at.line, at.column),
        None => terminal::clean(source),
    };
    let advice = match diagnostic.advice.as_str() {
        "" => String::new(),
        advice => format!(" — {}", terminal::clean(advice)),
    };
    format!(
        "{}: {place}: {}{advice}",
        diagnostic.level.id(),
        terminal::clean(&diagnostic.message)
    )
}

fn as_json(source: &str, diagnostic: &Diagnostic) -> String {
    serde_json::json!({
        "schema": "pm-kb/problem/1",
        "level": diagnostic.level.id(),
        "source": source,
        "line": diagnostic.position.map(|at| at.line),
        "column": diagnostic.position.map(|at| at.column),
        "message": diagnostic.message,
        "advice": (!diagnostic.advice.is_empty()).then_some(&diagnostic.advice),
    })
    .to_string()
}

/// Tells what is wrong with a query, with a caret under each part.
pub(crate) fn bad_query(terminal: &mut Terminal, text: &str, notices: &[Notice]) {
    for notice in notices {
        let before = text
            .get(..notice.span.start)
            .map_or(0, |before| before.chars().count());
        let part = text
            .get(notice.span.start..notice.span.end)
            .map_or(1, |part| part.chars().count().max(1));
        terminal.problem(&format!("error: {}", terminal::clean(&notice.to_string())));
        terminal.problem(&format!("  {}", terminal::clean(text)));
        terminal.problem(&format!("  {}{}", " ".repeat(before), "^".repeat(part)));
    }
}

/// Tells why the whole command failed, and the next thing to type.
pub(crate) fn error(terminal: &mut Terminal, error: &anyhow::Error) {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let word = terminal.paint(red, "error");
    // The library's errors name their causes themselves.
    let told = match error.downcast_ref::<Error>() {
        Some(error) => error.to_string(),
        None => format!("{error:#}"),
    };
    terminal.problem(&format!("{word}: {}", terminal::clean(&told)));
    if let Some(hint) = error.downcast_ref::<Error>().and_then(Error::hint) {
        terminal.problem(&format!("hint: {}", terminal::clean(&hint)));
    }
}
