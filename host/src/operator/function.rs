//! A deployed function, asked by Invoke.

use std::{error::Error, time::Duration};

use aws_config::{Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_lambda::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::invoke::{InvokeError, InvokeOutput},
    primitives::Blob,
};
use backon::{ExponentialBuilder, Retryable};
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::{
    alert::printable::printable_lines,
    cloud::aws::environment,
    door::invocation::command::{Answer, Asked, Command},
    exit::{Classified, Exit},
    hold::{HoldFilter, Pardon},
    way::{
        listing::Listing,
        order::{Done, Order},
    },
};

/// How long a function may take: as long as Lambda lets one run ("Configure Lambda function timeout"), and some more for the way.
const PATIENCE: Duration = Duration::from_secs(15 * 60 + 10);
/// How often the function is asked while Lambda has no room for it.
const TRIES: usize = 6;
/// How Lambda says that the function did not run and may in a moment. Whatever else fails is not tried again: the order may be carried out.
const NOT_YET: [&str; 5] = [
    "TooManyRequestsException",
    "ThrottlingException",
    "EC2ThrottledException",
    "ResourceConflictException",
    "ResourceNotReadyException",
];

/// A deployed function.
pub struct Function {
    name: String,
    client: OnceCell<Client>,
}

/// Why a function did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum FunctionError {
    /// It is not there.
    #[error(
        "there is no function `{name}` in this account and region; name it with --lambda by its name or, in another region, by its ARN"
    )]
    NotThere {
        /// Its name.
        name: String,
    },
    /// It may not be invoked.
    #[error("these credentials may not invoke function `{name}`: allow them lambda:InvokeFunction on it")]
    NotPermitted {
        /// Its name.
        name: String,
        /// What Lambda says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Lambda has no room for it.
    #[error("function `{name}` could not run, {TRIES} times in a row; try again later")]
    NotYet {
        /// Its name.
        name: String,
        /// What Lambda says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Lambda can't be asked, or does not answer.
    #[error("function `{name}` can't be asked; what was ordered may be done all the same, `quell holds` shows it")]
    Unreachable {
        /// Its name.
        name: String,
        /// What the SDK says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It failed: it ran out of time, ended, or is no Quell.
    #[error("function `{name}` failed: {message}")]
    Failed {
        /// Its name.
        name: String,
        /// Its own words.
        message: String,
    },
    /// It says no.
    #[error("{message}")]
    Refused {
        /// How the command ends.
        exit: Exit,
        /// Its own words.
        message: String,
    },
    /// Its answer can't be read.
    #[error("function `{name}` answers what this Quell does not understand; is it a Quell, and of the same version?")]
    Strange {
        /// Its name.
        name: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// Its answer is not to what it was asked.
    #[error("function `{name}` answers another question than it was asked; is it of the same version?")]
    Another {
        /// Its name.
        name: String,
    },
}

impl Classified for FunctionError {
    fn exit(&self) -> Exit {
        match self {
            Self::Refused { exit, .. } => *exit,
            Self::NotThere { .. } => Exit::Configuration,
            _ => Exit::Failed,
        }
    }
}

impl Function {
    /// A function by its name or ARN. Nothing is called yet.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            client: OnceCell::new(),
        }
    }

    pub(super) async fn carry(&self, order: Order) -> Result<Done, FunctionError> {
        match self.ask(&Command::Order(order)).await? {
            Answer::Done(done) => Ok(done),
            other => Err(self.no_answer(other)),
        }
    }

    pub(super) async fn holds(&self, filter: HoldFilter) -> Result<Listing, FunctionError> {
        match self.ask(&Command::Holds(filter)).await? {
            Answer::Holds(listing) => Ok(listing),
            other => Err(self.no_answer(other)),
        }
    }

    pub(super) async fn pardons(&self) -> Result<Vec<Pardon>, FunctionError> {
        match self.ask(&Command::Pardons).await? {
            Answer::Pardons(pardons) => Ok(pardons),
            other => Err(self.no_answer(other)),
        }
    }

    fn no_answer(&self, answer: Answer) -> FunctionError {
        match answer {
            Answer::Refused(refusal) => FunctionError::Refused {
                exit: refusal.exit(),
                message: printable_lines(&refusal.message),
            },
            _ => FunctionError::Another {
                name: self.name.clone(),
            },
        }
    }

    async fn ask(&self, command: &Command) -> Result<Answer, FunctionError> {
        let strange = |source| FunctionError::Strange {
            name: self.name.clone(),
            source,
        };
        let event = serde_json::to_vec(&Asked { quell: command }).map_err(strange)?;
        let client = self.client.get_or_init(|| client(region_of(&self.name))).await;
        let invoke = || {
            let invoke = client
                .invoke()
                .function_name(&self.name)
                .payload(Blob::new(event.clone()));
            invoke.send()
        };
        let waits = ExponentialBuilder::default().with_jitter().with_max_times(TRIES - 1);
        let output = invoke
            .retry(waits)
            .when(is_not_yet)
            .await
            .map_err(|error| self.refused(error))?;
        self.answer(&output)
    }

    fn answer(&self, output: &InvokeOutput) -> Result<Answer, FunctionError> {
        let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
        // Lambda says so in a header; the error is told by its form too, as the emulator does.
        match serde_json::from_slice::<Broken>(payload) {
            Ok(broken) => Err(FunctionError::Failed {
                name: self.name.clone(),
                message: printable_lines(&broken.error_message),
            }),
            Err(_) if output.function_error().is_some() => Err(FunctionError::Failed {
                name: self.name.clone(),
                message: printable_lines(&String::from_utf8_lossy(payload)),
            }),
            Err(_) => serde_json::from_slice(payload).map_err(|source| FunctionError::Strange {
                name: self.name.clone(),
                source,
            }),
        }
    }

    fn refused(&self, error: SdkError<InvokeError>) -> FunctionError {
        let name = self.name.clone();
        match error.code() {
            Some("ResourceNotFoundException") => FunctionError::NotThere { name },
            Some("AccessDeniedException") => FunctionError::NotPermitted {
                name,
                source: error.into(),
            },
            _ if is_not_yet(&error) => FunctionError::NotYet {
                name,
                source: error.into(),
            },
            _ => FunctionError::Unreachable {
                name,
                source: error.into(),
            },
        }
    }
}

/// A function's error, as Lambda words it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Broken {
    error_message: String,
}

fn is_not_yet(error: &SdkError<InvokeError>) -> bool {
    error.code().is_some_and(|code| NOT_YET.contains(&code))
}

async fn client(region: Option<&str>) -> Client {
    let config = environment().await;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_timeout(PATIENCE);
    let mut builder = aws_sdk_lambda::config::Builder::from(&config)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.build());
    if let Some(region) = region {
        builder = builder.region(Region::new(region.to_owned()));
    }
    Client::from_conf(builder.build())
}

/// The region that an ARN names.
fn region_of(name: &str) -> Option<&str> {
    let mut parts = name.split(':');
    let is_arn = parts.next() == Some("arn") && parts.nth(1) == Some("lambda");
    is_arn
        .then(|| parts.next())
        .flatten()
        .filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_in_another_region_is_asked_there() {
        assert_eq!(
            region_of("arn:aws:lambda:eu-west-1:111122223333:function:quell"),
            Some("eu-west-1")
        );
        for name in [
            "quell",
            "111122223333:function:quell",
            "arn:aws:sns:eu-west-1:111122223333:quell",
        ] {
            assert_eq!(region_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_function_answers_its_error_and_it_is_told() {
        let function = Function::named("quell");
        let answer = |payload: &str| {
            let output = InvokeOutput::builder().payload(Blob::new(payload.as_bytes())).build();
            function.answer(&output).map_err(|error| error.to_string())
        };
        insta::assert_snapshot!(answer(r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}"#).unwrap_err(), @"function `quell` failed: RequestId: 1 Error: Task timed out after 3.00 seconds");
        insta::assert_snapshot!(answer(r#"{"hello":"world"}"#).unwrap_err(), @"function `quell` answers what this Quell does not understand; is it a Quell, and of the same version?");
        assert_eq!(answer(r#"{"pardons":[]}"#), Ok(Answer::Pardons(Vec::new())));
    }

    #[test]
    fn a_refusal_ends_the_command_as_it_would_here() {
        let refused: Answer =
            serde_json::from_str(r#"{"refused":{"exit":5,"message":"hold 42 is not in force"}}"#).unwrap();
        let error = Function::named("quell").no_answer(refused);
        assert_eq!(
            (error.exit(), error.to_string().as_str()),
            (Exit::NotFound, "hold 42 is not in force")
        );
    }
}
