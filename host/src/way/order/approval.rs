//! What waits for people, and their word on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Done, OrderError};
use crate::{
    hold::{
        JournalError, NoteKind,
        approval::{Act, ApprovalId, How, Link, Pending, PendingState, Vote, VoteError},
    },
    way::{
        Host,
        rewrite::{Rewrite, rewrite},
    },
};

/// A person's word on what waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Word {
    /// What it is about.
    pub hold: ApprovalId,
    /// Who says it.
    #[serde(rename = "as")]
    pub by: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

impl Host {
    /// Hears a person's word. Enough of them put holds in force.
    pub(super) async fn hear(
        &self,
        act: Act,
        word: &Word,
        how: How,
        link: Option<&Link<'_>>,
    ) -> Result<Done, OrderError> {
        let now = self.parts.clock.now();
        let vote = Vote::new(&word.by, act, &word.reason, now, how)?;
        if act == Act::Approve {
            self.look_before(&word.hold, &vote, link).await?;
        }
        let voted = self.note_vote(&word.hold, &vote, link).await?;
        tracing::info!(
            approval = %voted.id,
            subject = voted.subject,
            by = vote.by,
            reason = vote.reason,
            "{}: {}",
            act.name(),
            voted.state.told()
        );
        if !matches!(voted.state, PendingState::Approved { .. }) {
            return Ok(Done::Voted {
                pending: Box::new(voted),
                holds: Vec::new(),
                acls: Vec::new(),
            });
        }
        let (in_force, holds) = self.put_approved(&voted, now).await?;
        self.tell_ends(holds.iter().filter_map(|hold| hold.until)).await;
        let targets: Vec<_> = holds.iter().map(|hold| hold.target.clone()).collect();
        Ok(Done::Voted {
            pending: Box::new(in_force),
            acls: self.outcomes(targets).await?,
            holds,
        })
    }

    /// Looks whether what a person approves of may be put in force as things are now, before their word is noted. A word that does not count is left to who notes it.
    async fn look_before(&self, id: &ApprovalId, vote: &Vote, link: Option<&Link<'_>>) -> Result<(), OrderError> {
        let note = self.parts.journal.note(NoteKind::Approval, id.as_str()).await?;
        let Some(pending) = note.as_ref().and_then(Pending::read) else {
            return Ok(());
        };
        if pending.with_vote(vote.clone(), link).is_err() {
            return Ok(());
        }
        let looked = self.look_again(&pending).await;
        looked.map_err(|obstacle| OrderError::InTheWay {
            id: id.clone(),
            obstacle,
        })
    }

    async fn note_vote(&self, id: &ApprovalId, vote: &Vote, link: Option<&Link<'_>>) -> Result<Pending, OrderError> {
        let (journal, kind) = (&*self.parts.journal, NoteKind::Approval);
        let noted = rewrite::<_, OrderError>(journal, kind, id.as_str(), "note a person's word", |known| {
            let note = known.ok_or_else(|| VoteError::Unknown(id.clone()))?;
            let pending = Pending::read(&note).ok_or_else(|| JournalError::Unreadable {
                what: "hold that waits for approval",
                text: id.to_string(),
            })?;
            let voted = pending.with_vote(vote.clone(), link)?;
            Ok(Rewrite::Write(voted.note(Some(&note)), voted))
        });
        noted.await
    }

    /// A word that came by a link.
    ///
    /// # Errors
    /// If it does not count, or the journal fails.
    pub async fn hear_by_link(&self, act: Act, word: &Word, link: &Link<'_>) -> Result<Done, OrderError> {
        self.hear(act, word, How::Link, Some(link)).await
    }

    /// What waits under this name, or waited.
    ///
    /// # Errors
    /// If there is no such thing, or the journal fails.
    pub async fn pending(&self, id: &ApprovalId) -> Result<(Pending, Timestamp), OrderError> {
        let note = self.parts.journal.note(NoteKind::Approval, id.as_str()).await?;
        let pending = note.as_ref().and_then(Pending::read);
        let pending = pending.ok_or_else(|| VoteError::Unknown(id.clone()))?;
        Ok((pending, self.parts.clock.now()))
    }

    /// What waits, the oldest first; or all that the journal remembers.
    pub(super) async fn approvals(&self, all: bool) -> Result<Done, OrderError> {
        let now = self.parts.clock.now();
        let notes = self.parts.journal.notes(NoteKind::Approval).await?;
        let mut approvals: Vec<_> = notes.iter().filter_map(Pending::read).collect();
        approvals.retain(|pending| all || pending.waits(now));
        for pending in &mut approvals {
            pending.state = pending.standing(now);
        }
        approvals.sort_by_key(|pending| pending.since);
        Ok(Done::Approvals { approvals, now })
    }
}
