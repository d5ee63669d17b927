//! What `docs/search.md` shows is what the program answers on the examples.

use std::fs;

use crate::desk::Desk;
use crate::desk::repository;
use crate::docs::snapshot;

/// The words of a command line, quotes taken off; enough of a shell for a page.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, other) => word.push(other),
        }
    }
    words.push(word);
    words
}

/// What a command writes, notes first.
fn answer(desk: &Desk, line: &str) -> String {
    let (input, command) = match line.split_once(" | ") {
        Some((echo, command)) => (words(echo)[1].clone(), command),
        None => (String::new(), line),
    };
    let args = words(command);
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    let answer = desk.run_with(&args, input);
    format!("{}{}", answer.err, answer.out)
}

#[test]
fn the_page_on_search_shows_what_is_answered() {
    let desk = Desk::new();
    for example in fs::read_dir(repository("incidents")).unwrap() {
        let example = example.unwrap().path();
        let name = format!(
            "incidents/{}",
            example.file_name().unwrap().to_string_lossy()
        );
        desk.file(&name, fs::read(&example).unwrap());
    }
    assert_eq!(desk.run(&["-q", "add", "incidents"]).status, 0);
    let page = repository("docs/search.md");
    let text = fs::read_to_string(&page).unwrap();
    let mut wanted = String::new();
    let mut shown = 0;
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            inside = line == "```text\n";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            shown += 1;
            wanted.push_str(line);
            wanted.push_str(&answer(&desk, command.trim_end()));
            continue;
        }
        let is_answer = inside && !line.starts_with("```");
        if !is_answer {
            wanted.push_str(line);
        }
    }
    assert!(shown >= 5, "{shown}");
    snapshot(&page, &wanted);
}
