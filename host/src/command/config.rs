//! `quell config`: writes, checks and describes the configuration.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Global, output::answer};
use crate::{
    config::{AwsAccount, Cloud, Config, EXAMPLE, Mode, word::Region},
    doctor::household,
    exit::{Exit, Failure, OrExit, OrItsExit},
    setup,
};

/// Write, check and describe the configuration.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell config example > quell.toml\n  quell config check quell.toml\n  \
    quell config schema > quell.schema.json"
)]
pub struct ConfigCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Print a configuration to start from, every key explained
    #[command(after_help = "Example:\n  quell config example > quell.toml")]
    Example,
    /// Tell whether a configuration is fine and its plugins can be loaded, or everything that is wrong
    #[command(after_help = "Example:\n  quell config check quell.toml && systemctl reload quell")]
    Check {
        /// The file, in place of the one that `--config` and the usual places lead to
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of the configuration, for editors
    #[command(after_help = "Example:\n  quell config schema > quell.schema.json")]
    Schema,
}

impl ConfigCommand {
    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.what {
            What::Example => answer(EXAMPLE.trim_end()),
            What::Schema => answer(serde_json::to_string_pretty(&Config::schema())?),
            What::Check { file } => {
                let named = file.as_deref().or(global.config.as_deref());
                let (path, config) = Config::find(named).or_exit(Exit::Configuration)?;
                let wrong = setup::check_plugins(&config).await.or_its_exit()?;
                if !wrong.is_empty() {
                    return Err(Failure::new(
                        Exit::Configuration,
                        format!(
                            "{} names plugins that can't be loaded:\n  {}",
                            path.display(),
                            wrong.join("\n  ")
                        ),
                    ));
                }
                answer(format!("{} is fine: {}", path.display(), summary(&config)))?;
                notes(&config).await.into_iter().try_for_each(answer)
            }
        }
    }
}

/// One line that lets a person see that this is the file that was meant.
fn summary(config: &Config) -> String {
    let mode = match config.mode {
        Mode::Enforce => "enforces",
        Mode::Observe => "observes and writes nothing",
    };
    let cloud = match &config.cloud {
        Cloud::Aws(aws) => {
            let accounts: Vec<_> = aws.accounts.iter().map(account).collect();
            accounts.join(" and ")
        }
        Cloud::Simulated(simulated) => {
            let files = simulated.account_files.iter();
            let accounts: Vec<_> = files
                .map(|file| format!("the simulated account {}", file.display()))
                .collect();
            accounts.join(" and ")
        }
    };
    let plugins: Vec<_> = config.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
    format!("{mode} on {cloud} with {}", plugins.join(", "))
}

fn account(account: &AwsAccount) -> String {
    let regions: Vec<_> = account.regions.iter().map(Region::as_str).collect();
    let role = account.role.as_ref().map(|role| format!(" by {role}"));
    format!(
        "AWS account {} in {}{}",
        account.id,
        regions.join(", "),
        role.unwrap_or_default()
    )
}

/// What is right in the file, but would fail on this machine and in this environment.
async fn notes(config: &Config) -> Vec<String> {
    let unpinned = config.plugins.iter().filter(|plugin| plugin.is_unpinned());
    let unpinned = unpinned.map(|plugin| {
        format!(
            "note: plugin `{}` is not pinned, whatever lies at its `file` is run; `quell plugin lock` writes its sha256",
            plugin.name
        )
    });
    let secrets = household::had(config)
        .await
        .into_iter()
        .filter_map(|(_, _, had)| had.err())
        .map(|error| format!("note: as things are here, {error}"));
    unpinned.chain(secrets).collect()
}
