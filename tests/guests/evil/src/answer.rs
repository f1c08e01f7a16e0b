//! Answers that no honest plugin gives.

use crate::{
    attack::not_utf8,
    quell::plugin::types::{
        Abstention, Action, Block, BlockPlace, Custom, Decision, Direction, End, Extension, Failure, Isolate, Proposal,
        Remediation, SetInstanceState, StateChange,
    },
};

/// The answer of this mode; without a mode of that name, the good one.
pub fn to(mode: &str) -> Result<Decision, Failure> {
    match mode {
        "many-remediations" => remediate(vec![block("198.51.100.7/32"); 1_500]),
        "many-notes" => nothing_with_notes(vec!["note".to_owned(); 5_000]),
        "long-reason" => nothing(&"because ".repeat(10_000)),
        "huge-reason" => nothing(&"because ".repeat(1 << 20)),
        "long-prefix" => remediate(vec![block(&"1".repeat(5_000))]),
        "not-utf8" => nothing(&not_utf8()),
        "not-utf8-prefix" => remediate(vec![block(&not_utf8())]),
        "nested-parameters" => custom("nested", &"[".repeat(50_000)),
        "long-parameters" => custom("long", &" ".repeat(100_000)),
        "everyone" => remediate(vec![block("0.0.0.0/0"), block("::/0")]),
        "not-an-address" => remediate(vec![block("300.1.2.3/99"), block("; rm -rf /")]),
        "stop-instance" => remediate(vec![of(Action::SetInstanceState(SetInstanceState {
            instance: "i-0a1b2c3d4e5f60718".to_owned(),
            change: StateChange::Stop,
            extensions: Vec::new(),
        }))]),
        "block-short" => remediate(vec![web("it scans", 600)]),
        "block-long" => remediate(vec![web("it tries passwords", 7200)]),
        "nothing" => nothing("it is harmless"),
        _ if mode.starts_with("isolate ") => isolate(mode),
        _ if mode.starts_with("block-many ") => block_many(mode),
        "fail-settings" => Err(Failure::Settings("`x` is no number".to_owned())),
        "fail-facts" => Err(Failure::Facts("the observations are not there".to_owned())),
        "fail-alert" => Err(Failure::Alert("it has no source\nERROR a forged line".to_owned())),
        "fail-other" => Err(Failure::Other("no luck today".to_owned())),
        _ => remediate(vec![block("198.51.100.7/32")]),
    }
}

pub fn nothing(reason: &str) -> Result<Decision, Failure> {
    Ok(Decision::Nothing(Abstention {
        reason: reason.to_owned(),
        notes: Vec::new(),
        extensions: Vec::new(),
    }))
}

fn nothing_with_notes(notes: Vec<String>) -> Result<Decision, Failure> {
    Ok(Decision::Nothing(Abstention {
        reason: "nothing to do".to_owned(),
        notes,
        extensions: Vec::new(),
    }))
}

fn remediate(remediations: Vec<Remediation>) -> Result<Decision, Failure> {
    Ok(Decision::Remediate(Proposal {
        remediations,
        notes: Vec::new(),
        extensions: Vec::new(),
    }))
}

fn custom(name: &str, parameters: &str) -> Result<Decision, Failure> {
    remediate(vec![of(Action::Custom(Custom {
        name: name.to_owned(),
        parameters: parameters.to_owned(),
    }))])
}

/// `isolate INSTANCE… knowing REMOTES`: all these instances, each with these remotes, joined by commas.
fn isolate(mode: &str) -> Result<Decision, Failure> {
    let mut words = mode.split(' ').skip(1);
    let instances: Vec<_> = words.by_ref().take_while(|word| *word != "knowing").collect();
    let remotes: Vec<_> = words.map(str::to_owned).collect();
    let isolate = |instance: &&str| {
        of(Action::Isolate(Isolate {
            instance: (*instance).to_owned(),
            security_groups: Vec::new(),
            extensions: remotes.iter().map(known).collect(),
        }))
    };
    remediate(instances.iter().map(isolate).collect())
}

/// `block-many NUMBER`: so many addresses at the web server of the simulated account, all of which the guards let pass.
fn block_many(mode: &str) -> Result<Decision, Failure> {
    let many: u8 = mode.split(' ').nth(1).and_then(|many| many.parse().ok()).unwrap_or(1);
    let one = |number: u8| {
        let mut remediation = web("it scans", 3600);
        if let Action::Block(block) = &mut remediation.action {
            block.prefix = format!("198.51.100.{}/32", number.wrapping_add(20));
        }
        remediation
    };
    remediate((0..many).map(one).collect())
}

fn known(remotes: &String) -> Extension {
    Extension {
        name: "remotes".to_owned(),
        value: remotes.clone(),
    }
}

fn block(prefix: &str) -> Remediation {
    of(Action::Block(Block {
        prefix: prefix.to_owned(),
        direction: Direction::Ingress,
        at: BlockPlace::Instance("i-0a1b2c3d4e5f60718".to_owned()),
        extensions: Vec::new(),
    }))
}

/// A block at the web server of the simulated account, which the guards let pass.
fn web(reason: &str, seconds: u64) -> Remediation {
    let block = Action::Block(Block {
        prefix: "198.51.100.7/32".to_owned(),
        direction: Direction::Ingress,
        at: BlockPlace::Instance("i-0abc1234def567890".to_owned()),
        extensions: Vec::new(),
    });
    Remediation {
        reason: reason.to_owned(),
        until: End::Seconds(seconds),
        ..of(block)
    }
}

fn of(action: Action) -> Remediation {
    Remediation {
        action,
        reason: "it attacks".to_owned(),
        confidence: 90,
        until: End::Seconds(3600),
        extensions: Vec::new(),
    }
}
