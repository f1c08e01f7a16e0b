//! What happened.

mod made;

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::Serialize;
use serde_json::Value;

use super::{
    super::{Change, ChangeId, DeliveryId, Image, Pardon, Pause, Target},
    Chain, Head, LeftOut, ToldHold,
    standing::{PAUSE, hold_of, pardon_of},
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
