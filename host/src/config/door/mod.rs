//! `[door]`: the ways in for alerts beside the HTTP door, as many of each kind as are wanted.

pub mod folder;
pub mod queue_url;
pub mod sns;
pub mod sqs;
pub mod syslog;
pub mod webhook;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(in crate::config) use self::folder::is_bucket;
use self::{folder::FolderTable, sns::SnsTable, sqs::SqsTable, syslog::SyslogTable, webhook::WebhookTable};
pub use self::{
    folder::{Folder, Source},
    queue_url::QueueUrl,
    sns::{SignatureRule, Sns, TopicArn},
    sqs::{DeadLetters, Sqs},
    syslog::{Syslog, Transport},
    webhook::{HmacRule, Webhook},
};
use super::{checks::Checks, http::Http, path::Path};

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
    /// Ways in for single senders, at the HTTP door.
    pub webhook: Vec<Webhook>,
}

impl Doors {
    /// Whether something comes to the HTTP door that has more to show than its token: then it needs none.
    pub(super) fn are_guarded(&self) -> bool {
        let is_checked = |door: &Sns| door.signatures == SignatureRule::Required;
        !self.webhook.is_empty() || (!self.sns.is_empty() && self.sns.iter().all(is_checked))
    }

    /// Senders show a certificate only where the HTTP door asks for one.
    pub(super) fn check_clients(&self, http: &Http, here: &Path, checks: &mut Checks<'_>) {
        let asks = http.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
        for (index, webhook) in self.webhook.iter().enumerate() {
            if webhook.client.is_some() && !asks {
                checks.fail(
                    &here.join("webhook").element(index).join("client"),
                    "`client` asks for a certificate, and nobody shows one unless [http] asks for it",
                    "give `certificate`, `key` and `client-ca` in [http], or take `client` out",
                );
            }
        }
    }
}

/// The ways in for alerts beside `POST /alerts/…`: `[[door.sqs]]`, `[[door.sns]]`, `[[door.syslog]]`, `[[door.folder]]`, `[[door.webhook]]`. `quell serve` opens them all. A function opens only webhooks, and knows by `detector` of queues and topics whose alerts they send it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Door")]
pub(super) struct DoorTable {
    pub(super) sqs: Vec<SqsTable>,
    pub(super) sns: Vec<SnsTable>,
    pub(super) syslog: Vec<SyslogTable>,
    pub(super) folder: Vec<FolderTable>,
    pub(super) webhook: Vec<WebhookTable>,
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
            webhook: each(self.webhook, &here.join("webhook"), |table, here| {
                table.check(here, checks)
            }),
        };
        sqs::check_beside(&doors.sqs, &here.join("sqs"), checks);
        sns::check_beside(&doors.sns, &here.join("sns"), checks);
        webhook::check_beside(&doors.webhook, &here.join("webhook"), checks);
        doors
    }
}

fn each<T, C>(tables: Vec<T>, here: &Path, mut check: impl FnMut(T, &Path) -> Option<C>) -> Vec<C> {
    let tables = tables.into_iter().enumerate();
    tables
        .filter_map(|(index, table)| check(table, &here.element(index)))
        .collect()
}
