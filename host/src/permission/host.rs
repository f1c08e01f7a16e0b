//! What the credentials that Quell runs with need for Quell itself, beside its work in the accounts that are protected.

use std::collections::BTreeSet;

use super::{checkpoint, door, grant::Condition, table::Table};
use crate::{
    config::{Config, Ends, Mode, Secret},
    doctor::household::secrets_of,
};

/// Some actions that IAM has to allow on something that Quell itself uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostGrant {
    /// What it is for, as the statement's `Sid`. Grants with the same have the same conditions.
    pub sid: &'static str,
    /// The actions, such as `ssm:GetParameter`.
    pub actions: BTreeSet<&'static str>,
    /// On what.
    pub resource: HostResource,
    /// Under which conditions, all of them.
    pub conditions: Vec<Condition>,
}

/// Something that Quell itself uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostResource {
    /// This.
    Arn(String),
    /// This queue of SQS.
    Queue {
        /// Where it is. None: in the region that Quell runs in.
        region: Option<String>,
        /// Whose it is.
        account: String,
        /// Its name.
        name: String,
    },
    /// What has this name in the account that Quell runs in.
    Named {
        /// Such as `ssm`.
        service: &'static str,
        /// Where it is. None: in the region that Quell runs in, which the configuration does not say.
        region: Option<String>,
        /// Such as `parameter/quell/key`.
        name: String,
    },
}

impl HostResource {
    /// Its ARN. What is not known of it is left open.
    pub(super) fn arn(&self, partition: &str, account: Option<&str>) -> String {
        match self {
            Self::Arn(arn) => arn.clone(),
            Self::Queue { region, account, name } => {
                format!(
                    "arn:{partition}:sqs:{}:{account}:{name}",
                    region.as_deref().unwrap_or("*")
                )
            }
            Self::Named { service, region, name } => {
                let (region, account) = (region.as_deref().unwrap_or("*"), account.unwrap_or("*"));
                format!("arn:{partition}:{service}:{region}:{account}:{name}")
            }
        }
    }
}

/// All that a configuration leads to.
pub(super) fn grants(config: &Config) -> Vec<HostGrant> {
    let places: Vec<_> = secrets_of(config).into_iter().map(|(_, secret)| secret).collect();
    let region = config.secrets.region.as_ref().map(ToString::to_string);
    let mut grants: Vec<_> = places
        .iter()
        .filter_map(|place| secret(place, region.as_deref()))
        .collect();
    if !grants.is_empty() {
        grants.extend(config.secrets.kms_keys.iter().map(|arn| decrypt(arn.as_str(), &places)));
    }
    grants.extend(Table::of(&config.journal.store).map(|table| table.grant()));
    grants.extend(delay_queue(&config.ends));
    grants.extend(door::grants(config));
    grants.extend(door::lists(config));
    grants.extend(config.checkpoints.iter().flat_map(checkpoint::grants));
    if let (Some(told), Mode::Enforce) = (&config.feedback.security_hub, config.mode) {
        let region = told.region.as_ref().map(ToString::to_string);
        // The call for findings in OCSF goes by the same action, on the other kind of hub.
        grants.extend(["hub/default", "hubv2/*"].map(|name| HostGrant {
            sid: "TellSecurityHub",
            actions: ["securityhub:BatchUpdateFindings"].into(),
            resource: HostResource::Named {
                service: "securityhub",
                region: region.clone(),
                name: name.to_owned(),
            },
            conditions: Vec::new(),
        }));
    }
    grants
}

/// The delay queue: word of ends is sent there, and Lambda fetches it with the function's role ("Using Lambda with Amazon SQS": the three actions of an event source mapping).
fn delay_queue(ends: &Ends) -> Option<HostGrant> {
    let (account, name) = ends.queue_of_account()?;
    Some(HostGrant {
        sid: "UseTheDelayQueue",
        actions: [
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ]
        .into(),
        resource: HostResource::Queue {
            region: ends.region().map(str::to_owned),
            account: account.to_owned(),
            name: name.to_owned(),
        },
        conditions: Vec::new(),
    })
}

fn secret(place: &Secret, region: Option<&str>) -> Option<HostGrant> {
    let named = |service, name| HostResource::Named {
        service,
        region: region.map(str::to_owned),
        name,
    };
    let (sid, action, resource) = match place {
        Secret::Env(_) | Secret::File(_) => return None,
        Secret::SecretsManager { id, .. } => {
            let resource = match id.starts_with("arn:") {
                true => HostResource::Arn(with_any_suffix(id)),
                false => named("secretsmanager", format!("secret:{id}-{SUFFIX}")),
            };
            ("ReadTheSecrets", "secretsmanager:GetSecretValue", resource)
        }
        Secret::ParameterStore(name) => {
            let resource = match name.split_once(":parameter") {
                Some((before, name)) => HostResource::Arn(format!("{before}:parameter{}", without_version(name))),
                None => named(
                    "ssm",
                    format!("parameter/{}", without_version(name).trim_start_matches('/')),
                ),
            };
            ("ReadTheParameters", "ssm:GetParameter", resource)
        }
    };
    Some(HostGrant {
        sid,
        actions: [action].into(),
        resource,
        conditions: Vec::new(),
    })
}

/// Secrets Manager gives each name a hyphen and six characters of its own in its ARN.
const SUFFIX: &str = "??????";

fn with_any_suffix(arn: &str) -> String {
    let is_suffix = |text: &str| text.len() == SUFFIX.len() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match arn.rsplit_once('-') {
        Some((_, suffix)) if is_suffix(suffix) => arn.to_owned(),
        _ => format!("{arn}-{SUFFIX}"),
    }
}

/// IAM knows a parameter, and none of its versions and labels.
fn without_version(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

/// A key that some of the secrets are encrypted with, only for the services that they are kept in.
fn decrypt(arn: &str, places: &[&Secret]) -> HostGrant {
    let region = arn.split(':').nth(3).unwrap_or_default();
    let services: BTreeSet<_> = places
        .iter()
        .filter_map(|place| match place {
            Secret::Env(_) | Secret::File(_) => None,
            Secret::SecretsManager { .. } => Some(format!("secretsmanager.{region}.amazonaws.com")),
            Secret::ParameterStore(_) => Some(format!("ssm.{region}.amazonaws.com")),
        })
        .collect();
    HostGrant {
        sid: "DecryptTheSecrets",
        actions: ["kms:Decrypt"].into(),
        resource: HostResource::Arn(arn.to_owned()),
        conditions: vec![Condition::equals("kms:ViaService", services)],
    }
}
