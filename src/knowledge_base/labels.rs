//! Relabelling: what other rules make of documents that are already filed.

use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::verdicts::Changed;
use crate::knowledge_base::verdicts::Making;
use crate::record::Record;
use crate::store::Filed;
use crate::store::Filing;

/// How many records are relabelled in one transaction.
const BATCH: usize = 100;

impl KnowledgeBase {
    /// Labels anew what other rules than those in force have labelled, verdicts of people over it; nothing is changed
    /// where it is a dry run. The answer names those that say something else now, ordered by id.
    ///
    /// # Errors
    /// [`crate::error::Error::Locked`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`],
    /// [`crate::error::Error::File`].
    pub fn reclassify(&mut self, dry_run: bool) -> Result<Vec<Changed>> {
        let digest = self.rules().digest().to_owned();
        let stale = self.store.read(|view| view.labelled_otherwise(&digest))?;
        let (ledger, _) = self.ledger(None)?;
        let aliases = self.aliases()?;
        let mut changes = Vec::new();
        for batch in stale.chunks(BATCH) {
            let mut filings = Vec::with_capacity(batch.len());
            for filed in batch {
                let rules = self.pack.rules();
                let making = self.store.read(|view| Making::of(view, filed, rules))?;
                let mut after = making.record(&ledger.standing(&filed.record.id));
                aliases.lay(&mut after);
                if differ(&filed.record, &after) {
                    changes.push(Changed {
                        before: filed.record.clone(),
                        after: after.clone(),
                        verdicts: Vec::new(),
                    });
                }
                filings.push((filed, after));
            }
            if !dry_run {
                self.file_labels(filings)?;
            }
        }
        Ok(changes)
    }

    fn file_labels(&mut self, filings: Vec<(&Filed, Record)>) -> Result<()> {
        self.pack.keep();
        self.store.write(|writing| {
            for (filed, record) in filings {
                // Whoever filed it anew meanwhile has labelled it, too.
                let now = writing.view().find(record.id.as_str())?;
                if now.is_some_and(|now| now.rev == filed.rev) {
                    writing.put(Filing::anew(record, filed))?;
                }
            }
            Ok(())
        })
    }
}

/// Whether records differ in more than the rules that labelled them.
fn differ(before: &Record, after: &Record) -> bool {
    let mut before = before.clone();
    before
        .classification
        .ruleset
        .clone_from(&after.classification.ruleset);
    before != *after
}
