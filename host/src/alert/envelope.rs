//! What people send by mistake: the thing that holds the alert.

use super::{error::DecodeError, object::Object};

/// Refuses an object that is known to hold alerts, with the remedy. One that is not known passes: its decoder says what it lacks.
pub(super) fn refuse(object: &Object<'_>) -> Result<(), DecodeError> {
    let (found, remedy) = if object.has("objects") {
        (
            "a list of the alerts API",
            "send each element of its `objects` as an alert of its own",
        )
    } else if object.has("Findings") || object.has("findings") {
        ("a list of findings", "send each of its findings as an alert of its own")
    } else if object.has("Message") && object.has("TopicArn") {
        ("an SNS notification", "send the text of its `Message`")
    } else if object.has("Records") {
        (
            "a Lambda event",
            "send the text of `Sns.Message` of each of its `Records` as an alert of its own",
        )
    } else {
        return Ok(());
    };
    Err(DecodeError::NotAnAlert { found, remedy })
}
