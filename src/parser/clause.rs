//! Clause: the words of a sentence that belong to one of the times in it.

use crate::parser::stamp::Stamp;

/// What ends a clause.
const BOUNDARIES: &[&str] = &[
    ", ", "; ", ": ", " (", ") ", " and ", " but ", " then ", " while ", " – ", " — ", " - ",
    " | ", " und ", " y ", " et ",
];

/// The clause around each stamp of a sentence: from the boundary before it to the next, and never beyond another stamp.
pub(crate) fn around<'a>(sentence: &'a str, stamps: &[Stamp]) -> Vec<&'a str> {
    let mut cuts: Vec<(usize, usize)> = BOUNDARIES
        .iter()
        .flat_map(|boundary| {
            sentence
                .match_indices(boundary)
                .map(|(at, found)| (at, at + found.len()))
        })
        .filter(|(start, end)| {
            !stamps
                .iter()
                .any(|stamp| *start < stamp.end && stamp.start < *end)
        })
        .collect();
    cuts.sort_unstable();
    (0..stamps.len())
        .map(|number| clause(sentence, stamps, number, &cuts))
        .collect()
}

fn clause<'a>(
    sentence: &'a str,
    stamps: &[Stamp],
    number: usize,
    cuts: &[(usize, usize)],
) -> &'a str {
    let stamp = &stamps[number];
    let previous = number.checked_sub(1).map_or(0, |before| stamps[before].end);
    let next = stamps
        .get(number + 1)
        .map_or(sentence.len(), |after| after.start);
    let from = cuts
        .iter()
        .rev()
        .find(|(_, end)| *end <= stamp.start)
        .map_or(0, |(_, end)| *end)
        .max(previous);
    let to = cuts
        .iter()
        .find(|(start, _)| *start >= stamp.end)
        .map_or(sentence.len(), |(start, _)| *start)
        .min(next);
    let words = sentence.get(from..to).unwrap_or_default();
    // A time alone between two commas belongs to what follows: `On Monday, at 10:00, it broke`.
    if words.trim().len() <= stamp.end - stamp.start + 4 {
        return sentence.get(from..next).unwrap_or(words);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::stamp;

    #[test]
    fn each_time_has_its_own_words() {
        let sentence = "It started at 22:00 and was stopped on Monday at 09:00.";
        assert_eq!(
            around(sentence, &stamp::stamps(sentence, None)),
            ["It started at 22:00", "was stopped on Monday at 09:00."]
        );
        let sentence = "too high since 05:30, found 07:10 same day";
        assert_eq!(
            around(sentence, &stamp::stamps(sentence, None)),
            ["too high since 05:30", "found 07:10 same day"]
        );
        let sentence = "At 10:00, it broke";
        assert_eq!(around(sentence, &stamp::stamps(sentence, None)), [sentence]);
    }
}
