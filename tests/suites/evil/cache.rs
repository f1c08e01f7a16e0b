//! Compiled plugins on disk: native code that somebody may have touched.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use quell::{
    digest::Digest,
    sandbox::{Cache, Kept, Limits, Plugin, Precompiled, Sandbox, Target, Use, precompile},
};
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

/// The evil guest, loaded by its digest alone from what was compiled for a deployment.
async fn load_compiled(purpose: Use, directory: &Path) -> Option<Plugin> {
    let kept = Kept {
        precompiled: Some(Precompiled::at(directory)),
        ..Kept::default()
    };
    let sandbox = Sandbox::with(purpose, patient(), kept).unwrap();
    sandbox.load_compiled("evil", Digest::of(&guest::evil())).await.unwrap()
}

/// A directory with the evil guest, compiled for machines such as this one; and the file.
fn deployment() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let target = Target::here().unwrap();
    let file = precompile(&guest::evil(), target, &Limits::default(), directory.path()).unwrap();
    (directory, file)
}

#[tokio::test]
async fn what_was_compiled_for_a_deployment_is_loaded_without_the_component_whatever_the_process_is_for() {
    let (directory, _file) = deployment();
    for purpose in [Use::Daemon, Use::OneAtATime] {
        let plugin = load_compiled(purpose, directory.path()).await.unwrap();
        assert_eq!(plugin.inspection().size_bytes, guest::evil().len());
    }
    assert!(
        load_compiled(Use::Measure, directory.path()).await.is_none(),
        "fuel is not counted in it"
    );
}

#[tokio::test]
async fn what_was_compiled_for_a_deployment_is_not_used_if_others_can_write_it_or_it_is_not_whole() {
    let (directory, file) = deployment();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let is_used = async || load_compiled(Use::OneAtATime, directory.path()).await.is_some();
    assert!(is_used().await);
    mode(directory.path(), 0o775);
    assert!(!is_used().await, "a directory that others can write");
    mode(directory.path(), 0o755);
    mode(&file, 0o664);
    assert!(!is_used().await, "a file that others can write");
    mode(&file, 0o644);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert!(!is_used().await, "half a file");
    fs::write(&file, &whole).unwrap();
    assert!(is_used().await);
}

#[tokio::test]
async fn code_of_another_component_or_another_cpu_is_not_run() {
    let (directory, file) = deployment();
    let other = match Target::here().unwrap() {
        Target::X86_64 => Target::Aarch64,
        Target::Aarch64 => Target::X86_64,
    };
    let foreign = precompile(&guest::evil(), other, &Limits::default(), directory.path()).unwrap();
    fs::rename(foreign, &file).unwrap();
    assert!(load_compiled(Use::OneAtATime, directory.path()).await.is_none());

    let here = Target::here().unwrap();
    let another = precompile(
        &guest::evil_describe("loop"),
        here,
        &Limits::default(),
        directory.path(),
    )
    .unwrap();
    fs::rename(another, &file).unwrap();
    assert!(load_compiled(Use::OneAtATime, directory.path()).await.is_none());
}
