-- The record: every post-mortem as it was filed and what was concluded. Never edited after release.
-- Text stands apart from facts, so that listing and counting never page it in. Every row is sealed:
-- `row_hash` is BLAKE3 over all its other columns, because SQLite's pages have no checksum.

CREATE TABLE meta (
    only_row       INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    kb_id          TEXT    NOT NULL, -- 128 random bits, made once
    epoch          TEXT    NOT NULL, -- 64 random bits, made anew by a restore
    rev            INTEGER NOT NULL, -- one more for every changed record, never used twice
    live           INTEGER NOT NULL, -- how many rows `record` has
    schema_version INTEGER NOT NULL, -- equal to user_version
    index_gen      INTEGER NOT NULL, -- the generation of the index in use, 0 for none
    written_by     TEXT    NOT NULL, -- the version of the program that wrote last
    row_hash       BLOB    NOT NULL
) STRICT;

-- What packs `record.detail` and `original.bytes`: made once from the first documents, so that a base needs nothing else
-- to be read.
CREATE TABLE dictionary (
    number   INTEGER NOT NULL PRIMARY KEY,
    bytes    BLOB    NOT NULL,
    row_hash BLOB    NOT NULL
) STRICT;

CREATE TABLE record (
    number         INTEGER NOT NULL PRIMARY KEY, -- of this file alone: it is neither shown nor sealed
    id             TEXT    NOT NULL UNIQUE,
    rev            INTEGER NOT NULL,
    source         TEXT    NOT NULL, -- the path as given
    path           TEXT    NOT NULL, -- the absolute path, empty for standard input
    kind           TEXT    NOT NULL, -- what it counts as
    read_kind      TEXT    NOT NULL, -- what the parser took it for; differs for a duplicate
    language       TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    day            TEXT,             -- the day it counts in, YYYY-MM-DD
    severity       INTEGER,
    failure_mode   TEXT    NOT NULL,
    decay          TEXT    NOT NULL,
    ruleset        TEXT    NOT NULL, -- the rules that gave the labels
    detail         BLOB    NOT NULL, -- facts, metadata, labels with their evidence, lineage: JSON, packed; sealed as JSON
    content_hash   BLOB    NOT NULL, -- BLAKE3 of the original bytes
    level          INTEGER,          -- of the headings that divide its file, where it is a part of one
    is_judged      INTEGER NOT NULL, -- whether people have overruled something
    page           TEXT,             -- the id that the exporting tool gave to the page
    duplicate_of   TEXT,             -- the record that it is a duplicate of
    fingerprint    BLOB,             -- what near copies are found by
    row_hash       BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX record_by_rev ON record (rev);
CREATE INDEX record_by_path ON record (path) WHERE path <> '';
CREATE INDEX record_by_content ON record (content_hash, rev);
CREATE INDEX record_that_counts ON record (content_hash, rev) WHERE duplicate_of IS NULL;
CREATE INDEX record_by_day ON record (day, kind, failure_mode, decay, severity);
CREATE INDEX record_by_page ON record (page) WHERE page IS NOT NULL;
CREATE INDEX record_by_original ON record (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX record_by_ruleset ON record (ruleset);
CREATE INDEX record_that_is_part ON record (path, level) WHERE level IS NOT NULL;
CREATE INDEX record_that_is_judged ON record (id) WHERE is_judged = 1;

-- The bytes as they came, packed; the seal is `record.content_hash`.
CREATE TABLE original (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES record (number),
    bytes  BLOB    NOT NULL
) STRICT;

-- Of every record the lowest byte of each number of its fingerprint, so that all can be looked through at once. Counted
-- anew by every check-up.
CREATE TABLE sketch (
    block INTEGER NOT NULL PRIMARY KEY, -- of 64 record numbers
    bytes BLOB    NOT NULL              -- 64 for each of them, all zero where there is none
) STRICT;

-- What was removed, so that the index can be told.
CREATE TABLE tombstone (
    id       TEXT    NOT NULL PRIMARY KEY,
    rev      INTEGER NOT NULL,
    row_hash BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX tombstone_by_rev ON tombstone (rev);

-- What a report counts of each record, so that it reads no record: derived, and taken from the record again where it is
-- missing, of another version or not as it was sealed.
CREATE TABLE tally (
    rev        INTEGER NOT NULL PRIMARY KEY, -- of the record that it was taken from
    version    INTEGER NOT NULL,             -- of the form, and of the rules of what is secret
    id         TEXT    NOT NULL,
    labels     TEXT    NOT NULL, -- JSON
    figures    TEXT    NOT NULL, -- JSON
    has_secret INTEGER NOT NULL,
    row_hash   BLOB    NOT NULL
) STRICT;

-- What `tally` held of the records of one quarter, packed once there is much of it: a report then reads few rows.
CREATE TABLE bundle (
    quarter  TEXT    NOT NULL PRIMARY KEY, -- by the calendar, empty for the undated
    version  INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    row_hash BLOB    NOT NULL
) STRICT;

-- The revisions in bundles whose records were filed anew or removed since.
CREATE TABLE bundle_gone (
    rev INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- The keys of `record.metadata` and how many records have each: the query language asks for them at every search.
-- Counted anew by every check-up.
CREATE TABLE metadata_key (
    name    TEXT    NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The folders that were added, so that a document that moved within them is found again. Of this machine alone.
CREATE TABLE root (
    path   TEXT NOT NULL PRIMARY KEY, -- absolute
    source TEXT NOT NULL              -- as given
) STRICT, WITHOUT ROWID;
