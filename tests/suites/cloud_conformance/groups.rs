//! Security groups that are made, and rules that are taken away and put back.
//!
//! The quota of 60 rules is no case: 50 writes at once are all that EC2 lets through, and the clock of a case stands still.

use quell::cloud::{Cloud, Direction, GroupRule, Peer, PortRange, RuleSpec, SecurityGroupId, SecurityGroupRuleId, Tag};
use quell_tests::scene::Scene;

use crate::case::{Case, Outcome, case, equal, fails, read, works};

pub(crate) const CASES: &[Case] = &[
    case!("a new group lets everything out and nothing in", |cloud, scene| {
        let id = isolation(cloud, scene).await?;
        let rules = works(cloud.group_rules(&id).await)?;
        let mut shown: Vec<_> = rules.iter().map(|rule| rule.rule.to_string()).collect();
        shown.sort();
        equal(
            &shown,
            &vec![
                "egress all traffic to 0.0.0.0/0".to_owned(),
                "egress all traffic to ::/0".to_owned(),
            ],
        )
    }),
    case!("a group is found by its tag in its VPC", |cloud, scene| {
        let id = isolation(cloud, scene).await?;
        let found = works(cloud.groups_tagged(&scene.vpc, &ours()).await)?;
        equal(&found.iter().map(|group| &group.id).collect::<Vec<_>>(), &vec![&id])?;
        let same = works(cloud.security_group(&id).await)?;
        equal(&found, &vec![same])
    }),
    case!("a group with another value of the tag is not found", |cloud, scene| {
        isolation(cloud, scene).await?;
        let other = Tag::new(ours().key, "other");
        equal(&works(cloud.groups_tagged(&scene.vpc, &other).await)?, &Vec::new())
    }),
    case!("a tag with a wildcard finds nothing", |cloud, scene| {
        isolation(cloud, scene).await?;
        let any = Tag::new(ours().key, "*");
        equal(&works(cloud.groups_tagged(&scene.vpc, &any).await)?, &Vec::new())
    }),
    case!("a VPC has one group of a name", |cloud, scene| {
        isolation(cloud, scene).await?;
        let again = cloud.create_group(&scene.vpc, "isolation", "again", &[]).await;
        fails(again, "InvalidGroup.Duplicate")
    }),
    case!("an unknown VPC takes no group", |cloud, _scene| {
        let unknown = read("vpc-0123456789abcdef0")?;
        let made = cloud.create_group(&unknown, "isolation", "isolation", &[]).await;
        fails(made, "InvalidVpcID.NotFound")
    }),
    case!("a group with a reserved tag is refused", |cloud, scene| {
        let tags = [Tag::new("aws:quell", "x")];
        let made = cloud.create_group(&scene.vpc, "isolation", "isolation", &tags).await;
        fails(made, "InvalidParameterValue")
    }),
    case!("a description of 256 characters is refused", |cloud, scene| {
        let long = "x".repeat(256);
        let made = cloud.create_group(&scene.vpc, "isolation", &long, &[]).await;
        fails(made, "InvalidParameterValue")
    }),
    case!("a rule is read with its description and tags", |cloud, scene| {
        written_and_read(cloud, scene, &rule("203.0.113.0/24")?).await
    }),
    case!("an IPv6 rule is read as it was written", |cloud, scene| {
        written_and_read(cloud, scene, &rule("2001:db8::/32")?).await
    }),
    case!("an egress rule is read as it was written", |cloud, scene| {
        let egress = RuleSpec {
            direction: Direction::Egress,
            ..rule("203.0.113.0/24")?
        };
        written_and_read(cloud, scene, &egress).await
    }),
    case!("a rule for all protocols has no ports", |cloud, scene| {
        let all = RuleSpec {
            protocol: "-1".to_owned(),
            ports: None,
            ..rule("203.0.113.0/24")?
        };
        written_and_read(cloud, scene, &all).await
    }),
    case!("a rule for pings is read as it was written", |cloud, scene| {
        let ping = RuleSpec {
            protocol: "icmp".to_owned(),
            ports: Some(PortRange { first: 8, last: -1 }),
            ..rule("203.0.113.0/24")?
        };
        written_and_read(cloud, scene, &ping).await
    }),
    case!("a rule that names a group is read as it was written", |cloud, scene| {
        let named = RuleSpec {
            description: None,
            ..naming(scene)?
        };
        written_and_read(cloud, scene, &named).await
    }),
    case!(
        "a rule that names a group is read with its description",
        |cloud, scene| {
            let named = naming(scene)?;
            let id = works(cloud.authorize_rule(&scene.web.security_group, &named).await)?;
            let kept = kept(cloud, scene, &id).await?;
            equal(&kept.and_then(|kept| kept.rule.description), &named.description)
        }
    ),
    case!("a rule that names an unknown group is refused", |cloud, scene| {
        let named = RuleSpec {
            peer: Peer::Group("sg-0123456789abcdef0".to_owned()),
            ..rule("203.0.113.0/24")?
        };
        let written = cloud.authorize_rule(&scene.web.security_group, &named).await;
        fails(written, "InvalidGroup.NotFound")
    }),
    case!("host bits of a rule's prefix are cleared", |cloud, scene| {
        let id = works(
            cloud
                .authorize_rule(&scene.web.security_group, &rule("203.0.113.18/24")?)
                .await,
        )?;
        let kept = kept(cloud, scene, &id).await?.map(|rule| rule.rule.peer);
        equal(&kept, &Some(rule("203.0.113.0/24")?.peer))
    }),
    case!("a rule that is there already is refused", |cloud, scene| {
        let again = RuleSpec {
            description: None,
            tags: Vec::new(),
            ..rule("203.0.113.0/24")?
        };
        works(
            cloud
                .authorize_rule(&scene.web.security_group, &rule("203.0.113.0/24")?)
                .await,
        )?;
        let written = cloud.authorize_rule(&scene.web.security_group, &again).await;
        fails(written, "InvalidPermission.Duplicate")
    }),
    case!("a rule with a reserved tag is refused", |cloud, scene| {
        let reserved = RuleSpec {
            tags: vec![Tag::new("aws:quell", "x")],
            ..rule("203.0.113.0/24")?
        };
        let written = cloud.authorize_rule(&scene.web.security_group, &reserved).await;
        fails(written, "InvalidParameterValue")
    }),
    case!("a rule's description of 256 characters is refused", |cloud, scene| {
        let long = RuleSpec {
            description: Some("x".repeat(256)),
            ..rule("203.0.113.0/24")?
        };
        let written = cloud.authorize_rule(&scene.web.security_group, &long).await;
        fails(written, "InvalidParameterValue")
    }),
    case!(
        "a rule that was taken out is gone and can be put back",
        |cloud, scene| {
            let group = &scene.web.security_group;
            let id = works(cloud.authorize_rule(group, &rule("203.0.113.0/24")?).await)?;
            works(cloud.revoke_rule(group, Direction::Ingress, &id).await)?;
            equal(&kept(cloud, scene, &id).await?, &None)?;
            written_and_read(cloud, scene, &rule("203.0.113.0/24")?).await
        }
    ),
    case!("an egress rule is taken out", |cloud, scene| {
        let group = isolation(cloud, scene).await?;
        for rule in works(cloud.group_rules(&group).await)? {
            works(cloud.revoke_rule(&group, Direction::Egress, &rule.id).await)?;
        }
        equal(&works(cloud.group_rules(&group).await)?, &Vec::new())
    }),
    case!("a rule that is gone can't be taken out", |cloud, scene| {
        let group = &scene.web.security_group;
        let id = works(cloud.authorize_rule(group, &rule("203.0.113.0/24")?).await)?;
        works(cloud.revoke_rule(group, Direction::Ingress, &id).await)?;
        let again = cloud.revoke_rule(group, Direction::Ingress, &id).await;
        fails(again, "InvalidSecurityGroupRuleId.NotFound")
    }),
    case!("a rule is not taken out in the other direction", |cloud, scene| {
        let group = &scene.web.security_group;
        let id = works(cloud.authorize_rule(group, &rule("203.0.113.0/24")?).await)?;
        let other = cloud.revoke_rule(group, Direction::Egress, &id).await;
        fails(other, "InvalidSecurityGroupRuleId.NotFound")
    }),
    case!("an unknown group has no rules", |cloud, _scene| {
        let unknown: SecurityGroupId = read("sg-0123456789abcdef0")?;
        equal(&works(cloud.group_rules(&unknown).await)?, &Vec::new())
    }),
    case!("an unknown group takes no rule", |cloud, _scene| {
        let unknown = read("sg-0123456789abcdef0")?;
        let written = cloud.authorize_rule(&unknown, &rule("203.0.113.0/24")?).await;
        fails(written, "InvalidGroup.NotFound")
    }),
];

/// A new group with our tag.
pub(crate) async fn isolation(cloud: &dyn Cloud, scene: &Scene) -> Result<SecurityGroupId, String> {
    works(
        cloud
            .create_group(&scene.vpc, "isolation", "isolation", &[ours()])
            .await,
    )
}

fn ours() -> Tag {
    Tag::new("quell", "isolation")
}

fn rule(peer: &str) -> Result<RuleSpec, String> {
    Ok(RuleSpec {
        description: Some("office".to_owned()),
        tags: vec![Tag::new("hold", "7"), Tag::new("owner", "web")],
        direction: Direction::Ingress,
        protocol: "tcp".to_owned(),
        ports: Some(PortRange { first: 22, last: 22 }),
        peer: Peer::Prefix(read(peer)?),
    })
}

fn naming(scene: &Scene) -> Result<RuleSpec, String> {
    Ok(RuleSpec {
        peer: Peer::Group(scene.database.security_group.to_string()),
        ..rule("203.0.113.0/24")?
    })
}

async fn kept(cloud: &dyn Cloud, scene: &Scene, id: &SecurityGroupRuleId) -> Result<Option<GroupRule>, String> {
    let mut rules = works(cloud.group_rules(&scene.web.security_group).await)?.into_iter();
    Ok(rules.find(|rule| rule.id == *id))
}

async fn written_and_read(cloud: &dyn Cloud, scene: &Scene, rule: &RuleSpec) -> Outcome {
    let id = works(cloud.authorize_rule(&scene.web.security_group, rule).await)?;
    let kept = kept(cloud, scene, &id).await?.map(|kept| kept.rule);
    equal(&kept.as_ref(), &Some(rule))
}
