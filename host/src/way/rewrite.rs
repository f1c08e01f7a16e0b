//! Rewriting a note: it is read, changed by a pure function, and written over what was read; if others were faster, once more from the start.

use crate::hold::{Journal, JournalError, Note, NoteKind};

/// How often a note is tried to be written while others write it.
pub(super) const TRIES: usize = 8;

/// What is to be done with a note that was read.
pub(super) enum Rewrite<T> {
    /// Write this in its place, and answer so once it is written.
    Write(Note, T),
    /// Leave it as it is, and answer so.
    Leave(T),
}

/// Rewrites the note of this name. `change` is told what is there, if it was ever written, and is asked again whenever others wrote it meanwhile.
///
/// # Errors
/// If the journal fails, if `change` does, or if others wrote it [`TRIES`] times: then [`JournalError::Contended`], of what was being `doing`.
pub(super) async fn rewrite<T, E: From<JournalError>>(
    journal: &dyn Journal,
    kind: NoteKind,
    name: &str,
    doing: &'static str,
    mut change: impl FnMut(Option<Note>) -> Result<Rewrite<T>, E>,
) -> Result<T, E> {
    for _ in 0..TRIES {
        let known = journal.note(kind, name).await?;
        let (note, told) = match change(known)? {
            Rewrite::Write(note, told) => (note, told),
            Rewrite::Leave(told) => return Ok(told),
        };
        if journal.write_note(&note).await? {
            return Ok(told);
        }
    }
    Err(JournalError::Contended { doing }.into())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::hold::SqliteJournal;

    /// Counts in a note, which others write so many times between the read and the write.
    async fn count(journal: &SqliteJournal, mut others: usize) -> Result<u64, JournalError> {
        rewrite(journal, NoteKind::Budget, "one", "count", |known| {
            let note = known.unwrap_or_else(|| Note::new(NoteKind::Budget, "one"));
            let counted = note.version + 1;
            let is_late = others > 0;
            others = others.saturating_sub(1);
            let read = Note {
                version: note.version + u64::from(is_late),
                ..note
            };
            let note = read.saying(counted.to_string(), Timestamp::UNIX_EPOCH);
            Ok(Rewrite::Write(note, counted))
        })
        .await
    }

    #[tokio::test]
    async fn who_comes_too_late_reads_again_and_overwrites_nobody() {
        let journal = SqliteJournal::in_memory().unwrap();
        assert_eq!(count(&journal, 0).await.unwrap(), 1);
        assert_eq!(count(&journal, TRIES - 1).await.unwrap(), 2);
        let note = journal.note(NoteKind::Budget, "one").await.unwrap().unwrap();
        assert_eq!((note.version, note.text.as_str()), (2, "2"));
    }

    #[tokio::test]
    async fn who_always_comes_too_late_is_told_what_was_not_done() {
        let journal = SqliteJournal::in_memory().unwrap();
        let error = count(&journal, TRIES).await.unwrap_err();
        insta::assert_snapshot!(error, @"the journal could not count: others wrote there at the same time, again and again; try again");
        assert_eq!(journal.note(NoteKind::Budget, "one").await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_left_as_it_is_is_not_written() {
        let journal = SqliteJournal::in_memory().unwrap();
        let told = rewrite::<_, JournalError>(&journal, NoteKind::Budget, "one", "look", |known| {
            Ok(Rewrite::Leave(known.is_none()))
        });
        assert!(told.await.unwrap());
        assert_eq!(journal.note(NoteKind::Budget, "one").await.unwrap(), None);
    }
}
