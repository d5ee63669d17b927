//! Documentation held to the code: the code map, the commands, the links.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::desk::Desk;
use crate::desk::repository;

const BEGIN: &str = "written by `SNAPSHOTS=overwrite cargo test --locked docs` -->\n";
const END: &str = "<!-- end of code map -->";

/// Compares a generated page with the file, or writes it where the environment says so.
pub(crate) fn snapshot(file: &Path, wanted: &str) {
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(file, wanted).unwrap();
        return;
    }
    let found = fs::read_to_string(file).unwrap_or_default();
    assert!(
        found == wanted,
        "{} is out of date: SNAPSHOTS=overwrite cargo test --locked docs",
        file.display()
    );
}

fn rooms() -> Vec<PathBuf> {
    let lib = fs::read_to_string(repository("src/lib.rs")).unwrap();
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    names
        .map(|name| PathBuf::from(format!("{}.rs", name.trim_end_matches(';'))))
        .collect()
}

fn first_sentence(file: &Path) -> String {
    let text = fs::read_to_string(repository("src").join(file)).unwrap();
    text.lines()
        .next()
        .unwrap()
        .trim_start_matches("//! ")
        .trim_end_matches('.')
        .to_owned()
}

#[test]
fn the_code_map_is_the_first_line_of_every_room() {
    let page = repository("docs/architecture.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let mut map = String::from("\n| room | what it is for |\n|---|---|\n");
    for room in rooms() {
        let name = room.file_stem().unwrap().to_string_lossy().into_owned();
        map.push_str(&format!("| `{name}` | {} |\n", first_sentence(&room)));
    }
    map.push('\n');
    snapshot(&page, &format!("{before}{BEGIN}{map}{END}{after}"));
}

#[test]
fn the_readme_names_every_command() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let help = Desk::new().run(&["--help"]).out;
    let commands = help
        .split("Commands:")
        .nth(1)
        .unwrap()
        .split("Options:")
        .next()
        .unwrap();
    for line in commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
    {
        let command = line.split_whitespace().next().unwrap();
        assert!(
            command == "help" || readme.contains(&format!("`{command}")),
            "README.md says nothing of `{command}`"
        );
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            if !page.parent().unwrap().join(path).exists() {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![repository("README.md"), repository("CHANGELOG.md")];
    for folder in ["docs", "docs/decisions", "schema"] {
        let entries = fs::read_dir(repository(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        pages.extend(
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")),
        );
    }
    pages
}
