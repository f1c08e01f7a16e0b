//! Recordings from end to end. The built-in plugins on theirs: every one is decided as it was recorded, guards included. The same as
//! `quell plugin test plugins/NAME`, but on the components that come with the binary. And those that a daemon's journal holds.

mod journal;

use std::path::{Path, PathBuf};

use quell::{
    builtin,
    kit::test::run,
    record,
    sandbox::{Limits, Sandbox, Use},
};
use rstest::rstest;

fn recordings(plugin: &str) -> PathBuf {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    plugins.join(plugin).join("recordings")
}

#[rstest]
#[case("nacl-block")]
#[case("guardduty-block")]
#[case("isolate-attacker")]
#[tokio::test]
async fn a_built_in_plugin_decides_what_it_decided_when_it_was_recorded(#[case] name: &str) {
    let sandbox = Sandbox::new(Use::Measure, Limits::default(), None).unwrap();
    let component = builtin::plugin(name).unwrap();
    let plugin = sandbox.load(name, component).await.unwrap();

    let run = run(&plugin, &recordings(name), None).await.unwrap();

    assert!(run.is_good(), "{run}");
    for trial in &run.trials {
        assert_eq!(trial.unasked, [], "{} asks for less than was recorded", trial.name);
    }
}

#[test]
fn every_built_in_plugin_has_recordings_and_each_says_what_it_is_about() {
    for name in builtin::NAMES {
        let recordings = record::load(&recordings(name)).unwrap();
        assert!(recordings.len() >= 6, "{name} has {}", recordings.len());
        for loaded in recordings {
            let recording = loaded.recording.unwrap();
            assert!(recording.note.is_some(), "{} has no note", loaded.name);
            assert_eq!(recording.plugins[0].plugin, name, "{}", loaded.name);
        }
    }
}
