//! What happened.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::Serialize;
use serde_json::Value;

use super::{
    super::{
        Change, ChangeEnd, ChangeId, Delivery, DeliveryId, DeliveryState, Hold, Image, Note, NoteKind, OwnEntry,
        Pardon, Pause, Target,
    },
    Chain, Head, LeftOut, ToldHold,
    left_out::portions,
    standing::{PAUSE, hold_of, pardon_of},
    told::{told_pardon, told_pause},
};
use crate::{cloud::RequestId, digest::Digest};

/// One thing that happened, in full, so that the ledger can be read without the journal. Long texts are there as their digests.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Event {
    /// A chain began: with it, the digests of what stood there already, such as `hold 17`. Where much stood, several say so.
    ChainBegan {
        /// Which.
        began: Chain,
        /// What stood.
        standing: BTreeMap<String, Digest>,
        /// What else stood, if none of them names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<LeftOut>,
    },
    /// What was old was removed from a chain's beginning. Where much stood, several say so.
    Pruned {
        /// Of which chain.
        pruned: Chain,
        /// The last link that was removed.
        through: Head,
        /// The digests of what stood after it.
        standing: BTreeMap<String, Digest>,
        /// What else stood, if none of them names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<LeftOut>,
    },
    /// A delivery was taken in.
    DeliveryAdmitted {
        /// Its id.
        delivery: DeliveryId,
        /// The door that it came through.
        door: String,
        /// The detector.
        detector: String,
        /// The digest of what was sent.
        body: Digest,
        /// `waiting`, or `failed` if it can't be read.
        state: &'static str,
        /// The digest of its report.
        report: Digest,
    },
    /// It was said what became of a delivery.
    DeliverySettled {
        /// Its id.
        delivery: DeliveryId,
        /// `done`, `failed`, or `waiting` for another try.
        state: &'static str,
        /// The digest of its report.
        report: Digest,
    },
    /// A hold came in force.
    HoldBegan {
        /// As it is.
        hold: ToldHold,
        /// The delivery that asked for it.
        delivery: DeliveryId,
    },
    /// A delivery asked for a hold that was in force.
    HoldAskedAgain {
        /// As it is now.
        hold: ToldHold,
        /// The delivery.
        delivery: DeliveryId,
    },
    /// A person gave a hold a later end.
    HoldExtended {
        /// As it is now.
        hold: ToldHold,
    },
    /// A hold ended; it says why.
    HoldEnded {
        /// As it is now.
        hold: ToldHold,
    },
    /// A write to AWS was begun.
    ChangeBegun {
        /// Its number.
        change_id: ChangeId,
        /// Of which target.
        target: Target,
        /// What it does.
        change: Change,
        /// How what it changes was before.
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<Image>,
    },
    /// It is known how a write to AWS ended.
    ChangeFinished {
        /// Its number.
        change_id: ChangeId,
        /// Of which target.
        target: Target,
        /// `done`, `refused` or `unknown`.
        end: &'static str,
        /// Why, unless it is done.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// AWS's number of the request: `requestID` in CloudTrail. None if no answer came.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<RequestId>,
        /// How what it changes is now, if that is otherwise.
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<Image>,
    },
    /// An entry that was ours is known not to be there any more.
    EntryForgotten {
        /// Of which target.
        target: Target,
        /// The entry.
        entry: crate::cloud::Entry,
    },
    /// A part is as it was before, or is gone, and its before-image was removed.
    ImageForgotten {
        /// Of which target.
        target: Target,
        /// The part.
        part: String,
    },
    /// A person pardoned a prefix.
    Pardoned {
        /// The pardon.
        pardon: Pardon,
    },
    /// A pardon ended.
    PardonEnded {
        /// Of which prefix.
        prefix: IpNet,
        /// `expired` or `taken-back`.
        why: &'static str,
    },
    /// A person paused Quell.
    Paused {
        /// The pause.
        pause: Pause,
    },
    /// A person ended the pause.
    Resumed {
        /// The pause that ended.
        pause: Pause,
    },
    /// Something waits for people, a person said a word about it, or it waits no more.
    ApprovalNoted {
        /// Its name.
        approval: String,
        /// How often it was written.
        version: u64,
        /// What it says: what waits, who said what, when and why, and how it stands.
        says: Value,
    },
}

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

    /// What stands by it, as a chain's beginning names it: `hold 17`.
    pub(in crate::hold) fn stands(&self) -> Option<String> {
        match self {
            Self::HoldBegan { hold, .. } | Self::HoldAskedAgain { hold, .. } | Self::HoldExtended { hold } => {
                hold.value().get("id").map(hold_of)
            }
            Self::Pardoned { pardon } => Some(pardon_of(pardon.prefix)),
            Self::Paused { .. } => Some(PAUSE.to_owned()),
            _ => None,
        }
    }

    /// The chain that it belongs to. A chain's beginning and what is removed from it belong to that chain.
    pub fn chain(&self) -> Chain {
        match self {
            Self::ChangeBegun { target, .. }
            | Self::ChangeFinished { target, .. }
            | Self::EntryForgotten { target, .. }
            | Self::ImageForgotten { target, .. } => Chain::of_target(target),
            Self::HoldBegan { hold, .. }
            | Self::HoldAskedAgain { hold, .. }
            | Self::HoldExtended { hold }
            | Self::HoldEnded { hold } => hold.chain().clone(),
            Self::DeliveryAdmitted { delivery, .. } | Self::DeliverySettled { delivery, .. } => {
                Chain::of_delivery(delivery)
            }
            Self::ChainBegan { began: chain, .. } | Self::Pruned { pruned: chain, .. } => chain.clone(),
            Self::Pardoned { .. }
            | Self::PardonEnded { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::ApprovalNoted { .. } => Chain::orders(),
        }
    }
}
