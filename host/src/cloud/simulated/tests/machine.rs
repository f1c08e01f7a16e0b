use super::*;
use crate::cloud::{
    id::InstanceId,
    machine::{MachineState, Transition},
    tag::Tag,
};

fn web() -> InstanceId {
    "i-0abc1234def567890".parse().unwrap()
}

/// The example, with these lines for its first instance.
fn account_with(lines: &str) -> (SimulatedCloud, Arc<ManualClock>) {
    let text = EXAMPLE.replacen("[[instance]]\n", &format!("[[instance]]\n{lines}\n"), 1);
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let cloud = SimulatedCloud::new(Account::read(&text).unwrap(), clock.clone());
    (cloud, clock)
}

fn state(cloud: &SimulatedCloud) -> MachineState {
    cloud.peek_machine(&web()).unwrap().state
}

#[tokio::test]
async fn an_instance_goes_down_in_30_seconds_and_comes_up_in_10() {
    let (cloud, clock) = cloud_and_clock();
    let stopped = cloud.stop_instance(&web(), false).await.unwrap();
    let expected = Transition {
        before: MachineState::Running,
        after: MachineState::Stopping,
    };
    assert_eq!(stopped, expected);
    let early = cloud.start_instance(&web()).await.unwrap_err();
    insta::assert_snapshot!(early, @"EC2 StartInstances: not possible in its state (IncorrectInstanceState): The instance 'i-0abc1234def567890' is not in a state from which it can be started.");
    clock.advance(SignedDuration::from_secs(30));
    assert_eq!(
        cloud.machine(&web()).await.unwrap().unwrap().state,
        MachineState::Stopped
    );

    cloud.start_instance(&web()).await.unwrap();
    assert_eq!(state(&cloud), MachineState::Pending);
    clock.advance(SignedDuration::from_secs(10));
    assert_eq!(state(&cloud), MachineState::Running);
    cloud.reboot_instance(&web()).await.unwrap();
    assert_eq!(state(&cloud), MachineState::Running);
}

#[tokio::test]
async fn an_instance_may_take_long_to_go_down() {
    let (cloud, clock) = cloud_and_clock();
    cloud.stop_in(Duration::from_secs(600));
    cloud.stop_instance(&web(), false).await.unwrap();
    clock.advance(SignedDuration::from_secs(599));
    assert_eq!(state(&cloud), MachineState::Stopping);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(state(&cloud), MachineState::Stopped);
}

#[tokio::test]
async fn an_instance_whose_root_is_an_instance_store_can_not_be_stopped() {
    let (cloud, _) = account_with("root-instance-store = true");
    assert!(cloud.peek_machine(&web()).unwrap().root_is_instance_store);
    let refused = cloud.stop_instance(&web(), false).await.unwrap_err();
    insta::assert_snapshot!(refused, @"EC2 StopInstances: refused (UnsupportedOperation): The instance 'i-0abc1234def567890' does not have an 'ebs' root device type and cannot be stopped.");
    assert!(cloud.create_snapshots(&web(), "before a stop", &[]).await.is_err());
}

#[tokio::test]
async fn an_instance_hibernates_only_if_it_was_launched_for_that() {
    let refused = cloud().stop_instance(&web(), true).await.unwrap_err();
    insta::assert_snapshot!(refused, @"EC2 StopInstances: not possible in its state (UnsupportedHibernationConfiguration): The instance 'i-0abc1234def567890' is not enabled for hibernation.");
    let (cloud, _) = account_with("hibernation = true");
    cloud.stop_instance(&web(), true).await.unwrap();
    assert_eq!(state(&cloud), MachineState::Stopping);
}

#[tokio::test]
async fn an_instance_that_is_not_there_is_none_and_can_not_be_stopped() {
    let cloud = cloud();
    let nobody = "i-0123456789abcdef0".parse().unwrap();
    assert_eq!(cloud.machine(&nobody).await.unwrap(), None);
    assert_eq!(cloud.scaling(&nobody).await.unwrap(), None);
    for refused in [
        cloud.stop_instance(&nobody, false).await.map(drop),
        cloud.start_instance(&nobody).await.map(drop),
        cloud.reboot_instance(&nobody).await,
        cloud.create_snapshots(&nobody, "", &[]).await.map(drop),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(&error.fault, Fault::NotFound { code, .. } if code == "InvalidInstanceID.NotFound"));
    }
}

#[tokio::test]
async fn each_volume_has_a_snapshot_with_its_tags() {
    let (cloud, _) = account_with("volumes = [\"vol-0b1b2c3d\", \"vol-0a1b2c3d\"]");
    assert_eq!(
        cloud.peek_machine(&web()).unwrap().volumes,
        ["vol-0a1b2c3d", "vol-0b1b2c3d"]
    );
    let tags = [Tag::new("quell-hold", "7"), Tag::new("case", "6125")];
    let ids = cloud.create_snapshots(&web(), "before a stop", &tags).await.unwrap();
    let by_key = vec![tags[1].clone(), tags[0].clone()];
    let expected: Vec<_> = ids.into_iter().map(|id| (id, web(), by_key.clone())).collect();
    assert_eq!(expected.len(), 2);
    assert_eq!(cloud.snapshots(), expected);

    let reserved = cloud.create_snapshots(&web(), "", &[Tag::new("aws:quell", "")]).await;
    assert!(matches!(reserved.unwrap_err().fault, Fault::Invalid { .. }));
}

#[tokio::test]
async fn an_instance_has_one_volume_unless_others_are_written() {
    assert_eq!(cloud().peek_machine(&web()).unwrap().volumes, ["vol-0abc1234def567890"]);
}

#[tokio::test]
async fn a_stopped_instance_in_service_is_replaced_by_its_auto_scaling_group() {
    let (cloud, clock) = account_with("auto-scaling-group = \"web\"");
    cloud.stop_instance(&web(), false).await.unwrap();
    clock.advance(SignedDuration::from_secs(59));
    assert_eq!(state(&cloud), MachineState::Stopped);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(state(&cloud), MachineState::Terminated);
    assert_eq!(cloud.interfaces_of(&web()).await.unwrap(), []);
    assert_eq!(cloud.scaling(&web()).await.unwrap(), None);
    assert!(cloud.start_instance(&web()).await.is_err());
}

#[tokio::test]
async fn an_instance_in_standby_may_stay_stopped_until_it_is_in_service_again() {
    let (cloud, clock) = account_with("auto-scaling-group = \"web\"");
    cloud.enter_standby(&web(), "web").await.unwrap();
    assert_eq!(cloud.scaling(&web()).await.unwrap().unwrap().lifecycle, "Standby");
    cloud.stop_instance(&web(), false).await.unwrap();
    clock.advance(SignedDuration::from_hours(24));
    assert_eq!(state(&cloud), MachineState::Stopped);

    cloud.exit_standby(&web(), "web").await.unwrap();
    clock.advance(SignedDuration::from_secs(59));
    cloud.start_instance(&web()).await.unwrap();
    clock.advance(SignedDuration::from_hours(1));
    assert_eq!(
        state(&cloud),
        MachineState::Running,
        "one that comes up in time is not replaced"
    );
}

#[tokio::test]
async fn standby_is_refused_where_it_makes_no_sense() {
    let (cloud, _) = account_with("auto-scaling-group = \"web\"");
    let mut said = Vec::new();
    said.push(cloud.enter_standby(&web(), "other").await.unwrap_err().to_string());
    said.push(cloud.exit_standby(&web(), "web").await.unwrap_err().to_string());
    cloud.enter_standby(&web(), "web").await.unwrap();
    said.push(cloud.enter_standby(&web(), "web").await.unwrap_err().to_string());
    insta::assert_snapshot!(said.join("\n"), @r"
        Auto Scaling EnterStandby: refused (ValidationError): The instance i-0abc1234def567890 is not part of Auto Scaling group other.
        Auto Scaling ExitStandby: refused (ValidationError): The instance i-0abc1234def567890 is not in Standby.
        Auto Scaling EnterStandby: refused (ValidationError): The instance i-0abc1234def567890 is not in InService.
        ");
}

#[tokio::test]
async fn someone_else_stops_terminates_and_tags_instances() {
    let cloud = cloud();
    cloud.set_state_as_someone_else(&web(), MachineState::Stopped).unwrap();
    let again = cloud.stop_instance(&web(), false).await.unwrap();
    assert_eq!(
        (again.before, again.after),
        (MachineState::Stopped, MachineState::Stopped)
    );
    cloud
        .tag_as_someone_else(web().as_str(), Tag::new("Name", "web-2"))
        .unwrap();
    let tags = cloud.machine(&web()).await.unwrap().unwrap().tags;
    assert!(tags.contains(&Tag::new("Name", "web-2")) && !tags.contains(&Tag::new("Name", "web-1")));

    cloud
        .set_state_as_someone_else(&web(), MachineState::Terminated)
        .unwrap();
    let ended = cloud.machine(&web()).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.vpc), (MachineState::Terminated, None));
    assert_eq!(cloud.interfaces_of(&web()).await.unwrap(), []);
    assert_eq!(cloud.instances(&InstanceName::Id(web())).await.unwrap(), []);
}
