//! The fuzz targets: what reads what others have written, each from bytes to no panic.
//!
//! Both drivers share them: tests/testsuite/fuzz.rs on the stable toolchain, fuzz/fuzz_targets under libFuzzer.

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::knowledge_base::Configuration;
use pm_kb::parser;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;
use pm_kb::report::pattern;
use pm_kb::report::svg;
use pm_kb::rule::RuleFile;
use pm_kb::rule::RuleSet;
use pm_kb::secret::Secrets;
use pm_kb::verdict::Ledger;

/// One thing that reads what others have written.
pub(crate) struct Target {
    /// The corpus of the target is in `fuzz/corpus/NAME`.
    pub(crate) name: &'static str,
    /// Of a hundred executions so many are its own, the fewer the longer one takes; one of a hundred opens a base.
    pub(crate) share: u64,
    /// Reads bytes, and panics where something is wrong.
    pub(crate) run: fn(&[u8]),
}

/// All targets.
pub(crate) const TARGETS: [Target; 7] = [
    Target {
        name: "front-matter",
        share: 10,
        run: front_matter,
    },
    Target {
        name: "markdown",
        share: 3,
        run: markdown,
    },
    Target {
        name: "query",
        share: 20,
        run: query,
    },
    Target {
        name: "rules",
        share: 2,
        run: rules,
    },
    Target {
        name: "settings",
        share: 20,
        run: settings,
    },
    Target {
        name: "sanitisers",
        share: 20,
        run: sanitisers,
    },
    Target {
        name: "ledger",
        share: 24,
        run: ledger,
    },
];

/// Bytes as the front matter of a document.
pub(crate) fn front_matter(bytes: &[u8]) {
    let framed = [b"---\n", bytes, b"\n---\n# Outage\n"].concat();
    read(&framed);
}

/// Bytes as a document.
pub(crate) fn markdown(bytes: &[u8]) {
    read(bytes);
}

/// Reads a document; whatever is found in it stands in it.
fn read(bytes: &[u8]) {
    let Ok(document) = Document::read("a.md", bytes.to_vec(), &Limits::default()) else {
        return;
    };
    let parsed = parser::parse(&document, &parser::Options::default());
    for block in &parsed.postmortem.blocks {
        assert!(
            document
                .text
                .get(block.span.start..block.span.end)
                .is_some()
        );
    }
}

/// What somebody types: its notices point into it.
pub(crate) fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let query = Query::parse(&text, &Vocabulary::default());
    for notice in &query.notices {
        assert!(notice.span.start <= notice.span.end);
    }
}

/// A file of a team's own rules.
pub(crate) fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let policy = RuleFile {
        name: "policy.toml",
        text: pm_kb::schema::file("policy.toml"),
    };
    let own = RuleFile {
        name: "own.toml",
        text: &text,
    };
    let _ = RuleSet::of(policy, &[own], &[]);
}

/// A configuration and a file of patterns.
pub(crate) fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Configuration::parse("config.toml", &text);
    let _ = pattern::parse("patterns.toml", &text, &[]);
}

/// What HTML, SVG and redacted texts are made of.
pub(crate) fn sanitisers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let escaped = svg::escape(&text);
    assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
    assert!(!escaped.contains(|c: char| c.is_control()), "{escaped:?}");
    let redacted = Secrets::shipped().redact(&text).into_owned();
    for one in Secrets::shipped().find(&text) {
        assert!(text.get(one.span.start..one.span.end).is_some());
    }
    assert!(redacted.len() <= text.len() * 8 + 64);
}

/// A file of verdicts.
pub(crate) fn ledger(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (ledger, _) = Ledger::read(&text, None);
    for incident in ledger.incidents() {
        ledger.standing(incident);
    }
}
