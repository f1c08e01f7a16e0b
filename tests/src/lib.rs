//! What the end-to-end suites share.

pub mod guest;
pub mod recorded;
pub mod stand;
