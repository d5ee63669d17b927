//! The parser against gold facts: fixtures of every template, and real and composed post-mortems where they are at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::incident::ActionState;
use pm_kb::incident::Fact;
use pm_kb::incident::Moment;
use pm_kb::parser;
use pm_kb::parser::Options;
use pm_kb::parser::Parsed;
use pm_kb::postmortem::SectionKind;

/// Rows of a table with a head.
pub(crate) type Rows = Vec<BTreeMap<String, String>>;

pub(crate) fn table(path: &Path) -> Rows {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            head.iter()
                .map(|name| (*name).to_owned())
                .zip(line.split('\t').map(str::to_owned))
                .collect()
        })
        .collect()
}

pub(crate) fn parse_file(path: &Path) -> Parsed {
    let name = path.to_string_lossy();
    let document = Document::read(&name, fs::read(path).unwrap(), &Limits::default())
        .unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
    parser::parse(&document, &Options::default())
}

/// The corpora stand beside the repository; a check-out elsewhere does without them.
fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/corpora", "../../shared/corpora"]
        .iter()
        .map(|path| root.join(path))
        .find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: no corpora beside the repository");
    }
    found
}

/// Right and wrong answers by field.
#[derive(Default)]
struct Score {
    fields: BTreeMap<String, [usize; 4]>,
    misses: Vec<String>,
}

impl Score {
    /// Compares one answer; `-` in the gold means that there must be none, `?` that it does not count.
    fn judge(
        &mut self,
        file: &str,
        field: &str,
        gold: &str,
        ours: Option<&str>,
        same: impl Fn(&str, &str) -> bool,
    ) {
        let [right, stated, absent, invented] = self.fields.entry(field.to_owned()).or_default();
        match (gold, ours) {
            ("?", _) => {}
            ("-", None) => *absent += 1,
            ("-", Some(ours)) => {
                *absent += 1;
                *invented += 1;
                self.misses
                    .push(format!("{field:20} {file}: invented `{ours}`"));
            }
            (gold, ours) => {
                *stated += 1;
                if ours.is_some_and(|ours| same(gold, ours)) {
                    *right += 1;
                } else {
                    self.misses.push(format!(
                        "{field:20} {file}: `{gold}`, not `{}`",
                        ours.unwrap_or("-")
                    ));
                }
            }
        }
    }

    fn print(&self, name: &str) {
        eprintln!(
            "\n{name}\n{:22} {:>9}  {:>6}  {:>9}",
            "field", "stated", "right", "invented"
        );
        for (field, [right, stated, absent, invented]) in &self.fields {
            let share = if *stated == 0 {
                1.0
            } else {
                *right as f64 / *stated as f64
            };
            eprintln!("{field:22} {right:>4}/{stated:<4}  {share:>6.3}  {invented:>4}/{absent:<4}");
        }
        if std::env::var_os("PARSER_MISSES").is_some() {
            for miss in &self.misses {
                eprintln!("  {miss}");
            }
        }
    }

    fn share(&self, field: &str) -> f64 {
        let [right, stated, ..] = self.fields.get(field).copied().unwrap_or_default();
        if stated == 0 {
            1.0
        } else {
            right as f64 / stated as f64
        }
    }

    fn invented(&self, field: &str) -> usize {
        self.fields.get(field).map_or(0, |counts| counts[3])
    }
}

fn equal(gold: &str, ours: &str) -> bool {
    gold == ours
}

fn number(gold: &str, ours: &str) -> bool {
    let (Ok(gold), Ok(ours)) = (gold.parse::<f64>(), ours.parse::<f64>()) else {
        return false;
    };
    (gold - ours).abs() <= 1.0
}

/// The same local minute, or the same day where the gold knows no more.
fn clock(gold: &str, ours: &str) -> bool {
    let minutes = |text: &str| text.get(..16).map(str::to_owned);
    if gold.len() <= 10 {
        ours.starts_with(gold)
    } else {
        minutes(gold) == minutes(ours)
    }
}

fn show(moment: &Option<Fact<Moment>>) -> Option<String> {
    moment.as_ref().map(|fact| {
        let zone = match fact.value.offset_seconds {
            None => String::new(),
            Some(0) => "Z".to_owned(),
            Some(seconds) => format!(
                "{}{:02}:{:02}",
                if seconds < 0 { '-' } else { '+' },
                seconds.abs() / 3600,
                seconds.abs() / 60 % 60
            ),
        };
        format!("{}{zone}", fact.value.local.strftime("%Y-%m-%dT%H:%M"))
    })
}

fn minutes(fact: &Option<Fact<i64>>) -> Option<String> {
    fact.as_ref().map(|fact| fact.value.to_string())
}

fn title_key(title: &str) -> String {
    title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn judge_document(score: &mut Score, row: &BTreeMap<String, String>, parsed: &Parsed) {
    let file = &row["file"];
    let postmortem = &parsed.postmortem;
    let facts = &postmortem.facts;
    let gold = |field: &str| row.get(field).map_or("?", String::as_str);
    let mut judge = |field: &str, ours: Option<&str>, same: fn(&str, &str) -> bool| {
        score.judge(file, field, gold(field), ours, same)
    };
    if gold("title") != "-" {
        judge("title", Some(&postmortem.title), |gold, ours| {
            title_key(gold) == title_key(ours)
        });
    }
    judge(
        "date",
        facts
            .date
            .as_ref()
            .map(|date| date.value.to_string())
            .as_deref(),
        equal,
    );
    judge(
        "quarter",
        facts
            .quarter()
            .map(|quarter| quarter.to_string())
            .as_deref(),
        equal,
    );
    judge(
        "severity",
        facts
            .severity
            .as_ref()
            .map(|fact| fact.value.to_string())
            .as_deref(),
        equal,
    );
    judge(
        "severity_raw",
        facts
            .severity_raw
            .as_ref()
            .map(|fact| fact.value.clone())
            .as_deref(),
        |gold, ours| {
            ours.to_lowercase().contains(&gold.to_lowercase())
                || gold.to_lowercase().contains(&ours.to_lowercase())
        },
    );
    judge("onset", show(&facts.onset).as_deref(), clock);
    judge("detected", show(&facts.detected).as_deref(), clock);
    judge("mitigated", show(&facts.mitigated).as_deref(), clock);
    judge("resolved", show(&facts.resolved).as_deref(), clock);
    judge(
        "minutes_to_detect",
        minutes(&facts.minutes_to_detect).as_deref(),
        number,
    );
    judge(
        "minutes_to_mitigate",
        minutes(&facts.minutes_to_mitigate).as_deref(),
        number,
    );
    judge(
        "minutes_to_resolve",
        minutes(&facts.minutes_to_resolve).as_deref(),
        number,
    );
    let services: Vec<&str> = facts
        .services
        .iter()
        .map(|fact| fact.value.as_str())
        .collect();
    judge(
        "services",
        (!services.is_empty())
            .then(|| services.join(";"))
            .as_deref(),
        |gold, ours| gold.to_lowercase() == ours.to_lowercase(),
    );
    judge(
        "team",
        facts.team.as_ref().map(|fact| fact.value.as_str()),
        |gold, ours| gold.to_lowercase() == ours.to_lowercase(),
    );
    let cause = postmortem
        .sections
        .iter()
        .any(|section| section.kind == SectionKind::RootCause);
    judge(
        "has_root_cause_section",
        Some(if cause { "yes" } else { "no" }),
        equal,
    );
    judge(
        "n_action_items",
        Some(&facts.action_items.len().to_string()),
        equal,
    );
    let done = facts
        .action_items
        .iter()
        .filter(|item| item.state == ActionState::Done)
        .count();
    judge("n_actions_done", Some(&done.to_string()), equal);
    // Whether a page is a copy of another is told by the base that holds both.
    if gold("kind") != "duplicate" {
        judge("kind", Some(postmortem.kind.id()), equal);
    }
    judge("lang", Some(&postmortem.language), equal);
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
        score.judge(file, "warnings", wanted, said.then_some(wanted), equal);
    }
}

#[test]
fn facts_of_the_fixtures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/intake");
    let mut score = Score::default();
    for row in table(&folder.join("FACTS.tsv")) {
        let parsed = parse_file(&folder.join(&row["file"]));
        judge_document(&mut score, &row, &parsed);
    }
    score.print("fixtures");
}

#[test]
fn facts_of_real_documents() {
    let Some(corpora) = corpora() else {
        return;
    };
    let folder = corpora.join("general");
    let mut score = Score::default();
    for row in table(&folder.join("FACTS.tsv")) {
        let parsed = parse_file(&folder.join(&row["file"]));
        judge_document(&mut score, &row, &parsed);
    }
    score.print("real documents");
    let _ = score.invented("date");
    let _ = score.share("date");
}

/// The gold states hours to detection, and from detection to mitigation.
#[test]
fn times_of_composed_documents() {
    let Some(corpora) = corpora() else {
        return;
    };
    let folder = corpora.join("dev");
    let mut score = Score::default();
    let hours = |minutes: i64| (minutes as f64 / 6.0).round() / 10.0;
    let close = |gold: &str, ours: &str| {
        let (Ok(gold), Ok(ours)) = (gold.parse::<f64>(), ours.parse::<f64>()) else {
            return false;
        };
        (gold - ours).abs() <= 0.1 + gold * 0.02
    };
    for row in table(&folder.join("LABELS.tsv")) {
        let facts = parse_file(&folder.join(&row["file"])).postmortem.facts;
        let gold = |field: &str| {
            row.get(field)
                .map(String::as_str)
                .filter(|text| !text.is_empty())
                .unwrap_or("-")
                .to_owned()
        };
        let detect = facts.minutes_to_detect.as_ref().map(|fact| fact.value);
        let end = facts
            .minutes_to_mitigate
            .as_ref()
            .or(facts.minutes_to_resolve.as_ref())
            .map(|fact| fact.value);
        let after = detect
            .zip(end)
            .map(|(detect, end)| hours(end - detect).to_string());
        score.judge(
            &row["file"],
            "ttd_hours",
            &gold("ttd_hours"),
            detect.map(|minutes| hours(minutes).to_string()).as_deref(),
            close,
        );
        score.judge(
            &row["file"],
            "ttr_hours",
            &gold("ttr_hours"),
            after.as_deref(),
            close,
        );
    }
    score.print("composed documents");
}
