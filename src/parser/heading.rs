//! Heading: what kind of section a heading opens, by `schema/sections.toml`.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::expression::Regex;
use serde::Deserialize;

use crate::parser::fold::fold;
use crate::postmortem::SectionKind;
use crate::schema;

#[derive(Deserialize)]
struct Pattern {
    kind: SectionKind,
    regex: String,
}

#[derive(Deserialize)]
struct File {
    patterns: Vec<Pattern>,
    headings: BTreeMap<SectionKind, BTreeMap<String, Vec<String>>>,
}

struct Table {
    exact: HashMap<String, SectionKind>,
    patterns: Vec<(Regex, SectionKind)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let file: File = toml::from_str(schema::file("sections.toml"))
        .expect("schema/sections.toml is checked by a test");
    let exact = file
        .headings
        .iter()
        .flat_map(|(kind, languages)| {
            languages
                .values()
                .flatten()
                .map(|heading| (fold(heading), *kind))
        })
        .collect();
    let read = |pattern: &Pattern| {
        let regex = Regex::new(&pattern.regex).expect("patterns are checked by a test");
        (regex, pattern.kind)
    };
    Table {
        exact,
        patterns: file.patterns.iter().map(read).collect(),
    }
});

static ANCHOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*\{#[^}]*\}\s*$").expect("a constant"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:(?:\d{1,2}[.)])+\d{0,2}|\d{1,2}(?:\.\d{1,2})+|[A-Z][.)]|#\d+|[IVX]{1,4}[.)])\s+",
    )
    .expect("a constant")
});

/// The longest heading that is looked up, in characters; what is longer is a sentence.
const LONGEST: usize = 100;

/// A heading as it stands, without the anchor that some tools append and the marks that close it.
pub(crate) fn clean(heading: &str) -> &str {
    let end = ANCHOR
        .find(heading)
        .map_or(heading.len(), |found| found.start());
    heading[..end].trim().trim_end_matches('#').trim()
}

/// The kind of section that a heading opens; `None` where it is in no list and no pattern finds it.
pub(crate) fn kind(heading: &str) -> Option<SectionKind> {
    kind_by_list(heading).or_else(|| {
        (heading.chars().count() <= LONGEST)
            .then(|| by_pattern(&fold(heading)))
            .flatten()
    })
}

/// The kind of section that a heading opens by the lists alone.
pub(crate) fn kind_by_list(heading: &str) -> Option<SectionKind> {
    if heading.chars().count() > LONGEST {
        return None;
    }
    let unnumbered = NUMBER.replace(heading, "");
    variants(&unnumbered)
        .into_iter()
        .find_map(|variant| by_list(&fold(variant)))
}

/// Whether the whole heading is in a list, with nothing but a number before it.
pub(crate) fn is_listed(heading: &str) -> bool {
    by_list(&fold(&NUMBER.replace(heading, ""))).is_some()
}

/// The heading itself, without its parenthesis, the parenthesis alone, and the part before a separator.
fn variants(heading: &str) -> Vec<&str> {
    let mut variants = vec![heading];
    if let (Some(open), Some(close)) = (heading.find(['(', '（']), heading.rfind([')', '）'])) {
        variants.push(&heading[..open]);
        let inner = heading.get(open..close).unwrap_or_default();
        variants.push(inner.trim_start_matches(['(', '（']));
    }
    for separator in [" : ", ": ", " / ", " - ", " – ", " — ", "：", "・", "/"] {
        if let Some((before, after)) = heading.split_once(separator) {
            variants.push(before);
            if separator == " / " || separator == "/" {
                variants.push(after);
            }
        }
    }
    // `Fix, 20 November`
    if let Some((before, after)) = heading.split_once(',')
        && after.contains(|character: char| character.is_ascii_digit())
    {
        variants.push(before);
    }
    variants
}

const BEFORE: &[&str] = &[
    "the ",
    "our ",
    "incident ",
    "postmortem ",
    "post mortem ",
    "preliminary ",
    "initial ",
    "full ",
    "detailed ",
    "a ",
];
const AFTER: &[&str] = &[
    " analysis",
    " section",
    " details",
    " assessment",
    " overview",
    " of the incident",
    " of this incident",
    " of incident",
    " s",
    " identified",
    " summary",
];

fn by_list(folded: &str) -> Option<SectionKind> {
    let exact = &TABLE.exact;
    let mut rest = folded;
    loop {
        if let Some(kind) = exact.get(rest) {
            return Some(*kind);
        }
        if let Some(kind) = AFTER
            .iter()
            .find_map(|end| exact.get(rest.strip_suffix(end)?))
        {
            return Some(*kind);
        }
        rest = BEFORE.iter().find_map(|begin| rest.strip_prefix(begin))?;
    }
}

fn by_pattern(folded: &str) -> Option<SectionKind> {
    let mut patterns = TABLE.patterns.iter();
    let first = patterns.find(|(regex, _)| regex.is_match(folded));
    first.map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let file: File = toml::from_str(schema::file("sections.toml")).expect("TOML");
        let mut seen: HashMap<String, SectionKind> = HashMap::new();
        for (kind, languages) in &file.headings {
            for heading in languages.values().flatten() {
                let folded = fold(heading);
                assert!(!folded.is_empty(), "{heading}");
                let other = seen.insert(folded, *kind);
                assert!(
                    other.is_none() || other == Some(*kind),
                    "`{heading}` is in two lists"
                );
            }
        }
        for pattern in &file.patterns {
            assert!(Regex::new(&pattern.regex).is_ok(), "{}", pattern.regex);
        }
        let missing: Vec<_> = SectionKind::ALL
            .iter()
            .filter(|kind| {
                !matches!(
                    kind,
                    SectionKind::Title | SectionKind::Body | SectionKind::Other
                )
            })
            .filter(|kind| !file.headings.contains_key(kind))
            .collect();
        assert!(missing.is_empty(), "no heading for {missing:?}");
    }

    #[test]
    fn headings_of_many_templates_are_understood() {
        let cases = [
            ("Root Cause(s)", SectionKind::RootCause),
            ("1.2 Root-cause analysis:", SectionKind::RootCause),
            ("5️⃣ Five Whys", SectionKind::RootCause),
            ("What went wrong and why?", SectionKind::RootCause),
            ("How did we respond?", SectionKind::Response),
            ("What Didn’t Go So Well?", SectionKind::WentWrong),
            ("再発防止 (Action Items)", SectionKind::Actions),
            ("Timeline (all times in UTC)", SectionKind::Timeline),
            ("Corrective & Preventative Measures", SectionKind::Actions),
            (
                "How are we making incidents like this less likely or less impactful?",
                SectionKind::Actions,
            ),
            ("Where did we get lucky", SectionKind::Lucky),
            ("Maßnahmen", SectionKind::Actions),
            ("Causa raíz", SectionKind::RootCause),
            ("根本原因", SectionKind::RootCause),
            ("Causes that we ruled out", SectionKind::RuledOut),
            ("Our red herrings", SectionKind::RuledOut),
            ("The Fix", SectionKind::Resolution),
            ("Remediation items", SectionKind::Actions),
            ("Remediation", SectionKind::Resolution),
        ];
        for (heading, expected) in cases {
            assert_eq!(kind(heading), Some(expected), "{heading}");
        }
        for heading in ["October 21 - Redis overload", "14:03", "KubeSpawner", ""] {
            assert_eq!(kind(heading), None, "{heading}");
        }
        assert_eq!(clean("Impact {#impact} "), "Impact");
        assert_eq!(clean("Timeline ##"), "Timeline");
    }
}
