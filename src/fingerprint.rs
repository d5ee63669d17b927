//! Fingerprint: how alike two texts are, told from sixty-four numbers each.

/// How many numbers a fingerprint has.
const WIDTH: usize = 64;

/// Words that make one shingle: fewer, and any two post-mortems share some; more, and one edited word spoils too many.
const WORDS: usize = 4;

/// Numbers that make one band.
const ROWS: usize = 4;

/// A small sketch of a text from which the share of passages that two texts have in common can be estimated.
///
/// It is MinHash over shingles of four words: the share of numbers that two fingerprints agree on estimates the Jaccard
/// similarity of the two sets of shingles, with a standard error of at most 0.0625. Letter case, punctuation, markup
/// characters and white space do not count; each character of a script that is written without spaces counts as a word.
///
/// A. Z. Broder, "On the resemblance and containment of documents", Compression and Complexity of Sequences, 1997.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    least: [u32; WIDTH],
}

impl Fingerprint {
    /// The numbers that make one band: two texts that are much alike agree in one with near certainty.
    pub const ROWS: usize = ROWS;

    /// The fingerprint of the texts of one document, each read by itself; `None` where there are fewer than four words.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Fingerprint> {
        let mut least = [u32::MAX; WIDTH];
        let mut window = [0_u64; WORDS];
        let mut seen = 0_usize;
        for word in texts.into_iter().flat_map(words) {
            window.rotate_left(1);
            window[WORDS - 1] = word;
            seen += 1;
            if seen >= WORDS {
                note(&mut least, &window);
            }
        }
        (seen >= WORDS).then_some(Fingerprint { least })
    }

    /// The estimated share of shingles that two texts have in common, from 0 to 1.
    pub fn similarity(&self, other: &Fingerprint) -> f64 {
        let same = self.least.iter().zip(&other.least);
        let same = same.filter(|(one, another)| one == another).count();
        same as f64 / WIDTH as f64
    }

    /// Whether two fingerprints agree in a whole band, at the same place.
    pub fn shares_band(&self, other: &Fingerprint) -> bool {
        let bands = self.least.chunks(ROWS).zip(other.least.chunks(ROWS));
        bands.into_iter().any(|(one, another)| one == another)
    }

    /// The fingerprint as 256 bytes, the same on every machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.least
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    }

    /// Reads what [`Fingerprint::to_bytes`] wrote; `None` for anything that is not 256 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Fingerprint> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        let least: Vec<u32> = numbers
            .iter()
            .map(|four| u32::from_le_bytes(*four))
            .collect();
        let least = least.try_into().ok().filter(|_| rest.is_empty())?;
        Some(Fingerprint { least })
    }
}

/// Lets one shingle lower the numbers of a fingerprint.
fn note(least: &mut [u32; WIDTH], window: &[u64; WORDS]) {
    let shingle = window
        .iter()
        .fold(0, |sum: u64, word| mixed(sum.rotate_left(7) ^ word));
    // Two halves give as many hash functions as are wanted: Kirsch and Mitzenmacher, "Less hashing, same performance", 2006.
    let step = mixed(shingle) | 1;
    let mut at = shingle;
    for number in least {
        at = at.wrapping_add(step);
        *number = (*number).min((mixed(at) >> 32) as u32);
    }
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit given.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The words of a text as numbers.
fn words(text: &str) -> impl Iterator<Item = u64> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty())
        .flat_map(|run| {
            let (spaced, unspaced) = match run.chars().any(is_unspaced) {
                true => (None, Some(run)),
                false => (Some(run), None),
            };
            let characters = unspaced.into_iter().flat_map(str::chars);
            let whole = spaced.map(|word| hashed(word.chars().flat_map(char::to_lowercase)));
            whole
                .into_iter()
                .chain(characters.map(|character| hashed([character])))
        })
}

/// Whether a character belongs to a script that is written without spaces between words.
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// FNV-1a over characters: short, and the same on every machine.
fn hashed(characters: impl IntoIterator<Item = char>) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    characters.into_iter().fold(start, |hash, character| {
        (hash ^ u64::from(u32::from(character))).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("word{number}")).collect()
    }

    fn of(text: &str) -> Fingerprint {
        Fingerprint::of([text]).expect("enough words")
    }

    #[test]
    fn the_same_words_are_the_same_whatever_stands_between_them() {
        let plain = of("The cache was stale for three days");
        assert_eq!(plain, of("**The cache** was\nstale   for *three* days!"));
        let parts = ["The cache was", "stale for three days"];
        assert_eq!(Some(plain), Fingerprint::of(parts));
        assert_eq!(Fingerprint::of(["only three words"]), None);
        assert_eq!(Fingerprint::of(["", "...", "---"]), None);
    }

    #[test]
    fn the_estimate_is_near_the_true_share() {
        let all = numbered(1000);
        // Windows of 600 words that overlap by 400: 397 of 797 shingles are in both.
        let (one, other) = (all[..600].join(" "), all[200..800].join(" "));
        let estimate = of(&one).similarity(&of(&other));
        assert!((estimate - 397.0 / 797.0).abs() < 0.15, "{estimate}");
        let apart = of(&all[..500].join(" ")).similarity(&of(&all[500..].join(" ")));
        assert!(apart < 0.05, "{apart}");
    }

    #[test]
    fn alike_texts_share_a_band_and_others_do_not() {
        let all = numbered(1000);
        let whole = of(&all[..600].join(" "));
        assert!(whole.shares_band(&of(&all[30..600].join(" "))));
        assert!(!whole.shares_band(&of(&all[600..].join(" "))));
    }

    #[test]
    fn text_without_spaces_is_compared_by_its_characters() {
        let one = of("検索サービスが三日間停止しました");
        let other = of("検索サービスが二日間停止しました");
        let similarity = one.similarity(&other);
        assert!((0.2..0.9).contains(&similarity), "{similarity}");
    }

    #[test]
    fn bytes_keep_it_whole() {
        let fingerprint = of("one two three four five");
        let bytes = fingerprint.to_bytes();
        assert_eq!(bytes.len(), 256);
        assert_eq!(Fingerprint::from_bytes(&bytes), Some(fingerprint));
        assert_eq!(Fingerprint::from_bytes(&bytes[1..]), None);
        assert_eq!(Fingerprint::from_bytes(&[]), None);
    }
}
