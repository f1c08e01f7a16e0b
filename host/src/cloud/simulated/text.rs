//! What EC2 takes as a name, a description and a tag and what it refuses, with its own error codes.

use std::collections::BTreeSet;

use crate::cloud::{error::Fault, tag::Tag};

/// The longest name or description of a security group, and the longest description of a rule, in characters.
const LONGEST_TEXT: usize = 255;
/// The longest description of a snapshot, in characters.
const LONGEST_SNAPSHOT_TEXT: usize = 255;
/// The longest key of a tag, in characters.
const LONGEST_KEY: usize = 127;
/// The longest value of a tag, in characters.
const LONGEST_VALUE: usize = 256;
/// How many tags a resource may have.
const MOST_TAGS: usize = 50;

/// A name or a description of a security group, or the description of a rule.
pub(super) fn check_group_text(what: &str, text: &str) -> Result<(), Fault> {
    let fits = |character: char| character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character);
    if text.chars().count() <= LONGEST_TEXT && text.chars().all(fits) {
        return Ok(());
    }
    Err(invalid(format!(
        "Invalid {what}. Valid {what}s are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
    )))
}

/// The name of a new security group.
pub(super) fn check_group_name(name: &str) -> Result<(), Fault> {
    check_given("GroupName", name)?;
    check_group_text("security group name", name)?;
    if name == "default" {
        return Err(invalid("Cannot use reserved security group name: default".to_owned()));
    }
    if name.to_ascii_lowercase().starts_with("sg-") {
        return Err(invalid(format!(
            "Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*."
        )));
    }
    Ok(())
}

/// The description of a new security group.
pub(super) fn check_group_description(description: &str) -> Result<(), Fault> {
    check_given("GroupDescription", description)?;
    check_group_text("security group description", description)
}

/// The description of new snapshots.
pub(super) fn check_snapshot_description(description: &str) -> Result<(), Fault> {
    if description.chars().count() <= LONGEST_SNAPSHOT_TEXT && description.is_ascii() {
        return Ok(());
    }
    Err(invalid(format!(
        "Value ({description}) for parameter description is invalid. It may have up to {LONGEST_SNAPSHOT_TEXT} ASCII characters."
    )))
}

/// The tags of a new resource.
pub(super) fn check_tags(tags: &[Tag]) -> Result<(), Fault> {
    if tags.len() > MOST_TAGS {
        return Err(Fault::Invalid {
            code: "TagLimitExceeded".to_owned(),
            message: "The maximum number of Tags for a resource has been reached.".to_owned(),
        });
    }
    let mut keys = BTreeSet::new();
    for Tag { key, value } in tags {
        check_given("Tag.Key", key)?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!(
                "Value ( {key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use"
            )));
        }
        if key.chars().count() > LONGEST_KEY {
            return Err(invalid(format!(
                "Tag key exceeds the maximum length of {LONGEST_KEY} characters"
            )));
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(invalid(format!(
                "Tag value exceeds the maximum length of {LONGEST_VALUE} characters"
            )));
        }
        if !keys.insert(key) {
            return Err(invalid(format!("Duplicate tag key '{key}' specified.")));
        }
    }
    Ok(())
}

/// The tags as EC2 lists them: by key.
pub(super) fn tags_as_kept(tags: &[Tag]) -> Vec<Tag> {
    let mut tags = tags.to_vec();
    tags.sort();
    tags
}

/// A refusal of a value.
pub(super) fn invalid(message: String) -> Fault {
    Fault::Invalid {
        code: "InvalidParameterValue".to_owned(),
        message,
    }
}

fn check_given(parameter: &str, text: &str) -> Result<(), Fault> {
    if !text.is_empty() {
        return Ok(());
    }
    Err(Fault::Invalid {
        code: "MissingParameter".to_owned(),
        message: format!("The request must contain the parameter {parameter}"),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::empty("")]
    #[case::like_an_id("sg-quell")]
    #[case::reserved("default")]
    #[case::not_of_the_set("isolation <quell>")]
    #[case::not_ascii("Isolierung für quell")]
    fn a_name_that_ec2_would_not_take_is_refused(#[case] name: &str) {
        assert!(matches!(check_group_name(name), Err(Fault::Invalid { .. })));
        check_group_name("quell isolation (vpc-0a1b2c3d)").unwrap();
    }

    #[test]
    fn a_description_has_up_to_255_characters() {
        check_group_description(&"x".repeat(255)).unwrap();
        assert!(check_group_description(&"x".repeat(256)).is_err());
        check_snapshot_description(&"x".repeat(255)).unwrap();
        assert!(check_snapshot_description(&"x".repeat(256)).is_err());
    }

    #[rstest]
    #[case::reserved("aws:quell", "x")]
    #[case::reserved_in_capitals("AWS:quell", "x")]
    #[case::no_key("", "x")]
    #[case::a_long_key(&"k".repeat(128), "x")]
    #[case::a_long_value("quell", &"x".repeat(257))]
    fn a_tag_that_ec2_would_not_take_is_refused(#[case] key: &str, #[case] value: &str) {
        assert!(matches!(
            check_tags(&[Tag::new(key, value)]),
            Err(Fault::Invalid { .. })
        ));
    }

    #[test]
    fn a_key_stands_once() {
        let twice = [Tag::new("quell", "a"), Tag::new("quell", "b")];
        assert!(check_tags(&twice).is_err());
        check_tags(&[Tag::new("quell", ""), Tag::new("Quell", "")]).unwrap();
    }
}
