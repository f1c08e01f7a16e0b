//! Notes: what several count in at once is counted once each.

use super::*;

fn note(kind: NoteKind, name: &str) -> Note {
    Note::new(kind, name).saying(r#"{"holds":1}"#.to_owned(), at(10))
}

#[tokio::test]
async fn a_note_is_written_only_over_the_version_that_was_read() {
    let journal = journal().await;
    assert_eq!(journal.note(NoteKind::Budget, "all").await.unwrap(), None);
    let first = note(NoteKind::Budget, "all");
    assert!(journal.write_note(&first).await.unwrap());
    assert!(!journal.write_note(&first).await.unwrap(), "somebody wrote it since");
    let known = journal.note(NoteKind::Budget, "all").await.unwrap().unwrap();
    assert_eq!(known, first.written());
    assert!(journal.write_note(&known.saying("{}".to_owned(), at(20))).await.unwrap());
    assert_eq!(journal.note(NoteKind::Budget, "all").await.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn of_many_who_count_at_once_none_is_lost() {
    let journal = journal().await;
    let count = async || {
        loop {
            let known = journal.note(NoteKind::Budget, "all").await.unwrap();
            let known = known.unwrap_or_else(|| Note::new(NoteKind::Budget, "all"));
            let count: u32 = known.text.parse().unwrap_or(0);
            if journal.write_note(&known.saying((count + 1).to_string(), at(0))).await.unwrap() {
                return;
            }
        }
    };
    futures::future::join_all((0..5).map(|_| count())).await;
    assert_eq!(journal.note(NoteKind::Budget, "all").await.unwrap().unwrap().text, "5");
}

#[tokio::test]
async fn notes_of_one_kind_are_listed_by_name_and_sightings_are_not() {
    let journal = journal().await;
    for (kind, name) in [
        (NoteKind::Budget, "b"),
        (NoteKind::Budget, "a"),
        (NoteKind::Approval, "a"),
        (NoteKind::Sighting, "203.0.113.7"),
    ] {
        assert!(journal.write_note(&note(kind, name)).await.unwrap());
    }
    let names = async |kind| {
        let notes = journal.notes(kind).await.unwrap();
        notes.into_iter().map(|note| note.name).collect::<Vec<_>>()
    };
    assert_eq!(names(NoteKind::Budget).await, ["a", "b"]);
    assert_eq!(names(NoteKind::Approval).await, ["a"]);
    assert_eq!(names(NoteKind::Sighting).await, [""; 0]);
    assert!(journal.note(NoteKind::Sighting, "203.0.113.7").await.unwrap().is_some());
}

#[tokio::test]
async fn notes_go_along_when_a_journal_is_copied() {
    let journal = journal().await;
    let sighting = note(NoteKind::Sighting, "203.0.113.7");
    assert!(journal.write_note(&sighting).await.unwrap());
    assert!(journal.write_note(&note(NoteKind::Approval, "p1")).await.unwrap());
    let copy = SqliteJournal::in_memory().unwrap();
    archive::copy(&*journal, &copy, |_| ()).await.unwrap();
    let copied = copy.note(NoteKind::Sighting, "203.0.113.7").await.unwrap();
    assert_eq!(copied, Some(sighting.written()));
    assert_eq!(copy.notes(NoteKind::Approval).await.unwrap().len(), 1);
}
