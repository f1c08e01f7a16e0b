//! `[door]`: the ways in for alerts beside the HTTP door, as many of each kind as are wanted.

pub mod folder;
pub mod queue_url;
pub mod sns;
pub mod sqs;
pub mod syslog;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{folder::FolderTable, sns::SnsTable, sqs::SqsTable, syslog::SyslogTable};
pub use self::{
    folder::{Folder, Source},
    queue_url::QueueUrl,
    sns::{Sns, TopicArn},
    sqs::{DeadLetters, Sqs},
    syslog::{Syslog, Transport},
};
use super::{checks::Checks, path::Path};

/// The doors of the daemon, beside its HTTP door.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doors {
    /// Queues that are asked for messages.
    pub sqs: Vec<Sqs>,
    /// Topics that send to the HTTP door.
    pub sns: Vec<Sns>,
    /// Ports that take syslog messages.
    pub syslog: Vec<Syslog>,
    /// Folders that files are put into.
    pub folder: Vec<Folder>,
}

/// The ways in for alerts beside the HTTP door: `[[door.sqs]]`, `[[door.sns]]`, `[[door.syslog]]`, `[[door.folder]]`. Only `quell serve` opens them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Door")]
pub(super) struct DoorTable {
    pub(super) sqs: Vec<SqsTable>,
    pub(super) sns: Vec<SnsTable>,
    pub(super) syslog: Vec<SyslogTable>,
    pub(super) folder: Vec<FolderTable>,
}

impl DoorTable {
    /// Checks each door, and those of a kind beside one another. A door in which something is wrong is left out.
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Doors {
        let doors = Doors {
            sqs: each(self.sqs, &here.join("sqs"), |table, here| table.check(here, checks)),
            sns: each(self.sns, &here.join("sns"), |table, here| {
                Some(table.check(here, checks))
            }),
            syslog: each(self.syslog, &here.join("syslog"), |table, here| {
                table.check(here, checks)
            }),
            folder: each(self.folder, &here.join("folder"), |table, here| {
                table.check(here, checks)
            }),
        };
        sns::check_beside(&doors.sns, &here.join("sns"), checks);
        doors
    }
}

fn each<T, C>(tables: Vec<T>, here: &Path, mut check: impl FnMut(T, &Path) -> Option<C>) -> Vec<C> {
    let tables = tables.into_iter().enumerate();
    tables
        .filter_map(|(index, table)| check(table, &here.element(index)))
        .collect()
}
