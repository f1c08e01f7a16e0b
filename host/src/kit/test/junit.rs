//! A run as JUnit XML, which every CI shows.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Outcome, Run};

/// One suite with a case for each recording.
///
/// # Errors
/// If the names hold what XML can't say.
pub fn junit(plugin: &str, run: &Run) -> Result<String, quick_junit::SerializeError> {
    let mut suite = TestSuite::new(plugin);
    suite.set_time(run.took);
    for trial in &run.trials {
        let status = match &trial.outcome {
            Outcome::Same => TestCaseStatus::success(),
            outcome => {
                let kind = match outcome {
                    Outcome::Unusable(_) => NonSuccessKind::Error,
                    _ => NonSuccessKind::Failure,
                };
                let problems = outcome.problems();
                let mut status = TestCaseStatus::non_success(kind);
                status.set_type(outcome.name());
                status.set_message(outcome.headline());
                status.set_description(problems.join("\n"));
                status
            }
        };
        let mut case = TestCase::new(trial.name.as_str(), status);
        case.set_classname(plugin).set_time(trial.took);
        if !trial.unasked.is_empty() {
            let unasked: Vec<_> = trial
                .unasked
                .iter()
                .map(|question| format!("not asked: {question}"))
                .collect();
            case.set_system_out(unasked.join("\n"));
        }
        suite.add_test_case(case);
    }
    let mut report = Report::new("quell plugin test");
    report.set_time(run.took);
    report.add_test_suite(suite);
    report.to_string()
}
