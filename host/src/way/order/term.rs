//! Extending: a later end for holds, within what the configuration allows.

use jiff::{SignedDuration, Timestamp};

use super::{Done, OrderError};
use crate::{duration::HumanDuration, guard::Rules, hold::HoldId, way::Host};

impl Host {
    /// Gives holds a later end; none of them, if one can't be given it.
    pub(super) async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Result<Done, OrderError> {
        let journal = &self.parts.journal;
        if ids.is_empty() {
            return Err(OrderError::Nothing);
        }
        check(until, &self.parts.roster.now().rules, self.parts.clock.now())?;
        let ids: Vec<_> = self.all_of(ids).await?.into_keys().collect();
        let holds = journal.extend(&ids, until).await?;
        for hold in &holds {
            tracing::info!(hold = hold.id.0, remedy = %hold.remedy, at = %hold.target, "hold extended by hand");
        }
        let targets: Vec<_> = holds.iter().map(|hold| hold.target.clone()).collect();
        let told = self.tell_ends(holds.iter().filter_map(|hold| hold.until));
        let (acls, ()) = tokio::join!(self.outcomes(targets), told);
        Ok(Done::Extended { acls: acls?, holds })
    }
}

/// The same bounds that a plugin has.
fn check(until: Option<Timestamp>, rules: &Rules, now: Timestamp) -> Result<(), OrderError> {
    let Some(until) = until else {
        return if rules.until_released {
            Ok(())
        } else {
            Err(OrderError::UntilReleased)
        };
    };
    if until <= now {
        return Err(OrderError::Past(until));
    }
    let longest = SignedDuration::try_from(rules.longest_hold).unwrap_or(SignedDuration::MAX);
    if until.duration_since(now) > longest {
        return Err(OrderError::TooLong {
            until,
            longest: HumanDuration(rules.longest_hold),
        });
    }
    Ok(())
}
