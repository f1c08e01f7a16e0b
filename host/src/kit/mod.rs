//! The tools of plugin authors: from a name to a folder that builds ([`new`]), and from a folder to a component ([`build`]).

pub mod build;
pub mod new;
