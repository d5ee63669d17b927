//! Unrelated: pairs that a person has called not related, in `unrelated.jsonl`, a text file made to be committed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::beside;

/// The name of the file in the knowledge base's folder.
const FILE: &str = "unrelated.jsonl";

/// One line of the file: the order of the two means nothing.
#[derive(Serialize, Deserialize)]
struct Line {
    incident: String,
    not_related_to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

/// Every pair that was called not related.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unrelated {
    pairs: BTreeSet<(String, String)>,
    /// The lines that cannot be read, with what is wrong.
    pub unread: Vec<(usize, String)>,
}

impl Unrelated {
    /// Reads the text of the file; a line that cannot be read is told and passed over.
    pub fn parse(text: &str) -> Unrelated {
        let mut unrelated = Unrelated::default();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Line>(line) {
                Ok(line) => {
                    unrelated
                        .pairs
                        .insert(pair(&line.incident, &line.not_related_to));
                }
                Err(error) => unrelated.unread.push((number + 1, error.to_string())),
            }
        }
        unrelated
    }

    /// Whether two were called not related, in either order.
    pub fn has(&self, one: &str, other: &str) -> bool {
        self.pairs.contains(&pair(one, other))
    }
}

fn pair(one: &str, other: &str) -> (String, String) {
    let mut names = [one.to_owned(), other.to_owned()];
    names.sort();
    let [first, second] = names;
    (first, second)
}

impl KnowledgeBase {
    /// The pairs that were called not related.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn unrelated(&self) -> Result<Unrelated> {
        let text = beside::log(&self.unrelated_file())?;
        Ok(text.map_or_else(Unrelated::default, |text| Unrelated::parse(&text)))
    }

    /// Remembers that two are not related; `false` where that was known. Durable when it returns.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn call_unrelated(&self, one: &str, other: &str, now: Timestamp) -> Result<bool> {
        if self.unrelated()?.has(one, other) {
            return Ok(false);
        }
        let line = Line {
            incident: one.to_owned(),
            not_related_to: other.to_owned(),
            at: Some(now),
        };
        let mut text = serde_json::to_string(&line).unwrap_or_default();
        text.push('\n');
        self.append(&text).map_err(|source| Error::File {
            doing: "write",
            path: self.unrelated_file(),
            source,
        })?;
        Ok(true)
    }

    /// Adds a line in one write, so that two commands at once do not mix theirs.
    fn append(&self, line: &str) -> io::Result<()> {
        let path = self.unrelated_file();
        let before = fs::read(&path).unwrap_or_default();
        let mut file = fs::File::options().create(true).append(true).open(&path)?;
        let unfinished = !before.is_empty() && !before.ends_with(b"\n");
        let text = if unfinished {
            format!("\n{line}")
        } else {
            line.to_owned()
        };
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    fn unrelated_file(&self) -> PathBuf {
        self.dir().join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_hides_no_other() {
        let text = "{\"incident\": \"a\", \"not_related_to\": \"b\"}\nnonsense\n\n{\"incident\": \"d\", \"not_related_to\": \"c\"}";
        let unrelated = Unrelated::parse(text);
        assert!(unrelated.has("b", "a") && unrelated.has("c", "d"));
        assert!(!unrelated.has("a", "c"));
        assert_eq!(unrelated.unread.len(), 1);
        assert_eq!(unrelated.unread[0].0, 2);
    }
}
