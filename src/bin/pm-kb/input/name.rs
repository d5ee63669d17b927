//! Names of files as text and back: no two files share a text, whatever bytes their names are made of.

use std::io;
use std::path::Path;
use std::path::PathBuf;

/// What begins the text of a path that is no Unicode; no absolute path begins so.
const RAW: &str = "bytes:";

/// Where a file is, by one path however it is named: `../a.md` here is `a.md` there. A link keeps its own name.
pub(crate) fn absolute(file: &Path) -> io::Result<PathBuf> {
    let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else {
        return file.canonicalize();
    };
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    Ok(folder.canonicalize()?.join(name))
}

/// A path as people see it: its bytes that are no text as `\xFF`.
pub(crate) fn shown(path: &Path) -> String {
    path.to_str().map_or_else(|| escaped(path), str::to_owned)
}

/// The name of a file as one would type it here: without the current folder before it.
pub(crate) fn near(file: &str) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = here
        .ok()
        .and_then(|here| Path::new(file).strip_prefix(here).ok().map(shown));
    below.unwrap_or_else(|| file.to_owned())
}

/// The name of a filed document as one would type it here: as it was given where that still leads to it, else from the
/// current folder on.
pub(crate) fn here(given: &str, kept: &str) -> String {
    let is_here = || absolute(Path::new(given)).is_ok_and(|found| found == path(kept));
    match kept.is_empty() || kept.starts_with(RAW) || is_here() {
        true => given.to_owned(),
        false => near(kept),
    }
}

/// An absolute path as it is kept: [`path`] finds the file again, and no two paths have the same text.
pub(crate) fn kept(path: &Path) -> String {
    match path.to_str() {
        Some(text) => text.to_owned(),
        None => format!("{RAW}{}", escaped(path)),
    }
}

/// The path that was kept as this text.
pub(crate) fn path(kept: &str) -> PathBuf {
    match kept.strip_prefix(RAW) {
        Some(escaped) => unescaped(escaped),
        None => PathBuf::from(kept),
    }
}

#[cfg(unix)]
fn escaped(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

#[cfg(unix)]
fn unescaped(text: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after.strip_prefix('x').and_then(|after| after.get(..2));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(b'\\');
                rest = after.strip_prefix('\\').unwrap_or(after);
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn escaped(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn unescaped(text: &str) -> PathBuf {
    PathBuf::from(text)
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn every_path_comes_back_from_its_text_and_has_it_alone() {
        let names: [&[u8]; 6] = [
            b"/a/b.md",
            b"/a/\xff.md",
            b"/a/\xfe.md",
            b"/a/\\xFF.md",
            b"/a/\\xFF\xff\\\\.md",
            "/é/\u{1b}\n\u{ff}".as_bytes(),
        ];
        let texts: std::collections::BTreeSet<String> = names
            .iter()
            .map(|name| {
                let given = Path::new(OsStr::from_bytes(name));
                assert_eq!(path(&kept(given)), given);
                kept(given)
            })
            .collect();
        assert_eq!(texts.len(), names.len());
        assert_eq!(
            shown(Path::new(OsStr::from_bytes(b"a\xff.md"))),
            "a\\xFF.md"
        );
    }
}
