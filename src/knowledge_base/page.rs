//! Page: the id that a wiki or an exporting tool gave to a page, which stays when it is renamed and edited.

use std::path::Path;
use std::sync::LazyLock;

use crate::expression::Regex;

use crate::postmortem::Postmortem;

/// Keys under which exporting tools write the id of a page.
const KEYS: &[&str] = &[
    "page_id",
    "pageid",
    "confluence_page_id",
    "confluence_id",
    "notion_id",
    "notion_page_id",
    "google_doc_id",
    "doc_id",
    "document_id",
];

/// The id within a page's own address, by the tool whose address it is.
static ADDRESSES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        ("confluence", r"^https?://[^\s]+/pages/(\d{4,})"),
        ("confluence", r"^https?://[^\s]+[?&]pageId=(\d{4,})"),
        (
            "notion",
            r"^https?://[^\s]*notion\.\w+/[^\s?#]*?([0-9a-fA-F]{32})(?:[?#]|$)",
        ),
        (
            "google",
            r"^https?://docs\.google\.com/document/d/([\w-]{20,})",
        ),
        (
            "github",
            r"^https?://github\.com/([\w.-]+/[\w.-]+/issues/\d+)",
        ),
        ("gitlab", r"^https?://([^\s]+/-/issues/\d+)"),
    ]
    .into_iter()
    .map(|(tool, pattern)| (tool, Regex::new(pattern).expect("a constant")))
    .collect()
});

/// The id at the end of a file's name, by the tool that writes it there.
static NAMES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        ("notion", r"[ _-]([0-9a-fA-F]{32})$"),
        ("confluence", r"_(\d{7,})$"),
    ]
    .into_iter()
    .map(|(tool, pattern)| (tool, Regex::new(pattern).expect("a constant")))
    .collect()
});

/// The id of the page that a document is an export of; `None` where no tool has left one.
pub(super) fn id(postmortem: &Postmortem, path: &str) -> Option<String> {
    let keys = || {
        KEYS.iter().find_map(|key| {
            let value = postmortem.metadata.get(*key)?.value.trim();
            let fits = (4..=100).contains(&value.len()) && !value.contains(char::is_whitespace);
            fits.then(|| format!("page:{}", value.to_lowercase().replace('-', "")))
        })
    };
    let address = || {
        let url = postmortem.facts.url.as_ref()?.value.trim();
        found(&ADDRESSES, url)
    };
    let name = || {
        let stem = Path::new(path).file_stem()?.to_str()?;
        found(&NAMES, stem).filter(|id| !is_day(id))
    };
    keys().or_else(address).or_else(name)
}

fn found(patterns: &[(&str, Regex)], text: &str) -> Option<String> {
    patterns.iter().find_map(|(tool, pattern)| {
        let id = pattern.captures(text)?.get(1)?.as_str();
        Some(format!("{tool}:{}", id.to_lowercase()))
    })
}

/// Whether the digits at the end of a name are a day and no id.
fn is_day(id: &str) -> bool {
    let digits = id.rsplit(':').next().unwrap_or_default();
    digits.len() == 8 && (digits.starts_with("19") || digits.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Fact;
    use crate::incident::Origin;

    fn of(url: Option<&str>, path: &str) -> Option<String> {
        let mut postmortem = Postmortem::default();
        postmortem.facts.url = url.map(|url| Fact {
            value: url.to_owned(),
            line: 1,
            origin: Origin::Metadata,
        });
        id(&postmortem, path)
    }

    #[test]
    fn tools_leave_their_ids_in_addresses_and_names() {
        let hex = "0123456789abcdef0123456789abcdef";
        for (url, path, wanted) in [
            (
                Some("https://wiki.example.org/spaces/ML/pages/123456/Stale+features"),
                "a.md",
                Some("confluence:123456"),
            ),
            (
                Some("https://wiki.example.org/pages/viewpage.action?pageId=98765"),
                "a.md",
                Some("confluence:98765"),
            ),
            (
                Some("https://www.notion.so/team/Stale-0123456789ABCDEF0123456789abcdef?pvs=4"),
                "a.md",
                Some(&*format!("notion:{hex}")),
            ),
            (
                None,
                &format!("Stale features {hex}.md"),
                Some(&*format!("notion:{hex}")),
            ),
            (
                None,
                "Stale-features_12345678.md",
                Some("confluence:12345678"),
            ),
            (None, "checkout_20260703.md", None),
            (Some("https://status.example.org/incidents"), "a.md", None),
        ] {
            assert_eq!(of(url, path).as_deref(), wanted, "{url:?} {path}");
        }
    }
}
