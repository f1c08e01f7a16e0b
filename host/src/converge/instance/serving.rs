//! Whom an instance serves: the target groups of load balancers that it is in. Their users feel it when it is isolated or stopped.

use std::{
    collections::BTreeMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    cloud::{Cloud, TargetGroupMembership},
    converge::LiveInstance,
    decision::StateChange,
    hold::{Hold, Remedy, Target},
    text::with_causes,
};

/// How long an isolation or a stop waits for it. It is only told, and nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(3);
/// For how long it is good, an error too. One converge looks several times.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Of how many instances it is remembered.
const MOST: usize = 1000;

/// Whom an instance serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Serving {
    /// It is in these target groups.
    In(Vec<TargetGroupMembership>),
    /// That could not be read, and why.
    Unread(String),
}

impl fmt::Display for Serving {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(groups) => {
                let many = if groups.len() == 1 { "" } else { "s" };
                let groups: Vec<_> = groups.iter().map(ToString::to_string).collect();
                write!(formatter, "serves in target group{many} {}", groups.join(", "))
            }
            Self::Unread(why) => write!(formatter, "whether it serves in a target group couldn't be read: {why}"),
        }
    }
}

/// What was read lately of instances.
#[derive(Debug, Default)]
pub(in crate::converge) struct Servings(Mutex<BTreeMap<Target, (Timestamp, Option<Serving>)>>);

impl Servings {
    /// Whom an instance serves that holds isolate or stop. None if it is in no target group, and if no hold does that: then nobody is asked.
    pub(in crate::converge) async fn of(
        &self,
        target: &Target,
        live: &LiveInstance,
        holds: &[Hold],
        cloud: &dyn Cloud,
        now: Timestamp,
    ) -> Option<Serving> {
        if !holds.iter().any(ends_service) {
            return None;
        }
        let machine = live.machine.as_ref()?;
        let vpc = machine.vpc.as_ref()?;
        if let Some(known) = self.known(target, now) {
            return known;
        }
        let interfaces = live.interfaces.iter();
        let addresses: Vec<IpAddr> = interfaces
            .flat_map(|interface| interface.addresses.iter().copied())
            .collect();
        let asked = tokio::time::timeout(PATIENCE, cloud.target_groups(&machine.id, vpc, &addresses)).await;
        let serving = match asked {
            Ok(Ok(groups)) => (!groups.is_empty()).then_some(Serving::In(groups)),
            Ok(Err(error)) => Some(Serving::Unread(with_causes(&error))),
            Err(_) => Some(Serving::Unread(format!(
                "there was no answer within {} s",
                PATIENCE.as_secs()
            ))),
        };
        self.remember(target, now, serving.clone());
        serving
    }

    fn known(&self, target: &Target, now: Timestamp) -> Option<Option<Serving>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, serving) = known.get(target)?;
        is_good(*read, now).then(|| serving.clone())
    }

    fn remember(&self, target: &Target, now: Timestamp, serving: Option<Serving>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (read, _)| is_good(*read, now));
        }
        if known.len() < MOST {
            known.insert(target.clone(), (now, serving));
        }
    }
}

/// A clock that was set back must not make it last.
fn is_good(read: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(read);
    (SignedDuration::ZERO..GOOD_FOR).contains(&age)
}

/// Whether who is sent to the instance gets no answer any more.
pub(super) fn ends_service(hold: &Hold) -> bool {
    matches!(
        hold.remedy,
        Remedy::Isolate { .. }
            | Remedy::SetState {
                change: StateChange::Stop
            }
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        clock::ManualClock,
        cloud::simulated::{Account, SimulatedCloud},
        hold::{Coverage, HoldId, Isolation},
    };

    const INSTANCE: &str = "i-0abc1234def567890";

    fn isolation(target: &Target) -> Hold {
        Hold {
            id: HoldId(1),
            target: target.clone(),
            remedy: Remedy::Isolate {
                isolate: Isolation::default(),
            },
            reason: "a test".to_owned(),
            confidence: 90,
            severity: None,
            plugin: "isolate-attacker".to_owned(),
            alert: "guardduty/1".to_owned(),
            since: Timestamp::UNIX_EPOCH,
            until: None,
            offences: 1,
            coverage: Coverage::Pending,
            ended: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn load_balancers_that_do_not_answer_hold_up_an_isolation_for_three_seconds_and_once() {
        let account = include_str!("../../../../examples/simulated-account.toml");
        let account = account.replacen("[[instance]]\n", "[[instance]]\ntarget-groups = { web = 443 }\n", 1);
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let cloud = SimulatedCloud::new(Account::read(&account).unwrap(), clock);
        let id = INSTANCE.parse().unwrap();
        let live = LiveInstance {
            machine: cloud.machine(&id).await.unwrap(),
            interfaces: cloud.interfaces_of(&id).await.unwrap(),
            serving: None,
        };
        let target = Target::new(cloud.place(), id);
        let (servings, holds) = (Servings::default(), [isolation(&target)]);
        let ask = async |second| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
            let serving = servings.of(&target, &live, &holds, &cloud, now).await;
            serving.map(|serving| serving.to_string()).unwrap_or_default()
        };
        cloud.answer_after(Duration::from_mins(1));
        let unread = "whether it serves in a target group couldn't be read: there was no answer within 3 s";
        let begin = tokio::time::Instant::now();
        assert_eq!(ask(0).await, unread);
        assert_eq!(ask(59).await, unread);
        assert_eq!(begin.elapsed().as_secs(), 3);

        cloud.answer_after(Duration::ZERO);
        assert_eq!(ask(60).await, "serves in target group web (port 443, healthy)");
    }
}
