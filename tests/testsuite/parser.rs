//! The parser: what a reader notices, what holds for every input, and how many facts it finds.

mod date_order;
mod figures;
mod properties;
mod reading;
mod repair;
mod told;
