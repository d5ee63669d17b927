//! The door of the report: times that cannot be, earlier reports that are none, files that are written.

use std::fs;

use crate::door::assert_told;
use crate::door::with_base;
use crate::paper;

#[test]
fn times_that_cannot_be_are_usage_errors_and_empty_ones_empty_reports() {
    let desk = with_base();
    for (args, told) in [
        (
            &["--from", "2026-03-01", "--to", "2026-01-01"][..],
            "ends before it begins: from `2026-03-01` to `2026-01-01` — ",
        ),
        (
            &["--from", "2026-02-30", "--to", "2026-04-01"],
            "`2026-02-30`",
        ),
        (&["--from", "2026-Q1"], "--to"),
        (
            &["--quarter", "2026-Q3", "--year", "2026"],
            "cannot be used with",
        ),
        (&["--year", "26"], "1970"),
        (
            &["--pattern", "mode:data-drift"],
            "two filters with ` / ` between them",
        ),
    ] {
        assert_told(&desk.run(&[&["report"], args].concat()), 2, told);
    }
}

#[test]
fn a_time_without_incidents_and_an_empty_base_have_an_empty_report() {
    let desk = with_base();
    for args in [&["--quarter", "2031-Q1"][..], &["--year", "1999"]] {
        let answer = desk.run(&[&["report", "--json"], args].concat());
        let report: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(
            (answer.status, &report["population"]["total"]),
            (0, &0.into())
        );
        assert_eq!(report["population"]["undated"], 1);
    }
    assert_eq!(
        desk.run(&[
            "remove",
            "scores-were-old",
            "scores-were-wrong",
            "pager-was-silent"
        ])
        .status,
        0
    );
    for args in [
        &["report"][..],
        &["report", "--format", "md"],
        &["list"],
        &["status"],
        &["search"],
    ] {
        let answer = desk.run(args);
        assert!(
            answer.status <= 1 && !answer.err.contains("error"),
            "{answer:?}"
        );
    }
    assert_told(&desk.run(&["list"]), 0, "no incident matches");
}

#[test]
fn a_report_is_written_whole_and_over_nothing_but_a_report() {
    let desk = with_base();
    desk.file("docs/sub/keep", "");
    let report = desk.run(&[
        "report", "--year", "2026", "--format", "md", "--output", "r.md",
    ]);
    assert_eq!((report.status, report.out.as_str()), (0, ""), "{report:?}");
    let written = fs::read_to_string(desk.path().join("r.md")).unwrap();
    assert_eq!(
        written,
        desk.run(&["report", "--year", "2026", "--format", "md"])
            .out
    );
    assert_told(
        &desk.run(&["report", "--output", "docs"]),
        2,
        "error: cannot write docs: it is a folder — ",
    );
    let answer = desk.run(&["report", "--output", "nowhere/r.md"]);
    assert_told(
        &answer,
        5,
        "error: cannot write nowhere/r.md: there is no such file or folder\n",
    );
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_no_place_for_a_report() {
    let desk = with_base();
    let arguments = ["report", "--output", "r.md"];
    assert_eq!(desk.run(&arguments).status, 0);
    let written = fs::read_to_string(desk.path().join("r.md")).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(desk.path().join("r.md"))
        .unwrap()
        .permissions()
        .mode();
    assert_ne!(
        mode & 0o044,
        0,
        "others may read it, unlike a temporary file: {mode:o}"
    );
    std::os::unix::fs::symlink("r.md", desk.path().join("link.md")).unwrap();
    assert_told(
        &desk.run(&["report", "--output", "link.md"]),
        2,
        "error: cannot write link.md: it is no regular file",
    );
    assert!(
        desk.path().join("link.md").is_symlink(),
        "the link is still there"
    );
    if let Some(pipe) = paper::pipe(&desk, "pipe") {
        assert_told(
            &desk.run(&["report", "--output", "pipe"]),
            2,
            "it is no regular file",
        );
        assert!(!pipe.is_file(), "the pipe is still there");
    }
    assert_eq!(
        fs::read_to_string(desk.path().join("r.md")).unwrap(),
        written
    );
}

#[test]
fn a_report_is_the_same_on_standard_output_as_in_a_file() {
    let desk = with_base();
    for format in ["text", "md", "html", "csv", "json"] {
        let args = ["report", "--year", "2026", "--format", format];
        let shown = desk.run(&args).out;
        assert_eq!(
            desk.run(&[&args[..], &["--output", "r"]].concat()).status,
            0
        );
        let written = fs::read_to_string(desk.path().join("r")).unwrap();
        assert!(written == shown, "{format} differs");
        fs::remove_file(desk.path().join("r")).unwrap();
    }
}

#[test]
fn the_ending_of_the_file_says_what_is_written() {
    let desk = with_base();
    for (file, begins) in [
        ("r.html", "<!doctype html>"),
        ("r.MD", "# "),
        ("r.json", "{"),
        ("r.csv", "\"period\","),
        ("r.report", "Machine-learning incidents"),
    ] {
        let answer = desk.run(&["report", "--year", "2026", "--output", file]);
        let written = fs::read_to_string(desk.path().join(file)).unwrap();
        assert_eq!(answer.status, 0, "{answer:?}");
        assert!(
            written.to_lowercase().starts_with(&begins.to_lowercase()),
            "{file}: {written:.60}"
        );
    }
    desk.run(&["report", "--format", "md", "--output", "r.html"]);
    let written = fs::read_to_string(desk.path().join("r.html")).unwrap();
    assert!(
        written.starts_with("# "),
        "what is said prevails: {written:.60}"
    );
}

#[test]
fn a_filter_that_matches_nothing_is_named() {
    let answer = with_base().run(&["report", "--year", "2026", "service:no-such"]);
    assert_told(&answer, 0, "");
    assert!(
        answer
            .out
            .contains("No dated incident in 2026 matches `service:no-such`."),
        "{answer:?}"
    );
}

#[test]
fn an_earlier_report_that_is_none_is_refused_and_not_waited_for() {
    let desk = with_base();
    desk.file("latin.json", b"{\"caf\xe9\": 1}");
    desk.file("other.json", "{}");
    let earlier = |file: &str| desk.run(&["report", "--diff", file]);
    assert_told(
        &earlier("gone.json"),
        3,
        "error: gone.json: there is no such file or folder — ",
    );
    assert_told(
        &earlier("latin.json"),
        3,
        "error: latin.json:1:6: invalid UTF-8",
    );
    assert_told(
        &earlier("/dev/zero"),
        3,
        "error: /dev/zero: it is no regular file — ",
    );
    assert_told(
        &earlier("other.json"),
        2,
        "error: other.json:1:2: not a report in JSON",
    );
    if paper::pipe(&desk, "pipe.json").is_some() {
        assert_told(
            &earlier("pipe.json"),
            3,
            "error: pipe.json: it is no regular file — ",
        );
    }
    let report = desk.run(&["report", "--json"]).out;
    let answer = desk.run_with(&["report", "--diff", "-"], &report);
    assert_eq!(answer.status, 0, "{answer:?}");
}

#[test]
fn the_terminal_shows_page_one_and_the_way_to_the_rest() {
    let desk = with_base();
    let page = desk.run(&["report", "--year", "2026"]).out;
    assert!(page.contains("What is unsure\n"), "{page}");
    assert!(!page.contains("Population and data quality"), "{page}");
    assert!(
        page.contains("add --full, or --format html --output report.html"),
        "{page}"
    );
    let full = desk.run(&["report", "--year", "2026", "--full"]).out;
    let (sheet, _) = page.split_once("\nThe appendix").unwrap();
    assert!(full.starts_with(sheet), "page one first: {full}");
    assert!(full.contains("Method and provenance"), "{full}");
    let markdown = |more: &[&str]| {
        desk.run(&[&["report", "--format", "md"], more].concat())
            .out
    };
    assert_eq!(markdown(&[]), markdown(&["--full"]));
}

#[test]
fn a_pattern_may_stand_in_quotes_as_one_or_as_two() {
    let desk = with_base();
    let arguments = ["report", "--year", "2026", "--pattern"];
    let asked = |more: &[&str]| {
        let answer = desk.run(&[&arguments, more].concat());
        assert_eq!(answer.status, 0, "{answer:?}");
        answer.out
    };
    let whole = asked(&["is:classified / is:counted"]);
    assert!(
        whole.contains("Asked: 100% of “is:counted” are “is:classified” (2 of 2)."),
        "{whole}"
    );
    assert_eq!(asked(&["is:classified", "/", "is:counted"]), whole);
    let some = asked(&["is:classified", "/", "is:counted", "before:2026-03-01"]);
    assert!(
        some.contains("(1 of 1)"),
        "the rest is the population: {some}"
    );
    let none = asked(&["is:silent", "/", "mode:data-drift"]);
    assert!(
        none.contains("Asked: no incident fulfils mode:data-drift, so there is no share."),
        "{none}"
    );
}

#[test]
fn the_digest_of_a_base_is_of_what_it_holds_and_not_of_how_it_came_there() {
    let digest = |desk: &crate::desk::Desk| {
        let answer = desk.run(&["report", "--year", "2026", "--json"]);
        let report: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        let digest = report["provenance"]["kb_digest"]
            .as_str()
            .unwrap()
            .to_owned();
        (digest, answer.out)
    };
    let (one, other) = (with_base(), with_base());
    assert_eq!(
        digest(&one).1,
        digest(&other).1,
        "the same base, the same bytes"
    );
    assert_eq!(other.run(&["remove", "scores-were-old"]).status, 0);
    assert_ne!(digest(&one).0, digest(&other).0);
    assert_eq!(other.run(&["add", "docs"]).status, 0);
    assert_eq!(digest(&one).0, digest(&other).0, "it is there again");
}

#[test]
fn a_report_explains_its_differences_to_the_json_of_an_earlier_one() {
    let desk = with_base();
    let old = ["report", "--year", "2026", "--json", "--output", "old.json"];
    assert_eq!(desk.run(&old).status, 0);
    desk.file(
        "docs/scores-were-new.md",
        "---\ndate: 2026-06-01\nfailure_mode: feature-staleness\ndecay: data-decay\nresponse: rollback\n---\n# New\n\nText.\n",
    );
    desk.file(
        "docs/scores-were-wrong.md",
        "---\ndate: 2026-05-03\nfailure_mode: schema-drift\ndecay: data-decay\n---\n# Scores were wrong\n\nText.\n",
    );
    assert_eq!(desk.run(&["add", "docs"]).status, 0);
    let page = desk
        .run(&["report", "--year", "2026", "--full", "--diff", "old.json"])
        .out;
    let (_, section) = page.split_once("Since the report of").expect("it is told");
    let (section, _) = section.split_once("Population and data quality").unwrap();
    assert!(section.contains("incidents new or gone"), "{section}");
    assert!(section.contains("scores-were-new"), "{section}");
    assert!(section.contains("labels changed by people"), "{section}");
    assert!(section.contains("scores-were-wrong"), "{section}");
}
