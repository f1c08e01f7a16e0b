//! A case: something that AWS does, and how to see whether a cloud does it.

use std::{fmt::Debug, pin::Pin, str::FromStr};

use quell::cloud::{Cloud, CloudError, Fault};
use quell_tests::scene::Scene;

/// Nothing if the cloud did what AWS does, otherwise what it did.
pub(crate) type Outcome = Result<(), String>;

/// A running case.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// One case. It has a fresh scene for itself.
pub(crate) struct Case {
    /// What AWS does.
    pub(crate) name: &'static str,
    /// Tries it.
    pub(crate) run: for<'a> fn(&'a dyn Cloud, &'a Scene) -> Running<'a>,
}

/// Makes a case of a name and a body that uses `cloud` and `scene`.
macro_rules! case {
    ($name:literal, |$cloud:ident, $scene:ident| $body:block) => {
        $crate::case::Case {
            name: $name,
            run: |$cloud, $scene| Box::pin(async move { $body }),
        }
    };
}
pub(crate) use case;

/// What a call does that should have failed.
pub(crate) const DONE: &str = "it is done all the same";

/// A call that has to work.
pub(crate) fn works<T>(result: Result<T, CloudError>) -> Result<T, String> {
    result.map_err(|error| code(&error.fault).to_owned())
}

/// A call that has to fail with this code.
pub(crate) fn fails<T: Debug>(result: Result<T, CloudError>, expected: &str) -> Outcome {
    match result {
        Ok(_) => Err(DONE.to_owned()),
        Err(error) if code(&error.fault) == expected => Ok(()),
        Err(error) => Err(code(&error.fault).to_owned()),
    }
}

/// Two things that have to be equal.
pub(crate) fn equal<T: Debug + PartialEq>(found: &T, expected: &T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(format!("{found:?}, not {expected:?}"))
}

/// A text of the suite as what it stands for.
pub(crate) fn read<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("the suite itself is wrong: `{text}`"))
}

fn code(fault: &Fault) -> &str {
    match fault {
        Fault::EntryExists { .. } => "NetworkAclEntryAlreadyExists",
        Fault::EntryLimit { .. } => "NetworkAclEntryLimitExceeded",
        Fault::Unreachable { .. } => "no answer",
        Fault::NotFound { code, .. }
        | Fault::Duplicate { code, .. }
        | Fault::WrongState { code, .. }
        | Fault::Denied { code, .. }
        | Fault::Throttled { code, .. }
        | Fault::Invalid { code, .. }
        | Fault::Other { code, .. } => code,
    }
}
