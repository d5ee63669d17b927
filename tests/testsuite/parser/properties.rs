//! What holds for every input, however hostile.

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::parser;
use pm_kb::parser::Options;
use pm_kb::parser::Parsed;
use pm_kb::postmortem::SectionKind;
use proptest::prelude::*;

fn parse(text: &str) -> Option<(Document, Parsed)> {
    let document = Document::read("any.md", text.as_bytes().to_vec(), &Limits::default()).ok()?;
    let parsed = parser::parse(&document, &Options::default());
    Some((document, parsed))
}

/// Blocks lie in their sections, map into the original, and every line that is named exists.
fn check(text: &str) {
    let Some((document, parsed)) = parse(text) else {
        return;
    };
    let postmortem = &parsed.postmortem;
    let original = &document.text;
    let lines = original.matches('\n').count() + original.matches('\r').count() + 1;
    assert_eq!(postmortem.sections[0].kind, SectionKind::Title);
    assert_eq!(postmortem.sections[1].kind, SectionKind::Body);
    for (number, section) in postmortem.sections.iter().enumerate() {
        assert!(
            section.parent.is_none_or(|parent| parent < number),
            "a parent stands before its child"
        );
        assert!(
            original.get(section.span.start..section.span.end).is_some(),
            "section {:?}",
            section.span
        );
    }
    for block in &postmortem.blocks {
        assert!(block.section < postmortem.sections.len());
        assert!(
            original.get(block.span.start..block.span.end).is_some(),
            "{:?}",
            block.span
        );
        assert!(
            block.map.is_sorted_by(|one, two| one.0 < two.0),
            "{:?}",
            block.map
        );
        for (offset, _) in block.text.char_indices() {
            let at = block.original(offset);
            assert!(
                at <= original.len() && original.is_char_boundary(at),
                "offset {offset} of `{}` leads to {at}",
                block.text
            );
        }
    }
    for diagnostic in &parsed.diagnostics {
        assert!(
            diagnostic
                .position
                .is_none_or(|position| position.line as usize <= lines && position.column >= 1)
        );
    }
    let facts = &postmortem.facts;
    let named = facts
        .action_items
        .iter()
        .map(|item| item.line)
        .chain(facts.date.iter().map(|fact| fact.line))
        .chain(facts.services.iter().map(|fact| fact.line));
    for line in named {
        assert!(line as usize <= lines);
    }
}

/// Pieces of documents, well formed and not, from which documents are made.
fn pieces() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "---\n",
        "+++\n",
        "title: a: b\n",
        "severity: P1 / P2\n",
        "date: 03/07/2026\n",
        "# Title\n\n",
        "## Root cause\n\n",
        "### 10:15 UTC\n\n",
        "**Impact:** 5 users\n",
        "- [ ] do it (owner: x, due 2026-08-01)\n",
        "- **Key events**\n  - First detected 2026-07-03 10:15\n",
        "| a | b |\n|---|---|\n| Severity | SEV1 |\n",
        "| Action | Due |\n|---|---|\n| x |\n",
        "> quoted 10:15\n",
        "```\ncode\n",
        "<table><tr><td>Date</td><td>2026-07-03</td>",
        "</table>\n",
        "<!-- ",
        "-->",
        "&amp;",
        "“curly” ",
        "\u{a0}",
        "\u{ad}",
        "\u{feff}",
        "\r\n",
        "\r",
        "\n\n",
        "10:15 failed. 10:20 fixed.\n",
        "from 23:50 to 00:10 PDT",
        "{{ x }}",
        "h2. Summary\n",
        "+---+---+\n| a | b |\n+---+---+\n",
        "||a||b||\n",
        "T+1h30m: restored\n",
        "`table_a` table ",
        "[^1]: note\n",
        "![alt text](a.png)",
        "[x](http://a)",
        "2026年7月3日 ",
        "午後3時 ",
        "Date: 2026-07-03\nSeverity: SEV1\n---\n",
        "a\n===\n",
        "    indented\n",
        "* * *\n",
        "1. why?\n",
        "é",
        "🔥",
        "0",
        ":",
        "*",
        "_",
        "\\",
        "<",
        "|",
        " ",
    ]);
    prop_oneof![4 => fixed.prop_map(str::to_owned), 1 => "\\PC{0,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_harm(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_mixture_of_markup_is_read_without_harm(parts in prop::collection::vec(pieces(), 0..40)) {
        check(&parts.concat());
    }

    #[test]
    fn the_same_text_gives_the_same_answer(parts in prop::collection::vec(pieces(), 0..20)) {
        let text = parts.concat();
        if let (Some((_, one)), Some((_, two))) = (parse(&text), parse(&text)) {
            prop_assert_eq!(one.postmortem, two.postmortem);
            prop_assert_eq!(one.diagnostics, two.diagnostics);
        }
    }
}

#[test]
fn a_document_cut_off_anywhere_is_read_without_harm() {
    let whole = include_str!("../../intake/setext-headings.md");
    for end in (0..whole.len())
        .filter(|end| whole.is_char_boundary(*end))
        .step_by(7)
    {
        check(&whole[..end]);
    }
}

#[test]
fn pathological_documents_are_read_without_harm() {
    let repeat = |text: &str, bytes: usize| text.repeat(bytes / text.len());
    let bytes = 40_000;
    let nested: String = (0..2_000)
        .map(|depth| format!("{}- x\n", " ".repeat(depth % 500)))
        .collect();
    let texts = [
        repeat("[", bytes),
        repeat("a***", bytes),
        repeat("- ", bytes),
        repeat("> ", bytes),
        repeat("<td>a", bytes),
        repeat("| a ", bytes),
        repeat("**a:** b\n", bytes),
        repeat("2026-07-03 10:15 UTC ", bytes),
        repeat("word ", bytes),
        repeat("{{", bytes),
        format!("## Action items\n\n{}", "- [ ] do it\n".repeat(3_000)),
        nested,
    ];
    for text in texts {
        check(&text);
    }
}
