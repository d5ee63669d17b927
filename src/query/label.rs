//! Which labels a query speaks of.

use std::collections::BTreeSet;

use crate::query::Expr;
use crate::query::Field;
use crate::query::Filter;
use crate::query::Group;
use crate::query::Query;
use crate::query::Test;
use crate::taxonomy::Facet;

impl Query {
    /// The labels that its filters ask for; what it asks of facts is not among them.
    pub fn facets(&self) -> BTreeSet<Facet> {
        let mut facets = BTreeSet::new();
        let mut parts: Vec<&Expr> = members(&self.root).collect();
        while let Some(part) = parts.pop() {
            match part {
                Expr::Word { .. } | Expr::Phrase { .. } => {}
                Expr::Filter(filter) => facets.extend(facet(filter)),
                Expr::Any(others) => parts.extend(others),
                Expr::Group(group) => parts.extend(members(group)),
            }
        }
        facets
    }
}

fn members(group: &Group) -> impl Iterator<Item = &Expr> {
    let parts = [&group.must, &group.should, &group.must_not];
    parts.into_iter().flatten()
}

fn facet(filter: &Filter) -> Option<Facet> {
    let flag = match &filter.test {
        Test::Is(value) => value.as_str(),
        _ => "",
    };
    Some(match (&filter.field, flag) {
        (Field::Mode | Field::Confidence, _) | (Field::Is, "classified" | "unclassified") => {
            Facet::FailureMode
        }
        (Field::Decay, _) => Facet::Decay,
        (Field::Response, _) | (Field::Has, "response") => Facet::Response,
        (Field::Rollback, _) | (Field::Has, "rollback") => Facet::RollbackTarget,
        (Field::Detection, _) | (Field::Has, "detection") => Facet::Detection,
        (Field::Stage, _) | (Field::Has, "stage") => Facet::Stage,
        (Field::FirstDiagnosis, _)
        | (Field::Is, "misdiagnosed")
        | (Field::Has, "first-diagnosis") => Facet::FirstDiagnosis,
        (Field::Is, "silent") => Facet::Silent,
        (Field::Is, "near-miss") => Facet::NearMiss,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Vocabulary;

    #[test]
    fn the_labels_of_a_query_are_found_however_deep_they_stand() {
        let query = Query::parse(
            "service:a (response:rollback OR -(mode:none is:silent)) is:counted",
            &Vocabulary::default(),
        );
        let wanted = [Facet::FailureMode, Facet::Response, Facet::Silent];
        assert_eq!(query.facets(), BTreeSet::from(wanted));
    }
}
