//! From the text of the settings to the plugin's own type, with all that is wrong told at once.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::SettingsProblem;

impl SettingsProblem {
    /// A problem with the setting at a JSON pointer; an empty one means the settings as a whole.
    ///
    /// ```
    /// let problem = quell_plugin::SettingsProblem::new("/block-seconds", "must be at least 1");
    /// assert_eq!(problem.path, "/block-seconds");
    /// ```
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

/// Read settings from the text of a JSON object.
///
/// [`Plugin`](crate::Plugin) does this for its settings; call it for settings that are kept elsewhere.
///
/// # Errors
/// Every setting that is wrong, each with its place: what does not fit its type, and with `#[serde(deny_unknown_fields)]`
/// what is unknown.
///
/// ```
/// #[derive(Debug, Default, serde::Deserialize)]
/// #[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
/// struct Settings {
///     block_seconds: u64,
/// }
///
/// let problems = quell_plugin::settings::parse::<Settings>(r#"{"block-secs": 5}"#).unwrap_err();
/// assert_eq!(problems[0].path, "/block-secs");
/// assert_eq!(problems[0].message, "unknown field `block-secs`, expected `block-seconds`");
/// ```
pub fn parse<S: DeserializeOwned>(text: &str) -> Result<S, Vec<SettingsProblem>> {
    let mut settings = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(settings)) => settings,
        Ok(_) => return Err(vec![SettingsProblem::new("", "settings must be a JSON object")]),
        Err(error) => {
            return Err(vec![SettingsProblem::new(
                "",
                format!("settings are not JSON: {error}"),
            )]);
        }
    };

    // serde stops at the first error. Each setting that it objects to is told and taken out, and the rest read again.
    let mut problems = Vec::new();
    let mut removed = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize::<_, S>(&settings) {
            Ok(read) if problems.is_empty() => return Ok(read),
            Ok(_) => return Err(problems),
            Err(error) => error,
        };
        let message = error.inner().to_string();
        let culprit = match error.path().iter().next() {
            Some(Segment::Map { key }) => Some(key.clone()),
            _ => None,
        };
        let Some(culprit) = culprit.filter(|key| settings.remove(key).is_some()) else {
            let follows_from_removal = removed.iter().any(|key: &String| message.contains(&format!("`{key}`")));
            if !follows_from_removal {
                problems.push(SettingsProblem::new("", message));
            }
            return Err(problems);
        };
        problems.push(SettingsProblem::new(pointer(error.path()), message));
        removed.push(culprit);
    }
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            // The name of a variant stands in the same place as its value.
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Settings {
        #[serde(default)]
        block_seconds: u64,
        #[serde(default)]
        alert_types: Vec<String>,
        #[serde(default, rename = "a/b~c")]
        odd_name: bool,
        account: String,
    }

    fn problems(text: &str) -> String {
        let problems = parse::<Settings>(text).unwrap_err();
        problems
            .iter()
            .map(|problem| format!("{}: {}\n", problem.path, problem.message))
            .collect()
    }

    #[test]
    fn good_settings_are_read() {
        let settings: Settings =
            parse(r#"{"account": "1", "block-seconds": 5, "alert-types": ["a"], "a/b~c": true}"#).unwrap();
        assert_eq!(
            (settings.block_seconds, settings.alert_types.len(), settings.odd_name),
            (5, 1, true)
        );
        assert_eq!(settings.account, "1");
    }

    #[test]
    fn all_problems_are_told_at_once_each_with_its_place() {
        insta::assert_snapshot!(
            problems(r#"{"account": 1, "block-seconds": -1, "alert-types": ["a", 2], "a/b~c": 3, "blocks": 4}"#),
            @r"
        /a~1b~0c: invalid type: integer `3`, expected a boolean
        /account: invalid type: integer `1`, expected a string
        /alert-types/1: invalid type: integer `2`, expected a string
        /block-seconds: invalid value: integer `-1`, expected u64
        /blocks: unknown field `blocks`, expected one of `block-seconds`, `alert-types`, `a/b~c`, `account`
        "
        );
    }

    #[test]
    fn a_missing_setting_is_told_beside_a_wrong_one() {
        insta::assert_snapshot!(problems(r#"{"block-seconds": "long"}"#), @r#"
        /block-seconds: invalid type: string "long", expected u64
        : missing field `account`
        "#);
    }

    #[test]
    fn a_wrong_setting_is_not_told_to_be_missing_too() {
        assert_eq!(problems(r#"{"account": 1}"#).lines().count(), 1);
    }

    #[test]
    fn what_is_not_a_json_object_is_said_to_be_none() {
        insta::assert_snapshot!(problems("[]"), @": settings must be a JSON object");
        insta::assert_snapshot!(problems("{"), @": settings are not JSON: EOF while parsing an object at line 1 column 1");
    }
}
