//! A plugin that was built for the contract 0.1.0: it asks for every fact that this contract has, and blocks the address whose history it asked for.

#![cfg(target_family = "wasm")]

mod bindings {
    wit_bindgen::generate!({ path: "../../../wit/released/0.1.0", world: "plugin" });
}

use bindings::{
    exports::quell::plugin::decider::{Guest, SettingsProblem},
    quell::plugin::{
        facts,
        log::{self, Level},
        types::{
            Action, Block, BlockPlace, Decision, Description, Direction, End, Failure, Proposal, Remediation, Request,
        },
    },
};

struct Released;

impl Guest for Released {
    fn describe() -> Description {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Description {
            name: "released".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "Built for the contract 0.1.0.".to_owned(),
            actions: names(&["block"]),
            facts: names(&["observations", "instance", "network-acl", "security-group", "history"]),
            settings_schema: "{}".to_owned(),
            extensions: Vec::new(),
        }
    }

    fn validate_settings(_: String) -> Result<(), Vec<SettingsProblem>> {
        Ok(())
    }

    fn decide(request: Request) -> Result<Decision, Failure> {
        let asked = [
            facts::get_observations().is_ok(),
            facts::get_instance("i-0a1b2c3d").is_ok(),
            facts::get_network_acl("subnet-0a1b2c3d").is_ok(),
            facts::get_security_group("sg-0a1b2c3d").is_ok(),
            facts::get_history("198.51.100.7").is_ok(),
        ];
        log::write(Level::Info, &format!("alert {}: {asked:?}", request.alert.id));
        let block = Block {
            prefix: "198.51.100.7/32".to_owned(),
            direction: Direction::Ingress,
            at: BlockPlace::Subnet("subnet-0a1b2c3d".to_owned()),
            extensions: Vec::new(),
        };
        let remediation = Remediation {
            action: Action::Block(block),
            reason: "it always does".to_owned(),
            confidence: 50,
            until: End::Seconds(60),
            extensions: Vec::new(),
        };
        Ok(Decision::Remediate(Proposal {
            remediations: vec![remediation],
            notes: Vec::new(),
            extensions: Vec::new(),
        }))
    }
}

bindings::export!(Released with_types_in bindings);
