//! Behind: the incidents behind each number of a page, each set listed once.

use std::collections::BTreeMap;

use crate::report::selection::Members;
use crate::report::svg::escape;

/// A set of at most so many incidents is listed in full.
const ALL: usize = 40;

/// Of a larger one, so many are listed; a command lists the others.
const SOME: usize = 10;

/// The incidents behind the numbers, in the order in which the page first needs them.
#[derive(Default)]
pub(super) struct Behind {
    section: String,
    places: BTreeMap<Members, usize>,
    sets: Vec<Set>,
}

struct Set {
    members: Members,
    section: String,
    query: Option<String>,
}

impl Behind {
    /// Says which section the next numbers stand in.
    pub(super) fn enter(&mut self, section: &str) {
        section.clone_into(&mut self.section);
    }

    /// The address of the list of some incidents within the page.
    pub(super) fn way(&mut self, members: &Members, query: Option<&str>) -> String {
        let next = self.sets.len();
        let at = *self.places.entry(members.clone()).or_insert(next);
        if at == next {
            self.sets.push(Set {
                members: members.clone(),
                section: self.section.clone(),
                query: None,
            });
        }
        let set = &mut self.sets[at];
        set.query = set.query.take().or_else(|| query.map(str::to_owned));
        format!("#n{at}")
    }

    /// The section that lists them.
    pub(super) fn list(&self, incident: impl Fn(usize) -> String) -> String {
        let mut out = String::from(
            "<section aria-labelledby=\"behind\">\n<h2 id=\"behind\">The incidents behind the numbers</h2>\n\
             <ul class=\"behind\">\n",
        );
        for (at, set) in self.sets.iter().enumerate() {
            let count = set.members.len();
            let shown = if count > ALL { SOME } else { count };
            let ids: Vec<String> = set.members.iter().take(shown).map(&incident).collect();
            let more = match (&set.query, count - shown) {
                (_, 0) => String::new(),
                (Some(query), rest) => {
                    format!(
                        " and {rest} more: <code>pm-kb list '{}'</code>",
                        escape(query)
                    )
                }
                (None, rest) => format!(" and {rest} more"),
            };
            out.push_str(&format!(
                "<li id=\"n{at}\"><strong>{count}</strong> ({}): {}{more}</li>\n",
                escape(&set.section),
                ids.join(", ")
            ));
        }
        out + "</ul>\n</section>\n"
    }
}
