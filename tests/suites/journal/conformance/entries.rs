//! Entries: what is ours, and what a change makes of it.

use super::*;

/// A journal with a lease, and hands for changes.
struct Bench {
    journal: Opened,
    lease: Lease,
}

impl Bench {
    async fn new() -> Self {
        let journal = journal().await;
        let lease = lease(&journal).await;
        Self { journal, lease }
    }

    async fn begin(&self, change: &Change, now: i64) -> ChangeId {
        self.journal.begin(&self.lease, change, None, at(now)).await.unwrap()
    }

    /// Begins a change and finishes it a second later.
    async fn make(&self, change: Change, end: ChangeEnd, now: i64) {
        let id = self.begin(&change, now).await;
        self.journal.finish(id, &end, None, None, at(now + 1)).await.unwrap();
    }

    /// The entries that are ours, a line each: the number, the prefix, whether it is confirmed, and the second of its write.
    async fn own(&self) -> Vec<String> {
        let own = situation(&self.journal, 0).await.own;
        own.iter()
            .map(|own| {
                let confirmed = if own.confirmed { "confirmed" } else { "maybe" };
                let (number, prefix) = (own.entry.number, own.entry.prefix);
                format!("{number} {prefix} {confirmed} {}", own.written.as_second())
            })
            .collect()
    }
}

fn create(prefix: &str) -> Change {
    Change::from(EntryChange::Create(deny(99, prefix)))
}

fn replace(old: &str, new: &str) -> Change {
    Change::from(EntryChange::Replace {
        old: deny(99, old),
        new: deny(99, new),
    })
}

fn delete(prefix: &str) -> Change {
    Change::from(EntryChange::Delete(deny(99, prefix)))
}

fn refused() -> ChangeEnd {
    ChangeEnd::Refused("denied".to_owned())
}

fn unknown() -> ChangeEnd {
    ChangeEnd::Unknown("no answer".to_owned())
}

const SEVEN: &str = "203.0.113.7/32";
const WIDE: &str = "203.0.113.0/28";

#[tokio::test]
async fn an_entry_is_ours_from_the_moment_its_write_begins_until_it_is_known_to_be_gone() {
    let bench = Bench::new().await;
    let begun = bench.begin(&create(SEVEN), 1).await;
    assert_eq!(
        bench.own().await,
        ["99 203.0.113.7/32 maybe 1"],
        "a crash now must not make an orphan"
    );
    bench.journal.finish(begun, &unknown(), None, None, at(2)).await.unwrap();
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 maybe 1"], "it may be there");
    bench.make(create(SEVEN), ChangeEnd::Done, 3).await;
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 confirmed 3"]);

    let begun = bench.begin(&delete(SEVEN), 5).await;
    assert_eq!(bench.own().await.len(), 1, "it is still there");
    bench.journal.finish(begun, &refused(), None, None, at(6)).await.unwrap();
    bench.make(delete(SEVEN), unknown(), 7).await;
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 confirmed 3"]);
    bench.make(delete(SEVEN), ChangeEnd::Done, 9).await;
    assert!(bench.own().await.is_empty());
}

#[tokio::test]
async fn a_write_that_was_refused_leaves_no_claim_on_what_others_may_put_there() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), refused(), 1).await;
    assert!(bench.own().await.is_empty());
}

#[tokio::test]
async fn a_refusal_does_not_disown_an_entry_that_an_earlier_write_may_have_made() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), unknown(), 1).await;
    bench.make(create(SEVEN), refused(), 3).await;
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 maybe 1"], "else it is an orphan");
}

#[tokio::test]
async fn a_refusal_does_not_disown_an_entry_that_was_confirmed() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    let begun = bench.begin(&create(SEVEN), 3).await;
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 maybe 3"]);
    bench.journal.finish(begun, &refused(), None, None, at(4)).await.unwrap();
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 confirmed 1"]);
}

/// What another process does once the lease of the first has ended.
async fn taken_over(bench: &Bench, change: Change, end: ChangeEnd, now: i64) {
    let leasing = bench.journal.lease(&web(), &Owner::new("two"), at(now), at(now + 60)).await;
    let Leasing::Ours(lease) = leasing.unwrap() else {
        panic!("the lease has ended")
    };
    let id = bench.journal.begin(&lease, &change, None, at(now)).await.unwrap();
    bench.journal.finish(id, &end, None, None, at(now + 1)).await.unwrap();
}

#[tokio::test]
async fn a_refusal_that_comes_late_does_not_disown_what_another_process_has_written_since() {
    let bench = Bench::new().await;
    let late = bench.begin(&create(SEVEN), 1).await;
    taken_over(&bench, create(SEVEN), ChangeEnd::Done, 2_000).await;
    bench.journal.finish(late, &refused(), None, None, at(2_002)).await.unwrap();
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 confirmed 2000"], "else it is an orphan");
}

#[tokio::test]
async fn a_removal_whose_answer_comes_late_does_not_disown_what_another_process_has_written_since() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    let late = bench.begin(&delete(SEVEN), 3).await;
    taken_over(&bench, create(SEVEN), ChangeEnd::Done, 2_000).await;
    bench.journal.finish(late, &ChangeEnd::Done, None, None, at(2_002)).await.unwrap();
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 confirmed 2000"], "else it is an orphan");
}

#[tokio::test]
async fn while_an_entry_is_replaced_both_are_ours_at_one_number() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    let begun = bench.begin(&replace(SEVEN, WIDE), 3).await;
    let both = ["99 203.0.113.7/32 confirmed 1", "99 203.0.113.0/28 maybe 3"];
    assert_eq!(bench.own().await, both);
    bench.journal.finish(begun, &unknown(), None, None, at(4)).await.unwrap();
    assert_eq!(bench.own().await, both, "either may be there");
    bench.make(replace(SEVEN, WIDE), ChangeEnd::Done, 5).await;
    assert_eq!(bench.own().await, ["99 203.0.113.0/28 confirmed 5"]);
}

#[tokio::test]
async fn a_replacement_that_was_refused_leaves_the_old_entry_ours() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    bench.make(replace(SEVEN, WIDE), refused(), 3).await;
    assert_eq!(bench.own().await, ["99 203.0.113.7/32 confirmed 1"]);
}

#[tokio::test]
async fn a_removal_disowns_only_the_very_entry() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    bench.make(replace(SEVEN, WIDE), unknown(), 3).await;
    bench.make(delete(SEVEN), ChangeEnd::Done, 5).await;
    assert_eq!(bench.own().await, ["99 203.0.113.0/28 maybe 3"]);
    let wide = situation(&bench.journal, 0).await.own.remove(0);
    bench.journal.forget(&web(), &wide).await.unwrap();
    assert!(bench.own().await.is_empty());
}

#[tokio::test]
async fn entries_of_one_acl_are_not_those_of_another() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    let elsewhere = bench.journal.situation(&database(), at(0), at(0)).await.unwrap();
    assert!(elsewhere.own.is_empty() && elsewhere.recent.is_empty());
}

#[tokio::test]
async fn what_was_done_lately_is_told_and_nothing_else() {
    let bench = Bench::new().await;
    bench.make(create(SEVEN), ChangeEnd::Done, 1).await;
    bench.make(create("203.0.113.8/32"), refused(), 3).await;
    bench.make(create("203.0.113.9/32"), unknown(), 5).await;
    bench.make(replace(SEVEN, WIDE), ChangeEnd::Done, 7).await;
    bench.begin(&delete(WIDE), 9).await;
    let recent = async |since| bench.journal.situation(&web(), at(10), at(since)).await.unwrap().recent;
    let made = |change, second| MadeChange { change, at: at(second) };
    let (created, replaced) = (made(create(SEVEN), 2), made(replace(SEVEN, WIDE), 8));
    assert_eq!(recent(0).await, [created, replaced.clone()]);
    assert_eq!(recent(8).await, [replaced]);
    assert!(recent(9).await.is_empty());
}
