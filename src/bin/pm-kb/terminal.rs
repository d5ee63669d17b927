//! Terminal: standard output and standard error, colour, width, and the one sanitiser that every foreign word passes.

use std::fmt::Write as _;
use std::io;
use std::io::IsTerminal as _;
use std::io::Write;

use anstream::ColorChoice;
use anstyle::Style;

/// Where a command writes: results to one side, everything else to the other.
pub(crate) struct Terminal {
    out: Box<dyn Write>,
    styled: bool,
    width: Option<usize>,
    quiet: bool,
    lines_left: Option<usize>,
    lines_held_back: usize,
}

impl Terminal {
    /// The process's own standard output, coloured as the choice and the environment say.
    pub(crate) fn standard(choice: ColorChoice, quiet: bool) -> Terminal {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let styled = match choice {
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => anstream::AutoStream::choice(&stdout) != ColorChoice::Never,
        };
        let width = is_terminal.then(terminal_width);
        let out = Box::new(io::BufWriter::new(stdout));
        Terminal {
            out,
            styled,
            width,
            quiet,
            lines_left: None,
            lines_held_back: 0,
        }
    }

    /// The width of the terminal in columns; `None` where the output is no terminal and nothing is cut.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Whether notices are left out.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Shows only the next `lines` lines of results; `None` shows all again. Returns how many were held back before.
    pub(crate) fn limit_lines(&mut self, lines: Option<usize>) -> usize {
        self.lines_left = lines;
        std::mem::take(&mut self.lines_held_back)
    }

    /// Writes a line of results.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        match &mut self.lines_left {
            Some(0) => {
                self.lines_held_back += 1;
                return Ok(());
            }
            Some(left) => *left -= 1,
            None => {}
        }
        writeln!(self.out, "{text}")
    }

    /// Writes a text of one or more lines.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        text.lines().try_for_each(|line| self.line(line))
    }

    /// Writes bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Hands everything written so far to the reader.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// A piece of our own or of cleaned text in a style, where colours are on.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.styled {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// A notice on standard error; lost where standard error is closed.
    pub(crate) fn notice(&mut self, text: &str) {
        if !self.quiet {
            self.problem(text);
        }
    }

    /// A warning or an error on standard error, quiet or not.
    pub(crate) fn problem(&mut self, text: &str) {
        // Results so far come first, so that the two streams read in order on a terminal.
        let _ = self.out.flush();
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.or_else(measured).unwrap_or(80).clamp(20, 400)
}

/// Text from outside as one line that no terminal obeys: control, bidirectional and invisible characters made visible.
pub(crate) fn clean(text: &str) -> String {
    cleaned(text, false)
}

/// Text from outside as a block: as [`clean`], but line feeds stay.
pub(crate) fn clean_block(text: &str) -> String {
    cleaned(text, true)
}

fn cleaned(text: &str, keep_lines: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' if keep_lines => clean.push('\n'),
            '\r' if keep_lines => {}
            '\n' | '\r' | '\t' => clean.push(' '),
            '\0'..='\u{1f}' => {
                clean.push('^');
                clean.push(char::from(character as u8 + 0x40));
            }
            '\u{7f}' => clean.push_str("^?"),
            character if is_hidden(character) => {
                let _ = write!(clean, "<U+{:04X}>", u32::from(character));
            }
            character => clean.push(character),
        }
    }
    clean
}

/// Characters that a terminal obeys or nobody sees: C1 controls, bidirectional and zero-width marks, tags.
fn is_hidden(character: char) -> bool {
    matches!(
        u32::from(character),
        0x80..=0x9f
            | 0xad
            | 0x61c
            | 0x115f..=0x1160
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0x3164
            | 0xfe00..=0xfe0e
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfffb
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff
    )
}

/// A text cut to a number of columns, with `…` where something is missing.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    use unicode_width::UnicodeWidthChar as _;
    use unicode_width::UnicodeWidthStr as _;
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let mut cut: String = text
        .chars()
        .take_while(|character| {
            used += character.width().unwrap_or(0);
            used < columns
        })
        .collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_escape_reaches_a_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\u{7}"), "a^[[2Jb^G");
        assert_eq!(
            clean("a\u{202e}b\u{200b}\u{e0041}\u{9b}"),
            "a<U+202E>b<U+200B><U+E0041><U+009B>"
        );
        assert_eq!(clean("a\r\n\tb"), "a   b");
        assert_eq!(clean_block("a\r\nb\u{1b}"), "a\nb^[");
        assert_eq!(clean("naïve 日本 🔥"), "naïve 日本 🔥");
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
        assert_eq!(cut("short", 7), "short");
    }
}
