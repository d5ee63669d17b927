//! Decoding: the text of bytes that a spreadsheet has written, and what encoding it chose.

use crate::diagnostic::Diagnostic;
use crate::text::Position;

/// What Windows-1252 has in the place of the control characters 0x80 to 0x9F; five are not used.
const UPPER: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text of some bytes, and what is to be said of their encoding. Lines that are no UTF-8 are read as Windows-1252.
pub(super) fn decode(bytes: &[u8]) -> (String, Vec<Diagnostic>) {
    if let Some((text, encoding)) = utf_16(bytes) {
        let note = Diagnostic::note(at(1), format!("decoded from {encoding}"), "");
        return (text, vec![note]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut text = String::with_capacity(bytes.len());
    let mut odd = Vec::new();
    for (line, part) in (1u32..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        match std::str::from_utf8(part) {
            Ok(part) => text.push_str(part),
            Err(_) => {
                odd.push(line);
                text.extend(part.iter().map(|byte| windows_1252(*byte)));
            }
        }
    }
    let told = odd.first().map(|first| {
        let others = match odd.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("line {first}{others} is no UTF-8: read as Windows-1252");
        let advice = "look through what was written there, or save the table as UTF-8";
        Diagnostic::warning(at(*first), message, advice)
    });
    (text, told.into_iter().collect())
}

fn at(line: u32) -> Option<Position> {
    Some(Position { line, column: 1 })
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

/// The text of bytes in UTF-16, known by their mark or, without one, by every other byte being NUL.
fn utf_16(bytes: &[u8]) -> Option<(String, &'static str)> {
    let nul = |at: usize| bytes.get(at) == Some(&0);
    let (encoding, unit, rest): (_, fn([u8; 2]) -> u16, _) = match bytes {
        [0xFF, 0xFE, rest @ ..] => ("UTF-16 (little endian)", u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => ("UTF-16 (big endian)", u16::from_be_bytes, rest),
        _ if nul(1) && nul(3) => ("UTF-16 (little endian)", u16::from_le_bytes, bytes),
        _ if nul(0) && nul(2) => ("UTF-16 (big endian)", u16::from_be_bytes, bytes),
        _ => return None,
    };
    let (pairs, _) = rest.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text = char::decode_utf16(units);
    let text = text.map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some((text.collect(), encoding))
}
