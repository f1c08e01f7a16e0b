//! Recordings: one alert with all that was told about it and all that came of it, in one readable file that can be replayed.
//!
//! A [`Recording`] is made of a [`Report`](crate::report::Report) alone ([`Recording::of`]), so a report that the journal keeps is one as well. [`load`] finds
//! recordings in a file, a folder or a journal. [`replay`] lets a plugin decide on one again, by the same code as the host's
//! live way, with the recorded facts and nothing else.

mod accept;
mod directory;
mod examined;
mod fact;
mod journal;
mod load;
mod of_report;
mod plugin;
mod read;
mod recorder;
mod recording;
pub mod redact;
mod replay;
mod save;
mod target;
#[cfg(test)]
mod tests;
mod unrecorded;

pub use self::{
    accept::NotAcceptable,
    directory::Directory,
    examined::Examined,
    fact::FactRecord,
    journal::load_journal,
    load::{LoadError, Loaded, SUFFIX, load, load_any},
    of_report::NotRecordable,
    plugin::PluginRecord,
    read::ReadError,
    recorder::{Recorder, Wanted},
    recording::{AlertRecord, FORMAT, Guards, Recording},
    replay::{Candidate, ReplayError, Replayed, intents, replay},
    save::SaveError,
    target::{HoldRecord, TargetRecord},
    unrecorded::Unrecorded,
};
