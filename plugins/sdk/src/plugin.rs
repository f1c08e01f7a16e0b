//! The trait that a plugin is, and the way from the contract's functions to it.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::{
    Decision, Description, Facts, Failure, Request, SettingsProblem, bindings::exports::quell::plugin::decider::Guest,
    fact::Host, log, settings,
};

/// A plugin. Give it to [`export!`](crate::export) and the crate is one. The crate's documentation has a whole example.
///
/// There is no `self`: each call comes in a fresh instance, so there is nothing to remember.
pub trait Plugin {
    /// Its settings. Read from a JSON object, so derive `Deserialize` with `rename_all = "kebab-case"`, `default` and `deny_unknown_fields`;
    /// an operator's slip is then told with its place and the plugin never sees it.
    type Settings: DeserializeOwned;

    /// What it is and needs.
    fn describe() -> Description;

    /// What is wrong with settings that are well-formed: a time of zero, a prefix that is none. All problems at once.
    fn check(settings: &Self::Settings) -> Vec<SettingsProblem> {
        let _ = settings;
        Vec::new()
    }

    /// Decide what to do about one alert. The settings have passed [`Plugin::check`].
    ///
    /// # Errors
    /// If it could not decide. To do nothing for a good reason is no error but [`Decision::nothing`]. A fact that could not be had turns into
    /// [`Failure::Facts`] with `?`.
    fn decide(request: &Request, settings: &Self::Settings, facts: &impl Facts) -> Result<Decision, Failure>;
}

/// Make the crate a plugin: generates what the host calls. Once in a crate, with a type that is a [`Plugin`].
///
/// On any other target than WebAssembly, as in tests, it generates nothing.
///
/// ```
/// use quell_plugin::{Decision, Description, Facts, Failure, Plugin, Request};
///
/// struct Idle;
///
/// impl Plugin for Idle {
///     type Settings = std::collections::BTreeMap<String, String>;
///
///     fn describe() -> Description {
///         Description::new("idle", "1.0.0", "Does nothing.")
///     }
///
///     fn decide(_: &Request, _: &Self::Settings, _: &impl Facts) -> Result<Decision, Failure> {
///         Ok(Decision::nothing("this plugin never does anything"))
///     }
/// }
///
/// quell_plugin::export!(Idle);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            type Exported = $crate::Exported<$plugin>;
    $crate::bindings::export_bindings!(Exported with_types_in $crate::bindings);
        };
    };
}

/// A [`Plugin`] in the shape that the generated bindings ask for.
#[doc(hidden)]
pub struct Exported<P>(PhantomData<P>);

impl<P: Plugin> Guest for Exported<P> {
    fn describe() -> Description {
        log::install_panic_hook();
        P::describe()
    }

    fn validate_settings(settings: String) -> Result<(), Vec<SettingsProblem>> {
        log::install_panic_hook();
        checked_settings::<P>(&settings).map(drop)
    }

    fn decide(request: Request) -> Result<Decision, Failure> {
        log::install_panic_hook();
        decide::<P>(&request, &Host)
    }
}

/// Read and check settings.
pub(crate) fn checked_settings<P: Plugin>(text: &str) -> Result<P::Settings, Vec<SettingsProblem>> {
    let settings = settings::parse(text)?;
    let problems = P::check(&settings);
    if problems.is_empty() {
        Ok(settings)
    } else {
        Err(problems)
    }
}

/// Decide with the settings that the request carries.
pub(crate) fn decide<P: Plugin>(request: &Request, facts: &impl Facts) -> Result<Decision, Failure> {
    let settings = checked_settings::<P>(&request.settings).map_err(|problems| {
        let told: Vec<_> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.path, problem.message))
            .collect();
        Failure::Settings(told.join("; ").trim().to_owned())
    })?;
    P::decide(request, &settings, facts)
}
