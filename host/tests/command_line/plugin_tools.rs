//! The authors' tools, as an author types them.

use std::{fs, path::Path};

use super::{quell, signer::Signer, told};

const RECORDING: &str = include_str!("../../src/kit/template/recordings/two-attackers.recording.json");

const TOO_FEW: &str = include_str!("../../src/kit/template/recordings/too-few-attempts.recording.json");

fn recordings(folder: &Path) {
    fs::create_dir(folder.join("recordings")).unwrap();
    fs::write(folder.join("recordings/two-attackers.recording.json"), RECORDING).unwrap();
    fs::write(folder.join("recordings/too-few-attempts.recording.json"), TOO_FEW).unwrap();
}

#[test]
fn inspect_tells_scripts_the_digest_and_people_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let json = quell(folder.path(), &["plugin", "inspect", "nacl-block", "--output", "json"]);
    let inspected: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(inspected["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(inspected["contract"], quell::sandbox::CONTRACT_VERSION);
    let text = told(&quell(folder.path(), &["plugin", "inspect"]));
    assert!(
        text.contains("nacl-block") && text.contains("block-seconds") && text.ends_with("exit 0"),
        "{text}"
    );
}

#[test]
fn inspect_tells_who_signed_and_refuses_what_somebody_else_signed() {
    let folder = tempfile::tempdir().unwrap();
    let component = quell::builtin::plugin("nacl-block").unwrap();
    fs::write(folder.path().join("mine.wasm"), component).unwrap();
    let unsigned = told(&quell(folder.path(), &["plugin", "inspect", "mine.wasm"]));
    assert!(
        !unsigned.contains("signature") && unsigned.ends_with("exit 0"),
        "{unsigned}"
    );

    let [ours, theirs] = [1, 2].map(Signer::of);
    let signature = ours.sign(component, "version 1.4");
    fs::write(folder.path().join("mine.wasm.minisig"), signature).unwrap();
    let inspect = |keys: &[&str]| {
        told(&quell(
            folder.path(),
            &[&["plugin", "inspect", "mine.wasm"], keys].concat(),
        ))
    };
    let (ours, theirs) = (ours.public(), theirs.public());
    let good = inspect(&["--key", &theirs, "--key", &ours]);
    assert!(good.contains(": version 1.4\n") && good.ends_with("exit 0"), "{good}");
    assert!(inspect(&[]).contains("not checked"));
    let bad = inspect(&["--key", &theirs]);
    assert!(bad.contains("may sign it") && bad.ends_with("exit 4"), "{bad}");
    let built_in = told(&quell(
        folder.path(),
        &["plugin", "inspect", "nacl-block", "--key", &ours],
    ));
    assert!(
        built_in.contains("is part of the program") && built_in.ends_with("exit 2"),
        "{built_in}"
    );
}

#[test]
fn a_plugin_that_is_not_there_is_told_with_what_may_have_been_meant() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(told(&quell(folder.path(), &["plugin", "inspect", "nacl-blok"])), @r"
    -- stderr
    error: nacl-blok can't be read: did you mean the built-in plugin `nacl-block`?
      because No such file or directory (os error 2)
    exit 4
    ");
}

#[test]
fn another_decision_ends_with_an_exit_code_of_its_own_and_can_be_accepted() {
    let folder = tempfile::tempdir().unwrap();
    recordings(folder.path());
    let test = ["plugin", "test", "--plugin", "nacl-block"];
    let failed = told(&quell(folder.path(), &test));
    assert!(failed.ends_with("exit 6"), "{failed}");

    let few = [&test[..], &["--filter", "too-few"]].concat();
    let accepted = told(&quell(folder.path(), &[&few[..], &["--accept"]].concat()));
    assert!(
        accepted.contains("accepted: ") && accepted.ends_with("exit 0"),
        "{accepted}"
    );
    let again = told(&quell(folder.path(), &few));
    assert!(
        again.contains("all as recorded") && again.ends_with("exit 0"),
        "{again}"
    );

    // It asks for more than was recorded, so its decision is worth nothing.
    let attackers = [&test[..], &["--filter", "two-attackers", "--accept"]].concat();
    let refused = told(&quell(folder.path(), &attackers));
    assert!(
        refused.contains("not recorded:") && refused.ends_with("exit 6"),
        "{refused}"
    );
}

#[test]
fn a_folder_without_recordings_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let told = told(&quell(folder.path(), &["plugin", "test", "--plugin", "nacl-block"]));
    assert!(
        told.contains("there is no recording") && told.ends_with("exit 4"),
        "{told}"
    );
}

#[test]
fn a_bench_takes_no_longer_than_it_is_given_and_tells_fresh_and_warm() {
    let folder = tempfile::tempdir().unwrap();
    let told = told(&quell(
        folder.path(),
        &["plugin", "bench", "nacl-block", "--rounds", "3", "--output", "json"],
    ));
    assert!(
        told.contains("\"fresh\"") && told.contains("p99-seconds") && told.contains("\"decisions\": 3"),
        "{told}"
    );
}

#[test]
fn a_compiled_plugin_has_the_digest_in_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for target in ["x86_64", "aarch64"] {
        let told = told(&quell(
            folder.path(),
            &["plugin", "compile", "nacl-block", "--target", target, "--out", "out"],
        ));
        assert!(
            told.contains(&format!(".{target}.cwasm")) && told.ends_with("exit 0"),
            "{told}"
        );
    }
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 2);
}

#[test]
fn a_replay_sums_up_first() {
    let folder = tempfile::tempdir().unwrap();
    recordings(folder.path());
    let told = told(&quell(
        folder.path(),
        &["replay", "recordings", "--plugin", "nacl-block"],
    ));
    assert!(
        told.contains("WITH THE CHANGE") && told.contains("two-attackers") && told.ends_with("exit 0"),
        "{told}"
    );
}

#[test]
fn guards_of_a_replay_are_read_as_strictly_as_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    recordings(folder.path());
    fs::write(folder.path().join("guards.toml"), "[guard]\nnever-blok = []\n").unwrap();
    let arguments = [
        "replay",
        "recordings",
        "--plugin",
        "nacl-block",
        "--guards",
        "guards.toml",
    ];
    let told = told(&quell(folder.path(), &arguments));
    assert!(
        told.contains("did you mean `never-block`?") && told.ends_with("exit 3"),
        "{told}"
    );
}
