//! Observations that were saved as the API answered, so that things can be tried out without it.

use std::{fmt::Display, fs, io, path::PathBuf};

use async_trait::async_trait;

use super::{
    error::Fault,
    page::{Listing, Page},
};
use crate::fact::{FactError, Observation, ObservationSource};

/// A directory with one file an alert, `<id>.json`: the API's answer to `observations/all/?alert=<id>`, in one page. A file is read when its alert is
/// decided on.
#[derive(Debug, Clone)]
pub struct SavedObservations {
    directory: PathBuf,
}

impl SavedObservations {
    /// Those in this directory.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

#[async_trait]
impl ObservationSource for SavedObservations {
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError> {
        // The id is the sender's own text, which must not lead out of the directory.
        if alert_id.is_empty()
            || !alert_id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            let why = "its id is no name of a file: only letters, digits and `-` are";
            return Err(FactError::NotKnown(format!("the observations of the alert: {why}")));
        }
        let file = self.directory.join(format!("{alert_id}.json"));
        let told = |why: &dyn Display| format!("the observations of alert {alert_id} in {}: {why}", file.display());
        let path = file.clone();
        let read = tokio::task::spawn_blocking(move || fs::read(path)).await;
        let bytes = read.map_err(io::Error::from).and_then(|read| read);
        let bytes = bytes.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FactError::NotKnown(told(&"there is no such file")),
            _ => FactError::Unavailable(told(&error)),
        })?;
        let mut listing = Listing::default();
        match Page::read(&bytes).and_then(|page| listing.add(page)) {
            Ok(None) => Ok(listing.finish()),
            Ok(Some(_)) => Err(FactError::Unavailable(told(
                &"this is one page of several; save all observations as one, with `meta.next` null",
            ))),
            Err(Fault::NotJson { found }) => {
                Err(FactError::Unavailable(told(&format_args!("it is {found}, not JSON"))))
            }
            Err(fault) => Err(FactError::Unavailable(told(&fault))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> SavedObservations {
        SavedObservations::in_directory(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/observations"))
    }

    #[tokio::test]
    async fn an_alerts_file_has_its_observations() {
        let observations = examples().observations("6125").await.unwrap();
        assert_eq!(observations.len(), 8);
        assert_eq!(observations[0].id, "27447");
    }

    #[tokio::test]
    async fn an_alert_without_a_file_is_not_known() {
        let error = examples().observations("1").await.unwrap_err();
        assert!(matches!(&error, FactError::NotKnown(why) if why.ends_with("1.json: there is no such file")));
    }

    #[tokio::test]
    async fn the_senders_id_leads_nowhere_else() {
        for id in ["../alerts/excessive-access", "", "/etc/passwd", "6125.json\0"] {
            let error = examples().observations(id).await.unwrap_err();
            assert!(
                matches!(&error, FactError::NotKnown(why) if why.contains("no name of a file")),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_not_whole_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let told = async |text: &str| {
            std::fs::write(directory.path().join("7.json"), text).unwrap();
            let error = SavedObservations::in_directory(directory.path())
                .observations("7")
                .await;
            let error = error.unwrap_err().to_string();
            error.replace(directory.path().to_str().unwrap(), "DIRECTORY")
        };
        insta::assert_snapshot!(told("").await, @"unavailable: the observations of alert 7 in DIRECTORY/7.json: it is empty, not JSON");
        insta::assert_snapshot!(told(r#"{"meta": {"next": "?offset=1"}, "objects": [{"id": 1}]}"#).await, @"unavailable: the observations of alert 7 in DIRECTORY/7.json: this is one page of several; save all observations as one, with `meta.next` null");
        insta::assert_snapshot!(told(r#"{"meta": {"total_count": 2}, "objects": [{"id": 1}]}"#).await, @"unavailable: the observations of alert 7 in DIRECTORY/7.json: this is one page of several; save all observations as one, with `meta.next` null");
    }
}
