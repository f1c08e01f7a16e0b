//! For what AWS is called: an alert, the timer or a command.
//!
//! Where a role is assumed, its session is named after the cause, so that CloudTrail in the account of the role tells which alert
//! made a change. The cause travels with the task, not through every function between an alert and a call.

use std::fmt;

tokio::task_local! {
    static CAUSE: Cause;
}

/// The most characters that STS takes for a session's name.
const MOST: usize = 64;

/// For what AWS is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cause {
    /// Nothing in particular.
    #[default]
    Unnamed,
    /// An alert, by its detector and id.
    Alert(String),
    /// Time: holds that end, and what is looked after.
    Timer,
    /// A person's command.
    Command,
}

impl Cause {
    /// An alert as the cause.
    pub fn of_alert(detector: impl fmt::Display, id: &str) -> Self {
        Self::Alert(format!("{detector}-{id}"))
    }

    /// The cause of the task that asks.
    pub fn current() -> Self {
        CAUSE.try_with(Clone::clone).unwrap_or_default()
    }

    /// Does `work` for this cause. A task that `work` spawns has no cause unless it takes it along with [`Self::carried`].
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CAUSE.scope(self, work).await
    }

    /// `work` for the cause of the task that asks, wherever it is run.
    pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
        Self::current().scope(work)
    }

    /// The name for a session, such as `quell-stealthwatch-cloud-6125`: in the characters that STS takes, cut to 64.
    pub fn session_name(&self) -> String {
        let name = match self {
            Self::Unnamed => "quell".to_owned(),
            Self::Alert(alert) => format!("quell-{alert}"),
            Self::Timer => "quell-timer".to_owned(),
            Self::Command => "quell-command".to_owned(),
        };
        let is_taken = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        name.chars()
            .map(|c| if is_taken(c) { c } else { '-' })
            .take(MOST)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_after_its_alert() {
        let cause = Cause::of_alert("stealthwatch-cloud", "6125");
        assert_eq!(cause.session_name(), "quell-stealthwatch-cloud-6125");
        assert_eq!(Cause::Timer.session_name(), "quell-timer");
        assert_eq!(Cause::Command.session_name(), "quell-command");
    }

    #[test]
    fn an_id_of_any_characters_and_length_makes_a_name_that_sts_takes() {
        let name = Cause::of_alert("guardduty", &format!("arn:aws/é\n{}", "x".repeat(100))).session_name();
        assert!(name.starts_with("quell-guardduty-arn-aws---x"), "{name}");
        assert_eq!(name.len(), 64);
    }

    #[tokio::test]
    async fn the_cause_ends_with_its_work_and_goes_into_a_task_only_if_carried() {
        let (spawned, carried) = Cause::Timer
            .scope(async {
                assert_eq!(Cause::current(), Cause::Timer);
                let spawned = tokio::spawn(async { Cause::current() });
                let carried = tokio::spawn(Cause::carried(async { Cause::current() }));
                (spawned.await.unwrap(), carried.await.unwrap())
            })
            .await;
        assert_eq!((spawned, carried), (Cause::Unnamed, Cause::Timer));
        assert_eq!(Cause::current(), Cause::Unnamed);
    }
}
