//! Quarter: `2026-Q3`, its days, the quarter before and after.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;

/// A calendar quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quarter {
    year: i16,
    number: i8,
}

impl Quarter {
    /// The quarter that a day lies in.
    pub fn of(date: Date) -> Quarter {
        Quarter {
            year: date.year(),
            number: (date.month() - 1) / 3 + 1,
        }
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 4.
    pub fn number(self) -> i8 {
        self.number
    }

    /// The first day.
    pub fn first_day(self) -> Date {
        Date::constant(self.year, (self.number - 1) * 3 + 1, 1)
    }

    /// The last day.
    pub fn last_day(self) -> Date {
        let month = Date::constant(self.year, self.number * 3, 1);
        month.last_of_month()
    }

    /// The quarter before.
    pub fn previous(self) -> Quarter {
        self.shifted(-1)
    }

    /// The quarter `by` quarters later, or earlier where `by` is negative.
    pub fn shifted(self, by: i32) -> Quarter {
        let count = i32::from(self.year) * 4 + i32::from(self.number) - 1 + by;
        Quarter {
            year: i16::try_from(count.div_euclid(4)).unwrap_or(self.year),
            number: i8::try_from(count.rem_euclid(4) + 1).unwrap_or(self.number),
        }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = Error;

    /// Reads `2026-Q3`, `2026Q3` or `2026-q3`.
    fn from_str(text: &str) -> Result<Quarter, Error> {
        let invalid = || Error::Invalid {
            what: "quarter",
            value: text.to_owned(),
            expected: "a year and a quarter as in `2026-Q3`".to_owned(),
        };
        let lower = text.trim().to_ascii_lowercase();
        let (year, number) = lower.split_once('q').ok_or_else(invalid)?;
        let year = year.trim_end_matches('-');
        if year.len() != 4 || number.len() != 1 {
            return Err(invalid());
        }
        let year: i16 = year.parse().map_err(|_| invalid())?;
        let number: i8 = number.parse().map_err(|_| invalid())?;
        if !(1900..=9998).contains(&year) || !(1..=4).contains(&number) {
            return Err(invalid());
        }
        Ok(Quarter { year, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_knows_its_days_and_its_neighbours() {
        let quarter: Quarter = "2026-Q1".parse().expect("a quarter");
        assert_eq!(quarter.first_day().to_string(), "2026-01-01");
        assert_eq!(quarter.last_day().to_string(), "2026-03-31");
        assert_eq!(quarter.previous().to_string(), "2025-Q4");
        assert_eq!(quarter.shifted(7).to_string(), "2027-Q4");
        assert_eq!(Quarter::of(quarter.last_day()), quarter);
        for bad in ["2026", "2026-Q5", "26-Q1", "2026-Q", "Q1-2026"] {
            assert!(bad.parse::<Quarter>().is_err(), "{bad}");
        }
    }
}
