//! Checks across keys: what serde can't see, because each value alone is fine.

use super::{
    document::Document,
    path::Path,
    problem::Problem,
    secret::{self, Secret, SecretKeys},
    suggestion,
};
use crate::{alert::Detector, duration::HumanDuration};

/// Collects what is wrong, with where it stands.
pub(super) struct Checks<'document> {
    document: &'document Document<'document>,
    directory: &'document std::path::Path,
    detectors: Vec<Detector>,
    problems: Vec<Problem>,
}

impl<'document> Checks<'document> {
    /// Checks of a document whose file stands in `directory`.
    pub(super) fn new(document: &'document Document<'document>, directory: &'document std::path::Path) -> Self {
        Self {
            document,
            directory,
            detectors: Detector::BUILT_IN.to_vec(),
            problems: Vec::new(),
        }
    }

    /// Notes that something is wrong at a key.
    pub(super) fn fail(&mut self, at: &Path, message: impl Into<String>, remedy: impl Into<String>) {
        self.note(at, message.into(), remedy.into(), false);
    }

    /// Notes that something is wrong at a key, and keeps its value unseen: it may be a secret that was written in the wrong place.
    pub(super) fn fail_unseen(&mut self, at: &Path, message: impl Into<String>, remedy: impl Into<String>) {
        self.note(at, message.into(), remedy.into(), true);
    }

    fn note(&mut self, at: &Path, message: String, remedy: String, may_be_secret: bool) {
        self.problems.push(Problem {
            message,
            remedy: Some(remedy),
            span: self.document.span(at),
            may_be_secret,
        });
    }

    /// Notes that these detectors are there too, beside those that Quell knows by itself.
    pub(super) fn know(&mut self, detectors: impl IntoIterator<Item = Detector>) {
        self.detectors.extend(detectors);
    }

    /// What names a detector must name one that is there: alerts of another never come.
    pub(super) fn detector(&mut self, at: &Path, detector: Detector) {
        if self.detectors.contains(&detector) {
            return;
        }
        let remedy = match suggestion::nearest(detector.name(), self.detectors.iter().map(Detector::name)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => {
                let known: Vec<_> = self.detectors.iter().map(ToString::to_string).collect();
                format!(
                    "known are: {}; for another one write a [[detector]] with its mapping",
                    known.join(", ")
                )
            }
        };
        self.fail(at, format!("there is no detector `{detector}`"), remedy);
    }

    /// A path of a file as the process can open it: paths are relative to the configuration file.
    pub(super) fn resolve(&self, path: &std::path::Path) -> std::path::PathBuf {
        self.directory.join(path)
    }

    /// A time-out of nothing would refuse everything.
    pub(super) fn positive(&mut self, at: &Path, duration: HumanDuration) {
        if duration.0.is_zero() {
            self.fail(
                at,
                format!("`{at}` is zero, so nothing would ever be in time"),
                "write `10s` if in doubt",
            );
        }
    }

    /// One secret from its four keys, of which at most one may be there. `what` is the beginning of their names, such as `key`.
    pub(super) fn secret(&mut self, here: &Path, what: &str, keys: SecretKeys) -> Option<Secret> {
        if let [first, .., last] = keys.given().as_slice() {
            self.fail(
                &here.join(&format!("{what}-{last}")),
                format!("both `{what}-{first}` and `{what}-{last}` are given in [{here}]"),
                "keep the one that is meant and take out the other",
            );
            return None;
        }
        // The value is not shown where it is wrong: it may be the secret itself.
        let mut read = |end: &str, text: String, read: fn(&str) -> Option<Secret>, is_not: &str, remedy: &str| {
            let secret = read(&text);
            if secret.is_none() {
                let key = format!("{what}-{end}");
                self.fail_unseen(&here.join(&key), format!("`{key}` in [{here}] is not {is_not}"), remedy);
            }
            secret
        };
        match keys {
            SecretKeys { env: Some(name), .. } => read(
                "env",
                name,
                |name| is_variable_name(name).then(|| Secret::Env(name.to_owned())),
                "the name of an environment variable",
                "write the variable's name, in capitals; the secret itself never stands here",
            ),
            SecretKeys { secret: Some(id), .. } => read(
                "secret",
                id,
                secret::secrets_manager,
                "the name or ARN of a secret in Secrets Manager",
                "write it as in `quell/stealthwatch`, or `quell/stealthwatch#api-key` for a key of the JSON that is kept there; the secret itself never stands here",
            ),
            SecretKeys {
                parameter: Some(name), ..
            } => read(
                "parameter",
                name,
                secret::parameter_store,
                "the name or ARN of a parameter in Parameter Store",
                "write it as in `/quell/stealthwatch-key`; the secret itself never stands here",
            ),
            SecretKeys { file, .. } => file.map(|path| Secret::File(self.resolve(&path))),
        }
    }

    /// Everything that was wrong.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}

/// Capitals only, although a system may allow more: a key that was pasted here must not be taken for a name, and shown.
fn is_variable_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    text.bytes().next().is_some_and(is_letter) && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
}
