//! Network ACLs, VPCs and security groups that are looked up.

use quell::cloud::{Peer, PortRange, SecurityGroupRule};

use crate::case::{Case, case, equal, fails, read, works};

fn alone(address: std::net::Ipv4Addr) -> ipnet::IpNet {
    std::net::IpAddr::from(address).into()
}

pub(crate) const CASES: &[Case] = &[
    case!(
        "a subnet has its own ACL and not its VPC's default one",
        |cloud, scene| {
            for place in [&scene.web, &scene.database] {
                let acl = works(cloud.network_acl_of_subnet(&place.subnet).await)?;
                equal(&acl.id, &place.acl)?;
                equal(&acl.subnets, &vec![place.subnet.clone()])?;
                equal(&acl.vpc, &scene.vpc)?;
                equal(&acl.is_default, &false)?;
            }
            Ok(())
        }
    ),
    case!("an ACL is the same by its id and by its subnet", |cloud, scene| {
        let by_id = works(cloud.network_acl(&scene.web.acl).await)?;
        let by_subnet = works(cloud.network_acl_of_subnet(&scene.web.subnet).await)?;
        equal(&by_id, &by_subnet)
    }),
    case!(
        "the account's own public addresses are there, each once, and no private one is",
        |cloud, scene| {
            let own = works(cloud.own_addresses().await)?;
            let public = scene.web.public_address.map(alone);
            let named = own.iter().filter(|own| Some(own.prefix) == public).count();
            equal(&named, &usize::from(public.is_some()))?;
            let mut prefixes: Vec<_> = own.iter().map(|own| own.prefix).collect();
            let all = prefixes.len();
            prefixes.dedup();
            equal(&prefixes.len(), &all)?;
            equal(&prefixes.contains(&alone(scene.web.private_address)), &false)?;
            // Of IPv6 all that is in a VPC.
            let v6 = scene.prefixes.iter().filter(|prefix| prefix.addr().is_ipv6());
            equal(&v6.filter(|prefix| !prefixes.contains(prefix)).count(), &0)
        }
    ),
    case!("a VPC's default ACL says that it is", |cloud, scene| {
        let acl = works(cloud.network_acl(&scene.default_acl).await)?;
        equal(&acl.is_default, &true)
    }),
    case!("entries stand in the order of evaluation", |cloud, scene| {
        let acl = works(cloud.network_acl(&scene.web.acl).await)?;
        let numbers: Vec<_> = acl
            .entries
            .iter()
            .map(|entry| (entry.direction.name(), entry.number))
            .collect();
        let ingress = [50, 100, 101, 32_767, 32_768].map(|number| ("ingress", number));
        let egress = [100, 101, 32_767, 32_768].map(|number| ("egress", number));
        equal(&numbers, &[ingress.as_slice(), egress.as_slice()].concat())
    }),
    case!("a VPC has its IPv4 and its IPv6 prefixes", |cloud, scene| {
        let prefixes = works(cloud.vpc_prefixes(&scene.vpc).await)?;
        equal(&prefixes, &scene.prefixes)
    }),
    case!("a security group has its name and its rules", |cloud, scene| {
        let group = works(cloud.security_group(&scene.web.security_group).await)?;
        equal(&group.name.as_str(), &"web")?;
        equal(&group.vpc.as_ref(), &Some(&scene.vpc))?;
        let everyone = read("0.0.0.0/0")?;
        let web = SecurityGroupRule {
            protocol: "tcp".to_owned(),
            ports: Some(PortRange { first: 443, last: 443 }),
            peer: Peer::Prefix(everyone),
        };
        equal(&group.ingress.contains(&web), &true)
    }),
    case!("an unknown ACL is not found", |cloud, _scene| {
        let id = read("acl-0123456789abcdef0")?;
        fails(cloud.network_acl(&id).await, "InvalidNetworkAclID.NotFound")
    }),
    case!("an unknown subnet has no ACL", |cloud, _scene| {
        let id = read("subnet-0123456789abcdef0")?;
        fails(cloud.network_acl_of_subnet(&id).await, "InvalidSubnetID.NotFound")
    }),
    case!("an unknown VPC is not found", |cloud, _scene| {
        let id = read("vpc-0123456789abcdef0")?;
        fails(cloud.vpc_prefixes(&id).await, "InvalidVpcID.NotFound")
    }),
    case!("an unknown security group is not found", |cloud, _scene| {
        let id = read("sg-0123456789abcdef0")?;
        fails(cloud.security_group(&id).await, "InvalidGroup.NotFound")
    }),
];
