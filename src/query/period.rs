//! Period: a run of days as a query states it: a day, a month, a quarter, a year, or a range of them.

use jiff::civil::Date;

use crate::quarter::Quarter;

/// A run of days, both ends included; an end that is absent is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl Period {
    /// Reads `2026`, `2026-Q3`, `2026-07`, `2026-07-03`, `A..B`, `A..`, `..B`, `>A`, `>=A`, `<A`, `<=A`.
    ///
    /// `None` for anything else, and for a range that ends before it begins.
    pub fn read(text: &str) -> Option<Period> {
        let period = if let Some((from, to)) = text.split_once("..") {
            let open = |end: &str| end.is_empty() || end == "*";
            if open(from) && open(to) {
                return None;
            }
            Period {
                from: if open(from) { None } else { unit(from)?.from },
                to: if open(to) { None } else { unit(to)?.to },
            }
        } else if let Some(rest) = text.strip_prefix(">=") {
            Period {
                from: unit(rest)?.from,
                to: None,
            }
        } else if let Some(rest) = text.strip_prefix("<=") {
            Period {
                from: None,
                to: unit(rest)?.to,
            }
        } else if let Some(rest) = text.strip_prefix('>') {
            Period::after(rest)?
        } else if let Some(rest) = text.strip_prefix('<') {
            Period::before(rest)?
        } else {
            unit(text)?
        };
        match (period.from, period.to) {
            (Some(from), Some(to)) if from > to => None,
            _ => Some(period),
        }
    }

    /// The days later than the last day of a day, month, quarter or year.
    pub fn after(text: &str) -> Option<Period> {
        let from = unit(text)?.to?.tomorrow().ok()?;
        Some(Period {
            from: Some(from),
            to: None,
        })
    }

    /// The days earlier than the first day of a day, month, quarter or year.
    pub fn before(text: &str) -> Option<Period> {
        let to = unit(text)?.from?.yesterday().ok()?;
        Some(Period {
            from: None,
            to: Some(to),
        })
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether both ends are ends of quarters.
    pub fn is_of_quarters(&self) -> bool {
        self.from
            .is_none_or(|from| Quarter::of(from).first_day() == from)
            && self.to.is_none_or(|to| Quarter::of(to).last_day() == to)
    }
}

/// A day, month, quarter or year as its first and last day.
fn unit(text: &str) -> Option<Period> {
    let text = text.trim().replace('/', "-");
    if let Ok(quarter) = text.parse::<Quarter>() {
        return Some(Period {
            from: Some(quarter.first_day()),
            to: Some(quarter.last_day()),
        });
    }
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        (plain && digits.contains(&part.len()))
            .then(|| part.parse::<i16>().ok())
            .flatten()
    };
    let year = number(parts.first()?, 4..=4).filter(|year| (1900..=9998).contains(year))?;
    let month = |part: &str| i8::try_from(number(part, 1..=2)?).ok();
    let (first, last) = match parts.as_slice() {
        [_] => (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?),
        [_, m] => {
            let first = Date::new(year, month(m)?, 1).ok()?;
            (first, first.last_of_month())
        }
        [_, m, d] => {
            let day = Date::new(year, month(m)?, month(d)?).ok()?;
            (day, day)
        }
        _ => return None,
    };
    Some(Period {
        from: Some(first),
        to: Some(last),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_ranges_become_first_and_last_days() {
        let check = |text: &str, expected: &str| {
            let show = |day: Option<Date>| day.map_or("…".to_owned(), |day| day.to_string());
            let read = Period::read(text).map_or("none".to_owned(), |period| {
                format!("{} {}", show(period.from), show(period.to))
            });
            assert_eq!(read, expected, "{text}");
        };
        check("2026", "2026-01-01 2026-12-31");
        check("2026-Q3", "2026-07-01 2026-09-30");
        check("2024-02", "2024-02-01 2024-02-29");
        check("2026-7-3", "2026-07-03 2026-07-03");
        check("2026/07/03", "2026-07-03 2026-07-03");
        check("2026-01-01..2026-Q1", "2026-01-01 2026-03-31");
        check("2026-03..", "2026-03-01 …");
        check("*..2026", "… 2026-12-31");
        check(">2026-Q1", "2026-04-01 …");
        check("<=2026-02", "… 2026-02-28");
        check("<2026", "… 2025-12-31");
        for bad in [
            "",
            "..",
            "2026-13",
            "2026-02-30",
            "26",
            "last week",
            "2026-Q2..2026-Q1",
            "2026-1-1-1",
            "-2026",
        ] {
            check(bad, "none");
        }
    }

    #[test]
    fn after_and_before_leave_the_named_days_out() {
        let after = Period::after("2026-06").and_then(|period| period.from);
        assert_eq!(
            after.map(|day| day.to_string()),
            Some("2026-07-01".to_owned())
        );
        let before = Period::before("2026-Q3").and_then(|period| period.to);
        assert_eq!(
            before.map(|day| day.to_string()),
            Some("2026-06-30".to_owned())
        );
    }
}
