//! What a reader of a document notices: front matter, positions, sections, metadata, facts and warnings.

use pm_kb::diagnostic::Level;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::incident::ActionState;
use pm_kb::incident::Origin;
use pm_kb::parser;
use pm_kb::parser::DateOrder;
use pm_kb::parser::Options;
use pm_kb::parser::Parsed;
use pm_kb::postmortem::BlockKind;
use pm_kb::postmortem::SectionKind;
use pm_kb::text::LineIndex;

fn read_with(text: &str, options: &Options) -> Parsed {
    let document = Document::read(
        "some/inc-7.md",
        text.as_bytes().to_vec(),
        &Limits::default(),
    )
    .unwrap();
    parser::parse(&document, options)
}

fn read(text: &str) -> Parsed {
    read_with(text, &Options::default())
}

/// The messages with their lines and columns.
fn said(parsed: &Parsed) -> Vec<String> {
    let place = |position: Option<pm_kb::text::Position>| {
        position.map_or(String::new(), |at| format!("{}:{} ", at.line, at.column))
    };
    parsed
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}{}", place(diagnostic.position), diagnostic.message))
        .collect()
}

#[test]
fn front_matter_that_is_never_closed_is_refused_at_its_beginning() {
    for text in [
        "---\ntitle: x\n\n# Heading\n\nText.\n",
        "---\ntitle: x\nseverity: 1\n",
        "\u{feff}---\ntitle: x\n",
        "+++\ntitle = \"x\"\n",
    ] {
        let parsed = read(text);
        assert!(parsed.is_refused(), "{text}");
        assert!(
            said(&parsed)[0].starts_with("1:1 front matter opened with"),
            "{:?}",
            said(&parsed)
        );
    }
    // A line of dashes and prose behind it is a thematic break.
    assert!(!read("---\n\nIt broke at night.\n\n---\n\nMore.\n").is_refused());
}

#[test]
fn front_matter_over_its_budget_is_refused() {
    let deep = format!("---\na: {}{}\n---\nx\n", "[".repeat(40), "]".repeat(40));
    let wide = format!("---\na: [{}]\n---\nx\n", "1,".repeat(20_000));
    let long = format!("---\na: {}\n---\nx\n", "b".repeat(70_000));
    let bomb = format!("---\na: &a [x,x]\nb: [{}]\n---\nx\n", "*a,".repeat(200));
    for text in [deep, wide, long, bomb] {
        assert!(read(&text).is_refused(), "{}", &text[..30]);
    }
}

#[test]
fn front_matter_that_is_no_yaml_is_read_line_by_line() {
    let parsed = read(
        "---\nid: INC-9\ntitle: Storage: the sequel\nservices:\n  - a\n  - b\n---\n\n# Other\n",
    );
    assert_eq!(parsed.postmortem.title, "Storage: the sequel");
    assert_eq!(
        parsed
            .postmortem
            .stated_id
            .as_ref()
            .map(|id| id.value.as_str()),
        Some("INC-9")
    );
    assert_eq!(parsed.postmortem.facts.services.len(), 2);
    let said = said(&parsed);
    assert!(
        said.iter()
            .any(|message| message.starts_with("3:") && message.contains("line by line")),
        "{said:?}"
    );
    assert!(!parsed.is_refused());
}

#[test]
fn values_stay_as_they_are_written() {
    let parsed = read("---\ncountry: NO\nversion: 3.10\nid: 0777\nx: ~\n---\n\nText.\n");
    let value = |key: &str| {
        parsed
            .postmortem
            .metadata
            .get(key)
            .map(|fact| fact.value.clone())
    };
    assert_eq!(value("country").as_deref(), Some("NO"));
    assert_eq!(value("version").as_deref(), Some("3.10"));
    assert_eq!(value("id").as_deref(), Some("0777"));
    assert_eq!(
        parsed
            .postmortem
            .stated_id
            .as_ref()
            .map(|id| id.value.as_str()),
        Some("0777")
    );
}

#[test]
fn keys_that_are_doubled_or_almost_known_are_said() {
    let parsed = read("---\nseverty: SEV2\nwidget: 7\nstatus: a\nstatus: b\n---\n\nText.\n");
    let said = said(&parsed);
    assert!(
        said.iter()
            .any(|message| message.contains("2:1 unknown key `severty`")),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|message| message.contains("duplicate key `status`, first on line 4")),
        "{said:?}"
    );
    assert!(
        !said.iter().any(|message| message.contains("widget")),
        "{said:?}"
    );
    assert_eq!(parsed.postmortem.metadata["widget"].value, "7");
    assert_eq!(
        parsed
            .postmortem
            .facts
            .status
            .as_ref()
            .map(|fact| fact.value.as_str()),
        Some("a")
    );
    assert!(
        parsed
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.advice.contains("did you mean `severity`?"))
    );
}

#[test]
fn verdicts_are_those_of_the_codebook() {
    let text = "---\nmode: feature staleness\ndecay: data-decay\nresponse: [Rollback, backfill]\ndetection: customer-report\nfirst_diagnosis: modell\nsilent: yes\n---\n\nText.\n";
    let parsed = read(text);
    let verdicts: Vec<String> = parsed
        .postmortem
        .verdicts
        .iter()
        .map(|verdict| format!("{} {} {}", verdict.line, verdict.facet, verdict.value))
        .collect();
    assert_eq!(
        verdicts,
        [
            "2 failure_mode feature-staleness",
            "3 decay data-decay",
            "4 response rollback,backfill",
            "5 detection customer",
            "7 silent true"
        ]
    );
    let warning = parsed
        .diagnostics
        .iter()
        .find(|diagnostic| diagnostic.message.contains("modell"))
        .unwrap();
    assert_eq!(warning.position.map(|at| at.line), Some(6));
    assert_eq!(warning.advice, "did you mean `model`?");
}

#[test]
fn every_word_knows_its_place_in_the_original() {
    let text = "\u{feff}---\r\ntitle: x\r\n---\r\n\r\n## Root cause\r\n\r\nThe **“cache”** was\u{a0}stale &amp; the\r\n[reader](http://a) read `user_id`.\r\n\r\n- first\r\n  second\r\n\r\n| a | b |\r\n|---|---|\r\n| `k` | v |\r\n";
    let parsed = read(text);
    let lines = LineIndex::new(text);
    let place = |needle: &str| {
        let block = parsed
            .postmortem
            .blocks
            .iter()
            .find(|block| block.text.contains(needle))
            .unwrap_or_else(|| panic!("{needle}"));
        let at = lines.position(text, block.original(block.text.find(needle).unwrap()));
        (at.line, at.column)
    };
    assert_eq!(place("\"cache\""), (7, 7));
    assert_eq!(place("stale"), (7, 21));
    assert_eq!(place("& the"), (7, 27));
    assert_eq!(place("the reader"), (7, 33));
    assert_eq!(place("read user_id"), (8, 20));
    assert_eq!(place("user_id"), (8, 26));
    assert_eq!(place("second"), (11, 3));
    assert_eq!(place("v"), (15, 9));
}

#[test]
fn sections_nest_and_unknown_headings_inherit() {
    let text = "# T\n\nLead.\n\n## Root Cause Analysis\n\nA.\n\n### The Redis part\n\nB.\n\n### Contributing Factors\n\nC.\n\n## Holiday plans\n\nD.\n\n## Timeline\n\n### Detection\n\n- 10:15 x\n\n## Detection\n\nE.\n";
    let parsed = read(text);
    let kind = |text: &str| {
        let block = parsed
            .postmortem
            .blocks
            .iter()
            .find(|block| block.text == text)
            .unwrap_or_else(|| panic!("{text}"));
        parsed.postmortem.section_kind(block)
    };
    assert_eq!(kind("Lead."), SectionKind::Body);
    assert_eq!(kind("A."), SectionKind::RootCause);
    assert_eq!(kind("B."), SectionKind::RootCause);
    assert_eq!(kind("C."), SectionKind::Contributing);
    assert_eq!(kind("D."), SectionKind::Other);
    assert_eq!(kind("10:15 x"), SectionKind::Timeline);
    assert_eq!(kind("E."), SectionKind::Detection);
    let headings: Vec<&str> = parsed
        .postmortem
        .sections
        .iter()
        .map(|section| section.heading.as_str())
        .collect();
    assert!(headings.contains(&"The Redis part"));
}

#[test]
fn bold_words_open_sections_and_metadata_is_no_prose() {
    let text = "# T\n\n**Severity:** SEV2 | **Team:** search\n\n- **Impact**: 40 pallets of ice cream were ordered.\n\n**What we thought:** A holiday.\n\n**True cause.** The feed came twice.\n";
    let parsed = read(text);
    let blocks: Vec<(BlockKind, SectionKind, &str)> = parsed
        .postmortem
        .blocks
        .iter()
        .map(|block| {
            (
                block.kind,
                parsed.postmortem.section_kind(block),
                block.text.as_str(),
            )
        })
        .collect();
    assert!(
        blocks.contains(&(BlockKind::KeyValue, SectionKind::Body, "Severity: SEV2")),
        "{blocks:#?}"
    );
    assert!(blocks.contains(&(BlockKind::KeyValue, SectionKind::Body, "Team: search")));
    assert!(blocks.contains(&(
        BlockKind::Paragraph,
        SectionKind::RootCause,
        "The feed came twice."
    )));
    assert!(blocks.contains(&(
        BlockKind::ListItem,
        SectionKind::Impact,
        "40 pallets of ice cream were ordered."
    )));
}

#[test]
fn what_others_wrote_is_kept_apart() {
    let text = "# T\n\n<!-- 2026-01-01 SEV1 -->\n\n> [10:15] someone: is it down?\n\n```\n2026-02-02 ERROR\n```\n\n<p>Plain &amp; simple</p>\n";
    let parsed = read(text);
    let kinds: Vec<(BlockKind, &str)> = parsed
        .postmortem
        .blocks
        .iter()
        .skip(1)
        .map(|block| (block.kind, block.text.trim()))
        .collect();
    assert_eq!(
        kinds,
        [
            (BlockKind::Quote, "[10:15] someone: is it down?"),
            (BlockKind::Code, "2026-02-02 ERROR"),
            (BlockKind::Paragraph, "Plain & simple")
        ]
    );
    assert_eq!(parsed.postmortem.facts.date, None);
    assert_eq!(parsed.postmortem.facts.severity, None);
}

#[test]
fn clocks_are_read_with_their_zones_and_days() {
    let text = "# T\n\n**Date:** 2026-07-03\n\n## Timeline (all times Europe/Berlin)\n\n- 23:40 requests fail, impact starts\n- 23:55 alert pages the on-call\n- 00:20 resolved\n";
    let facts = read(text).postmortem.facts;
    let onset = facts.onset.unwrap();
    assert_eq!(
        (
            onset.value.local.to_string().as_str(),
            onset.value.offset_seconds,
            onset.line,
            onset.origin
        ),
        ("2026-07-03T23:40:00", Some(7200), 7, Origin::Timeline)
    );
    assert_eq!(
        facts.resolved.unwrap().value.local.to_string(),
        "2026-07-04T00:20:00"
    );
    assert_eq!(
        facts
            .minutes_to_detect
            .map(|fact| (fact.value, fact.origin)),
        Some((15, Origin::Computed))
    );
    assert_eq!(facts.minutes_to_resolve.map(|fact| fact.value), Some(40));
    assert_eq!(facts.minutes_to_mitigate, None);
}

#[test]
fn contradictory_clocks_are_named_and_not_used() {
    let parsed = read(
        "# T\n\n- Started: 2026-07-03 10:00 UTC\n- Detected: 2026-07-03 10:05 UTC\n- Resolved: 2026-07-03 09:00 UTC\n",
    );
    let facts = &parsed.postmortem.facts;
    assert_eq!(
        (&facts.onset, &facts.resolved, &facts.minutes_to_resolve),
        (&None, &None, &None)
    );
    assert!(facts.detected.is_some());
    let said = said(&parsed);
    assert!(
        said.iter()
            .any(|message| message.contains("end before start: line 5 lies before line 3")),
        "{said:?}"
    );
}

#[test]
fn an_ambiguous_date_stays_open_until_its_order_is_told() {
    let text = "# T\n\n**Date:** 03/07/2026\n";
    let parsed = read(text);
    assert_eq!(parsed.postmortem.facts.date, None);
    let warning = parsed
        .diagnostics
        .iter()
        .find(|diagnostic| diagnostic.message.contains("ambiguous date"))
        .unwrap();
    assert_eq!(warning.position.map(|at| at.line), Some(3));
    assert!(warning.advice.contains("date_order") && warning.advice.contains("--date-order"));
    for (order, day) in [
        (DateOrder::Dmy, "2026-07-03"),
        (DateOrder::Mdy, "2026-03-07"),
    ] {
        let options = Options {
            date_order: Some(order),
            ..Options::default()
        };
        let date = read_with(text, &options).postmortem.facts.date.unwrap();
        assert_eq!(date.value.to_string(), day);
    }
}

#[test]
fn a_date_in_the_future_is_taken_for_a_slip() {
    let options = Options {
        today: Some(jiff::civil::date(2026, 8, 1)),
        ..Options::default()
    };
    let parsed = read_with("# T\n\n**Date:** 2062-07-03\n", &options);
    assert_eq!(parsed.postmortem.facts.date, None);
    assert!(
        said(&parsed)
            .iter()
            .any(|message| message.contains("lies in the future"))
    );
}

#[test]
fn strictness_turns_warnings_into_refusals() {
    let options = Options {
        strict: true,
        ..Options::default()
    };
    assert!(read_with("---\nseverty: 1\n---\n\nText.\n", &options).is_refused());
    assert!(!read_with("# T\n\nText.\n", &options).is_refused());
}

#[test]
fn action_items_have_their_owner_day_state_and_line() {
    let text = "# T\n\n## Action items\n\n- [x] Add an alert (owner: search, due 2026-08-01) [PM-12](https://example.com/PM-12)\n- Remove the job (won't do)\n  - because it is gone\n- none\n\n## Follow-ups\n\n| Task | Assignee | Deadline | Status |\n|---|---|---|---|\n| Test it | quality | 1 September 2026 | in progress |\n";
    let items = read(text).postmortem.facts.action_items;
    assert_eq!(items.len(), 3, "{items:#?}");
    assert_eq!(
        (items[0].state, items[0].line, items[0].owner.as_deref()),
        (ActionState::Done, 5, Some("search"))
    );
    assert_eq!(
        items[0].due.map(|day| day.to_string()).as_deref(),
        Some("2026-08-01")
    );
    assert_eq!(items[0].link.as_deref(), Some("https://example.com/PM-12"));
    assert_eq!(items[1].state, ActionState::Dropped);
    assert_eq!(
        (
            items[2].state,
            items[2].owner.as_deref(),
            items[2].text.as_str()
        ),
        (ActionState::Open, Some("quality"), "Test it")
    );
    assert_eq!(
        items[2].due.map(|day| day.to_string()).as_deref(),
        Some("2026-09-01")
    );
}

#[test]
fn figures_names_and_whys_are_found_where_they_stand() {
    let text = "---\nid: INC-12\n---\n\n# T\n\n## Impact\n\nAbout 5,100 customers saw wrong limits. We lost 1.3 million euros and 80 engineer-hours.\n\n## Trigger\n\nA rename.\n\n## Five whys\n\n1. Why was it stale? The job failed.\n2. Why did it fail? The `user_events` table moved.\n\n## Lessons\n\nSimilar to INC-7. The `ranker-v3` model was innocent.\n";
    let facts = read(text).postmortem.facts;
    assert_eq!(
        facts.users_affected.map(|fact| fact.value).as_deref(),
        Some("About 5,100 customers")
    );
    assert_eq!(
        facts.money.map(|fact| fact.value).as_deref(),
        Some("1.3 million euros")
    );
    assert_eq!(
        facts.hours_lost.map(|fact| (fact.value, fact.line)),
        Some((80.0, 9))
    );
    assert_eq!(
        facts.trigger.map(|fact| fact.value).as_deref(),
        Some("A rename.")
    );
    assert_eq!(facts.whys.len(), 2);
    assert_eq!(
        facts
            .assets
            .iter()
            .map(|fact| fact.value.as_str())
            .collect::<Vec<_>>(),
        ["user_events"]
    );
    assert_eq!(
        facts
            .models
            .iter()
            .map(|fact| fact.value.as_str())
            .collect::<Vec<_>>(),
        ["ranker-v3"]
    );
    assert_eq!(
        facts
            .links
            .iter()
            .map(|fact| fact.value.as_str())
            .collect::<Vec<_>>(),
        ["INC-7"]
    );
}

#[test]
fn an_id_that_cannot_be_one_is_said_and_left_out() {
    let parsed = read("---\nid: ../../etc/passwd\n---\n\n# T\n");
    assert_eq!(parsed.postmortem.stated_id, None);
    assert!(
        said(&parsed)
            .iter()
            .any(|message| message.contains("cannot be an id"))
    );
    assert!(
        parsed
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.level == Level::Warning)
    );
}

#[test]
fn a_document_without_a_title_is_called_by_its_file() {
    assert_eq!(read("It broke.\n").postmortem.title, "inc-7");
    assert_eq!(read("## Summary\n\nIt broke.\n").postmortem.title, "inc-7");
    assert_eq!(
        read("# Issue name\n\nPasswords leaked.\n\n## Summary\n\nx\n")
            .postmortem
            .title,
        "Passwords leaked."
    );
}

#[test]
fn nesting_without_end_is_text_with_a_warning() {
    let parsed = read(&format!("# T\n\n{}deep\n", "> ".repeat(150)));
    assert!(
        parsed
            .postmortem
            .blocks
            .iter()
            .any(|block| block.text.contains("deep"))
    );
    assert!(
        said(&parsed)
            .iter()
            .any(|message| message.contains("nested deeper than 100 levels"))
    );
}
