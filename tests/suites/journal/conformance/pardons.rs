//! Pardons and the pause: a person's word, kept and heard by every target.

use super::*;

fn pardon(prefix: &str, until: i64) -> Pardon {
    Pardon {
        prefix: prefix.parse().unwrap(),
        since: at(0),
        until: at(until),
        reason: "a partner's scanner".to_owned(),
    }
}

fn pause(second: i64, reason: &str) -> Pause {
    Pause {
        since: at(second),
        reason: reason.to_owned(),
    }
}

/// Notes that [`web`] does what its holds say.
async fn converge(journal: &Opened) {
    let seen = situation(journal, 0).await;
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    assert!(journal.unfinished().await.unwrap().is_empty());
}

async fn is_unfinished(journal: &Opened) -> bool {
    journal.unfinished().await.unwrap() == [web()]
}

#[tokio::test]
async fn a_pardon_lasts_until_its_time_and_is_known_to_every_target() {
    let journal = journal().await;
    journal.pardon(&pardon("203.0.113.7/32", 100)).await.unwrap();
    assert_eq!(situation(&journal, 99).await.pardons, [pardon("203.0.113.7/32", 100)]);
    assert_eq!(journal.pardons(at(99)).await.unwrap().len(), 1);
    assert!(situation(&journal, 100).await.pardons.is_empty());
    assert!(journal.pardons(at(100)).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_newest_word_about_a_prefix_counts() {
    let journal = journal().await;
    journal.pardon(&pardon("203.0.113.7/32", 100)).await.unwrap();
    journal.pardon(&pardon("203.0.113.7/32", 50)).await.unwrap();
    assert_eq!(journal.pardons(at(0)).await.unwrap(), [pardon("203.0.113.7/32", 50)]);
}

#[tokio::test]
async fn targets_with_holds_are_converged_anew_when_a_pardon_begins_and_when_it_ends() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    converge(&journal).await;
    journal.pardon(&pardon("203.0.113.0/24", 100)).await.unwrap();
    assert!(is_unfinished(&journal).await, "what it pardons must go");
    converge(&journal).await;

    assert_eq!(journal.next_end().await.unwrap(), Some(at(100)), "the timer must wake");
    journal.expire(at(99)).await.unwrap();
    assert!(!is_unfinished(&journal).await);
    journal.expire(at(100)).await.unwrap();
    assert!(is_unfinished(&journal).await, "the hold is to be covered again");
    assert_eq!(journal.next_end().await.unwrap(), None);

    journal.pardon(&pardon("203.0.113.0/24", 300)).await.unwrap();
    converge(&journal).await;
    assert!(journal.end_pardon("203.0.113.0/24".parse().unwrap()).await.unwrap());
    assert!(is_unfinished(&journal).await, "taken back, it ends at once");
    assert!(!journal.end_pardon("203.0.113.0/24".parse().unwrap()).await.unwrap());
}

#[tokio::test]
async fn targets_without_holds_are_not_disturbed() {
    let journal = journal().await;
    let hold = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    journal.end(&[hold.id], EndReason::Released, at(1)).await.unwrap();
    converge(&journal).await;
    journal.pardon(&pardon("203.0.113.0/24", 100)).await.unwrap();
    journal.pause(&pause(1, "an exercise")).await.unwrap();
    assert!(journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_pause_lasts_until_somebody_ends_it_and_keeps_its_beginning() {
    let journal = journal().await;
    assert_eq!(journal.resume().await.unwrap(), None);
    journal.pause(&pause(5, "an exercise")).await.unwrap();
    journal.pause(&pause(50, "a longer exercise")).await.unwrap();
    let paused = Some(pause(5, "a longer exercise"));
    assert_eq!(journal.paused().await.unwrap(), paused);
    assert!(situation(&journal, 60).await.paused);
    assert_eq!(journal.resume().await.unwrap(), paused);
    assert_eq!(journal.paused().await.unwrap(), None);
    assert!(!situation(&journal, 60).await.paused);
}

#[tokio::test]
async fn who_looks_once_more_learns_of_pardons_and_pauses_that_came_meanwhile_and_of_ends() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let mut seen = situation(&journal, 0).await;
    let again = async |before: &Situation, second| {
        let again = journal.situation_after(before, &web(), at(second), at(0)).await;
        again.unwrap()
    };
    assert_eq!(again(&seen, 0).await, seen);

    journal.pause(&pause(1, "an exercise")).await.unwrap();
    seen = again(&seen, 1).await;
    assert!(seen.paused);
    journal.pardon(&pardon("203.0.113.0/24", 100)).await.unwrap();
    journal.resume().await.unwrap();
    seen = again(&seen, 2).await;
    assert!(!seen.paused);
    assert_eq!(seen.pardons, [pardon("203.0.113.0/24", 100)]);

    // Nothing touches the target when a pardon's time is up, until somebody looks for what is over.
    assert_eq!(again(&seen, 99).await.pardons.len(), 1);
    assert!(again(&seen, 100).await.pardons.is_empty());
    journal.end_pardon("203.0.113.0/24".parse().unwrap()).await.unwrap();
    assert!(again(&seen, 3).await.pardons.is_empty());
}

#[tokio::test]
async fn what_was_not_covered_in_a_pause_is_converged_when_it_ends() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    journal.pause(&pause(1, "an exercise")).await.unwrap();
    converge(&journal).await;
    journal.resume().await.unwrap();
    assert!(is_unfinished(&journal).await);
}

#[tokio::test]
async fn a_pardon_to_the_end_of_time_does_not_make_the_journal_unreadable() {
    let journal = journal().await;
    let pardon = Pardon {
        prefix: "203.0.113.7/32".parse().unwrap(),
        since: at(0),
        until: Timestamp::MAX,
        reason: "our partner".to_owned(),
    };
    journal.pardon(&pardon).await.unwrap();
    assert_eq!(journal.pardons(at(1)).await.unwrap()[0].prefix, pardon.prefix);
}
