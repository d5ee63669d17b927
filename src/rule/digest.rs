//! The digest of rules: the same digest, the same labels of the same text.

use crate::error::Error;
use crate::rule::Policy;
use crate::rule::RuleFile;
use crate::rule::RuleSet;
use crate::rule::file;
use crate::schema;

impl RuleSet {
    /// How the shipped rules weigh and decide, without making patterns of them.
    ///
    /// # Errors
    /// [`Error::Rule`] where the shipped file is broken, which a test rules out.
    pub fn shipped_policy() -> Result<Policy, Error> {
        file::read_policy(shipped())
    }

    /// The digest of the shipped rules alone, without making patterns of them: as that of [`RuleSet::shipped`].
    pub fn shipped_digest() -> String {
        let texts = |folder, ending| {
            let files = schema::folder(folder, ending).into_iter();
            files.map(|file| file.text)
        };
        let policy = shipped();
        let version = file::read_policy(policy).map_or(String::new(), |policy| policy.version);
        let mut hasher = blake3::Hasher::new();
        hasher.update(policy.text.as_bytes());
        let pack = [schema::file("vocabulary.toml")].into_iter();
        let pack = pack.chain(texts("rules", ".toml"));
        for text in pack.chain(texts("rules/context", ".toml")) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        let mut digest = format!("{version} {}", &hasher.finalize().to_hex().as_str()[..12]);
        let tables = [schema::file("leaning.tsv")].into_iter();
        for table in tables.chain(texts("telling", ".tsv")) {
            digest = with(&digest, table);
        }
        digest
    }
}

fn shipped() -> RuleFile<'static> {
    RuleFile {
        name: "policy.toml",
        text: schema::file("policy.toml"),
    }
}

/// A digest with another text in it.
pub(super) fn with(digest: &str, text: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(digest.as_bytes());
    hasher.update(text.as_bytes());
    let version = digest.rsplit_once(' ').map_or("", |(version, _)| version);
    format!("{version} {}", &hasher.finalize().to_hex().as_str()[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_the_shipped_rules_is_known_without_reading_them() {
        let shipped = RuleSet::shipped();
        assert_eq!(RuleSet::shipped_digest(), shipped.digest());
        let policy = RuleSet::shipped_policy().expect("a policy");
        assert_eq!(policy.calibration, shipped.policy().calibration);
    }
}
