//! The namespace of a Stealthwatch Cloud source: which account, region and VPC of AWS it is in.

use super::Place;
use crate::cloud::VpcId;

/// Reads `awsv2:<account>:<region>:<vpc>` or `awsv2:<account>:<region>`. Anything else, such as `default`, or one part that has not its
/// form, leaves the whole place unknown: half a place could be the wrong one.
pub fn read(namespace: &str) -> Place {
    let mut parts = namespace.split(':');
    let (Some("awsv2"), Some(account), Some(region), vpc, None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Place::default();
    };
    let place = Place::of(account, region);
    if place.account.is_none() || vpc.is_some_and(|id| id.parse::<VpcId>().is_err()) {
        return Place::default();
    }
    Place {
        vpc: vpc.map(str::to_owned),
        ..place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_region_and_vpc_are_read() {
        let place = read("awsv2:111122223333:eu-west-1:vpc-0a1b2c3d4e5f60718");
        assert_eq!(place.account.as_deref(), Some("111122223333"));
        assert_eq!(place.region.as_deref(), Some("eu-west-1"));
        assert_eq!(place.vpc.as_deref(), Some("vpc-0a1b2c3d4e5f60718"));
    }

    #[test]
    fn a_namespace_without_a_vpc_still_has_account_and_region() {
        let place = read("awsv2:111122223333:us-gov-east-1");
        assert_eq!(place.region.as_deref(), Some("us-gov-east-1"));
        assert_eq!(place.vpc, None);
    }

    #[test]
    fn anything_else_is_an_unknown_place() {
        for namespace in [
            "",
            "default",
            "awsv2",
            "awsv2:",
            "awsv2:111122223333",
            "awsv2:11112222333:eu-west-1",
            "awsv2:111122223333:",
            "awsv2:111122223333:Ireland",
            "awsv2:111122223333:eu-west-1:",
            "awsv2:111122223333:eu-west-1:vpc-XYZ",
            "awsv2:111122223333:eu-west-1:vpc-0a1b2c3d:more",
            "aws:111122223333:eu-west-1",
        ] {
            assert_eq!(read(namespace), Place::default(), "{namespace}");
        }
    }
}
