//! What the simulated account is like, was like and has been asked.

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{
    Account,
    card::Card,
    group::Group,
    past::Past,
    script::{Failures, LoggedCall},
};
use crate::cloud::{
    acl::NetworkAcl,
    bucket::Bucket,
    call::Call,
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, SnapshotId},
    tag::Tag,
};

/// How long an instance takes to go down, until a test says otherwise.
const TO_STOP: SignedDuration = SignedDuration::from_secs(30);
/// How long an instance takes to come up.
const TO_START: SignedDuration = SignedDuration::from_secs(10);

pub(super) struct State {
    /// The present, by the clock.
    pub(super) now: Timestamp,
    pub(super) account: Account,
    pub(super) buckets: HashMap<Call, Bucket>,
    pub(super) failures: Failures,
    pub(super) calls: Vec<LoggedCall>,
    pub(super) past_acls: Past<AclId, NetworkAcl>,
    pub(super) past_cards: Past<InterfaceId, Card>,
    pub(super) past_groups: Past<SecurityGroupId, Group>,
    /// The ACL that the call which is made just now has written to.
    pub(super) written: Option<NetworkAcl>,
    /// The snapshots that were taken, in order.
    pub(super) snapshots: Vec<(SnapshotId, InstanceId, Vec<Tag>)>,
    /// How far what is read lags behind.
    pub(super) lag: Duration,
    /// How much real time a call takes.
    pub(super) latency: Duration,
    pub(super) to_stop: SignedDuration,
    pub(super) to_start: SignedDuration,
}

impl State {
    /// An account in which nothing has been called yet.
    pub(super) fn new(account: Account, now: Timestamp) -> Self {
        Self {
            now,
            account,
            buckets: HashMap::new(),
            failures: Failures::default(),
            calls: Vec::new(),
            past_acls: Past::default(),
            past_cards: Past::default(),
            past_groups: Past::default(),
            written: None,
            snapshots: Vec::new(),
            lag: Duration::ZERO,
            latency: Duration::ZERO,
            to_stop: TO_STOP,
            to_start: TO_START,
        }
    }

    /// Lets the time come to `now`: instances go on and off, and Auto Scaling groups give up those that they miss.
    pub(super) fn pass(&mut self, now: Timestamp) {
        self.now = now;
        let servers = self.account.servers.values_mut();
        let ended: Vec<_> = servers
            .filter_map(|server| server.pass(now).then(|| server.id.clone()))
            .collect();
        for id in ended {
            self.remove_cards_of(&id);
        }
    }

    /// The time of which reads tell.
    pub(super) fn told_time(&self) -> Timestamp {
        let lag = SignedDuration::try_from(self.lag).unwrap_or(SignedDuration::MAX);
        self.now.saturating_sub(lag).unwrap_or(Timestamp::MIN)
    }
}
