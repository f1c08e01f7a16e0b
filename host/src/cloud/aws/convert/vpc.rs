//! The prefixes of VPCs.

use aws_sdk_ec2::types::{self, VpcCidrBlockState, VpcCidrBlockStateCode};
use ipnet::IpNet;

use super::parsed;
use crate::cloud::error::Fault;

/// All prefixes that a VPC has or is about to have.
pub(in crate::cloud::aws) fn prefixes(vpc: &types::Vpc) -> Result<Vec<IpNet>, Fault> {
    let v4 = vpc
        .cidr_block_association_set()
        .iter()
        .filter(|association| is_there(association.cidr_block_state()))
        .map(|association| parsed(association.cidr_block(), "cidrBlock"));
    let v6 = vpc
        .ipv6_cidr_block_association_set()
        .iter()
        .filter(|association| is_there(association.ipv6_cidr_block_state()))
        .map(|association| parsed(association.ipv6_cidr_block(), "ipv6CidrBlock"));
    let mut prefixes: Vec<IpNet> = v4.chain(v6).collect::<Result<_, _>>()?;
    // The VPC's first prefix is always its own, whatever the list of associations says.
    let first = parsed(vpc.cidr_block(), "cidrBlock")?;
    if !prefixes.contains(&first) {
        prefixes.insert(0, first);
    }
    Ok(prefixes)
}

/// A prefix without a state is taken to be there: better one too many to protect than one too few.
fn is_there(state: Option<&VpcCidrBlockState>) -> bool {
    !matches!(
        state.and_then(|state| state.state()),
        Some(
            VpcCidrBlockStateCode::Disassociating
                | VpcCidrBlockStateCode::Disassociated
                | VpcCidrBlockStateCode::Failing
                | VpcCidrBlockStateCode::Failed
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(prefix: &str, state: Option<VpcCidrBlockStateCode>) -> types::VpcCidrBlockAssociation {
        types::VpcCidrBlockAssociation::builder()
            .cidr_block(prefix)
            .cidr_block_state(VpcCidrBlockState::builder().set_state(state).build())
            .build()
    }

    fn read(vpc: types::builders::VpcBuilder) -> Vec<String> {
        let vpc = vpc.cidr_block("10.0.0.0/16").build();
        prefixes(&vpc).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_being_taken_away_is_left_out_and_what_is_coming_is_there() {
        let vpc = types::Vpc::builder()
            .cidr_block_association_set(v4("10.0.0.0/16", Some(VpcCidrBlockStateCode::Associated)))
            .cidr_block_association_set(v4("10.1.0.0/16", Some(VpcCidrBlockStateCode::Associating)))
            .cidr_block_association_set(v4("10.2.0.0/16", Some(VpcCidrBlockStateCode::Disassociating)))
            .cidr_block_association_set(v4("10.3.0.0/16", None));
        assert_eq!(read(vpc), ["10.0.0.0/16", "10.1.0.0/16", "10.3.0.0/16"]);
    }

    #[test]
    fn ipv6_prefixes_are_there_too() {
        let v6 = types::VpcIpv6CidrBlockAssociation::builder()
            .ipv6_cidr_block("2001:db8:0:1200::/56")
            .build();
        let vpc = types::Vpc::builder().ipv6_cidr_block_association_set(v6);
        assert_eq!(read(vpc), ["10.0.0.0/16", "2001:db8:0:1200::/56"]);
    }
}
