//! What a plugin may be called.

use std::{borrow::Cow, fmt, str::FromStr};

use crate::sandbox;

/// The name under which the templates are built and tested.
const TEMPLATE: &str = "my-plugin";

/// A plugin's name, by the contract's rule and one of cargo's and npm's more: it begins with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginName(String);

/// A text that no plugin can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` can't be a plugin's name: {why}, such as `block-scanners`")]
pub struct NotAName {
    text: String,
    why: &'static str,
}

impl PluginName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text of a template with this name in place of the template's, in its three spellings: of packages, of Rust's modules and of its types.
    pub(super) fn put_into<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains("my") && !text.contains("My") {
            return Cow::Borrowed(text);
        }
        let replaced = text
            .replace(TEMPLATE, &self.0)
            .replace(&TEMPLATE.replace('-', "_"), &self.0.replace('-', "_"))
            .replace(&upper_camel_case(TEMPLATE), &upper_camel_case(&self.0));
        Cow::Owned(replaced)
    }
}

fn upper_camel_case(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

impl FromStr for PluginName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        // A crate of one of these names can't be compiled, or hides what it needs.
        const TAKEN: [&str; 8] = [
            "quell",
            "quell-plugin",
            "plugin",
            "entry",
            "test",
            "core",
            "std",
            "serde",
        ];
        let begins_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        let why = if !begins_well || !sandbox::is_plugin_name(text) {
            "it must be lower case words of letters and digits, joined by `-`, 64 bytes at most, beginning with a letter"
        } else if TAKEN.contains(&text) {
            "it is taken by something that a plugin is built with; use more words"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(NotAName {
            text: sandbox::text::shown(text, 80),
            why,
        })
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<PluginName>().unwrap_err().to_string()
    }

    #[test]
    fn a_name_that_the_host_or_cargo_would_refuse_later_is_refused_at_once() {
        insta::assert_snapshot!(refusal("Block_Scanners"), @"`Block_Scanners` can't be a plugin's name: it must be lower case words of letters and digits, joined by `-`, 64 bytes at most, beginning with a letter, such as `block-scanners`");
        insta::assert_snapshot!(refusal("../etc"), @"`../etc` can't be a plugin's name: it must be lower case words of letters and digits, joined by `-`, 64 bytes at most, beginning with a letter, such as `block-scanners`");
        insta::assert_snapshot!(refusal("quell-plugin"), @"`quell-plugin` can't be a plugin's name: it is taken by something that a plugin is built with; use more words, such as `block-scanners`");
        for wrong in ["", "-", "a--b", "2fast", "a b", "é", &"a".repeat(65)] {
            assert!(wrong.parse::<PluginName>().is_err(), "{wrong}");
        }
        assert!("block-2-scanners".parse::<PluginName>().is_ok());
    }

    #[test]
    fn the_templates_name_is_replaced_in_all_its_spellings() {
        let name: PluginName = "block-scanners".parse().unwrap();
        assert_eq!(
            name.put_into("my-plugin my_plugin::MyPlugin"),
            "block-scanners block_scanners::BlockScanners"
        );
    }
}
