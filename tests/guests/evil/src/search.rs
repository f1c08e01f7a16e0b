//! A search for secrets, in all that is within a plugin's reach.
//!
//! What is looked for must not be in the plugin itself, or it would find its own question: so each text comes with every bit of it turned, as hexadecimal digits, and is compared so.

use core::arch::wasm32::memory_size;

use crate::quell::plugin::{
    facts,
    log::{self, Level},
    types::Request,
};

/// The bytes of a page of memory.
const PAGE: usize = 65_536;

/// Asks for everything, in ways that succeed and in ways that fail, keeps all answers, and then looks through its whole memory. Says how often each of the texts was there.
pub fn search(request: &Request, turned: &str) -> String {
    let kept = ask_for_everything(request);
    let needles: Vec<Vec<u8>> = turned.split(' ').map(bytes).collect();
    let counts: Vec<String> = needles.iter().map(|needle| count(needle).to_string()).collect();
    format!("asked {} times and found {}", kept.len(), counts.join(" "))
}

fn ask_for_everything(request: &Request) -> Vec<String> {
    let mut kept = vec![
        format!("{:?}", request.alert),
        format!("{:?}", facts::get_observations()),
    ];
    let names = [
        request.alert.source.name.as_str(),
        "",
        "AWS_SECRET_ACCESS_KEY",
        "$KEY",
        "${env:KEY}",
        "../../proc/self/environ",
        "file:///proc/self/environ",
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:quell",
        "i-0abc1234def567890",
        "203.0.113.7",
        "%s%n%x",
        "\u{0}",
    ];
    for name in names {
        kept.push(format!("{:?}", facts::get_instance(name)));
        kept.push(format!("{:?}", facts::get_network_acl(name)));
        kept.push(format!("{:?}", facts::get_security_group(name)));
        kept.push(format!("{:?}", facts::get_history(name)));
        log::write(Level::Error, name);
    }
    // What this component would have of an environment, if anybody gave it one.
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "KEY", "TOKEN"] {
        kept.push(format!("{:?}", std::env::var(name)));
    }
    for path in [
        "/proc/self/environ",
        "/root/.aws/credentials",
        "quell.toml",
        "/etc/quell/quell.toml",
    ] {
        kept.push(format!("{:?}", std::fs::read_to_string(path)));
    }
    kept
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// How often a text is in memory, whose bits are turned in `turned`.
fn count(turned: &[u8]) -> usize {
    let end = memory_size(0) * PAGE;
    let mut found = 0;
    for start in 1..end.saturating_sub(turned.len()) {
        let is_there = turned.iter().enumerate().all(|(index, byte)| {
            // All of it is this plugin's own memory.
            let there = unsafe { core::ptr::read_volatile((start + index) as *const u8) };
            there == !*byte
        });
        found += usize::from(is_there && !turned.is_empty());
    }
    found
}
