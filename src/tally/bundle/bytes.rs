//! Reading: numbers, dates and texts as bytes. What ends too soon reads as nothing.

use jiff::civil::Date;

/// A number for the year 0, so that no year is negative.
const YEAR_0: i32 = 10_000;

pub(super) fn write_number(to: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// The sign goes to the end, so that small numbers stay short.
pub(super) fn write_signed(to: &mut Vec<u8>, number: i64) {
    write_number(to, ((number << 1) ^ (number >> 63)) as u64);
}

pub(super) fn write_text(to: &mut Vec<u8>, text: &str) {
    write_number(to, text.len() as u64);
    to.extend(text.as_bytes());
}

pub(super) fn write_date(to: &mut Vec<u8>, date: Date) {
    let year = (i32::from(date.year()) + YEAR_0) as u64;
    write_number(
        to,
        year << 9 | (date.month() as u64) << 5 | date.day() as u64,
    );
}

/// Some bytes, read from their beginning on.
pub(in crate::tally) struct Reading<'b>(&'b [u8]);

impl<'b> Reading<'b> {
    pub(in crate::tally) fn of(bytes: &'b [u8]) -> Reading<'b> {
        Reading(bytes)
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A number of things, or the place of one.
    pub(in crate::tally) fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = self.length()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }

    pub(super) fn date(&mut self) -> Option<Date> {
        let number = self.number()?;
        let year = i32::try_from(number >> 9).ok()? - YEAR_0;
        let (month, day) = ((number >> 5 & 0xf) as i8, (number & 0x1f) as i8);
        Date::new(i16::try_from(year).ok()?, month, day).ok()
    }
}
