//! What an operator meets: good files, and each mistake with the words it is told in.

mod contradiction;
mod misspelt;
mod never_block;
mod plugins;

use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Config, Invalid> {
    Config::parse(text, Path::new("/etc/quell/quell.toml"))
}

/// The message for a file that is wrong.
fn wrong(text: &str) -> String {
    match parse(text) {
        Ok(config) => panic!("this was taken: {config:?}"),
        Err(invalid) => invalid.to_string().replace("/etc/quell/", ""),
    }
}

#[test]
fn the_example_that_ships_is_fine_and_says_the_defaults() {
    let example = parse(EXAMPLE).unwrap();
    let shortest = parse("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]").unwrap();
    assert_eq!(
        Config {
            stealthwatch_cloud: None,
            ..example
        },
        shortest
    );
}

#[test]
fn the_example_for_a_function_is_fine_observes_first_and_names_the_table_of_the_template() {
    let config = parse(include_str!("../../../../examples/deploy/quell.toml")).unwrap();
    assert_eq!(config.mode, Mode::Observe);
    let template = include_str!("../../../../examples/deploy/template.yaml");
    let JournalStore::Table { name, .. } = config.journal.store else {
        panic!("a function's journal must last");
    };
    assert!(template.contains(&format!("  Name:\n    Type: String\n    Default: {name}\n")));
}

#[test]
fn every_key_that_the_example_leaves_out_is_a_key_that_there_is() {
    let left_out = |line: &str| {
        line.strip_prefix('#')
            .is_some_and(|rest| rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()))
    };
    let uncommented: Vec<_> = EXAMPLE
        .lines()
        .map(|line| {
            if left_out(line) {
                line.trim_start_matches('#')
            } else {
                line
            }
        })
        .collect();
    let text = uncommented.join("\n");
    let file: File = Document::parse(&text).unwrap().read().unwrap();
    assert!(file.simulated.is_some(), "the example shows [simulated], commented out");
}

#[test]
fn the_schema_that_ships_is_the_schema_of_the_code() {
    let shipped = include_str!("../../../../examples/quell.schema.json");
    let schema = serde_json::to_string_pretty(&Config::schema()).unwrap();
    assert!(
        shipped.trim_end() == schema,
        "write it anew: cargo run -- config schema > examples/quell.schema.json"
    );
}

#[test]
fn paths_are_relative_to_the_configuration_file_and_not_to_where_the_daemon_was_started() {
    let config =
        parse("[simulated]\naccount-file = 'account.toml'\nobservations = 'observations'\n[journal]\npath = '/tmp/j'")
            .unwrap();
    assert_eq!(
        config.cloud,
        Cloud::Simulated(Simulated {
            account_files: vec!["/etc/quell/account.toml".into()],
            observations: Some("/etc/quell/observations".into()),
        })
    );
    assert_eq!(config.journal.file(), Some(Path::new("/tmp/j")));
}

#[test]
fn several_accounts_each_have_their_regions_and_their_role() {
    let text = "[[aws.account]]\nid = '111122223333'\nregions = ['eu-west-1', 'us-east-1']\n\
                [[aws.account]]\nid = '444455556666'\nregions = ['eu-west-1']\n\
                role = 'arn:aws:iam::444455556666:role/quell'\nexternal-id = 'quell-1'";
    let Cloud::Aws(aws) = parse(text).unwrap().cloud else {
        panic!("AWS is configured")
    };
    let [first, second] = aws.accounts.as_slice() else {
        panic!("there are two accounts")
    };
    assert_eq!(first.regions.len(), 2);
    assert_eq!(first.role, None);
    assert_eq!(
        second.role.as_ref().unwrap().as_str(),
        "arn:aws:iam::444455556666:role/quell"
    );
    assert_eq!(second.external_id.as_ref().unwrap().as_str(), "quell-1");
}

#[test]
fn several_simulated_accounts_are_a_list_of_files_and_none_is_a_mistake() {
    let config = parse("[simulated]\naccount-file = ['a.toml', 'b.toml']").unwrap();
    let files = ["/etc/quell/a.toml", "/etc/quell/b.toml"].map(Into::into);
    assert_eq!(
        config.cloud,
        Cloud::Simulated(Simulated {
            account_files: files.into(),
            observations: None,
        })
    );
    insta::assert_snapshot!(wrong("[simulated]\naccount-file = []"), @r"
    one problem in the configuration
    quell.toml:2: `simulated.account-file`: the list is empty: name at least one file
      2 | account-file = []
        |                ^^
    ");
}

#[test]
fn without_a_plugin_table_the_built_in_plugins_decide_on_every_built_in_detector_and_may_only_block() {
    let config = parse("aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]").unwrap();
    let told = config.plugins.iter().map(|plugin| {
        assert_eq!(plugin.source, PluginSource::BuiltIn);
        assert_eq!(plugin.may, [crate::decision::ActionKind::Block]);
        let routes: Vec<_> = plugin.routes.iter().map(ToString::to_string).collect();
        format!("{}: {}", plugin.name, routes.join(" and "))
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    nacl-block: stealthwatch-cloud
    guardduty-block: guardduty and security-hub
    ");
}

#[test]
fn a_base_url_without_a_last_slash_gets_it_so_that_no_part_of_it_is_lost() {
    let text = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n[stealthwatch-cloud]\nbase-url = 'http://127.0.0.1:1/api/v3'\nuser = 'u'\nkey-env = 'K'";
    let api = parse(text).unwrap().stealthwatch_cloud.unwrap();
    assert_eq!(
        api.base_url.join("observations/").unwrap().as_str(),
        "http://127.0.0.1:1/api/v3/observations/"
    );
}

#[test]
fn a_file_that_is_not_there_is_told_with_all_places_and_the_remedy() {
    let error = Config::find(Some(Path::new("/nowhere/quell.toml"))).unwrap_err();
    insta::assert_snapshot!(error, @r"
    there is no configuration: looked for /nowhere/quell.toml
      `quell config example > quell.toml` writes one to start from; --config FILE or QUELL_CONFIG names another
    ");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_that_was_cut_or_garbled_is_taken_or_refused_and_never_a_panic(
        cut in 0..EXAMPLE.len(),
        length in 0..200_usize,
        garbage in "[\\[\\]{}=\"'.,#a-zé0-9\\n ]{0,8}",
    ) {
        let end = (cut + length).min(EXAMPLE.len());
        if let Err(invalid) = parse(&format!("{}{garbage}{}", &EXAMPLE[..cut], &EXAMPLE[end..])) {
            proptest::prop_assert!(!invalid.problems.is_empty());
        }
    }
}
