//! Editor: a document opened at a line, in the editor that its reader has chosen.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

/// Opens a file at a line in `$VISUAL`, else `$EDITOR`, else vi, and waits until it is closed.
pub(crate) fn open(file: &str, line: u32) -> anyhow::Result<()> {
    anyhow::ensure!(
        !file.is_empty() && Path::new(file).exists(),
        "there is no file to open: `{file}` — `pm-kb show ID --text` shows the document as it is kept"
    );
    let chosen = ["VISUAL", "EDITOR"].iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.trim().is_empty()).then_some(value)
    });
    let chosen = chosen.unwrap_or_else(|| "vi".to_owned());
    let mut words = chosen.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program)
        .args(words)
        .args(place(program, file, line.max(1)))
        .status()
        .with_context(|| format!("cannot start the editor `{chosen}`"))?;
    anyhow::ensure!(
        status.success(),
        "the editor `{chosen}` ended with {status}"
    );
    Ok(())
}

/// The arguments by which an editor opens a file at a line.
fn place(program: &str, file: &str, line: u32) -> Vec<String> {
    let name = Path::new(program).file_stem();
    match name.and_then(|name| name.to_str()).unwrap_or_default() {
        "code" | "codium" | "code-insiders" | "cursor" => {
            vec![
                "--wait".to_owned(),
                "--goto".to_owned(),
                format!("{file}:{line}"),
            ]
        }
        "hx" | "helix" | "subl" | "zed" => vec![format!("{file}:{line}")],
        _ => vec![format!("+{line}"), file.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_the_line_in_their_own_way() {
        assert_eq!(place("/usr/bin/vim", "a.md", 7), ["+7", "a.md"]);
        assert_eq!(place("code", "a.md", 7), ["--wait", "--goto", "a.md:7"]);
        assert_eq!(place("hx", "a.md", 7), ["a.md:7"]);
    }
}
