//! Notation: pages in wiki, AsciiDoc or RST markup, and task lists of an export, as Markdown of the same length.
//!
//! Every byte keeps its place, so that lines and columns are those of the file.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::parser::heading;

static WIKI_HEADING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^h[1-6]\.[ \t]+\S").expect("a constant"));
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d{1,2}(?:[.)]|\.\d{1,2}\.?)[ \t]+").expect("a constant"));
static WIKI_STATUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{status:(?:[^}\n]*\|)?title=([^|}\n]*)[^}\n]*\}").expect("a constant")
});
static TASK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<ac:task>(.{0,4000}?)</ac:task>").expect("a constant"));
static TASK_BODY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<ac:task-body>(.*?)</ac:task-body>").expect("a constant"));
static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<[^<>]{1,200}>").expect("a constant"));
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^:[A-Za-z][\w -]{0,40}:(?:[ \t]+\S|[ \t]*$)").expect("a constant")
});

/// The text as Markdown of the same length; borrowed where it has no such notation.
pub(crate) fn as_markdown(text: &str) -> Cow<'_, str> {
    let is_wiki = text.contains("\nh") && WIKI_HEADING.is_match(text);
    let has_tasks = text.contains("<ac:task>");
    let is_asciidoc = is_asciidoc(text);
    let is_rst = !is_asciidoc && is_rst(text);
    let is_numbered = is_numbered(text);
    if !(is_wiki || has_tasks || is_asciidoc || is_rst || is_numbered) {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    if is_wiki {
        wiki(text, &mut bytes);
    }
    if has_tasks {
        tasks(text, &mut bytes);
    }
    if is_asciidoc {
        asciidoc(text, &mut bytes);
    }
    if is_rst {
        rst(text, &mut bytes);
    }
    if is_numbered {
        numbered(text, &mut bytes);
    }
    // Only whole characters were replaced, each byte by one of ASCII.
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The lines of a text with their first bytes.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

fn blank(bytes: &mut [u8], range: std::ops::Range<usize>) {
    for byte in &mut bytes[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// `# item` is a numbered item where headings are `h2. …`; a status macro is its own title.
fn wiki(text: &str, bytes: &mut [u8]) {
    // Above the first heading of the wiki `# …` is the title of the page.
    let first = WIKI_HEADING.find(text).map_or(0, |found| found.start());
    for (start, line) in lines(text).filter(|(start, _)| *start > first) {
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        if marks > 0 && line[marks..].starts_with(' ') {
            blank(bytes, start..start + marks);
            bytes[start + marks - 1] = b'*';
        }
    }
    for found in WIKI_STATUS.captures_iter(text) {
        let (Some(whole), Some(title)) = (found.get(0), found.get(1)) else {
            continue;
        };
        blank(bytes, whole.start()..title.start());
        blank(bytes, title.end()..whole.end());
    }
}

/// The tasks of a Confluence page in storage format as check boxes.
fn tasks(text: &str, bytes: &mut [u8]) {
    for found in TASK.captures_iter(text) {
        let (Some(whole), Some(inner)) = (found.get(0), found.get(1)) else {
            continue;
        };
        let Some(body) = TASK_BODY
            .captures(inner.as_str())
            .and_then(|body| body.get(1))
        else {
            continue;
        };
        let done = inner.as_str().contains("<ac:task-status>complete<");
        let from = inner.start() + body.start();
        // A line break within a task would end its item.
        bytes[whole.start()..from].fill(b' ');
        let mark: &[u8] = if done { b"- [x]" } else { b"- [ ]" };
        bytes[whole.start()..whole.start() + mark.len()].copy_from_slice(mark);
        for tag in TAG.find_iter(body.as_str()) {
            blank(bytes, from + tag.start()..from + tag.end());
        }
        bytes[inner.start() + body.end()..whole.end()].fill(b' ');
        if text[whole.end()..].starts_with("<ac:task>") {
            bytes[whole.end() - 1] = b'\n';
        }
    }
    for tag in ["<ac:task-list>", "</ac:task-list>"] {
        for (at, found) in text.match_indices(tag) {
            blank(bytes, at..at + found.len());
        }
    }
}

/// Whether a page begins with `= Title` and has sections `== …`.
fn is_asciidoc(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| line.starts_with("= ")) && text.contains("\n== ")
}

fn asciidoc(text: &str, bytes: &mut [u8]) {
    for (start, line) in lines(text) {
        for (mark, instead) in [('=', b'#'), ('.', b'*')] {
            let count = line.chars().take_while(|it| *it == mark).count();
            if (1..=6).contains(&count) && line[count..].starts_with(' ') {
                if mark == '.' {
                    blank(bytes, start..start + count);
                    bytes[start + count - 1] = instead;
                } else {
                    bytes[start..start + count].fill(instead);
                }
            }
        }
        if ATTRIBUTE.is_match(line) {
            bytes[start] = b' ';
        }
    }
}

/// The number of the mark and the words of a line as `3. Root cause` or `4.1 Raise the limit`.
fn number(line: &str) -> Option<(usize, &str)> {
    let mark = NUMBER.find(line)?.end();
    Some((mark, line[mark..].trim()))
}

/// Whether the sections of a page are lines such as `1. Summary`, each alone, and no heading is marked as such.
fn is_numbered(text: &str) -> bool {
    if !text.contains("\n1. ") && !text.starts_with("1. ") || text.contains("\n## ") {
        return false;
    }
    let all: Vec<&str> = text.lines().take(2_000).collect();
    let alone = |at: &usize| {
        all.get(at + 1).is_none_or(|next| next.trim().is_empty())
            && at
                .checked_sub(1)
                .is_none_or(|before| all[before].trim().is_empty())
    };
    let listed = (0..all.len())
        .filter(alone)
        .filter(|at| number(all[*at]).is_some_and(|(_, words)| heading::is_listed(words)));
    listed.take(3).count() == 3
}

fn numbered(text: &str, bytes: &mut [u8]) {
    let all: Vec<(usize, &str)> = lines(text).collect();
    for (at, (start, line)) in all.iter().enumerate() {
        let Some((mark, words)) = number(line) else {
            continue;
        };
        let is_blank = |at: usize| all.get(at).is_none_or(|(_, line)| line.trim().is_empty());
        let is_head = is_blank(at + 1) && (at == 0 || is_blank(at - 1));
        let nested = line[..mark]
            .trim_end()
            .trim_end_matches(['.', ')'])
            .contains('.');
        blank(bytes, *start..start + mark);
        if heading::is_listed(words) || (is_head && !nested) {
            bytes[*start..start + 2].fill(b'#');
        } else {
            bytes[*start] = b'*';
        }
    }
}

/// Whether a line is a ruler of one sign, as RST draws them above and below a title.
fn ruler(line: &str) -> Option<char> {
    let line = line.trim_end();
    let first = line.chars().next()?;
    let is_one = "=-~^\"#*+".contains(first) && line.chars().all(|it| it == first);
    (is_one && line.len() >= 4).then_some(first)
}

/// Whether a title stands between two rulers, or two fields as `:Date: …`, or a title is underlined with `~~~~`.
fn is_rst(text: &str) -> bool {
    if !text.contains("\n====") && !text.contains("\n:") && !text.contains("\n~~~~") {
        return false;
    }
    let all: Vec<&str> = text.lines().take(400).collect();
    let fields = all.iter().filter(|line| ATTRIBUTE.is_match(line)).count();
    fields >= 2 || all.windows(3).any(is_framed) || all.windows(3).any(is_underlined)
}

fn is_framed(three: &[&str]) -> bool {
    let signs = (ruler(three[0]), ruler(three[2]));
    matches!(signs, (Some(above), Some(below)) if above == below)
        && !three[1].trim().is_empty()
        && ruler(three[1]).is_none()
        && !three[1].contains('|')
}

/// Whether a title has a line of `~`, `^` or `"` of its own length below it.
fn is_underlined(three: &[&str]) -> bool {
    let title = three[1].trim_end();
    let sign = ruler(three[2]).filter(|sign| "~^\"".contains(*sign));
    sign.is_some()
        && three[0].trim().is_empty()
        && !title.is_empty()
        && three[2].trim_end().len().abs_diff(title.chars().count()) <= 2
}

fn rst(text: &str, bytes: &mut [u8]) {
    let all: Vec<(usize, &str)> = lines(text).collect();
    for three in all.windows(3) {
        let words = [three[0].1, three[1].1, three[2].1];
        if is_framed(&words) {
            blank(bytes, three[0].0..three[0].0 + words[0].len());
        }
        if is_underlined(&words) {
            bytes[three[2].0..three[2].0 + words[2].len()].fill(b'-');
        }
    }
    if let [(0, first), (_, title), (_, below), ..] = all.as_slice()
        && is_framed(&[first, title, below])
    {
        blank(bytes, 0..first.len());
    }
    for (start, line) in &all {
        if ATTRIBUTE.is_match(line) {
            bytes[*start] = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_notations_become_markdown_of_the_same_length() {
        for (text, expected) in [
            (
                "h1. A\n# one\n## two\n\nh2. B\n",
                "h1. A\n* one\n * two\n\nh2. B\n",
            ),
            (
                "h2. A\n\nh2. {status:colour=Red|title=SEV-2} B\n",
                "h2. A\n\nh2.                          SEV-2  B\n",
            ),
            (
                "= T\n:date: x\n\n== S\n\n. one\n",
                "# T\n date: x\n\n## S\n\n* one\n",
            ),
            ("====\nTït\n====\n\n:A: b\n", "    \nTït\n====\n\n A: b\n"),
            (
                "1. Summary\n\nA\n\n2. Impact\n\nB\n\n3. Actions\n\n3.1 a\n3.2 b\n",
                "## Summary\n\nA\n\n## Impact\n\nB\n\n## Actions\n\n*   a\n*   b\n",
            ),
            ("A\n\nTitle\n~~~~~\n", "A\n\nTitle\n-----\n"),
        ] {
            let read = as_markdown(text);
            assert_eq!(read, expected);
            assert_eq!(read.len(), text.len());
        }
        for text in [
            "# A\n\n~~~\ncode\n~~~\n",
            "A\n===\n\ntext\n",
            "a = b\n== c\n",
            "---\nx: y\n---\n",
        ] {
            assert!(matches!(as_markdown(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn the_tasks_of_a_page_are_check_boxes() {
        let text = "<ac:task-list>\n<ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body><span>Bolt</span> it</ac:task-body></ac:task>\n<ac:task>\n<ac:task-status>incomplete</ac:task-status>\n<ac:task-body>Paint it</ac:task-body>\n</ac:task>\n</ac:task-list>";
        let read = as_markdown(text);
        let words: Vec<String> = read
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(words, ["- [x] Bolt it", "- [ ] Paint it"]);
        assert_eq!(read.len(), text.len());
    }
}
