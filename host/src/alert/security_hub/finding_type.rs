//! The type of a finding of GuardDuty, as Security Hub spells it and as GuardDuty does.

/// `UnauthorizedAccess:EC2/SSHBruteForce` of `TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce`. What is before the purpose is Security Hub's
/// namespace, and the first `-` after it stands for GuardDuty's `/`: no type of resource has a `-`. None for what is no type of GuardDuty.
pub(super) fn of_guardduty(type_: &str) -> Option<String> {
    let (before, after) = type_.split_once(':')?;
    let purpose = before.rsplit_once('/').map_or(before, |(_, purpose)| purpose).trim();
    let resource_and_threat = if after.contains('/') {
        after.to_owned()
    } else {
        after.replacen('-', "/", 1)
    };
    let is_type = !purpose.is_empty() && resource_and_threat.contains('/');
    is_type.then(|| format!("{purpose}:{}", resource_and_threat.trim()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce",
        Some("UnauthorizedAccess:EC2/SSHBruteForce")
    )]
    #[case(
        "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS",
        Some("Backdoor:EC2/C&CActivity.B!DNS")
    )]
    #[case(
        "TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort",
        Some("Recon:EC2/PortProbeUnprotectedPort")
    )]
    #[case("UnauthorizedAccess:EC2/SSHBruteForce", Some("UnauthorizedAccess:EC2/SSHBruteForce"))]
    #[case("Software and Configuration Checks/Vulnerabilities/CVE", None)]
    #[case("TTPs/Initial Access/:EC2-X", None)]
    #[case("", None)]
    fn a_type_is_spelled_as_guardduty_does(#[case] type_: &str, #[case] expected: Option<&str>) {
        assert_eq!(of_guardduty(type_).as_deref(), expected);
    }
}
