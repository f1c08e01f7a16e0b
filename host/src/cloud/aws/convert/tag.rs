//! Tags.

use aws_sdk_ec2::types;

use crate::cloud::tag::Tag;

/// Tags by key.
pub(in crate::cloud::aws) fn tags(tags: &[types::Tag]) -> Vec<Tag> {
    let mut tags: Vec<_> = tags
        .iter()
        .filter_map(|tag| Some(Tag::new(tag.key()?, tag.value().unwrap_or_default())))
        .collect();
    tags.sort();
    tags
}

/// Tags for a resource of a kind that is about to be made. None if there are no tags, because EC2 refuses an empty list.
pub(in crate::cloud::aws) fn written_tags(
    kind: types::ResourceType,
    tags: &[Tag],
) -> Option<Vec<types::TagSpecification>> {
    if tags.is_empty() {
        return None;
    }
    let tags = tags
        .iter()
        .map(|tag| types::Tag::builder().key(&tag.key).value(&tag.value).build())
        .collect();
    let specification = types::TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(tags))
        .build();
    Some(vec![specification])
}
