//! The files that `build.rs` puts into the binary: each as its path in its folder and its text.

/// Files of one folder.
type Files = &'static [(&'static str, &'static str)];

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
