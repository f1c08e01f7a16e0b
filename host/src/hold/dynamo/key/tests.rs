//! Items lie in the order in which they are asked for.

use super::*;
use crate::hold::DeliveryId;

#[test]
fn numbers_sort_as_texts_as_they_do_as_numbers() {
    let mut numbers = [i64::MIN, -5, -1, 0, 1, 9, 10, 1_893_456_000_000, i64::MAX];
    numbers.reverse();
    let mut texts = numbers.map(sortable);
    texts.sort();
    numbers.sort_unstable();
    assert_eq!(texts, numbers.map(sortable));
}

#[test]
fn one_query_has_what_is_recent_and_in_force_and_nothing_that_is_over() {
    let target = Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: "acl-0a1b2c3d".parse().unwrap(),
    };
    let second = |second| Timestamp::from_second(second).unwrap();
    let Range::From(from) = situation(&target, second(100)) else {
        panic!("it has a beginning");
    };
    assert!(ended(&target, HoldId(i64::MAX)) < from);
    assert!(made(&target, second(99), ChangeId(i64::MAX)) < from);
    assert!(made(&target, second(100), ChangeId(i64::MIN)) >= from);
    assert!(state(&target) >= from && lease(&target) >= from);
}

#[test]
fn what_ends_at_a_time_is_over_at_that_time() {
    let second = Timestamp::from_second(100).unwrap();
    let Range::UpTo(last) = ends_until(second) else {
        panic!("it has an end");
    };
    assert!(end(second, HoldId(i64::MAX)) <= last);
    assert_eq!(time_of_end(&end(second, HoldId(7))), Some(second));
    let next = second.checked_add(jiff::SignedDuration::from_millis(1)).unwrap();
    assert!(end(next, HoldId(i64::MIN)) > last);
}

#[test]
fn when_a_delivery_came_stands_in_the_key_by_which_it_waits() {
    let (not_before, came) = (
        Timestamp::from_second(300).unwrap(),
        Timestamp::from_second(-100).unwrap(),
    );
    let key = waiting(&DeliveryId::read("sqs-a#b"), not_before, came);
    assert_eq!(received(&key), Some(came));
}
