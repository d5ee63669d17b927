//! The fields of the index, and the document that a record becomes. (A sketch, until search brings its own.)

use tantivy::Index;
use tantivy::TantivyDocument;
use tantivy::schema::FAST;
use tantivy::schema::STRING;
use tantivy::schema::Schema;
use tantivy::schema::TEXT;

use crate::postmortem::Postmortem;
use crate::record::Record;

/// Raised with every change in how text becomes words; an index of another version is made anew.
pub(super) const ANALYZER_VERSION: u32 = 0;

/// The fields. `id`, `rev` and `hash` are what the writer relies on.
pub(super) fn schema() -> Schema {
    let mut builder = Schema::builder();
    builder.add_text_field("id", STRING | FAST);
    builder.add_i64_field("rev", FAST);
    builder.add_u64_field("hash", FAST);
    builder.add_text_field("body", TEXT);
    builder.build()
}

/// A digest of the fields and their options.
pub(super) fn digest() -> String {
    let text = serde_json::to_string(&schema()).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// Makes the analysers known to an index that was just opened.
pub(super) fn register(_index: &Index) {}

/// The document that is indexed for a record.
pub fn document(record: &Record, postmortem: &Postmortem, rev: i64) -> TantivyDocument {
    let schema = schema();
    let mut document = TantivyDocument::new();
    let field = |name| schema.get_field(name).expect("a field of the schema above");
    document.add_text(field("id"), record.id.as_str());
    document.add_i64(field("rev"), rev);
    for block in &postmortem.blocks {
        document.add_text(field("body"), &block.text);
    }
    document
}
