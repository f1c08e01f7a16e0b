//! Other accounts, which are reached by a role.

use quell::cloud::{
    Cause, Cloud, CloudPlace, Direction, Entry,
    aws::{Ec2Cloud, Ec2Options, Role},
};
use quell_tests::{
    moto::{Moto, OTHER_ACCOUNT, OTHER_ROLE, REGION, Session},
    scene::Scene,
};

use super::CALL_TIMEOUT;

const EXTERNAL_ID: &str = "quell-444455556666";

fn cloud(moto: &Moto, role: Option<Role>) -> Ec2Cloud {
    let options = Ec2Options {
        place: CloudPlace {
            account: OTHER_ACCOUNT.to_owned(),
            region: REGION.to_owned(),
        },
        role,
        call_timeout: CALL_TIMEOUT,
    };
    Ec2Cloud::with(&moto.sdk_config(), &options)
}

fn role() -> Option<Role> {
    Some(Role {
        arn: OTHER_ROLE.to_owned(),
        external_id: Some(EXTERNAL_ID.to_owned()),
    })
}

#[tokio::test]
async fn a_network_acl_of_another_account_is_reached_by_its_role_only() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let scene = Scene::build_by_role(&moto, OTHER_ROLE)?;
    let (acl, entry) = (
        &scene.web.acl,
        Entry::deny(7, Direction::Ingress, "198.51.100.7/32".parse()?),
    );
    let without = cloud(&moto, None);
    assert!(without.network_acl(acl).await.is_err());
    assert!(without.create_entry(acl, &entry).await.is_err());

    let by_role = cloud(&moto, role());
    by_role.create_entry(acl, &entry).await?;
    assert!(by_role.network_acl(acl).await?.entries.contains(&entry));
    assert_eq!(by_role.rule_quota().await?, Some(20));
    Ok(())
}

#[tokio::test]
async fn each_cause_has_one_session_that_names_it() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let scene = Scene::build_by_role(&moto, OTHER_ROLE)?;
    let cloud = cloud(&moto, role());
    let read = || async {
        // Several at once, as for an alert with several facts, and some more later.
        let (first, second) = tokio::join!(cloud.network_acl(&scene.web.acl), cloud.vpc_prefixes(&scene.vpc));
        first?;
        second?;
        cloud.rule_quota().await.map(drop)
    };
    let alert = Cause::of_alert("stealthwatch-cloud", "6125");
    alert.clone().scope(read()).await?;
    Cause::Timer.scope(read()).await?;
    alert.scope(read()).await?;
    Cause::Command.scope(read()).await?;
    let expected = ["quell-stealthwatch-cloud-6125", "quell-timer", "quell-command"].map(|name| Session {
        role_arn: OTHER_ROLE.to_owned(),
        session_name: name.to_owned(),
        external_id: Some(EXTERNAL_ID.to_owned()),
    });
    assert_eq!(moto.sessions().await?, expected);
    Ok(())
}
