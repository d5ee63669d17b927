//! Help, completions, the manual and the demo.

use std::fs;
use std::process::Command;
use std::process::Stdio;

use crate::desk::Desk;
use crate::door::assert_told;

const COMMANDS: [&str; 16] = [
    "add",
    "search",
    "list",
    "show",
    "classify",
    "eval",
    "report",
    "status",
    "sync",
    "health",
    "label",
    "reclassify",
    "remove",
    "demo",
    "completions",
    "man",
];

#[test]
fn the_demo_writes_over_nobodys_files() {
    let desk = Desk::new();
    let mine = desk.file("mine/incidents/can-spotter-v3.md", "my own text");
    assert_told(
        &desk.run(&["demo", "--folder", "mine"]),
        2,
        "error: mine is not empty — ",
    );
    assert_eq!(fs::read_to_string(mine).unwrap(), "my own text");
}

#[test]
fn every_command_helps_within_a_hundred_columns() {
    let desk = Desk::new();
    let all = desk.run(&["--help"]);
    assert_eq!(all.status, 0);
    for command in COMMANDS {
        assert!(
            all.out.contains(&format!("  {command} ")),
            "{command} is not in the help"
        );
        for help in [
            &[command, "--help"][..],
            &[command, "-h"],
            &["help", command],
        ] {
            let answer = desk.run(help);
            assert_eq!((answer.status, answer.err.as_str()), (0, ""), "{answer:?}");
            assert!(
                answer.out.contains(&format!("Usage: pm-kb {command}")),
                "{}",
                answer.out
            );
            let long = answer.out.lines().find(|line| line.chars().count() > 100);
            assert_eq!(long, None, "{help:?}");
        }
    }
    assert_told(&desk.run(&[]), 2, "Usage: pm-kb");
    let unknown = desk.run(&["man", "nothing"]);
    assert_told(&unknown, 2, "error: there is no command `nothing` — ");
}

/// Runs a program with a text on standard input; `None`, with a message, where it is not there.
fn given(text: &str, program: &str, args: &[&str]) -> Option<(bool, String)> {
    use std::io::Write as _;
    let started = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut started) = started else {
        eprintln!("skipped: there is no {program} here");
        return None;
    };
    started
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let ended = started.wait_with_output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    Some((
        ended.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

#[test]
fn completions_load_in_their_shells() {
    let desk = Desk::new();
    let script = |shell: &str| desk.run(&["completions", shell]).out;
    let ask = "\nCOMP_WORDS=(pm-kb rep); COMP_CWORD=1; _pm__kb pm-kb rep pm-kb; echo \"${COMPREPLY[@]}\"\n";
    if let Some((fine, said)) = given(&(script("bash") + ask), "bash", &["--norc", "-s"]) {
        assert!(fine && said == "report\n", "{said}");
    }
    let zsh = format!("autoload -U compinit && compinit -u -D\n{}", script("zsh"));
    if let Some((fine, said)) = given(&zsh, "zsh", &["-f", "-s"]) {
        assert!(fine && said.is_empty(), "{said}");
    }
    let fish = script("fish") + "\ncomplete -C 'pm-kb rep'\n";
    if let Some((fine, said)) = given(&fish, "fish", &["--no-config"]) {
        assert!(fine && said.starts_with("report"), "{said}");
    }
}

#[test]
fn the_manual_renders() {
    let desk = Desk::new();
    for page in [&["man"][..], &["man", "add"], &["man", "search"]] {
        let source = desk.run(page).out;
        assert!(source.contains(".SH NAME"), "{source}");
        if let Some((fine, said)) = given(&source, "groff", &["-man", "-Tutf8", "-ww", "-z"]) {
            assert!(fine && said.is_empty(), "{page:?}: {said}");
        }
    }
}
