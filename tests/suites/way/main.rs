//! The way of an alert, whole: from bytes to deny entries on a simulated account, and back. Read it as the list of what users fear.

mod acting;
mod ahead;
mod approvals;
mod budgets;
mod delayed;
mod ending;
mod evidence;
mod evil;
mod failing;
mod instances;
mod keeping;
mod never_block;
mod orders;
mod places;
mod plugins;
mod recordings;
mod redaction;
mod spoofing;
mod weather;
