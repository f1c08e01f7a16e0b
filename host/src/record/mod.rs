//! Recordings: one alert with all that was told about it and all that came of it, in one readable file that can be replayed.
//!
//! A [`Recording`] is made of a [`Report`](crate::report::Report) alone ([`Recording::of`]), so a report that the journal keeps is one as well. [`load`] finds
//! recordings in a file, a folder or a journal. [`replay`] lets a plugin decide on one again, by the same code as the host's
//! live way, with the recorded facts and nothing else.

mod accept;
mod examined;
mod fact;
mod load;
mod of_report;
mod plugin;
mod read;
mod recording;
mod replay;
mod save;
mod target;

pub use self::{
    accept::NotAcceptable,
    examined::Examined,
    fact::FactRecord,
    load::{LoadError, Loaded, SUFFIX, load},
    of_report::NotRecordable,
    plugin::PluginRecord,
    read::ReadError,
    recording::{AlertRecord, FORMAT, Guards, Recording},
    replay::{Candidate, ReplayError, Replayed, Unrecorded, replay},
    save::SaveError,
    target::{HoldRecord, TargetRecord},
};
