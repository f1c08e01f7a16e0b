//! An instance in target groups of a load balancer.

use std::sync::Arc;

use anyhow::{Context, ensure};
use aws_sdk_elasticloadbalancingv2::{
    Client,
    types::{Action, ActionTypeEnum, LoadBalancerTypeEnum, ProtocolEnum, TargetDescription, TargetTypeEnum},
};
use jiff::Timestamp;
use quell::{
    clock::ManualClock,
    cloud::{
        Cloud,
        aws::Ec2Cloud,
        simulated::{Account, SimulatedCloud},
    },
};
use quell_tests::{moto::Moto, scene::Scene};

use super::{CALL_TIMEOUT, example_scene};

const EXAMPLE: &str = include_str!("../../../examples/simulated-account.toml");

#[tokio::test]
async fn the_target_groups_of_an_instance_are_found_in_the_simulation() -> anyhow::Result<()> {
    let in_groups = "[[instance]]\ntarget-groups = { web = 443, internal = 8080 }\n";
    let account = Account::read(&EXAMPLE.replacen("[[instance]]\n", in_groups, 1))?;
    let cloud = SimulatedCloud::new(account, Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
    only_its_own_are_found(&cloud, &example_scene()?).await
}

#[tokio::test]
async fn the_target_groups_of_an_instance_are_found_in_moto() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let scene = Scene::build(&moto)?;
    let config = moto.sdk_config();
    build_groups(&Client::new(&config), &scene).await?;
    let cloud = Ec2Cloud::with(&config, &Moto::options(CALL_TIMEOUT));
    only_its_own_are_found(&cloud, &scene).await
}

async fn only_its_own_are_found(cloud: &dyn Cloud, scene: &Scene) -> anyhow::Result<()> {
    let found = cloud
        .target_groups(&scene.web.instance, &scene.vpc, &[scene.web.private_address.into()])
        .await?;
    let named: Vec<_> = found.iter().map(|found| (found.group.as_str(), found.port)).collect();
    ensure!(named == [("internal", 8080), ("web", 443)], "it is {found:?}");
    ensure!(found.iter().all(|found| found.health == "healthy"), "it is {found:?}");

    let others = cloud
        .target_groups(
            &scene.database.instance,
            &scene.vpc,
            &[scene.database.private_address.into()],
        )
        .await?;
    ensure!(others.is_empty(), "it is {others:?}");
    let elsewhere = cloud
        .target_groups(&scene.web.instance, &"vpc-0123456789abcdef0".parse()?, &[])
        .await?;
    ensure!(elsewhere.is_empty(), "it is {elsewhere:?}");
    Ok(())
}

/// One group in which the web instance is by its id, one by its address, and one in which it is not.
async fn build_groups(client: &Client, scene: &Scene) -> anyhow::Result<()> {
    let balancer = client
        .create_load_balancer()
        .name("front")
        .r#type(LoadBalancerTypeEnum::Network)
        .subnets(scene.web.subnet.as_str())
        .send()
        .await?;
    let balancer = balancer.load_balancers().first().and_then(|it| it.load_balancer_arn());
    let balancer = balancer.context("the load balancer has no ARN")?.to_owned();
    let targets = [
        (
            "web",
            443,
            TargetTypeEnum::Instance,
            Some(scene.web.instance.to_string()),
        ),
        (
            "internal",
            8080,
            TargetTypeEnum::Ip,
            Some(scene.web.private_address.to_string()),
        ),
        ("other", 80, TargetTypeEnum::Instance, None),
    ];
    for (name, port, kind, target) in targets {
        let group = client
            .create_target_group()
            .name(name)
            .protocol(ProtocolEnum::Tcp)
            .port(port)
            .vpc_id(scene.vpc.as_str())
            .target_type(kind)
            .send()
            .await?;
        let group = group.target_groups().first().and_then(|it| it.target_group_arn());
        let group = group.context("the target group has no ARN")?;
        let forward = Action::builder()
            .r#type(ActionTypeEnum::Forward)
            .target_group_arn(group)
            .build();
        client
            .create_listener()
            .load_balancer_arn(&balancer)
            .protocol(ProtocolEnum::Tcp)
            .port(port)
            .default_actions(forward)
            .send()
            .await?;
        if let Some(id) = target {
            let target = TargetDescription::builder().id(id).port(port).build();
            client
                .register_targets()
                .target_group_arn(group)
                .targets(target)
                .send()
                .await?;
        }
    }
    Ok(())
}
