//! Disguises: characters that hide or turn text, and names that look like others.

use crate::diagnostic::Diagnostic;
use crate::incident::Facts;
use crate::parser::source::Source;

/// Letters of other scripts that look like a Latin one. Enough to tell what a name looks like; no list is complete.
const LOOKALIKES: [(char, char); 30] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('һ', 'h'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('ι', 'i'),
    ('ρ', 'p'),
];

/// Tells one kind of characters from all others.
type Test = fn(char) -> bool;

/// Warns of characters that turn the text around or carry text that nobody sees; tells of those that only hide.
pub(crate) fn hidden(source: &mut Source<'_>) {
    let turns: Test = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let carries: Test = |c: char| matches!(c, '\u{e0001}' | '\u{e0020}'..='\u{e007f}');
    let hides: Test = |c: char| matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{ad}');
    let kinds = [
        (turns, "which turns the direction of the text", true),
        (carries, "which hides text from readers", true),
        (hides, "which nobody sees", false),
    ];
    for (is_one, what, is_grave) in kinds {
        let Some((at, first)) = source.text.char_indices().find(|(_, c)| is_one(*c)) else {
            continue;
        };
        let count = source.text.chars().filter(|c| is_one(*c)).count();
        let more = match count - 1 {
            0 => String::new(),
            more => format!(", and {more} more such characters"),
        };
        let message = format!("U+{:04X}, {what}{more}", u32::from(first));
        if is_grave {
            source.warn(
                at,
                message,
                "remove it; it is shown as its number everywhere",
            );
        } else {
            let position = Some(source.position(at));
            source
                .diagnostics
                .push(Diagnostic::note(position, message, ""));
        }
    }
}

/// Warns of services whose names mix Latin letters with others that look like them. They are not taken for the same.
pub(crate) fn lookalikes(facts: &Facts, source: &mut Source<'_>) {
    for service in &facts.services {
        let Some(like) = latin(&service.value) else {
            continue;
        };
        let position = crate::text::Position {
            line: service.line,
            column: 1,
        };
        source.diagnostics.push(Diagnostic::warning(
            Some(position),
            format!("`{}` mixes scripts, it looks like `{like}`", service.value),
            "write it with the letters of one script",
        ));
    }
}

/// What a name of several scripts looks like in Latin letters; `None` for all others.
fn latin(name: &str) -> Option<String> {
    let other = |c: char| LOOKALIKES.iter().find(|(look, _)| *look == c);
    let is_mixed =
        name.chars().any(|c| c.is_ascii_alphabetic()) && name.chars().any(|c| other(c).is_some());
    is_mixed.then(|| {
        name.chars()
            .map(|c| other(c).map_or(c, |(_, like)| *like))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::latin;

    #[test]
    fn a_name_of_one_script_is_no_disguise() {
        assert_eq!(latin("p\u{430}yments").as_deref(), Some("payments"));
        assert_eq!(latin("payments"), None);
        assert_eq!(latin("оплата"), None);
        assert_eq!(latin("größe-日本"), None);
    }
}
