//! Period, Days, Calendar: the stretch of time that a report speaks of, and those it is held against.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::quarter::Quarter;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Days {
    /// Whether a day is one of them.
    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// How many they are; 0 where the last lies before the first.
    pub fn count(self) -> i64 {
        let seconds = self.first.duration_until(self.last).as_secs();
        (seconds / 86_400 + 1).max(0)
    }

    /// As many days, directly before these.
    fn before(self) -> Days {
        let last = self.first.yesterday().unwrap_or(self.first);
        let first = last.saturating_sub((self.count() - 1).clamp(0, 3_000_000).days());
        Days { first, last }
    }

    /// The same days of the year before.
    fn year_before(self) -> Days {
        Days {
            first: self.first.saturating_sub(1.year()),
            last: self.last.saturating_sub(1.year()),
        }
    }
}

/// How a team cuts its years: the month in which a year begins, 1 for calendar years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    first_month: i8,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { first_month: 1 }
    }
}

impl Calendar {
    /// Years that begin in a month from 1 to 12; they bear the number of the calendar year in which they end.
    pub fn beginning_in(month: i8) -> Option<Calendar> {
        (1..=12)
            .contains(&month)
            .then_some(Calendar { first_month: month })
    }

    /// The quarter of a day in these years.
    pub fn quarter_of(self, day: Date) -> Quarter {
        Quarter::of(day.first_of_month().saturating_add(self.shift().months()))
    }

    /// The days of a quarter of these years.
    pub fn days_of(self, quarter: Quarter) -> Days {
        let back = |day: Date| day.first_of_month().saturating_sub(self.shift().months());
        Days {
            first: back(quarter.first_day()),
            last: back(quarter.last_day()).last_of_month(),
        }
    }

    /// The days of some quarters in a row, the last of them given.
    pub fn days_of_run(self, last: Quarter, quarters: i32) -> Days {
        let first = last.shifted(1 - quarters);
        Days {
            first: self.days_of(first).first,
            last: self.days_of(last).last,
        }
    }

    /// The name of a quarter: `2026-Q3`, or `FY2026-Q3` where years do not begin in January.
    pub fn name(self, quarter: Quarter) -> String {
        format!("{}{quarter}", self.prefix())
    }

    fn prefix(self) -> &'static str {
        if self.first_month == 1 { "" } else { "FY" }
    }

    /// Months by which these years run ahead of calendar years.
    fn shift(self) -> i8 {
        (13 - self.first_month) % 12
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// One quarter.
    Quarter(Quarter),
    /// One year.
    Year(i16),
    /// From one day to another.
    Days(Days),
}

/// A stretch of time with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// What it is called in the report.
    pub name: String,
    /// Its days.
    pub days: Days,
    /// Its quarter, where it is one.
    pub quarter: Option<Quarter>,
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl Period {
    /// The last complete quarter before a day.
    pub fn last_complete(calendar: Calendar, today: Date) -> Period {
        Period::Quarter(calendar.quarter_of(today).previous())
    }

    /// The period itself.
    pub fn stretch(self, calendar: Calendar) -> Stretch {
        match self {
            Period::Quarter(quarter) => Stretch {
                name: calendar.name(quarter),
                days: calendar.days_of(quarter),
                quarter: Some(quarter),
            },
            Period::Year(year) => Stretch {
                name: format!("{}{year}", calendar.prefix()),
                days: calendar.days_of_run(last_quarter(year), 4),
                quarter: None,
            },
            Period::Days(days) => span(days),
        }
    }

    /// The period directly before, of the same length.
    pub fn previous(self, calendar: Calendar) -> Stretch {
        match self {
            Period::Quarter(quarter) => Period::Quarter(quarter.previous()).stretch(calendar),
            Period::Year(year) => Period::Year(year.saturating_sub(1)).stretch(calendar),
            Period::Days(days) => span(days.before()),
        }
    }

    /// The same period a year earlier; `None` where that is the previous one.
    pub fn year_before(self, calendar: Calendar) -> Option<Stretch> {
        match self {
            Period::Quarter(quarter) => {
                Some(Period::Quarter(quarter.shifted(-4)).stretch(calendar))
            }
            Period::Year(_) => None,
            Period::Days(days) => Some(span(days.year_before())),
        }
    }

    /// The trailing four quarters; the period itself where it is a year or longer.
    pub fn window(self, calendar: Calendar) -> Stretch {
        match self {
            Period::Quarter(quarter) => run(calendar, quarter),
            Period::Year(_) => self.stretch(calendar),
            Period::Days(days) if days.count() >= 365 => span(days),
            Period::Days(days) => {
                let day_after = days.last.tomorrow().unwrap_or(days.last);
                span(Days {
                    first: day_after.saturating_sub(1.year()),
                    last: days.last,
                })
            }
        }
    }

    /// The stretch that the window is held against: as long, directly before it.
    pub fn before_window(self, calendar: Calendar) -> Stretch {
        match self {
            Period::Quarter(quarter) => run(calendar, quarter.shifted(-4)),
            Period::Year(_) => self.previous(calendar),
            Period::Days(_) => span(self.window(calendar).days.before()),
        }
    }
}

fn last_quarter(year: i16) -> Quarter {
    Quarter::of(Date::new(year, 12, 31).unwrap_or(Date::MAX))
}

fn run(calendar: Calendar, last: Quarter) -> Stretch {
    Stretch {
        name: format!(
            "{} to {}",
            calendar.name(last.shifted(-3)),
            calendar.name(last)
        ),
        days: calendar.days_of_run(last, 4),
        quarter: None,
    }
}

fn span(days: Days) -> Stretch {
    Stretch {
        name: format!("{} to {}", days.first, days.last),
        days,
        quarter: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter(text: &str) -> Quarter {
        text.parse().expect("a quarter")
    }

    #[test]
    fn fiscal_years_bear_the_number_of_the_year_in_which_they_end() {
        let october = Calendar::beginning_in(10).expect("a month");
        let days = october.days_of(quarter("2026-Q1"));
        assert_eq!(
            (days.first.to_string(), days.last.to_string()),
            ("2025-10-01".into(), "2025-12-31".into())
        );
        assert_eq!(october.quarter_of(days.last), quarter("2026-Q1"));
        assert_eq!(
            october.quarter_of(days.last.tomorrow().expect("a day")),
            quarter("2026-Q2")
        );
        let year = Period::Year(2026).stretch(october);
        assert_eq!(
            (year.name.as_str(), year.days.last.to_string()),
            ("FY2026", "2026-09-30".into())
        );
        let plain = Calendar::default();
        assert_eq!(
            plain.days_of(quarter("2026-Q1")).last.to_string(),
            "2026-03-31"
        );
    }

    #[test]
    fn a_window_is_four_quarters_or_the_period_where_that_is_longer() {
        let plain = Calendar::default();
        let window = Period::Quarter(quarter("2026-Q2")).window(plain);
        assert_eq!(window.name, "2025-Q3 to 2026-Q2");
        assert_eq!(window.days.first.to_string(), "2025-07-01");
        let days = |first: &str, last: &str| {
            Period::Days(Days {
                first: first.parse().expect("a day"),
                last: last.parse().expect("a day"),
            })
        };
        assert_eq!(
            days("2026-04-01", "2026-05-31").window(plain).name,
            "2025-06-01 to 2026-05-31"
        );
        assert_eq!(
            days("2025-01-01", "2026-05-31").window(plain).name,
            "2025-01-01 to 2026-05-31"
        );
        assert_eq!(
            days("2026-03-01", "2026-03-10").previous(plain).name,
            "2026-02-19 to 2026-02-28"
        );
    }
}
