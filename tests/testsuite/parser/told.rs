//! Times that sentences tell in other ways than by clock and key: in words, by who looked, until when it lasted.

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::parser;
use pm_kb::parser::Options;

/// Minutes to detection, from detection to the end of the harm, and to resolution.
fn minutes(text: &str) -> [Option<i64>; 3] {
    let bytes = text.as_bytes().to_vec();
    let document = Document::read("some/inc-7.md", bytes, &Limits::default()).unwrap();
    let facts = parser::parse(&document, &Options::default())
        .postmortem
        .facts;
    let all = [
        facts.minutes_to_detect,
        facts.minutes_to_repair,
        facts.minutes_to_resolve,
    ];
    all.map(|fact| fact.map(|fact| fact.value))
}

fn assert_told(cases: &[(&str, [Option<i64>; 3])]) {
    for (text, expected) in cases {
        assert_eq!(minutes(text), *expected, "{text}");
    }
}

#[test]
fn clock_times_in_words_are_clock_times() {
    assert_told(&[
        (
            "# Prices stood still\n\nOn 4 March 2025 at six in the morning the price feed stopped. A manager called us at half past eight, and at a quarter to ten the feed was restarted and prices were normal again.\n",
            [Some(150), Some(75), Some(225)],
        ),
        (
            "# Wrong labels\n\n## Summary\n\nOn 9 May 2024 from nine o'clock in the morning until quarter past eleven the labels were wrong.\n",
            [None, None, Some(135)],
        ),
        (
            "# Late mail\n\n## Timeline\n\nOn 2 June 2024:\n\n- at eight in the evening: mail is delayed by an hour, errors everywhere\n- at nine at night: the on-call is paged\n- at ten at night: resolved, the queue is empty\n",
            [Some(60), Some(60), Some(120)],
        ),
    ]);
}

#[test]
fn who_first_thought_of_it_knew_of_it() {
    assert_told(&[
        (
            "# Sales fell\n\nOn 3 March 2025 a new price table was deployed. When the numbers came in on 10 March, the first explanation was the weather. On 12 March the table was rolled back.\n",
            [Some(7 * 1440), Some(2 * 1440), Some(9 * 1440)],
        ),
        (
            "# Two encoders\n\nOn 6 May 2024 the encoder was moved to another service. On 20 May an analyst compared twenty rows by hand, and nine of them differed.\n\n**Fix, 23 May:** one encoder for both.\n",
            [Some(14 * 1440), Some(3 * 1440), Some(17 * 1440)],
        ),
    ]);
}

#[test]
fn an_alert_that_reached_nobody_noticed_nothing() {
    assert_told(&[
        (
            "# A full disk\n\nOn Friday 9 May 2025 at 20:00 the disk was full and imports failed. The alert fired at 20:05, into a channel that nobody reads. On Saturday at 08:00 a customer complained, and at 09:30 it was fixed.\n",
            [Some(720), Some(90), Some(810)],
        ),
        (
            "# Stale quotes\n\n## Timeline (2025-02-03)\n\n- 07:00 quotes are stale\n- 07:10 pager alert, went unanswered\n- 08:00 traders report old quotes\n- 08:20 resolved\n",
            [Some(60), Some(20), Some(80)],
        ),
    ]);
}

#[test]
fn the_last_of_several_attempts_is_what_helped() {
    assert_told(&[(
        "# Rejects\n\nOn 5 June 2025 the sorter began to reject good parts. The operator stopped the belt at 07:30, half an hour after the start of the shift.\n\n## What was tried\n\n| Time | Step | Result |\n|---|---|---|\n| 07:45 | lens cleaned | none |\n| 08:10 | lamp replaced | no effect |\n| 09:00 | old film mounted | 1 in 400 rejected |\n",
        [Some(30), Some(90), Some(120)],
    )]);
}

#[test]
fn what_was_left_over_belongs_to_the_incident() {
    assert_told(&[(
        "# Stuck projects\n\n## Summary\n\nOn 3 March 2025 from 10:00 to 12:00 UTC changes failed. The clean-up of what was stuck took until 4 March 2025 10:00 UTC.\n",
        [None, None, Some(1440)],
    )]);
}

#[test]
fn what_notices_and_fails_in_one_entry_tells_no_time_to_detect() {
    assert_told(&[
        (
            "# No builds\n\n## Timeline\n\n### 2025-03-03 14:00\n\nBuilds fail, which was noticed while somebody looked at another bug.\n\n### 14:10\n\nEverything is back to normal.\n",
            [None, Some(10), None],
        ),
        (
            "# Leaked key\n\n## Timeline\n\n### 2025-03-03 14:00\n\nA key is inadvertently pushed to a public page. The scanner notified us within seconds.\n\n### 14:20\n\nThe key was revoked.\n\n### 14:30\n\nAll clear.\n",
            [Some(0), Some(20), Some(30)],
        ),
    ]);
}
