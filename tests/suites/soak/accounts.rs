//! The accounts, and what in them is others'.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use quell::{
    clock::ManualClock,
    cloud::{
        AclId, Entry, NetworkAcl,
        simulated::{Account, SimulatedCloud},
    },
    hold::Target,
};
use quell_tests::{
    recorded,
    stand::{ACCOUNT, DATABASE_ACL, SECOND_ACCOUNT, WEB_ACL},
};

/// How far what is read lags behind what is written.
pub(crate) const LAG: Duration = Duration::from_secs(2);

/// One account.
pub(crate) struct Watched {
    pub(crate) number: &'static str,
    pub(crate) account: Arc<SimulatedCloud>,
    /// The entries of others, by ACL, and the first thing that went wrong with them.
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    theirs: BTreeMap<AclId, Vec<Entry>>,
    wrong: Option<String>,
}

/// Two accounts with two network ACLs each, all of whose writes are watched.
pub(crate) fn both(clock: &Arc<ManualClock>) -> anyhow::Result<Vec<Watched>> {
    [ACCOUNT, SECOND_ACCOUNT]
        .map(|number| watched(number, clock))
        .into_iter()
        .collect()
}

/// The network ACLs that are attacked.
pub(crate) fn targets() -> Vec<Target> {
    let of_account = |account: &str| {
        [WEB_ACL, DATABASE_ACL].map(|acl| Target {
            account: account.to_owned(),
            region: "eu-west-1".to_owned(),
            resource: acl.parse().expect("an id"),
        })
    };
    [ACCOUNT, SECOND_ACCOUNT].into_iter().flat_map(of_account).collect()
}

fn watched(number: &'static str, clock: &Arc<ManualClock>) -> anyhow::Result<Watched> {
    let account = Account::read(&recorded::ACCOUNT.replace(ACCOUNT, number))?;
    let account = Arc::new(SimulatedCloud::new(account, clock.clone()));
    account.answer_stale(LAG);
    let mut state = State::default();
    for target in targets() {
        let acl = account.peek(target.acl().unwrap()).expect("it is in the example");
        state.theirs.insert(acl.id, acl.entries);
    }
    let state = Arc::new(Mutex::new(state));
    let seen = Arc::clone(&state);
    account.on_write(Box::new(move |acl| seen.lock().unwrap().look(acl)));
    Ok(Watched { number, account, state })
}

impl State {
    fn look(&mut self, acl: &NetworkAcl) {
        let theirs = self.theirs.get(&acl.id).into_iter().flatten();
        if let Some(gone) = theirs.into_iter().find(|entry| !acl.entries.contains(entry)) {
            self.wrong
                .get_or_insert(format!("{}: an entry of others was touched: {gone:?}", acl.id));
        }
    }
}

impl Watched {
    /// The ACL as it is.
    pub(crate) fn live(&self, acl: &AclId) -> NetworkAcl {
        self.account.peek(acl).expect("it is in the example")
    }

    /// The entries of others.
    pub(crate) fn theirs(&self, acl: &AclId) -> Vec<Entry> {
        self.state.lock().unwrap().theirs.get(acl).cloned().unwrap_or_default()
    }

    /// The entries that are not of others.
    pub(crate) fn ours(&self, acl: &AclId) -> Vec<Entry> {
        let theirs = self.theirs(acl);
        let live = self.live(acl).entries.into_iter();
        live.filter(|entry| !theirs.contains(entry)).collect()
    }

    /// Others changed what is theirs.
    pub(crate) fn edited(&self, acl: &AclId, change: impl FnOnce(&mut Vec<Entry>)) {
        change(self.state.lock().unwrap().theirs.entry(acl.clone()).or_default());
    }

    /// Whether any of our writes touched an entry of others, or one is gone.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for target in targets() {
            self.state.lock().unwrap().look(&self.live(target.acl().unwrap()));
        }
        match &self.state.lock().unwrap().wrong {
            Some(wrong) => anyhow::bail!("{wrong}"),
            None => Ok(()),
        }
    }
}
