//! What was asked in a replay and is not in the recording.

use std::{collections::BTreeSet, fmt};

use crate::{
    decision::About,
    fact::{Question, RecordedFacts},
};

/// Something that was asked and is not in the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrecorded {
    /// A fact that the plugin asked for.
    Fact {
        /// What was asked.
        asked: Question,
        /// The questions of the same kind that there is an answer to, the nearest first.
        recorded: Vec<Question>,
    },
    /// What is around the place of a block, which the guards asked for.
    Surroundings {
        /// What was asked.
        asked: About,
        /// The places that are recorded.
        recorded: Vec<About>,
    },
}

impl Unrecorded {
    /// The facts that were asked for and are not there.
    pub(super) fn facts(asked: &BTreeSet<Question>, facts: &RecordedFacts) -> impl Iterator<Item = Self> {
        let there: BTreeSet<&Question> = facts.questions().collect();
        asked.iter().filter(move |asked| !there.contains(asked)).map(|asked| {
            let is_like = |question: &&Question| std::mem::discriminant(*question) == std::mem::discriminant(asked);
            let mut recorded: Vec<_> = facts.questions().filter(is_like).cloned().collect();
            let asked_of = asked.of().unwrap_or_default();
            recorded.sort_by_cached_key(|question| {
                strsim::damerau_levenshtein(question.of().unwrap_or_default(), asked_of)
            });
            Self::Fact {
                asked: asked.clone(),
                recorded,
            }
        })
    }
}

/// What was asked, and what was there of that kind.
impl fmt::Display for Unrecorded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact { asked, recorded } => {
                write!(
                    formatter,
                    "the plugin asked for `{asked}`, which is not in the recording; "
                )?;
                there(formatter, recorded)
            }
            Self::Surroundings { asked, recorded } => {
                write!(
                    formatter,
                    "the guards asked what is around {asked}, which is not in the recording; "
                )?;
                there(formatter, recorded)
            }
        }
    }
}

/// How many of the things that are there a message names.
const NAMED: usize = 3;

fn there<T: fmt::Display>(formatter: &mut fmt::Formatter<'_>, recorded: &[T]) -> fmt::Result {
    if recorded.is_empty() {
        return formatter.write_str("there is nothing of that kind");
    }
    let named: Vec<_> = recorded.iter().take(NAMED).map(|one| format!("`{one}`")).collect();
    write!(formatter, "there is {}", named.join(", "))?;
    match recorded.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => write!(formatter, " and {more} more of that kind"),
    }
}
