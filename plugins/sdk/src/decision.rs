//! The answer of a plugin.

use crate::{Abstention, Decision, Proposal, Remediation};

impl Decision {
    /// Do these, in the order of their importance. There must be at least one; to do nothing is [`Decision::nothing`], with the reason.
    ///
    /// ```
    /// use quell_plugin::{Decision, Remediation, SetInstanceState, StateChange};
    ///
    /// let stop = SetInstanceState::new("i-0a1b2c3d", StateChange::Stop);
    /// let decision = Decision::remediate(vec![Remediation::new(stop, "i-0a1b2c3d mines coins")]);
    /// assert!(matches!(decision, Decision::Remediate(_)));
    /// ```
    pub fn remediate(remediations: Vec<Remediation>) -> Self {
        Self::Remediate(Proposal {
            remediations,
            notes: Vec::new(),
            extensions: Vec::new(),
        })
    }

    /// Do nothing, and say why in one sentence.
    ///
    /// ```
    /// use quell_plugin::Decision;
    ///
    /// let decision = Decision::nothing("alert 6125 is resolved");
    /// assert!(matches!(decision, Decision::Nothing(_)));
    /// ```
    pub fn nothing(reason: impl Into<String>) -> Self {
        Self::Nothing(Abstention {
            reason: reason.into(),
            notes: Vec::new(),
            extensions: Vec::new(),
        })
    }

    /// Add what else a person who reads the decision should know, one sentence each.
    ///
    /// ```
    /// use quell_plugin::Decision;
    ///
    /// let decision = Decision::nothing("no remote address").with_notes(["10.0.1.20 is the alert's own address"]);
    /// let Decision::Nothing(nothing) = decision else { unreachable!() };
    /// assert_eq!(nothing.notes, ["10.0.1.20 is the alert's own address"]);
    /// ```
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let of_decision = match &mut self {
            Self::Remediate(proposal) => &mut proposal.notes,
            Self::Nothing(abstention) => &mut abstention.notes,
        };
        of_decision.extend(notes.into_iter().map(Into::into));
        self
    }
}
