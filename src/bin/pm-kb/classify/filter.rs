//! The stateless filter: a JSON line in, a JSON line out, in order; a bad line is answered and does no harm.

use std::io;
use std::io::BufRead;
use std::io::Read as _;

use anyhow::Context as _;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::diagnostic::Level;
use pm_kb::knowledge_base::Input;

use crate::Desk;
use crate::classify::Labels;
use crate::exit::Exit;
use crate::json;

/// In JSON a character may be written in six bytes, and there are other fields: a line may be so many times as long as
/// the longest document.
const ROOM: usize = 8;

/// One line of the input; what else it holds is passed over.
#[derive(serde::Deserialize)]
struct Question {
    id: String,
    text: String,
}

/// What is wrong with a line, and whose line it was, where that can be read.
struct Refused {
    id: Option<String>,
    error: String,
}

/// Answers every line of standard input, each as soon as it has come.
pub(super) fn run(labels: &Labels, desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut stdin = io::stdin().lock();
    let limit = labels.limit().saturating_mul(ROOM);
    let mut number = 0;
    while let Some(line) = next_line(&mut stdin, limit).context("cannot read standard input")? {
        number += 1;
        let answer = match line {
            Line::Whole(bytes) => answer(labels, &bytes),
            Line::TooLong => Err(Refused {
                id: None,
                error: format!("the line has more than the limit of {limit} bytes"),
            }),
        };
        let answer = answer.unwrap_or_else(|refused| {
            json::bad_line(number, refused.id.as_deref(), &refused.error)
        });
        desk.terminal.line(&answer)?;
        desk.terminal.flush()?;
    }
    Ok(Exit::Done)
}

/// A line as it came.
#[derive(Debug, PartialEq)]
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// The next line without its end, of which no more than the limit is kept; `None` at the end of the input.
fn next_line(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let most = (limit as u64).saturating_add(1);
    if input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let is_ended = line.ends_with(b"\n");
    if is_ended {
        line.pop();
    }
    if line.len() <= limit {
        return Ok(Some(Line::Whole(line)));
    }
    if !is_ended {
        input.skip_until(b'\n')?;
    }
    Ok(Some(Line::TooLong))
}

fn answer(labels: &Labels, line: &[u8]) -> Result<String, Refused> {
    let Question { id, text } = read(line).map_err(|error| Refused { id: None, error })?;
    let input = Input {
        source: id.clone(),
        path: String::new(),
        bytes: text.into_bytes(),
        id: None,
    };
    let run = labels.dry_run(input);
    let Some(record) = run.record else {
        return Err(Refused {
            id: Some(id),
            error: told(&run.diagnostics),
        });
    };
    let mut object = serde_json::to_value(json::incident(&record)).map_err(|error| Refused {
        id: Some(id.clone()),
        error: error.to_string(),
    })?;
    // The asker's name for the document comes back as it was given, be it an id of ours or not.
    object["id"] = serde_json::Value::String(id);
    Ok(json::to_line(&object))
}

fn read(line: &[u8]) -> Result<Question, String> {
    let line = line.trim_ascii();
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let expected = "expected an object as in {\"id\": \"a\", \"text\": \"# Title …\"}";
    if line.is_empty() {
        return Err(format!("the line is empty: {expected}"));
    }
    if !line.starts_with(b"{") {
        return Err(format!("the line is no JSON object: {expected}"));
    }
    serde_json::from_slice(line).map_err(|error| {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text);
        format!("column {}: {what}", error.column())
    })
}

fn told(diagnostics: &[Diagnostic]) -> String {
    let refusal = diagnostics.iter().find(|one| one.level == Level::Error);
    refusal.map_or_else(String::new, |one| match one.position {
        Some(at) => format!("{}:{}: {}", at.line, at.column, one.message),
        None => one.message.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_up_to_the_limit_and_the_next_one_whole() {
        let mut input: &[u8] = b"four\nfive5\n\nfour\nno end";
        let mut next = || next_line(&mut input, 4).expect("bytes in memory");
        let whole = |text: &str| Some(Line::Whole(text.as_bytes().to_vec()));
        assert_eq!(next(), whole("four"));
        assert_eq!(next(), Some(Line::TooLong));
        assert_eq!(next(), whole(""));
        assert_eq!(next(), whole("four"));
        assert_eq!(next(), Some(Line::TooLong));
        assert_eq!(next(), None);
    }
}
