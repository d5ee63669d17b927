-- The text files beside the record (verdicts, configuration, rules), so that a backup is one file. Empty in a base that
-- is in use: there the files themselves prevail.

CREATE TABLE team_file (
    name     TEXT NOT NULL PRIMARY KEY, -- below the base's folder, with `/`
    bytes    BLOB NOT NULL,
    row_hash BLOB NOT NULL
) STRICT;
