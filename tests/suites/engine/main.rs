//! The engine as a whole, driver and journal and all, on a strict simulated account. The packet oracle judges after every single write.
mod case;
mod crowded;
mod edits;
mod ending;
mod learning;
mod property;
mod strategy;
mod verdict;
mod watch;
mod world;
