//! Crashes and broken wires: the program as a process that is killed at every step, and EC2 as it is on bad days. Whatever happened, in the end there
//! are exactly the right entries: no orphan, none twice, nobody else's touched.
mod bad_days;
mod flow;
mod isolated;
mod killed;
mod lanes;
mod settled;
mod yesterday;
