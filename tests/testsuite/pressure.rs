//! Under pressure: little memory, one very long document among very short ones.

use std::process::Command;

use crate::desk::Desk;

#[test]
fn a_long_document_among_tiny_ones_is_stored_within_little_memory() {
    let desk = Desk::new();
    for number in 0..150 {
        let text = format!("# Outage {number}\n\nJob {number} failed on 2024-03-01.\n");
        desk.file(&format!("docs/{number:03}.md"), text);
    }
    let paragraph = "At 12:30 on 7 May 2024 the features were stale, for the nightly job had failed; at 14:05 it was rerun.\n\n";
    let long = format!(
        "# Stale zeppelin\n\n{}",
        paragraph.repeat(900_000 / paragraph.len())
    );
    desk.file("docs/long.md", long);
    let limited = |args: &[&str]| {
        // Address space is what a shell can limit everywhere; it is more than the memory that is used.
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 786432 && exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_pm-kb"))
            .args(args)
            .current_dir(desk.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("SOURCE_DATE_EPOCH", "1791000000")
            .output();
        let output = output.expect("a shell");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (status, out, err) = limited(&["add", "docs"]);
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(out.lines().count(), 151, "{out}");
    let (status, out, err) = limited(&["search", "zeppelin"]);
    assert_eq!(status, Some(0), "{err}");
    assert!(out.contains("docs/long.md"), "{out}");
}
