//! The command line as a person meets it: the helps, and the errors for typical mistakes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that can't run `quell` must fail, in a helper too"
)]

mod plugin_folder;
mod plugin_tools;
#[path = "../../src/trust/testing.rs"]
mod signer;
mod without_daemon;

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use clap::CommandFactory;
use quell::command::Quell;

/// Runs `quell` in a directory, with nothing of this process's environment that it would listen to.
fn quell(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quell"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What was printed, with the exit code.
fn told(output: &Output) -> String {
    let part = |name: &str, bytes: &[u8]| match String::from_utf8_lossy(bytes).trim_end() {
        "" => String::new(),
        text => format!("{name}\n{text}\n"),
    };
    let exit = output
        .status
        .code()
        .map_or("ended by a signal".to_owned(), |code| format!("exit {code}"));
    format!(
        "{}{}{exit}",
        part("-- stdout", &output.stdout),
        part("-- stderr", &output.stderr)
    )
}

fn in_empty_directory(arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    told(&quell(directory.path(), arguments))
}

fn with_configuration(text: &str, arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("quell.toml"), text).unwrap();
    told(&quell(directory.path(), arguments))
}

#[test]
fn every_help_teaches() {
    insta::assert_snapshot!("help", in_empty_directory(&["--help"]));
    insta::assert_snapshot!("help_short", in_empty_directory(&["-h"]));
    for command in commands(&Quell::command()) {
        let mut arguments: Vec<_> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        insta::assert_snapshot!(format!("help_{}", command.join("_")), in_empty_directory(&arguments));
    }
}

/// The words of each command below this one.
fn commands(parent: &clap::Command) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for command in parent.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_name().to_owned();
        all.push(vec![name.clone()]);
        let below = commands(command).into_iter();
        all.extend(below.map(|words| [vec![name.clone()], words].concat()));
    }
    all
}

#[test]
fn quell_alone_shows_how_to_begin_and_is_a_usage_error() {
    let told = in_empty_directory(&[]);
    assert!(
        told.contains("Start with `quell demo`") && told.ends_with("exit 2"),
        "{told}"
    );
}

#[test]
fn a_misspelt_command_is_understood() {
    insta::assert_snapshot!(in_empty_directory(&["hold"]), @r"
    -- stderr
    error: unrecognized subcommand 'hold'

      tip: a similar subcommand exists: 'holds'

    Usage: quell [OPTIONS] [COMMAND]

    For more information, try '--help'.
    exit 2
    ");
}

#[test]
fn a_log_level_that_is_none_is_a_usage_error() {
    insta::assert_snapshot!(in_empty_directory(&["--log", "quell=loud", "holds"]), @r#"
    -- stderr
    error: invalid value 'quell=loud' for '--log <LEVEL>': error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5

    For more information, try '--help'.
    exit 2
    "#);
}

#[test]
fn without_a_configuration_it_is_said_where_it_was_looked_for_and_how_to_get_one() {
    insta::assert_snapshot!(in_empty_directory(&["holds"]), @r"
    -- stderr
    error: there is no configuration: looked for quell.toml, /etc/quell/quell.toml
      `quell config example > quell.toml` writes one to start from; --config FILE or QUELL_CONFIG names another
    exit 3
    ");
}

#[test]
fn a_wrong_configuration_is_told_with_its_lines() {
    insta::assert_snapshot!(with_configuration("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[guard]\nnever-blok = []\nwidest-ipv4 = 64\n", &["holds"]), @r"
    -- stderr
    error: 2 problems in the configuration
    quell.toml:3: unknown key `never-blok` in [guard]
      3 | never-blok …
        | ^^^^^^^^^^
      did you mean `never-block`?
    quell.toml:4: `guard.widest-ipv4` must be a whole number from 8 to 32, not integer `64`
      4 | widest-ipv4 = 64
        |               ^^
    exit 3
    ");
}

#[test]
fn a_check_says_what_was_read_and_what_would_fail_here() {
    let told = with_configuration(
        "mode = 'observe'\n[[aws.account]]\nid = '111122223333'\nregions = ['eu-west-1', 'us-east-1']\n\
         [[aws.account]]\nid = '444455556666'\nregions = ['eu-west-1']\nrole = 'arn:aws:iam::444455556666:role/quell'\n[stealthwatch-cloud]\nbase-url = 'https://example.obsrvbl.com/api/v3/'\n\
         user = 'quell@example.com'\nkey-env = 'QUELL_STEALTHWATCH_KEY'\n",
        &["config", "check"],
    );
    insta::assert_snapshot!(told, @r"
    -- stdout
    quell.toml is fine: observes and writes nothing on AWS account 111122223333 in eu-west-1, us-east-1 and AWS account 444455556666 in eu-west-1 by arn:aws:iam::444455556666:role/quell with nacl-block, guardduty-block
    note: as things are here, the environment variable QUELL_STEALTHWATCH_KEY is not set: set it to the secret
    exit 0
    ");
}

#[test]
fn the_example_is_printed_as_it_ships_and_passes_its_own_check() {
    let directory = tempfile::tempdir().unwrap();
    let example = quell(directory.path(), &["config", "example"]).stdout;
    assert_eq!(String::from_utf8(example.clone()).unwrap(), quell::config::EXAMPLE);
    fs::write(directory.path().join("quell.toml"), example).unwrap();
    assert!(quell(directory.path(), &["config", "check"]).status.success());
}

#[test]
fn a_door_for_everybody_without_a_token_can_not_be_opened_by_an_option_either() {
    insta::assert_snapshot!(with_configuration("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]", &["serve", "--listen", "0.0.0.0:80"]), @r"
    -- stderr
    error: 0.0.0.0:80 can be reached from outside this machine, so a token is required: set one of `http.token-env`, `http.token-file`, `http.token-secret` and `http.token-parameter` in the configuration, or listen on 127.0.0.1
    exit 3
    ");
}

#[test]
fn release_wants_to_know_what_and_only_one_way() {
    insta::assert_snapshot!(in_empty_directory(&["release"]), @r"
    -- stderr
    error: the following required arguments were not provided:
      <HOLD|--address <PREFIX>>

    Usage: quell release <HOLD|--address <PREFIX>>

    For more information, try '--help'.
    exit 2
    ");
    insta::assert_snapshot!(in_empty_directory(&["release", "42", "--address", "203.0.113.7"]), @r"
    -- stderr
    error: the argument '[HOLD]...' cannot be used with '--address <PREFIX>'

    Usage: quell release <HOLD|--address <PREFIX>>

    For more information, try '--help'.
    exit 2
    ");
    insta::assert_snapshot!(in_empty_directory(&["release", "--address", "everyone"]), @r"
    -- stderr
    error: invalid value 'everyone' for '--address <PREFIX>': this is neither an address, such as 203.0.113.7, nor a prefix, such as 203.0.113.0/24

    For more information, try '--help'.
    exit 2
    ");
}

#[test]
fn extend_wants_to_know_until_when_and_only_one_way() {
    insta::assert_snapshot!(in_empty_directory(&["extend", "42"]), @r"
    -- stderr
    error: the following required arguments were not provided:
      <--for <DURATION>|--until <TIME>|--until-released>

    Usage: quell extend <--for <DURATION>|--until <TIME>|--until-released> <HOLD>...

    For more information, try '--help'.
    exit 2
    ");
    insta::assert_snapshot!(in_empty_directory(&["extend", "42", "--for", "1h", "--until-released"]), @r"
    -- stderr
    error: the argument '--for <DURATION>' cannot be used with '--until-released'

    Usage: quell extend <--for <DURATION>|--until <TIME>|--until-released> <HOLD>...

    For more information, try '--help'.
    exit 2
    ");
    insta::assert_snapshot!(in_empty_directory(&["extend", "42", "--until", "tomorrow"]), @r"
    -- stderr
    error: invalid value 'tomorrow' for '--until <TIME>': this is no time with its offset, such as 2026-03-05T08:00:00Z or 2026-03-05T09:00:00+01:00

    For more information, try '--help'.
    exit 2
    ");
}

#[test]
fn a_reason_alone_pardons_nobody() {
    let told = in_empty_directory(&["release", "42", "--reason", "why not"]);
    assert!(
        told.contains("--pardon <DURATION>") && told.ends_with("exit 2"),
        "{told}"
    );
}

#[test]
fn a_detector_that_is_not_known_is_told_with_those_that_are() {
    let configuration = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]";
    let arguments = ["explain", "--detector", "security-hbu", "quell.toml"];
    insta::assert_snapshot!(with_configuration(configuration, &arguments), @r"
    -- stderr
    error: there is no detector `security-hbu`
      known are `stealthwatch-cloud`, `guardduty`, `security-hub`; another one needs a [[detector]] with its mapping in the configuration
    exit 2
    ");
}

#[test]
fn completions_are_there_for_the_usual_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let told = in_empty_directory(&["completions", shell]);
        assert!(told.contains("explain") && told.ends_with("exit 0"), "{shell}: {told}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quell"))
        .args(["config", "schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(told(&output), "exit 0");
}

#[test]
fn the_demo_plays_to_its_end_without_colour_where_nobody_sees_it() {
    let told = in_empty_directory(&["demo", "--fast"]);
    assert!(
        told.contains("→ PASSES by rule 100") && told.contains("→ DENIED by rule 99"),
        "{told}"
    );
    assert!(
        told.contains("The network ACL is as it was before the attack."),
        "{told}"
    );
    for key_line in [
        // The second act: the room, what shares a rule, what is left open, who knocks, and the end.
        "ingress    IPv4       20  Service Quotas      17     1     1    270          180",
        "300 holds in force, 120 covered",
        "99 deny 203.0.113.0/25 ingress: 90 offenders and 38 addresses that no hold asks for",
        "NOT COVERED 180 holds: no room: of 20 ingress rules for IPv4 (quota L-2AEEBF1A) 18 are others', 1 kept free for people; the one left for ours goes to heavier holds",
        "One rule for each attacker would cover 18.",
        "from 203.0.113.4 → DENIED by rule 99\n        no attacker",
        "from 203.0.113.201 → PASSES by rule 120\n        the partner on the never-block list",
        "from 198.51.100.65 → PASSES by rule 120\n        an attacker that is NOT COVERED",
        "The crowded network ACL is as it was before the attack.",
        // The third act: the flow before, on its way, and after; who can't come in any more; and the end.
        "flow: TCP port 22 to 203.0.113.99 → PASSES, and EC2 tracks it",
        "(to cut its flows)",
        "in quell-isolation\nflow: TCP port 22 to 203.0.113.99 → CUT",
        "a new one: TCP port 22 from 203.0.113.66 → DENIED",
        "yes      1 interface in sg-",
        "hold 1 released: isolate at i-0abc1234def567890",
        "The instance is in its own groups again, as before the attack.",
    ] {
        assert!(told.contains(key_line), "{key_line}\n{told}");
    }
    assert!(told.trim_end().ends_with("exit 0"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told}");
}
