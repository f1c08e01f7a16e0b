//! People: they edit network ACLs by hand, and they give Quell orders.

use anyhow::Context;
use fastrand::Rng;
use quell::{
    cloud::{AclId, Direction, Entry, PortRange, Protocol, RuleAction},
    duration::HumanDuration,
    hold::HoldFilter,
    way::{
        Host,
        order::{Order, OrderError, PardonTerms, Release, done::Done},
    },
};

use crate::accounts::Watched;

/// How many entries of their own people have in one ACL at most, beside those that were there.
const MOST: usize = 8;

/// Somebody edits an ACL.
pub(crate) fn edit(rng: &mut Rng, account: &Watched, acl: &AclId) -> anyhow::Result<()> {
    let (ours, theirs) = (account.ours(acl), account.theirs(acl));
    match rng.u8(0..4) {
        0 => put(account, acl, &entry(rng)),
        1 if !ours.is_empty() => {
            let Entry { number, direction, .. } = ours[rng.usize(0..ours.len())];
            account
                .account
                .remove_entry_as_someone_else(acl, direction, number)
                .context("ours is there")
        }
        2 if !ours.is_empty() && theirs.len() < MOST + 9 => {
            let Entry { number, direction, .. } = ours[rng.usize(0..ours.len())];
            let entry = Entry {
                number,
                direction,
                ..entry(rng)
            };
            // An ACL that is full of the other family takes no more of this one.
            if account.account.put_entry_as_someone_else(acl, &entry).is_ok() {
                account.edited(acl, |theirs| theirs.push(entry));
            }
            Ok(())
        }
        _ => {
            // What they wrote themselves lately; what was there in the beginning stays.
            let lately: Vec<_> = theirs.iter().filter(|entry| is_lately(entry)).collect();
            if lately.is_empty() {
                return put(account, acl, &entry(rng));
            }
            let gone = lately[rng.usize(0..lately.len())];
            account.edited(acl, |theirs| theirs.retain(|entry| entry != gone));
            account
                .account
                .remove_entry_as_someone_else(acl, gone.direction, gone.number)
                .context("theirs is there")
        }
    }
}

fn put(account: &Watched, acl: &AclId, entry: &Entry) -> anyhow::Result<()> {
    let live = account.live(acl);
    let is_taken = live
        .entries
        .iter()
        .any(|other| (other.direction, other.number) == (entry.direction, entry.number));
    let lately = account.theirs(acl).iter().filter(|entry| is_lately(entry)).count();
    if !is_taken && lately < MOST && account.account.put_entry_as_someone_else(acl, entry).is_ok() {
        account.edited(acl, |theirs| theirs.push(entry.clone()));
    }
    Ok(())
}

/// Something that an owner may write: a deny of somebody else, one port for all, or one partner let in early.
fn entry(rng: &mut Rng) -> Entry {
    let number = rng.u16(1..100);
    let direction = Direction::BOTH[usize::from(rng.u8(0..4) == 0)];
    let text = match rng.u8(0..5) {
        0 => format!("203.0.113.{}/28", rng.u8(0..16) * 16),
        1 => format!("2001:db8:{:x}::/48", rng.u16(0x1000..0xffff)),
        _ => format!("198.51.100.{}/32", rng.u8(100..200)),
    };
    let is_partner = !text.ends_with("/32");
    Entry {
        action: if is_partner {
            RuleAction::Allow
        } else {
            RuleAction::Deny
        },
        protocol: if is_partner { Protocol::Number(6) } else { Protocol::All },
        ports: is_partner.then_some(PortRange { first: 443, last: 443 }),
        ..Entry::deny(number, direction, text.parse().expect("a prefix"))
    }
}

/// Whether an entry is one that [`entry`] makes.
fn is_lately(entry: &Entry) -> bool {
    entry.number < 100 && entry.number != 50
}

/// Somebody gives an order. None if there was nothing to order.
pub(crate) async fn order(rng: &mut Rng, host: &Host) -> anyhow::Result<Option<Done>> {
    let journal = host.journal();
    let holds = journal.holds(&HoldFilter::default()).await?;
    let paused = journal.paused().await?.is_some();
    let order = match rng.u8(0..8) {
        _ if paused => Order::Resume {},
        0 => Order::Pause {
            reason: "an audit".to_owned(),
        },
        _ if holds.is_empty() => return Ok(None),
        1 => {
            let hold = &holds[rng.usize(0..holds.len())];
            let later = hold.until.map(|until| until + jiff::SignedDuration::from_hours(6));
            Order::Extend {
                holds: vec![hold.id],
                until: later,
            }
        }
        2..5 => {
            let hold = &holds[rng.usize(0..holds.len())];
            let address = hold.remedy.subject().parse()?;
            Order::Release(Release {
                address: Some(address),
                pardon: Some(PardonTerms {
                    lasts: HumanDuration::from_secs(rng.u64(3_600..86_400)),
                    reason: "a customer".to_owned(),
                }),
                ..Release::default()
            })
        }
        _ => Order::Release(Release {
            holds: vec![holds[rng.usize(0..holds.len())].id],
            ..Release::default()
        }),
    };
    match host.carry_order(order).await {
        Ok(done) => Ok(Some(done)),
        // Its time was up meanwhile, or it has the longest time there is.
        Err(OrderError::Past(_) | OrderError::TooLong { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
