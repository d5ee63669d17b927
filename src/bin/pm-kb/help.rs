//! Help: what stands below the options: first steps, examples, the filters of a query.

/// Below the list of commands.
pub(crate) const FIRST_STEPS: &str = "\
First steps:
  pm-kb demo                          see it at work on built-in examples
  pm-kb add FOLDER                    store your own post-mortems in ./.pm-kb
  pm-kb search timeouts after a retrain
  pm-kb report --year 2026

Results go to standard output, everything else to standard error. Nothing leaves this machine.

Exit status:
  0  done, found, all stored          3  some inputs were refused, the good ones are stored
  1  a negative answer                4  no knowledge base, or one that cannot be used
  2  usage or configuration           5  the environment: disk, permissions";

/// Below the options of `add`.
pub(crate) const ADD: &str = "\
Examples:
  pm-kb add postmortems               a folder and all below it; .gitignore is respected
  pm-kb add 2026/*.md
  curl -s URL | pm-kb add -
  pm-kb add . --json | jq -r '.[] | select(.outcome == \"refused\") | .source'

One line a document: added, updated, moved, unchanged or refused, written once the document is safe on the disk. \
Files with other endings, hidden ones and symbolic links in folders are passed over and counted.";

/// Below the options of `search`.
pub(crate) const SEARCH: &str = "\
Examples:
  pm-kb search stale embeddings after a failed cron job
  pm-kb search '\"schema change\"' mode:schema-drift quarter:2026-Q2
  pm-kb search root-cause:kafka --files | xargs less
  pm-kb search timeout -retry

Words rank, +word and --all require, -word excludes, \"a phrase\", OR, ( ), stale*. A section as a field: root-cause:, \
action:, title:. Filters as for `pm-kb list --help`. A query is never an error: what is no filter is searched as text, \
and a note says so. `-` reads the query from standard input.";

/// Below the options of `similar`.
pub(crate) const SIMILAR: &str = "\
Examples:
  pm-kb similar fraud-embeddings-three-days-old
  pm-kb similar draft.md
  echo 'scores froze after the nightly embedding job' | pm-kb similar -
  pm-kb similar draft.md --not old-incident-id

Each one comes with its reasons: service, model, failure mode and the rare words that both have. What --not names is \
remembered in unrelated.jsonl beside the knowledge base, and left out from then on. Exit status 1: nothing similar is \
known.";

/// Below the options of `list`.
pub(crate) const LIST: &str = "\
Examples:
  pm-kb list mode:feature-staleness quarter:2026-Q3
  pm-kb list is:unclassified severity:SEV1
  pm-kb list service:fraud-scorer --json | jq '.[].id'

Filters:
  mode: decay: response: rollback: detection: stage: first-diagnosis: confidence: severity:
  service: asset: model: team: status: and every other key of your front matter
  quarter:2026-Q3  date:2026-01-01..2026-03-31  after:2026-07  before:2026-07-03
  is:silent is:misdiagnosed is:unclassified is:undated is:disputed is:unreviewed is:labelled is:near-miss
  has:actions

The same filter twice means either of the two values, different filters mean all of them, -filter means not.";

/// Below the options of `classify`.
pub(crate) const CLASSIFY: &str = "\
Examples:
  pm-kb classify draft.md --explain
  pm-kb classify postmortems --json
  printf '%s\\n' '{\"id\": \"a\", \"text\": \"# Title …\"}' | pm-kb classify --input-format jsonl -

The last is a filter for programs: one line in, one line out, in order, at once. A line that cannot be read is \
answered by an object with the schema pm-kb/error/1, and the exit status stays 0. No knowledge base is needed or made; \
the rules of the one that is meant count, where there is one.";

/// Below the options of `label`.
pub(crate) const LABEL: &str = "\
Examples:
  pm-kb label pm-0147 mode=feature-staleness --why 'the view was two days old'
  pm-kb label pm-0147 response=rollback,backfill severity=SEV1 team=risk
  pm-kb label pm-0147 kind=incident   count it after all; kind=duplicate: do not
  pm-kb label pm-0147 mode --undo     what stood before stands again

Labels: failure_mode decay response rollback_target rollback_helped detection first_diagnosis silent stage near_miss \
model_decay_kind none_kind. Facts: date onset detected mitigated resolved minutes_to_detect minutes_to_diagnose \
minutes_to_mitigate minutes_to_resolve severity status services models assets team origin_team trigger hours_lost money \
users_affected links url. Besides: title, kind.

Each verdict is a line at the end of verdicts.jsonl in the knowledge base: commit it. It survives a new export, a new \
name, other rules and a knowledge base made anew.";

/// Below the options of `review`.
pub(crate) const REVIEW: &str = "\
Examples:
  pm-kb review                        one incident after the other; every key writes its verdicts at once
  pm-kb review 'quarter:2026-Q2' -n 20
  pm-kb review --export review.csv    the same in a spreadsheet: evidence in the row, columns to fill in
  pm-kb review --import review.csv

First come the incidents whose label would move the headlines of the report most and is least sure, then what is \
disputed, contradictory, unclassified or undated. Leave at any time: what is decided is written and does not come again. \
In the table `accept` takes the labels of the row as they are, `set_failure_mode` and any other `set_FIELD` another value. \
With --keys the same keys are read as lines: a, m VALUE, d VALUE, r VALUE, f VALUE, x FIELD=VALUE, s, o, u, q.";

/// Below the options of `audit`.
pub(crate) const AUDIT: &str = "\
Examples:
  pm-kb audit -n 40                   draw 40 at random and read them here, without their labels; again: read on
  pm-kb audit -n 40 --seed 7 --export audit.csv
  pm-kb audit --import audit.csv
  pm-kb audit --status                how often each label is right here, and what that does to the headlines

What is drawn and what is found stands in audits.jsonl in the knowledge base, made to be committed; what is found is a \
verdict, too. Audits add up. From ten audited documents on `pm-kb report` takes wrong labels out of every share, and its \
intervals hold both errors. With --keys answers are read as lines: a value or its number, - for not stated, s, q.";

/// Below the options of `eval`.
pub(crate) const EVAL: &str = "\
Examples:
  pm-kb eval LABELS.tsv DIR           the labels of the rules against those of a reader, and every miss
  pm-kb eval --facts FACTS.tsv DIR    the same for dates, clocks, costs and the other facts
  pm-kb eval --verdicts               your team's own verdicts as gold: what a change of rules gains and loses

With --verdicts what the rules alone say now is held against what people decided, and against what the rules said when \
they decided it.";

/// Below the options of `health`.
pub(crate) const HEALTH: &str = "\
Examples:
  pm-kb health
  pm-kb health --json | jq -r '.findings[] | select(.finding == \"undated\") | .ids[]'

Names that are likely one service, model or team are suggested as lines for aliases.toml in the knowledge base:
  [services]
  \"fraud-scorer\" = [\"Fraud Scoring\", \"FSS\"]
Case and punctuation do not matter there. `pm-kb sync` lays changed aliases over the records.";

/// Below the options of `sync`.
pub(crate) const SYNC: &str = "\
Examples:
  pm-kb sync --dry-run                what has changed since the documents were added
  git pull && pm-kb sync              with the verdicts of your colleagues
  pm-kb sync --prune                  and forget what is gone

One line a document: updated, moved, gone (removed with --prune), refused, labelled by a colleague, in conflict. \
Documents that are new in the folders are only counted: `pm-kb add` takes them in.";

/// Below the options of `reclassify`.
pub(crate) const RECLASSIFY: &str = "\
Examples:
  pm-kb reclassify --dry-run          what other rules would change
  pm-kb reclassify --json | jq -r '.[] | .rule' | sort | uniq -c

Verdicts of people stay. Only what other rules than those in force have labelled is looked at.";

/// Below the commands of `rules`.
pub(crate) const RULES: &str = "\
Examples:
  pm-kb rules list --mode feature-staleness
  pm-kb rules show PMK-STALE-001
  pm-kb rules test .pm-kb/rules/acme.toml
  pm-kb rules stats LABELS.tsv DIR    with the precision of every rule
  pm-kb reclassify --dry-run          what your rules would change

Your own rules stand in .pm-kb/rules/*.toml, your words in .pm-kb/vocabulary.toml, what you switch off or settle in \
.pm-kb/overrides.toml: text files, made to be committed. While one of them is broken, the rules of before stay in force.";

/// Below the options of `doctor`.
pub(crate) const DOCTOR: &str = "\
Examples:
  pm-kb doctor                        nothing is changed; exit status 1 where something is damaged
  pm-kb doctor --repair               a damaged index is made anew

Every row of the record is held against its seal, every document against its hash, the index against its checksums and \
against the record. An index that is merely behind, and what killed commands have left, is put right and is no finding.";

/// Below the options of `backup` and `restore`.
pub(crate) const BACKUP: &str = "\
Examples:
  pm-kb backup ../pm-kb-2026-07-03.sqlite
  pm-kb --kb elsewhere restore ../pm-kb-2026-07-03.sqlite

A backup is the record with every original document, and the team's files: verdicts, configuration, rules. It is \
verified before it gets its name, and may be made while others write. To copy kb.sqlite by hand loses what stands in \
its log. A restore needs a folder without a knowledge base; files of the team that are there are left alone.";

/// Below the options of `export`.
pub(crate) const EXPORT: &str = "\
Examples:
  pm-kb export --output all.jsonl     pm-kb add --from-export all.jsonl makes the same base again
  pm-kb export --markdown DIR         the original files, each under its id
  pm-kb export mode:feature-staleness quarter:2026-Q3 | jq -r .id

The bytes are those that were added. Verdicts stand in verdicts.jsonl beside the base and are not in an export. Filters \
as for `pm-kb list --help`.";

/// Below the options of `report`.
pub(crate) const REPORT: &str = "\
Examples:
  pm-kb report                        the last complete quarter, page one; --full adds the appendix
  pm-kb report --quarter 2026-Q3 --format md --output 2026-Q3.md
  pm-kb report --from 2025-Q2 --to 2026-Q3 service:fraud-scorer
  pm-kb report --year 2026 --pattern 'response:retrain decay:data-decay / response:retrain'

Filters as for `pm-kb list --help`.";
