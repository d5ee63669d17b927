//! A document on one line of JSON, with its original bytes.

use pm_kb::record::Record;
use serde_json::Value;
use serde_json::json;

use crate::json::to_line;

/// The schema of a line of an export.
pub(crate) const SCHEMA: &str = "pm-kb/document/1";

/// A document as `add --from-export` takes it. Bytes that are no UTF-8, such as UTF-16, stand in hexadecimal.
pub(crate) fn exported(record: &Record, bytes: &[u8]) -> String {
    let (text, hex) = match std::str::from_utf8(bytes) {
        Ok(text) => (Value::from(text), Value::Null),
        Err(_) => (Value::Null, Value::from(hexadecimal(bytes))),
    };
    object(record, (text, hex), false)
}

/// A document whose text is no longer the one that was added.
pub(crate) fn redacted(record: &Record, text: &str) -> String {
    object(record, (Value::from(text), Value::Null), true)
}

fn object(record: &Record, (text, hex): (Value, Value), redacted: bool) -> String {
    to_line(&json!({
        "schema": SCHEMA,
        "id": record.id.as_str(),
        "source": record.source,
        "path": record.path,
        "redacted": redacted,
        "text": text,
        "hex": hex,
    }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
