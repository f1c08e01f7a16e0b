//! Plugins: which alerts are theirs, what they may use up, and who stands in for whom.

use super::{parse, wrong};
use crate::{
    config::{Config, Mode, PluginSource},
    duration::HumanDuration,
    roster::{Answers, OnFailure},
};

const AWS: &str = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n";

fn with(plugins: &str) -> Config {
    parse(&format!("{AWS}{plugins}")).unwrap()
}

fn wrong_with(plugins: &str) -> String {
    wrong(&format!("{AWS}{plugins}"))
}

#[test]
fn a_component_need_not_be_pinned_but_then_it_is_known_not_to_be() {
    let config = with("[[plugin]]\nname = 'mine'\nfile = 'mine.wasm'");
    assert!(config.plugins[0].is_unpinned());
    let path = "/etc/quell/mine.wasm".into();
    assert_eq!(
        config.plugins[0].source,
        PluginSource::File {
            path,
            sha256: None,
            signed: None
        }
    );
}

#[test]
fn all_that_can_be_said_of_one_plugin() {
    let config = with(
        "decision.answers = 'first'\n[[plugin]]\nname = 'mine'\nfile = 'mine.wasm'\nmode = 'observe'\nroute = []\n\
                       limits = { guest-time = '5ms' }\n[[plugin]]\nname = 'nacl-block'\non-failure = { fall-back-to = 'mine' }\n\
                       mode = 'observe'\nbreaker = { failures = 2, pause = '1m' }",
    );
    assert_eq!(config.decision.answers, Answers::First);
    let [mine, default] = config.plugins.as_slice() else {
        panic!("two plugins")
    };
    assert_eq!((mine.mode, mine.routes.len()), (Mode::Observe, 0));
    assert_eq!(mine.limits.guest_time, HumanDuration::from_millis(5));
    assert_eq!(default.limits, config.sandbox.limits);
    assert_eq!(default.on_failure, OnFailure::FallBackTo("mine".to_owned()));
    assert_eq!(default.breaker.failures, 2);
    assert_eq!(default.routes[0].to_string(), "all alerts");
}

#[test]
fn a_limit_of_the_pool_is_not_one_plugins_and_a_bad_one_is_told_at_its_line() {
    let text = "[[plugin]]\nname = 'nacl-block'\n[plugin.limits]\nmemory-bytes = 1\nstack-bytes = 65536\ndecisions-at-once = 3\nfuell = 3";
    insta::assert_snapshot!(wrong_with(text), @r"
    one problem in the configuration
    quell.toml:8: unknown key `fuell` in [plugin[0].limits]
      8 | fuell …
        | ^^^^^
      did you mean `fuel`?
    ");
    insta::assert_snapshot!(wrong_with(&text.replace("\nfuell = 3", "")), @r"
    3 problems in the configuration
    quell.toml:5: `plugin[0].limits.memory-bytes` must be from 65536 to 4294967296, not 1
      5 | memory-bytes = 1
        | ^^^^^^^^^^^^
      take it out for that of [sandbox.limits]
    quell.toml:6: `stack-bytes` shapes the pool that all plugins share, so one plugin can't have its own
      6 | stack-bytes = 65536
        | ^^^^^^^^^^^
      set it in [sandbox.limits]
    quell.toml:7: `decisions-at-once` shapes the pool that all plugins share, so one plugin can't have its own
      7 | decisions-at-once = 3
        | ^^^^^^^^^^^^^^^^^
      set it in [sandbox.limits]
    ");
}

#[test]
fn plugins_that_stand_in_for_one_another_in_a_circle_or_for_nobody_are_refused() {
    let plugin = |name: &str, more: &str| format!("[[plugin]]\nname = '{name}'\nfile = '{name}.wasm'\n{more}\n");
    let to = |name: &str| format!("on-failure = {{ fall-back-to = '{name}' }}");
    let circle = [
        plugin("a", &to("b")),
        plugin("b", &to("c")),
        plugin("c", &to("a")),
        plugin("d", &to("d")),
    ]
    .concat();
    insta::assert_snapshot!(wrong_with(&circle), @r#"
    2 problems in the configuration
    quell.toml:5: plugins fall back in a circle: a → b → c → a
      5 | on-failure = { fall-back-to = 'b' }
        | ^^^^^^^^^^
      let one of them have `on-failure = "refuse"`
    quell.toml:17: plugins fall back in a circle: d → d
      17 | on-failure = { fall-back-to = 'd' }
         | ^^^^^^^^^^
      let one of them have `on-failure = "refuse"`
    "#);
    let others = [
        plugin("a", &to("bb")),
        plugin("bbb", "mode = 'observe'"),
        plugin("c", &to("bbb")),
        plugin("nobodys", "route = []"),
        plugin("e", "on-failure = 'fall-back'"),
    ];
    insta::assert_snapshot!(wrong_with(&others[..4].concat()), @r#"
    3 problems in the configuration
    quell.toml:5: plugin `a` falls back to `bb`, which is no plugin of this file
      5 | on-failure = { fall-back-to = 'bb' }
        | ^^^^^^^^^^
      did you mean `bbb`?
    quell.toml:13: plugin `c` falls back to `bbb`, which only observes: nothing would be done, and no alert would be kept for it
      13 | on-failure = { fall-back-to = 'bbb' }
         | ^^^^^^^^^^
      let the plugin that stands in enforce, or write `on-failure = "refuse"`
    quell.toml:17: `route` is empty and no plugin falls back to `nobodys`, so it would never be asked
      17 | route = []
         | ^^^^^
      take `route` out for all alerts, or take out the plugin
    "#);
    insta::assert_snapshot!(wrong_with(&others[4]), @r"
    one problem in the configuration
    quell.toml:5: unknown value `fall-back` for `plugin[0].on-failure`
      5 | on-failure = 'fall-back'
        |              ^^^^^^^^^^^
      did you mean `fall-back-to`?
    ");
}

#[test]
fn a_route_that_no_alert_can_take_is_refused() {
    insta::assert_snapshot!(
        wrong_with("[[plugin]]\nname = 'nacl-block'\n[[plugin.route]]\naccounts = ['111122223333', '444455556666']\nregions = ['us-east-1']\nseverity-at-least = 200"),
        @r"
    one problem in the configuration
    quell.toml:7: `plugin[0].route[0].severity-at-least` must be a whole number from 0 to 100, not integer `200`
      7 | severity-at-least = 200
        |                     ^^^
    "
    );
    insta::assert_snapshot!(
        wrong_with("[[plugin]]\nname = 'nacl-block'\n[[plugin.route]]\naccounts = ['111122223333', '444455556666']\nregions = ['us-east-1']"),
        @r"
    2 problems in the configuration
    quell.toml:5: `444455556666` is in no [[aws.account]], so no alert for it gets this far
      5 | accounts = ['111122223333', '444455556666']
        |                             ^^^^^^^^^^^^^^
      configured: 111122223333
    quell.toml:6: `us-east-1` is in no [[aws.account]], so no alert for it gets this far
      6 | regions = ['us-east-1']
        |            ^^^^^^^^^^^
      configured: eu-west-1
    "
    );
}

#[test]
fn a_signature_that_nothing_could_check_or_nobody_could_give_is_refused() {
    let plugin = "[[plugin]]\nname = 'mine'\nfile = 'mine.wasm'\n";
    insta::assert_snapshot!(wrong_with(&format!("{plugin}signed-by = []")), @r"
    one problem in the configuration
    quell.toml:5: `signed-by` of plugin `mine` is empty, so nobody's signature would do
      5 | signed-by = []
        | ^^^^^^^^^
      name a public key of minisign, or take it out for those of `trust.keys`
    ");
    insta::assert_snapshot!(wrong_with(&format!("{plugin}signature = 'mine.minisig'")), @r"
    one problem in the configuration
    quell.toml:5: plugin `mine` has a `signature`, and there is no key that it could be checked with
      5 | signature = 'mine.minisig'
        | ^^^^^^^^^
      name the public key in `trust.keys` or in `signed-by`
    ");
    insta::assert_snapshot!(wrong_with("trust.keys = ['RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO']\n[[plugin]]\nname = 'nacl-block'"), @r"
    one problem in the configuration
    quell.toml:2: `trust.keys[0]`: this is not a public key of minisign: write the second line of `minisign.pub`, 56 letters that begin with `RW`
      2 | trust.keys = ['RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO']
        |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(wrong_with("[[plugin]]\nname = 'nacl-block'\nsignature = 'mine.minisig'"), @r"
    one problem in the configuration
    quell.toml:4: plugin `nacl-block` has `signature` but no `file`
      4 | signature = 'mine.minisig'
        | ^^^^^^^^^
      name the `file`, or take out `signature` for the built-in plugin: it is part of the program
    ");
}
