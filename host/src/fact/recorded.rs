//! Answers that are at hand: from a recording, or written by hand for a test of a plugin. What is asked is kept apart: a question without an
//! answer at hand, and an answer that nobody asked for.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Answer, FactError, Facts, Question};

/// Answers by their questions.
#[derive(Debug, Default)]
pub struct RecordedFacts {
    answers: BTreeMap<Question, Result<Answer, FactError>>,
    asked: Mutex<BTreeSet<Question>>,
}

/// Why a list of answers can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordedFactsError {
    /// Two answers to one question.
    #[error("the question `{0}` is recorded twice; leave one of the two out")]
    Repeated(Question),
    /// An answer of another kind than the question.
    #[error("the answer to the question `{0}` is one to another kind of question; `fact` must be the same in both")]
    Mismatched(Question),
}

impl RecordedFacts {
    /// These answers.
    ///
    /// # Errors
    ///
    /// [`RecordedFactsError`] if a question is there twice, or has an answer of another kind.
    pub fn new(
        answers: impl IntoIterator<Item = (Question, Result<Answer, FactError>)>,
    ) -> Result<Self, RecordedFactsError> {
        let mut recorded = BTreeMap::new();
        for (question, outcome) in answers {
            if outcome.as_ref().is_ok_and(|answer| !fits(&question, answer)) {
                return Err(RecordedFactsError::Mismatched(question));
            }
            match recorded.entry(question) {
                btree_map::Entry::Occupied(entry) => return Err(RecordedFactsError::Repeated(entry.key().clone())),
                btree_map::Entry::Vacant(entry) => entry.insert(outcome),
            };
        }
        Ok(Self {
            answers: recorded,
            asked: Mutex::default(),
        })
    }

    /// Every question that there is an answer to, ordered.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.answers.keys()
    }

    /// Every question that was asked, once each, ordered.
    pub fn asked(&self) -> BTreeSet<Question> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Facts for RecordedFacts {
    /// What was recorded. A question that was not is never answered with "not known", which a plugin may decide on: it can't be answered.
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(question.clone());
        self.answers
            .get(question)
            .cloned()
            .unwrap_or_else(|| Err(FactError::Unavailable(format!("`{question}` was not recorded"))))
    }
}

fn fits(question: &Question, answer: &Answer) -> bool {
    matches!(
        (question, answer),
        (Question::Observations, Answer::Observations(_))
            | (Question::Instance(_), Answer::Instance(_))
            | (Question::NetworkAcl(_), Answer::NetworkAcl(_))
            | (Question::SecurityGroup(_), Answer::SecurityGroup(_))
            | (Question::History(_), Answer::History(_))
            | (Question::Sightings(_), Answer::Sightings(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::History;

    fn history() -> (Question, Result<Answer, FactError>) {
        (
            Question::History("203.0.113.7".into()),
            Ok(Answer::History(History::default())),
        )
    }

    #[tokio::test]
    async fn what_was_recorded_is_answered_and_what_was_not_is_no_fact() {
        let recorded = RecordedFacts::new([history()]).unwrap();
        assert_eq!(recorded.ask(&history().0).await, history().1);
        let other = Question::Instance("web\u{1b}".into());
        let error = recorded.ask(&other).await.unwrap_err();
        insta::assert_snapshot!(error, @r"unavailable: `instance web\u{1b}` was not recorded");
        assert_eq!(recorded.asked(), [other, history().0].into());
    }

    #[test]
    fn answers_that_contradict_one_another_are_refused() {
        insta::assert_snapshot!(RecordedFacts::new([history(), history()]).unwrap_err(), @"the question `history of 203.0.113.7` is recorded twice; leave one of the two out");
        let mismatched = (Question::Observations, history().1);
        insta::assert_snapshot!(RecordedFacts::new([mismatched]).unwrap_err(), @"the answer to the question `observations` is one to another kind of question; `fact` must be the same in both");
    }
}
