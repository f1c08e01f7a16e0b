//! What became of a delivery, for a person who asks with `Accept: text/plain`.

use axum::http::{HeaderMap, header};

use crate::{
    hold::{Delivery, DeliveryState},
    report::{Report, summary::count},
};

/// Whether the sender wants text. Who does not say gets JSON.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).into_iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|media_type| media_type.trim().eq_ignore_ascii_case("text/plain"))
}

/// How the delivery stands, and the report of its alert if there is one.
pub(super) fn told(delivery: &Delivery) -> String {
    let stands = format!(
        "delivery {}: {}, received {:.0}, {}",
        delivery.id,
        delivery.state.name(),
        delivery.received,
        count(delivery.attempts as usize, "attempt")
    );
    let next = match delivery.state {
        DeliveryState::Waiting { not_before } => format!(", next not before {not_before:.0}"),
        DeliveryState::Done | DeliveryState::Failed => String::new(),
    };
    let report = report(&delivery.report);
    format!("{stands}{next}\n{}", anstream::adapter::strip_str(&report))
}

fn report(json: &str) -> String {
    if let Ok(report) = serde_json::from_str::<Report>(json) {
        return format!("\n{}\n", report.to_string().trim_end());
    }
    // What could not be read as an alert has no report, only a reason.
    let reason = serde_json::from_str::<serde_json::Value>(json).ok();
    let summary = reason.as_ref().and_then(|reason| reason.get("summary")?.as_str());
    summary.map_or_else(String::new, |summary| format!("\n{summary}\n"))
}
