//! Section kind: what a section is, given its own heading and the section that it stands in.

use crate::parser::heading;
use crate::parser::passage::Outline;
use crate::postmortem::BlockKind;
use crate::postmortem::Section;
use crate::postmortem::SectionKind;

/// The kind of a section from what its heading says and what its parent is; `filled`: the parent has text of its own.
pub(crate) fn resolve(
    own: Option<SectionKind>,
    parent: Option<SectionKind>,
    filled: bool,
) -> SectionKind {
    match (own, parent) {
        (None, None) => SectionKind::Other,
        (None, Some(parent)) => parent,
        (Some(own), None) => own,
        // Within a timeline such headings group its rows, unless it already had its rows.
        (Some(own), Some(SectionKind::Timeline)) if !filled && is_phase(own) => {
            SectionKind::Timeline
        }
        // Within the action items they say what an item is for.
        (Some(own), Some(SectionKind::Actions)) if is_phase(own) || is_purpose(own) => {
            SectionKind::Actions
        }
        (Some(own), Some(_)) => own,
    }
}

fn is_phase(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Detection
            | SectionKind::Response
            | SectionKind::Mitigation
            | SectionKind::Resolution
            | SectionKind::Trigger
            | SectionKind::Impact
            | SectionKind::WhatHappened
            | SectionKind::Summary
            | SectionKind::Background
            | SectionKind::Metrics
            | SectionKind::Metadata
    )
}

fn is_purpose(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Contributing
            | SectionKind::RootCause
            | SectionKind::People
            | SectionKind::Other
    )
}

/// `Improvements` are what is to be done, where no other section says that.
fn improvements(outline: &mut Outline) {
    let sections = &mut outline.sections;
    if sections
        .iter()
        .any(|section| section.kind == SectionKind::Actions)
    {
        return;
    }
    let named = |section: &&mut Section| {
        section.kind == SectionKind::WentWrong
            && heading::clean(&section.heading)
                .to_lowercase()
                .ends_with("improvements")
    };
    sections
        .iter_mut()
        .filter(named)
        .for_each(|section| section.kind = SectionKind::Actions);
}

/// Looks at the sections together: `What went wrong?` without `What went well?` tells the cause, where nothing else does.
pub(crate) fn settle(outline: &mut Outline) {
    improvements(outline);
    let has = |kind: SectionKind| outline.sections.iter().any(|section| section.kind == kind);
    if has(SectionKind::RootCause) || has(SectionKind::WentWell) || has(SectionKind::Lessons) {
        return;
    }
    let wrong: Vec<usize> = (0..outline.sections.len())
        .filter(|number| {
            let section = &outline.sections[*number];
            section.kind == SectionKind::WentWrong
                && section.parent.is_none()
                && heading::clean(&section.heading)
                    .to_lowercase()
                    .contains("wrong")
                && outline
                    .passages
                    .iter()
                    .any(|passage| passage.section == *number && passage.kind != BlockKind::Heading)
        })
        .collect();
    for number in wrong {
        let children: Vec<usize> = (0..outline.sections.len())
            .filter(|child| {
                outline.sections[*child].parent == Some(number)
                    && outline.sections[*child].kind == SectionKind::WentWrong
            })
            .collect();
        for section in children.into_iter().chain([number]) {
            outline.sections[section].kind = SectionKind::RootCause;
        }
    }
}
