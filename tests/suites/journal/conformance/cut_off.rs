//! A store that fails, or a process that dies, while many holds are put in force, extended or ended. What is more than a store can do in one act is done in part then, and each hold is as it was or as it
//! was to be, with its target and its ledger.

use quell::hold::ledger::verify::verify;

use super::*;

/// More than fits into a few transactions of a table.
const MANY: usize = 60;

/// Blocks on two targets by turns.
fn intents() -> Vec<Intent> {
    let at_either = |number: usize| Intent {
        target: if number.is_multiple_of(2) { web() } else { database() },
        ..intent(&format!("203.0.113.{number}/32"), Some(100))
    };
    (0..MANY).map(at_either).collect()
}

/// Many holds in force, and targets that are as they say.
async fn converged(journal: &Opened) -> Vec<HoldId> {
    let holds = journal.put_in_force(&intents(), &id("a"), at(0)).await.unwrap();
    for target in [web(), database()] {
        let seen = journal.situation(&target, at(0), at(0)).await.unwrap();
        journal.converged(&target, Some(seen.revision), &[]).await.unwrap();
    }
    assert_eq!(journal.unfinished().await.unwrap(), []);
    holds.iter().map(|hold| hold.id).collect()
}

async fn in_force(journal: &Opened) -> Vec<Hold> {
    journal.holds(&HoldFilter::default()).await.unwrap()
}

/// What was done of it is whole: the ledger tells it, and its targets are looked at again.
async fn assert_whole(journal: &Opened) {
    assert_eq!(verify(&**journal, &[]).await.unwrap().findings, []);
    assert_eq!(journal.unfinished().await.unwrap(), [web(), database()]);
}

#[tokio::test]
async fn who_is_cut_off_while_many_holds_end_has_ended_some_wholly_and_ends_the_rest_by_asking_for_it_again() {
    let journal = journal().await;
    let all = converged(&journal).await;
    let is_cut_off = journal.cuts_off_after(3);
    let cut_off = journal.end(&all, EndReason::Released, at(5)).await;
    journal.is_well_again();
    let left: Vec<_> = in_force(&journal).await.iter().map(|hold| hold.id).collect();
    assert!(left.len() < MANY, "nothing ended");
    assert_eq!(cut_off.is_err(), is_cut_off);
    assert_eq!(is_cut_off, !left.is_empty(), "{} are left", left.len());
    assert_whole(&journal).await;

    let ended = journal.end(&left, EndReason::Released, at(6)).await.unwrap();
    assert_eq!(ended.len(), left.len());
    assert_eq!(in_force(&journal).await, []);
    assert_eq!(journal.holds(&everything()).await.unwrap().len(), MANY);
    assert_whole(&journal).await;
}

#[tokio::test]
async fn who_is_cut_off_while_many_holds_are_extended_has_extended_some_wholly_and_the_rest_end_as_they_would_have() {
    let journal = journal().await;
    let all = converged(&journal).await;
    let is_cut_off = journal.cuts_off_after(3);
    let cut_off = journal.extend(&all, Some(at(200))).await;
    journal.is_well_again();
    let holds = in_force(&journal).await;
    let (longer, left): (Vec<_>, Vec<_>) = holds.iter().partition(|hold| hold.until == Some(at(200)));
    assert!(left.iter().all(|hold| hold.until == Some(at(100))), "{left:?}");
    assert!(!longer.is_empty(), "nothing was extended");
    assert_eq!(cut_off.is_err(), is_cut_off);
    assert_eq!(is_cut_off, !left.is_empty(), "{} are left", left.len());
    assert_whole(&journal).await;

    assert_eq!(journal.expire(at(100)).await.unwrap().len(), left.len());
    assert_eq!(in_force(&journal).await.len(), longer.len());
    assert_eq!(journal.expire(at(200)).await.unwrap().len(), longer.len());
    assert_whole(&journal).await;
}

#[tokio::test]
async fn who_is_cut_off_while_many_holds_are_put_in_force_puts_the_rest_by_the_same_delivery_and_counts_none_twice() {
    let journal = journal().await;
    let is_cut_off = journal.cuts_off_after(3);
    let cut_off = journal.put_in_force(&intents(), &id("a"), at(0)).await;
    journal.is_well_again();
    let first = in_force(&journal).await;
    assert!(!first.is_empty(), "nothing was put in force");
    assert_eq!(cut_off.is_err(), is_cut_off);
    assert_eq!(is_cut_off, first.len() < MANY, "{} are there", first.len());
    assert_whole(&journal).await;

    journal.put_in_force(&intents(), &id("a"), at(1)).await.unwrap();
    let all = in_force(&journal).await;
    assert_eq!(all.len(), MANY);
    assert!(all.iter().all(|hold| hold.offences == 1), "{all:?}");
    let ids = |holds: &[Hold]| holds.iter().map(|hold| hold.id).collect::<Vec<_>>();
    let before = ids(&first);
    assert!(before.iter().all(|id| ids(&all).contains(id)), "{before:?}");
    assert_whole(&journal).await;
}
