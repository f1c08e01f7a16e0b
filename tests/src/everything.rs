//! A journal with something of everything that journals keep.

use jiff::Timestamp;
use quell::{
    alert::Detector,
    cloud::{Direction, Entry, Peer, PortRange},
    hold::{
        Change, ChangeEnd, Delivery, DeliveryId, DeliveryState, EndReason, EntryChange, Image, Intent, InterfaceImage,
        Isolation, Journal, JournalError, Lease, Leasing, MachineChange, Note, NoteKind, Owner, Pardon, Pause, Remedy,
        Revocation, Target,
    },
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

fn target(resource: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: resource.parse().expect("it is an id"),
    }
}

fn denial(prefix: &str, until: Option<i64>) -> Intent {
    Intent {
        target: target("acl-0a1b2c3d"),
        remedy: Remedy::deny(prefix.parse().expect("it is a prefix"), Direction::Ingress),
        reason: "600 failed attempts".to_owned(),
        confidence: 80,
        severity: Some(50),
        spare: vec!["10.0.0.0/16".parse().expect("it is a prefix")],
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/6125".to_owned(),
        until: until.map(at),
        scope: Default::default(),
    }
}

fn deny(number: u16, prefix: &str) -> Entry {
    Entry::deny(number, Direction::Ingress, prefix.parse().expect("it is a prefix"))
}

async fn lease(journal: &dyn Journal, target: &Target) -> Result<Lease, JournalError> {
    match journal.lease(target, &Owner::new("one"), at(0), at(1_000)).await? {
        Leasing::Ours(lease) => Ok(lease),
        Leasing::Theirs { .. } => Err(JournalError::LeaseLost { target: target.clone() }),
    }
}

async fn deliver(journal: &dyn Journal, id: &str, state: Option<DeliveryState>) -> Result<(), JournalError> {
    let delivery = Delivery {
        id: DeliveryId::read(id),
        door: "http".to_owned(),
        detector: Detector::StealthwatchCloud,
        body: format!("{{\"id\": \"{id}\"}}"),
        received: at(0),
        attempts: 0,
        state: DeliveryState::Waiting { not_before: at(0) },
        report: String::new(),
    };
    journal.admit(&delivery, 1_000).await?;
    if let Some(state) = state {
        journal.attempt(&delivery.id, at(0), at(30)).await?;
        journal.settle(&delivery.id, state, "{\"outcome\": \"done\"}").await?;
    }
    Ok(())
}

/// Puts it there: deliveries in every state, holds of every kind in force and ended, changes with every end, entries confirmed and not, a before-image, what must stay
/// reachable, a pardon and the pause. Nobody has a lease afterwards.
///
/// # Errors
/// If the journal fails.
pub async fn keep(journal: &dyn Journal) -> Result<(), JournalError> {
    deliver(journal, "waits", None).await?;
    deliver(journal, "again", Some(DeliveryState::Waiting { not_before: at(60) })).await?;
    deliver(journal, "done", Some(DeliveryState::Done)).await?;
    deliver(journal, "failed", Some(DeliveryState::Failed)).await?;

    let instance = target("i-0a1b2c3d4e5f60718");
    let group = target("sg-0a1b2c3d");
    let of = |target: &Target, remedy: Remedy| Intent {
        target: target.clone(),
        remedy,
        ..denial("203.0.113.7/32", None)
    };
    let revoke = Revocation {
        protocol: "tcp".to_owned(),
        ports: Some(PortRange { first: 22, last: 22 }),
        peer: Peer::Prefix("0.0.0.0/0".parse().expect("it is a prefix")),
        rule: None,
        description: None,
        narrow_to: Vec::new(),
    };
    let intents = vec![
        denial("203.0.113.7/32", Some(4_000_000_000)),
        denial("203.0.113.8/32", Some(100)),
        denial("2001:db8::7/128", None),
        denial("198.51.100.0/24", None),
        of(
            &instance,
            Remedy::Isolate {
                isolate: Isolation::default(),
            },
        ),
        of(&group, Remedy::Revoke { revoke }),
    ];
    let holds = journal.put_in_force(&intents, &DeliveryId::read("done"), at(0)).await?;
    journal
        .put_in_force(&intents[..1], &DeliveryId::read("waits"), at(1))
        .await?;
    journal.expire(at(100)).await?;
    journal.end(&[holds[3].id], EndReason::Released, at(101)).await?;

    let acl = target("acl-0a1b2c3d");
    let lease_on_acl = lease(journal, &acl).await?;
    let ends = [
        (99, "203.0.113.7/32", Some(ChangeEnd::Done)),
        (98, "203.0.113.8/32", Some(ChangeEnd::Refused("denied".to_owned()))),
        (97, "2001:db8::7/128", Some(ChangeEnd::Unknown("no answer".to_owned()))),
        (96, "198.51.100.0/24", None),
    ];
    for (number, prefix, end) in ends {
        let change = Change::from(EntryChange::Create(deny(number, prefix)));
        let id = journal.begin(&lease_on_acl, &change, None, at(2)).await?;
        if let Some(end) = end {
            journal.finish(id, &end, None, None, at(3)).await?;
        }
    }
    journal.give_back(&lease_on_acl).await?;

    let lease_on_instance = lease(journal, &instance).await?;
    let stop = Change::from(MachineChange::Stop {
        instance: "i-0a1b2c3d4e5f60718".parse().expect("it is an id"),
        hibernate: false,
    });
    let image = Image::Interface(InterfaceImage {
        interface: "eni-0a1b2c3d".parse().expect("it is an id"),
        before: vec!["sg-0aaaaaaa".parse().expect("it is an id")],
        ours: Vec::new(),
        restored: false,
        refused: false,
    });
    let id = journal.begin(&lease_on_instance, &stop, Some(&image), at(4)).await?;
    journal.finish(id, &ChangeEnd::Done, None, None, at(5)).await?;
    journal.give_back(&lease_on_instance).await?;

    journal
        .write_note(
            &Note::new(NoteKind::Sighting, "203.0.113.7").saying(r#"{"first":null,"last":{}}"#.to_owned(), at(7)),
        )
        .await?;
    journal
        .pardon(&Pardon {
            prefix: "192.0.2.0/24".parse().expect("it is a prefix"),
            since: at(0),
            until: at(4_000_000_000),
            reason: "a partner's scanner".to_owned(),
        })
        .await?;
    journal
        .pause(&Pause {
            since: at(7),
            reason: "a change window".to_owned(),
        })
        .await
}
