//! The API of Stealthwatch Cloud: whether it answers, takes the key, and goes by the same time.

use super::{Finding, Verdict, clock};
use crate::{
    fact::stealthwatch::{OptionsError, StealthwatchApi},
    text::with_causes,
};

/// What findings call it.
const WHAT: &str = "API of Stealthwatch Cloud";

/// Asks for one observation, and tells what came of it.
pub async fn check(api: &StealthwatchApi) -> Vec<Finding> {
    match api.examine().await {
        Ok(ahead) => vec![
            Finding::of_machine(WHAT, Verdict::Fine, "it answers, and takes the key"),
            clock::beside_api("Stealthwatch Cloud", ahead),
        ],
        Err(error) => vec![Finding::of_machine(WHAT, Verdict::Missing, with_causes(&error))],
    }
}

/// That nothing can be asked as it is configured.
pub fn unusable(error: &OptionsError) -> Finding {
    Finding::of_machine(WHAT, Verdict::Missing, with_causes(error))
}
