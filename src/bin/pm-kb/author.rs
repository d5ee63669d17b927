//! Author: who gives a verdict: as named, else as git's configuration has it, else as the system knows the user.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use pm_kb::knowledge_base::KnowledgeBase;

/// Who gives a verdict; `None` where nobody can be told.
fn of(named: Option<&str>, folder: &Path) -> Option<String> {
    let text = |value: OsString| value.into_string().ok();
    let variable = |name: &str| std::env::var_os(name).and_then(text);
    let given = |value: Option<String>| {
        value
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    given(named.map(str::to_owned))
        .or_else(|| given(variable("GIT_AUTHOR_NAME")))
        .or_else(|| configurations(folder).iter().find_map(|file| user(file)))
        .or_else(|| given(variable("USER")))
        .or_else(|| given(variable("LOGNAME")))
}

/// Who gives a verdict.
///
/// # Errors
/// Where nobody can be told.
pub(crate) fn required(named: Option<&str>, base: &KnowledgeBase) -> anyhow::Result<String> {
    of(named, base.dir())
        .context("who says so? name yourself with `--author NAME`, or git's `user.name`")
}

/// The files that git would ask, the nearest first.
fn configurations(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    files.extend(
        folder
            .ancestors()
            .find_map(|folder| repository(&folder.join(".git")))
            .map(|repository| repository.join("config")),
    );
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let settings = std::env::var_os("XDG_CONFIG_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(home.as_ref()?.join(".config")));
    files.extend(home.map(|home| home.join(".gitconfig")));
    files.extend(settings.map(|settings| settings.join("git/config")));
    files
}

/// The folder that `.git` is or names: a working tree beside the first one has a file in its place.
fn repository(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = fs::read_to_string(git).ok()?;
    let named = text.trim().strip_prefix("gitdir:")?.trim();
    let folder = git.parent()?.join(named);
    match fs::read_to_string(folder.join("commondir")) {
        Ok(common) => Some(folder.join(common.trim())),
        Err(_) => Some(folder),
    }
}

/// `Name <address>` of the section `user` of a configuration.
fn user(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let (name, email) = read(&text);
    match (name, email) {
        (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

fn read(text: &str) -> (Option<String>, Option<String>) {
    let (mut name, mut email) = (None, None);
    let mut is_user = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_user = line.to_lowercase().starts_with("[user]");
        } else if let Some((key, value)) = line.split_once('=')
            && is_user
        {
            let value = value.trim().trim_matches('"').to_owned();
            match key.trim().to_lowercase().as_str() {
                "name" if !value.is_empty() => name = Some(value),
                "email" if !value.is_empty() => email = Some(value),
                _ => {}
            }
        }
    }
    (name, email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_user_is_read_and_no_other() {
        let text =
            "[core]\n\tname = x\n[user]\n\tname = \"Ada L\"\n\temail = a@example.org\n[alias]\n";
        let read = read(text);
        assert_eq!(read.0.as_deref(), Some("Ada L"));
        assert_eq!(read.1.as_deref(), Some("a@example.org"));
        assert_eq!(super::read("[user]\nname =\n"), (None, None));
    }
}
