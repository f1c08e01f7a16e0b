//! What the guards said of one remediation.

use serde::{Deserialize, Serialize};

use super::Failure;
use crate::{
    decision::{Action, Remediation},
    guard::Verdict,
};

/// One remediation before the guards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExaminedRemediation {
    /// As the plugin asked for it.
    pub remediation: Remediation,
    /// What each guard said, up to the first refusal.
    pub verdicts: Vec<Verdict>,
    /// What could not be found out for the moment, if it was refused for that: then the alert is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// If it is an isolation whose flows are cut by denying its remotes: how many of them, the last, were not even put before the guards, because they are too many. They are
    /// not denied.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub remotes_left_out: usize,
}

impl ExaminedRemediation {
    /// The verdict that refused, if one did.
    pub fn refusal(&self) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| !verdict.passed)
    }

    /// How many of its remotes are left out, and why, in a few words. None if none is.
    pub fn left_out(&self) -> Option<String> {
        let (left_out @ 1.., Action::Isolate(isolate)) = (self.remotes_left_out, &self.remediation.action) else {
            return None;
        };
        let all = isolate.remotes.len();
        let most = all.saturating_sub(left_out);
        Some(format!(
            "{left_out} of {all} remotes left out: no more than {most} of one isolation are denied (guard.max-remediations)"
        ))
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{End, Isolate};

    fn isolation(remotes: usize, remotes_left_out: usize) -> ExaminedRemediation {
        let isolate = Isolate {
            instance: "i-0abc1234def567890".to_owned(),
            interface: None,
            security_groups: Vec::new(),
            remotes: (0..remotes).map(|number| format!("203.0.113.{number}")).collect(),
        };
        ExaminedRemediation {
            remediation: Remediation {
                action: Action::Isolate(isolate),
                reason: "it mines coins".to_owned(),
                confidence: 80,
                until: End::Seconds(600),
            },
            verdicts: Vec::new(),
            failure: None,
            remotes_left_out,
        }
    }

    #[test]
    fn remotes_that_are_left_out_are_told_with_their_number_the_limit_and_its_key() {
        insta::assert_snapshot!(isolation(25, 5).left_out().unwrap(), @"5 of 25 remotes left out: no more than 20 of one isolation are denied (guard.max-remediations)");
        assert_eq!(isolation(20, 0).left_out(), None);
    }

    #[test]
    fn what_an_older_quell_kept_is_still_read_and_tells_of_none() {
        let kept = serde_json::to_value(isolation(3, 0)).unwrap();
        assert!(kept.get("remotes_left_out").is_none(), "{kept}");
        let read: ExaminedRemediation = serde_json::from_value(kept).unwrap();
        assert_eq!(read, isolation(3, 0));

        let kept = serde_json::to_string(&isolation(25, 5)).unwrap();
        assert_eq!(
            serde_json::from_str::<ExaminedRemediation>(&kept).unwrap(),
            isolation(25, 5)
        );
    }
}
