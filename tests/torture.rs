//! The long version of the tests that need many tries: `cargo test --locked --test torture -- --nocapture --test-threads=1`.
//!
//! The default run leaves it out. The sizes are those of docs/reliability.md; a variable of the environment
//! (`PM_KB_KILLS`, `PM_KB_CUTS`, `PM_KB_HALVES`, `PM_KB_FLIPS`, `PM_KB_ROUNDS`, `PM_KB_FUZZ`) sets another. Needs root, strace and a loop
//! device for all of it; what cannot run says so.

#![allow(
    missing_docs,
    clippy::print_stderr,
    clippy::unwrap_used,
    dead_code,
    unused_imports
)]

const LONG: bool = true;

#[path = "testsuite/base.rs"]
mod base;
#[path = "testsuite/coverage.rs"]
mod coverage;
#[path = "testsuite/crowd.rs"]
mod crowd;
#[path = "testsuite/desk.rs"]
mod desk;
#[path = "testsuite/faults.rs"]
mod faults;
#[path = "testsuite/flips.rs"]
mod flips;
#[path = "testsuite/fuzz.rs"]
mod fuzz;
#[path = "testsuite/interrupted.rs"]
mod interrupted;
#[path = "testsuite/killing.rs"]
mod killing;
#[path = "testsuite/known_items.rs"]
mod known_items;
#[path = "testsuite/migration.rs"]
mod migration;
#[path = "testsuite/power.rs"]
mod power;
#[path = "testsuite/review.rs"]
mod review;
#[path = "testsuite/size.rs"]
mod size;
