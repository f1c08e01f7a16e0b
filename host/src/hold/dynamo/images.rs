//! Before-images in the table.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{Image, KeptImage, Target},
    Failure,
    item::Item,
    key,
};

/// What is kept of an image.
#[derive(Serialize, Deserialize)]
struct Kept {
    image: Image,
    written: Timestamp,
}

/// An image's item.
pub(super) fn item(target: &Target, image: &Image, now: Timestamp) -> Result<Item, Failure> {
    let kept = Kept {
        image: image.clone(),
        written: now,
    };
    Item::saying(key::image(target, &image.part()), &kept)
}

/// Whether an item of a target is an image.
pub(super) fn is_one(item: &Item) -> bool {
    item.key.sk.starts_with(key::IMAGE)
}

/// An image out of its item.
pub(super) fn read(item: &Item) -> Result<KeptImage, Failure> {
    let Kept { image, written } = item.doc("before-image")?;
    Ok(KeptImage { image, written })
}
