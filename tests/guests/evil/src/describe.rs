//! What the plugin says of itself, true or not.

use crate::{
    attack,
    quell::plugin::types::{Description, SettingsProblem},
};

/// The mode of `describe`, padded with spaces. Tests find it by the word before the colon and write over what follows.
#[unsafe(no_mangle)]
static DESCRIBE: [u8; 40] = *b"describe-mode:honest                    ";

fn mode() -> &'static str {
    // Read as if it might change, or the compiler would believe what stands there now.
    let text = unsafe { core::ptr::read_volatile(&raw const DESCRIBE) };
    let text = Box::leak(Box::new(text));
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.split_once(':')
        .map(|(_, mode)| mode.trim_end())
        .unwrap_or_default()
}

pub fn describe() -> Description {
    let honest = Description {
        name: "evil".to_owned(),
        version: "0.1.0".to_owned(),
        summary: "Attacks its host.".to_owned(),
        actions: vec!["block".to_owned()],
        facts: vec!["observations".to_owned()],
        settings_schema: "{}".to_owned(),
        extensions: Vec::new(),
    };
    match mode() {
        "bad-name" => Description {
            name: "../../etc/passwd".to_owned(),
            ..honest
        },
        "unknown-action" => Description {
            actions: vec!["format-disk".to_owned()],
            ..honest
        },
        "unknown-fact" => Description {
            facts: vec!["passwords".to_owned()],
            ..honest
        },
        "deep-schema" => Description {
            settings_schema: "[".repeat(100_000),
            ..honest
        },
        "huge-schema" => Description {
            settings_schema: " ".repeat(8 << 20),
            ..honest
        },
        mode => {
            attack::run(mode);
            honest
        }
    }
}

pub fn problem(path: &str, message: &str) -> SettingsProblem {
    SettingsProblem {
        path: path.to_owned(),
        message: message.to_owned(),
    }
}
