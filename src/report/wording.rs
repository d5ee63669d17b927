//! Shares, intervals, durations and changes in words.

use crate::report::Report;
use crate::report::correction::Corrected;
use crate::report::measure::Comparison;
use crate::report::measure::Finding;
use crate::report::measure::Measured;
use crate::report::money::Money;
use crate::report::outline::Figure;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::pattern::Counted;
use crate::report::pattern::Pattern;
use crate::report::period::Stretch;
use crate::report::selection::Members;
use crate::report::selection::Stated;
use crate::report::statistics::Quartiles;
use crate::report::statistics::Share;

/// From this many incidents on, a share is printed with one decimal.
const DECIMAL_FROM: usize = 200;

/// What stands where there is no value.
pub const NOTHING: &str = "–";

/// A fraction as a percentage, halves rounded up; `of` is how many it rests on.
pub fn percent(fraction: f64, of: usize) -> String {
    if of >= DECIMAL_FROM {
        format!("{:.1}%", (fraction * 1000.0).round() / 10.0)
    } else {
        format!("{:.0}%", (fraction * 100.0).round())
    }
}

/// A share as a percentage.
pub fn share(share: Share) -> String {
    match share.fraction() {
        Some(fraction) => percent(fraction, share.total),
        None => NOTHING.to_owned(),
    }
}

/// The 95 % interval of a share, as `22 to 78%`.
pub fn interval(share: Share) -> String {
    let Some((low, high)) = share.interval() else {
        return NOTHING.to_owned();
    };
    let low = percent(low, share.total);
    format!(
        "{} to {}",
        low.trim_end_matches('%'),
        percent(high, share.total)
    )
}

/// A share with wrong labels taken out: `with wrong labels taken out 66%, 95% interval 48 to 80%`.
pub fn corrected(corrected: Corrected, share: Share) -> String {
    let (low, high) = corrected.interval;
    let low = percent(low, share.total);
    format!(
        "with wrong labels taken out {}, 95% interval {} to {}",
        percent(corrected.share, share.total),
        low.trim_end_matches('%'),
        percent(high, share.total)
    )
}

/// n of N.
pub fn count(share: Share) -> String {
    format!("{} of {}", share.count, share.total)
}

/// `50% (4 of 8)`.
pub fn both(one: Share) -> String {
    if one.total == 0 {
        return "0 of 0".to_owned();
    }
    format!("{} ({})", share(one), count(one))
}

/// `1 incident`, `2 incidents`.
pub fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A value of the codebook in words: `feature staleness`.
pub fn label(id: &str) -> String {
    id.replace('-', " ")
}

/// Sums of money with how many are in them: `£58,000 (1 of 4)`.
pub fn money(money: &Money) -> String {
    match money.added {
        0 => NOTHING.to_owned(),
        added => format!("{} ({added} of {})", money.words(), money.of),
    }
}

/// A number with at most one decimal, none where it is whole.
pub fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Minutes in the unit that a person would use.
pub fn duration(minutes: f64) -> String {
    match minutes {
        ..120.0 => format!("{} min", number(minutes)),
        ..2880.0 => format!("{} h", number(minutes / 60.0)),
        _ => format!("{} days", number(minutes / 1440.0)),
    }
}

/// Minutes as in a table: days are `d`.
fn short(minutes: f64) -> String {
    duration(minutes).replace(" days", " d")
}

/// Median and quartiles of minutes: `3 h (40 min to 2 d; 7)`, the last how many state it.
pub fn quartiles(quartiles: Option<Quartiles>) -> String {
    let Some(found) = quartiles else {
        return NOTHING.to_owned();
    };
    match found.count {
        1 => format!("{} (1)", short(found.median)),
        count => format!(
            "{} ({} to {}; {count})",
            short(found.median),
            short(found.low),
            short(found.high)
        ),
    }
}

/// A sum of minutes with how many state it: `41 d (7 of 9)`.
pub fn total_minutes(stated: Stated) -> String {
    total(stated, short)
}

/// A sum of hours with how many state it.
pub fn total_hours(stated: Stated) -> String {
    total(stated, |hours| format!("{} h", number(hours)))
}

fn total(stated: Stated, write: impl Fn(f64) -> String) -> String {
    if stated.stated == 0 {
        return NOTHING.to_owned();
    }
    format!("{} ({} of {})", write(stated.sum), stated.stated, stated.of)
}

/// At most so many characters, the cut marked.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// With a capital at the beginning.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A list in words: `a`, `a and b`, `a, b and c`.
pub fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What may be claimed, in words.
pub fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::TooFew => "too few to tell",
        Finding::Significant => "changed",
        Finding::NotSignificant => "no change shown",
    }
}

/// How a share compares with another time: `83% (10 of 12) before, no difference shown`.
pub fn change(measured: &Measured, comparison: &Comparison) -> String {
    let before = comparison.share;
    if before.total == 0 {
        return format!("{}: no incident to compare with", comparison.stretch);
    }
    let told = if comparison.is_significant() {
        let more = measured.share.fraction() > before.fraction();
        if more {
            "a significant rise"
        } else {
            "a significant fall"
        }
    } else {
        "no difference shown"
    };
    format!("{}: {}, {told}", comparison.stretch, both(before))
}

impl Report {
    /// A number with its incidents and, where a filter lists them, the query.
    pub fn figure(&self, text: String, members: &Members, query: Option<String>) -> Inline {
        Inline::Figure(Figure {
            text,
            members: members.clone(),
            query,
        })
    }

    /// How many they are, with the filter that lists them in a stretch of time.
    pub fn counted(&self, members: &Members, filter: &str, stretch: &Stretch) -> Inline {
        let query = self.query(filter, stretch);
        self.figure(members.len().to_string(), members, Some(query))
    }

    /// How many they are, where no filter lists them.
    pub fn listed(&self, members: &Members) -> Inline {
        self.figure(members.len().to_string(), members, None)
    }

    /// A query for the incidents of a stretch of time that fulfil a filter, within the population of the report.
    pub fn query(&self, filter: &str, stretch: &Stretch) -> String {
        let days = format!("date:{}..{}", stretch.days.first, stretch.days.last);
        let population = self.request.filter.as_deref().unwrap_or_default();
        let parts = [population, filter].map(|part| match part.contains(' ') {
            true => format!("({part})"),
            false => part.to_owned(),
        });
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.chain([days]).collect::<Vec<_>>().join(" ")
    }

    /// The query for the numerator of a pattern in a stretch of time, where filters count it.
    pub fn pattern_query(&self, pattern: &Pattern, stretch: &Stretch) -> Option<String> {
        match &pattern.counted {
            Counted::Filters(filters) => {
                let (numerator, denominator) = (&filters.numerator.text, &filters.denominator.text);
                let filter = format!("({denominator}) ({numerator})");
                Some(self.query(&filter, stretch))
            }
            Counted::Computed(_) => None,
        }
    }

    /// The sentence of a pattern with its numbers, each with the incidents behind it.
    pub fn sentence(&self, pattern: &Pattern, measured: &Measured, stretch: &Stretch) -> Line {
        let query = self.pattern_query(pattern, stretch);
        let counted = |text: String| self.figure(text, &measured.incidents, query.clone());
        let mut line = Line::new();
        for (at, part) in pattern.sentence.split('{').enumerate() {
            let (place, words) = match part.split_once('}') {
                Some((place, words)) if at > 0 => (place, words),
                _ => ("", part),
            };
            match place {
                "count" => line.push(counted(measured.share.count.to_string())),
                "total" => {
                    line.push(self.figure(measured.share.total.to_string(), &measured.among, None))
                }
                "share" => line.push(counted(share(measured.share))),
                "interval" => line.push(Inline::Text(interval(measured.share))),
                "period" => line.push(Inline::text(stretch.name.clone())),
                _ => {}
            }
            if !words.is_empty() {
                let words = if at == 0 {
                    capital(words)
                } else {
                    words.to_owned()
                };
                line.push(Inline::Text(words));
            }
        }
        line
    }
}
