//! `status`: what the knowledge base holds, what is unlabelled, whether sources, index and rules are in step.

use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Status;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::json;
use crate::survey;
use crate::survey::Survey;
use crate::terminal;

/// So many sources of each sort are named.
const MOST_NAMED: usize = 10;

/// The arguments of `status`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    output: format::Output,
}

/// Tells the state of the knowledge base.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let base = base::open(desk)?;
    base::tell_refused_rules(&base, desk);
    let status = base.status()?;
    let around = around(&base, desk)?;
    if format != Format::Text {
        format::one(&mut desk.terminal, format, &json::status(&status, &around))?;
        return Ok(Exit::Done);
    }
    let folder = terminal::clean(&base.dir().display().to_string());
    desk.terminal.line(&format!("{:<14} {folder}", "folder"))?;
    let mut all = lines(&status, &base.rules_digest());
    all.push(("sources", around.sources()));
    all.extend(around.verdicts().map(|said| ("verdicts", said)));
    for (name, value) in all {
        desk.terminal.line(&format!("{name:<14} {value}"))?;
    }
    for (what, sources) in [
        ("gone", &around.gone),
        ("edited", &around.edited),
        ("moved", &around.moved),
    ] {
        for source in sources.iter().take(MOST_NAMED) {
            let line = format!("  {what:<7} {}", terminal::clean(source));
            desk.terminal.line(&line)?;
        }
    }
    Ok(Exit::Done)
}

/// What has changed around the knowledge base since it was last brought in step.
pub(crate) struct Around {
    /// How many documents are as they were filed.
    pub(crate) in_step: usize,
    /// Sources that are no longer where they were.
    pub(crate) gone: Vec<String>,
    /// Files that hold something else now.
    pub(crate) edited: Vec<String>,
    /// `OLD → NEW`.
    pub(crate) moved: Vec<String>,
    /// Other documents in the folders that were added.
    pub(crate) new: usize,
    /// How many verdicts the file holds.
    pub(crate) verdicts_given: usize,
    /// How many records do not know what the file says of them.
    pub(crate) verdicts_behind: usize,
    /// How often people disagree.
    pub(crate) conflicts: usize,
}

fn around(base: &KnowledgeBase, desk: &mut Desk) -> anyhow::Result<Around> {
    let survey = Survey::of(base, base.configuration()?.limits.document_bytes)?;
    let (ledger, odd) = base.ledger(Some(desk.now))?;
    base::tell_odd_lines(base, &odd, desk);
    let files = |files: Vec<survey::File>| files.into_iter().map(|file| file.source).collect();
    Ok(Around {
        in_step: survey.in_step,
        gone: survey.gone.into_iter().map(|gone| gone.source).collect(),
        edited: files(survey.edited),
        moved: survey
            .moved
            .into_iter()
            .map(|(was, now)| format!("{} → {}", was.source, now.source))
            .collect(),
        new: survey.others.len(),
        verdicts_given: ledger.verdicts().count(),
        verdicts_behind: base.verdicts_behind()?,
        conflicts: ledger.conflicts().len(),
    })
}

impl Around {
    fn sources(&self) -> String {
        let mut parts = vec![format!("{} in step", self.in_step)];
        for (count, what) in [
            (self.edited.len(), "edited"),
            (self.moved.len(), "moved"),
            (self.gone.len(), "gone"),
            (self.new, "new"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let behind = self.edited.len() + self.moved.len() + self.gone.len();
        let told = match (behind, self.new) {
            (0, 0) => "",
            (0, _) => ": `pm-kb add` takes in the new",
            (_, _) => ": `pm-kb sync`",
        };
        format!("{}{told}", parts.join(", "))
    }

    /// What the file of verdicts holds, if it holds any.
    fn verdicts(&self) -> Option<String> {
        let mut told = self.verdicts_given.to_string();
        if self.conflicts > 0 {
            told.push_str(&format!(", {} in conflict", self.conflicts));
        }
        match self.verdicts_behind {
            0 if self.conflicts == 0 => {}
            0 => told.push_str(": `pm-kb sync` lists them"),
            behind => told.push_str(&format!(
                ", {behind} documents do not know theirs yet: `pm-kb sync`"
            )),
        }
        (self.verdicts_given > 0).then_some(told)
    }
}

fn lines(status: &Status, ruleset: &str) -> Vec<(&'static str, String)> {
    let (documents, incidents, unlabelled) =
        (status.documents(), status.incidents(), status.unlabelled());
    let mut lines = vec![
        ("documents", documents.to_string()),
        (
            "incidents",
            format!("{incidents} ({} undated)", status.undated),
        ),
        ("labelled", (incidents - unlabelled).to_string()),
    ];
    if unlabelled > 0 {
        lines.push((
            "unlabelled",
            format!("{unlabelled}: `pm-kb list is:unclassified`"),
        ));
    }
    if documents > incidents {
        let others = status.kinds.iter().filter(|(kind, _)| !kind.is_counted());
        let kinds: Vec<String> = others
            .map(|(kind, count)| format!("{count} {}", kind.id()))
            .collect();
        lines.push(("not counted", kinds.join(", ")));
    }
    let index = match status.index_behind {
        Some(0) => "in step".to_owned(),
        Some(behind) => format!("{behind} changes behind: a search folds them in"),
        None => "to be made anew: the next search does it".to_owned(),
    };
    lines.push(("index", index));
    let rules = match status.labelled_by_other_rules {
        0 => format!("in step ({ruleset})"),
        behind => format!("{behind} documents labelled by other rules: `pm-kb reclassify`"),
    };
    lines.push(("rules", rules));
    lines
}
