//! Parts: a sequence of a query as it comes, sorted into what is required, what ranks and what is excluded.

use crate::query::Expr;
use crate::query::Filter;
use crate::query::Group;
use crate::query::Test;
use crate::query::Zone;
use crate::query::field::Field;

/// How a part was marked.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mark {
    None,
    Must,
    Not,
}

/// The parts of a sequence as they come.
#[derive(Default)]
pub(super) struct Parts {
    group: Group,
    /// Filters of the same field are alternatives; `is:` and `has:` name another condition with each value.
    filters: Vec<(Field, Option<Test>, Vec<Expr>)>,
    /// The last part was one that only ranks.
    loose: bool,
}

impl Parts {
    pub(super) fn place(&mut self, part: Expr, mark: Mark) {
        self.loose = false;
        if mark == Mark::Not {
            self.group.must_not.push(part);
        } else if let Expr::Filter(filter) = part {
            self.filter(filter);
        } else if mark == Mark::Must || is_firm(&part) {
            self.group.must.push(part);
        } else {
            self.group.should.push(part);
            self.loose = true;
        }
    }

    fn filter(&mut self, filter: Filter) {
        let test = matches!(filter.field, Field::Is | Field::Has).then(|| filter.test.clone());
        let same = |(field, other, _): &&mut (Field, Option<Test>, Vec<Expr>)| {
            *field == filter.field && *other == test
        };
        match self.filters.iter_mut().find(same) {
            Some((_, _, list)) => list.push(Expr::Filter(filter)),
            None => self
                .filters
                .push((filter.field.clone(), test, vec![Expr::Filter(filter)])),
        }
    }

    /// `AND` requires what stands on both sides.
    pub(super) fn require_last(&mut self) {
        if self.loose {
            self.group.must.extend(self.group.should.pop());
        }
    }

    pub(super) fn finish(mut self) -> Group {
        for (_, _, list) in self.filters {
            self.group.must.push(one_or_any(list));
        }
        self.group
    }
}

/// Whether a part is a condition rather than a wish: filters, words of a zone, and groups of requirements alone.
fn is_firm(part: &Expr) -> bool {
    match part {
        Expr::Word { zone, .. } | Expr::Phrase { zone, .. } => *zone != Zone::Anywhere,
        Expr::Filter(_) => true,
        Expr::Any(parts) => parts.iter().all(is_firm),
        Expr::Group(group) => group.should.is_empty(),
    }
}

pub(super) fn one_or_any(mut list: Vec<Expr>) -> Expr {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        last => {
            list.extend(last);
            Expr::Any(list)
        }
    }
}

/// A group of one part that would be placed the same without it is that part.
pub(super) fn unwrapped(mut group: Group) -> Option<Expr> {
    let must = group.must.as_slice();
    let bare = group.must_not.is_empty();
    match (must, group.should.len()) {
        ([], 0) if bare => None,
        ([], 1) if bare => group.should.pop(),
        ([only], 0) if bare && is_firm(only) => group.must.pop(),
        _ => Some(Expr::Group(group)),
    }
}
