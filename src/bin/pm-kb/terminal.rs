//! Terminal: standard output and standard error, colour, width, and the one sanitiser that every foreign word passes.

use std::fmt::Write as _;
use std::io;
use std::io::IsTerminal as _;
use std::io::Write;

use anstream::ColorChoice;
use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

/// Where a command writes: results to one side, everything else to the other.
pub(crate) struct Terminal {
    out: Box<dyn Write>,
    styled: bool,
    problems_styled: bool,
    width: Option<usize>,
    aligned: bool,
    quiet: bool,
    json: bool,
    lines_left: Option<usize>,
    lines_held_back: usize,
}

impl Terminal {
    /// The process's own standard output and standard error, coloured as the choice and the environment say.
    pub(crate) fn standard(choice: ColorChoice, quiet: bool) -> Terminal {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        Terminal {
            styled: is_styled(choice, anstream::AutoStream::choice(&stdout)),
            problems_styled: is_styled(choice, anstream::AutoStream::choice(&io::stderr())),
            out: Box::new(io::BufWriter::new(stdout)),
            width: is_terminal.then(terminal_width),
            aligned: is_terminal,
            quiet,
            json: false,
            lines_left: None,
            lines_held_back: 0,
        }
    }

    /// The width of the terminal in columns; `None` where the output is no terminal and nothing is cut.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Whether columns are padded to stand below each other: for eyes, not for pipes.
    pub(crate) fn is_aligned(&self) -> bool {
        self.aligned
    }

    /// Pads columns on a pipe too.
    pub(crate) fn align(&mut self) {
        self.aligned = true;
    }

    /// Whether notices are left out.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Tells problems as JSON from now on, one object a line.
    pub(crate) fn speak_json(&mut self) {
        self.json = true;
    }

    /// Whether problems are told as JSON.
    pub(crate) fn speaks_json(&self) -> bool {
        self.json
    }

    /// Shows only the next `lines` lines of results; `None` shows all again. Returns how many were held back before.
    pub(crate) fn limit_lines(&mut self, lines: Option<usize>) -> usize {
        self.lines_left = lines;
        std::mem::take(&mut self.lines_held_back)
    }

    /// Drops all further results: the reader has gone, and the work is still to be done.
    pub(crate) fn drop_results(&mut self) {
        self.out = Box::new(io::sink());
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
        painted(self.styled, style, text)
    }

    /// The same for standard error.
    pub(crate) fn paint_problem(&self, style: Style, text: &str) -> String {
        painted(self.problems_styled, style, text)
    }

    /// Writes a line to standard error; it is lost where that is closed.
    pub(crate) fn problem_line(&mut self, text: &str) {
        // Results so far come first, so that the two streams read in order on a terminal.
        let _ = self.out.flush();
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn is_styled(choice: ColorChoice, automatic: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => automatic != ColorChoice::Never,
    }
}

fn painted(styled: bool, style: Style, text: &str) -> String {
    if styled {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// The narrowest and the widest terminal that lines are laid out for.
const WIDTHS: std::ops::RangeInclusive<usize> = 20..=400;

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    // A width of 0 is how a terminal says that it does not know.
    let known = columns
        .filter(|width| *width > 0)
        .or_else(measured)
        .filter(|width| *width > 0);
    known.unwrap_or(80).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// Text from outside as one line that no terminal obeys: control, bidirectional and invisible characters made visible.
pub(crate) fn clean(text: &str) -> String {
    cleaned(text, false)
}

/// Text from outside as a block: as [`clean`], but lines stay lines, whatever ends them.
pub(crate) fn clean_block(text: &str) -> String {
    cleaned(text, true)
}

fn cleaned(text: &str, keep_lines: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if keep_lines && characters.peek() == Some(&'\n') => {}
            '\n' | '\r' if keep_lines => clean.push('\n'),
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

/// JSON with every character escaped that a terminal would obey or nobody would see. It stays the same JSON: such
/// characters stand in its strings alone.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\u{7f}' || is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Characters that a terminal obeys or nobody sees: C1 controls, bidirectional and zero-width marks, tags.
fn is_hidden(character: char) -> bool {
    matches!(
        u32::from(character),
        0x80..=0x9f
            | 0xad
            | 0x34f
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
            | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff
    )
}

/// A text cut to a number of columns, with `…` where something is missing.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    // The width of a text is not the sum of its characters' widths: an emoji may be two characters and two columns.
    let mut end = 0;
    for (at, character) in text.char_indices().take(columns * MARKS) {
        let next = at + character.len_utf8();
        if text[..next].width() >= columns {
            break;
        }
        end = next;
    }
    format!("{}…", &text[..end])
}

/// So many characters a column are kept at most: marks that stand on letters take no width, and may come in thousands.
const MARKS: usize = 4;

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
        assert_eq!(clean_block("a\rb\r\nc\n\rd"), "a\nb\nc\n\nd");
        assert_eq!(clean("naïve 日本 🔥"), "naïve 日本 🔥");
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
        assert_eq!(cut("short", 7), "short");
        assert_eq!(cut("⚠️⚠️⚠️ down", 5), "⚠️⚠️…");
        assert!(cut(&"e\u{301}".repeat(10_000), 8).width() <= 8);
        let marked = format!("e{}", "\u{301}".repeat(10_000)).repeat(9);
        assert!(cut(&marked, 8).chars().count() <= 33);
    }

    #[test]
    fn json_stays_the_same_json_and_hides_nothing() {
        let text = "a\u{9b}\u{202e}\u{e0041}\u{7f}é\u{1b}";
        let json = serde_json::to_string(text).expect("a string");
        let escaped = escape_json(&json);
        assert_eq!(escaped, "\"a\\u009b\\u202e\\udb40\\udc41\\u007fé\\u001b\"");
        let back: String = serde_json::from_str(&escaped).expect("still JSON");
        assert_eq!(back, text);
    }

    /// Whether a terminal shows a character as it stands: no control, and nothing that hides or turns others.
    fn is_plain(character: char) -> bool {
        !character.is_control() && !is_hidden(character)
    }

    // Of all characters alike, and of those that do harm. PROPTEST_CASES=1000000 is the long run.
    proptest::proptest! {
        #[test]
        fn whatever_comes_in_nothing_but_plain_text_goes_out(
            text in "(\\PC|[\u{0}-\u{9f}\u{ad}\u{61c}\u{200b}-\u{206f}\u{feff}\u{fff0}-\u{fffb}\u{e0000}-\u{e01ef}]){0,40}",
            columns in 1_usize..60,
        ) {
            let line = clean(&text);
            proptest::prop_assert!(line.chars().all(is_plain), "{line:?}");
            proptest::prop_assert_eq!(&clean(&line), &line);
            let short = cut(&line, columns);
            proptest::prop_assert!(short.width() <= columns, "{short:?} in {columns}");
            proptest::prop_assert!(short == line || line.starts_with(short.trim_end_matches('…')));
            let block = clean_block(&text);
            proptest::prop_assert!(block.chars().all(|c| c == '\n' || is_plain(c)), "{block:?}");
            let ends = text.replace("\r\n", "\n").matches(['\r', '\n']).count();
            proptest::prop_assert_eq!(block.matches('\n').count(), ends);
            let json = escape_json(&serde_json::to_string(&text).expect("a string"));
            proptest::prop_assert!(json.chars().all(is_plain), "{json:?}");
            let back: String = serde_json::from_str(&json).expect("still JSON");
            proptest::prop_assert_eq!(back, text);
        }
    }
}
