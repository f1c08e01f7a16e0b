//! The command line. One file a subcommand; what they do lies elsewhere in the library.

pub mod approvals;
pub mod approve;
pub mod budgets;
pub mod bundle;
pub mod capacity;
pub mod completions;
pub mod config;
pub mod converge;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod extend;
pub mod holds;
pub mod input;
pub mod journal;
pub mod never_block;
mod ordered;
pub mod output;
pub mod pardons;
pub mod pause;
mod place;
pub mod plugin;
pub mod put_back;
pub mod recordings;
mod redaction;
pub mod reject;
pub mod release;
pub mod replay;
pub mod resume;
pub mod serve;
pub mod version;

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind, parser::ValueSource};

use self::output::Color;
use crate::{
    config::Config,
    exit::{Exit, Failure, OrExit, OrItsExit},
    operator::Operator,
    telemetry::{LogFilter, LogFormat},
};

/// Alerts come in, sandboxed plugins decide, and Quell checks, acts, keeps and takes back.
///
/// Quell takes alerts of detectors such as Stealthwatch Cloud. WebAssembly plugins, which have no access to
/// anything, decide what should be done. Quell checks each decision against its guards, carries it out in
/// your AWS account, keeps it for as long as it was asked to, and takes it back.
#[derive(Debug, Parser)]
#[command(
    name = "quell",
    version,
    long_version = version::details(),
    after_help = "Start with `quell demo`. `quell help COMMAND` has an example of each command.",
    after_long_help = after_long_help()
)]
pub struct Quell {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do. None for the Lambda function, and when somebody types `quell` alone.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Quell {
    /// What applies to a Lambda function. To make up all commands and their help first would stand before its first alert.
    pub fn of_function() -> Self {
        Self {
            global: OfFunction::parse_from(["quell"]).global,
            command: None,
        }
    }

    /// Reads the command line, or ends the process with what is wrong with it.
    pub fn read() -> Self {
        let matches = Self::command().get_matches();
        let quell = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        let is_asked = matches.value_source("lambda") == Some(ValueSource::CommandLine);
        if is_asked && !quell.command.as_ref().is_some_and(Command::is_for_functions) {
            let why = "--lambda asks a deployed function about what it has in force, and this command does not; leave it away";
            Self::command().error(ErrorKind::ArgumentConflict, why).exit();
        }
        quell
    }
}

/// What a function is told, which has no command line: only what is in its environment.
#[derive(Debug, Parser)]
struct OfFunction {
    #[command(flatten)]
    global: Global,
}

fn after_long_help() -> String {
    format!(
        "Examples:\n  \
         quell demo                              see it all on a simulated account\n  \
         quell config example > quell.toml       begin a configuration\n  \
         quell explain alert.json                what would be done about this alert, and why\n  \
         quell serve                             take alerts by HTTP\n\n\
         In AWS Lambda the same binary, named `bootstrap`, takes alerts from SNS, SQS, EventBridge and HTTP without any command.\n\n{}",
        Exit::help()
    )
}

/// What applies to every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The configuration [default: $QUELL_CONFIG, ./quell.toml, /etc/quell/quell.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to log on standard error: error, warn, info, debug, trace, or a filter such as `info,quell::sandbox=debug`
    /// [default: info for `quell serve` and in Lambda, warn for the others]
    #[arg(long, global = true, value_name = "LEVEL", env = "QUELL_LOG", hide_env_values = true)]
    pub log: Option<LogFilter>,
    /// When to use colour: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub color: Color,
    /// The deployed Lambda function, by its name or ARN, to be asked about what it has in force
    #[arg(
        long,
        global = true,
        value_name = "FUNCTION",
        env = "QUELL_LAMBDA",
        hide_env_values = true
    )]
    pub lambda: Option<String>,
}

impl Global {
    /// Whom a command asks: the function that is named, or the Quell of the configuration.
    pub fn operator(&self) -> Result<Operator, Failure> {
        match &self.lambda {
            Some(name) => Operator::function(name).or_its_exit(),
            None => Ok(Operator::Here(Box::new(self.config()?))),
        }
    }

    /// The configuration that this process is to use.
    pub fn config(&self) -> Result<Config, Failure> {
        Ok(self.config_and_its_file()?.1)
    }

    /// The configuration that this process is to use, after the file that it was read from.
    pub fn config_and_its_file(&self) -> Result<(PathBuf, Config), Failure> {
        let (path, config) = Config::find(self.config.as_deref()).or_exit(Exit::Configuration)?;
        tracing::debug!(path = %path.display(), "configuration read");
        Ok((path, config))
    }
}

/// The commands. Each is described where it is: its documentation is its help.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "clap would show what is written here in place of the command's own help"
)]
pub enum Command {
    Serve(serve::Serve),
    Explain(explain::Explain),
    Holds(holds::Holds),
    Release(release::Release),
    Pardons(pardons::Pardons),
    NeverBlock(never_block::NeverBlock),
    Extend(extend::Extend),
    Approvals(approvals::Approvals),
    Approve(approve::Approve),
    Reject(reject::Reject),
    Budgets(budgets::Budgets),
    Pause(pause::Pause),
    Resume(resume::Resume),
    Converge(converge::Converge),
    PutBack(put_back::PutBack),
    Capacity(capacity::Capacity),
    Doctor(doctor::Doctor),
    Recordings(recordings::Recordings),
    Journal(journal::JournalCommand),
    Replay(replay::Replay),
    Demo(demo::Demo),
    Plugin(plugin::PluginCommand),
    Bundle(bundle::Bundle),
    Config(config::ConfigCommand),
    Completions(completions::Completions),
    Version(version::Version),
}

impl Command {
    /// What is logged unless the user says otherwise. Only the daemon tells its story in the log; the others answer, and log lines would talk over that.
    pub fn default_log(&self) -> LogFilter {
        match self {
            Self::Serve(_) => LogFilter::default(),
            // That attackers are not covered is its story, and no warning.
            Self::Demo(_) => LogFilter::errors(),
            _ => LogFilter::warnings(),
        }
    }

    /// Whether a deployed function can be asked it.
    pub fn is_for_functions(&self) -> bool {
        match self {
            Self::Holds(_)
            | Self::Release(_)
            | Self::Pardons(_)
            | Self::NeverBlock(_)
            | Self::Extend(_)
            | Self::Approvals(_)
            | Self::Approve(_)
            | Self::Reject(_)
            | Self::Budgets(_)
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Converge(_)
            | Self::PutBack(_)
            | Self::Capacity(_) => true,
            Self::Plugin(plugin) => plugin.is_list(),
            _ => false,
        }
    }

    /// What its log looks like.
    pub fn log_format(&self) -> LogFormat {
        match self {
            Self::Serve(_) => LogFormat::of_service(),
            _ => LogFormat::of_command(),
        }
    }

    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Serve(serve) => serve.run(global).await,
            Self::Explain(explain) => explain.run(global).await,
            Self::Holds(holds) => holds.run(global).await,
            Self::Release(release) => release.run(global).await,
            Self::Pardons(pardons) => pardons.run(global).await,
            Self::NeverBlock(never_block) => never_block.run(global).await,
            Self::Extend(extend) => extend.run(global).await,
            Self::Approvals(approvals) => approvals.run(global).await,
            Self::Approve(approve) => approve.run(global).await,
            Self::Reject(reject) => reject.run(global).await,
            Self::Budgets(budgets) => budgets.run(global).await,
            Self::Pause(pause) => pause.run(global).await,
            Self::Resume(resume) => resume.run(global).await,
            Self::Converge(converge) => converge.run(global).await,
            Self::PutBack(put_back) => put_back.run(global).await,
            Self::Capacity(capacity) => capacity.run(global).await,
            Self::Doctor(doctor) => doctor.run(global).await,
            Self::Recordings(recordings) => recordings.run(global).await,
            Self::Journal(journal) => journal.run(global).await,
            Self::Replay(replay) => replay.run(global).await,
            Self::Demo(demo) => demo.run(global).await,
            Self::Plugin(plugin) => plugin.run(global).await,
            Self::Bundle(bundle) => bundle.run(global).await,
            Self::Config(config) => config.run(global).await,
            Self::Completions(completions) => completions.run(),
            Self::Version(version) => version.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Quell::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example_in_its_help() {
        for command in Quell::command()
            .get_subcommands_mut()
            .filter(|command| command.get_name() != "version")
        {
            let help = command.render_long_help().to_string();
            let example = format!("quell {}", command.get_name());
            assert!(help.contains("Example") && help.contains(&example), "{help}");
        }
    }
}
