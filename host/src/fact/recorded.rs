//! Answers that are at hand: from a recording, or written by hand for a test of a plugin.

use std::collections::{BTreeMap, btree_map};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Answer, Asked, FactError, Facts, Question};

/// Answers by their questions. As JSON it is a list:
///
/// ```
/// let facts = r#"[
///     { "question": { "fact": "history", "of": "203.0.113.7" },
///       "answer": { "fact": "history",
///                   "is": { "holds": 1, "offences": 1, "in_force": 0, "last_since": null, "last_until": null } } },
///     { "question": { "fact": "observations" },
///       "error": { "error": "unavailable", "message": "the API is down" } }
/// ]"#;
/// let facts: quell::fact::RecordedFacts = serde_json::from_str(facts)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct RecordedFacts(BTreeMap<Question, Result<Answer, FactError>>);

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

#[derive(Serialize, Deserialize)]
struct Entry {
    question: Question,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Answer(Answer),
    Error(FactError),
}

impl From<Outcome> for Result<Answer, FactError> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Answer(answer) => Ok(answer),
            Outcome::Error(error) => Err(error),
        }
    }
}

impl From<Result<Answer, FactError>> for Outcome {
    fn from(outcome: Result<Answer, FactError>) -> Self {
        outcome.map_or_else(Self::Error, Self::Answer)
    }
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
        Ok(Self(recorded))
    }

    /// What was asked while an alert was decided.
    ///
    /// # Errors
    ///
    /// As [`RecordedFacts::new`]; a memo's own list has no such fault.
    pub fn of_asked(asked: Vec<Asked>) -> Result<Self, RecordedFactsError> {
        Self::new(asked.into_iter().map(|asked| (asked.question, asked.outcome)))
    }
}

#[async_trait]
impl Facts for RecordedFacts {
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        self.0.get(question).cloned().unwrap_or_else(|| {
            Err(FactError::NotKnown(format!(
                "`{question}` was not recorded: this decision asks something that the recorded one did not"
            )))
        })
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
    )
}

impl TryFrom<Vec<Entry>> for RecordedFacts {
    type Error = RecordedFactsError;

    fn try_from(entries: Vec<Entry>) -> Result<Self, RecordedFactsError> {
        Self::new(entries.into_iter().map(|entry| (entry.question, entry.outcome.into())))
    }
}

impl From<RecordedFacts> for Vec<Entry> {
    fn from(recorded: RecordedFacts) -> Self {
        let entries = recorded.0.into_iter().map(|(question, outcome)| Entry {
            question,
            outcome: outcome.into(),
        });
        entries.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{History, Observation};

    fn history() -> (Question, Result<Answer, FactError>) {
        (
            Question::History("203.0.113.7".into()),
            Ok(Answer::History(History::default())),
        )
    }

    #[tokio::test]
    async fn what_was_written_is_read_and_answered_again() {
        let observation = Observation {
            id: "1".into(),
            kind: String::new(),
            time: None,
            raw: r#"{"id": 1}"#.into(),
        };
        let answers = [
            (Question::Observations, Ok(Answer::Observations(vec![observation]))),
            history(),
            (
                Question::Instance("web".into()),
                Err(FactError::NotPermitted("no".into())),
            ),
        ];
        let recorded = RecordedFacts::new(answers.clone()).unwrap();
        let text = serde_json::to_string(&recorded).unwrap();
        let read: RecordedFacts = serde_json::from_str(&text).unwrap();
        assert_eq!(read, recorded);
        for (question, outcome) in answers {
            assert_eq!(read.ask(&question).await, outcome);
        }
    }

    #[tokio::test]
    async fn a_question_that_was_not_recorded_is_not_known_and_says_so() {
        let error = RecordedFacts::default()
            .ask(&Question::Instance("web\u{1b}".into()))
            .await
            .unwrap_err();
        insta::assert_snapshot!(error, @r"not known: `instance web\u{1b}` was not recorded: this decision asks something that the recorded one did not");
    }

    #[test]
    fn a_recording_that_contradicts_itself_is_refused() {
        insta::assert_snapshot!(RecordedFacts::new([history(), history()]).unwrap_err(), @"the question `history of 203.0.113.7` is recorded twice; leave one of the two out");
        let mismatched = (Question::Observations, history().1);
        insta::assert_snapshot!(RecordedFacts::new([mismatched]).unwrap_err(), @"the answer to the question `observations` is one to another kind of question; `fact` must be the same in both");
    }
}
