//! The never-block lists: prefixes that must never be denied, from files, from S3 and from the accounts themselves.
//!
//! A list that can't be read is not an empty list. What was read of it last stays in force for as long as the list may be old (`max-age`); after that, and
//! where it was never read, nobody knows what stands in it: no new block is let through and no rule is added or widened until it can be read again.
//! What is in force stays. [`mod@format`] is pure, a [`Source`] fetches, [`Lists`] is what the rest of the host asks.

mod file;
pub mod format;
mod list;
mod lists;
#[cfg(feature = "aws")]
mod object;
mod own;
pub mod source;
#[cfg(test)]
mod tests;
pub mod when;

#[cfg(feature = "aws")]
pub use self::object::ObjectSource;
pub use self::{
    file::FileSource,
    format::Format,
    list::{List, ListStanding, ListTerms},
    lists::{Lists, Standing},
    own::OwnAddresses,
    source::{Fetched, Source, SourceError},
};
