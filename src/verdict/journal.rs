//! Journal: a text of lines that people append to and git merges by union: what can be read of it, and what is odd.

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::text::Position;

/// How far a clock may go ahead of ours before a line is said to be of the future.
const TOLERANCE_SECONDS: i64 = 300;

/// What can be read of a journal, in the order of its lines. What cannot be read is told with its line, the rest is
/// taken; a line with a time after `now` is told and taken.
pub(crate) fn read<T>(
    text: &str,
    now: Option<Timestamp>,
    parse: impl Fn(&str) -> Result<T, String>,
    time: impl Fn(&T) -> Timestamp,
) -> (Vec<T>, Vec<Diagnostic>) {
    let mut entries = Vec::new();
    let mut diagnostics = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim_start_matches('\u{feff}').trim();
        let at = Some(Position {
            line: number,
            column: 1,
        });
        if line.is_empty() {
            continue;
        }
        match parse(line) {
            Ok(entry) => {
                diagnostics.extend(of_the_future(time(&entry), at, now));
                entries.push(entry);
            }
            Err(_) if is_marker(line) => diagnostics.push(Diagnostic::warning(
                at,
                "a conflict marker of an unfinished merge",
                "delete this line and keep the others: every one of them is wanted",
            )),
            Err(wrong) => diagnostics.push(Diagnostic::warning(
                at,
                wrong,
                "this line is passed over, the others are taken",
            )),
        }
    }
    (entries, diagnostics)
}

/// Whether a line is what git leaves of a merge that was not finished.
fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        .iter()
        .any(|marker| line.starts_with(marker))
}

fn of_the_future(
    time: Timestamp,
    at: Option<Position>,
    now: Option<Timestamp>,
) -> Option<Diagnostic> {
    let ahead = time.as_second() - now?.as_second();
    (ahead > TOLERANCE_SECONDS).then(|| {
        Diagnostic::warning(
            at,
            format!("the time {time} lies in the future"),
            "it is taken and counts as the latest; see to the clock of its author",
        )
    })
}
