//! Putting holds in force, as many at a time as fit into one transaction.

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    super::{
        super::{
            DeliveryId, EndReason, Ended, Hold, HoldId, Intent, NoteKind, Put, Spending, agreement::later,
            budget::Charging, ledger::Event,
        },
        Failure, Lasting, history,
        item::{Item, name, unreadable},
        key::{self, Key},
        ledger, notes, targets,
        transaction::{Committed, MOST_WRITES, Transaction},
        tries::Tries,
    },
    Kept, alter, end, note,
};

/// How many deliveries a hold remembers: work on one that was interrupted comes again within minutes.
const MOST_DELIVERIES: usize = 100;
/// How many items a hold that takes the place of one whose time is up writes, beside those of its target: itself, its end and two notes, and for the
/// other one as many, with a link of the ledger for each.
const WRITES_OF_A_HOLD: usize = 10;
/// How many items are written of its target: its two, the head of its chain and that chain's beginning.
const WRITES_OF_A_TARGET: usize = 4;
/// How many prefixes that must stay reachable are written with a hold: with it and its target they fit into one transaction.
const MOST_SPARED: usize = MOST_WRITES - MOST_NOTES - WRITES_OF_A_HOLD - WRITES_OF_A_TARGET;
/// How many notes of budgets are written with the holds of one transaction: of each of eight budgets that of the holds' plugin, account, region or VPC, and of some
/// instances the two shares that they count for.
const MOST_NOTES: usize = 24;

/// See [`crate::hold::Journal::put_within`]. Holds on so many targets that they do not fit into one transaction are put in force a few at a time, each few with what they are
/// charged to.
pub(in super::super) async fn put_within(
    table: &Lasting,
    intents: &[Intent],
    spending: &Spending,
    delivery: &DeliveryId,
    now: Timestamp,
) -> Result<Put, Failure> {
    let prefixes = intents.iter().filter_map(|intent| intent.remedy.denial());
    history::note_lengths(table, prefixes.map(|denial| denial.prefix)).await?;
    spare_many(table, intents).await?;
    let mut holds = Vec::new();
    let mut charged = Charging::new(spending, now);
    for intents in portions(intents, &charged) {
        let mut tries = Tries::default();
        let mut numbers = Numbers::default();
        loop {
            let mut transaction = Transaction::new(&table.table);
            numbers.again();
            let mut charging = charged.clone();
            let putting = Putting { delivery, now };
            let now_in_force = put_some(table, &mut transaction, &mut numbers, &mut charging, intents, putting).await?;
            if transaction.commit().await? == Committed::Yes {
                holds.extend(now_in_force);
                charged = charging.written();
                break;
            }
            tries.wait().await?;
        }
    }
    Ok(charged.into_put(holds))
}

/// Who asks, and when.
#[derive(Clone, Copy)]
struct Putting<'a> {
    delivery: &'a DeliveryId,
    now: Timestamp,
}

/// Numbers for new holds: who has to try again takes those that he has.
#[derive(Default)]
struct Numbers {
    taken: Vec<HoldId>,
    used: usize,
}

impl Numbers {
    /// None of them is used yet.
    fn again(&mut self) {
        self.used = 0;
    }

    /// Takes so many in all, if there are not as many yet: by one request, however many they are.
    async fn take(&mut self, table: &Lasting, count: usize) -> Result<(), Failure> {
        let missing = count.saturating_sub(self.taken.len());
        if missing > 0 {
            self.taken.extend(table.next_hold_ids(missing).await?);
        }
        Ok(())
    }

    async fn next(&mut self, table: &Lasting) -> Result<HoldId, Failure> {
        self.take(table, self.used.saturating_add(1)).await?;
        let number = self.taken.get(self.used).copied();
        self.used += 1;
        number.ok_or_else(|| unreadable("number of a hold", ""))
    }
}

/// So many at a time as fit into one transaction.
fn portions<'a>(intents: &'a [Intent], charging: &Charging<'_>) -> Vec<&'a [Intent]> {
    let mut portions = Vec::new();
    let (mut from, mut writes) = (0, 0);
    for (index, intent) in intents.iter().enumerate() {
        let with_it = intents.get(from..=index).unwrap_or_default();
        let notes = charging.names(with_it).len();
        let more = WRITES_OF_A_HOLD + WRITES_OF_A_TARGET + intent.spare.len().min(MOST_SPARED);
        if index > from && (writes + more + notes > MOST_WRITES || notes > MOST_NOTES) {
            portions.push(&intents[from..index]);
            (from, writes) = (index, 0);
        }
        writes += more;
    }
    portions.push(&intents[from..]);
    portions
}

/// Writes what must stay reachable, where that is more than fits into a transaction with the hold: before the hold, so that none is in force without. The target
/// is touched with it, so that nobody removes it meanwhile.
async fn spare_many(table: &Lasting, intents: &[Intent]) -> Result<(), Failure> {
    for intent in intents.iter().filter(|intent| intent.spare.len() > MOST_SPARED) {
        for prefixes in intent.spare.chunks(MOST_WRITES - 2) {
            let mut tries = Tries::default();
            loop {
                let mut transaction = Transaction::new(&table.table);
                for prefix in prefixes {
                    transaction.overwrite(Item::new(key::spare(&intent.target, *prefix)));
                }
                transaction.touch(&intent.target);
                if transaction.commit().await? == Committed::Yes {
                    break;
                }
                tries.wait().await?;
            }
        }
    }
    Ok(())
}

async fn put_some(
    table: &Lasting,
    transaction: &mut Transaction<'_>,
    numbers: &mut Numbers,
    charging: &mut Charging<'_>,
    intents: &[Intent],
    Putting { delivery, now }: Putting<'_>,
) -> Result<Vec<Hold>, Failure> {
    let places = intents.iter().flat_map(|intent| {
        let Intent { target, remedy, .. } = intent;
        [key::hold(target, remedy), key::known(target), ledger::head_of(target)]
    });
    let names = charging.names(intents);
    let notes = names.iter().map(|name| key::note(NoteKind::Budget, name));
    transaction
        .fetch(places.chain(intents.iter().flat_map(spared)).chain(notes))
        .await?;
    for name in &names {
        charging.know(name, notes::get(transaction, NoteKind::Budget, name).await?);
    }
    numbers
        .take(table, count_new(transaction, charging, intents, now).await?)
        .await?;
    let mut in_force = Vec::new();
    for intent in intents {
        let place = key::hold(&intent.target, &intent.remedy);
        let present = transaction.get(&place).await?;
        let present = present.as_ref().map(Kept::read).transpose()?;
        let kept = match present {
            Some(kept) if kept.hold.is_live(now) => {
                let mut asked_again = kept.clone();
                ask_again(&mut asked_again, intent, delivery);
                alter(transaction, &kept.hold, &asked_again)?;
                ledger::record(transaction, &Event::in_force(&asked_again.hold, false, delivery)).await?;
                asked_again
            }
            over => {
                if !charging.may_begin(intent) {
                    continue;
                }
                if let Some(kept) = over {
                    let at = kept.hold.until.unwrap_or(now);
                    let why = EndReason::Expired;
                    end(table, transaction, kept, Ended { at, why }).await?;
                }
                let kept = begin(numbers.next(table).await?, intent, delivery, now);
                transaction.put(kept.new_item()?);
                note(transaction, &kept, None)?;
                ledger::record(transaction, &Event::in_force(&kept.hold, true, delivery)).await?;
                kept
            }
        };
        // Where nothing was in force for long, somebody may be removing them.
        let known = transaction.get(&key::known(&intent.target)).await?;
        let is_lasting = known.is_some_and(|known| known.number(name::EXPIRES).is_none());
        for spare in spared(intent) {
            if !is_lasting || transaction.get(&spare).await?.is_none() {
                transaction.overwrite(Item::new(spare));
            }
        }
        in_force.push(kept.hold);
    }
    targets::touch_each(transaction, in_force.iter().map(|hold| &hold.target));
    for note in charging.changed() {
        notes::put(table, transaction, &note);
    }
    Ok(in_force)
}

/// How many of some intents become new holds, by what the transaction has read.
async fn count_new(
    transaction: &mut Transaction<'_>,
    charging: &Charging<'_>,
    intents: &[Intent],
    now: Timestamp,
) -> Result<usize, Failure> {
    let (mut charging, mut new) = (charging.clone(), BTreeSet::new());
    for intent in intents {
        let place = key::hold(&intent.target, &intent.remedy);
        let present = transaction.get(&place).await?;
        let present = present.as_ref().map(Kept::read).transpose()?;
        let is_live = present.is_some_and(|kept| kept.hold.is_live(now));
        if !is_live && !new.contains(&place) && charging.may_begin(intent) {
            new.insert(place);
        }
    }
    Ok(new.len())
}

/// What must stay reachable, if it is written with the hold.
fn spared(intent: &Intent) -> impl Iterator<Item = Key> {
    let with_it = Some(&intent.spare).filter(|spare| spare.len() <= MOST_SPARED);
    with_it
        .into_iter()
        .flatten()
        .map(|prefix: &IpNet| key::spare(&intent.target, *prefix))
}

fn begin(id: HoldId, intent: &Intent, delivery: &DeliveryId, now: Timestamp) -> Kept {
    Kept {
        hold: Hold::begun(id, intent, now),
        began_by: delivery.to_string(),
        deliveries: vec![delivery.to_string()],
    }
}

fn ask_again(kept: &mut Kept, intent: &Intent, delivery: &DeliveryId) {
    let Kept { hold, deliveries, .. } = kept;
    hold.until = later(hold.until, intent.until);
    hold.reason.clone_from(&intent.reason);
    hold.confidence = hold.confidence.max(intent.confidence);
    hold.severity = intent.severity.or(hold.severity);
    hold.plugin.clone_from(&intent.plugin);
    hold.alert.clone_from(&intent.alert);
    if !deliveries.iter().any(|known| known == delivery.as_str()) {
        hold.offences = hold.offences.saturating_add(1);
        deliveries.push(delivery.to_string());
        let too_many = deliveries.len().saturating_sub(MOST_DELIVERIES);
        deliveries.drain(..too_many);
    }
}
