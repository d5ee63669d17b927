//! The lines of an export as documents, each with the id that it had.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read as _;
use std::path::Path;

use pm_kb::incident::IncidentId;
use pm_kb::knowledge_base::Input;
use serde::Deserialize;

use crate::input::Refusal;
use crate::input::name;

/// What a line may have more than the document in it.
const AROUND: u64 = 64 * 1024;

/// So many bytes may stand for one byte of a document: `\u0000`.
const ESCAPED: u64 = 6;

#[derive(Deserialize)]
struct Line {
    schema: String,
    id: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    path: String,
    text: Option<String>,
    hex: Option<String>,
}

/// The documents of an export, `-` for one on standard input, each of at most `limit` bytes.
pub(crate) fn read_export(
    file: &Path,
    limit: usize,
) -> Result<impl Iterator<Item = Result<Input, Refusal>>, Refusal> {
    let reader: Box<dyn BufRead> = match file.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => {
            let opened = File::open(file).map_err(|error| Refusal::of(file, &error))?;
            Box::new(BufReader::new(opened))
        }
    };
    let most = (limit as u64)
        .saturating_mul(ESCAPED)
        .saturating_add(AROUND);
    let file = file.to_owned();
    let mut lines = Lines { reader, most };
    let mut number = 0;
    Ok(std::iter::from_fn(move || {
        loop {
            number += 1;
            let line = match lines.next() {
                Ok(line) => line?,
                Err(error) => return Some(Err(Refusal::of(&file, &error))),
            };
            if !line.trim_ascii().is_empty() {
                return Some(document(&line).map_err(|found| {
                    let place = format!("{}:{number}", name::shown(&file));
                    let advice = "it must be a line of `pm-kb export`";
                    Refusal::new(Path::new(&place), found, advice)
                }));
            }
        }
    }))
}

fn document(line: &[u8]) -> Result<Input, String> {
    let line: Line = serde_json::from_slice(line)
        .map_err(|error| format!("it is no document of an export: {error}"))?;
    if line.schema != crate::json::EXPORT {
        return Err(format!("its schema is `{}`", line.schema));
    }
    let bytes = match (line.text, line.hex) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(hex)) => unhexed(&hex).ok_or("its `hex` is no hexadecimal")?,
        _ => return Err("it has not exactly one of `text` and `hex`".to_owned()),
    };
    let id: IncidentId = line.id.parse().map_err(|error| format!("{error}"))?;
    Ok(Input {
        source: line.source,
        path: line.path,
        bytes,
        id: Some(id),
    })
}

fn unhexed(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8; 2]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    match rest.is_empty() {
        true => pairs.iter().map(byte).collect(),
        false => None,
    }
}

/// Lines that are no longer than a limit.
struct Lines {
    reader: Box<dyn BufRead>,
    most: u64,
}

impl Lines {
    /// The next line; of one that is too long the beginning, which is no JSON.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = self
            .reader
            .by_ref()
            .take(self.most)
            .read_until(b'\n', &mut line)?;
        if read as u64 == self.most && line.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        Ok((read > 0).then_some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::unhexed;

    #[test]
    fn hexadecimal_comes_back_or_is_refused() {
        assert_eq!(unhexed("fffe0a").as_deref(), Some(&[0xff, 0xfe, 0x0a][..]));
        for wrong in ["f", "zz", "+1", "é"] {
            assert_eq!(unhexed(wrong), None, "{wrong}");
        }
    }
}
