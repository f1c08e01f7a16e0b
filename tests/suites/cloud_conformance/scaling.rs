//! An instance of an Auto Scaling group, which is put aside and comes back.

use std::sync::Arc;

use anyhow::ensure;
use jiff::Timestamp;
use quell::{
    clock::ManualClock,
    cloud::{
        Cloud, InstanceId,
        aws::Ec2Cloud,
        simulated::{Account, SimulatedCloud},
    },
};
use quell_tests::{moto::Moto, scene::Scene};

use super::CALL_TIMEOUT;

const GROUP: &str = "web";
const EXAMPLE: &str = include_str!("../../../examples/simulated-account.toml");

#[tokio::test]
async fn an_instance_is_put_aside_and_comes_back_in_the_simulation() -> anyhow::Result<()> {
    let in_group = format!("[[instance]]\nauto-scaling-group = \"{GROUP}\"\n");
    let account = Account::read(&EXAMPLE.replacen("[[instance]]\n", &in_group, 1))?;
    let cloud = SimulatedCloud::new(account, Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
    aside_and_back(&cloud, &"i-0abc1234def567890".parse()?).await
}

#[tokio::test]
async fn an_instance_is_put_aside_and_comes_back_in_moto() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let scene = Scene::build(&moto)?;
    let config = moto.sdk_config();
    build_group(&aws_sdk_autoscaling::Client::new(&config), &scene).await?;
    let cloud = Ec2Cloud::with(&config, &Moto::options(CALL_TIMEOUT));
    aside_and_back(&cloud, &scene.web.instance).await
}

async fn aside_and_back(cloud: &dyn Cloud, instance: &InstanceId) -> anyhow::Result<()> {
    expect(cloud, instance, &["InService"]).await?;
    cloud.enter_standby(instance, GROUP).await?;
    expect(cloud, instance, &["EnteringStandby", "Standby"]).await?;
    cloud.exit_standby(instance, GROUP).await?;
    expect(cloud, instance, &["Pending", "InService"]).await
}

async fn expect(cloud: &dyn Cloud, instance: &InstanceId, lifecycles: &[&str]) -> anyhow::Result<()> {
    let found = cloud.scaling(instance).await?;
    let fits = found
        .as_ref()
        .is_some_and(|membership| membership.group == GROUP && lifecycles.contains(&membership.lifecycle.as_str()));
    ensure!(fits, "it is {found:?}, not {lifecycles:?}");
    Ok(())
}

/// Makes a group without instances, and attaches the web instance to it.
async fn build_group(client: &aws_sdk_autoscaling::Client, scene: &Scene) -> anyhow::Result<()> {
    client
        .create_launch_configuration()
        .launch_configuration_name(GROUP)
        .image_id("ami-12c6146b")
        .instance_type("t2.micro")
        .send()
        .await?;
    client
        .create_auto_scaling_group()
        .auto_scaling_group_name(GROUP)
        .launch_configuration_name(GROUP)
        .vpc_zone_identifier(scene.web.subnet.as_str())
        .min_size(0)
        .desired_capacity(0)
        .max_size(2)
        .send()
        .await?;
    client
        .attach_instances()
        .auto_scaling_group_name(GROUP)
        .instance_ids(scene.web.instance.as_str())
        .send()
        .await?;
    Ok(())
}
