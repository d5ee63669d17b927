//! Reader: documents made papers, on any thread, with what is known of pages that were divided before.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::knowledge_base::intake::Input;
use crate::knowledge_base::paper::Paper;
use crate::knowledge_base::secrets;
use crate::parser;
use crate::rule::RuleSet;

/// How documents are read, apart from what else is filed.
pub(super) struct Reader<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) options: parser::Options,
    /// The level of the headings that files are to be divided by.
    pub(super) split: Option<u8>,
    /// Refuse documents with secrets in them.
    pub(super) denies_secrets: bool,
    /// The files that were divided before, with the level of the headings that divide them.
    pub(super) divided: BTreeMap<String, u8>,
}

impl Reader<'_> {
    /// A document as it is read, or its parts where it is divided.
    pub(super) fn papers(&self, input: Input) -> Vec<Paper> {
        let how = (self.rules, &self.options);
        let before = self.divided.get(&input.path).copied();
        let mut papers = match (self.split, &input.id, before) {
            (_, Some(_), _) | (None, None, None) => vec![Paper::read(input, how.0, how.1)],
            (None, None, Some(level)) => Paper::read_divided(input, level, how),
            (Some(level), None, before) => {
                let papers = Paper::read_divided(input.clone(), level, how);
                let before = before.filter(|before| *before != level);
                match before.filter(|_| papers.iter().all(|paper| !paper.is_part())) {
                    Some(before) => stay_divided(input, (level, before), how),
                    None => papers,
                }
            }
        };
        for paper in &mut papers {
            secrets::look_over(paper, &self.options.limits, self.denies_secrets);
        }
        papers
    }
}

/// A page that headings of a level do not divide, as it was divided before; the first part says so.
fn stay_divided(
    input: Input,
    (level, before): (u8, u8),
    how: (&RuleSet, &parser::Options),
) -> Vec<Paper> {
    let mut papers = Paper::read_divided(input, before, how);
    if let Some(first) = papers.first_mut() {
        first.diagnostics.push(Diagnostic::warning(
            None,
            format!("no heading of level h{level} opens an incident"),
            format!("the page stays divided by h{before}"),
        ));
    }
    papers
}
