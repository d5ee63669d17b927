//! Placeholder: text that a template put there and nobody replaced.

use std::sync::LazyLock;

use crate::expression::Regex;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\W_]*(?:
            tbd|tba|tbc|@(?:name|owner|user|username|handle|author|person|someone)|todo\s+\([^)]{0,60}\)|to\s+be\s+(?:determined|defined|confirmed|filled(?:\s+in)?|announced|added)|todo|fixme|n\s*/\s*a|none\s+(?:yet|provided|stated)|not\s+(?:applicable|yet\s+known|provided|specified|known|stated)|
            no\s+response|unknown|xxx+|x|\?+|placeholder|lorem\s+ipsum.*|
            y{2,4}(?:[-/.]m{1,2}[-/.]d{1,2})?(?:[\sT]h{1,2}:m{1,2}(?::s{1,2})?)?(?:\s*\w{2,4})?|(?:dd|mm)[-/.](?:mm|dd)[-/.]y{2,4}|h{1,2}:m{1,2}(?::s{1,2})?(?:\s*\w{2,4})?|
            x+\s*(?:hours?|h|mins?|minutes?|m|days?)(?:[\s,]*(?:and\s+)?[xy]+\s*(?:hours?|mins?|minutes?|m|seconds?))?|
            offen|unbekannt|noch\s+offen|por\s+determinar|pendiente|desconocido|a\s+definir|à\s+définir|inconnu|未定|未記入|待定|미정
        )[\W_]*$",
    )
    .expect("a constant")
});
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^\s*(?:\{\{[^}]*\}\}|\{[^}]{0,80}\}|\$\{[^}]*\}|%[A-Z_]+%|<[^>]{0,160}>
        |\[(?:(?:the|a|an|your|our|incident|affected|service|team|root|action|customer|user|start|end|due|insert|enter|add|fill|describe|list|link|name|names|title|date|dates|time|owner|owners|author|authors|what|who|when|where|how|why|which|severity|status|role|roles|person|description|summary|impact|number|id|url|item|items|e\.g\.|example|optional|tbd|todo|yyyy|hh|mm|dd|x+)\b[^\]]{0,160}|\W*)\])[\s.]*$",
    )
    .expect("a constant")
});
static LIQUID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{[^}]*\}\}|\{%[^%]*%\}").expect("a constant"));
static CHOICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\W_]*(?:sev|p|s|severity|critical|major|minor|high|medium|low|open|closed|draft|in progress|resolved|final|yes|no|none|complete|investigating|identified|monitoring|mitigated|in review|reviewed|published)[\s_-]?\d?(?:\s*[/|,]\s*[\W_]*(?:sev|p|s|severity|critical|major|minor|high|medium|low|open|closed|draft|in progress|resolved|final|yes|no|none|complete|investigating|identified|monitoring|mitigated|in review|reviewed|published)[\s_-]?\d?[\W_]*){2,}$").expect("a constant")
});

/// Whether a value is what a template left open: `TBD`, `[YYYY-MM-DD]`, `P1 / P2 / P3`, `{{ … }}`, nothing.
pub(crate) fn is_open(value: &str) -> bool {
    let value = value.trim();
    !value.chars().any(char::is_alphanumeric)
        || (value.len() <= 400
            && (PLACEHOLDER.is_match(value)
                || BRACKETED.is_match(value)
                || CHOICE.is_match(value)
                || LIQUID.is_match(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_filled_in_is_open() {
        for text in [
            "",
            "TBD",
            "[YYYY-MM-DD]",
            "YYYY-MM-DD",
            "YYYY-MM-DD HH:MM UTC",
            "HH:MM",
            "N/A",
            "_No response_",
            "<name>",
            "{{ incident.title }}",
            "P1 / P2 / P3",
            "SEV-1 | SEV-2 | SEV-3",
            "Critical / High / Medium / Low",
            "X hours Y minutes",
            "[Describe the impact]",
            "Draft / In review / Final",
            "???",
            "to be determined",
            "...",
        ] {
            assert!(is_open(text), "open: {text}");
        }
        for text in [
            "SEV1",
            "2026-07-03",
            "No customer impact",
            "checkout / payments",
            "high",
            "fraud-scorer",
            "x-ray triage",
            "Unknown devices service",
            "draft",
        ] {
            assert!(!is_open(text), "{text}");
        }
    }
}
