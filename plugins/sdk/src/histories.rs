//! Who was blocked before.

use std::net::IpAddr;

use crate::{Facts, History};

/// How many histories are asked for in one decision. Together with the instances this stays below the number of questions that a host allows.
const MOST_QUESTIONS: usize = 40;

/// Asks for the history of each address once, and not for too many. An address whose history can't be had is taken for one that was never blocked:
/// that it is blocked for a shorter time is better than that it is not blocked at all.
///
/// ```
/// use quell_plugin::{Escalation, Histories, Notes, testing::FakeFacts};
///
/// let facts = FakeFacts::default();
/// let mut histories = Histories::of(&facts);
/// let remote = [203, 0, 113, 7].into();
/// let seconds = Escalation::default().seconds(histories.history(remote), "203.0.113.7 6125");
/// # assert!(seconds > 0);
///
/// let mut notes = Notes::default();
/// notes.unanswered.extend(histories.unanswered());
/// # assert_eq!(facts.asked(), ["history 203.0.113.7"]);
/// ```
pub struct Histories<'a, F> {
    facts: &'a F,
    known: Vec<(IpAddr, History)>,
    /// Whose history could not be had.
    unknown: usize,
    /// Why not. The host is asked no more then: what failed once is likely to fail again, and a decision has only so much time.
    why: Option<String>,
}

impl<'a, F: Facts> Histories<'a, F> {
    /// What this host knows. Nothing is asked yet.
    pub fn of(facts: &'a F) -> Self {
        Self {
            facts,
            known: Vec::new(),
            unknown: 0,
            why: None,
        }
    }

    /// The history of an address.
    pub fn history(&mut self, address: IpAddr) -> &History {
        let known = self.known.iter().position(|(it, _)| *it == address);
        let index = known.unwrap_or_else(|| {
            let history = self.ask(address).unwrap_or_else(|| {
                self.unknown += 1;
                History::default()
            });
            self.known.push((address, history));
            self.known.len() - 1
        });
        &self.known[index].1
    }

    fn ask(&mut self, address: IpAddr) -> Option<History> {
        if self.why.is_some() {
            return None;
        }
        if self.known.len() >= MOST_QUESTIONS {
            self.why = Some(format!("no more than {MOST_QUESTIONS} are asked for"));
            return None;
        }
        match self.facts.history(address) {
            Ok(history) => Some(history),
            Err(error) => {
                self.why = Some(error.message().to_owned());
                None
            }
        }
    }

    /// A note about the addresses whose history could not be had, if there are any.
    pub fn unanswered(self) -> Option<String> {
        let (unknown, why) = (self.unknown, self.why?);
        let (who, whose) = match unknown {
            1 => ("1 address is".to_owned(), "its history"),
            _ => (format!("{unknown} addresses are"), "their history"),
        };
        Some(format!(
            "{who} blocked only as long as the first time, because {whose} is not known: {why}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FactError, testing::FakeFacts};

    fn address(number: u8) -> IpAddr {
        [203, 0, 113, number].into()
    }

    #[test]
    fn an_address_that_is_blocked_at_two_instances_is_asked_for_once() {
        let facts = FakeFacts::default();
        let mut histories = Histories::of(&facts);
        histories.history(address(7));
        histories.history(address(7));
        assert_eq!(facts.asked(), ["history 203.0.113.7"]);
        assert_eq!(histories.unanswered(), None);
    }

    #[test]
    fn a_host_that_can_not_tell_is_not_asked_again_and_the_note_says_why() {
        let failing = || FakeFacts::default().with_error("history", FactError::Unavailable("it is locked".to_owned()));
        let note = |addresses: u8| {
            let facts = failing();
            let mut histories = Histories::of(&facts);
            for number in 1..=addresses {
                assert_eq!(*histories.history(address(number)), History::default());
            }
            assert_eq!(facts.asked(), ["history 203.0.113.1"]);
            histories.unanswered().unwrap()
        };
        insta::assert_snapshot!(note(1), @"1 address is blocked only as long as the first time, because its history is not known: it is locked");
        insta::assert_snapshot!(note(3), @"3 addresses are blocked only as long as the first time, because their history is not known: it is locked");
    }

    #[test]
    fn two_hundred_offenders_do_not_use_up_the_questions_that_a_decision_has() {
        let facts = FakeFacts::default();
        let mut histories = Histories::of(&facts);
        for number in 1..=200 {
            histories.history(address(number));
        }
        assert_eq!(facts.asked().len(), MOST_QUESTIONS);
        insta::assert_snapshot!(histories.unanswered().unwrap(), @"160 addresses are blocked only as long as the first time, because their history is not known: no more than 40 are asked for");
    }
}
