//! Feedback: nothing that is owed is lost, and nobody else tells it at the same time.

use super::*;

fn owed(number: i64, not_before: i64) -> Feedback {
    let holds = vec![HoldId(number)];
    Feedback {
        id: FeedbackId::new(Detector::StealthwatchCloud, "6125", News::Done, &holds),
        subject: Subject::Alert { id: "6125".to_owned() },
        news: News::Done,
        holds,
        settles: true,
        text: "Quell acted on this alert.".to_owned(),
        owed: at(number),
        attempts: 0,
        state: FeedbackState::Waiting {
            not_before: at(not_before),
        },
    }
}

#[tokio::test]
async fn what_is_owed_is_told_in_time_and_in_order_and_owed_twice_it_is_told_once() {
    let journal = journal().await;
    let (first, second) = (owed(1, 10), owed(2, 5));
    journal.owe(&[first.clone(), second.clone()]).await.unwrap();
    journal.owe(std::slice::from_ref(&first)).await.unwrap();
    assert_eq!(journal.owed(at(4), 10).await.unwrap(), []);
    assert_eq!(journal.owed(at(10), 10).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(journal.owed(at(10), 1).await.unwrap(), std::slice::from_ref(&second));
    let told = Feedback {
        attempts: 1,
        state: FeedbackState::Told,
        ..second
    };
    journal.stand(&told).await.unwrap();
    journal.owe(&[Feedback { attempts: 0, ..told }]).await.unwrap();
    assert_eq!(journal.owed(at(10), 10).await.unwrap(), [first]);
}

#[tokio::test]
async fn what_one_has_taken_up_nobody_else_tells_until_its_time_is_over() {
    let journal = journal().await;
    journal.owe(&[owed(1, 5)]).await.unwrap();
    let known = journal.owed(at(6), 1).await.unwrap().remove(0);
    assert!(journal.take_up(&known, at(60)).await.unwrap());
    assert!(!journal.take_up(&known, at(60)).await.unwrap());
    assert_eq!(journal.owed(at(59), 1).await.unwrap(), []);
    let again = journal.owed(at(60), 1).await.unwrap().remove(0);
    assert_eq!(again.attempts, 1, "who died with it is counted");
    assert!(journal.take_up(&again, at(120)).await.unwrap());
}

#[tokio::test]
async fn what_was_given_up_is_listed_for_people_the_newest_first() {
    let journal = journal().await;
    let given_up = |number| Feedback {
        attempts: 8,
        state: FeedbackState::GivenUp {
            why: "status 500".to_owned(),
        },
        ..owed(number, 0)
    };
    for number in 1..=3 {
        journal.owe(&[owed(number, 0)]).await.unwrap();
        journal.stand(&given_up(number)).await.unwrap();
    }
    assert_eq!(journal.given_up(2).await.unwrap(), [given_up(3), given_up(2)]);
    assert_eq!(journal.owed(at(100), 10).await.unwrap(), []);
}

#[tokio::test]
async fn feedback_goes_along_when_a_journal_is_copied() {
    let journal = journal().await;
    let told = Feedback {
        state: FeedbackState::Told,
        ..owed(2, 0)
    };
    journal.owe(&[owed(1, 5), told.clone()]).await.unwrap();
    let copy = SqliteJournal::in_memory().unwrap();
    archive::copy(&*journal, &copy, |_| ()).await.unwrap();
    assert_eq!(copy.owed(at(5), 10).await.unwrap(), [owed(1, 5)]);
    copy.owe(&[owed(2, 5)]).await.unwrap();
    assert_eq!(copy.owed(at(5), 10).await.unwrap(), [owed(1, 5)], "what was told is known");
}
