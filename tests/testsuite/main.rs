//! Every test but those of the rules, in one binary.

mod report;
