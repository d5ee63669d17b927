//! The queue in a terminal: one incident after the other, one key a decision, each decision a verdict at once.

use std::collections::BTreeSet;

use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::REVIEWED;
use pm_kb::knowledge_base::ReviewItem;
use pm_kb::knowledge_base::Statement;
use pm_kb::knowledge_base::Wish;
use pm_kb::record::Record;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use pm_kb::taxonomy::FirstDiagnosis;
use pm_kb::taxonomy::Response;
use pm_kb::taxonomy::RollbackTarget;
use pm_kb::verdict::Field;

use crate::Desk;
use crate::change;
use crate::decision;
use crate::editor;
use crate::keyboard::Keyboard;
use crate::keyboard::Pressed;
use crate::message;
use crate::render;
use crate::review::table;

/// The keys, in one line.
const KEYS: &str = "a accept  m mode  d decay  r rollback  f first diagnosis  x a fact  s skip  o open  u undo  q quit";

/// What a rollback may be told to have been.
const NO_ROLLBACK: &str = "no-rollback";

/// A review that goes on.
struct Session<'a> {
    base: &'a mut KnowledgeBase,
    author: String,
    keyboard: Keyboard,
    /// What was decided, latest last: the incident and the fields.
    done: Vec<(String, Vec<Field>)>,
    skipped: usize,
}

/// What comes after a key.
enum Next {
    /// The same incident.
    Stay,
    /// The next one.
    Go,
    /// Nothing.
    Quit,
}

/// Goes through the queue until it ends or somebody leaves; everything decided is written already.
pub(super) fn run(
    (base, author): (&mut KnowledgeBase, String),
    queue: &[ReviewItem],
    keyboard: Keyboard,
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let mut session = Session {
        base,
        author,
        keyboard,
        done: Vec::new(),
        skipped: 0,
    };
    for (number, item) in (1..).zip(queue) {
        let place = format!("{number} of {}: {}", queue.len(), table::reasons(item));
        if !session.decide(item, &place, desk)? {
            break;
        }
    }
    let decided: BTreeSet<&String> = session.done.iter().map(|(id, _)| id).collect();
    let verdicts: usize = session.done.iter().map(|(_, fields)| fields.len()).sum();
    let text = format!(
        "{} decided, {} skipped; {verdicts} verdicts written to {}",
        decided.len(),
        session.skipped,
        session.base.verdicts_file().display()
    );
    if let Err(error) = session.base.catch_up_if_due() {
        let text = format!("the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    message::notice(&mut desk.terminal, &text);
    Ok(())
}

impl Session<'_> {
    /// Asks about one incident until it is left; false where nothing more is wanted.
    fn decide(&mut self, item: &ReviewItem, place: &str, desk: &mut Desk) -> anyhow::Result<bool> {
        let id = item.record.id.as_str();
        let shown = render::incident(&item.record, &desk.terminal);
        desk.terminal.line("")?;
        desk.terminal.line(&format!("— {place}"))?;
        desk.terminal.text(&shown)?;
        let instead: Vec<&str> = item.alternatives.iter().map(|mode| mode.id()).collect();
        desk.terminal.line("")?;
        desk.terminal
            .line(&format!("could be instead: {}", instead.join(", ")))?;
        loop {
            desk.terminal.line(KEYS)?;
            desk.terminal.flush()?;
            let Some(pressed) = self.keyboard.press()? else {
                return Ok(false);
            };
            let record = self.base.record(id)?;
            match self.obey(&pressed, &record, desk)? {
                Next::Stay => {}
                Next::Go => return Ok(true),
                Next::Quit => return Ok(false),
            }
        }
    }

    fn obey(
        &mut self,
        pressed: &Pressed,
        record: &Record,
        desk: &mut Desk,
    ) -> anyhow::Result<Next> {
        match pressed.key {
            'a' => {
                let shown = |facet| {
                    let is_open = !decision::is_human(record, facet);
                    is_open.then(|| record.classification.value(facet))
                };
                let wishes = decision::accepted(REVIEWED, shown, &[]);
                self.write(record, wishes, desk)?;
                return Ok(Next::Go);
            }
            's' => {
                self.skipped += 1;
                return Ok(Next::Go);
            }
            'q' | '\u{1b}' => return Ok(Next::Quit),
            'o' => {
                let line = record
                    .classification
                    .evidence
                    .first()
                    .map_or(1, |one| one.line);
                if let Err(error) = editor::open(record.file(), line) {
                    message::warning(&mut desk.terminal, &error.to_string());
                }
            }
            'u' => self.undo(desk)?,
            'x' => self.fact(pressed, record, desk)?,
            'm' | 'd' | 'r' | 'f' => self.choose(pressed, record, desk)?,
            _ => message::notice(&mut desk.terminal, "that is none of the keys"),
        }
        Ok(Next::Stay)
    }

    /// Lets one of the values of a label be chosen.
    fn choose(
        &mut self,
        pressed: &Pressed,
        record: &Record,
        desk: &mut Desk,
    ) -> anyhow::Result<()> {
        let values: Vec<&str> = match pressed.key {
            'm' => FailureMode::ALL.iter().map(|one| one.id()).collect(),
            'd' => Decay::ALL.iter().map(|one| one.id()).collect(),
            'f' => {
                let first = FirstDiagnosis::ALL.iter().map(|one| one.id());
                first.chain(["-"]).collect()
            }
            _ => {
                let targets = RollbackTarget::ALL.iter().map(|one| one.id());
                [NO_ROLLBACK].into_iter().chain(targets).collect()
            }
        };
        if pressed.rest.is_empty() {
            let numbered = (1..).zip(&values);
            let numbered: Vec<String> = numbered
                .map(|(at, value)| format!("{at} {value}"))
                .collect();
            desk.terminal.line(&numbered.join("  "))?;
            desk.terminal.flush()?;
        }
        let Some(value) = self.keyboard.choice(pressed, &values)? else {
            message::notice(
                &mut desk.terminal,
                "that is none of the values: nothing is changed",
            );
            return Ok(());
        };
        let wishes = match pressed.key {
            'm' => vec![label(Facet::FailureMode, value)],
            'd' => vec![label(Facet::Decay, value)],
            'f' => vec![label(Facet::FirstDiagnosis, value)],
            _ => rollback(record, value),
        };
        self.write(record, wishes, desk)
    }

    /// Lets any field be said, as `label` takes it.
    fn fact(&mut self, pressed: &Pressed, record: &Record, desk: &mut Desk) -> anyhow::Result<()> {
        let text = self.keyboard.text(pressed, "FIELD=VALUE:")?;
        let wish = match text.split_once('=') {
            Some((field, value)) => field
                .parse::<Field>()
                .and_then(|field| Ok((field, Wish::Be(field.normal(value)?)))),
            None => {
                message::notice(
                    &mut desk.terminal,
                    "expected FIELD=VALUE, as in `date=2026-07-03`",
                );
                return Ok(());
            }
        };
        match wish {
            Ok(wish) => self.write(record, vec![wish], desk),
            Err(error) => {
                message::notice(&mut desk.terminal, &error.to_string());
                Ok(())
            }
        }
    }

    /// Takes back what was decided last.
    fn undo(&mut self, desk: &mut Desk) -> anyhow::Result<()> {
        let Some((id, fields)) = self.done.pop() else {
            message::notice(&mut desk.terminal, "nothing was decided yet");
            return Ok(());
        };
        let statement = Statement {
            incident: id,
            wishes: fields
                .into_iter()
                .map(|field| (field, Wish::Undo))
                .collect(),
            why: String::new(),
            author: self.author.clone(),
            now: desk.now,
        };
        let changed = self.base.label(&statement)?;
        for line in change::lines(&changed, change::Cause::People) {
            desk.terminal.line(&line)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        record: &Record,
        wishes: Vec<(Field, Wish)>,
        desk: &mut Desk,
    ) -> anyhow::Result<()> {
        let changed = self.base.label(&Statement {
            incident: record.id.to_string(),
            wishes,
            why: String::new(),
            author: self.author.clone(),
            now: desk.now,
        })?;
        let fields: Vec<Field> = changed
            .verdicts
            .iter()
            .map(|verdict| verdict.field)
            .collect();
        for line in change::lines(&changed, change::Cause::People) {
            desk.terminal.line(&line)?;
        }
        if fields.is_empty() {
            message::notice(
                &mut desk.terminal,
                "that was said already: nothing was written",
            );
        }
        if !fields.is_empty() {
            self.done.push((record.id.to_string(), fields));
        }
        Ok(())
    }
}

fn label(facet: Facet, value: &str) -> (Field, Wish) {
    let value = (value != "-").then(|| value.to_owned());
    (Field::Facet(facet), Wish::Be(value))
}

/// The response with or without a rollback, and what was rolled back.
fn rollback(record: &Record, target: &str) -> Vec<(Field, Wish)> {
    let mut response = record.classification.response.clone();
    let was_rolled_back = target != NO_ROLLBACK;
    match was_rolled_back {
        true => {
            response.remove(&Response::None);
            response.insert(Response::Rollback)
        }
        false => response.remove(&Response::Rollback),
    };
    let response: Vec<&str> = response.iter().map(|one| one.id()).collect();
    let response = (!response.is_empty()).then(|| response.join(","));
    let target = if was_rolled_back { target } else { "-" };
    vec![
        (Field::Facet(Facet::Response), Wish::Be(response)),
        label(Facet::RollbackTarget, target),
    ]
}
