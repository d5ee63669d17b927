//! The page about all rules, in Markdown: `docs/rules.md` is made of it.

use std::collections::BTreeMap;

use pm_kb::rule::Label;
use pm_kb::rule::Rule;
use pm_kb::rule::RuleSet;

/// What stands above the rules.
const HEAD: &str = "\
# The rules

Made by `pm-kb rules list --markdown`; a test holds this page to the pack. What a rule looks for is shown by
`pm-kb rules show ID`, in your own base with what it finds there. [Writing rules](writing-rules.md) has the language.

A rule finds words in one sentence and speaks for one label. It never decides: its findings are qualified (denied, suspected,
planned, of another time), weighed by their section, and added to what the everyday words of the document lean to.
";

/// What stands above the vocabularies.
const WORDS: &str = "
## Vocabularies

Rules name these lists as `{name}`. Your own words go into `.pm-kb/vocabulary.toml`.

| list | what is in it | words |
|---|---|---|
";

/// The page.
pub(super) fn page(rules: &RuleSet) -> String {
    let mut page = HEAD.to_owned();
    let mut chapters: BTreeMap<(usize, String), Vec<&Rule>> = BTreeMap::new();
    for rule in rules.rules() {
        chapters.entry(chapter(rule.label)).or_default().push(rule);
    }
    for ((_, title), chapter) in &chapters {
        page.push_str(&format!("\n## {title}\n"));
        chapter
            .iter()
            .for_each(|rule| page.push_str(&entry(rules, rule)));
    }
    page.push_str(WORDS);
    let vocabulary = rules.vocabulary();
    for name in vocabulary.names() {
        let about = vocabulary.about(name).unwrap_or_default();
        let count = vocabulary.words(name).map_or(0, <[String]>::len);
        page.push_str(&format!("| `{name}` | {about} | {count} |\n"));
    }
    page.push_str(&context(rules));
    page
}

/// The chapter of a label, and its place among the chapters.
fn chapter(label: Label) -> (usize, String) {
    match label {
        Label::Mode(mode) => (0, format!("Failure mode: {mode}")),
        Label::ModelDecay(_) => (1, "Model decay".to_owned()),
        Label::Ordinary(_) => (2, "Ordinary causes".to_owned()),
        Label::Response(_) | Label::RollbackTarget(_) | Label::RollbackHelped(_) => {
            (3, "What was carried out".to_owned())
        }
        Label::Detection(_) | Label::Silent(_) | Label::NearMiss => (4, "Who noticed".to_owned()),
        Label::FirstDiagnosis(_) => (5, "What was believed first".to_owned()),
        Label::Stage(_) => (6, "Where the fault entered".to_owned()),
        Label::Signal(_) => (7, "Signals that the decision needs".to_owned()),
    }
}

fn entry(rules: &RuleSet, rule: &Rule) -> String {
    let cues = match rule.cues.len() {
        1 => "1 cue".to_owned(),
        count => format!("{count} cues"),
    };
    let standing = super::standing(rules, rule);
    let standing = match standing {
        "stable" => String::new(),
        other => format!(", {other}"),
    };
    let mut text = format!(
        "\n### {}: {}\n\n`{}`, {cues}{standing}, in `{}`.\n",
        rule.id,
        rule.title,
        rule.label,
        super::place(&rule.file, rule.is_own)
    );
    let mut items = Vec::new();
    items.extend(
        rule.tests
            .matches
            .first()
            .map(|one| format!("finds “{}”", one.text)),
    );
    items.extend(
        rule.tests
            .no_match
            .first()
            .map(|one| format!("does not find “{}”", one.text)),
    );
    if !rule.false_positives.is_empty() {
        items.push(format!(
            "known to find wrongly: {}",
            rule.false_positives.join("; ")
        ));
    }
    if !rule.references.is_empty() {
        items.push(format!("references: {}", rule.references.join("; ")));
    }
    if !items.is_empty() {
        text.push('\n');
    }
    items
        .iter()
        .for_each(|item| text.push_str(&format!("- {item}\n")));
    text
}

/// The context rules: what makes a finding denied, suspected or planned.
fn context(rules: &RuleSet) -> String {
    let mut text =
        "\n## What qualifies a finding\n\n| rule | makes it | example |\n|---|---|---|\n"
            .to_owned();
    let mut known: BTreeMap<&str, (&str, Option<&str>)> = BTreeMap::new();
    for context in rules.contexts() {
        let state = context
            .state
            .map_or("(ends or turns a state)", |state| state.id());
        let test = context.tests.first().map(|test| test.text.as_str());
        let entry = known.entry(&context.id).or_insert((state, test));
        entry.1 = entry.1.or(test);
    }
    for (id, (state, example)) in known {
        let example = example.map_or(String::new(), |example| format!("“{example}”"));
        text.push_str(&format!("| {id} | {state} | {example} |\n"));
    }
    text
}
