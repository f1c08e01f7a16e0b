//! `quell release`: ends holds before their time.

use std::net::IpAddr;

use clap::Args;
use ipnet::IpNet;

use super::{Global, output::answer};
use crate::{
    config::Config,
    exit::{Exit, Failure, OrItsExit},
    hold::{HoldFilter, HoldId, Journal, JournalError, SqliteJournal},
    releaser::Releaser,
};

/// End holds now and take their entries out.
///
/// The journal keeps that they were released. An alert that comes later may bring a new hold: to keep an address from being blocked again,
/// add it to `never-block` in the configuration.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell release 42 43\n  quell release --address 203.0.113.7")]
#[group(required = true, multiple = false)]
pub struct Release {
    /// The holds' ids, as `quell holds` lists them
    #[arg(value_name = "HOLD_ID")]
    pub ids: Vec<HoldId>,
    /// All holds on this address or prefix
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    pub address: Option<IpNet>,
}

impl Release {
    /// Releases them.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let config = global.config()?;
        let ids = self.chosen(&config).await?;
        let releaser = Releaser::find(&config).await.or_its_exit()?;
        for id in ids {
            let released = releaser.release(id).await.or_its_exit()?;
            answer(format!("hold {id} released: {released}"))?;
        }
        Ok(())
    }

    /// The holds that are meant. All of them must be in force: a misspelt one releases none.
    async fn chosen(&self, config: &Config) -> Result<Vec<HoldId>, Failure> {
        let holds = if config.journal.path.exists() {
            let journal = SqliteJournal::open_to_read(&config.journal.path)?;
            journal.holds(&HoldFilter::default()).await?
        } else {
            Vec::new()
        };
        if let Some(address) = self.address {
            let on_it: Vec<_> = holds
                .iter()
                .filter(|hold| hold.prefix == address)
                .map(|hold| hold.id)
                .collect();
            if on_it.is_empty() {
                let error = format!("there is no hold on {address} in force; `quell holds` lists those that are");
                return Err(Failure::new(Exit::NotFound, error));
            }
            return Ok(on_it);
        }
        for id in &self.ids {
            if !holds.iter().any(|hold| hold.id == *id) {
                return Err(Failure::new(Exit::NotFound, JournalError::NoSuchHold(*id)));
            }
        }
        Ok(self.ids.clone())
    }
}

/// An address, which means itself alone, or a prefix.
fn prefix(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from).ok();
    address
        .or_else(|| text.parse::<IpNet>().ok().map(|prefix| prefix.trunc()))
        .ok_or_else(|| {
            "this is neither an address, such as 203.0.113.7, nor a prefix, such as 203.0.113.0/24".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_means_itself_alone() {
        assert_eq!(prefix("203.0.113.7").unwrap().to_string(), "203.0.113.7/32");
        assert_eq!(prefix("2001:db8::7").unwrap().to_string(), "2001:db8::7/128");
        assert_eq!(prefix("203.0.113.0/24").unwrap().to_string(), "203.0.113.0/24");
        assert!(prefix("everyone").is_err());
    }
}
