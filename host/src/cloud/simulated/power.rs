//! How an instance goes on and off.

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{
    error::Fault,
    id::InstanceId,
    machine::{MachineState, Transition},
};

/// Whether an instance is on, and what it is changing to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Power {
    state: MachineState,
    /// The state that follows, and when.
    then: Option<(MachineState, Timestamp)>,
}

impl Power {
    /// A state that lasts until somebody changes it.
    pub(super) fn lasting(state: MachineState) -> Self {
        Self { state, then: None }
    }

    pub(super) fn state(&self) -> MachineState {
        self.state
    }

    /// Lets the time come to `now`.
    pub(super) fn pass(&mut self, now: Timestamp) {
        if let Some((state, at)) = self.then
            && at <= now
        {
            *self = Self::lasting(state);
        }
    }

    /// Goes down for so long, or says with EC2's words why not.
    pub(super) fn stop(&mut self, id: &InstanceId, now: Timestamp, takes: SignedDuration) -> Result<Transition, Fault> {
        match self.state {
            MachineState::Running => Ok(self.change(MachineState::Stopping, MachineState::Stopped, now, takes)),
            MachineState::Stopping | MachineState::Stopped => Ok(self.unchanged()),
            MachineState::Pending | MachineState::ShuttingDown | MachineState::Terminated => Err(incorrect(format!(
                "This instance '{id}' is not in a state from which it can be stopped."
            ))),
        }
    }

    /// Comes up for so long, or says with EC2's words why not.
    pub(super) fn start(
        &mut self,
        id: &InstanceId,
        now: Timestamp,
        takes: SignedDuration,
    ) -> Result<Transition, Fault> {
        match self.state {
            MachineState::Stopped => Ok(self.change(MachineState::Pending, MachineState::Running, now, takes)),
            MachineState::Pending | MachineState::Running => Ok(self.unchanged()),
            MachineState::Stopping | MachineState::ShuttingDown | MachineState::Terminated => Err(incorrect(format!(
                "The instance '{id}' is not in a state from which it can be started."
            ))),
        }
    }

    /// Stays on, or says with EC2's words why it can't restart.
    pub(super) fn reboot(&self, id: &InstanceId) -> Result<(), Fault> {
        if self.state == MachineState::Running {
            return Ok(());
        }
        Err(incorrect(format!(
            "This instance '{id}' is not in the 'running' state."
        )))
    }

    fn change(
        &mut self,
        during: MachineState,
        then: MachineState,
        now: Timestamp,
        takes: SignedDuration,
    ) -> Transition {
        let before = self.state;
        *self = Self {
            state: during,
            then: Some((then, now.saturating_add(takes).unwrap_or(Timestamp::MAX))),
        };
        Transition { before, after: during }
    }

    fn unchanged(&self) -> Transition {
        Transition {
            before: self.state,
            after: self.state,
        }
    }
}

/// A refusal because of the state that an instance is in.
pub(super) fn incorrect(message: String) -> Fault {
    Fault::WrongState {
        code: "IncorrectInstanceState".to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TAKES: SignedDuration = SignedDuration::from_secs(30);

    fn id() -> InstanceId {
        "i-0a1b2c3d".parse().unwrap()
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    #[test]
    fn an_instance_goes_down_and_comes_up_in_its_time() {
        let mut power = Power::lasting(MachineState::Running);
        let stopped = power.stop(&id(), second(0), TAKES).unwrap();
        assert_eq!(
            (stopped.before, stopped.after),
            (MachineState::Running, MachineState::Stopping)
        );
        power.pass(second(29));
        assert_eq!(power.state(), MachineState::Stopping);
        power.pass(second(30));
        assert_eq!(power.state(), MachineState::Stopped);

        power.start(&id(), second(30), TAKES).unwrap();
        assert_eq!(power.state(), MachineState::Pending);
        power.pass(second(60));
        assert_eq!(power.state(), MachineState::Running);
    }

    #[test]
    fn who_stops_twice_does_not_begin_anew() {
        let mut power = Power::lasting(MachineState::Running);
        power.stop(&id(), second(0), TAKES).unwrap();
        let again = power.stop(&id(), second(20), TAKES).unwrap();
        assert_eq!(
            (again.before, again.after),
            (MachineState::Stopping, MachineState::Stopping)
        );
        power.pass(second(30));
        let again = power.stop(&id(), second(40), TAKES).unwrap();
        assert_eq!(
            (again.before, again.after),
            (MachineState::Stopped, MachineState::Stopped)
        );
    }

    #[rstest]
    #[case(MachineState::Pending)]
    #[case(MachineState::ShuttingDown)]
    #[case(MachineState::Terminated)]
    fn what_is_not_on_can_not_be_stopped(#[case] state: MachineState) {
        let refused = Power::lasting(state).stop(&id(), second(0), TAKES);
        assert!(matches!(refused, Err(Fault::WrongState { .. })), "{refused:?}");
    }

    #[rstest]
    #[case(MachineState::Stopping)]
    #[case(MachineState::ShuttingDown)]
    #[case(MachineState::Terminated)]
    fn what_is_not_off_yet_can_not_be_started(#[case] state: MachineState) {
        let refused = Power::lasting(state).start(&id(), second(0), TAKES);
        assert!(matches!(refused, Err(Fault::WrongState { .. })), "{refused:?}");
    }

    #[rstest]
    fn what_is_not_on_can_not_restart(
        #[values(
            MachineState::Pending,
            MachineState::Stopping,
            MachineState::Stopped,
            MachineState::ShuttingDown,
            MachineState::Terminated
        )]
        state: MachineState,
    ) {
        let refused = Power::lasting(state).reboot(&id());
        assert!(matches!(refused, Err(Fault::WrongState { .. })), "{refused:?}");
        Power::lasting(MachineState::Running).reboot(&id()).unwrap();
    }
}
