//! How often a table is asked, where each time makes an alert wait.

use std::sync::Arc;

use quell_tests::{
    moto::Moto,
    proxy::{Ec2Proxy, Kind, Trouble, Whom},
    table::new_table,
};

use crate::opened::*;

/// A table behind a proxy that counts.
struct Counted {
    table: String,
    proxy: Ec2Proxy,
    moto: Arc<Moto>,
}

impl Counted {
    async fn prepare() -> Self {
        let moto = moto().await;
        Self {
            table: new_table(&moto).await,
            proxy: Ec2Proxy::start(&moto.endpoint()).await.unwrap(),
            moto,
        }
    }

    /// The journal, as a process has it that has just started.
    fn journal(&self) -> DynamoJournal {
        let config = self.moto.sdk_config().into_builder();
        let config = config.endpoint_url(self.proxy.endpoint()).build();
        DynamoJournal::new(&config, None, &self.table, SignedDuration::from_hours(24))
    }

    /// How many of these requests there were since so many of all.
    fn count(&self, action: &str, since: usize) -> usize {
        let passed = self.proxy.passed(since);
        passed.iter().filter(|passed| passed.request.action == action).count()
    }
}

fn blocks(from: usize, to: usize) -> Vec<Intent> {
    (from..to)
        .map(|number| intent(&format!("203.0.113.{number}/32"), Some(100)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_with_several_attackers_asks_for_the_numbers_of_its_holds_once() {
    let it = Counted::prepare().await;
    let journal = it.journal();
    let holds = journal.put_in_force(&blocks(0, 5), &id("a"), at(0)).await.unwrap();
    let ids: Vec<_> = holds.iter().map(|hold| hold.id.0).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    assert_eq!(
        it.count("UpdateItem", 0),
        2,
        "the numbers, and how long the prefixes are"
    );
    // Of those that are there none is asked for.
    let before = it.proxy.count();
    let holds = journal.put_in_force(&blocks(3, 7), &id("b"), at(1)).await.unwrap();
    let ids: Vec<_> = holds.iter().map(|hold| hold.id.0).collect();
    assert_eq!(ids, [4, 5, 6, 7]);
    assert_eq!(it.count("UpdateItem", before), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_has_just_started_does_not_note_what_it_has_read() {
    let it = Counted::prepare().await;
    it.journal().put_in_force(&blocks(0, 1), &id("a"), at(0)).await.unwrap();
    let started = it.journal();
    let history = started.history("203.0.113.0".parse().unwrap(), at(1)).await.unwrap();
    assert_eq!(history.offences, 1);
    let before = it.proxy.count();
    started.put_in_force(&blocks(0, 1), &id("b"), at(2)).await.unwrap();
    assert_eq!(it.count("UpdateItem", before), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_change_after_a_hold_reads_nothing() {
    let it = Counted::prepare().await;
    let journal = it.journal();
    journal.put_in_force(&blocks(0, 1), &id("a"), at(0)).await.unwrap();
    let leasing = journal.lease(&web(), &Owner::new("one"), at(0), at(60)).await.unwrap();
    let Leasing::Ours(lease) = leasing else {
        panic!("nobody else is there")
    };
    let before = it.proxy.count();
    let change = EntryChange::Create(deny(99, "203.0.113.0/32")).into();
    let id = journal.begin(&lease, &change, None, at(1)).await.unwrap();
    journal.finish(id, &ChangeEnd::Done, None, None, at(2)).await.unwrap();
    assert_eq!(it.count("TransactWriteItems", before), 2);
    assert_eq!(it.proxy.count() - before, 2, "and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_throttled_does_not_read_anew_what_nobody_wrote_meanwhile() {
    let it = Counted::prepare().await;
    let journal = it.journal();
    journal.put_in_force(&blocks(0, 1), &id("a"), at(0)).await.unwrap();
    let before = it.proxy.count();
    journal.put_in_force(&blocks(1, 2), &id("b"), at(1)).await.unwrap();
    let untroubled = it.proxy.count() - before;
    it.proxy.set(Trouble::new(Kind::Cancelled, Whom::All).times(3));
    let before = it.proxy.count();
    let holds = journal.put_in_force(&blocks(2, 3), &id("c"), at(2)).await.unwrap();
    assert_eq!(holds.len(), 1);
    assert_eq!(it.count("TransactWriteItems", before), 4);
    assert_eq!(
        it.proxy.count() - before,
        untroubled + 3,
        "something else was asked for, too"
    );
}
