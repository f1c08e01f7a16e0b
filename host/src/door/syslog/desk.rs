//! Where messages are looked at and handed on, by whichever transport they came.

use std::{net::IpAddr, sync::Arc};

use ipnet::IpNet;
use tokio_util::sync::CancellationToken;
use wildmatch::WildMatch;

use super::{
    super::admit::{Admitted, Incoming, admit},
    KIND, SyslogOptions,
    message::{self, Read},
    told::Told,
};
use crate::{alert::Detector, hold::DeliveryId, way::Host};

/// Where messages are looked at and handed on.
pub(super) struct Desk {
    host: Arc<Host>,
    from: Vec<IpNet>,
    detector: Detector,
    apps: Vec<WildMatch>,
    pub(super) max_message: usize,
    pub(super) told: Arc<Told>,
}

impl Desk {
    pub(super) fn new(options: &SyslogOptions, host: Arc<Host>, told: Arc<Told>) -> Self {
        Self {
            host,
            from: options.from.clone(),
            detector: options.detector,
            apps: options.apps.iter().map(|app| WildMatch::new(app)).collect(),
            max_message: options.max_message,
            told,
        }
    }

    /// Whether this sender may send. Who may not is counted.
    pub(super) fn lets_in(&self, sender: IpAddr) -> bool {
        let sender = sender.to_canonical();
        let may = self.from.is_empty() || self.from.iter().any(|prefix| prefix.contains(&sender));
        if !may {
            self.told.strangers.one_more();
        }
        may
    }

    /// Takes a message in, for as long as it takes. False: the door closed before.
    pub(super) async fn take_in(&self, octets: &[u8], stop: &CancellationToken) -> bool {
        let Read { app, message, all } = message::read(octets, self.host.now());
        if !self.is_of_interest(app.as_deref()) {
            return true;
        }
        // A mapping sees the head, too. The others know what their alerts look like, which is what the message says.
        let body = match self.detector {
            Detector::Mapped(_) => all,
            Detector::StealthwatchCloud | Detector::GuardDuty | Detector::SecurityHub => message,
        };
        let incoming = Incoming {
            detector: Some(self.detector),
            id: &DeliveryId::of(self.detector, body.as_bytes()),
            body: body.as_bytes(),
        };
        !matches!(admit(&self.host, KIND, incoming, stop).await, Admitted::NotYet)
    }

    fn is_of_interest(&self, app: Option<&str>) -> bool {
        self.apps.is_empty() || app.is_some_and(|app| self.apps.iter().any(|wanted| wanted.matches(app)))
    }
}
