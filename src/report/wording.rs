//! Shares and intervals in words.

use super::Members;
use super::measure::Measured;
use super::outline::Inline;
use super::outline::Line;
use super::pattern::Pattern;
use super::statistics::Share;

/// From this many incidents on, a share is printed with one decimal.
const DECIMAL_FROM: usize = 200;

/// A fraction as a percentage; `of` is how many it rests on.
pub fn percent(fraction: f64, of: usize) -> String {
    if of >= DECIMAL_FROM {
        format!("{:.1}%", fraction * 100.0)
    } else {
        format!("{:.0}%", fraction * 100.0)
    }
}

/// A share as a percentage, `–` of nothing.
pub fn share(share: Share) -> String {
    share
        .fraction()
        .map_or_else(|| "–".to_owned(), |fraction| percent(fraction, share.total))
}

/// The 95 % interval of a share, `–` of nothing.
pub fn interval(share: Share) -> String {
    share.interval().map_or_else(
        || "–".to_owned(),
        |(low, high)| {
            let low = percent(low, share.total);
            format!(
                "{} to {}",
                low.trim_end_matches('%'),
                percent(high, share.total)
            )
        },
    )
}

/// n of N.
pub fn count(share: Share) -> String {
    format!("{} of {}", share.count, share.total)
}

/// `1 incident`, `2 incidents`.
pub fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The sentence of a pattern with its numbers, each with the incidents behind it, beginning with a capital.
pub fn sentence(pattern: &Pattern, measured: &Measured, period: &str) -> Line {
    let figure = |text: String, members: &Members| Inline::Figure(text, members.clone());
    let mut line = Line::new();
    for (at, part) in pattern.sentence.split('{').enumerate() {
        let (place, words) = match part.split_once('}') {
            Some((place, words)) if at > 0 => (place, words),
            _ => ("", part),
        };
        match place {
            "count" => line.push(figure(
                measured.share.count.to_string(),
                &measured.incidents,
            )),
            "total" => line.push(figure(measured.share.total.to_string(), &measured.among)),
            "share" => line.push(figure(share(measured.share), &measured.incidents)),
            "interval" => line.push(Inline::Text(interval(measured.share))),
            "period" => line.push(Inline::text(period)),
            _ => {}
        }
        if !words.is_empty() {
            line.push(Inline::text(if at == 0 {
                capital(words)
            } else {
                words.to_owned()
            }));
        }
    }
    line
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
