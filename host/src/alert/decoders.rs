//! The decoders in force: those that Quell has, and those that the configuration describes.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Alert, DecodeError, Detector, Observation, body, guardduty, mapping::Mapping, object::elements, security_hub,
    stealthwatch,
};

/// Reads alerts of every detector that is known. The only way from bytes to an [`Alert`].
#[derive(Debug, Clone, Default)]
pub struct Decoders {
    mappings: Arc<BTreeMap<Detector, Mapping>>,
}

impl Decoders {
    /// The decoders that Quell has, and one for each of these detectors.
    pub fn new(mappings: impl IntoIterator<Item = (Detector, Mapping)>) -> Self {
        Self {
            mappings: Arc::new(mappings.into_iter().collect()),
        }
    }

    /// All detectors that are known.
    pub fn detectors(&self) -> impl Iterator<Item = Detector> + '_ {
        Detector::BUILT_IN.into_iter().chain(self.mappings.keys().copied())
    }

    /// The detector of this name, if it is known.
    pub fn detector(&self, name: &str) -> Option<Detector> {
        self.detectors().find(|detector| detector.name() == name)
    }

    /// How the alerts of a detector that the configuration names are read.
    pub fn mapping(&self, detector: Detector) -> Option<&Mapping> {
        self.mappings.get(&detector)
    }

    /// The texts of the alerts that a body has: one, or several if it is a list, JSON by the line, or an event with several findings. A body may be gzip. An
    /// element that is no alert is among them; [`Self::decode`] says what is wrong with it.
    ///
    /// # Errors
    /// If the body is not text, or more than is taken.
    pub fn alerts_in(&self, detector: Detector, body: &[u8]) -> Result<Vec<String>, DecodeError> {
        let text = body::text(body)?;
        let mut alerts = Vec::new();
        for document in body::documents(&text) {
            alerts.extend(self.alerts_of(detector, document));
            if alerts.len() > body::MOST_ALERTS {
                return Err(DecodeError::TooMany {
                    limit: body::MOST_ALERTS,
                });
            }
        }
        Ok(alerts)
    }

    fn alerts_of(&self, detector: Detector, document: &str) -> Vec<String> {
        let list = match detector {
            Detector::StealthwatchCloud => stealthwatch::alerts(document),
            Detector::GuardDuty => guardduty::findings(document),
            Detector::SecurityHub => security_hub::findings(document),
            Detector::Mapped(_) => self.mapping(detector).and_then(|mapping| mapping.alerts(document)),
        };
        match (list, elements(document)) {
            (Some(alerts), _) => alerts,
            (None, Some(elements)) => elements.into_iter().map(str::to_owned).collect(),
            (None, None) => vec![document.to_owned()],
        }
    }

    /// Reads one alert.
    ///
    /// # Errors
    /// If it is none, or the detector is not known.
    pub fn decode(&self, detector: Detector, bytes: &[u8]) -> Result<Alert, DecodeError> {
        match detector {
            Detector::StealthwatchCloud => stealthwatch::decode(bytes),
            Detector::GuardDuty => guardduty::decode(bytes),
            Detector::SecurityHub => security_hub::decode(bytes),
            Detector::Mapped(_) => self.mapping_of(detector)?.decode(detector, bytes),
        }
    }

    /// The observations that an alert carries in itself. None if its detector has to be asked for them.
    pub fn observations(&self, alert: &Alert) -> Option<Result<Vec<Observation>, DecodeError>> {
        match alert.detector {
            Detector::StealthwatchCloud => None,
            Detector::GuardDuty => Some(guardduty::observations::observations(alert)),
            Detector::SecurityHub => Some(security_hub::observations(alert)),
            Detector::Mapped(_) => Some(
                self.mapping_of(alert.detector)
                    .and_then(|mapping| mapping.observations(alert)),
            ),
        }
    }

    fn mapping_of(&self, detector: Detector) -> Result<&Mapping, DecodeError> {
        self.mapping(detector).ok_or(DecodeError::NoDetector(detector))
    }
}
