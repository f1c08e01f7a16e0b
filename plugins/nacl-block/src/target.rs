//! Which instance is attacked, so that its network ACL can be found.

use std::net::IpAddr;

use quell_plugin::{AlertSource, FactError, Facts, Instance};

use crate::offender::Offender;

/// The source of an alert that is about no one device.
const NETWORK: &str = "Network";

/// How many names are asked for in one decision. Each may be an AWS call, and a host ends a decision that asks for too much.
const MOST_QUESTIONS: usize = 50;

/// The instances that are attacked.
#[derive(Debug, Default)]
pub struct Targets {
    /// The alert's source, if it is an instance. It is the target of every offender then.
    source: Option<Instance>,
    /// Otherwise the instances at the addresses that the observations name beside the offenders.
    attacked: Vec<(IpAddr, Instance)>,
    /// What the host said of names that no instance has.
    pub not_known: Vec<String>,
}

impl Targets {
    /// Ask for the alert's source: by its name, its addresses and its host names. If no instance has any of them, ask for what the offenders
    /// attacked.
    ///
    /// # Errors
    /// If the host can't or may not tell. That no instance is known is no error.
    pub fn find(source: &AlertSource, offenders: &[Offender], facts: &impl Facts) -> Result<Self, FactError> {
        let mut targets = Self::default();
        let mut questions = Questions {
            facts,
            asked: Vec::new(),
        };
        let names = [&source.name]
            .into_iter()
            .chain(&source.addresses)
            .chain(&source.host_names);
        for name in names.filter(|name| !name.is_empty() && *name != NETWORK) {
            targets.source = questions.ask(name, &mut targets.not_known)?;
            if targets.source.is_some() {
                return Ok(targets);
            }
        }
        for &address in offenders.iter().flat_map(|offender| &offender.attacked) {
            if let Some(instance) = questions.ask(&address.to_string(), &mut targets.not_known)? {
                targets.attacked.push((address, instance));
            }
        }
        Ok(targets)
    }

    /// All instances that were found.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.source
            .iter()
            .chain(self.attacked.iter().map(|(_, instance)| instance))
    }

    /// The instances that this offender attacked, each once.
    pub fn of(&self, offender: &Offender) -> Vec<&Instance> {
        let attacked = self
            .attacked
            .iter()
            .filter(|(address, _)| offender.attacked.contains(address));
        let mut instances: Vec<&Instance> = Vec::new();
        for instance in self.source.iter().chain(attacked.map(|(_, instance)| instance)) {
            if !instances.iter().any(|it| it.id == instance.id) {
                instances.push(instance);
            }
        }
        instances
    }
}

/// Asks for each name once, and not for too many.
struct Questions<'a, F> {
    facts: &'a F,
    asked: Vec<String>,
}

impl<F: Facts> Questions<'_, F> {
    fn ask(&mut self, name: &str, not_known: &mut Vec<String>) -> Result<Option<Instance>, FactError> {
        if self.asked.len() >= MOST_QUESTIONS || self.asked.iter().any(|it| it == name) {
            return Ok(None);
        }
        self.asked.push(name.to_owned());
        match self.facts.instance(name) {
            Ok(instance) => Ok(Some(instance)),
            Err(FactError::NotKnown(message)) => {
                not_known.push(message);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use quell_plugin::testing::{FakeFacts, alert, instance, observation};

    use super::*;
    use crate::offender;

    const WEB: &str = "i-0abc1234def567890";

    fn source(name: &str, addresses: &[&str], host_names: &[&str]) -> AlertSource {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        AlertSource {
            name: name.to_owned(),
            addresses: owned(addresses),
            host_names: owned(host_names),
        }
    }

    fn web() -> Instance {
        Instance {
            host_names: vec!["web.example.com".to_owned()],
            ..instance(WEB, "subnet-0a1b2c3d", &["10.0.1.20", "192.0.2.20"])
        }
    }

    fn offenders(raw: &[&str]) -> Vec<Offender> {
        let sides: Vec<_> = raw.iter().map(|raw| observation(raw).sides()).collect();
        offender::add_up(&sides)
    }

    #[rstest::rstest]
    #[case::its_id(source(WEB, &[], &[]))]
    #[case::its_address(source("192.0.2.20", &[], &[]))]
    #[case::its_host_name(source("web.example.com", &[], &[]))]
    #[case::an_address_beside_an_unknown_name(source("web", &["10.0.1.20"], &[]))]
    #[case::a_host_name_beside_an_unknown_name(source("web", &[], &["web.example.com"]))]
    fn the_source_is_found_by(#[case] source: AlertSource) {
        let facts = FakeFacts::default().with_instance(web());
        let targets = Targets::find(&source, &[], &facts).unwrap();
        assert_eq!(targets.instances().map(|it| it.id.as_str()).collect::<Vec<_>>(), [WEB]);
    }

    #[test]
    fn the_word_network_is_not_asked_for_but_what_was_scanned_is() {
        let facts =
            FakeFacts::default()
                .with_instance(web())
                .with_instance(instance("i-b", "subnet-b", &["10.0.1.21"]));
        let offenders = offenders(&[
            r#"{"scanner_ip": "203.0.113.7", "scanned_ip": "10.0.1.20"}"#,
            r#"{"scanner_ip": "203.0.113.7", "scanned_ip": "192.0.2.20"}"#,
            r#"{"scanner_ip": "203.0.113.8", "scanned_ip": "10.0.1.21"}"#,
            r#"{"scanner_ip": "203.0.113.9", "scanned_ip": "10.0.1.22", "cidr_range": "10.0.1.0/24"}"#,
        ]);
        let targets = Targets::find(&alert("", "Network").source, &offenders, &facts).unwrap();
        let of = |index: usize| {
            targets
                .of(&offenders[index])
                .iter()
                .map(|it| it.id.as_str())
                .collect::<Vec<_>>()
        };

        assert_eq!((of(0), of(1), of(2)), (vec![WEB], vec!["i-b"], vec![]));
        let asked = [
            "instance 10.0.1.20",
            "instance 192.0.2.20",
            "instance 10.0.1.21",
            "instance 10.0.1.22",
        ];
        assert_eq!(facts.asked(), asked);
    }

    #[test]
    fn a_scan_of_ten_thousand_addresses_does_not_ask_for_all_of_them() {
        let raw: Vec<_> = (0..10_000)
            .map(|it| {
                format!(
                    r#"{{"scanner_ip": "203.0.113.7", "scanned_ip": "10.0.{}.{}"}}"#,
                    it / 250,
                    it % 250
                )
            })
            .collect();
        let raw: Vec<_> = raw.iter().map(String::as_str).collect();
        let facts = FakeFacts::default();
        Targets::find(&alert("", "Network").source, &offenders(&raw), &facts).unwrap();
        assert_eq!(facts.asked().len(), MOST_QUESTIONS);
    }

    #[test]
    fn that_the_host_may_not_ask_is_not_taken_for_there_being_no_instance() {
        let denied = FactError::NotPermitted("ec2:DescribeInstances".to_owned());
        let facts = FakeFacts::default().with_error("instance", denied.clone());
        assert_eq!(Targets::find(&source(WEB, &[], &[]), &[], &facts).unwrap_err(), denied);
    }
}
