//! Secrets: kept in AWS, rotated under a daemon, and never told to anybody.

mod kept;
mod never_told;
mod rotation;
mod searched;
