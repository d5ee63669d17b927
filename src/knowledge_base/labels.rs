//! Relabelling: what other rules make of documents that are already filed.

use crate::classification::Classification;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::paper::label;
use crate::knowledge_base::read_again;
use crate::store::Filed;
use crate::store::Filing;

/// How many records are relabelled in one transaction.
const BATCH: usize = 100;

/// What the rules now make of an incident, where that is something else than before.
#[derive(Debug, Clone, PartialEq)]
pub struct Relabelled {
    /// The incident.
    pub id: IncidentId,
    /// Its labels before.
    pub before: Classification,
    /// Its labels now.
    pub after: Classification,
}

impl KnowledgeBase {
    /// Labels anew what other rules than those in force have labelled; nothing is changed where it is a dry run. The
    /// answer names those whose labels differ, ordered by id.
    ///
    /// # Errors
    /// [`crate::error::Error::Locked`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn reclassify(&mut self, dry_run: bool) -> Result<Vec<Relabelled>> {
        let digest = self.rules().digest().to_owned();
        let stale = self.store.read(|view| view.labelled_otherwise(&digest))?;
        let mut relabelled = Vec::new();
        for batch in stale.chunks(BATCH) {
            let mut filings = Vec::with_capacity(batch.len());
            for filed in batch {
                let after = self.labels_of(filed)?;
                if differ(&filed.record.classification, &after) {
                    relabelled.push(Relabelled {
                        id: filed.record.id.clone(),
                        before: filed.record.classification.clone(),
                        after: after.clone(),
                    });
                }
                filings.push((filed, after));
            }
            if !dry_run {
                self.file_labels(filings)?;
            }
        }
        Ok(relabelled)
    }

    fn labels_of(&self, filed: &Filed) -> Result<Classification> {
        let bytes = self.store.read(|view| view.original(filed))?;
        let (document, postmortem) = read_again(&filed.record, bytes)?;
        Ok(label(self.rules(), &document.text, &postmortem).0)
    }

    fn file_labels(&mut self, filings: Vec<(&Filed, Classification)>) -> Result<()> {
        self.store.write(|writing| {
            for (filed, classification) in filings {
                let id = filed.record.id.as_str();
                // Whoever filed it anew meanwhile has labelled it, too.
                if writing
                    .view()
                    .find(id)?
                    .is_none_or(|now| now.rev != filed.rev)
                {
                    continue;
                }
                let mut record = filed.record.clone();
                record.classification = classification;
                writing.put(Filing {
                    record,
                    read_kind: filed.read_kind,
                    content: filed.content,
                    original: None,
                })?;
            }
            Ok(())
        })
    }
}

/// Whether labels differ in more than the rules that gave them.
fn differ(before: &Classification, after: &Classification) -> bool {
    let mut before = before.clone();
    before.ruleset.clone_from(&after.ruleset);
    before != *after
}
