//! Cell: the numbers in the cells of a table of words, read as the standard library reads them, and sooner.

/// Powers of ten that are exact.
const TENS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// The number that a cell holds; `None` where it holds none.
pub(crate) fn number(cell: &str) -> Option<f64> {
    short(cell).or_else(|| cell.parse().ok())
}

/// A number of so few digits that both its digits and the power of ten below them are exact, so that their quotient is
/// the number nearest to what is written (W. D. Clinger, How to read floating point numbers accurately, 1990).
fn short(cell: &str) -> Option<f64> {
    let (sign, digits) = match cell.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, cell),
    };
    let (mut whole, mut point) = (0_u64, None);
    if digits.len() >= TENS.len() || !digits.starts_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    for (at, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => whole = whole * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(digits.len() - at - 1),
            _ => return None,
        }
    }
    Some(sign * (whole as f64 / TENS[point.unwrap_or(0)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_the_standard_library_reads() {
        let whole = ["0", "-0", "7", "12", "-6543", "999999999"];
        let cells = (0..1000).map(|cents| format!("{}.{:02}", cents % 37, cents % 100));
        let signed = cells.clone().map(|cell| format!("-{cell}"));
        let odd = [
            "", "-", ".", "1.", ".5", "1.2.3", "x", "1e3", "+1", "-.5", "inf", " 1",
        ];
        let long = ["3.14159265358979323846", "123456789012345678901"];
        let all = whole.iter().chain(&odd).chain(&long);
        for cell in all
            .map(|cell| (*cell).to_owned())
            .chain(cells)
            .chain(signed)
        {
            let expected: Option<f64> = cell.parse().ok();
            assert_eq!(
                number(&cell).map(f64::to_bits),
                expected.map(f64::to_bits),
                "{cell}"
            );
        }
    }
}
