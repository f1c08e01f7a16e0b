//! Events as they are made of what the journal has.

use std::collections::BTreeMap;

use super::{
    super::{
        super::{
            ChangeEnd, ChangeId, Delivery, DeliveryId, DeliveryState, Hold, Image, Note, NoteKind, OwnEntry, Pardon,
            Pause, Target,
        },
        Chain, Head, LeftOut,
        left_out::portions,
        told::{told_pardon, told_pause},
    },
    Event,
};
use crate::{cloud::RequestId, digest::Digest};

impl Event {
    /// A chain began, with what stood there already.
    pub fn began(chain: &Chain, standing: BTreeMap<String, Digest>) -> Vec<Self> {
        let portions = portions(standing, None).into_iter();
        let began = portions.map(|(standing, left_out)| Self::ChainBegan {
            began: chain.clone(),
            standing,
            left_out,
        });
        began.collect()
    }

    /// What was old was removed from a chain's beginning, up to a link. `left_out` is what the chain had left out before.
    pub fn pruned(
        chain: &Chain,
        through: Head,
        standing: BTreeMap<String, Digest>,
        left_out: Option<LeftOut>,
    ) -> Vec<Self> {
        let portions = portions(standing, left_out).into_iter();
        let pruned = portions.map(|(standing, left_out)| Self::Pruned {
            pruned: chain.clone(),
            through,
            standing,
            left_out,
        });
        pruned.collect()
    }

    /// A delivery was taken in.
    pub fn admitted(delivery: &Delivery) -> Self {
        Self::DeliveryAdmitted {
            delivery: delivery.id.clone(),
            door: delivery.door.clone(),
            detector: delivery.detector.name().to_owned(),
            body: Digest::of(delivery.body.as_bytes()),
            state: delivery.state.name(),
            report: Digest::of(delivery.report.as_bytes()),
        }
    }

    /// It was said what became of a delivery.
    pub fn settled(id: &DeliveryId, state: DeliveryState, report: &str) -> Self {
        Self::DeliverySettled {
            delivery: id.clone(),
            state: state.name(),
            report: Digest::of(report.as_bytes()),
        }
    }

    /// A hold came in force, or was asked for again.
    pub fn in_force(hold: &Hold, is_new: bool, delivery: &DeliveryId) -> Self {
        let (hold, delivery) = (hold.into(), delivery.clone());
        match is_new {
            true => Self::HoldBegan { hold, delivery },
            false => Self::HoldAskedAgain { hold, delivery },
        }
    }

    /// It is known how a change ended.
    pub fn finished(
        id: ChangeId,
        target: &Target,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
    ) -> Self {
        Self::ChangeFinished {
            change_id: id,
            target: target.clone(),
            end: end.word(),
            detail: end.detail().map(str::to_owned),
            request_id: request.cloned(),
            image: image.cloned(),
        }
    }

    /// An entry is not ours any more.
    pub fn entry_forgotten(target: &Target, entry: &OwnEntry) -> Self {
        Self::EntryForgotten {
            target: target.clone(),
            entry: entry.entry.clone(),
        }
    }

    /// A pardon was given.
    pub fn pardoned(pardon: &Pardon) -> Self {
        Self::Pardoned {
            pardon: told_pardon(pardon),
        }
    }

    /// Quell was paused.
    pub fn paused(pause: &Pause) -> Self {
        Self::Paused {
            pause: told_pause(pause),
        }
    }

    /// The pause ended.
    pub fn resumed(pause: &Pause) -> Self {
        Self::Resumed {
            pause: told_pause(pause),
        }
    }

    /// What a note says of an approval. None of another kind: those only count.
    pub fn noted(note: &Note) -> Option<Self> {
        (note.kind == NoteKind::Approval).then(|| Self::ApprovalNoted {
            approval: note.name.clone(),
            version: note.version,
            says: serde_json::from_str(&note.text).unwrap_or_default(),
        })
    }
}
