//! Where messages come from, and whose alerts the configuration says that they are. Pure.
//!
//! What counts is what AWS says of where a message lay. What an envelope in it says of a topic could be written by whoever may send to the queue.

use crate::alert::Detector;

/// The queues and topics of which the configuration says whose alerts come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    named: Vec<(Source, Detector)>,
}

/// Where messages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A queue of SQS.
    Queue {
        /// Its region. None: the one that the function is in, for Lambda asks queues of no other.
        region: Option<String>,
        /// The account that it belongs to.
        account: String,
        /// Its name.
        name: String,
    },
    /// The ARN of a topic of SNS.
    Topic(String),
}

impl Sources {
    /// Whose alerts come from the queue or topic with this ARN. None if nobody said it: then each is looked at.
    pub fn detector(&self, arn: &str) -> Option<Detector> {
        let mut named = self.named.iter();
        named.find(|(source, _)| source.is(arn)).map(|&(_, detector)| detector)
    }
}

impl FromIterator<(Source, Detector)> for Sources {
    fn from_iter<I: IntoIterator<Item = (Source, Detector)>>(named: I) -> Self {
        Self {
            named: named.into_iter().collect(),
        }
    }
}

impl Source {
    fn is(&self, arn: &str) -> bool {
        match self {
            Self::Topic(topic) => topic == arn,
            Self::Queue { region, account, name } => {
                let parts: Vec<_> = arn.split(':').collect();
                let ["arn", _, "sqs", its_region, its_account, its_name] = parts.as_slice() else {
                    return false;
                };
                region.as_deref().is_none_or(|region| region == *its_region)
                    && account == its_account
                    && name == its_name
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(region: Option<&str>) -> Source {
        Source::Queue {
            region: region.map(str::to_owned),
            account: "111122223333".to_owned(),
            name: "wazuh".to_owned(),
        }
    }

    fn sources(named: impl IntoIterator<Item = Source>) -> Sources {
        let wazuh: Detector = "wazuh".parse().unwrap();
        named.into_iter().map(|source| (source, wazuh)).collect()
    }

    #[test]
    fn only_the_very_queue_or_topic_is_a_detectors_own() {
        let topic = Source::Topic("arn:aws:sns:eu-west-1:111122223333:wazuh".to_owned());
        let sources = sources([queue(Some("eu-west-1")), topic]);
        for own in [
            "arn:aws:sqs:eu-west-1:111122223333:wazuh",
            "arn:aws:sns:eu-west-1:111122223333:wazuh",
        ] {
            assert_eq!(sources.detector(own).unwrap().name(), "wazuh", "{own}");
        }
        for other in [
            "arn:aws:sqs:us-east-1:111122223333:wazuh",
            "arn:aws:sqs:eu-west-1:444455556666:wazuh",
            "arn:aws:sqs:eu-west-1:111122223333:wazuh-dead",
            "arn:aws:sqs:eu-west-1:111122223333:wazuh:1",
            "arn:aws:sns:us-east-1:111122223333:wazuh",
            "arn:aws:sns:eu-west-1:111122223333:wazuh:0a1b",
            "wazuh",
            "",
        ] {
            assert_eq!(sources.detector(other), None, "{other}");
        }
    }

    #[test]
    fn a_queue_whose_url_does_not_say_its_region_is_found_in_the_functions_own() {
        let sources = sources([queue(None)]);
        let found = sources.detector("arn:aws-cn:sqs:cn-north-1:111122223333:wazuh");
        assert_eq!(found.unwrap().name(), "wazuh");
    }
}
