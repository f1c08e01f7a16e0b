//! What is never blocked, and the lists of it.

use super::{parse, wrong};
use crate::{config::never_block::ListSource, never_block::Format};

const ACCOUNT: &str = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n";

#[test]
fn a_prefix_may_have_a_reason_and_an_end() {
    let text = format!(
        "{ACCOUNT}[guard]\nnever-block = ['192.0.2.0/28', {{ prefix = '198.51.100.0/24', reason = 'our partner', until = '2030-01-31' }}]"
    );
    let told: Vec<_> = parse(&text)
        .unwrap()
        .guard
        .never_block()
        .iter()
        .map(|never| format!("{} {}", never.prefix, never.what()))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    192.0.2.0/28 the configuration never blocks (guard.never-block)
    198.51.100.0/24 the configuration never blocks (guard.never-block, our partner, until 2030-02-01T00:00:00Z)
    ");
}

#[test]
fn what_is_wrong_with_an_entry_is_told_where_it_stands() {
    let text = format!(
        "{ACCOUNT}[guard]\nnever-block = [\n{{ prefix = '198.51.100.7/24' }},\n{{ prefix = '198.51.100.0/24', untill = '2030-01-31' }},\n{{ prefix = '192.0.2.0/24', until = 'tomorrow' }},\n7,\n]"
    );
    insta::assert_snapshot!(wrong(&text));
}

#[test]
fn a_list_says_where_it_stands_and_how_it_is_written() {
    let text = format!(
        "{ACCOUNT}[[guard.never-block-list]]\nname = 'partners'\nfile = 'never-block.txt'\n\
         [[guard.never-block-list]]\nname = 'amazon'\nbucket = 'lists'\nkey = 'ip-ranges.json'\nservices = ['CLOUDFRONT']\n"
    );
    let lists = parse(&text).unwrap().never_block_lists;
    let [partners, amazon] = lists.as_slice() else {
        panic!("there are two")
    };
    assert_eq!(partners.source, ListSource::File("/etc/quell/never-block.txt".into()));
    assert_eq!(
        (partners.every.to_string(), partners.max_age.to_string()),
        ("10s".to_owned(), "1h".to_owned())
    );
    assert_eq!(amazon.source.to_string(), "s3://lists/ip-ranges.json");
    assert!(matches!(&amazon.format, Format::IpRanges { services, .. } if services.contains("CLOUDFRONT")));
}

#[test]
fn a_list_that_nobody_could_read_is_refused_when_quell_starts() {
    let text = format!(
        "{ACCOUNT}[[guard.never-block-list]]\nname = 'a list'\n\
         [[guard.never-block-list]]\nname = 'b'\nfile = 'b.txt'\nbucket = 'lists'\nkey = 'b.txt'\n\
         [[guard.never-block-list]]\nname = 'c'\nfile = 'c.txt'\nregions = ['eu-west-1']\nevery = '2h'\n\
         [[guard.never-block-list]]\nname = 'c'\nfile = 'd.txt'\nregion = 'eu-west-1'\nmax-age = '0s'\n"
    );
    insta::assert_snapshot!(wrong(&text));
}
