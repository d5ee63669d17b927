//! A throw-away reader of Markdown, until the parser is there: headings to sections by a few words.

use pm_kb::postmortem::*;
use pm_kb::text::Span;

fn kind(heading: &str) -> Option<SectionKind> {
    let h = heading.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| h.contains(word));
    Some(
        if has(&[
            "ruled out",
            "hypothes",
            "suspected",
            "red herring",
            "what we looked at",
            "excluded",
        ]) {
            SectionKind::RuledOut
        } else if has(&[
            "root cause",
            "cause",
            "five whys",
            "5 whys",
            "why it happened",
            "why did",
        ]) {
            SectionKind::RootCause
        } else if has(&[
            "summary", "tl;dr", "overview", "abstract", "in short", "in brief",
        ]) {
            SectionKind::Summary
        } else if has(&[
            "action",
            "follow-up",
            "follow up",
            "next step",
            "prevention",
            "preventi",
            "to do",
            "todo",
            "recommendation",
            "changes since",
            "what we do now",
        ]) {
            SectionKind::Actions
        } else if has(&["timeline", "chronology"]) {
            SectionKind::Timeline
        } else if has(&["impact", "effect", "cost", "damage"]) {
            SectionKind::Impact
        } else if has(&["detect", "noticed"]) {
            SectionKind::Detection
        } else if has(&["resolution", "fix", "repair", "remed", "recovery"]) {
            SectionKind::Resolution
        } else if has(&["mitigat", "measures"]) {
            SectionKind::Mitigation
        } else if has(&["contribut"]) {
            SectionKind::Contributing
        } else if has(&["went well"]) {
            SectionKind::WentWell
        } else if has(&["lesson", "learn"]) {
            SectionKind::Lessons
        } else if has(&["background", "context"]) {
            SectionKind::Background
        } else if has(&[
            "what happened",
            "problem",
            "incident",
            "diagnosis",
            "investigation",
        ]) {
            SectionKind::WhatHappened
        } else if has(&["appendix", "related", "glossary", "references"]) {
            SectionKind::Support
        } else {
            return None;
        },
    )
}

pub fn split(name: &str, text: &str) -> Postmortem {
    let mut pm = Postmortem {
        language: "en".into(),
        title: name.into(),
        ..Postmortem::default()
    };
    let section = |kind, heading: &str, level| Section {
        kind,
        heading: heading.into(),
        level,
        parent: None,
        span: Span::default(),
    };
    pm.sections = vec![
        section(SectionKind::Title, "", 0),
        section(SectionKind::Body, "", 0),
    ];
    let (mut current, mut code, mut para, mut para_at) = (1, false, String::new(), 0);
    let mut at = 0;
    let mut front = text.starts_with("---");
    let mut line_no = 0;
    let mut blocks = Vec::new();
    let mut push = |kind, section, text: &str, at: usize| {
        let clean: String = text.replace("**", "").replace('`', "");
        if !clean.trim().is_empty() {
            blocks.push(Block {
                section,
                kind,
                text: clean.trim().to_owned(),
                span: Span::new(at, at + text.len()),
                map: vec![(0, at)],
            });
        }
    };
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        line_no += 1;
        let t = line.trim();
        if front {
            if line_no > 1 && t == "---" {
                front = false
            } else if line_no > 1 {
                push(BlockKind::KeyValue, 1, t, start)
            }
            continue;
        }
        let flush = |para: &mut String,
                     para_at: usize,
                     push: &mut dyn FnMut(BlockKind, usize, &str, usize)| {
            if !para.is_empty() {
                push(BlockKind::Paragraph, current, para, para_at);
                para.clear();
            }
        };
        if t.starts_with("```") {
            flush(&mut para, para_at, &mut push);
            code = !code;
            continue;
        }
        if code {
            push(BlockKind::Code, current, t, start);
            continue;
        }
        if t.starts_with('#') {
            flush(&mut para, para_at, &mut push);
            let heading = t.trim_start_matches('#').trim();
            if t.starts_with("# ") && pm.title == name {
                pm.title = heading.into();
                push(BlockKind::Title, 0, heading, start);
                continue;
            }
            pm.sections.push(section(
                kind(heading).unwrap_or(SectionKind::Other),
                heading,
                2,
            ));
            current = pm.sections.len() - 1;
            push(BlockKind::Heading, current, heading, start);
        } else if t.is_empty() {
            flush(&mut para, para_at, &mut push)
        } else if t.starts_with('|') {
            flush(&mut para, para_at, &mut push);
            if !t.contains("---") {
                push(BlockKind::TableRow, current, t.trim_matches('|'), start)
            }
        } else if t.starts_with('>') {
            flush(&mut para, para_at, &mut push);
            push(BlockKind::Quote, current, t.trim_start_matches('>'), start)
        } else if t.starts_with("- ")
            || t.starts_with("* ")
            || t.split_once(". ")
                .is_some_and(|(n, _)| n.len() < 3 && n.parse::<u8>().is_ok())
        {
            flush(&mut para, para_at, &mut push);
            para = t.trim_start_matches(['-', '*', ' ']).to_owned();
            para_at = start;
        } else {
            if para.is_empty() {
                para_at = start
            } else {
                para.push(' ')
            }
            para.push_str(t);
        }
    }
    if !para.is_empty() {
        push(BlockKind::Paragraph, current, &para, para_at)
    }
    pm.blocks = blocks;
    pm
}
