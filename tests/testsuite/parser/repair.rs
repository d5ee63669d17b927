//! From the detection to the end of the harm, told in days, weekdays and sentences.

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::parser;
use pm_kb::parser::Options;
use pm_kb::parser::Parsed;

fn read(text: &str) -> Parsed {
    let limits = Limits::default();
    let document = Document::read("some/inc-7.md", text.as_bytes().to_vec(), &limits).unwrap();
    parser::parse(&document, &Options::default())
}

/// Minutes to detection and from there to the end of the harm.
fn course_of(text: &str) -> (Option<i64>, Option<i64>) {
    let facts = read(text).postmortem.facts;
    (
        facts.minutes_to_detect.map(|fact| fact.value),
        facts.minutes_to_repair.map(|fact| fact.value),
    )
}

#[test]
fn the_repair_is_counted_from_the_detection_to_the_day() {
    const DAY: i64 = 1440;
    for (text, expected) in [
        (
            "# T\n\n**When:** reported 4 May 2025, fixed 7 May 2025\n",
            (None, Some(3 * DAY)),
        ),
        (
            "# T\n\n- Onset: 2025-05-01 00:00\n- Detected: 2025-05-11\n- Corrected: 2025-05-13\n",
            (Some(10 * DAY), Some(2 * DAY)),
        ),
        (
            "# T\n\n## Detection\n\nAn auditor reported it on 2 May 2025.\n\n## Resolution\n\nOn 9 May the scoring was suspended. On 4 June a new model was released.\n",
            (None, Some(7 * DAY)),
        ),
        (
            "# T\n\n- Time to detect: 10 min\n- Time to resolve: 50 min\n",
            (Some(10), Some(40)),
        ),
    ] {
        assert_eq!(course_of(text), expected, "{text}");
    }
}

#[test]
fn a_clock_in_the_resolution_is_of_the_day_of_the_detection() {
    let text = "# T\n\n**Summary.** The export failed on 3 May 2025 at 02:00 and went on with old rows.\n\n**Detection.** On 5 May 2025 at 08:00 a planner asked why the plan was empty.\n\n**Resolution.** 09:30: the export was restored.\n";
    assert_eq!(course_of(text), (Some(54 * 60), Some(90)));
}

#[test]
fn a_step_without_effect_is_no_end() {
    let text = "# T\n\n## Timeline\n\n- 4 May 2025 10:00 requests fail\n- 4 May 11:00 alert fires\n- 4 May 12:00 rolled back, no real change\n- 5 May 11:00 model switched off\n- 6 May all back to normal\n";
    assert_eq!(course_of(text), (Some(60), Some(24 * 60)));
}

#[test]
fn words_that_are_months_elsewhere_are_no_dates() {
    let facts = read(
        "# T\n\nOn 3 May 2025 the rows came out 2 times and 11 out of 30 reports were wrong.\n",
    )
    .postmortem
    .facts;
    assert_eq!(
        facts.date.map(|fact| fact.value.to_string()).as_deref(),
        Some("2025-05-03")
    );
    assert_eq!(
        read("# T\n\nSomething came out 2 times.\n")
            .postmortem
            .facts
            .date,
        None
    );
    assert!(
        read("# T\n\nIncidente de 3 out 2025.\n")
            .postmortem
            .facts
            .date
            .is_some()
    );
}

#[test]
fn a_weekday_is_the_next_of_its_name() {
    let text = "# T\n\n2 June 2025. We had released the parser on Thursday 29 May at 10:00; the warehouse told us on Monday at 09:00.\n\n2 June 11:00: the old parser is back in service.\n";
    assert_eq!(course_of(text), (Some(95 * 60), Some(120)));
}

#[test]
fn a_short_note_tells_since_when_and_when_it_was_found() {
    let text = "# T\n\n- prices were wrong since Tue 4 Mar 2025 06:00, found 07:30 same day\n- 08:10 feed switched back, prices normal 08:30\n";
    assert_eq!(course_of(text).0, Some(90));
}

#[test]
fn what_was_wrong_from_a_day_on_began_on_it() {
    let text = "# T\n\nFrom 3 April 2025 the ranker began to leave out new sellers. Three sellers opened tickets on 12 April.\n\n## Resolution\n\n15 April: the filter was removed.\n";
    assert_eq!(course_of(text), (Some(9 * 1440), Some(3 * 1440)));
}
