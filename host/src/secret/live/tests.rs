//! Rotation, failures, and those who knock with wrong tokens.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;

use super::*;

/// A place over the network, in memory.
struct Kept {
    value: Mutex<Result<&'static str, &'static str>>,
    fetches: AtomicU32,
}

impl Kept {
    fn with(value: &'static str) -> Arc<Self> {
        Arc::new(Self {
            value: Mutex::new(Ok(value)),
            fetches: AtomicU32::new(0),
        })
    }

    fn becomes(&self, value: Result<&'static str, &'static str>) {
        *self.value.lock().unwrap() = value;
    }

    fn fetches(&self) -> u32 {
        self.fetches.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Remote for Kept {
    async fn fetch(&self, place: &Secret) -> Result<SecretString, SecretError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let value = *self.value.lock().unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        value.map(SecretString::from).map_err(|why| SecretError::Unreachable {
            secret: place.clone(),
            why: why.to_owned(),
        })
    }
}

const REFRESH: Duration = Duration::from_secs(300);

fn live(kept: &Arc<Kept>) -> LiveSecret {
    let place = Secret::ParameterStore("/quell/key".to_owned());
    LiveSecret::remote(place, Arc::clone(kept) as Arc<dyn Remote>, REFRESH)
}

async fn value(secret: &LiveSecret) -> String {
    secret.value().await.unwrap().expose_secret().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_fetched_when_it_is_first_needed_and_once_for_all_who_need_it() {
    let kept = Kept::with("first");
    let secret = live(&kept);
    assert_eq!(kept.fetches(), 0);
    let all = futures::future::join_all((0..20).map(|_| value(&secret))).await;
    assert!(all.iter().all(|value| value == "first"));
    assert_eq!(kept.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_is_taken_over_in_time_and_nobody_waits_for_it() {
    let kept = Kept::with("first");
    let secret = live(&kept);
    value(&secret).await;
    kept.becomes(Ok("second"));
    tokio::time::advance(REFRESH).await;
    let before = tokio::time::Instant::now();
    assert_eq!(value(&secret).await, "first");
    assert_eq!(before.elapsed(), Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(value(&secret).await, "second");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_refused_is_looked_at_again_at_once() {
    let kept = Kept::with("first");
    let secret = live(&kept);
    let used = secret.value().await.unwrap();
    tokio::time::advance(Duration::from_secs(2)).await;
    kept.becomes(Ok("second"));
    assert_eq!(secret.refused(&used).await.unwrap().expose_secret(), "second");
    // Another who was refused with the old one meanwhile need not look.
    assert_eq!(secret.refused(&used).await.unwrap().expose_secret(), "second");
    assert_eq!(kept.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn while_it_can_not_be_fetched_the_last_one_goes_on() {
    let kept = Kept::with("first");
    let secret = live(&kept);
    value(&secret).await;
    kept.becomes(Err("no route to host"));
    for _ in 0..100 {
        tokio::time::advance(REFRESH).await;
        assert_eq!(value(&secret).await, "first");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    kept.becomes(Ok("second"));
    tokio::time::advance(REFRESH).await;
    value(&secret).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(value(&secret).await, "second");
}

#[tokio::test(start_paused = true)]
async fn who_knocks_with_wrong_tokens_makes_few_calls() {
    let kept = Kept::with("token");
    let secret = live(&kept);
    for _ in 0..3600 {
        let known = secret.value().await.unwrap();
        assert!(secret.refused(&known).await.is_none());
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert!(kept.fetches() < 80, "{}", kept.fetches());
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_never_could_be_had_is_asked_for_again_but_not_by_everyone() {
    let kept = Kept::with("");
    kept.becomes(Err("no route to host"));
    let secret = live(&kept);
    let first = secret.value().await.unwrap_err().to_string();
    insta::assert_snapshot!(first, @"the parameter /quell/key in Parameter Store can't be had at the moment: no route to host");
    let resting = secret.value().await.unwrap_err().to_string();
    insta::assert_snapshot!(resting, @"asked for again in 1 s: the parameter /quell/key in Parameter Store can't be had at the moment: no route to host");
    assert_eq!(kept.fetches(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    kept.becomes(Ok("here"));
    assert_eq!(value(&secret).await, "here");
}

#[tokio::test]
async fn a_file_that_was_written_anew_is_read_anew_and_one_that_is_gone_is_not_missed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "first").unwrap();
    let secret = LiveSecret::local(Secret::File(path.clone())).unwrap();
    assert_eq!(value(&secret).await, "first");
    // As a mount of secrets does it: another file under the same name.
    let other = folder.path().join("other");
    std::fs::write(&other, "second\n").unwrap();
    std::fs::rename(&other, &path).unwrap();
    assert_eq!(value(&secret).await, "second");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(value(&secret).await, "second");
}

#[test]
fn a_secret_shows_where_it_is_kept_and_nothing_of_it() {
    insta::assert_snapshot!(format!("{:?}", LiveSecret::fixed("s3cret")), @"LiveSecret(None)");
}
