//! The page about writing rules, followed to the letter in an empty folder: its files are written, its commands run.

use std::fs;

use crate::desk::Desk;
use crate::desk::repository;

/// A block of the page between fences: what stands behind the first fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push((info.to_owned(), format!("{}\n", text.join("\n"))));
    }
    blocks
}

/// Whether an answer is what a page shows: `[..]` for a part of a line, `...` for some lines.
fn is_shown(answer: &[&str], shown: &[&str]) -> bool {
    match shown {
        [] => answer.is_empty(),
        ["..."] => true,
        ["...", rest @ ..] => (0..=answer.len()).any(|from| is_shown(&answer[from..], rest)),
        [line, rest @ ..] => {
            answer.first().is_some_and(|first| is_line(first, line)) && is_shown(&answer[1..], rest)
        }
    }
}

fn is_line(answer: &str, shown: &str) -> bool {
    match shown.split_once("[..]") {
        None => answer == shown,
        Some((before, after)) => {
            answer.len() >= before.len() + after.len()
                && answer.starts_with(before)
                && answer.ends_with(after)
        }
    }
}

#[test]
fn writing_rules_works_as_the_page_says() {
    let page = fs::read_to_string(repository("docs/writing-rules.md")).unwrap();
    let desk = Desk::new();
    let (mut files, mut commands) = (0, 0);
    for (info, text) in blocks(&page) {
        if let Some((_, name)) = info.split_once(' ') {
            desk.file(name, text);
            files += 1;
            continue;
        }
        assert_eq!(info, "shell-session", "a block that nothing checks");
        for session in text.split("$ ").skip(1) {
            let mut lines = session.lines();
            let command = lines.next().unwrap();
            let args: Vec<&str> = command.split(' ').skip(1).collect();
            let answer = desk.run(&args);
            let said = format!("{}{}", answer.out, answer.err);
            let said: Vec<&str> = said.lines().collect();
            let shown: Vec<&str> = lines.collect();
            assert!(
                is_shown(&said, &shown),
                "`{command}` answers\n{}\nthe page shows\n{}",
                said.join("\n"),
                shown.join("\n")
            );
            commands += 1;
        }
    }
    assert!(
        files > 5 && commands > 7,
        "{files} files, {commands} commands"
    );
}

#[test]
fn the_page_about_all_rules_is_that_of_the_pack() {
    let answer = Desk::new().run(&["rules", "list", "--markdown"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    crate::docs::snapshot(&repository("docs/rules.md"), &answer.out);
}
