//! `[checkpoints]`: where it is kept, beside the journal, how far its ledger went.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    checks::Checks,
    door::is_bucket,
    path::Path,
    secret::{Secret, SecretKeys},
};
use crate::duration::HumanDuration;

/// Where, how often and by which key checkpoints are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoints {
    /// Where they are kept.
    pub place: CheckpointPlace,
    /// How often one is made.
    pub every: HumanDuration,
    /// Where the Ed25519 key that signs them is kept.
    pub key: Secret,
}

/// Where checkpoints are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointPlace {
    /// In a file, a line each, which is only ever made longer.
    File(PathBuf),
    /// In a bucket, an object each.
    Bucket {
        /// Its name.
        bucket: String,
        /// How the objects' keys begin.
        prefix: String,
        /// Its region. None: the one that the process is in.
        region: Option<String>,
        /// How long an object can't be removed, by object lock in compliance mode. None: as the bucket says.
        retain: Option<HumanDuration>,
    },
}

/// Where it is kept, beside the journal, how far its ledger went: who can write the journal must not be able to write there. In a file (`file`), or in an S3 bucket (`bucket`). `quell journal
/// verify --checkpoints` compares. No checkpoints are made if neither is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Checkpoints")]
pub(super) struct CheckpointsTable {
    /// The file, made if it is not there; a line is added for each checkpoint. Relative to the configuration file. Best on another machine's disk, or taken away by what takes logs away.
    pub(super) file: Option<PathBuf>,
    /// The name of the S3 bucket. Best in another account.
    pub(super) bucket: Option<String>,
    /// How the keys of the objects begin. Only with `bucket`.
    pub(super) prefix: Option<String>,
    /// The bucket's region, if it is not the one that Quell runs in.
    pub(super) region: Option<String>,
    /// How long an object can't be removed or changed by anybody: the bucket must have object lock. Only with `bucket`; if it is not given, what the bucket has by default.
    pub(super) retain: Option<HumanDuration>,
    /// How often one is made.
    pub(super) every: HumanDuration,
    /// The environment variable that holds the key that signs them: an Ed25519 key in PKCS#8 PEM, as `openssl genpkey -algorithm ed25519` makes it.
    pub(super) key_env: Option<String>,
    /// The file that holds that key and nothing else. Relative to the configuration file.
    pub(super) key_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is that key: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(super) key_secret: Option<String>,
    /// The parameter in Parameter Store that is that key: its name or ARN. It is decrypted.
    pub(super) key_parameter: Option<String>,
}

impl Default for CheckpointsTable {
    fn default() -> Self {
        Self {
            file: None,
            bucket: None,
            prefix: None,
            region: None,
            retain: None,
            every: HumanDuration::from_secs(60 * 60),
            key_env: None,
            key_file: None,
            key_secret: None,
            key_parameter: None,
        }
    }
}

/// The shortest time between two: a checkpoint names every chain.
const SHORTEST: u64 = 60;

impl CheckpointsTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<Checkpoints> {
        let keys = SecretKeys {
            env: self.key_env,
            file: self.key_file,
            secret: self.key_secret,
            parameter: self.key_parameter,
        };
        let is_key_given = !keys.is_empty();
        let key = checks.secret(here, "key", keys);
        let of_bucket = [
            ("prefix", self.prefix.is_some()),
            ("region", self.region.is_some()),
            ("retain", self.retain.is_some()),
        ];
        if self.bucket.is_none()
            && let Some((name, _)) = of_bucket.into_iter().find(|(_, is_there)| *is_there)
        {
            checks.fail(
                &here.join(name),
                format!("`{name}` is given in [{here}], and no `bucket`"),
                "name the `bucket`, or take it out",
            );
        }
        if self.every.0.as_secs() < SHORTEST {
            checks.fail(
                &here.join("every"),
                format!("`every` in [{here}] is shorter than a minute"),
                "write `1h` if in doubt",
            );
        }
        let place = match (self.file, self.bucket) {
            (Some(_), Some(_)) => {
                checks.fail(
                    &here.join("bucket"),
                    format!("both `file` and `bucket` are given in [{here}]"),
                    "keep the one that is meant and take out the other",
                );
                return None;
            }
            (Some(file), None) => CheckpointPlace::File(checks.resolve(&file)),
            (None, Some(bucket)) if !is_bucket(&bucket) => {
                checks.fail(
                    &here.join("bucket"),
                    format!("`bucket` in [{here}] is not the name of an S3 bucket"),
                    "write its name alone, without s3:// and without a key",
                );
                return None;
            }
            (None, Some(bucket)) => CheckpointPlace::Bucket {
                bucket,
                prefix: self.prefix.unwrap_or_default(),
                region: self.region,
                retain: self.retain,
            },
            (None, None) => {
                if is_key_given {
                    checks.fail(
                        here,
                        format!("a key is given in [{here}], and no place for checkpoints"),
                        "name a `file` or a `bucket`",
                    );
                }
                return None;
            }
        };
        if !is_key_given {
            checks.fail(
                here,
                format!("[{here}] names no key that signs"),
                "make one by `openssl genpkey -algorithm ed25519`, and name it by `key-file`, `key-env`, `key-secret` or `key-parameter`",
            );
        }
        Some(Checkpoints {
            place,
            every: self.every,
            key: key?,
        })
    }
}
