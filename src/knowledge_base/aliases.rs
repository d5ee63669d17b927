//! Aliases: the team's `aliases.toml`, laid over every record.

use crate::alias::Aliases;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::beside;
use crate::knowledge_base::verdicts::Changed;
use crate::knowledge_base::verdicts::Making;
use crate::record::Record;
use crate::store::Filed;
use crate::store::Filing;
use crate::verdict::Ledger;

/// The name of the file in the knowledge base's folder.
pub const ALIASES: &str = "aliases.toml";

impl KnowledgeBase {
    /// What the team has settled in its `aliases.toml`; nothing where there is none.
    ///
    /// # Errors
    /// [`crate::error::Error::Rule`] where the file cannot be used, [`crate::error::Error::File`] where it cannot be read.
    pub fn aliases(&self) -> Result<Aliases> {
        let path = self.dir().join(ALIASES);
        match beside::text(&path)? {
            Some(text) => Aliases::parse(&path.display().to_string(), &text),
            None => Ok(Aliases::default()),
        }
    }

    /// Lays the aliases over records that were made with others; nothing is changed where it is a dry run. The answer
    /// names the records that changed, ordered by id.
    ///
    /// # Errors
    /// As [`KnowledgeBase::aliases`], and where the store is busy, damaged or cannot be written.
    pub fn take_in_aliases(&mut self, dry_run: bool) -> Result<Vec<Changed>> {
        let aliases = self.aliases()?;
        let (ledger, _) = self.ledger(None)?;
        let mut changed = Vec::new();
        for filed in self.store.read(|view| view.all())? {
            let after = self.renamed(&filed, &aliases, &ledger)?;
            if after == filed.record {
                continue;
            }
            if !dry_run {
                self.store.write(|writing| {
                    let now = writing.view().find(after.id.as_str())?;
                    if now.is_some_and(|now| now.rev == filed.rev) {
                        writing.put(Filing::anew(after.clone(), &filed))?;
                    }
                    Ok(())
                })?;
            }
            changed.push(Changed {
                before: filed.record,
                after,
                verdicts: Vec::new(),
            });
        }
        Ok(changed)
    }

    /// A record with the names that count now. One with a verdict on a name is made anew, for the verdict's own words
    /// may have been renamed.
    fn renamed(&self, filed: &Filed, aliases: &Aliases, ledger: &Ledger) -> Result<Record> {
        let overruled = &filed.record.lineage.overruled;
        let is_judged = ["services", "models", "team", "origin_team"]
            .iter()
            .filter_map(|field| overruled.get(*field))
            .any(|one| one.verdict.is_some());
        let mut record = if is_judged {
            let rules = self.pack.rules();
            let making = self.store.read(|view| Making::of(view, filed, rules))?;
            making.record(&ledger.standing(&filed.record.id))
        } else {
            let mut record = filed.record.clone();
            Aliases::lift(&mut record);
            record
        };
        aliases.lay(&mut record);
        Ok(record)
    }
}
