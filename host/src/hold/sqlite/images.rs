//! Before-images in SQL.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    super::{Image, KeptImage, Target},
    Failure,
    row::{from_time, from_value, to_time, to_value},
};

/// Keeps an image, in the place of an older one of the same part.
pub(super) fn keep(sql: &Connection, target: &Target, image: &Image, now: Timestamp) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached(
        "INSERT INTO images (account, region, resource, part, image, written) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET image = excluded.image, written = excluded.written",
    )?
    .execute(params![
        account,
        region,
        resource.as_str(),
        image.part(),
        from_value(image)?,
        from_time(now)
    ])?;
    Ok(())
}

/// See [`super::super::Journal::forget_image`].
pub(super) fn forget(sql: &Connection, target: &Target, part: &str) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached("DELETE FROM images WHERE account = ?1 AND region = ?2 AND resource = ?3 AND part = ?4")?
        .execute(params![account, region, resource.as_str(), part])?;
    Ok(())
}

/// The images of a target, by part.
pub(super) fn list(sql: &Connection, target: &Target) -> Result<Vec<KeptImage>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let mut statement = sql.prepare_cached(
        "SELECT image, written FROM images WHERE account = ?1 AND region = ?2 AND resource = ?3 ORDER BY part",
    )?;
    let mut rows = statement.query(params![account, region, resource.as_str()])?;
    let mut images = Vec::new();
    while let Some(row) = rows.next()? {
        images.push(KeptImage {
            image: to_value("before-image", &row.get::<_, String>(0)?)?,
            written: to_time(row.get(1)?)?,
        });
    }
    Ok(images)
}
