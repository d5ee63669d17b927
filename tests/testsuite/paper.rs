//! Papers: hostile documents, folders and names that several themes are tested with.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::desk::Desk;

/// Characters that no terminal may get: controls, escape sequences, bidirectional, zero-width and tag characters.
pub(crate) const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{8}\u{9b}31m\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{ad}\u{e0041}\u{2028}";

/// A post-mortem with hostile characters wherever a text is taken from it.
pub(crate) fn hostile_document(evil: &str) -> String {
    let quoted = evil.escape_unicode().to_string().replace("\\u{", "\\U{");
    let quoted: String = quoted
        .split("\\U{")
        .skip(1)
        .map(|code| format!("\\U{:0>8}", code.trim_end_matches('}')))
        .collect();
    format!(
        "---\n\
         title: \"Payments {quoted} down\"\n\
         date: 2026-07-03\n\
         severity: \"SEV2 {quoted}\"\n\
         services: [\"scorer{quoted}\", fraud]\n\
         team: \"risk{quoted}\"\n\
         status: \"done{quoted}\"\n\
         model: \"m{quoted}\"\n\
         \"ke{quoted}y\": \"value{quoted}\"\n\
         ---\n\n\
         # Payments {evil} down\n\n\
         ## Summary {evil}\n\n\
         The feature table {evil} was stale: the job that fills it had not run for three days.\n\n\
         ## Root cause\n\n\
         The materialisation job {evil} failed silently and the features were stale. We rolled back the {evil} model.\n\n\
         ## Action items\n\n\
         - [ ] Alert on {evil} freshness (owner: risk{evil})\n"
    )
}

/// A new named pipe; `None`, with a message, where none can be made.
pub(crate) fn pipe(desk: &Desk, name: &str) -> Option<PathBuf> {
    let path = desk.path().join(name);
    let made = Command::new("mkfifo").arg(&path).status();
    if made.is_ok_and(|status| status.success()) {
        return Some(path);
    }
    eprintln!("skipped: no named pipe can be made here");
    None
}

/// Runs the program as somebody who is not root and owns nothing; `None`, with a message, where that cannot be.
pub(crate) fn as_nobody(folder: &Path, args: &[&str]) -> Option<std::process::Output> {
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(env!("CARGO_BIN_EXE_pm-kb"))
        .args(args)
        .env_clear()
        .current_dir(folder)
        .output();
    // 126 and 127: setpriv may not, or the program stands where nobody may go.
    match output {
        Ok(output) if !matches!(output.status.code(), Some(1 | 126 | 127) | None) => Some(output),
        _ => {
            eprintln!("skipped: the program cannot be run as another user here");
            None
        }
    }
}
