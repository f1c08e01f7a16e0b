//! Metrics: figures for a monitoring system, in the text format of Prometheus.
//!
//! There are two kinds. [`Counters`] are of this process, from its start, and only go up: what came in, what was decided, what failed. A [`State`] is how things stand when
//! somebody asks, most of it by the journal, so that it is right after a restart and for many processes. No label has an address, the id of an alert or the name of an
//! instance: how many series there are is bounded by the configuration and by the network ACLs that Quell has to do with.

mod counted_cloud;
mod counters;
mod label;
mod reception;
mod standing;
mod state;
mod text;

pub use self::{
    counters::Counters,
    reception::Reception,
    state::{BudgetUse, PluginState, State},
    text::{CONTENT_TYPE, text},
};
