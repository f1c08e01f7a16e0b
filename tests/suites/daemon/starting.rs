//! Starts that fail: what an operator reads, and the exit code that a script sees.

use std::{fs, net::TcpListener, time::Duration};

use quell_tests::{
    plain::{plain, plain_at},
    process::{Quell, Told},
};

#[test]
fn two_daemons_never_work_on_one_journal() {
    let quell = plain("").unwrap();
    let _daemon = quell.serve().unwrap();
    let second = quell.run(&["serve"]).unwrap();
    assert_eq!(second.exit, Some(1));
    insta::assert_snapshot!(told(&quell, &second), @r"
    error: Quell can't start
      because another Quell works on this journal (journal.sqlite.lock); stop it, or let it do the work
    ");
}

#[test]
fn a_daemon_that_is_stopped_as_soon_as_it_started_ends_well() {
    let quell = plain("").unwrap();
    for _ in 0..3 {
        let (status, log) = quell.serve().unwrap().terminate(Duration::from_secs(12)).unwrap();
        assert_eq!(status.code(), Some(0), "{log:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let quell = plain_at(address, "").unwrap();
    let failed = quell.run(&["serve"]).unwrap();
    assert_eq!(failed.exit, Some(1));
    insta::assert_snapshot!(told(&quell, &failed).replace(&address.to_string(), "ADDRESS"), @r"
    error: can't listen on ADDRESS (http.listen): is another Quell running, or may only root use the port?
      because Address already in use (os error 98)
    ");
}

#[test]
fn without_a_configuration_the_way_to_one_is_told() {
    let quell = plain("").unwrap();
    fs::remove_file(quell.path("quell.toml")).unwrap();
    for command in [
        &["serve"][..],
        &["holds"],
        &["release", "1"],
        &["explain", "alert.json"],
    ] {
        let failed = quell.run(command).unwrap();
        assert_eq!(failed.exit, Some(3), "{failed:?}");
        assert!(failed.error().contains("quell config example"), "{failed:?}");
    }
}

#[test]
fn what_is_wrong_in_the_configuration_ends_with_code_3_wherever_it_is_noticed() {
    let mut all = Vec::new();
    let plugin = |rest: &str| {
        format!(
            "[[plugin]]\nname = \"mine\"\nfile = \"mine.wasm\"\nsha256 = \"{}\"\n{rest}",
            "0".repeat(64)
        )
    };
    // A bad plugin keeps nobody from starting; who wants to know before asks for a check.
    let (serve, check): (&[&str], &[&str]) = (&["serve"], &["config", "check"]);
    for (what, command, more) in [
        ("a misspelt key", serve, "max-bodi = 5".to_owned()),
        ("a token that is not set", serve, "token-env = \"NOT_SET\"".to_owned()),
        ("a plugin of other bytes", check, plugin("")),
        (
            "wrong settings",
            check,
            "[[plugin]]\nname = \"nacl-block\"\nsettings = { block-seconds = 0 }".to_owned(),
        ),
        (
            "an API key that is not there",
            serve,
            "[stealthwatch-cloud]\nbase-url = \"https://example.com/api/v3/\"\nuser = \"quell\"\nkey-file = \"no.key\""
                .to_owned(),
        ),
    ] {
        let quell = plain(&more).unwrap();
        fs::write(quell.path("mine.wasm"), "not the right one").unwrap();
        let failed = quell.run(command).unwrap();
        all.push(format!("{what}: {:?}\n{}", failed.exit, told(&quell, &failed)));
    }
    let quell = plain(&plugin("")).unwrap();
    let failed = quell.run(check).unwrap();
    all.push(format!(
        "a plugin that is not there: {:?}\n{}",
        failed.exit,
        told(&quell, &failed)
    ));
    let quell = plain("").unwrap();
    fs::write(quell.path("account.toml"), "nothing = true").unwrap();
    let failed = quell.run(&["serve"]).unwrap();
    all.push(format!("a wrong account: {:?}\n{}", failed.exit, told(&quell, &failed)));
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn explaining_tells_a_wrong_configuration_from_a_wrong_alert() {
    let quell =
        plain("token-env = \"NOT_SET\"\n[[plugin]]\nname = \"nacl-block\"\nsettings = { block-seconds = 0 }").unwrap();
    let missing = quell.run(&["explain", "alert.json"]).unwrap();
    assert_eq!(missing.exit, Some(4), "{missing:?}");
    fs::write(quell.path("alert.json"), quell_tests::recorded::ATTACK).unwrap();
    let wrong = quell.run(&["explain", "alert.json"]).unwrap();
    assert_eq!(wrong.exit, Some(3), "{wrong:?}");
}

/// What an operator reads, without what differs from run to run.
fn told(quell: &Quell, told: &Told) -> String {
    let folder = quell.path("").display().to_string();
    told.error().replace(&folder, "")
}
