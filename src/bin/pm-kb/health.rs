//! `health`: what intake understood of the documents and what it did not, each with the command that mends it.

use pm_kb::alias;
use pm_kb::alias::Likely;
use pm_kb::health::Finding;
use pm_kb::health::Health;
use pm_kb::incident::IncidentId;
use pm_kb::knowledge_base::ALIASES;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::record::Record;
use serde_json::Value;
use serde_json::json;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::terminal::clean;

/// So many ids are named of each finding; JSON has all.
const MOST_NAMED: usize = 3;

/// So many pairs of names are named; JSON has all.
const MOST_PAIRS: usize = 10;

/// The arguments of `health`.
#[derive(clap::Args)]
#[command(after_help = help::HEALTH)]
pub(crate) struct Args {
    #[command(flatten)]
    output: format::Output,
}

/// Tells what intake understood.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let base = base::open(desk)?;
    let records = base.records()?;
    let health = Health::of(&records);
    let counted = records.iter().filter(|record| record.is_counted());
    let likely = alias::likely(counted, &base.aliases()?);
    let mends = Mends {
        divide: divisions(&base, &health, &records)?,
    };
    if format != Format::Text {
        format::one(
            &mut desk.terminal,
            format,
            &object(&health, &likely, &mends),
        )?;
        return Ok(Exit::Done);
    }
    for line in lines(&health, &likely, &mends) {
        desk.terminal.line(&line)?;
    }
    Ok(Exit::Done)
}

/// What mends each finding.
struct Mends {
    /// How pages with several incidents are divided.
    divide: Option<String>,
}

impl Mends {
    fn of(&self, finding: Finding) -> String {
        let divide = self.divide.as_ref().filter(|_| finding == Finding::Several);
        let mend = finding.mend();
        match divide {
            Some(divide) => mend.replacen("pm-kb add PAGE --split-on LEVEL", divide, 1),
            None => mend.to_owned(),
        }
    }
}

/// The commands that divide the pages with several incidents, each by the headings that have one incident each.
fn divisions(
    base: &KnowledgeBase,
    health: &Health,
    records: &[Record],
) -> anyhow::Result<Option<String>> {
    let Some(ids) = health.findings.get(&Finding::Several) else {
        return Ok(None);
    };
    let mut commands = Vec::new();
    for id in ids.iter().take(MOST_NAMED) {
        let record = records.iter().find(|record| record.id == *id);
        let level = base.split_level(id.as_str())?;
        if let Some((record, level)) = record.zip(level) {
            let part = record
                .source
                .rsplit_once('#')
                .filter(|_| record.lineage.part.is_some());
            let page = part.map_or(record.source.as_str(), |(page, _)| page);
            let page = quoted(&clean(page));
            commands.push(format!("pm-kb add {page} --split-on h{level}"));
        }
    }
    Ok((!commands.is_empty()).then(|| commands.join("; ")))
}

fn lines(health: &Health, likely: &[Likely], mends: &Mends) -> Vec<String> {
    let row = |name: &str, value: &str| format!("{name:<24} {value}");
    let mut lines = vec![
        row("documents", &health.documents.to_string()),
        row("incidents", &health.incidents.to_string()),
    ];
    for finding in Finding::ALL {
        let Some(ids) = health.findings.get(finding) else {
            continue;
        };
        lines.push(row(finding.id(), &format!("{}: {}", ids.len(), named(ids))));
        lines.push(row("", &mends.of(*finding)));
    }
    lines.extend([String::new(), "found in the incidents".to_owned()]);
    for (name, count) in &health.found {
        let share = (100 * count).checked_div(health.incidents).unwrap_or(0);
        let of = format!("{count} of {} ({share} %)", health.incidents);
        lines.push(row(&format!("  {name}"), &of));
    }
    if !likely.is_empty() {
        lines.extend([
            String::new(),
            "likely the same; to make them one, write to .pm-kb/aliases.toml and type `pm-kb sync`:".to_owned(),
        ]);
        let mut sort = "";
        for pair in likely.iter().take(MOST_PAIRS) {
            if pair.sort != sort {
                sort = pair.sort;
                lines.push(format!("  [{sort}]"));
            }
            let seen = format!("# in {} and {} documents", pair.name.1, pair.other.1);
            lines.push(format!("  {}  {seen}", clean(&pair.line())));
        }
        if likely.len() > MOST_PAIRS {
            lines.push(format!("  and {} more", likely.len() - MOST_PAIRS));
        }
    }
    lines
}

/// A path as it is typed in a shell.
fn quoted(path: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+@%,".contains(letter);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

fn named(ids: &[IncidentId]) -> String {
    let mut named: Vec<String> = ids
        .iter()
        .take(MOST_NAMED)
        .map(|id| clean(id.as_str()))
        .collect();
    if ids.len() > MOST_NAMED {
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// The health of a knowledge base: `pm-kb/health/1`.
fn object(health: &Health, likely: &[Likely], mends: &Mends) -> Value {
    let findings = Finding::ALL.iter().map(|finding| {
        let ids = health.findings.get(finding);
        let ids: Vec<&str> = ids.into_iter().flatten().map(IncidentId::as_str).collect();
        json!({"finding": finding.id(), "count": ids.len(), "ids": ids, "mend": mends.of(*finding)})
    });
    let fields = health
        .found
        .iter()
        .map(|(name, count)| json!({"field": name, "found": count, "of": health.incidents}));
    let aliases = likely.iter().map(|pair| {
        json!({"sort": pair.sort, "name": pair.name.0, "other": pair.other.0,
            "documents": [pair.name.1, pair.other.1], "file": ALIASES, "line": pair.line()})
    });
    json!({
        "schema": "pm-kb/health/1",
        "documents": health.documents,
        "incidents": health.incidents,
        "findings": findings.collect::<Vec<_>>(),
        "fields": fields.collect::<Vec<_>>(),
        "likely_aliases": aliases.collect::<Vec<_>>(),
    })
}

/// What intake understood of the incidents of one command, in one line; nothing where there were none.
pub(crate) fn in_short(health: &Health) -> Option<String> {
    let told = ["date", "severity", "services", "cause section"];
    let told = told.map(|name| format!("{name} in {}", health.count(name)));
    (health.incidents > 0).then(|| {
        format!(
            "of {} incidents: {}; `pm-kb health` has the rest",
            health.incidents,
            told.join(", ")
        )
    })
}
