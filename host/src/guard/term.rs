//! A hold has an end, and not too far a one.

use std::time::Duration;

use super::Word;
use crate::decision::End;

/// A block without an end has locked the own staff out of other products for good, so it takes the operator's leave.
pub(super) fn guard(until: End, longest: Duration, may_last_until_released: bool) -> Word {
    match until {
        End::Released if may_last_until_released => Ok("until released".to_owned()),
        End::Released => {
            Err("the hold would last until somebody releases it (guard.until-released allows that)".to_owned())
        }
        End::Seconds(0) => Err("the hold would last 0 s; at least 1 is needed".to_owned()),
        End::Seconds(seconds) if seconds > longest.as_secs() => Err(format!(
            "the hold would last {seconds} s, at most {} s are allowed (guard.longest-hold)",
            longest.as_secs()
        )),
        End::Seconds(seconds) => Ok(format!("for {seconds} s")),
    }
}
