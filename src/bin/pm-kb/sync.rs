//! `sync`: takes in what changed around the knowledge base: sources that moved, were edited or went, others' verdicts.

use std::collections::BTreeSet;

use anyhow::Context as _;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::knowledge_base::Added;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Outcome;
use pm_kb::knowledge_base::Settings;
use pm_kb::knowledge_base::Source;
use pm_kb::parser::Options;
use pm_kb::verdict::Conflict;
use pm_kb::verdict::Ruling;
use pm_kb::verdict::Verdict;
use serde::Serialize;

use crate::Desk;
use crate::base;
use crate::change;
use crate::change::Cause;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input;
use crate::input::name;
use crate::message;
use crate::message::Problems;
use crate::survey::Survey;
use crate::terminal::clean;

/// The arguments of `sync`.
#[derive(clap::Args)]
#[command(after_help = help::SYNC)]
pub(crate) struct Args {
    /// Forget the documents whose files are gone.
    #[arg(long)]
    prune: bool,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: format::Output,
}

/// What was found of one document, and what became of it: `pm-kb/sync/1`.
#[derive(Serialize)]
struct Line {
    schema: &'static str,
    outcome: &'static str,
    id: Option<String>,
    source: Option<String>,
    message: Option<String>,
}

/// One run of the command.
struct Run<'a> {
    desk: &'a mut Desk,
    args: &'a Args,
    format: Format,
    list: format::List,
    problems: Problems,
    refused: usize,
    new: usize,
    changed: usize,
    rules_refused: bool,
}

/// Takes in what changed.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    let rules_refused = base::tell_refused_rules(&base, desk);
    let mut run = Run {
        desk,
        args,
        format,
        list: format::List::of(format),
        problems: Problems::default(),
        refused: 0,
        new: 0,
        changed: 0,
        rules_refused,
    };
    run.verdicts(&mut base)?;
    let in_step = run.sources(&mut base)?;
    run.list.close(&mut run.desk.terminal)?;
    run.desk.terminal.flush()?;
    if !args.dry_run
        && let Err(error) = base.catch_up_if_due()
    {
        let text = format!("taken in; the search index will catch up: {error}");
        message::warning(&mut run.desk.terminal, &text);
    }
    run.close(in_step)
}

impl Run<'_> {
    /// Takes in what others have added to the files of verdicts and aliases, and lists where people disagree.
    fn verdicts(&mut self, base: &mut KnowledgeBase) -> anyhow::Result<()> {
        let (ledger, odd) = base.ledger(Some(self.desk.now))?;
        base::tell_odd_lines(base, &odd, self.desk);
        let taken = base.take_in_verdicts(self.args.dry_run)?;
        for changed in &taken.changed {
            for text in change::lines(changed, Cause::People) {
                let id = changed.after.id.as_str();
                let said = text.strip_prefix(id).unwrap_or(&text).trim();
                self.say("labelled", Some(id), None, Some(said))?;
            }
        }
        for changed in &base.take_in_aliases(self.args.dry_run)? {
            for text in change::lines(changed, Cause::People) {
                let id = changed.after.id.as_str();
                let said = text.strip_prefix(id).unwrap_or(&text).trim();
                self.say("renamed", Some(id), None, Some(said))?;
            }
        }
        for id in &taken.unknown {
            let said = "verdicts on a document that is not in this base";
            self.say("unknown", Some(id.as_str()), None, Some(said))?;
        }
        for conflict in ledger.conflicts() {
            let said = disagreement(&conflict);
            let id = conflict.kept.incident.as_str();
            self.say("conflict", Some(id), None, Some(&said))?;
        }
        Ok(())
    }

    /// Takes in the files as they are now; how many documents are as they were.
    fn sources(&mut self, base: &mut KnowledgeBase) -> anyhow::Result<usize> {
        let settled = base.configuration()?;
        let limit = settled.limits.document_bytes;
        let survey = Survey::of(base, limit)?;
        let mut inputs = Vec::new();
        let files = survey.edited.iter().chain(&survey.others);
        for file in files.chain(survey.moved.iter().map(|(_, file)| file)) {
            match input::read(&file.path, limit) {
                Ok(input) => inputs.push(Input {
                    source: file.source.clone(),
                    ..input
                }),
                Err(refusal) => self.refuse(&refusal.source, &[refusal.diagnostic()])?,
            }
        }
        for refusal in &survey.refusals {
            self.refuse(&refusal.source, &[refusal.diagnostic()])?;
        }
        inputs.sort_by(|a, b| a.path.cmp(&b.path));
        let mut coming: BTreeSet<String> = inputs.iter().map(|one| one.path.clone()).collect();
        let sources = base.sources()?.into_iter();
        coming.extend(sources.map(|source| source.file().to_owned()));
        let exists = |path: &str| name::path(path).exists();
        let settings = Settings {
            comes: &|path| coming.contains(path) && exists(path),
            known_only: true,
            rehearsal: self.args.dry_run,
            ..Settings::of(reading(&settled, self.desk), &exists)
        };
        let mut told = Ok(());
        let mut found = BTreeSet::new();
        base.add(inputs, &settings, &mut |added| {
            found.extend(added.id.clone());
            if told.is_ok() {
                told = self.tell(&added);
            }
        })?;
        told?;
        let moved = survey.moved.into_iter().map(|(gone, _)| gone);
        let gone = survey.gone.into_iter().chain(moved);
        self.gone(
            base,
            gone.filter(|gone| !found.contains(&gone.id)).collect(),
        )?;
        Ok(survey.in_step)
    }

    fn tell(&mut self, added: &Added) -> anyhow::Result<()> {
        match added.outcome {
            Outcome::New => self.new += 1,
            Outcome::Refused => self.refuse(&added.source, &added.diagnostics)?,
            outcome => {
                let id = added.id.as_ref().map(|id| id.as_str());
                let (source, notice) = (added.source.as_str(), added.notice.as_deref());
                self.say(outcome.id(), id, Some(source), notice)?;
                for diagnostic in &added.diagnostics {
                    let terminal = &mut self.desk.terminal;
                    self.problems.tell(terminal, source, diagnostic);
                }
            }
        }
        Ok(())
    }

    /// Tells of the documents whose files are gone, and forgets them where that is asked for.
    fn gone(&mut self, base: &mut KnowledgeBase, gone: Vec<Source>) -> anyhow::Result<()> {
        if self.args.prune && !self.args.dry_run {
            let ids: Vec<&str> = gone.iter().map(|gone| gone.id.as_str()).collect();
            base.remove(&ids).context("cannot forget what is gone")?;
        }
        let outcome = if self.args.prune { "removed" } else { "gone" };
        for gone in gone {
            let (id, source) = (gone.id.as_str(), gone.source.as_str());
            self.say(outcome, Some(id), Some(source), None)?;
        }
        Ok(())
    }

    fn refuse(&mut self, source: &str, diagnostics: &[Diagnostic]) -> anyhow::Result<()> {
        self.refused += 1;
        self.say("refused", None, Some(source), None)?;
        for diagnostic in diagnostics {
            let terminal = &mut self.desk.terminal;
            self.problems.tell(terminal, source, diagnostic);
        }
        Ok(())
    }

    fn say(
        &mut self,
        outcome: &'static str,
        id: Option<&str>,
        source: Option<&str>,
        message: Option<&str>,
    ) -> anyhow::Result<()> {
        self.changed += 1;
        if self.format != Format::Text {
            let line = Line {
                schema: "pm-kb/sync/1",
                outcome,
                id: id.map(str::to_owned),
                source: source.map(str::to_owned),
                message: message.map(str::to_owned),
            };
            self.list.write(&mut self.desk.terminal, &line)?;
            return Ok(());
        }
        let parts = [id, source].into_iter().flatten().map(clean);
        let parts: Vec<String> = parts.collect();
        let said = message.map(|said| format!("  {}", clean(said)));
        let (parts, said) = (parts.join("  "), said.unwrap_or_default());
        self.desk
            .terminal
            .line(&format!("{outcome:<9}  {parts}{said}"))?;
        Ok(())
    }

    fn close(self, in_step: usize) -> anyhow::Result<Exit> {
        self.problems.close(&mut self.desk.terminal);
        let terminal = &mut self.desk.terminal;
        if self.changed == 0 {
            message::notice(terminal, "nothing has changed");
        }
        message::notice(terminal, &format!("{in_step} documents were in step"));
        if self.new > 0 {
            let text = format!(
                "{} files in the folders are not in this base: `pm-kb add` takes them in",
                self.new
            );
            message::notice(terminal, &text);
        }
        if self.args.dry_run {
            message::notice(terminal, "a dry run: nothing was changed");
        }
        Ok(match self.refused {
            0 if !self.rules_refused => Exit::Done,
            _ => Exit::Refused,
        })
    }
}

/// How documents are read that are read again.
fn reading(settled: &pm_kb::knowledge_base::Configuration, desk: &Desk) -> Options {
    Options {
        limits: settled.limits,
        date_order: settled.date_order,
        strict: false,
        today: Some(desk.today()),
    }
}

fn disagreement(conflict: &Conflict<'_>) -> String {
    let said = |verdict: &Verdict| {
        let value = match &verdict.ruling {
            Ruling::Value(Some(value)) => value.clone(),
            _ => "nothing".to_owned(),
        };
        format!(
            "{value} ({}, {})",
            verdict.author,
            verdict.time.strftime("%Y-%m-%d")
        )
    };
    let others: Vec<String> = conflict.others.iter().map(|one| said(one)).collect();
    let kept = conflict.kept;
    format!(
        "{}: {} counts, against {}; settle it with `pm-kb label {} {}=…`",
        kept.field,
        said(kept),
        others.join(", "),
        kept.incident,
        kept.field
    )
}
