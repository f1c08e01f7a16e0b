//! The ledger tells all that happens, and the journal follows from it.

use quell::{
    cloud::RequestId,
    digest::Digest,
    hold::ledger::{
        Chain, ChainState, Event, Head, Link,
        verify::{Flaw, verify},
    },
};
use quell_tests::everything;

use super::*;

async fn links(journal: &dyn Journal) -> Vec<Link> {
    let mut all = Vec::new();
    for state in journal.chains().await.unwrap() {
        all.extend(journal.links(&state.chain, state.anchor.number, 1_000).await.unwrap());
    }
    all
}

async fn findings(journal: &dyn Journal) -> Vec<String> {
    let verdict = verify(journal, &[]).await.unwrap();
    verdict.findings.iter().map(ToString::to_string).collect()
}

/// Removes what is old. Where somebody else is in the way it is left for the next time.
async fn prune(journal: &dyn Journal, before: Timestamp) {
    for _ in 0..5 {
        journal.prune(before).await.unwrap();
    }
}

#[tokio::test]
async fn all_that_happens_is_told_and_the_journal_follows_from_it() {
    let journal = journal().await;
    everything::keep(&*journal).await.unwrap();
    journal.resume().await.unwrap();
    journal.end_pardon("192.0.2.0/24".parse().unwrap()).await.unwrap();
    let verdict = verify(&*journal, &[]).await.unwrap();
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.compared, verdict.older), (4 + 6 + 5 + 1, 0));
    let mut told: Vec<_> = links(&*journal).await.iter().map(Link::tells).collect();
    for tells in &mut told {
        // The number of a change is chosen by each journal.
        if let Some((event, _)) = tells.split_once(", change") {
            *tells = event.to_owned();
        }
    }
    told.sort();
    let mut counted: Vec<(String, usize)> = Vec::new();
    for tells in told {
        match counted.last_mut().filter(|(last, _)| *last == tells) {
            Some((_, count)) => *count += 1,
            None => counted.push((tells, 1)),
        }
    }
    let lines: Vec<_> = counted
        .iter()
        .map(|(tells, count)| format!("{count} {tells}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    8 chain-began
    5 change-begun
    4 change-finished
    1 delivery-admitted, delivery again
    1 delivery-admitted, delivery done
    1 delivery-admitted, delivery failed
    1 delivery-admitted, delivery waits
    1 delivery-settled, delivery again
    1 delivery-settled, delivery done
    1 delivery-settled, delivery failed
    1 hold-asked-again, hold 1
    1 hold-began, hold 1
    1 hold-began, hold 2
    1 hold-began, hold 3
    1 hold-began, hold 4
    1 hold-began, hold 5
    1 hold-began, hold 6
    1 hold-ended, hold 2
    1 hold-ended, hold 4
    1 pardon-ended, 192.0.2.0/24
    1 pardoned, 192.0.2.0/24
    1 paused
    1 resumed
    ");
}

#[tokio::test]
async fn who_works_while_the_journal_is_verified_is_not_taken_for_somebody_who_changed_it() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", None), "first", 0).await;
    let works = async {
        for number in 1.. {
            let again = intent("203.0.113.7/32", None);
            put(&journal, again, &format!("again {number}"), number).await;
            let other = intent(&format!("2001:db8::{number:x}/128"), None);
            put(&journal, other, &format!("new {number}"), number).await;
        }
    };
    let verdict = tokio::select! {
        verdict = verify(&*journal, &[]) => verdict.unwrap(),
        () = works => unreachable!("it works for ever"),
    };
    assert_eq!(verdict.findings, []);
}

#[tokio::test]
async fn a_change_carries_the_number_of_awss_request() {
    let journal = journal().await;
    let lease = lease(&journal).await;
    let change = EntryChange::Create(deny(99, "203.0.113.7/32")).into();
    let id = journal.begin(&lease, &change, None, at(1)).await.unwrap();
    let request = RequestId::said("59dbff89-35bd-4eac-99ed-be587EXAMPLE");
    let finished = journal
        .finish(id, &ChangeEnd::Done, request.as_ref(), None, at(2))
        .await;
    finished.unwrap();
    let last = links(&*journal).await.pop().unwrap();
    assert!(
        last.text
            .contains("\"request-id\":\"59dbff89-35bd-4eac-99ed-be587EXAMPLE\""),
        "{}",
        last.text
    );
    let (mut kept, mut place) = (None, None);
    loop {
        let page = journal.records(place.as_ref()).await.unwrap();
        kept = page.records.iter().fold(kept, |kept, record| match record {
            Record::Change { request, .. } => request.clone(),
            _ => kept,
        });
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(kept, request);
    assert_eq!(findings(&*journal).await, [""; 0]);
}

#[tokio::test]
async fn what_is_removed_for_its_age_leaves_chains_that_still_prove_themselves() {
    let journal = journal().await;
    let until = at(4_000_000_000);
    let held = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    for number in 0..60 {
        let pardon = Pardon {
            prefix: format!("192.0.2.{number}/32").parse().unwrap(),
            since: at(number),
            until,
            reason: "a partner".to_owned(),
        };
        journal.pardon(&pardon).await.unwrap();
        journal.extend(&[held.id], Some(at(1_000_000 + number))).await.ok();
    }
    // The ledger's times are those of the clock.
    prune(&*journal, Timestamp::now() + SignedDuration::from_hours(1)).await;
    let verdict = verify(&*journal, &[]).await.unwrap();
    assert_eq!(verdict.findings, []);
    assert!(verdict.pruned >= 61, "{verdict:?}");
    assert!(verdict.links < 10, "{verdict:?}");
    assert_eq!(verdict.compared, 61, "what stands is still compared");
    journal.end(&[held.id], EndReason::Released, at(5)).await.unwrap();
    assert_eq!(findings(&*journal).await, [""; 0]);
}

/// A chain that began when almost as much stood as one record names, and to which more was told since.
fn chain_of_much() -> Vec<Record> {
    let chain = Chain::orders();
    let standing = (0..2_990).map(|number| (format!("pardon 2001:db8::{number:x}/128"), Digest::of(b"a pardon")));
    let mut events = Event::began(&chain, standing.collect());
    events.extend((0..60).map(|number| {
        Event::pardoned(&Pardon {
            prefix: format!("192.0.2.{number}/32").parse().unwrap(),
            since: at(0),
            until: Pardon::WITHOUT_END,
            reason: "a partner".to_owned(),
        })
    }));
    let (mut records, mut head) = (Vec::new(), Head::NOTHING);
    for event in &events {
        let link = Link::forge(&chain, head, at(0), event).unwrap();
        head = link.head();
        records.push(Record::Link(link));
    }
    let anchor = Head::NOTHING;
    records.push(Record::Chain(ChainState { chain, head, anchor }));
    records
}

/// What links say, but for the moment at which they were written.
fn said(links: &[Link]) -> Vec<serde_json::Value> {
    let said = links.iter().map(|link| {
        let mut value = link.value().unwrap();
        value.as_object_mut().unwrap().remove("at");
        value
    });
    said.collect()
}

#[tokio::test]
async fn more_that_stands_than_one_record_names_is_named_by_several_equally_in_each_journal() {
    let (journal, file) = (journal().await, sqlite().await);
    for journal in [&*journal, &*file] {
        journal.restore(&chain_of_much()).await.unwrap();
        prune(journal, at(1)).await;
    }
    let left = links(&*journal).await;
    assert!(left.iter().all(|link| link.text.len() < 400_000));
    let said_here = said(&left);
    let named = said_here.iter().map(|said| said["standing"].as_object().unwrap().len());
    assert_eq!(named.collect::<Vec<_>>(), [3_000, 50]);
    assert_eq!(said(&links(&*file).await), said_here);

    let verdict = verify(&*journal, &[]).await.unwrap();
    let is_gone = |flaw: &Flaw| matches!(flaw, Flaw::Gone { .. });
    assert!(verdict.findings.iter().all(|found| is_gone(&found.flaw)));
    assert_eq!(
        verdict.findings.len(),
        3_050,
        "each is told, and no row of it was made here"
    );
    let there = sqlite().await;
    archive::copy(&*journal, &*there, |_| {}).await.unwrap();
    let back = super::journal().await;
    archive::copy(&*there, &*back, |_| {}).await.unwrap();
    assert_eq!(links(&*back).await, left);
}

#[tokio::test]
async fn a_copy_takes_the_ledger_along_and_goes_on_with_it() {
    let journal = journal().await;
    everything::keep(&*journal).await.unwrap();
    let there = sqlite().await;
    archive::copy(&*journal, &*there, |_| {}).await.unwrap();
    assert_eq!(links(&*there).await, links(&*journal).await);
    let back = super::journal().await;
    archive::copy(&*there, &*back, |_| {}).await.unwrap();
    put(&back, intent("192.0.2.9/32", None), "b", 200).await;
    assert_eq!(findings(&*back).await, [""; 0]);
    assert_eq!(links(&*back).await.len(), links(&*journal).await.len() + 1);
}
