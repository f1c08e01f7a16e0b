//! A prefix that is never denied because somebody said so.

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overlaps;

/// A prefix that is never denied because somebody said so. In JSON the prefix alone, as a text, if nothing else is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Written", into = "Written")]
#[schemars(with = "Written")]
pub struct NeverBlock {
    /// The prefix.
    pub prefix: IpNet,
    /// Why, in the words of who said so.
    pub reason: Option<String>,
    /// When that ends. None: it does not.
    pub until: Option<Timestamp>,
    /// The name of the list that it stands in. None: the configuration itself.
    pub list: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Written {
    Prefix(#[schemars(with = "String")] IpNet),
    Entry(WrittenEntry),
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    #[schemars(with = "String")]
    prefix: IpNet,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list: Option<String>,
}

impl From<Written> for NeverBlock {
    fn from(written: Written) -> Self {
        match written {
            Written::Prefix(prefix) => prefix.into(),
            Written::Entry(WrittenEntry {
                prefix,
                reason,
                until,
                list,
            }) => Self {
                prefix,
                reason,
                until,
                list,
            },
        }
    }
}

impl From<NeverBlock> for Written {
    fn from(entry: NeverBlock) -> Self {
        match entry {
            NeverBlock {
                prefix,
                reason: None,
                until: None,
                list: None,
            } => Self::Prefix(prefix),
            NeverBlock {
                prefix,
                reason,
                until,
                list,
            } => Self::Entry(WrittenEntry {
                prefix,
                reason,
                until,
                list,
            }),
        }
    }
}

impl From<IpNet> for NeverBlock {
    /// As the configuration says it, for good and without a reason.
    fn from(prefix: IpNet) -> Self {
        Self {
            prefix,
            reason: None,
            until: None,
            list: None,
        }
    }
}

impl NeverBlock {
    /// Whether it counts at a time.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// Whether it counts at a time and shares an address with a prefix.
    pub fn forbids(&self, prefix: IpNet, now: Timestamp) -> bool {
        self.is_in_force(now) && overlaps(self.prefix, prefix)
    }

    /// Who never blocks it, and why: what stands behind “which” in a sentence.
    pub fn what(&self) -> String {
        let mut more = Vec::new();
        let who = match &self.list {
            None => {
                more.push("guard.never-block".to_owned());
                "the configuration".to_owned()
            }
            Some(list) => format!("the list {list}"),
        };
        more.extend(self.reason.clone());
        more.extend(self.until.map(|until| format!("until {until:.0}")));
        match more.as_slice() {
            [] => format!("{who} never blocks"),
            more => format!("{who} never blocks ({})", more.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> NeverBlock {
        NeverBlock {
            prefix: "198.51.100.0/24".parse().unwrap(),
            reason: Some("our partner".to_owned()),
            until: Some("2030-01-01T00:00:00Z".parse().unwrap()),
            list: Some("partners".to_owned()),
        }
    }

    #[test]
    fn a_plain_prefix_is_written_as_recordings_always_had_it() {
        let plain = NeverBlock::from("192.0.2.0/28".parse::<IpNet>().unwrap());
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#""192.0.2.0/28""#);
        for entry in [plain, entry()] {
            let there = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<NeverBlock>(&there).unwrap(), entry);
        }
    }

    #[test]
    fn it_counts_until_its_end_and_not_at_it() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let inside = "198.51.100.7/32".parse().unwrap();
        assert!(entry().forbids(inside, at("2029-12-31T23:59:59Z")));
        assert!(!entry().forbids(inside, at("2030-01-01T00:00:00Z")));
        assert!(!entry().forbids("198.51.101.7/32".parse().unwrap(), at("2029-01-01T00:00:00Z")));
    }

    #[test]
    fn who_is_refused_reads_who_said_so_why_and_until_when() {
        assert_eq!(
            entry().what(),
            "the list partners never blocks (our partner, until 2030-01-01T00:00:00Z)"
        );
    }
}
