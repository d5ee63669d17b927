//! The digest by which a page allows its own style sheet, computed independently: SHA-256 (FIPS 180-4) in base64.

use pm_kb::report::html;
use pm_kb::schema;

/// The first 32 bits of the fractional parts of a root of the first primes.
fn fractions(count: usize, root: fn(f64) -> f64, power: u32) -> Vec<u32> {
    let is_prime = |n: &u128| {
        (2..*n)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    (2u128..)
        .filter(is_prime)
        .take(count)
        .map(|prime| fraction(prime, root, power))
        .collect()
}

/// Found in whole numbers, since a float has too few digits: the root of the prime times 2^32.
fn fraction(prime: u128, root: fn(f64) -> f64, power: u32) -> u32 {
    let below = |x: u128| x.pow(power) <= prime << (32 * power);
    let mut x = (root(prime as f64) * 4_294_967_296.0) as u128 - 64;
    while below(x + 1) {
        x += 1;
    }
    x as u32
}

fn sha256(text: &[u8]) -> Vec<u8> {
    let (mut state, keys) = (fractions(8, f64::sqrt, 2), fractions(64, f64::cbrt, 3));
    let mut bytes = text.to_vec();
    bytes.push(0x80);
    bytes.resize((bytes.len() + 8).next_multiple_of(64) - 8, 0);
    bytes.extend((text.len() as u64 * 8).to_be_bytes());
    for block in bytes.chunks(64) {
        let mut w: Vec<u32> = block
            .chunks(4)
            .map(|four| u32::from_be_bytes(four.try_into().expect("four bytes")))
            .collect();
        for t in 16..64 {
            let (a, b) = (w[t - 15], w[t - 2]);
            let low = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let high = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w.push(
                w[t - 16]
                    .wrapping_add(low)
                    .wrapping_add(w[t - 7])
                    .wrapping_add(high),
            );
        }
        let mut s = state.clone();
        for t in 0..64 {
            let e = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
            let choice = (s[4] & s[5]) ^ (!s[4] & s[6]);
            let one = [e, choice, keys[t], w[t]]
                .into_iter()
                .fold(s[7], u32::wrapping_add);
            let a = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
            let two = a.wrapping_add((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(one);
            s[0] = one.wrapping_add(two);
        }
        state
            .iter_mut()
            .zip(s)
            .for_each(|(one, other)| *one = one.wrapping_add(other));
    }
    state.into_iter().flat_map(u32::to_be_bytes).collect()
}

fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| {
            word << 8 | u32::from(three.get(at).copied().unwrap_or(0))
        });
        let sign = |at: usize| match at <= three.len() {
            true => char::from(letters[(word >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        };
        out.extend((0..4).map(sign));
    }
    out
}

#[test]
fn a_page_allows_its_own_style_sheet() {
    let known = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    assert_eq!(base64(&sha256(b"abc")), known, "the vector of the standard");
    let style = schema::file("report/report.css");
    let digest = format!("sha256-{}", base64(&sha256(style.as_bytes())));
    assert_eq!(
        html::STYLE_DIGEST,
        digest,
        "set STYLE_DIGEST to this after a change of report.css"
    );
}
