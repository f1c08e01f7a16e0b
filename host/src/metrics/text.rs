//! The text: counters and state, as a monitoring system reads them.

use std::fmt;

use prometheus_client::encoding::text::{encode_eof, encode_registry};

use super::{Counters, State};

/// What the name of each metric begins with.
pub(super) const PREFIX: &str = "quell";

/// What the text is: OpenMetrics, the standard that grew out of Prometheus's own format.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters and state as OpenMetrics has them.
///
/// # Errors
/// Never, as far as the encoder is right: a text takes all that is written to it.
pub fn text(counters: &Counters, state: &State) -> Result<String, fmt::Error> {
    let mut text = String::new();
    encode_registry(&mut text, &state.registry())?;
    encode_registry(&mut text, &counters.registry)?;
    encode_eof(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        alert::Detector,
        metrics::{PluginState, Reception},
    };

    #[test]
    fn a_name_with_a_quotation_mark_in_it_can_not_end_its_label_and_forge_a_figure() {
        let state = State {
            plugins: vec![PluginState {
                name: "a\"} 1\nquell_paused 0 \\".to_owned(),
                ..PluginState::default()
            }],
            ..State::default()
        };
        let text = text(&Counters::default(), &state).unwrap();
        assert!(
            text.contains("quell_plugin_loaded{plugin=\"a\\\"} 1\\nquell_paused 0 \\\\\"} 0\n"),
            "{text}"
        );
    }

    #[test]
    fn a_detector_that_sent_nothing_is_told_with_zeros_so_that_its_first_alert_is_an_increase() {
        let counters = Counters::default();
        counters.expect(Detector::GuardDuty);
        counters.received(Detector::GuardDuty, Reception::Unreadable);
        let text = text(&counters, &State::default()).unwrap();
        let of = |outcome: &str| format!("quell_alerts_received_total{{detector=\"guardduty\",outcome=\"{outcome}\"}}");
        assert!(text.contains(&format!("{} 0\n", of("admitted"))), "{text}");
        assert!(text.contains(&format!("{} 1\n", of("unreadable"))), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
