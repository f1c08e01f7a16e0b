//! Targets: which of them there are, and which have holds that they do not follow yet.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    super::{Coverage, HoldId, Revision, Target},
    AT_ONCE, Failure, Lasting, holds,
    item::{Item, name, to_json, unreadable},
    key::{self, Key},
    table::Table,
    transaction::{Committed, MOST_WRITES, Transaction},
    tries::Tries,
};

/// Of a target's state: which revision its holds have.
pub(super) const REVISION: &str = "revision";
/// Of a target's state: which revision it follows.
const CONVERGED: &str = "converged";
/// Of a known target: whether it does not follow its holds yet.
const UNFINISHED: &str = "unfinished";
/// Of the touch: how often all targets were to be touched, and how often they were.
const ASKED: &str = "asked";
const DONE: &str = "done";

/// How many holds are covered in the transaction that notes that their target follows them. It writes two items more.
const MOST_COVERED: usize = MOST_WRITES - 2;

/// How much longer than anything else a target is known at which nothing is in force any more, in seconds: so that [`super::prune`] finds it.
pub(super) const MARGIN: i64 = 30 * 24 * 60 * 60;

/// That a target does not follow its holds yet.
pub(super) fn unfinished_item(target: &Target) -> Item {
    Item::new(key::known(target)).with(UNFINISHED, AttributeValue::Bool(true))
}

/// That a target follows its holds.
pub(super) fn finished_item(target: &Target) -> Item {
    Item::new(key::known(target)).with(UNFINISHED, AttributeValue::Bool(false))
}

/// Of everything that is in force at a target: the revision of its holds.
pub(super) fn revision(items: &[Item]) -> Revision {
    Revision(state(items).map_or(0, |state| state.number(REVISION).unwrap_or_default()))
}

fn state(items: &[Item]) -> Option<&Item> {
    items.iter().find(|item| item.key.sk == key::STATE)
}

/// See [`super::super::Journal::unfinished`].
pub(super) async fn unfinished(table: &Table) -> Result<Vec<Target>, Failure> {
    touch_all(table).await?;
    let known = table.query(&key::all_known(), None).await?;
    known.iter().filter(|item| item.is(UNFINISHED)).map(read).collect()
}

/// See [`super::super::Journal::targets`]. Those with nothing left are to be removed.
pub(super) async fn all(table: &Table) -> Result<Vec<Target>, Failure> {
    let known = table.query(&key::all_known(), None).await?;
    let present = known.iter().filter(|item| item.number(name::EXPIRES).is_none());
    present.map(read).collect()
}

/// All targets that are known, those with nothing left among them.
pub(super) async fn ever(table: &Table) -> Result<Vec<Target>, Failure> {
    table.query(&key::all_known(), None).await?.iter().map(read).collect()
}

fn read(item: &Item) -> Result<Target, Failure> {
    of_word(&item.key.sk)
}

/// A target out of its one word.
pub(super) fn of_word(word: &str) -> Result<Target, Failure> {
    let mut words = word.splitn(3, '#');
    let (Some(account), Some(region), Some(resource)) = (words.next(), words.next(), words.next()) else {
        return Err(unreadable("target", word));
    };
    Ok(Target {
        account: account.to_owned(),
        region: region.to_owned(),
        resource: resource.parse().map_err(|_| unreadable("resource id", resource))?,
    })
}

/// Notes that something changed that bears on all targets, in the same transaction. [`touch_all`] then does the rest, now or after a crash.
pub(super) fn ask_to_touch_all(transaction: &mut Transaction<'_>) {
    transaction.add(key::touch(), ASKED, 1);
}

/// Touches all targets, if that was asked for and not done yet.
pub(super) async fn touch_all(table: &Table) -> Result<(), Failure> {
    let Some(touch) = table.get(&key::touch()).await? else {
        return Ok(());
    };
    let asked = touch.number(ASKED).unwrap_or_default();
    if touch.number(DONE).unwrap_or_default() >= asked {
        return Ok(());
    }
    touch_some(table, &all(table).await?.iter().collect::<Vec<_>>()).await?;
    let call = table
        .update(&key::touch())
        .update_expression("SET done = :asked")
        .condition_expression("attribute_not_exists(done) OR done < :asked")
        .expression_attribute_values(":asked", AttributeValue::N(asked.to_string()));
    table.updated(call).await?;
    Ok(())
}

/// Touches some targets.
pub(super) async fn touch_some(table: &Table, targets: &[&Target]) -> Result<(), Failure> {
    // Touching writes two items.
    for targets in targets.chunks(MOST_WRITES / 2) {
        let mut tries = Tries::default();
        loop {
            let mut transaction = Transaction::new(table);
            for target in targets {
                transaction.touch(target);
            }
            if transaction.commit().await? == Committed::Yes {
                break;
            }
            tries.wait().await?;
        }
    }
    Ok(())
}

/// See [`super::super::Journal::converged`].
pub(super) async fn converged(
    lasting: &Lasting,
    target: &Target,
    followed: Option<Revision>,
    coverage: &[(HoldId, Coverage)],
) -> Result<(), Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&lasting.table);
        let present = lasting.table.query(&key::in_force(target), None).await?;
        let mut changed = covered_otherwise(&present, coverage)?;
        let is_empty = present.iter().all(|item| {
            let sk = item.key.sk.as_str();
            [key::STATE, key::LEASE].contains(&sk) || sk.starts_with(key::SPARE)
        });
        let follows = state(&present).zip(followed).filter(|(state, followed)| {
            let follows_already = state.number(CONVERGED).unwrap_or_default() >= followed.0;
            // Entries of ours and before-images may go later than the last hold.
            let stays = !is_empty || state.number(name::EXPIRES).is_some();
            state.number(REVISION) == Some(followed.0) && !(follows_already && stays)
        });
        let Some((_, followed)) = follows else {
            return cover(&lasting.table, changed).await;
        };
        if changed.len() > MOST_COVERED {
            cover(&lasting.table, changed.split_off(MOST_COVERED)).await?;
        }
        for (key, id, coverage) in changed {
            transaction.cover(key, id, coverage);
        }
        // DynamoDB goes by its own clock, too.
        let expires = lasting.expires(Timestamp::now()) + MARGIN;
        transaction.follow(target, followed, is_empty.then_some(expires));
        if transaction.commit().await? == Committed::Yes {
            return Ok(());
        }
        tries.wait().await?;
    }
}

/// The holds whose coverage is not what is noted with them, with what it is, as JSON.
fn covered_otherwise(present: &[Item], coverage: &[(HoldId, Coverage)]) -> Result<Vec<(Key, HoldId, String)>, Failure> {
    let mut changed = Vec::new();
    for item in present.iter().filter(|item| holds::is_one(item)) {
        let id = HoldId(item.number(holds::ID).unwrap_or_default());
        let Some((_, coverage)) = coverage.iter().find(|(covered, _)| *covered == id) else {
            continue;
        };
        let coverage = to_json(coverage)?;
        if item.text(holds::COVERAGE) != Some(&coverage) {
            changed.push((item.key.clone(), id, coverage));
        }
    }
    Ok(changed)
}

/// Notes how holds are covered, each by itself.
async fn cover(table: &Table, changed: Vec<(Key, HoldId, String)>) -> Result<(), Failure> {
    let writes = changed.into_iter().map(|(key, id, coverage)| async move {
        let call = table
            .update(&key)
            .update_expression("SET coverage = :coverage")
            .condition_expression("id = :id")
            .expression_attribute_values(":coverage", AttributeValue::S(coverage))
            .expression_attribute_values(":id", AttributeValue::N(id.0.to_string()));
        table.updated(call).await.map(drop)
    });
    stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
}

/// What must stay reachable around a target, if an item of it says so.
pub(super) fn spared(item: &Item) -> Result<Option<IpNet>, Failure> {
    let prefix = item.key.sk.strip_prefix(key::SPARE);
    let read = |prefix: &str| prefix.parse().map_err(|_| unreadable("prefix", prefix));
    prefix.map(read).transpose()
}

/// Touches the targets of some holds.
pub(super) fn touch_each<'a>(transaction: &mut Transaction<'_>, targets: impl IntoIterator<Item = &'a Target>) {
    for target in targets.into_iter().collect::<BTreeSet<_>>() {
        transaction.touch(target);
    }
}
