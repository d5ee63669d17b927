//! Beside: the text files of a team beside the record, read whole where they are regular files of a size people write.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Path;

use crate::error::Error;
use crate::error::Result;
use crate::text::LineIndex;

/// No settings and no rules are longer.
const MOST_SETTINGS: u64 = 8 << 20;

/// No log of verdicts or audits is longer: half a million lines.
const MOST_LINES: u64 = 256 << 20;

/// The text of a file of settings or rules, without its byte order mark; `None` where there is none.
///
/// # Errors
/// [`Error::Rule`] where it is no regular file, too long or no text; [`Error::File`].
pub(super) fn text(path: &Path) -> Result<Option<String>> {
    let bytes = match bytes(path, MOST_SETTINGS) {
        Err(Refused::Not(message)) => return Err(at(path, (1, 1), &message)),
        Err(Refused::Failed(error)) => return Err(failed(path)(error)),
        Ok(None) => return Ok(None),
        Ok(Some(bytes)) => bytes,
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.trim_start_matches('\u{feff}').to_owned())),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            let place = LineIndex::new(&before).position(&before, before.len());
            let message = "bytes that are no text: save the file as UTF-8";
            Err(at(path, (place.line, place.column), message))
        }
    }
}

/// The text of a log that several people write; `None` where there is none. What is no text in it is for the reader of
/// its lines to tell.
///
/// # Errors
/// [`Error::File`], also where it is no regular file or too long.
pub(super) fn log(path: &Path) -> Result<Option<String>> {
    match bytes(path, MOST_LINES) {
        Ok(bytes) => Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        Err(Refused::Not(message)) => Err(failed(path)(io::Error::other(message))),
        Err(Refused::Failed(error)) => Err(failed(path)(error)),
    }
}

/// Why a file is not read.
enum Refused {
    Not(String),
    Failed(io::Error),
}

fn bytes(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Refused> {
    let too_long =
        |bytes: u64| Refused::Not(format!("a file of {bytes} bytes: at most {most} are read"));
    // Asked before it is opened: to open a pipe would wait for somebody to write to it.
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Refused::Failed(error)),
        Ok(found) if !found.is_file() => {
            let message = "no regular file: a text file is expected";
            return Err(Refused::Not(message.to_owned()));
        }
        Ok(found) if found.len() > most => return Err(too_long(found.len())),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    match read.map_err(Refused::Failed)? as u64 {
        read if read > most => Err(too_long(read)),
        _ => Ok(Some(bytes)),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File {
        doing: "read",
        path,
        source,
    }
}

/// What is wrong with a file of settings, and where.
pub(super) fn at(path: &Path, (line, column): (u32, u32), message: &str) -> Error {
    Error::Rule {
        file: path.display().to_string(),
        line,
        column,
        message: message.to_owned(),
    }
}
