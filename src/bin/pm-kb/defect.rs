//! Defects: a panic that nobody expected is told in one line; one that was expected and caught is not told at all.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Mutex;

use crate::message;
use crate::terminal::Terminal;

/// What the last panic said, and where.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// The exit status of a program that has failed, as Rust has it.
const FAILED: u8 = 101;

/// Works, and tells in one line if that fails. A damaged index makes tantivy panic; the library catches that and mends
/// the index, and nobody wants to read a stack of it. With RUST_BACKTRACE everything is told.
pub(crate) fn told(work: impl FnOnce() -> ExitCode) -> ExitCode {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        panic::set_hook(Box::new(|panic| {
            if let Ok(mut last) = LAST.lock() {
                *last = Some(panic.to_string());
            }
        }));
    }
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let said = LAST.lock().ok().and_then(|mut last| last.take());
        let said = said.unwrap_or_else(|| "no more is known".to_owned());
        let mut terminal = Terminal::standard(anstream::ColorChoice::Auto, false);
        let error = anyhow::anyhow!(
            "pm-kb failed, which is a defect of pm-kb: {said} — report it; what was told as stored is stored"
        );
        message::error(&mut terminal, &error);
        ExitCode::from(FAILED)
    })
}
