//! Asks once: a question of one alert has one answer, however often and from however many sides it is asked.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{sync::OnceCell, time::Instant};

use serde::{Deserialize, Serialize};

use super::{Answer, FactError, Facts, Question};
use crate::duration::seconds;

/// A question that was asked, with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The answer, or why there is none.
    pub outcome: Result<Answer, FactError>,
    /// How long the source took.
    pub took: Duration,
    /// The plugins that asked, by name, in the order in which they first did. Empty if only the guards did.
    pub asked_by: Vec<String>,
}

/// As the journal has it.
#[derive(Serialize, Deserialize)]
struct Written {
    question: Question,
    #[serde(flatten)]
    outcome: Outcome,
    #[serde(with = "seconds")]
    seconds: Duration,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked_by: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
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

impl From<Written> for Asked {
    fn from(written: Written) -> Self {
        Self {
            question: written.question,
            outcome: written.outcome.into(),
            took: written.seconds,
            asked_by: written.asked_by,
        }
    }
}

impl From<Asked> for Written {
    fn from(asked: Asked) -> Self {
        Self {
            question: asked.question,
            outcome: asked.outcome.into(),
            seconds: asked.took,
            asked_by: asked.asked_by,
        }
    }
}

/// Remembers the answers of one alert's facts, errors included, and what was asked.
pub struct Memo {
    source: Arc<dyn Facts>,
    /// In the order of asking. A decision asks a few dozen questions at most, so that a search through all is cheap.
    entries: Mutex<Vec<Arc<Entry>>>,
}

struct Entry {
    question: Question,
    outcome: OnceCell<(Result<Answer, FactError>, Duration)>,
    asked_by: Mutex<Vec<String>>,
}

impl Memo {
    /// Nothing asked yet. One memo is for one alert: an answer is never fetched again.
    pub fn new(source: Arc<dyn Facts>) -> Self {
        Self {
            source,
            entries: Mutex::default(),
        }
    }

    /// Every question that was answered, in the order in which they were first asked.
    pub fn asked(&self) -> Vec<Asked> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = entries.iter().filter_map(|entry| {
            let (outcome, took) = entry.outcome.get()?.clone();
            Some(Asked {
                question: entry.question.clone(),
                outcome,
                took,
                asked_by: entry.asked_by.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            })
        });
        answered.collect()
    }

    /// The same facts as one plugin asks for them, so that [`Self::asked`] can tell who asked for what.
    pub fn of_plugin(self: &Arc<Self>, plugin: &str) -> Arc<dyn Facts> {
        Arc::new(OfPlugin {
            memo: Arc::clone(self),
            plugin: plugin.to_owned(),
        })
    }

    fn entry(&self, question: &Question) -> Arc<Entry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.iter().find(|entry| entry.question == *question) {
            return Arc::clone(entry);
        }
        let entry = Arc::new(Entry {
            question: question.clone(),
            outcome: OnceCell::new(),
            asked_by: Mutex::default(),
        });
        entries.push(Arc::clone(&entry));
        entry
    }
}

#[async_trait]
impl Facts for Memo {
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        let entry = self.entry(question);
        let fetch = || async {
            let start = Instant::now();
            let outcome = self.source.ask(question).await;
            (outcome, start.elapsed())
        };
        entry.outcome.get_or_init(fetch).await.0.clone()
    }
}

/// What [`Memo::of_plugin`] gives.
struct OfPlugin {
    memo: Arc<Memo>,
    plugin: String,
}

#[async_trait]
impl Facts for OfPlugin {
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        {
            let entry = self.memo.entry(question);
            let mut asked_by = entry.asked_by.lock().unwrap_or_else(PoisonError::into_inner);
            if !asked_by.contains(&self.plugin) {
                asked_by.push(self.plugin.clone());
            }
        }
        self.memo.ask(question).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::fact::History;

    /// Answers after a second, and fails for one address.
    #[derive(Default)]
    struct Slow {
        fetched: AtomicU32,
    }

    #[async_trait]
    impl Facts for Slow {
        async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
            self.fetched.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            match question {
                Question::History(address) if address == "192.0.2.9" => Err(FactError::Unavailable("down".into())),
                _ => Ok(Answer::History(History::default())),
            }
        }
    }

    fn history(address: &str) -> Question {
        Question::History(address.into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_asked_by_many_at_once_is_fetched_once() {
        let slow = Arc::new(Slow::default());
        let memo = Memo::new(slow.clone());
        let question = history("192.0.2.1");
        let answers = futures::future::join_all((0..8).map(|_| memo.ask(&question))).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(slow.fetched.load(Ordering::SeqCst), 1);
        assert_eq!(memo.asked().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_the_same_failure_for_the_whole_decision() {
        let slow = Arc::new(Slow::default());
        let memo = Memo::new(slow.clone());
        let first = memo.ask(&history("192.0.2.9")).await;
        assert_eq!(first, Err(FactError::Unavailable("down".into())));
        assert_eq!(memo.ask(&history("192.0.2.9")).await, first);
        assert_eq!(slow.fetched.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_asked_is_kept_in_order_with_its_time() {
        let memo = Memo::new(Arc::new(Slow::default()));
        for address in ["192.0.2.9", "192.0.2.1", "192.0.2.9"] {
            let _ = memo.ask(&history(address)).await;
        }
        let asked = memo.asked();
        let questions: Vec<_> = asked.iter().map(|asked| asked.question.clone()).collect();
        assert_eq!(questions, [history("192.0.2.9"), history("192.0.2.1")]);
        assert!(asked[0].outcome.is_err() && asked[1].outcome.is_ok());
        assert!(asked.iter().all(|asked| asked.took >= Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_asked_is_told_and_the_guards_are_nobody() {
        let memo = Arc::new(Memo::new(Arc::new(Slow::default())));
        for plugin in ["b", "a", "b"] {
            let _ = memo.of_plugin(plugin).ask(&history("192.0.2.1")).await;
        }
        let _ = memo.ask(&history("192.0.2.1")).await;
        let _ = memo.ask(&history("192.0.2.2")).await;
        let asked_by: Vec<_> = memo.asked().into_iter().map(|asked| asked.asked_by).collect();
        assert_eq!(asked_by, [vec!["b".to_owned(), "a".to_owned()], vec![]]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_whose_asker_gave_up_can_be_asked_again() {
        let slow = Arc::new(Slow::default());
        let memo = Memo::new(slow.clone());
        let question = history("192.0.2.1");
        let in_time = tokio::time::timeout(Duration::from_millis(10), memo.ask(&question)).await;
        assert!(in_time.is_err());
        assert_eq!(memo.asked(), []);
        assert!(memo.ask(&question).await.is_ok());
        assert_eq!(slow.fetched.load(Ordering::SeqCst), 2);
    }
}
