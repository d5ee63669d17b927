//! The only door to `/schema` and `/incidents`: rules, taxonomy, sections, patterns, SQL and examples as embedded text.

use include_dir::Dir;
use include_dir::include_dir;

static SCHEMA: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/schema");
static INCIDENTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/incidents");

/// An embedded file: its path below its folder, with `/`, and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// The path below `schema/` or `incidents/`.
    pub path: &'static str,
    /// The text.
    pub text: &'static str,
}

/// The text of one file of `/schema`.
///
/// # Panics
/// Where there is no such file: a mistake of the program, found by any test that touches it.
pub fn file(path: &str) -> &'static str {
    SCHEMA
        .get_file(path)
        .and_then(|file| file.contents_utf8())
        .unwrap_or_else(|| panic!("schema/{path} is embedded"))
}

/// The files of one folder of `/schema` that end in `suffix`, sub-folders left out, sorted by path.
pub fn folder(path: &str, suffix: &str) -> Vec<Embedded> {
    SCHEMA
        .get_dir(path)
        .map(|dir| texts(dir, suffix))
        .unwrap_or_default()
}

/// The example post-mortems, sorted by path.
pub fn incidents() -> Vec<Embedded> {
    texts(&INCIDENTS, ".md")
}

fn texts(dir: &Dir<'static>, suffix: &str) -> Vec<Embedded> {
    let mut files: Vec<Embedded> = dir
        .files()
        .filter_map(|file| {
            Some(Embedded {
                path: file.path().to_str()?,
                text: file.contents_utf8()?,
            })
        })
        .filter(|file| file.path.ends_with(suffix))
        .collect();
    files.sort_by_key(|file| file.path);
    files
}
