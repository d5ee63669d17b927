//! Search: what is looked for, read again from the store for every word that is shown.

use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::read_again;
use crate::query::Expr;
use crate::query::Group;
use crate::query::Hit;
use crate::query::Query;

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The hits asked for, best first.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    /// What is to be said about the search itself.
    pub notices: Vec<String>,
}

impl KnowledgeBase {
    /// Looks for incidents: `limit` hits after the first `offset`, best first.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn search(&mut self, query: &Query, limit: usize, offset: usize) -> Result<Found> {
        let filed = self.store.read(|view| view.all())?;
        let mut hits = Vec::new();
        for filed in filed {
            if !query.matches(&filed.record) {
                continue;
            }
            if query.has_text() {
                let bytes = self.store.read(|view| view.original(&filed))?;
                let (_, postmortem) = read_again(&filed.record, bytes)?;
                let text: String = postmortem
                    .blocks
                    .iter()
                    .map(|block| block.text.to_lowercase() + "\n")
                    .collect();
                if !has_words(&query.root, &text) {
                    continue;
                }
            }
            hits.push(Hit {
                rank: 0,
                score: 0.0,
                id: filed.record.id.clone(),
                record: filed.record,
                passage: None,
            });
        }
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.record.facts.day()));
        let total = hits.len();
        let mut hits: Vec<Hit> = hits.into_iter().skip(offset).take(limit).collect();
        for (at, hit) in hits.iter_mut().enumerate() {
            hit.rank = offset + at + 1;
        }
        Ok(Found {
            hits,
            total,
            notices: Vec::new(),
        })
    }
}

fn has_words(group: &Group, text: &str) -> bool {
    let has = |part: &Expr| has_word(part, text);
    group.must.iter().all(has) && group.should.iter().all(has) && !group.must_not.iter().any(has)
}

fn has_word(part: &Expr, text: &str) -> bool {
    match part {
        Expr::Word { text: word, .. } | Expr::Phrase { text: word, .. } => {
            text.contains(&word.to_lowercase())
        }
        Expr::Filter(_) => true,
        Expr::Any(parts) => parts.iter().any(|part| has_word(part, text)),
        Expr::Group(group) => has_words(group, text),
    }
}
