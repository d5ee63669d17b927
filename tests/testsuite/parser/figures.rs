//! How many facts the parser finds: fixtures of every template, and real and composed post-mortems where they are at hand.
//!
//! `PARSER_MISSES=1 cargo test parser::figures -- --nocapture` prints the tables and every miss.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::incident::ActionState;
use pm_kb::incident::Fact;
use pm_kb::incident::Facts;
use pm_kb::incident::Moment;
use pm_kb::parser;
use pm_kb::parser::Options;
use pm_kb::parser::Parsed;
use pm_kb::postmortem::SectionKind;

/// A row of gold facts by the names of its columns.
type Row = BTreeMap<String, String>;

fn table(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let head: Vec<String> = lines
        .next()
        .unwrap()
        .split('\t')
        .map(str::to_owned)
        .collect();
    let row = |line: &str| {
        head.iter()
            .cloned()
            .zip(line.split('\t').map(str::to_owned))
            .collect()
    };
    lines.filter(|line| !line.is_empty()).map(row).collect()
}

fn parse_file(path: &Path) -> Parsed {
    let name = path.to_string_lossy();
    let read = Document::read(&name, fs::read(path).unwrap(), &Limits::default());
    let document = read.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
    parser::parse(&document, &Options::default())
}

/// The corpora stand beside the repository, or beside the folder of its work trees; a check-out elsewhere does without.
fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/corpora", "../../shared/corpora"]
        .iter()
        .map(|path| root.join(path))
        .find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: there are no corpora beside the repository");
    }
    found
}

/// Right and wrong answers of one field.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    stated: usize,
    right: usize,
    absent: usize,
    invented: usize,
}

/// Answers by field, and what was missed.
#[derive(Default)]
struct Score {
    fields: BTreeMap<String, Count>,
    misses: Vec<String>,
}

impl Score {
    /// Compares one answer; `-` in the gold means that there must be none, `?` that it does not count.
    fn judge(
        &mut self,
        place: (&str, &str),
        gold: &str,
        ours: Option<&str>,
        same: impl Fn(&str, &str) -> bool,
    ) {
        let (file, field) = place;
        let count = self.fields.entry(field.to_owned()).or_default();
        match (gold, ours) {
            ("?", _) => {}
            ("-", None) => count.absent += 1,
            ("-", Some(ours)) => {
                count.absent += 1;
                count.invented += 1;
                self.misses
                    .push(format!("{field:22} {file}: invented `{ours}`"));
            }
            (gold, ours) => {
                count.stated += 1;
                if ours.is_some_and(|ours| same(gold, ours)) {
                    count.right += 1;
                } else {
                    self.misses.push(format!(
                        "{field:22} {file}: `{gold}`, not `{}`",
                        ours.unwrap_or("-")
                    ));
                }
            }
        }
    }

    fn print(&self, name: &str) {
        eprintln!(
            "\n{name}\n{:22} {:>9}  {:>6}  {:>9}",
            "field", "right", "share", "invented"
        );
        for (field, count) in &self.fields {
            let share = self.share(field);
            eprintln!(
                "{field:22} {:>4}/{:<4}  {share:>6.3}  {:>4}/{:<4}",
                count.right, count.stated, count.invented, count.absent
            );
        }
        if std::env::var_os("PARSER_MISSES").is_some() {
            for miss in &self.misses {
                eprintln!("  {miss}");
            }
        }
    }

    fn share(&self, field: &str) -> f64 {
        let count = self.fields.get(field).copied().unwrap_or_default();
        if count.stated == 0 {
            1.0
        } else {
            count.right as f64 / count.stated as f64
        }
    }

    fn invented(&self, field: &str) -> usize {
        self.fields.get(field).map_or(0, |count| count.invented)
    }

    /// Every field has at least its share of right answers.
    fn assert_shares(&self, shares: &[(&str, f64)]) {
        for (field, least) in shares {
            let share = self.share(field);
            assert!(
                share >= *least,
                "{field}: {share:.3}, at least {least} was reached before\n{}",
                self.misses.join("\n")
            );
        }
    }
}

fn equal(gold: &str, ours: &str) -> bool {
    gold == ours
}

fn equal_folded(gold: &str, ours: &str) -> bool {
    let folded = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    folded(gold) == folded(ours)
}

fn overlaps(gold: &str, ours: &str) -> bool {
    let (gold, ours) = (gold.to_lowercase(), ours.to_lowercase());
    gold.contains(&ours) || ours.contains(&gold)
}

fn within_a_minute(gold: &str, ours: &str) -> bool {
    gold.parse::<f64>()
        .ok()
        .zip(ours.parse::<f64>().ok())
        .is_some_and(|(gold, ours)| (gold - ours).abs() <= 1.0)
}

/// The same local minute; clocks that the gold knows only by their day do not count.
fn same_minute(gold: &str, ours: &str) -> bool {
    gold.get(..16) == ours.get(..16)
}

/// `notes` and `other` of the gold are documents that are not counted, whatever they are called.
fn same_kind(gold: &str, ours: &str) -> bool {
    gold == ours || (["notes", "other"].contains(&gold) && ours != "postmortem")
}

fn show(moment: &Option<Fact<Moment>>) -> Option<String> {
    moment
        .as_ref()
        .map(|fact| fact.value.local.strftime("%Y-%m-%dT%H:%M").to_string())
}

fn minutes(fact: &Option<Fact<i64>>) -> Option<String> {
    fact.as_ref().map(|fact| fact.value.to_string())
}

/// What is compared: the column of the gold, our answer, and when the two are the same.
type Answer = (&'static str, Option<String>, fn(&str, &str) -> bool);

fn answers(parsed: &Parsed) -> Vec<Answer> {
    let postmortem = &parsed.postmortem;
    let facts = &postmortem.facts;
    let services: Vec<&str> = facts
        .services
        .iter()
        .map(|fact| fact.value.as_str())
        .collect();
    let cause = postmortem
        .sections
        .iter()
        .any(|section| section.kind == SectionKind::RootCause);
    let done = facts
        .action_items
        .iter()
        .filter(|item| item.state == ActionState::Done)
        .count();
    let text = |fact: &Option<Fact<String>>| fact.as_ref().map(|fact| fact.value.clone());
    vec![
        (
            "date",
            facts.date.as_ref().map(|fact| fact.value.to_string()),
            equal,
        ),
        (
            "quarter",
            facts.quarter().map(|quarter| quarter.to_string()),
            equal,
        ),
        (
            "severity",
            facts.severity.as_ref().map(|fact| fact.value.to_string()),
            equal,
        ),
        ("severity_raw", text(&facts.severity_raw), overlaps),
        (
            "minutes_to_detect",
            minutes(&facts.minutes_to_detect),
            within_a_minute,
        ),
        (
            "minutes_to_mitigate",
            minutes(&facts.minutes_to_mitigate),
            within_a_minute,
        ),
        (
            "minutes_to_resolve",
            minutes(&facts.minutes_to_resolve),
            within_a_minute,
        ),
        (
            "services",
            (!services.is_empty()).then(|| services.join(";")),
            equal_folded,
        ),
        ("team", text(&facts.team), equal_folded),
        (
            "has_root_cause_section",
            Some(if cause { "yes" } else { "no" }.to_owned()),
            equal,
        ),
        (
            "n_action_items",
            Some(facts.action_items.len().to_string()),
            equal,
        ),
        ("n_actions_done", Some(done.to_string()), equal),
        ("lang", Some(postmortem.language.clone()), equal),
    ]
}

fn judge_document(score: &mut Score, row: &Row, parsed: &Parsed) {
    let file = &row["file"];
    let gold = |field: &str| row.get(field).map_or("?", String::as_str);
    for (field, ours, same) in answers(parsed) {
        score.judge((file, field), gold(field), ours.as_deref(), same);
    }
    let facts = &parsed.postmortem.facts;
    for (field, ours) in [
        ("onset", &facts.onset),
        ("detected", &facts.detected),
        ("mitigated", &facts.mitigated),
        ("resolved", &facts.resolved),
    ] {
        if !(2..=10).contains(&gold(field).len()) {
            score.judge(
                (file, field),
                gold(field),
                show(ours).as_deref(),
                same_minute,
            );
        }
    }
    if gold("title") != "-" {
        score.judge(
            (file, "title"),
            gold("title"),
            Some(&parsed.postmortem.title),
            equal_folded,
        );
    }
    // Whether a page is a copy of another is told by the base that holds both.
    if gold("kind") != "duplicate" {
        score.judge(
            (file, "kind"),
            gold("kind"),
            Some(parsed.postmortem.kind.id()),
            same_kind,
        );
    }
    for wanted in gold("warnings")
        .split(',')
        .map(str::trim)
        .filter(|wanted| !matches!(*wanted, "-" | "?" | ""))
    {
        let said = parsed.diagnostics.iter().any(|diagnostic| {
            diagnostic
                .message
                .to_lowercase()
                .contains(&wanted.to_lowercase())
        });
        score.judge((file, "warnings"), wanted, said.then_some(wanted), equal);
    }
}

fn score_folder(folder: &Path) -> Score {
    let mut score = Score::default();
    for row in table(&folder.join("FACTS.tsv")) {
        judge_document(&mut score, &row, &parse_file(&folder.join(&row["file"])));
    }
    score
}

#[test]
fn every_fixture_is_read_as_its_gold_says() {
    let score = score_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/intake"));
    score.print("fixtures");
    assert!(score.misses.is_empty(), "{}", score.misses.join("\n"));
}

#[test]
fn real_documents_give_their_facts() {
    let Some(corpora) = corpora() else {
        return;
    };
    let score = score_folder(&corpora.join("general"));
    score.print("real documents");
    score.assert_shares(&[
        ("title", 0.98),
        ("date", 0.98),
        ("quarter", 0.95),
        ("severity_raw", 0.95),
        ("has_root_cause_section", 0.95),
        ("n_action_items", 0.95),
        ("kind", 0.96),
        ("lang", 1.0),
        ("minutes_to_detect", 0.85),
        ("minutes_to_resolve", 0.85),
        ("onset", 0.9),
        ("detected", 0.9),
        ("resolved", 0.9),
    ]);
    for (field, most) in [
        ("date", 0),
        ("severity_raw", 0),
        ("onset", 1),
        ("detected", 1),
        ("resolved", 1),
    ] {
        assert!(
            score.invented(field) <= most,
            "{field}: {} invented",
            score.invented(field)
        );
    }
}

/// Hours from detection to the end of the harm, as the gold of the composed documents counts them.
fn hours_after_detection(facts: &Facts) -> Option<i64> {
    let clock = |fact: &Option<Fact<Moment>>| fact.as_ref().map(|fact| fact.value);
    if let (Some(detected), Some(end)) = (
        clock(&facts.detected),
        clock(&facts.mitigated).or(clock(&facts.resolved)),
    ) {
        return Some(detected.minutes_until(&end));
    }
    let end = facts
        .minutes_to_mitigate
        .as_ref()
        .or(facts.minutes_to_resolve.as_ref())?;
    Some(end.value - facts.minutes_to_detect.as_ref()?.value)
}

#[test]
fn composed_documents_give_their_times() {
    let Some(corpora) = corpora() else {
        return;
    };
    let folder = corpora.join("dev");
    let hours = |minutes: i64| (minutes as f64 / 60.0).to_string();
    let close = |gold: &str, ours: &str| {
        let (gold, ours): (f64, f64) = (gold.parse().unwrap(), ours.parse().unwrap());
        (gold - ours).abs() <= 0.1 + gold * 0.02
    };
    let mut score = Score::default();
    for row in table(&folder.join("LABELS.tsv")) {
        let facts = parse_file(&folder.join(&row["file"])).postmortem.facts;
        let gold = |field: &str| {
            row.get(field)
                .map(String::as_str)
                .filter(|text| !text.is_empty())
                .unwrap_or("-")
        };
        let detect = facts
            .minutes_to_detect
            .as_ref()
            .map(|fact| hours(fact.value));
        let end = hours_after_detection(&facts).map(hours);
        score.judge(
            (&row["file"], "ttd_hours"),
            gold("ttd_hours"),
            detect.as_deref(),
            close,
        );
        score.judge(
            (&row["file"], "ttr_hours"),
            gold("ttr_hours"),
            end.as_deref(),
            close,
        );
    }
    score.print("composed documents");
    score.assert_shares(&[("ttd_hours", 0.65), ("ttr_hours", 0.4)]);
}
