//! Fuzz bodies: what must hold of each place where bytes from outside come in, whatever they are.
//!
//! A body takes bytes and panics if something does not hold. Each is a file here, and runs in two ways: under libFuzzer, by the target of its name in `tests/fuzz`
//! (`make fuzz`), and in `make test` on real examples that are changed at random, and on all that was ever found (suite `fuzz`).

pub mod approval_link;
pub mod body;
mod chance;
pub mod checkpoint;
pub mod configuration;
pub mod decision;
pub mod decoder;
pub mod envelope;
pub mod folder_file;
pub mod lambda_event;
pub mod ledger;
pub mod mapping;
pub mod mutation;
pub mod network_acl;
pub mod never_block_list;
mod open_door;
pub mod plugin_signature;
pub mod recording;
mod request;
pub mod seed;
pub mod sns_message;
pub mod subscribe_url;
pub mod syslog;
pub mod told;
pub mod web_request;
pub mod webhook;

/// One body.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Its name, which is that of its target and of its folders of seeds and of finds.
    pub name: &'static str,
    /// Runs it on an input. Panics if something does not hold.
    pub run: fn(&[u8]),
}

/// All bodies.
pub const BODIES: [Body; 20] = [
    Body {
        name: "decoder",
        run: decoder::run,
    },
    Body {
        name: "body",
        run: body::run,
    },
    Body {
        name: "mapping",
        run: mapping::run,
    },
    Body {
        name: "envelope",
        run: envelope::run,
    },
    Body {
        name: "subscribe_url",
        run: subscribe_url::run,
    },
    Body {
        name: "web_request",
        run: web_request::run,
    },
    Body {
        name: "syslog",
        run: syslog::run,
    },
    Body {
        name: "lambda_event",
        run: lambda_event::run,
    },
    Body {
        name: "folder_file",
        run: folder_file::run,
    },
    Body {
        name: "configuration",
        run: configuration::run,
    },
    Body {
        name: "recording",
        run: recording::run,
    },
    Body {
        name: "decision",
        run: decision::run,
    },
    Body {
        name: "network_acl",
        run: network_acl::run,
    },
    Body {
        name: "webhook",
        run: webhook::run,
    },
    Body {
        name: "sns_message",
        run: sns_message::run,
    },
    Body {
        name: "approval_link",
        run: approval_link::run,
    },
    Body {
        name: "never_block_list",
        run: never_block_list::run,
    },
    Body {
        name: "ledger",
        run: ledger::run,
    },
    Body {
        name: "checkpoint",
        run: checkpoint::run,
    },
    Body {
        name: "plugin_signature",
        run: plugin_signature::run,
    },
];
