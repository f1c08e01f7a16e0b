//! One write, and what its answer means.

use super::{
    Step,
    instance::{description, name, tags},
};
use crate::{
    cloud::{AclId, Cloud, CloudError, Fault, SnapshotId, Tag, Transition},
    hold::{
        Change, EntryChange, GroupChange, Image, MachineChange, MachineImage, MachineStep, Resource, journal::ChangeEnd,
    },
};

/// What came of a write.
#[derive(Debug)]
pub(super) enum Wrote {
    /// It is done, or was so already.
    Done,
    /// The target is not as it was read.
    Stale,
    /// The network ACL takes no more entries.
    Full,
    /// It failed, or nobody knows.
    Failed(CloudError),
}

/// A write that was made, with what the journal is to remember of it.
pub(super) struct Written {
    pub(super) wrote: Wrote,
    pub(super) end: ChangeEnd,
    /// The image as it is now, if it is another one.
    pub(super) image: Option<Image>,
}

/// What AWS answers to a write that worked, as far as it matters.
enum Answer {
    Nothing,
    Snapshots(Vec<SnapshotId>),
    Transition(Transition),
}

/// Makes a change.
pub(super) async fn write(cloud: &dyn Cloud, resource: &Resource, step: &Step) -> Written {
    let result = match (&step.change, resource) {
        (Change::Entry(change), Resource::Acl(acl)) => entry(cloud, acl, change).await,
        (Change::Groups(change), _) => groups(cloud, change).await,
        (Change::Machine(change), _) => machine(cloud, change).await,
        (Change::Entry(_), _) => Err(CloudError::new("CreateNetworkAclEntry", not_an_acl(resource))),
    };
    match result {
        Ok(answer) => Written {
            wrote: Wrote::Done,
            end: ChangeEnd::Done,
            image: step.after.clone().map(|image| answered(image, answer)),
        },
        Err(error) => {
            let (wrote, end) = failed(error, &step.change);
            // What was refused for good is not under way.
            let image = match (&end, &step.before) {
                (ChangeEnd::Refused(_), Some(Image::Machine(image))) if image.step == MachineStep::Asked => {
                    Some(Image::Machine(MachineImage {
                        step: MachineStep::Prepared,
                        ..image.clone()
                    }))
                }
                (ChangeEnd::Done, _) => step.after.clone(),
                _ => None,
            };
            Written { wrote, end, image }
        }
    }
}

async fn entry(cloud: &dyn Cloud, acl: &AclId, change: &EntryChange) -> Result<Answer, CloudError> {
    match change {
        EntryChange::Create(entry) => cloud.create_entry(acl, entry).await,
        EntryChange::Replace { new, .. } => cloud.replace_entry(acl, new).await,
        EntryChange::Delete(entry) => cloud.delete_entry(acl, entry.direction, entry.number).await,
    }
    .map(|()| Answer::Nothing)
}

async fn groups(cloud: &dyn Cloud, change: &GroupChange) -> Result<Answer, CloudError> {
    match change {
        GroupChange::SetGroups { interface, to, .. } => cloud.set_groups(interface, to).await,
        GroupChange::CreateGroup { vpc, role } => cloud
            .create_group(vpc, &name(*role), description(*role), &tags(*role))
            .await
            .map(drop),
        GroupChange::Authorize { group, rule } => cloud.authorize_rule(group, rule).await.map(drop),
        GroupChange::Revoke { group, rule } => cloud.revoke_rule(group, rule.rule.direction, &rule.id).await,
    }
    .map(|()| Answer::Nothing)
}

async fn machine(cloud: &dyn Cloud, change: &MachineChange) -> Result<Answer, CloudError> {
    match change {
        MachineChange::Snapshot { instance, alert } => {
            let tags = [Tag {
                key: MachineChange::SNAPSHOT_TAG.to_owned(),
                value: alert.clone(),
            }];
            let description = format!("Quell, before it stopped {instance} for alert {alert}");
            let taken = cloud.create_snapshots(instance, &description, &tags).await;
            return taken.map(Answer::Snapshots);
        }
        MachineChange::Stop { instance, hibernate } => {
            return cloud.stop_instance(instance, *hibernate).await.map(Answer::Transition);
        }
        MachineChange::Start { instance } => return cloud.start_instance(instance).await.map(Answer::Transition),
        MachineChange::Reboot { instance } => cloud.reboot_instance(instance).await,
        MachineChange::EnterStandby { instance, group } => cloud.enter_standby(instance, group).await,
        MachineChange::ExitStandby { instance, group } => cloud.exit_standby(instance, group).await,
    }
    .map(|()| Answer::Nothing)
}

/// The image of a change that was made, with what AWS said of it.
fn answered(image: Image, answer: Answer) -> Image {
    match (image, answer) {
        (Image::Machine(image), Answer::Snapshots(snapshots)) => Image::Machine(MachineImage { snapshots, ..image }),
        // Somebody else was quicker: then it is not for us to put it back.
        (Image::Machine(image), Answer::Transition(transition)) if transition.before != image.before => {
            let step = match image.step {
                MachineStep::Done => MachineStep::Prepared,
                step => step,
            };
            Image::Machine(MachineImage { step, ..image })
        }
        (image, _) => image,
    }
}

fn failed(error: CloudError, change: &Change) -> (Wrote, ChangeEnd) {
    let message = error.to_string();
    match (&error.fault, change) {
        (Fault::NotFound { code, .. }, Change::Entry(EntryChange::Delete(_))) if is_entry_gone(code) => {
            (Wrote::Done, ChangeEnd::Done)
        }
        (Fault::NotFound { code, .. }, Change::Entry(EntryChange::Replace { .. })) if is_entry_gone(code) => {
            (Wrote::Stale, ChangeEnd::Refused(message))
        }
        // A client that tries again after a lost answer may meet its own write.
        (Fault::EntryExists { .. }, Change::Entry(EntryChange::Create(_))) => {
            (Wrote::Stale, ChangeEnd::Unknown(message))
        }
        (Fault::EntryLimit { .. }, _) => (Wrote::Full, ChangeEnd::Refused(message)),
        // An equal rule is there, whoever made it.
        (Fault::Duplicate { .. }, Change::Groups(GroupChange::Authorize { .. })) => (Wrote::Done, ChangeEnd::Done),
        (Fault::Duplicate { .. }, Change::Groups(GroupChange::CreateGroup { .. })) => {
            (Wrote::Stale, ChangeEnd::Unknown(message))
        }
        (Fault::NotFound { code, .. }, Change::Groups(GroupChange::Revoke { .. })) if is_rule_gone(code) => {
            (Wrote::Done, ChangeEnd::Done)
        }
        (Fault::NotFound { code, .. }, Change::Groups(GroupChange::SetGroups { .. })) if is_interface_gone(code) => {
            (Wrote::Stale, ChangeEnd::Refused(message))
        }
        (
            Fault::NotFound { .. }
            | Fault::Denied { .. }
            | Fault::Invalid { .. }
            | Fault::Duplicate { .. }
            | Fault::WrongState { .. },
            _,
        ) => (Wrote::Failed(error), ChangeEnd::Refused(message)),
        // No answer, or one that may follow on an earlier try whose answer was lost: it may have been done.
        _ => (Wrote::Failed(error), ChangeEnd::Unknown(message)),
    }
}

fn is_entry_gone(code: &str) -> bool {
    code == "InvalidNetworkAclEntry.NotFound"
}

fn is_rule_gone(code: &str) -> bool {
    code == "InvalidSecurityGroupRuleId.NotFound" || code == "InvalidPermission.NotFound"
}

fn is_interface_gone(code: &str) -> bool {
    code == "InvalidNetworkInterfaceID.NotFound"
}

fn not_an_acl(resource: &Resource) -> Fault {
    Fault::Invalid {
        code: "InvalidParameterValue".to_owned(),
        message: format!("{resource} is not a network ACL"),
    }
}
