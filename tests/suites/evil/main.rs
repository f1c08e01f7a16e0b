//! Plugins that attack their host. Each attack ends in its own clear error, within its limit, and the next decision is made as if nothing had
//! happened.

mod answers;
mod arena;
mod cache;
mod host_calls;
mod loading;
mod module;
mod panics;
mod space;
mod time;
