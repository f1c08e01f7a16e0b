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
    assert_eq!(config.plugins[0].source, PluginSource::File { path, sha256: None });
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
    insta::assert_snapshot!(wrong_with(text), @"");
    insta::assert_snapshot!(wrong_with(&text.replace("\nfuell = 3", "")), @"");
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
    insta::assert_snapshot!(wrong_with(&circle), @"");
    let others = [
        plugin("a", &to("bb")),
        plugin("bbb", "mode = 'observe'"),
        plugin("c", &to("bbb")),
        plugin("nobodys", "route = []"),
        plugin("e", "on-failure = 'fall-back'"),
    ];
    insta::assert_snapshot!(wrong_with(&others[..4].concat()), @"");
    insta::assert_snapshot!(wrong_with(&others[4]), @"");
}

#[test]
fn a_route_that_no_alert_can_take_is_refused() {
    insta::assert_snapshot!(
        wrong_with("[[plugin]]\nname = 'nacl-block'\n[[plugin.route]]\naccounts = ['111122223333', '444455556666']\nregions = ['us-east-1']\nseverity-at-least = 200"),
        @""
    );
    insta::assert_snapshot!(
        wrong_with("[[plugin]]\nname = 'nacl-block'\n[[plugin.route]]\naccounts = ['111122223333', '444455556666']\nregions = ['us-east-1']"),
        @""
    );
}
