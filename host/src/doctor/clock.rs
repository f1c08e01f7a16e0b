//! The clock: how far this machine's is apart from others'.

use jiff::SignedDuration;

use super::{Finding, Verdict};

/// How far the clock may be apart from that of an API. Holds end by it, and AWS refuses what was signed five minutes before or after.
const MOST_APART: SignedDuration = SignedDuration::from_secs(60);

/// How far the clock may be apart, and why no more.
pub(super) struct Bound {
    /// So far.
    pub(super) most: SignedDuration,
    /// Stands behind “and”.
    pub(super) why: &'static str,
}

/// How far this machine's clock is ahead of that of an API, by its answer. None: it did not say what time it is.
pub fn beside_api(whose: &str, ahead: Option<SignedDuration>) -> Finding {
    let bound = Bound {
        most: MOST_APART,
        why: "holds end by this machine's, and AWS refuses what is signed 5 minutes apart",
    };
    beside(whose, ahead, &bound)
}

pub(super) fn beside(whose: &str, ahead: Option<SignedDuration>, bound: &Bound) -> Finding {
    let of = |verdict, why: String| Finding::of_machine("clock", verdict, why);
    let Some(ahead) = ahead else {
        return of(Verdict::Unknown, format!("{whose} did not say what time it is"));
    };
    let seconds = ahead.abs().as_secs();
    let is = match ahead.signum() {
        -1 => format!("{seconds} s behind {whose}'s"),
        _ => format!("{seconds} s ahead of {whose}'s"),
    };
    if ahead.abs() > bound.most {
        let why = format!(
            "it is {is}, and {}: let it be set by NTP, such as Amazon's 169.254.169.123",
            bound.why
        );
        return of(Verdict::Missing, why);
    }
    // A header has whole seconds, and the answer took its time.
    let is = if seconds <= 1 { format!("as {whose}'s") } else { is };
    of(Verdict::Fine, format!("it is {is}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_ends_holds_too_early_or_too_late_is_told() {
        let told = |ahead| {
            let finding = beside_api("Stealthwatch Cloud", ahead);
            format!("{}: {}", finding.verdict.name(), finding.why)
        };
        let seconds = |seconds| Some(SignedDuration::from_secs(seconds));
        let all = [seconds(0), seconds(-1), seconds(59), seconds(3_600), seconds(-61), None].map(told);
        insta::assert_snapshot!(all.join("\n"), @r"
        yes: it is as Stealthwatch Cloud's
        yes: it is as Stealthwatch Cloud's
        yes: it is 59 s ahead of Stealthwatch Cloud's
        MISSING: it is 3600 s ahead of Stealthwatch Cloud's, and holds end by this machine's, and AWS refuses what is signed 5 minutes apart: let it be set by NTP, such as Amazon's 169.254.169.123
        MISSING: it is 61 s behind Stealthwatch Cloud's, and holds end by this machine's, and AWS refuses what is signed 5 minutes apart: let it be set by NTP, such as Amazon's 169.254.169.123
        unknown: Stealthwatch Cloud did not say what time it is
        ");
    }
}
