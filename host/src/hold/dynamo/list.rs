//! Listing holds by a filter.

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    super::{Hold, HoldFilter, HoldId, Target},
    AT_ONCE, Failure,
    holds::{self, Kept, Place},
    item::Item,
    key,
    table::Table,
    targets,
};
use crate::cloud::CloudPlace;

/// See [`super::super::Journal::holds`]. What is asked on an alert's way has a place of its own; a listing of everything reads each target.
pub(super) async fn list(table: &Table, filter: &HoldFilter) -> Result<Vec<Hold>, Failure> {
    let items = match filter {
        HoldFilter { ids: Some(ids), .. } => of_numbers(table, ids).await?,
        HoldFilter {
            target: Some(target), ..
        } => of_target(table, target, filter.ended).await?,
        HoldFilter {
            is_denial: Some(false),
            account: Some(account),
            region: Some(region),
            since: Some(since),
            ..
        } => {
            let place = CloudPlace {
                account: account.clone(),
                region: region.clone(),
            };
            let places = table.query(&key::remedies_since(&place, *since), None).await?;
            placed(table, &places).await?
        }
        _ => {
            let mut targets = targets::ever(table).await?;
            targets.retain(|target| is_at(target, filter));
            let found =
                stream::iter(targets).map(|target| async move { of_target(table, &target, filter.ended).await });
            let found: Vec<_> = found.buffer_unordered(AT_ONCE).try_collect().await?;
            found.into_iter().flatten().collect()
        }
    };
    let mut found = Vec::new();
    for item in items.iter().filter(|item| holds::is_one(item) || holds::is_ended(item)) {
        let hold = Kept::read(item)?.hold;
        if filter.takes(&hold) {
            found.push(hold);
        }
    }
    found.sort_by_key(|hold| hold.id);
    found.dedup_by_key(|hold| hold.id);
    Ok(found)
}

fn is_at(target: &Target, filter: &HoldFilter) -> bool {
    filter.account.as_ref().is_none_or(|account| *account == target.account)
        && filter.region.as_ref().is_none_or(|region| *region == target.region)
        && filter
            .resource
            .as_ref()
            .is_none_or(|resource| *resource == target.resource)
}

async fn of_target(table: &Table, target: &Target, ended: bool) -> Result<Vec<Item>, Failure> {
    let mut items = table.query(&key::holds(target), None).await?;
    if ended {
        items.extend(table.query(&key::all_ended(target), None).await?);
    }
    Ok(items)
}

async fn of_numbers(table: &Table, ids: &[HoldId]) -> Result<Vec<Item>, Failure> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let places: Vec<_> = ids.iter().map(|id| key::place_of(*id)).collect();
    let places = table.get_many(&places).await?;
    placed(table, &places).await
}

/// The holds at some places, in force or ended. Another hold may have taken the place of one that ended, and comes along.
async fn placed(table: &Table, places: &[Item]) -> Result<Vec<Item>, Failure> {
    let (mut keys, mut ends) = (Vec::new(), Vec::new());
    for item in places {
        let place: Place = item.doc("place of a hold")?;
        keys.push(key::hold(&place.target, &place.remedy));
        if let Some(id) = number(item) {
            ends.push((id, key::ended(&place.target, id)));
        }
    }
    keys.extend(ends.iter().map(|(_, end)| end.clone()));
    keys.sort();
    keys.dedup();
    let mut found = table.get_many(&keys).await?;
    // A hold that ended meanwhile may be in neither place: it was not there yet when the one was read, and not any more when the other was.
    ends.retain(|(id, end)| {
        let is_it = |item: &Item| item.key == *end || number(item) == Some(*id);
        !found.iter().any(is_it)
    });
    let late: Vec<_> = ends.into_iter().map(|(_, end)| end).collect();
    found.extend(table.get_many(&late).await?);
    Ok(found)
}

/// The number of a note about a hold, or of one in force.
fn number(item: &Item) -> Option<HoldId> {
    item.number(holds::ID).map(HoldId)
}
