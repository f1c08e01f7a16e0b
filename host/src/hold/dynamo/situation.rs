//! What the table knows of one target.

use jiff::Timestamp;

use super::{
    super::{Situation, Target},
    Failure, changes, holds, images,
    item::Item,
    key, own, pardons,
    table::Table,
    targets,
};

/// See [`super::super::Journal::situation`].
pub(super) async fn read(
    table: &Table,
    target: &Target,
    now: Timestamp,
    recent_since: Timestamp,
) -> Result<Situation, Failure> {
    let situation = of_target(&present(table, target, recent_since).await?, now)?;
    with_global(table, situation, now).await
}

/// See [`super::super::Journal::situation_after`].
pub(super) async fn read_after(
    table: &Table,
    before: &Situation,
    target: &Target,
    now: Timestamp,
    recent_since: Timestamp,
) -> Result<Situation, Failure> {
    let situation = of_target(&present(table, target, recent_since).await?, now)?;
    if situation.revision != before.revision {
        return with_global(table, situation, now).await;
    }
    let in_force = before.pardons.iter().filter(|pardon| pardon.until > now);
    Ok(Situation {
        pardons: in_force.cloned().collect(),
        paused: before.paused,
        ..situation
    })
}

/// What a target's partition has. Its state is read first, and stands last: a hold that comes while it is read may be seen without its revision, and never the revision without the hold.
async fn present(table: &Table, target: &Target, recent_since: Timestamp) -> Result<Vec<Item>, Failure> {
    let range = key::situation(target, recent_since);
    let mut present = table.query_backwards(&range, None).await?;
    present.reverse();
    Ok(present)
}

/// Adds what bears on all targets. It is read after the target: who pardons or pauses touches the target afterwards, so that a converge that did not see that stays unfinished.
async fn with_global(table: &Table, situation: Situation, now: Timestamp) -> Result<Situation, Failure> {
    let global = table.query(&key::global(), None).await?;
    Ok(Situation {
        pardons: pardons::in_force(&global, now)?,
        paused: global.iter().any(|item| item.key == key::pause()),
        ..situation
    })
}

/// A situation out of what a target's partition has, without what bears on all targets.
fn of_target(present: &[Item], now: Timestamp) -> Result<Situation, Failure> {
    let mut situation = Situation {
        revision: targets::revision(present),
        ..Situation::default()
    };
    for item in present {
        if holds::is_one(item) {
            let hold = holds::Kept::read(item)?.hold;
            situation.holds.extend(Some(hold).filter(|hold| hold.is_live(now)));
        } else if own::is_one(item) {
            situation.own.push(own::read(item)?);
        } else if images::is_one(item) {
            situation.images.push(images::read(item)?);
        } else if changes::is_made(item) {
            situation.recent.push(changes::read_made(item)?);
        } else if let Some(prefix) = targets::spared(item)? {
            situation.spare.push(prefix);
        }
    }
    situation.own.sort_by_key(|own| (own.key(), own.written));
    situation.holds.sort_by_key(|hold| hold.id);
    situation.spare.sort_by_key(ToString::to_string);
    situation.images.sort_by_key(|kept| kept.image.part());
    Ok(situation)
}
