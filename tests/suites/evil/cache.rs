//! Compiled plugins on disk: native code that somebody may have touched.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use quell::sandbox::{Cache, Use};
use quell_tests::guest;

use crate::arena::{Arena, patient, sandbox};

/// The one compiled plugin in a cache.
fn file(directory: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

async fn load_with(directory: &Path) -> Arena {
    let sandbox = sandbox(Use::OneAtATime, patient(), Some(Cache::at(directory)));
    Arena::of(&sandbox, &guest::evil()).await
}

#[tokio::test]
async fn a_plugin_is_compiled_once_and_then_taken_from_the_cache() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("deep/cache");
    load_with(&cache).await.is_as_before().await;
    let written = fs::metadata(file(&cache)).unwrap().modified().unwrap();
    assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);

    load_with(&cache).await.is_as_before().await;
    assert_eq!(fs::metadata(file(&cache)).unwrap().modified().unwrap(), written);
}

#[tokio::test]
async fn a_damaged_file_is_compiled_anew_and_never_run() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    load_with(&cache).await;
    let good = fs::read(file(&cache)).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for damaged in [&flipped[..], &good[..good.len() / 2], &good[..10], b""] {
        fs::write(file(&cache), damaged).unwrap();
        load_with(&cache).await.is_as_before().await;
        assert_eq!(fs::read(file(&cache)).unwrap().len(), good.len(), "it was written anew");
    }
}

#[tokio::test]
async fn a_directory_that_others_can_write_is_not_used() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
    load_with(&cache).await.is_as_before().await;
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 0);
}

#[tokio::test]
async fn a_link_in_place_of_the_directory_is_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (real, link) = (directory.path().join("real"), directory.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    load_with(&link).await.is_as_before().await;
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
}
