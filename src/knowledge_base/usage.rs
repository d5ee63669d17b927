//! Usage: what the rules find in the documents of a base.

use crate::classifier::Usage;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::read_again;
use crate::rule::RuleSet;

impl KnowledgeBase {
    /// Reads the incidents of the base again, at most so many, in the order of their ids, and tells what rules find.
    ///
    /// # Errors
    /// [`crate::error::Error::Damaged`], [`crate::error::Error::Store`].
    pub fn usage(&self, rules: &RuleSet, most: usize) -> Result<Usage> {
        let mut usage = Usage::default();
        self.export(&mut |record, bytes| {
            if usage.documents < most && record.kind.is_counted() {
                let (document, postmortem) = read_again(record, bytes.to_vec())?;
                let read = (record.id.as_str(), document.text.as_str(), &postmortem);
                usage.add(rules, read, &|_| None);
            }
            Ok(())
        })?;
        Ok(usage)
    }
}
