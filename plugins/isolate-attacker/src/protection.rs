//! Which instances are spared.

use quell_plugin::Instance;

use crate::settings::Settings;

/// The tag that Auto Scaling puts on its instances.
const AUTO_SCALING: &str = "aws:autoscaling:groupName";

/// Why an instance is spared; None if it is not.
pub fn protection(instance: &Instance, settings: &Settings) -> Option<String> {
    let tag = settings.protected_tags.iter().find(|tag| has(instance, tag));
    if let Some(tag) = tag {
        return Some(format!("its tag {} protects it", tag.trim()));
    }
    let group = instance.tag(AUTO_SCALING)?;
    settings
        .spare_auto_scaling
        .then(|| format!("it is of the Auto Scaling group {group}, and spare-auto-scaling is set"))
}

/// Whether an instance has a tag: `key`, whatever its value, or `key=value`.
fn has(instance: &Instance, tag: &str) -> bool {
    match tag.trim().split_once('=') {
        Some((key, value)) => instance.tag(key) == Some(value),
        None => instance.tag(tag.trim()).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use quell_plugin::{Tag, testing};
    use rstest::rstest;

    use super::*;

    fn tagged(key: &str, value: &str) -> Instance {
        Instance {
            tags: vec![Tag {
                key: key.to_owned(),
                value: value.to_owned(),
            }],
            ..testing::instance("i-0abc1234def567890", "subnet-0a1b2c3d", &[])
        }
    }

    fn settings(tags: &[&str], spare_auto_scaling: bool) -> Settings {
        Settings {
            protected_tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            spare_auto_scaling,
            ..Settings::default()
        }
    }

    #[rstest]
    #[case::by_its_key("quell:never-isolate", "", "quell:never-isolate")]
    #[case::by_its_key_whatever_the_value("role", "database", "role")]
    #[case::by_key_and_value("role", "database", "role=database")]
    #[case::by_a_value_with_an_equals_sign("role", "a=b", "role=a=b")]
    fn an_instance_is_protected(#[case] key: &str, #[case] value: &str, #[case] tag: &str) {
        let why = protection(&tagged(key, value), &settings(&[tag], false));
        assert_eq!(why, Some(format!("its tag {tag} protects it")));
    }

    #[rstest]
    #[case::another_value("role", "web")]
    #[case::another_case("Role", "database")]
    fn an_instance_is_not_protected_by(#[case] key: &str, #[case] value: &str) {
        assert_eq!(
            protection(&tagged(key, value), &settings(&["role=database"], true)),
            None
        );
    }

    #[test]
    fn an_instance_that_auto_scaling_would_replace_is_spared_only_if_asked() {
        let instance = tagged(AUTO_SCALING, "web");
        assert_eq!(protection(&instance, &settings(&[], false)), None);
        insta::assert_snapshot!(protection(&instance, &settings(&[], true)).unwrap(), @"it is of the Auto Scaling group web, and spare-auto-scaling is set");
    }
}
