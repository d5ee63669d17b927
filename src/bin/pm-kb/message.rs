//! Message: errors, warnings and notices in one form, each with its place and what to do, at most twenty in full.

use std::io;
use std::path::Path;

use anstyle::AnsiColor;
use anstyle::Style;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::diagnostic::Level;
use pm_kb::error::Error;
use pm_kb::query::Notice;
use pm_kb::text::Position;
use unicode_width::UnicodeWidthStr as _;

use crate::input::name;
use crate::json;
use crate::terminal::Terminal;
use crate::terminal::clean;

/// So many problems are told in full, after them only their number.
const MOST: usize = 20;

/// Something to be told on standard error.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problem {
    /// How grave it is; `None` for what is merely said, as a summary.
    pub(crate) level: Option<Level>,
    /// The file or path that it is about.
    pub(crate) source: Option<String>,
    /// Where in the source.
    pub(crate) position: Option<Position>,
    /// What was found.
    pub(crate) message: String,
    /// What to do; empty where nothing need be done.
    pub(crate) advice: String,
}

impl Problem {
    fn plain(level: Option<Level>, message: &str) -> Problem {
        Problem {
            level,
            message: message.to_owned(),
            ..Problem::default()
        }
    }

    fn of(source: &str, diagnostic: &Diagnostic) -> Problem {
        Problem {
            level: Some(diagnostic.level),
            source: Some(source.to_owned()),
            position: diagnostic.position,
            message: diagnostic.message.clone(),
            advice: diagnostic.advice.clone(),
        }
    }

    /// `error: PATH:LINE:COL: what was found — what to do`.
    fn text(&self, terminal: &Terminal) -> String {
        let mut text = match self.level {
            Some(level) => format!("{}: ", terminal.paint_problem(style(level), level.id())),
            None => String::new(),
        };
        if let Some(source) = &self.source {
            text.push_str(&clean(source));
            if let Some(at) = self.position {
                text.push_str(&format!(":{}:{}", at.line, at.column));
            }
            text.push_str(": ");
        }
        text.push_str(&clean(&self.message));
        if !self.advice.is_empty() {
            text.push_str(&format!(" — {}", clean(&self.advice)));
        }
        text
    }
}

fn style(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
    };
    Style::new().fg_color(Some(color.into())).bold()
}

/// Tells one problem.
pub(crate) fn tell(terminal: &mut Terminal, problem: &Problem) {
    let line = if terminal.speaks_json() {
        json::problem(problem)
    } else {
        problem.text(terminal)
    };
    terminal.problem_line(&line);
}

/// Says something that is no problem, unless notices are left out.
pub(crate) fn notice(terminal: &mut Terminal, text: &str) {
    if !terminal.is_quiet() {
        tell(terminal, &Problem::plain(None, text));
    }
}

/// Tells how something was understood, unless notices are left out.
pub(crate) fn note(terminal: &mut Terminal, text: &str) {
    if !terminal.is_quiet() {
        tell(terminal, &Problem::plain(Some(Level::Note), text));
    }
}

/// Warns of something that is of no document.
pub(crate) fn warning(terminal: &mut Terminal, text: &str) {
    tell(terminal, &Problem::plain(Some(Level::Warning), text));
}

/// Tells why the only input of a command is refused.
pub(crate) fn refuse(terminal: &mut Terminal, file: &Path, refusal: &Diagnostic) {
    tell(terminal, &Problem::of(&name::shown(file), refusal));
}

/// Tells what is wrong with files of rules.
pub(crate) fn rules(terminal: &mut Terminal, problems: &[Error]) {
    let mut told = Problems::default();
    for problem in problems {
        let (source, position, message) = match problem {
            Error::Rule {
                file,
                line,
                column,
                message,
            } => {
                let (line, column) = (*line, *column);
                (
                    file.clone(),
                    Some(Position { line, column }),
                    message.clone(),
                )
            }
            Error::File { path, source, .. } => (name::shown(path), None, reason(source)),
            other => (String::new(), None, other.to_string()),
        };
        let diagnostic = Diagnostic::error(position, message, "");
        told.tell(terminal, &name::near(&source), &diagnostic);
    }
    told.close(terminal);
}

/// The problems of one command. Errors are told as they come up, the rest at the end, as far as there is room: a
/// refusal is not to be buried under warnings.
#[derive(Default)]
pub(crate) struct Problems {
    told: usize,
    waiting: Vec<Problem>,
    held_back: usize,
}

impl Problems {
    /// Tells what was found in a document.
    pub(crate) fn tell(&mut self, terminal: &mut Terminal, source: &str, diagnostic: &Diagnostic) {
        if diagnostic.level == Level::Note && terminal.is_quiet() {
            return;
        }
        let is_error = diagnostic.level == Level::Error;
        if is_error && self.told < MOST {
            self.told += 1;
            tell(terminal, &Problem::of(source, diagnostic));
        } else if !is_error && self.waiting.len() < MOST {
            self.waiting.push(Problem::of(source, diagnostic));
        } else {
            self.held_back += 1;
        }
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.told + self.waiting.len() + self.held_back
    }

    /// Tells what has waited, and how many more there are.
    pub(crate) fn close(self, terminal: &mut Terminal) {
        let room = MOST - self.told;
        for problem in self.waiting.iter().take(room) {
            tell(terminal, problem);
        }
        let held_back = self.held_back + self.waiting.len().saturating_sub(room);
        if held_back > 0 {
            let text = format!("and {held_back} more");
            tell(terminal, &Problem::plain(None, &text));
        }
    }
}

/// Tells what is wrong with a query, with a caret under each part.
pub(crate) fn bad_query(terminal: &mut Terminal, text: &str, notices: &[Notice]) {
    for notice in notices {
        let before = text.get(..notice.span.start).unwrap_or_default();
        let part = text.get(notice.span.start..notice.span.end);
        if terminal.speaks_json() {
            let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
            let problem = Problem {
                source: Some(text.to_owned()),
                position: Some(Position { line: 1, column }),
                ..Problem::plain(Some(Level::Error), &notice.to_string())
            };
            tell(terminal, &problem);
            continue;
        }
        tell(
            terminal,
            &Problem::plain(Some(Level::Error), &notice.to_string()),
        );
        let under = clean(part.unwrap_or_default()).width().max(1);
        let indent = " ".repeat(clean(before).width());
        terminal.problem_line(&format!("  {}", clean(text)));
        terminal.problem_line(&format!("  {indent}{}", "^".repeat(under)));
    }
}

/// Tells why the whole command failed, and what to do.
pub(crate) fn error(terminal: &mut Terminal, error: &anyhow::Error) {
    let known = error.downcast_ref::<Error>();
    let mut problem = Problem::plain(Some(Level::Error), &causes(error));
    problem.advice = known.and_then(Error::hint).unwrap_or_default();
    if let Some(Error::Rule {
        file,
        line,
        column,
        message,
    }) = known
    {
        problem.source = Some(name::near(file));
        problem.position = Some(Position {
            line: *line,
            column: *column,
        });
        problem.message.clone_from(message);
    }
    tell(terminal, &problem);
}

/// What the command line's reader says of arguments that it does not understand.
pub(crate) fn usage(terminal: &mut Terminal, error: &clap::Error) {
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let message = paragraphs.next().unwrap_or_default();
    let mut problem = Problem::plain(Some(Level::Error), message.trim_start_matches("error: "));
    let advice = paragraphs.next().unwrap_or_default();
    problem.advice = advice.trim_start_matches("tip: ").to_owned();
    tell(terminal, &problem);
}

/// An error with its causes, each told once, those of the operating system in words.
fn causes(error: &anyhow::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    if error
        .chain()
        .next()
        .is_some_and(|first| first.is::<io::Error>())
    {
        // Whatever else reads or writes says what; results are written in too many places for that.
        told.push("cannot write to standard output".to_owned());
    }
    for cause in error.chain() {
        if let Some(known) = cause.downcast_ref::<Error>() {
            // The library's errors tell their own causes.
            told.push(match known {
                Error::File {
                    doing,
                    path,
                    source,
                } => format!("cannot {doing} {}: {}", path.display(), reason(source)),
                known => known.to_string(),
            });
            break;
        }
        if let Some(system) = cause.downcast_ref::<io::Error>() {
            told.push(reason(system));
            break;
        }
        told.push(cause.to_string());
    }
    told.join(": ")
}

/// An input-output error in words, without the number of the operating system.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space left on the disk".to_owned(),
        _ => {
            let text = match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code).to_string(),
                None => error.to_string(),
            };
            let words = text.split(" (os error").next().unwrap_or(&text);
            words.to_lowercase()
        }
    }
}
