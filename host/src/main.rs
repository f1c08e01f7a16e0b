//! The command `quell`, and the same binary as the `bootstrap` of a Lambda function.

use std::{env, process::ExitCode};

use clap::CommandFactory;
use quell::{
    command::{Global, Quell},
    exit::{Exit, Failure},
    telemetry::{self, LogFilter, LogFormat},
};
use tokio::runtime;

fn main() -> ExitCode {
    let quell = match is_function() {
        true => Quell::of_function(),
        false => Quell::read(),
    };
    quell.global.color.apply();
    let (filter, format) = match &quell.command {
        Some(command) => (command.default_log(), command.log_format()),
        None => (LogFilter::default(), LogFormat::of_service()),
    };
    telemetry::init(&quell.global.log.clone().unwrap_or(filter), format);
    match run(quell) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            anstream::eprintln!("{failure}");
            failure.exit().into()
        }
    }
}

/// Whether Lambda started this process.
fn is_function() -> bool {
    env::args_os().len() <= 1 && env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

fn run(quell: Quell) -> Result<Exit, Failure> {
    match quell.command {
        Some(command) => {
            let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(command.run(&quell.global))?;
        }
        None if is_function() => {
            // A function has one event at a time and a part of a processor: more threads would only have to be started.
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(lambda(&quell.global))?;
        }
        None => {
            anstream::eprintln!("{}", Quell::command().render_help().ansi());
            return Ok(Exit::Usage);
        }
    }
    Ok(Exit::Done)
}

/// The Lambda function: alerts come from the Lambda runtime, one event at a time.
#[cfg(feature = "aws")]
async fn lambda(global: &Global) -> Result<(), Failure> {
    use std::sync::Arc;

    use quell::{clock::GivenTime, door::lambda, exit::OrItsExit, setup};

    let config = global.config()?;
    let clock = Arc::new(GivenTime::none());
    let (host, _writer) = Box::pin(setup::function_host(&config, &clock)).await.or_its_exit()?;
    let (sources, web) = (setup::sources(&config), setup::web_options(&config));
    let ended = lambda::run(Arc::new(host), clock, sources, web, &config.journal.store).await;
    ended.map_err(|error| Failure::new(Exit::Failed, error))
}

/// Without the AWS side there is no Lambda function.
#[cfg(not(feature = "aws"))]
async fn lambda(_: &Global) -> Result<(), Failure> {
    let error = Failure::new(
        Exit::Failed,
        "this binary was built without the `aws` feature and can't be a Lambda function",
    );
    Err(error.with_remedy("build it with the default features"))
}
