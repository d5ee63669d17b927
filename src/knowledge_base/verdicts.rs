//! Verdicts: the team's file of human verdicts, `verdicts.jsonl`; written by `label`, taken in whoever wrote it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::classification::Classification;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::beside;
use crate::knowledge_base::find;
use crate::knowledge_base::read_again;
use crate::knowledge_base::reading;
use crate::postmortem::StatedVerdict;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::store::Filed;
use crate::store::Filing;
use crate::store::View;
use crate::verdict;
use crate::verdict::Field;
use crate::verdict::Ledger;
use crate::verdict::Ruling;
use crate::verdict::Standing;
use crate::verdict::Verdict;

/// The name of the file in the knowledge base's folder.
pub const VERDICTS: &str = "verdicts.jsonl";

/// What makes git keep the lines of both sides.
const ATTRIBUTES: &str = "\
# Made by pm-kb: of two people's verdicts git keeps all lines.
";

/// What a person says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// It has this value, in its normal form; `None` says that there is none.
    Be(Option<String>),
    /// The verdict that stands on it is undone.
    Undo,
}

/// What a person says of one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The incident.
    pub incident: String,
    /// Field by field; a later entry of the same field prevails.
    pub wishes: Vec<(Field, Wish)>,
    /// Why; may be empty.
    pub why: String,
    /// Who says so.
    pub author: String,
    /// When.
    pub now: Timestamp,
}

/// A record before and after something was laid over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// Before.
    pub before: Record,
    /// After.
    pub after: Record,
    /// The verdicts that were added.
    pub verdicts: Vec<Verdict>,
}

/// What the file of verdicts holds that the records did not know.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TakenIn {
    /// The records that changed, ordered by id.
    pub changed: Vec<Changed>,
    /// The incidents that verdicts speak of and that are not in the base.
    pub unknown: Vec<IncidentId>,
}

impl KnowledgeBase {
    /// The verdicts of the team's file, and what is odd about its lines; none where there is no file.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read.
    pub fn ledger(&self, now: Option<Timestamp>) -> Result<(Ledger, Vec<Diagnostic>)> {
        read(&self.verdicts_file(), now)
    }

    /// The file of verdicts.
    pub fn verdicts_file(&self) -> PathBuf {
        self.dir().join(VERDICTS)
    }

    /// Writes what a person says to the file of verdicts and lays it over the record, all of it or nothing. What is said
    /// already is not said twice.
    ///
    /// # Errors
    /// [`Error::UnknownIncident`], [`Error::Invalid`] where there is nothing to undo, [`Error::File`], [`Error::Locked`],
    /// [`Error::Store`], [`Error::Damaged`].
    pub fn label(&mut self, statement: &Statement) -> Result<Changed> {
        let file = self.verdicts_file();
        let folder = self.dir.clone();
        let aliases = self.aliases()?;
        self.pack.keep();
        let rules = self.pack.rules();
        // Under the write lock of the record, so that two people's commands see each other's verdicts.
        self.store.write(|writing| {
            let (mut ledger, _) = read(&file, None)?;
            let filed = find(&writing.view(), &statement.incident)?;
            let making = Making::of(&writing.view(), &filed, rules)?;
            let verdicts = making.verdicts(statement, &filed, &mut ledger)?;
            let mut after = making.record(&ledger.standing(&filed.record.id));
            aliases.lay(&mut after);
            write_attributes(&folder, VERDICTS)?;
            let lines: Vec<String> = verdicts.iter().map(Verdict::to_line).collect();
            append(&file, &lines)?;
            writing.put(Filing::anew(after.clone(), &filed))?;
            Ok(Changed {
                before: filed.record,
                after,
                verdicts,
            })
        })
    }

    /// Lays over the records what others have added to the file of verdicts; nothing is changed where it is a dry run.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Locked`], [`Error::Store`], [`Error::Damaged`].
    pub fn take_in_verdicts(&mut self, dry_run: bool) -> Result<TakenIn> {
        let (ledger, _) = self.ledger(None)?;
        let aliases = self.aliases()?;
        let (behind, unknown) = self.store.read(|view| behind(view, &ledger))?;
        let mut taken = TakenIn {
            changed: Vec::new(),
            unknown,
        };
        for id in behind {
            let rules = self.pack.rules();
            let changed = |view: &View<'_>| -> Result<(Filed, Changed)> {
                let filed = find(view, &id)?;
                let making = Making::of(view, &filed, rules)?;
                let mut after = making.record(&ledger.standing(&filed.record.id));
                aliases.lay(&mut after);
                let changed = Changed {
                    before: filed.record.clone(),
                    after,
                    verdicts: Vec::new(),
                };
                Ok((filed, changed))
            };
            let (_, changed) = if dry_run {
                self.store.read(changed)?
            } else {
                self.store.write(|writing| {
                    let (filed, changed) = changed(&writing.view())?;
                    writing.put(Filing::anew(changed.after.clone(), &filed))?;
                    Ok((filed, changed))
                })?
            };
            taken.changed.push(changed);
        }
        Ok(taken)
    }

    /// How many records do not know what the file of verdicts says of them.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Store`], [`Error::Damaged`].
    pub fn verdicts_behind(&self) -> Result<usize> {
        let (ledger, _) = self.ledger(None)?;
        Ok(self.store.read(|view| behind(view, &ledger))?.0.len())
    }
}

/// What a record is made of.
pub(super) struct Making {
    /// What the document says, without labels.
    plain: Record,
    /// What the rules say.
    rules: Classification,
    /// What the document says in its front matter.
    stated: Vec<StatedVerdict>,
}

impl Making {
    /// What a record that is filed is made of, its labels by the rules in force.
    pub(super) fn of(view: &View<'_>, filed: &Filed, rules: &RuleSet) -> Result<Making> {
        let (document, postmortem) = read_again(&filed.record, view.original(filed)?)?;
        let labels = reading::label(rules, &document.text, &postmortem);
        let mut plain = filed.record.clone();
        verdict::lift(&mut plain);
        Ok(Making {
            plain,
            rules: labels.rules,
            stated: labels.stated,
        })
    }

    /// What the rules in force say.
    pub(super) fn by_rules(&self) -> &Classification {
        &self.rules
    }

    /// The record with these verdicts over it.
    pub(super) fn record(&self, standing: &Standing<'_>) -> Record {
        let mut record = self.plain.clone();
        record.classification.clone_from(&self.rules);
        verdict::lay(&mut record, &self.stated, standing);
        record
    }

    /// The verdicts that a statement comes to, which are added to the ledger.
    fn verdicts(
        &self,
        statement: &Statement,
        filed: &Filed,
        ledger: &mut Ledger,
    ) -> Result<Vec<Verdict>> {
        let id = &filed.record.id;
        let mut bare = self.plain.clone();
        bare.classification.clone_from(&self.rules);
        let mut verdicts = Vec::new();
        for (field, wish) in &statement.wishes {
            let heads = ledger.heads(id, *field);
            let ruling = match wish {
                Wish::Be(value) => Ruling::Value(value.clone()),
                Wish::Undo => Ruling::Undoes(heads.first().ok_or_else(|| nothing(*field))?.id()),
            };
            if let [only] = heads.as_slice()
                && only.ruling == ruling
                && (statement.why.is_empty() || statement.why == only.why)
            {
                continue;
            }
            let given = Verdict {
                incident: id.clone(),
                field: *field,
                replaces: match wish {
                    Wish::Be(_) => heads.iter().map(|head| head.id()).collect(),
                    Wish::Undo => Vec::new(),
                },
                ruling,
                why: statement.why.clone(),
                author: statement.author.clone(),
                time: ledger.time_after(id, statement.now),
                overrules: verdict::said(&bare, *field),
                rules: self.rules.ruleset.clone(),
                document: filed.content.to_hex().to_string(),
            };
            ledger.add(given.clone());
            verdicts.push(given);
        }
        Ok(verdicts)
    }
}

fn nothing(field: Field) -> Error {
    Error::Invalid {
        what: "field to undo",
        value: field.id().to_owned(),
        expected:
            "one that has a verdict in the file; one of the document is undone in the document"
                .to_owned(),
    }
}

/// The ids whose records were not made with the verdicts that stand, and those that no record has; ordered.
fn behind(view: &View<'_>, ledger: &Ledger) -> Result<(Vec<String>, Vec<IncidentId>)> {
    let mut behind = BTreeSet::new();
    let mut unknown = Vec::new();
    let mut known: BTreeMap<IncidentId, Filed> = view
        .judged()?
        .into_iter()
        .map(|filed| (filed.record.id.clone(), filed))
        .collect();
    for incident in ledger.incidents() {
        if known.contains_key(incident) {
            continue;
        }
        match view.find(incident.as_str())? {
            Some(filed) => {
                known.insert(incident.clone(), filed);
            }
            None => unknown.push(incident.clone()),
        }
    }
    for (id, filed) in &known {
        let wanted: BTreeMap<String, String> = ledger
            .standing(id)
            .into_iter()
            .map(|(field, verdict)| (field.id().to_owned(), verdict.id()))
            .collect();
        let laid: BTreeMap<String, String> = filed
            .record
            .lineage
            .overruled
            .iter()
            .filter_map(|(field, over)| Some((field.clone(), over.verdict.clone()?)))
            .collect();
        if wanted != laid {
            behind.insert(id.to_string());
        }
    }
    Ok((behind.into_iter().collect(), unknown))
}

pub(super) fn failed<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::File {
        doing,
        path: path.to_owned(),
        source,
    }
}

fn read(file: &Path, now: Option<Timestamp>) -> Result<(Ledger, Vec<Diagnostic>)> {
    // A line that is no text is no verdict, and is told as such; the others are.
    Ok(beside::log(file)?.map_or_else(Default::default, |text| Ledger::read(&text, now)))
}

/// Appends to a file in one write, on lines of their own, and sees that they are on the disk.
pub(super) fn append(file: &Path, added: &[String]) -> Result<()> {
    if added.is_empty() {
        return Ok(());
    }
    let write = || -> io::Result<()> {
        let mut opened = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(file)?;
        let mut lines = String::new();
        if opened.metadata()?.len() > 0 {
            let mut last = [0];
            opened.seek(SeekFrom::End(-1))?;
            opened.read_exact(&mut last)?;
            if last != *b"\n" {
                lines.push('\n');
            }
        }
        for line in added {
            lines.push_str(line);
            lines.push('\n');
        }
        opened.write_all(lines.as_bytes())?;
        opened.sync_all()
    };
    write().map_err(failed("write", file))
}

/// Tells git how to merge a file, once.
pub(super) fn write_attributes(folder: &Path, name: &str) -> Result<()> {
    let file = folder.join(".gitattributes");
    let before = beside::log(&file)?.unwrap_or_else(|| ATTRIBUTES.to_owned());
    let pattern = format!("/{name} ");
    if before.lines().any(|line| line.starts_with(&pattern)) {
        return Ok(());
    }
    let end = if before.ends_with('\n') || before.is_empty() {
        ""
    } else {
        "\n"
    };
    let after = format!("{before}{end}/{name} merge=union\n");
    fs::write(&file, after).map_err(failed("write", &file))
}
