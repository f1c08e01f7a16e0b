//! Why an order is not carried out.

use ipnet::IpNet;
use jiff::Timestamp;

use super::TargetFilter;
use crate::{
    duration::HumanDuration,
    exit::{Classified, Exit},
    hold::{
        Coverage, Denial, Hold, JournalError, Pardon, Resource,
        approval::{ApprovalId, VoteError},
    },
    way::Obstacle,
};

/// The longest reason that a person may give, in characters. It is shown in one line of a table.
const LONGEST_REASON: usize = 200;

/// An order is not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The journal failed, has no such hold in force, or the hold lasts longer already.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No hold is named.
    #[error("nothing is named: give the numbers of holds, as `quell holds` lists them, or an address")]
    Nothing,
    /// There is no hold on an address. What else denies it is told, because that is what the person wants to be rid of.
    #[error("there is no hold on {address} in force, nor on anything inside of it{}", denied_by(*address, overlapping))]
    NoHoldOn {
        /// The address or prefix.
        address: IpNet,
        /// Holds in force whose prefix, or whose shared rule, overlaps it.
        overlapping: Vec<Hold>,
    },
    /// There is no such pardon.
    #[error("{prefix} is not pardoned{}", pardoned_near(overlapping))]
    NoPardon {
        /// The prefix.
        prefix: IpNet,
        /// The pardons that overlap it.
        overlapping: Vec<Pardon>,
    },
    /// The journal knows no such target.
    #[error(
        "Quell has no hold and no entry at {}; `quell converge --dry-run` lists where it has",
        described(filter)
    )]
    NoTarget {
        /// What was asked for.
        filter: TargetFilter,
    },
    /// A pardon would last too long, or no time at all.
    #[error(
        "a pardon lasts from 1s to {longest} (guard.longest-hold), not {lasts}; what is never to be blocked belongs into guard.never-block, or `quell never-block add` puts it beside that"
    )]
    PardonTerm {
        /// How long it would last.
        lasts: HumanDuration,
        /// How long it may last.
        longest: HumanDuration,
    },
    /// A hold would last too long.
    #[error("a hold may last {longest} from now at most (guard.longest-hold), and {until:.0} is later")]
    TooLong {
        /// When it would end.
        until: Timestamp,
        /// How long it may last.
        longest: HumanDuration,
    },
    /// The end is over already.
    #[error("{0:.0} is over already: give an end that is to come")]
    Past(Timestamp),
    /// A hold may not last until it is released.
    #[error("no hold may last until it is released, unless the configuration allows that (guard.until-released)")]
    UntilReleased,
    /// A prefix would spare a good part of all addresses.
    #[error(
        "{prefix} is wider than /{widest}, and would spare too much; `quell pause` lets Quell block nothing at all"
    )]
    TooWide {
        /// The prefix.
        prefix: IpNet,
        /// The widest that is taken, as a prefix length.
        widest: u8,
    },
    /// What a person approves of may not be put in force as things are now. It goes on waiting.
    #[error(
        "{id} goes on waiting, and this word is not counted: {obstacle}; approve again once that has changed, or end it with `quell reject {id} --as NAME`"
    )]
    InTheWay {
        /// Its name.
        id: ApprovalId,
        /// Why not.
        obstacle: Obstacle,
    },
    /// A person's word does not count.
    #[error(transparent)]
    Vote(#[from] VoteError),
    /// There is no such budget.
    #[error("nothing was spent of a budget `{name}`{}", known_budgets(known))]
    NoBudget {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The reason can't be shown in a line.
    #[error("a reason is one line of at most {LONGEST_REASON} characters")]
    Reason,
}

impl Classified for OrderError {
    fn exit(&self) -> Exit {
        match self {
            Self::Journal(JournalError::NoSuchHold(_))
            | Self::NoHoldOn { .. }
            | Self::NoPardon { .. }
            | Self::NoBudget { .. }
            | Self::NoTarget { .. } => Exit::NotFound,
            Self::Journal(JournalError::NotLater { .. })
            | Self::Nothing
            | Self::PardonTerm { .. }
            | Self::TooLong { .. }
            | Self::Past(_)
            | Self::UntilReleased
            | Self::TooWide { .. }
            | Self::InTheWay {
                obstacle: Obstacle::Protected(_),
                ..
            }
            | Self::Reason => Exit::Usage,
            Self::Vote(error) => error.exit(),
            Self::Journal(_)
            | Self::InTheWay {
                obstacle: Obstacle::Unknown { .. },
                ..
            } => Exit::Failed,
        }
    }
}

/// A person's reason, which others will read in a terminal.
pub(super) fn reason(text: &str) -> Result<String, OrderError> {
    let text = text.trim();
    if text.chars().count() > LONGEST_REASON || text.chars().any(char::is_control) {
        return Err(OrderError::Reason);
    }
    Ok(if text.is_empty() { "no reason given" } else { text }.to_owned())
}

/// What denies an address though no hold is on it.
fn denied_by(address: IpNet, overlapping: &[Hold]) -> String {
    let told: Vec<_> = overlapping
        .iter()
        .filter_map(|hold| why_denied(address, hold))
        .collect();
    match told.as_slice() {
        [] => "; `quell holds` lists all holds".to_owned(),
        told => format!(
            ". It is denied by {}; with `--pardon 24h` it is let through for so long",
            told.join(", and by ")
        ),
    }
}

fn why_denied(address: IpNet, hold: &Hold) -> Option<String> {
    let Hold { id, remedy, .. } = hold;
    let Denial { prefix, direction } = remedy.denial()?;
    if prefix.contains(&address) {
        return Some(format!(
            "hold {id} on {prefix} {direction}, which `quell release {id}` ends"
        ));
    }
    match &hold.coverage {
        Coverage::Covered {
            rule,
            aggregate: Some(shared),
        } => Some(format!(
            "{direction} rule {rule} ({shared}), which hold {id} shares for want of room"
        )),
        _ => None,
    }
}

fn pardoned_near(overlapping: &[Pardon]) -> String {
    let told: Vec<_> = overlapping.iter().map(|pardon| pardon.prefix.to_string()).collect();
    match told.as_slice() {
        [] => "; `quell pardons` lists what is".to_owned(),
        told => format!("; what is, and overlaps it: {}", told.join(", ")),
    }
}

fn known_budgets(known: &[String]) -> String {
    match known {
        [] => "; `quell budgets` lists them".to_owned(),
        known => format!("; there are {}", known.join(", ")),
    }
}

fn described(filter: &TargetFilter) -> String {
    let parts: [(&str, Option<&str>); 3] = [
        (
            filter.resource.as_ref().map_or("", Resource::kind),
            filter.resource.as_ref().map(Resource::as_str),
        ),
        ("account", filter.account.as_deref()),
        ("region", filter.region.as_deref()),
    ];
    let set = parts
        .iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", (*value)?)));
    set.collect::<Vec<_>>().join(", ")
}
