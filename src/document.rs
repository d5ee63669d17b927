//! Document: the bytes of one input and the text in them.

use crate::diagnostic::Diagnostic;
use crate::text::LineIndex;
use crate::text::Position;

/// How large things may be before a document is refused or cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Bytes of front matter.
    pub front_matter_bytes: usize,
    /// Levels of nesting in front matter.
    pub front_matter_depth: usize,
    /// Values in front matter.
    pub front_matter_nodes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            document_bytes: 1024 * 1024,
            front_matter_bytes: 64 * 1024,
            front_matter_depth: 32,
            front_matter_nodes: 10_000,
        }
    }
}

/// One input: what it is called, its bytes as they came, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path as given, or `-`.
    pub name: String,
    /// The bytes, untouched.
    pub bytes: Vec<u8>,
    /// The text: UTF-8, or decoded from UTF-16 with a byte order mark. A leading byte order mark is kept.
    pub text: String,
    /// What was odd about the bytes.
    pub diagnostics: Vec<Diagnostic>,
}

impl Document {
    /// Reads the text in some bytes.
    ///
    /// # Errors
    /// The refusal, with its position: empty, too large, binary, or not UTF-8.
    pub fn read(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Document, Diagnostic> {
        if bytes.len() > limits.document_bytes {
            return Err(Diagnostic::error(
                None,
                format!(
                    "the file has more than the limit of {} bytes",
                    limits.document_bytes
                ),
                "split it, or raise `limits.document_bytes` in config.toml",
            ));
        }
        let mut diagnostics = Vec::new();
        let text = match decode_utf16(&bytes)? {
            Some((text, encoding)) => {
                diagnostics.push(Diagnostic::warning(
                    Some(Position { line: 1, column: 1 }),
                    format!("decoded from {encoding}"),
                    "save it as UTF-8 to be rid of this warning",
                ));
                text
            }
            None => decode_utf8(&bytes)?,
        };
        if let Some(at) = text.find('\0') {
            return Err(binary(&bytes, position(&text, at)));
        }
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(Diagnostic::error(
                Some(Position { line: 1, column: 1 }),
                "the file is empty",
                "write the post-mortem first",
            ));
        }
        Ok(Document {
            name: name.to_owned(),
            bytes,
            text,
            diagnostics,
        })
    }
}

fn position(text: &str, offset: usize) -> Position {
    LineIndex::new(text).position(text, offset)
}

fn decode_utf8(bytes: &[u8]) -> Result<String, Diagnostic> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    if let Some(at) = good.find('\0') {
        return Err(binary(bytes, position(&good, at)));
    }
    let found = match error.error_len() {
        None => "the text ends in the middle of a character".to_owned(),
        Some(_) => format!("invalid UTF-8: byte 0x{:02X}", bytes[error.valid_up_to()]),
    };
    Err(Diagnostic::error(
        Some(position(&good, good.len())),
        found,
        "convert the file to UTF-8, for example with `iconv -t UTF-8`",
    ))
}

/// The refusal of bytes among which there is a NUL.
fn binary(bytes: &[u8], at: Position) -> Diagnostic {
    match utf16_without_mark(bytes) {
        Some(name) => Diagnostic::error(
            Some(at),
            format!("it looks like {name} without a byte order mark"),
            format!("convert it, for example with `iconv -f {name} -t UTF-8`"),
        ),
        None => Diagnostic::error(
            Some(at),
            "binary data: a NUL byte",
            "add the document's text, as UTF-8",
        ),
    }
}

/// The encoding of text whose every other byte is NUL, which ASCII letters in UTF-16 are.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static str> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let share = |nul: usize| {
        let like = |pair: &&[u8; 2]| pair[nul] == 0 && pair[1 - nul] != 0;
        pairs.iter().filter(like).count() * 10 >= pairs.len() * 9
    };
    match (rest.is_empty(), pairs.len() >= 2) {
        (true, true) if share(1) => Some("UTF-16LE"),
        (true, true) if share(0) => Some("UTF-16BE"),
        _ => None,
    }
}

/// The text of bytes that begin with a UTF-16 byte order mark; `None` for all others.
fn decode_utf16(bytes: &[u8]) -> Result<Option<(String, &'static str)>, Diagnostic> {
    let (encoding, unit): (&'static str, fn([u8; 2]) -> u16) = match bytes {
        [0xFF, 0xFE, ..] => ("UTF-16 (little endian)", u16::from_le_bytes),
        [0xFE, 0xFF, ..] => ("UTF-16 (big endian)", u16::from_be_bytes),
        _ => return Ok(None),
    };
    let (pairs, rest) = bytes[2..].as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    match String::from_utf16(&units) {
        Ok(text) if rest.is_empty() => Ok(Some((text, encoding))),
        _ => Err(Diagnostic::error(
            Some(Position { line: 1, column: 1 }),
            format!("invalid {encoding}"),
            "convert the file to UTF-8",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Document, Diagnostic> {
        Document::read("a.md", bytes.to_vec(), &Limits::default())
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_where_they_stand() {
        let refusal = |bytes: &[u8]| {
            let refused = read(bytes).expect_err("refused");
            let at = refused.position.expect("a position");
            (at.line, at.column, refused.message)
        };
        assert_eq!(
            refusal(b"# a\n\ncaf\xe9 x"),
            (3, 4, "invalid UTF-8: byte 0xE9".to_owned())
        );
        assert_eq!(
            refusal(b"# a\nb\0c"),
            (2, 2, "binary data: a NUL byte".to_owned())
        );
        assert_eq!(
            refusal(b"\x89PNG\r\n\x1a\n\0\0"),
            (1, 1, "invalid UTF-8: byte 0x89".to_owned())
        );
        assert_eq!(refusal(b" \n\t\n"), (1, 1, "the file is empty".to_owned()));
        assert_eq!(
            refusal(b"# caf\xc3"),
            (
                1,
                6,
                "the text ends in the middle of a character".to_owned()
            )
        );
    }

    #[test]
    fn utf_16_without_its_mark_is_known_by_its_nuls() {
        let text = "# A title\n\nCafé.\n";
        let told = |unit: fn(u16) -> [u8; 2]| {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            read(&bytes).expect_err("refused").message
        };
        assert!(told(u16::to_le_bytes).contains("UTF-16LE without"));
        assert!(told(u16::to_be_bytes).contains("UTF-16BE without"));
        let refused = read(b"# Title\n\nmostly text, one \0 byte").expect_err("refused");
        assert_eq!(refused.message, "binary data: a NUL byte");
    }

    #[test]
    fn utf_16_is_read_and_said() {
        let bytes: Vec<u8> = "\u{feff}# é"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let document = read(&bytes).expect("readable");
        assert_eq!(document.text, "# é");
        assert_eq!(document.diagnostics.len(), 1);
    }
}
