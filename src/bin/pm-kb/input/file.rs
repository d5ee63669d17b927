//! One document read, from a file that holds still or from standard input.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek as _;
use std::path::Path;
use std::time::SystemTime;

use pm_kb::knowledge_base::Input;

use crate::input::Refusal;
use crate::input::name;
use crate::input::not_regular;

/// So often a file is read that changes while it is read.
const ATTEMPTS: usize = 3;

/// Reads one file of at most `limit` bytes.
pub(crate) fn read(file: &Path, limit: usize) -> Result<Input, Refusal> {
    let refused = |error: io::Error| Refusal::of(file, &error);
    // Asked before it is opened: to open a pipe would wait for somebody to write to it.
    if !fs::metadata(file).map_err(refused)?.is_file() {
        return Err(not_regular(file));
    }
    let absolute = name::absolute(file).map_err(refused)?;
    let opened = File::open(file).map_err(refused)?;
    let found = opened.metadata().map_err(refused)?;
    // Another file may have taken its place since.
    if !found.is_file() {
        return Err(not_regular(file));
    }
    let bytes = found.len();
    if bytes > limit as u64 {
        return Err(too_large(file, bytes, limit));
    }
    let state = || State::of(&opened);
    let read = || {
        (&opened).rewind()?;
        read_bounded(&opened, limit)
    };
    let bytes = steady(state, read).map_err(refused)?.ok_or_else(|| {
        Refusal::new(
            file,
            "it changed while it was read",
            "add it again when nothing writes to it",
        )
    })?;
    Ok(Input {
        source: name::shown(file),
        path: name::kept(&absolute),
        bytes,
        id: None,
    })
}

/// What is read while nothing changes; `None` where something always does.
fn steady<S: PartialEq>(
    state: impl Fn() -> io::Result<S>,
    mut read: impl FnMut() -> io::Result<Vec<u8>>,
) -> io::Result<Option<Vec<u8>>> {
    for _ in 0..ATTEMPTS {
        let before = state()?;
        let bytes = read()?;
        if before == state()? {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// Reads the document on standard input.
pub(crate) fn read_stdin(limit: usize) -> Result<Input, Refusal> {
    let bytes = read_bounded(io::stdin().lock(), limit)
        .map_err(|error| Refusal::of(Path::new("-"), &error))?;
    Ok(Input {
        source: "-".to_owned(),
        path: String::new(),
        bytes,
        id: None,
    })
}

/// What shows that a file was written to.
#[derive(PartialEq)]
struct State {
    bytes: u64,
    changed: Option<SystemTime>,
}

impl State {
    fn of(file: &File) -> io::Result<State> {
        let metadata = file.metadata()?;
        Ok(State {
            bytes: metadata.len(),
            changed: metadata.modified().ok(),
        })
    }
}

fn too_large(file: &Path, bytes: u64, limit: usize) -> Refusal {
    let (mut found, mut most) = (size(bytes), size(limit as u64));
    if found == most {
        (found, most) = (format!("{bytes} bytes"), limit.to_string());
    }
    Refusal::new(
        file,
        format!("the file has {found}, the limit is {most}"),
        "split it, or raise `limits.document_bytes` in the knowledge base's config.toml",
    )
}

/// A number of bytes as people say it: `1 MiB`, `10.5 GiB`.
fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut size = bytes as f64;
    let mut unit = "bytes";
    for larger in units {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        unit = larger;
    }
    let exact = format!("{size:.1}");
    format!("{} {unit}", exact.trim_end_matches(".0"))
}

/// The bytes up to the limit and one more, so that more than the limit shows.
fn read_bounded(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = (limit as u64).saturating_add(1);
    reader.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_is_read_again_and_given_up_in_the_end() {
        let changes = std::cell::Cell::new(0);
        let reads = std::cell::Cell::new(0);
        let written_to = |times: usize| {
            changes.set(0);
            reads.set(0);
            let read = || {
                reads.set(reads.get() + 1);
                changes.set(times.min(changes.get() + 1));
                Ok(vec![b'a'; reads.get()])
            };
            steady(|| Ok(changes.get()), read).expect("no error")
        };
        assert_eq!(written_to(0), Some(b"a".to_vec()));
        assert_eq!(written_to(2), Some(b"aaa".to_vec()));
        assert_eq!(written_to(3), None);
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        assert_eq!(size(7), "7 bytes");
        assert_eq!(size(1024 * 1024), "1 MiB");
        assert_eq!(size(1024 * 1024 + 1), "1 MiB");
        assert_eq!(size(10 * 1024 * 1024 * 1024), "10 GiB");
        assert_eq!(size(u64::MAX), "16 EiB");
    }
}
