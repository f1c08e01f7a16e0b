//! Before-images: how something was stays known until it is so again.

use super::*;

fn instance() -> Target {
    target("i-0a1b2c3d4e5f60718")
}

/// An interface that was in one group, and that we put into so many others.
fn image(ours: usize) -> Image {
    Image::Interface(InterfaceImage {
        interface: "eni-0a1b2c3d".parse().unwrap(),
        before: vec!["sg-0aaaaaaa".parse().unwrap()],
        ours: vec![vec!["sg-0bbbbbbb".parse().unwrap()]; ours],
        restored: false,
        refused: false,
    })
}

fn isolating() -> Change {
    Change::from(MachineChange::Stop {
        instance: "i-0a1b2c3d4e5f60718".parse().unwrap(),
        hibernate: false,
    })
}

async fn images(journal: &Opened) -> Vec<Image> {
    let seen = journal.situation(&instance(), at(0), at(0)).await.unwrap();
    seen.images.into_iter().map(|kept| kept.image).collect()
}

/// The lease on it. There is a hold in force.
async fn lease_on_it(journal: &Opened) -> Lease {
    let stop = Intent {
        target: instance(),
        remedy: Remedy::Isolate {
            isolate: Isolation::default(),
        },
        ..intent("203.0.113.7/32", None)
    };
    put(journal, stop, "a", 0).await;
    let leasing = journal.lease(&instance(), &Owner::new("one"), at(0), at(1_000)).await;
    match leasing.unwrap() {
        Leasing::Ours(lease) => lease,
        theirs @ Leasing::Theirs { .. } => panic!("{theirs:?}"),
    }
}

#[tokio::test]
async fn how_something_was_is_known_before_it_is_changed_and_until_it_is_forgotten() {
    let journal = journal().await;
    let lease = lease_on_it(&journal).await;
    let begun = journal.begin(&lease, &isolating(), Some(&image(0)), at(1)).await;
    assert_eq!(images(&journal).await, [image(0)]);
    let end = ChangeEnd::Done;
    journal.finish(begun.unwrap(), &end, None, Some(&image(1)), at(2)).await.unwrap();
    assert_eq!(images(&journal).await, [image(1)]);
    assert_eq!(journal.targets().await.unwrap(), [instance()]);
    journal.forget_image(&instance(), &image(1)).await.unwrap();
    assert!(images(&journal).await.is_empty());
}

#[tokio::test]
async fn a_change_that_is_refused_keeps_the_image_of_what_was_begun() {
    let journal = journal().await;
    let lease = lease_on_it(&journal).await;
    let begun = journal.begin(&lease, &isolating(), Some(&image(0)), at(1)).await;
    let end = ChangeEnd::Refused("denied".to_owned());
    journal.finish(begun.unwrap(), &end, None, None, at(2)).await.unwrap();
    assert_eq!(images(&journal).await, [image(0)]);
}
