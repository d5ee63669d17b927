//! Gold: what people decided of labels, beside what the rules alone say of the same documents.

use crate::classification::VerdictSource;
use crate::error::Result;
use crate::evaluation::verdicts::Judged;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::verdicts::Making;
use crate::taxonomy::Facet;
use crate::verdict::Field;

impl KnowledgeBase {
    /// Every label that people have decided, in the file of verdicts or in front matter, with what the rules in force
    /// say of it and what those of that time said; ordered by incident and label.
    ///
    /// # Errors
    /// [`crate::error::Error::File`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn judged_labels(&self) -> Result<Vec<Judged>> {
        let (ledger, _) = self.ledger(None)?;
        let rules = self.rules();
        self.store.read(|view| {
            let mut all = Vec::new();
            let mut filed = view.judged()?;
            filed.sort_by(|a, b| a.record.id.cmp(&b.record.id));
            for filed in filed {
                let labels = &filed.record.classification;
                let human: Vec<Facet> = Facet::ALL
                    .iter()
                    .copied()
                    .filter(|facet| labels.verdicts.get(facet) == Some(&VerdictSource::Human))
                    .collect();
                if human.is_empty() {
                    continue;
                }
                let making = Making::of(view, &filed, rules)?;
                let standing = ledger.standing(&filed.record.id);
                all.extend(human.into_iter().map(|facet| {
                    Judged {
                        incident: filed.record.id.clone(),
                        facet,
                        found: labels.value(facet),
                        then: standing
                            .get(&Field::Facet(facet))
                            .filter(|verdict| !verdict.rules.is_empty())
                            .map(|verdict| verdict.overrules.clone()),
                        now: making.by_rules().value(facet),
                    }
                }));
            }
            Ok(all)
        })
    }
}
