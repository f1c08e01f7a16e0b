//! Values that are each fine alone.

use super::{parse, wrong};

#[test]
fn a_file_that_says_no_account_is_told_both_ways_out() {
    insta::assert_snapshot!(wrong(""), @r"
    one problem in the configuration
    quell.toml: neither [aws] nor [simulated] is given, so there is no account to protect
      write `[[aws.account]]` for a real account, or `[simulated]` with an `account-file`
    ");
}

#[test]
fn a_real_and_a_simulated_account_at_once_is_refused() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[simulated]\naccount-file = 'a.toml'"), @r"
    one problem in the configuration
    quell.toml:2: both [aws] and [simulated] are given
      2 | [simulated]
        |  ^^^^^^^^^
      keep [aws] to protect a real account, or [simulated] to try things out
    ");
}

#[test]
fn observations_of_two_sources_are_refused() {
    let text = "[simulated]\naccount-file = 'a.toml'\nobservations = 'observations'\n[stealthwatch-cloud]\n\
                base-url = 'https://example.obsrvbl.com/api/v3/'\nuser = 'u'\nkey-env = 'K'";
    insta::assert_snapshot!(wrong(text), @r"
    one problem in the configuration
    quell.toml:3: both `simulated.observations` and [stealthwatch-cloud] are given
      3 | observations = 'observations'
        | ^^^^^^^^^^^^
      keep [stealthwatch-cloud] to ask the API, or `simulated.observations` to read what it answered once
    ");
}

#[test]
fn a_key_in_two_places_or_in_none_is_refused() {
    let api = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[stealthwatch-cloud]\nbase-url = 'https://example.obsrvbl.com/api/v3/'\nuser = 'u'\n";
    insta::assert_snapshot!(wrong(api), @r#"
    one problem in the configuration
    quell.toml:2: none of `key-env`, `key-file`, `key-secret` and `key-parameter` is given in [stealthwatch-cloud]
      2 | [stealthwatch-cloud]
        |  ^^^^^^^^^^^^^^^^^^
      write `key-env = "QUELL_STEALTHWATCH_KEY"` and set that variable to the API key
    "#);
    insta::assert_snapshot!(wrong(&format!("{api}key-env = 'K'\nkey-file = 'k'")), @r"
    one problem in the configuration
    quell.toml:6: both `key-env` and `key-file` are given in [stealthwatch-cloud]
      6 | key-file = 'k'
        | ^^^^^^^^
      keep the one that is meant and take out the other
    ");
}

#[test]
fn a_secret_in_aws_is_named_in_its_own_form_and_what_is_not_shown_may_be_the_secret() {
    let http = |key: &str| format!("aws.account = [{{ id = '111122223333', regions = ['eu-west-1'] }}]\n[http]\n{key}");
    insta::assert_snapshot!(wrong(&http("token-secret = 'my secret token'\ntoken-parameter = '/quell/token'")), @r"
    one problem in the configuration
    quell.toml:4: both `token-secret` and `token-parameter` are given in [http]
      4 | token-parameter = '/quell/token'
        | ^^^^^^^^^^^^^^^
      keep the one that is meant and take out the other
    ");
    insta::assert_snapshot!(wrong(&http("token-secret = 'my secret token'")), @r"
    one problem in the configuration
    quell.toml:3: `token-secret` in [http] is not the name or ARN of a secret in Secrets Manager
      3 | token-secret …
        | ^^^^^^^^^^^^
      write it as in `quell/stealthwatch`, or `quell/stealthwatch#api-key` for a key of the JSON that is kept there; the secret itself never stands here
    ");
    insta::assert_snapshot!(wrong(&http("token-parameter = '!s3cret'")), @r"
    one problem in the configuration
    quell.toml:3: `token-parameter` in [http] is not the name or ARN of a parameter in Parameter Store
      3 | token-parameter …
        | ^^^^^^^^^^^^^^^
      write it as in `/quell/stealthwatch-key`; the secret itself never stands here
    ");
    insta::assert_snapshot!(wrong(&http("[secrets]\nrefresh = '1s'\ntimeout = '0s'")), @r"
    2 problems in the configuration
    quell.toml:4: `secrets.refresh` is less than 10 s, which AWS would be asked too often for
      4 | refresh = '1s'
        | ^^^^^^^
      write `5m` if in doubt: a secret that is refused is fetched again at once
    quell.toml:5: `secrets.timeout` is zero, so nothing would ever be in time
      5 | timeout = '0s'
        | ^^^^^^^
      write `10s` if in doubt
    ");
}

#[test]
fn a_key_sent_in_the_clear_or_written_into_the_url_is_refused() {
    let api = |url: &str| {
        format!(
            "aws.account = [{{ id = '111122223333', regions = ['eu-west-1'] }}]\n[stealthwatch-cloud]\nbase-url = '{url}'\nuser = 'u'\nkey-env = 'K'"
        )
    };
    insta::assert_snapshot!(wrong(&api("http://example.obsrvbl.com/api/v3/")), @r"
    one problem in the configuration
    quell.toml:3: `stealthwatch-cloud.base-url` would send the API key over `http`, readable by everyone on the way
      3 | base-url = 'http://example.obsrvbl.com/api/v3/'
        | ^^^^^^^^
      write an https URL; http is allowed to this machine only
    ");
    insta::assert_snapshot!(wrong(&api("https://u:secret@example.obsrvbl.com/")), @r"
    one problem in the configuration
    quell.toml:3: `stealthwatch-cloud.base-url` has a user or a password in it
      3 | base-url …
        | ^^^^^^^^
      name the user in `user`, and where the key is kept in `key-env`, `key-file`, `key-secret` or `key-parameter`
    ");
}

#[test]
fn a_door_that_others_can_reach_needs_a_token() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[http]\nlisten = '0.0.0.0:8480'"), @r#"
    one problem in the configuration
    quell.toml:3: `listen` 0.0.0.0:8480 can be reached from outside this machine, so one of `token-env`, `token-file`, `token-secret` and `token-parameter` is required
      3 | listen = '0.0.0.0:8480'
        | ^^^^^^
      write `token-env = "QUELL_HTTP_TOKEN"` and set that variable, or listen on 127.0.0.1
    "#);
    let http = parse("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]")
        .unwrap()
        .http;
    insta::assert_snapshot!(http.listening_on("[::]:80".parse().unwrap()).unwrap_err(), @"[::]:80 can be reached from outside this machine, so a token is required: set one of `http.token-env`, `http.token-file`, `http.token-secret` and `http.token-parameter` in the configuration, or listen on 127.0.0.1");
}

#[test]
fn plugins_that_could_not_be_told_apart_or_found_are_refused() {
    let plugins = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[[plugin]]\nname = 'nacl-blok'\n[[plugin]]\nname = 'nacl-block'\n[[plugin]]\nname = 'nacl-block'\nmay = []";
    insta::assert_snapshot!(wrong(plugins), @r"
    3 problems in the configuration
    quell.toml:3: there is no built-in plugin `nacl-blok`
      3 | name = 'nacl-blok'
        | ^^^^
      did you mean `nacl-block`?
    quell.toml:7: `plugin[2].name` and `plugin[1].name` are both `nacl-block`
      7 | name = 'nacl-block'
        | ^^^^
      give each plugin a name of its own
    quell.toml:8: `may` is empty, so plugin `nacl-block` would never do anything
      8 | may = []
        | ^^^
      take `may` out for the default, or take out the plugin
    ");
}

#[test]
fn a_band_without_a_number_in_it_is_refused() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[network-acl]\nfirst-number = 100"), @r"
    one problem in the configuration
    quell.toml:3: `first-number` 100 is above `last-number` 99, so no number is left
      3 | first-number = 100
        | ^^^^^^^^^^^^
      lower `first-number` or raise `last-number`
    ");
}

#[test]
fn a_time_out_of_nothing_is_refused() {
    insta::assert_snapshot!(wrong("[aws]\ncall-timeout = '0s'\n[[aws.account]]\nid = '111122223333'\nregions = ['eu-west-1']"), @r"
    one problem in the configuration
    quell.toml:2: `aws.call-timeout` is zero, so nothing would ever be in time
      2 | call-timeout = '0s'
        | ^^^^^^^^^^^^
      write `10s` if in doubt
    ");
}

#[test]
fn a_limit_that_no_plugin_could_work_with_is_refused() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[sandbox.limits]\nmemory-bytes = 0"), @r"
    one problem in the configuration
    quell.toml:3: `sandbox.limits.memory-bytes` must be from 65536 to 4294967296, not 0
      3 | memory-bytes = 0
        | ^^^^^^^^^^^^
      take it out for the default, which is in `quell config example`
    ");
}

#[test]
fn contradictions_in_several_sections_are_told_at_once() {
    let text = "[network-acl]\nfirst-number = 100\n[stealthwatch-cloud]\nbase-url = 'https://example.obsrvbl.com/'\nuser = 'u'\n\
                [http]\nlisten = '0.0.0.0:80'\n[[plugin]]\nname = 'mine'\n";
    let lines: Vec<_> = parse(text)
        .unwrap_err()
        .problems
        .into_iter()
        .map(|problem| problem.message)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    neither [aws] nor [simulated] is given, so there is no account to protect
    `first-number` 100 is above `last-number` 99, so no number is left
    none of `key-env`, `key-file`, `key-secret` and `key-parameter` is given in [stealthwatch-cloud]
    `listen` 0.0.0.0:80 can be reached from outside this machine, so one of `token-env`, `token-file`, `token-secret` and `token-parameter` is required
    there is no built-in plugin `mine`
    ");
}

#[test]
fn a_table_of_aws_without_an_account_protects_nothing() {
    insta::assert_snapshot!(wrong("[aws]\ncall-timeout = '5s'"), @r"
    one problem in the configuration
    quell.toml:1: [aws] names no account, so there is none to protect
      1 | [aws]
        |  ^^^
      add a table [[aws.account]] with its `id` and its `regions`
    ");
}

#[test]
fn accounts_and_regions_that_stand_there_twice_or_not_at_all_are_refused() {
    let accounts = "[[aws.account]]\nid = '111122223333'\nregions = []\n\
                    [[aws.account]]\nid = '111122223333'\nregions = ['eu-west-1', 'us-east-1', 'eu-west-1']\n";
    insta::assert_snapshot!(wrong(accounts), @r#"
    3 problems in the configuration
    quell.toml:3: `aws.account[0].regions` is empty, so nothing in account 111122223333 is protected
      3 | regions = []
        | ^^^^^^^
      name at least one region, such as `regions = ["eu-west-1"]`
    quell.toml:5: account 111122223333 is there already
      5 | id = '111122223333'
        | ^^
      name each account once, with all its regions
    quell.toml:6: `aws.account[1].regions[2]` is `eu-west-1`, which stands there already
      6 | regions = ['eu-west-1', 'us-east-1', 'eu-west-1']
        |                                      ^^^^^^^^^^^
      name each region of an account once
    "#);
}

#[test]
fn a_role_that_can_not_lead_to_its_account_is_refused() {
    let account = "[[aws.account]]\nid = '111122223333'\nregions = ['eu-west-1']\n";
    insta::assert_snapshot!(wrong(&format!("{account}role = 'arn:aws:iam::444455556666:role/quell'")), @r"
    one problem in the configuration
    quell.toml:4: `aws.account[0].role` is in account 444455556666, not in 111122223333
      4 | role = 'arn:aws:iam::444455556666:role/quell'
        | ^^^^
      name a role of account 111122223333, or correct the `id`
    ");
    insta::assert_snapshot!(wrong(&format!("{account}role = 'arn:aws:iam::111122223333:user/quell'")), @r"
    one problem in the configuration
    quell.toml:4: `aws.account[0].role`: `arn:aws:iam::111122223333:user/quell` is not the ARN of a role, such as `arn:aws:iam::111122223333:role/quell`
      4 | role = 'arn:aws:iam::111122223333:user/quell'
        |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(wrong(&format!("{account}external-id = 'quell'")), @r"
    one problem in the configuration
    quell.toml:4: `aws.account[0]` has an `external-id` but no `role`, so nothing would use it
      4 | external-id = 'quell'
        | ^^^^^^^^^^^
      name the `role` whose trust policy asks for it, or take it out
    ");
    let second = "[[aws.account]]\nid = '444455556666'\nregions = ['eu-west-1']\n";
    insta::assert_snapshot!(wrong(&format!("{account}{second}")), @r"
    one problem in the configuration
    quell.toml:4: neither account 111122223333 nor account 444455556666 has a `role`, but the process's own credentials are of one account
      4 | [[aws.account]]
        | ^^^^^^^^^^^^^^^
      give all but one account the `role` that is assumed there
    ");
}

#[test]
fn feedback_that_could_not_be_given_or_says_nothing_is_refused() {
    let account = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n";
    let feedback = |text: &str| format!("{account}{text}");
    insta::assert_snapshot!(wrong(&feedback("[feedback.stealthwatch-cloud]\ncomment = false\nmerit = 'helpful'")), @r"
    3 problems in the configuration
    quell.toml:2: [feedback.stealthwatch-cloud] is given, and no [stealthwatch-cloud] that says where its API is
      2 | [feedback.stealthwatch-cloud]
        |           ^^^^^^^^^^^^^^^^^^
      add [stealthwatch-cloud] with `base-url`, `user` and a key, or take the feedback out
    quell.toml:2: [feedback.stealthwatch-cloud] says nothing that is to be told
      2 | [feedback.stealthwatch-cloud]
        |           ^^^^^^^^^^^^^^^^^^
      write `comment = true` or `close = true`, or take the table out
    quell.toml:4: `merit` is given in [feedback.stealthwatch-cloud] without `close = true`: an alert is judged when it is closed
      4 | merit = 'helpful'
        | ^^^^^
      write `close = true` as well, or take `merit` out
    ");
    insta::assert_snapshot!(wrong(&feedback("[feedback.security-hub]\nnote = false")), @r"
    one problem in the configuration
    quell.toml:2: [feedback.security-hub] says nothing that is to be told
      2 | [feedback.security-hub]
        |           ^^^^^^^^^^^^
      write `note = true` or a `workflow`, or take the table out
    ");
    let quiet = parse(account).unwrap().feedback;
    assert_eq!(
        (quiet.stealthwatch_cloud, quiet.security_hub),
        (None, None),
        "off by default"
    );
}

const PLAIN: &str = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n";

#[test]
fn a_webhook_that_asks_for_nothing_would_let_anybody_invent_alerts() {
    let webhook = format!("{PLAIN}[[door.webhook]]\nname = 'ids'\ndetector = 'guardduty'\n");
    insta::assert_snapshot!(wrong(&webhook), @r#"
one problem in the configuration
quell.toml:3: nothing is asked of who sends to this webhook, so anybody could invent alerts
  3 | name = 'ids'
    | ^^^^
  give at least one of `hmac`, `token-sha256` and `client`
"#);
    insta::assert_snapshot!(wrong(&format!("{webhook}client = 'ids.example'")), @r#"
one problem in the configuration
quell.toml:5: `client` asks for a certificate, and nobody shows one unless [http] asks for it
  5 | client = 'ids.example'
    | ^^^^^^
  give `certificate`, `key` and `client-ca` in [http], or take `client` out
"#);
    insta::assert_snapshot!(wrong(&format!("{webhook}hmac = {{ header = 'a b' }}")), @r#"
2 problems in the configuration
quell.toml:5: none of `key-env`, `key-file`, `key-secret` and `key-parameter` is given in [door.webhook[0].hmac]
  5 | hmac = { header = 'a b' }
    | ^^^^
  write `key-env = "QUELL_WEBHOOK_KEY"` and set that variable to the key
quell.toml:5: `header` in [door.webhook[0].hmac] is no name of a header
  5 | hmac = { header = 'a b' }
    |          ^^^^^^
  write it as in "X-Signature"
"#);
    let hash = "ab".repeat(32);
    let twice = format!(
        "{webhook}token-sha256 = ['{hash}']\n[[door.webhook]]\nname = 'ids'\ndetector = 'guardduty'\ntoken-sha256 = ['{hash}']"
    );
    insta::assert_snapshot!(wrong(&twice), @r#"
one problem in the configuration
quell.toml:7: there is a webhook `ids` already
  7 | name = 'ids'
    | ^^^^
  give each its own name
"#);
}

#[test]
fn a_queue_that_would_have_two_detectors_or_one_that_is_not_there_is_refused() {
    let queue = "[[door.sqs]]\nqueue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/alerts'\n";
    let text = format!("{PLAIN}{queue}{queue}detector = 'guarduty'");
    insta::assert_snapshot!(wrong(&text), @r#"
2 problems in the configuration
quell.toml:5: the queue https://sqs.eu-west-1.amazonaws.com/111122223333/alerts stands there already
  5 | queue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/alerts'
    | ^^^^^
  name each queue once; more `at-once` works on more of its messages at the same time
quell.toml:6: there is no detector `guarduty`
  6 | detector = 'guarduty'
    | ^^^^^^^^
  did you mean `guardduty`?
"#);
    let other = queue.replace("alerts", "wazuh");
    assert_eq!(parse(&format!("{PLAIN}{queue}{other}")).unwrap().doors.sqs.len(), 2);
}

#[test]
fn tls_needs_a_certificate_and_its_key() {
    for half in ["certificate = 'c'", "key = 'k'", "client-ca = 'a'"] {
        let text = wrong(&format!("{PLAIN}[http]\n{half}"));
        assert!(text.contains("and TLS needs both"), "{text}");
    }
}

#[test]
fn a_listener_that_only_webhooks_and_signed_messages_come_to_needs_no_token() {
    let public = format!("{PLAIN}[http]\nlisten = '0.0.0.0:80'\n");
    let topics = "topics = ['arn:aws:sns:eu-west-1:111122223333:alerts']";
    let webhook = "[[door.webhook]]\nname = 'ids'\ndetector = 'guardduty'\ntoken-sha256 = ['";
    let webhook = format!("{webhook}{}']", "ab".repeat(32));
    for guarded in [format!("[[door.sns]]\n{topics}"), webhook] {
        let config = parse(&format!("{public}{guarded}")).unwrap();
        assert!(!config.http.is_open());
    }
    let unchecked = format!("{public}[[door.sns]]\n{topics}\nsignatures = 'unchecked'");
    assert!(wrong(&unchecked).contains("can be reached from outside this machine"));
    let both = format!("{PLAIN}[[door.sns]]\n{topics}\nsignatures = 'unchecked'\nroots = 'r'");
    assert!(wrong(&both).contains("take one of the two out"));
}

#[test]
fn a_name_of_the_door_with_more_than_a_name_is_refused_as_it_would_never_fit() {
    let names = |names: &str| format!("{PLAIN}[http]\nnames = [{names}]");
    let config = parse(&names("'quell.example.com', 'gateway'")).unwrap();
    assert_eq!(config.http.names, ["quell.example.com", "gateway"]);
    for wrong_one in [
        "https://quell.example.com",
        "quell.example.com:8480",
        "quell/",
        "*.example.com",
        "",
    ] {
        let text = wrong(&names(&format!("'{wrong_one}'")));
        assert!(
            text.contains("an entry of `names` in [http] is not the name of a machine"),
            "{text}"
        );
    }
}

#[test]
fn a_power_may_have_tokens_of_its_own_in_the_place_of_one_for_all() {
    let hash = "ab".repeat(32);
    let config = parse(&format!(
        "{PLAIN}[http]\nlisten = '0.0.0.0:80'\nread-token-sha256 = ['{hash}']"
    ))
    .unwrap();
    assert!(!config.http.is_open());
    let text = wrong(&format!("{PLAIN}[http]\nread-token-sha256 = ['a token itself']"));
    assert!(text.contains("not a SHA-256 digest"), "{text}");
}

#[test]
fn checkpoints_that_nobody_signs_or_that_have_no_one_place_are_refused() {
    let cases = [
        ("file = 'a'", "[checkpoints] names no key that signs"),
        (
            "key-env = 'KEY'",
            "a key is given in [checkpoints], and no place for checkpoints",
        ),
        (
            "file = 'a'\nbucket = 'bucket'\nkey-env = 'KEY'",
            "both `file` and `bucket` are given in [checkpoints]",
        ),
        (
            "file = 'a'\nretain = '1d'\nkey-env = 'KEY'",
            "`retain` is given in [checkpoints], and no `bucket`",
        ),
        (
            "bucket = 's3://bucket'\nkey-env = 'KEY'",
            "`bucket` in [checkpoints] is not the name of an S3 bucket",
        ),
        (
            "file = 'a'\nevery = '1s'\nkey-env = 'KEY'",
            "`every` in [checkpoints] is shorter than a minute",
        ),
    ];
    for (checkpoints, said) in cases {
        let text = format!(
            "aws.account = [{{ id = '111122223333', regions = ['eu-west-1'] }}]\n[checkpoints]\n{checkpoints}\n"
        );
        let told = wrong(&text);
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_budget_is_not_called_what_the_guards_count_under() {
    let account = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n";
    let told = wrong(&format!(
        "{account}[[budget]]\nname = 'instances-per-hour'\nholds-per-hour = 1\n"
    ));
    assert!(
        told.contains("`instances-per-hour` is what the share of guard.instances-per-hour is counted under"),
        "{told}"
    );
}
