//! What README and docs show is what the program answers, and every command has its transcripts.

use crate::desk::repository;

#[test]
fn transcripts_are_true() {
    trycmd::TestCases::new()
        .register_bin("pm-kb", std::path::Path::new(env!("CARGO_BIN_EXE_pm-kb")))
        .env("SOURCE_DATE_EPOCH", "1791000000")
        .env("NO_COLOR", "1")
        .case(repository("README.md"))
        .case(repository("docs/*.md"))
        .case(repository("tests/testsuite/cli/*.md"));
}
