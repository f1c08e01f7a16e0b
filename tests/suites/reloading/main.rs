//! The program as a process of its own, on a simulated account: changed plugins and configurations are taken over while the daemon works, bad ones are not, and no alert is lost over it.

use std::{fs, time::Duration};

use quell_tests::{
    guest,
    process::{Daemon, Quell, Told, free_address},
    recorded,
};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon with the guest in this mode, from a file, and where its door is.
struct Set {
    quell: Quell,
    url: String,
    base: String,
}

const GUEST: &str = "[[plugin]]\nname = \"mine\"\nfile = \"mine.wasm\"\n";

impl Set {
    fn new(mode: &str) -> Self {
        let address = free_address().unwrap();
        let set = Self {
            quell: Quell::new("").unwrap(),
            base: format!(
                "simulated = {{ account-file = \"account.toml\" }}\njournal = {{ path = \"journal.sqlite\" }}\n\
                 sandbox = {{ cache = \"cache\" }}\nhttp = {{ listen = \"{address}\" }}\n"
            ),
            url: format!("http://{address}"),
        };
        set.put("account.toml", recorded::ACCOUNT.as_bytes());
        set.put("mine.wasm", &guest::evil());
        set.put("quell.toml", set.with_mode(mode).as_bytes());
        set
    }

    fn with_mode(&self, mode: &str) -> String {
        format!("{}\n{GUEST}settings = {{ mode = \"{mode}\" }}\n", self.base)
    }

    /// Replaces a file as editors do: beside it, and then renamed into its place.
    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.quell.path("new"), bytes).unwrap();
        fs::rename(self.quell.path("new"), self.quell.path(name)).unwrap();
    }

    fn list(&self) -> Told {
        self.quell.run(&["plugin", "list"]).unwrap()
    }

    /// Posts an alert, and gives what became of it when it was tried.
    async fn report(&self, number: u32) -> Value {
        let place = post(&self.url, number).await;
        tried(&place).await["report"].clone()
    }

    /// Sends alerts one after the other, from this number on, until it is told to stop. Gives the places of what becomes of them.
    fn stream(&self, first: u32, stop: CancellationToken) -> JoinHandle<Vec<String>> {
        let url = self.url.clone();
        tokio::spawn(async move {
            let mut places = Vec::new();
            for number in first.. {
                places.push(post(&url, number).await);
                if stop.is_cancelled() {
                    break;
                }
            }
            places
        })
    }
}

/// Posts an alert, which must be taken, and gives the place of what becomes of it.
async fn post(url: &str, number: u32) -> String {
    let alert = recorded::changed(recorded::ATTACK, &[("id", number.into())]);
    let request = client().post(format!("{url}/alerts/stealthwatch-cloud")).body(alert);
    let taken = request.send().await.unwrap();
    assert_eq!(taken.status(), StatusCode::ACCEPTED);
    format!("{url}{}", taken.headers()["location"].to_str().unwrap())
}

/// The delivery at a place, as soon as it was tried.
async fn tried(place: &str) -> Value {
    loop {
        let delivery: Value = client().get(place).send().await.unwrap().json().await.unwrap();
        if delivery["report"].is_object() {
            return delivery;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whether the plugin blocked, or would have, had another alert not done so before.
fn blocks(report: &Value) -> bool {
    report["outcome"] == "acted" || report["outcome"] == "already-so"
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn wait(daemon: &mut Daemon, line: &str) -> String {
    daemon.wait_for_line(line, PATIENCE).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn good_then_bad_then_good_again_and_every_alert_of_the_stream_is_decided() {
    let set = Set::new("nothing");
    let mut daemon = set.quell.serve().unwrap();
    let stop = CancellationToken::new();
    let stream = set.stream(1000, stop.clone());
    assert!(
        set.report(1).await["summary"]
            .as_str()
            .unwrap()
            .contains("it is harmless")
    );

    set.put("quell.toml", set.with_mode("block-short").as_bytes());
    wait(&mut daemon, "the change is taken over");
    assert!(blocks(&set.report(2).await));

    // Bad settings, then a bad component, then no TOML at all: each is told, and the last good one goes on.
    set.put("mine.wasm", b"this is no component");
    let told = wait(&mut daemon, "what was in force goes on");
    assert!(told.contains("plugin `mine` is not WebAssembly"), "{told}");
    assert!(blocks(&set.report(3).await));
    assert!(set.list().stdout.contains("is not taken over"), "{}", set.list().stdout);
    set.put("quell.toml", b"[[plugin");
    let told = wait(&mut daemon, "what was in force goes on");
    assert!(told.contains("this is not TOML"), "{told}");
    assert!(blocks(&set.report(4).await));

    set.put("mine.wasm", &guest::evil());
    set.put("quell.toml", set.with_mode("nothing").as_bytes());
    wait(&mut daemon, "the change is taken over");
    assert_eq!(set.report(5).await["outcome"], "nothing");
    stop.cancel();
    let places = stream.await.unwrap();
    assert!(places.len() > 5, "{places:?}");
    for place in places {
        let delivery = tried(&place).await;
        assert_eq!(delivery["state"], "done", "{delivery}");
        assert!(
            delivery["report"]["plugins"][0]["answer"]["decided"].is_object(),
            "{delivery}"
        );
    }
    let list = set.list().stdout;
    assert!(list.contains("loaded") && !list.contains("is not taken over"), "{list}");
    let (status, _) = daemon.terminate(Duration::from_secs(12)).unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_is_not_the_pinned_one_is_not_taken_over_and_both_digests_are_told() {
    let set = Set::new("nothing");
    let locked = set.quell.run(&["plugin", "lock"]).unwrap();
    assert_eq!(locked.exit, Some(0), "{locked:?}");
    let pinned = locked.stdout.split([' ', ',']).nth(1).unwrap().to_owned();
    assert_eq!(set.quell.run(&["plugin", "lock", "--check"]).unwrap().exit, Some(0));
    let mut daemon = set.quell.serve().unwrap();

    set.put("mine.wasm", &guest::evil_describe("other"));
    let told = wait(&mut daemon, "what was in force goes on");
    let checked = set.quell.run(&["plugin", "lock", "--check"]).unwrap();
    assert_eq!(checked.exit, Some(3), "{checked:?}");
    let found = checked.stdout.split([' ', ',']).nth(1).unwrap();
    assert!(told.contains(&pinned) && told.contains(found), "{told}");
    assert_eq!(set.report(1).await["outcome"], "nothing");

    set.quell.run(&["plugin", "lock"]).unwrap();
    let told = wait(&mut daemon, "the change is taken over");
    assert!(told.contains(&found[..12]), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_whose_only_plugin_is_bad_starts_keeps_alerts_and_acts_when_it_is_put_right() {
    let set = Set::new("block-short");
    set.put("mine.wasm", b"this is no component");
    let checked = set.quell.run(&["config", "check"]).unwrap();
    assert_eq!(checked.exit, Some(3), "{checked:?}");
    assert!(
        checked.error().contains("plugin `mine` is not WebAssembly"),
        "{checked:?}"
    );
    let mut daemon = set.quell.spawn().unwrap();
    wait(&mut daemon, "no plugin could be loaded");
    wait(&mut daemon, "listening");
    let report = set.report(1).await;
    assert_eq!(report["outcome"], "failed", "{report}");
    let list = set.list();
    assert!(list.stdout.contains("NOT LOADED"), "{}", list.stdout);

    set.put("mine.wasm", &guest::evil());
    wait(&mut daemon, "the change is taken over");
    wait(&mut daemon, "acted");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn sighup_looks_at_once_and_what_needs_a_restart_is_named() {
    use rustix::process::{Signal, kill_process};

    let set = Set::new("nothing");
    let mut daemon = set.quell.serve().unwrap();
    kill_process(daemon.process(), Signal::HUP).unwrap();
    wait(&mut daemon, "nothing changed");
    set.put(
        "quell.toml",
        format!("mode = \"observe\"\n{}", set.with_mode("block-short")).as_bytes(),
    );
    kill_process(daemon.process(), Signal::HUP).unwrap();
    wait(&mut daemon, "changes in mode wait for a restart");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_behind_a_link_that_is_exchanged_is_noticed() {
    use std::os::unix::fs::symlink;

    let set = Set::new("nothing");
    let folder = |name: &str, mode: &str| {
        fs::create_dir(set.quell.path(name)).unwrap();
        let text = set
            .with_mode(mode)
            .replace("\"mine.wasm\"", &format!("{:?}", set.quell.path("mine.wasm")));
        fs::write(set.quell.path(name).join("quell.toml"), text).unwrap();
    };
    folder("..one", "nothing");
    folder("..two", "block-short");
    symlink("..one", set.quell.path("..data")).unwrap();
    fs::remove_file(set.quell.path("quell.toml")).unwrap();
    symlink("..data/quell.toml", set.quell.path("quell.toml")).unwrap();
    let mut daemon = set.quell.serve().unwrap();
    symlink("..two", set.quell.path("..data_new")).unwrap();
    fs::rename(set.quell.path("..data_new"), set.quell.path("..data")).unwrap();
    wait(&mut daemon, "the change is taken over");
    assert_eq!(set.report(1).await["outcome"], "acted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_never_block_list_that_is_edited_frees_at_once_and_one_that_breaks_blocks_nobody_after_a_restart() {
    let set = Set::new("block-short");
    let list = "[[guard.never-block-list]]\nname = \"partners\"\nfile = \"never-block.txt\"\n";
    let with_list = format!("{}{list}", set.with_mode("block-short"));
    set.put("never-block.txt", b"192.0.2.128/25\n");
    set.put("quell.toml", with_list.as_bytes());
    let mut daemon = set.quell.serve().unwrap();
    assert_eq!(set.report(1).await["outcome"], "acted");
    let uncovered = || set.quell.run(&["holds", "--uncovered"]).unwrap().stdout;
    assert!(!uncovered().contains("198.51.100.7/32"), "{}", uncovered());

    set.put("never-block.txt", b"192.0.2.128/25\n198.51.100.0/24 # our partner\n");
    wait(&mut daemon, "what is never blocked has changed");
    let why = set.quell.run(&["never-block", "why", "198.51.100.7"]).unwrap();
    assert!(
        why.stdout.contains("list partners") && why.stdout.contains("our partner"),
        "{why:?}"
    );
    let begun = std::time::Instant::now();
    while !uncovered().contains("198.51.100.7/32") {
        assert!(begun.elapsed() < PATIENCE, "it is denied still: {}", uncovered());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(set.report(2).await["outcome"], "refused");
    daemon.terminate(Duration::from_secs(12)).unwrap();

    set.put("never-block.txt", b"192.0.2.128/25\n198.51.100.0/2");
    let mut daemon = set.quell.serve().unwrap();
    let report = set.report(3).await;
    assert_eq!(report["outcome"], "failed", "{report}");
    let summary = report["summary"].as_str().unwrap();
    assert!(
        summary.contains("the never-block list partners") && summary.contains("line 2"),
        "{summary}"
    );
    set.put("never-block.txt", b"192.0.2.128/25\n");
    wait(&mut daemon, "can be read again");
}
