//! Keys, words and values that can't be read.

use super::wrong;

#[test]
fn a_misspelt_key_is_told_with_its_line_and_what_was_meant() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n\n[guard]\nnever-blok = []\n"), @r"
    one problem in the configuration
    quell.toml:4: unknown key `never-blok` in [guard]
      4 | never-blok …
        | ^^^^^^^^^^
      did you mean `never-block`?
    ");
}

#[test]
fn a_misspelt_section_is_told_too() {
    insta::assert_snapshot!(wrong("[asw]\nregion = 'eu-west-1'"), @r"
    one problem in the configuration
    quell.toml:1: unknown key `asw`
      1 | [asw …
        |  ^^^
      did you mean `aws`?
    ");
}

#[test]
fn a_key_that_resembles_none_is_told_with_all_that_there_are() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[work]\ncolour = 'red'"), @r"
    one problem in the configuration
    quell.toml:3: unknown key `colour` in [work]
      3 | colour …
        | ^^^^^^
      the keys here are: queue, workers
    ");
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    insta::assert_snapshot!(wrong(r#"
mode = "observ"
[aws]
call-timeout = "10"
[[aws.account]]
id = 111122223333
regions = ["Ireland"]
role = "quell"
[stealthwatch-cloud]
base-url = "example.obsrvbl.com"
[http]
listen = "localhost"
max-body = "1MB"
[guard]
never-block = ["198.51.100.7/24", "203.0.113.0/24", "2001:db8::1", "everyone"]
widest-ipv4 = 33
longest-hold = "1 month"
[[plugin]]
name = "nacl-block"
may = ["blok"]
route = [{ detector = "guarduty" }]
[[plugin]]
name = "mine"
file = "mine.wasm"
sha256 = "abc"
[journal]
path = 3
[sandbox]
limit = 3
"#), @r#"
    17 problems in the configuration
    quell.toml:2: unknown value `observ` for `mode`
      2 | mode = "observ"
        |        ^^^^^^^^
      did you mean `observe`?
    quell.toml:4: `aws.call-timeout`: `10` is not a duration (it has no unit, or one that is not known): write a number and a unit, such as `100ms`, `30s`, `1h 30m` or `7d`
      4 | call-timeout = "10"
        |                ^^^^
    quell.toml:6: `aws.account[0].id` must be text in quotes, not integer `111122223333`
      6 | id = 111122223333
        |      ^^^^^^^^^^^^
    quell.toml:7: `aws.account[0].regions[0]`: `Ireland` is not an AWS region's name, such as `eu-west-1`
      7 | regions = ["Ireland"]
        |            ^^^^^^^^^
    quell.toml:8: `aws.account[0].role`: `quell` is not the ARN of a role, such as `arn:aws:iam::111122223333:role/quell`
      8 | role = "quell"
        |        ^^^^^^^
    quell.toml:10: `stealthwatch-cloud.base-url`: this is not a URL (relative URL without a base): write it whole, as in https://example.obsrvbl.com/api/v3/
      10 | base-url = "example.obsrvbl.com"
         |            ^^^^^^^^^^^^^^^^^^^^^
    quell.toml:12: `http.listen`: `localhost` is not an address with a port, such as 127.0.0.1:8480 or [::1]:8480
      12 | listen = "localhost"
         |          ^^^^^^^^^^^
    quell.toml:13: `http.max-body` must be a whole number from 1024 to 104857600, not string "1MB"
      13 | max-body = "1MB"
         |            ^^^^^
    quell.toml:15: `guard.never-block[0]`: `198.51.100.7/24` has host bits set: write 198.51.100.0/24 for the whole prefix, or 198.51.100.7/32 for this one address
      15 | never-block = ["198.51.100.7/24", "203.0.113.0/24", "2001:db8::1", "everyone"]
         |                ^^^^^^^^^^^^^^^^^
    quell.toml:15: `guard.never-block[2]`: `2001:db8::1` has no prefix length: write 2001:db8::1/128 for this one address
      15 | never-block = ["198.51.100.7/24", "203.0.113.0/24", "2001:db8::1", "everyone"]
         |                                                     ^^^^^^^^^^^^^
    quell.toml:15: `guard.never-block[3]`: `everyone` is not a prefix in CIDR notation, such as 198.51.100.0/24 or 2001:db8::/32
      15 | never-block = ["198.51.100.7/24", "203.0.113.0/24", "2001:db8::1", "everyone"]
         |                                                                    ^^^^^^^^^^
    quell.toml:16: `guard.widest-ipv4` must be a whole number from 8 to 32, not integer `33`
      16 | widest-ipv4 = 33
         |               ^^
    quell.toml:17: `guard.longest-hold`: `1 month` is not a duration (months and years have no fixed length): write a number and a unit, such as `100ms`, `30s`, `1h 30m` or `7d`
      17 | longest-hold = "1 month"
         |                ^^^^^^^^^
    quell.toml:20: unknown value `blok` for `plugin[0].may[0]`
      20 | may = ["blok"]
         |        ^^^^^^
      did you mean `block`?
    quell.toml:25: `plugin[1].sha256`: this is not a SHA-256 digest: write the 64 hexadecimal digits that `sha256sum` prints
      25 | sha256 = "abc"
         |          ^^^^^
    quell.toml:27: `journal.path` must be a path in quotes, not integer `3`
      27 | path = 3
         |        ^
    quell.toml:29: unknown key `limit` in [sandbox]
      29 | limit …
         | ^^^^^
      did you mean `limits`?
    "#);
}

#[test]
fn one_table_where_a_list_of_them_belongs_is_told_how_to_write_it() {
    insta::assert_snapshot!(wrong("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[plugin]\nname = 'nacl-block'"), @r"
    one problem in the configuration
    quell.toml:2: `plugin` is a list of tables
      2 | [plugin]
        | ^^^^^^^^
      write [[plugin]] above each of them
    ");
}

#[test]
fn a_secret_that_was_written_into_the_file_is_not_shown_again() {
    let api = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[stealthwatch-cloud]\nbase-url = 'https://example.obsrvbl.com/'\nuser = 'u'\n";
    insta::assert_snapshot!(wrong(&format!("{api}key = 's3cret'")), @r"
    one problem in the configuration
    quell.toml:5: unknown key `key` in [stealthwatch-cloud]
      5 | key …
        | ^^^
      did you mean `key-env`?
    ");
    insta::assert_snapshot!(wrong(&format!("{api}key-env = '0123456789abcdef'")), @r"
    one problem in the configuration
    quell.toml:5: `key-env` in [stealthwatch-cloud] is not the name of an environment variable
      5 | key-env …
        | ^^^^^^^
      write the variable's name, in capitals; the secret itself never stands here
    ");
}

#[test]
fn what_is_not_toml_is_told_at_its_line() {
    insta::assert_snapshot!(wrong("[aws]\nregion = eu-west-1\n[guard\n"), @r"
    2 problems in the configuration
    quell.toml:2: this is not TOML: string values must be quoted, expected literal string
      2 | region = eu-west-1
        |          ^^^^^^^^^
    quell.toml:3: this is not TOML: unclosed table, expected `]`
      3 | [guard
        |       ^
    ");
}

#[test]
fn a_section_that_is_no_table_is_told_in_words_and_not_in_names_of_the_source() {
    insta::assert_snapshot!(wrong("aws = true\nguard = 3\nplugin = 'nacl-block'"), @r#"
    3 problems in the configuration
    quell.toml:1: `aws` must be a table, not boolean `true`
      1 | aws = true
        |       ^^^^
    quell.toml:2: `guard` must be a table, not integer `3`
      2 | guard = 3
        |         ^
    quell.toml:3: `plugin` must be a list, not string "nacl-block"
      3 | plugin = 'nacl-block'
        |          ^^^^^^^^^^^^
    "#);
}

#[test]
fn a_detector_that_is_misspelt_or_not_there_is_told_with_those_that_are() {
    insta::assert_snapshot!(wrong(
        r#"
[simulated]
account-file = "account.toml"
[recordings]
detectors = ["guardduty", "security-hbu"]
[[plugin]]
name = "nacl-block"
route = [{ detector = "wazzuh" }, { detector = "crowdstrike" }]
[[detector]]
name = "wazuh"
mapping = { id = "/id", kind = "/kind", test = false, resolved = false }
"#
    ), @r#"
    3 problems in the configuration
    quell.toml:5: there is no detector `security-hbu`
      5 | detectors = ["guardduty", "security-hbu"]
        |                           ^^^^^^^^^^^^^^
      did you mean `security-hub`?
    quell.toml:8: there is no detector `wazzuh`
      8 | route = [{ detector = "wazzuh" }, { detector = "crowdstrike" }]
        |            ^^^^^^^^
      did you mean `wazuh`?
    quell.toml:8: there is no detector `crowdstrike`
      8 | route = [{ detector = "wazzuh" }, { detector = "crowdstrike" }]
        |                                     ^^^^^^^^
      known are: stealthwatch-cloud, guardduty, security-hub, wazuh; for another one write a [[detector]] with its mapping
    "#);
}

#[test]
fn a_mapping_that_is_wrong_is_told_with_its_line() {
    insta::assert_snapshot!(wrong(
        r#"
[simulated]
account-file = "account.toml"
[[detector]]
name = "guardduty"
[detector.mapping]
id = "/id"
kind = { default = "attack" }
test = { at = "/test", default = false }
resolved = { at = "/state", true-if = ["closed"], false-if = ["closed"] }
severity = { at = "/level", scale = [5, 5] }
[[detector]]
name = "wazuh"
[detector.mapping]
id = { at = "/id", default = "1" }
kind = "/kind/*"
test = false
resolved = false
"#
    ), @r#"
    6 problems in the configuration
    quell.toml:5: Quell knows `guardduty` by itself, without a mapping
      5 | name = "guardduty"
        | ^^^^
      take this [[detector]] out, or give it another name
    quell.toml:9: an alert without its `test` would count as open: `default` is false (detector `guardduty`)
      9 | test = { at = "/test", default = false }
        | ^^^^
      take `default` out, so that such an alert is kept as failed, or write `default = true`, so that nothing is done about it
    quell.toml:10: `closed` means both yes and no for `resolved` (detector `guardduty`)
      10 | resolved = { at = "/state", true-if = ["closed"], false-if = ["closed"] }
         | ^^^^^^^^
      take it out of `true-if` or of `false-if`
    quell.toml:11: `scale` has no length (detector `guardduty`)
      11 | severity = { at = "/level", scale = [5, 5] }
         |                             ^^^^^
      write the number of the least bad and that of the worst, such as `[0, 15]`
    quell.toml:15: `id` has a `default`, so different alerts would be taken for repeats of one (detector `wazuh`)
      15 | id = { at = "/id", default = "1" }
         | ^^
      point to what the detector itself tells its alerts apart by
    quell.toml:16: `/kind/*` leads to several values, and this is one (detector `wazuh`)
      16 | kind = "/kind/*"
         | ^^^^
      point to one element, such as `/0` in place of `/*`
    "#);
    insta::assert_snapshot!(wrong(
        r#"
[simulated]
account-file = "account.toml"
[[detector]]
name = "Wazuh"
[detector.mapping]
id = "rule.id"
kind = { att = "/kind" }
test = "no"
"#
    ), @r#"
    4 problems in the configuration
    quell.toml:5: `detector[0].name`: `Wazuh` is not the name of a detector: 1 to 40 small letters, digits and `-`, the first a letter, such as `wazuh`
      5 | name = "Wazuh"
        |        ^^^^^^^
    quell.toml:7: `detector[0].mapping.id`: `rule.id` is not a JSON Pointer: it must begin with `/`, perhaps `/rule/id`
      7 | id = "rule.id"
        |      ^^^^^^^^^
    quell.toml:8: unknown key `att` in [detector[0].mapping.kind]
      8 | kind = { att …
        |          ^^^
      did you mean `at`?
    quell.toml:9: `detector[0].mapping.test`: `no` is not a JSON Pointer: it must begin with `/`, perhaps `/no`
      9 | test = "no"
        |        ^^^^
    "#);
}
