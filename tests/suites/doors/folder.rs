//! The folder door.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use quell::{
    alert::Detector,
    door::{
        Door,
        folder::{FileLimits, FolderDoor, FolderOptions},
    },
    text::with_causes,
};

use crate::open::{Open, PATIENCE, alert};

fn options(path: &Path) -> FolderOptions {
    FolderOptions {
        path: path.to_owned(),
        detector: Some(Detector::StealthwatchCloud),
        every: Duration::from_millis(100),
        limits: FileLimits {
            max_file: 1 << 20,
            max_unpacked: 2 << 20,
        },
    }
}

fn door(path: &Path) -> FolderDoor {
    FolderDoor::open(options(path))
}

/// Waits until a file is there, and gives what is in it.
pub(crate) async fn there(path: &Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    while !path.exists() {
        assert!(Instant::now() < deadline, "{} is not there", path.display());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    fs::read_to_string(path).unwrap_or_default()
}

/// An alert on one line.
fn line(id: u64) -> String {
    let alert: serde_json::Value = serde_json::from_str(&alert(id)).unwrap();
    format!("{alert}\n")
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_every_format_are_taken_in_and_moved_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("one.json"), alert(1)).unwrap();
    fs::write(path("two.jsonl"), [line(2), line(3)].concat()).unwrap();
    fs::write(
        path("three.jsonl.gz"),
        packed(&[line(4), "\n".to_owned(), line(5)].concat()),
    )
    .unwrap();
    fs::write(path("notes.txt"), "not for Quell").unwrap();
    let open = Open::new(door(folder.path())).await.unwrap();
    let taken = open.takes(5).await.unwrap();
    assert!(taken.iter().all(|delivery| delivery.door == "folder"));
    for name in ["one.json", "two.jsonl", "three.jsonl.gz"] {
        there(&path("done").join(name)).await;
        assert!(!path(name).exists());
    }
    assert!(path("notes.txt").exists());
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_read_is_put_aside_with_the_reason_and_the_rest_of_the_file_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(
        path("mixed.jsonl"),
        [line(1), "{\"half\": ".to_owned() + "\n", line(2)].concat(),
    )
    .unwrap();
    fs::write(path("large.json"), vec![b' '; (1 << 20) + 1]).unwrap();
    let mut cut = packed(&line(3).repeat(50));
    cut.truncate(cut.len() / 2);
    fs::write(path("cut.jsonl.gz"), cut).unwrap();
    fs::write(path("bomb.jsonl.gz"), packed(&" ".repeat(3 << 20))).unwrap();
    let open = Open::new(door(folder.path())).await.unwrap();
    let failed = path("failed");
    let why = |name: &str| failed.join(format!("{name}.why"));
    insta::assert_snapshot!(there(&why("mixed.jsonl")).await, @r#"line 2: delivery body-dbb4678c16eca3e38b050320d41a4125 can't be read as an alert of stealthwatch-cloud; it is kept in the journal as failed: the alert is not JSON, or not all of it (line 1 column 9); send the alert's JSON object unchanged: EOF while parsing a value at line 1 column 9"#);
    insta::assert_snapshot!(there(&why("large.json")).await, @r#"it has 1048577 bytes, and at most 1048576 are read (max-file)"#);
    insta::assert_snapshot!(there(&why("bomb.jsonl.gz")).await, @r#"it can't be read to its end: more than 2097152 bytes are in it (max-unpacked)"#);
    let told = there(&why("cut.jsonl.gz")).await;
    assert!(told.contains("it can't be read to its end"), "{told}");
    there(&failed.join("mixed.jsonl")).await;
    assert!(open.waiting().await.unwrap().len() >= 2);
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_still_being_written_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("slow.jsonl");
    let mut file = File::create(&name).unwrap();
    let open = Open::new(door(folder.path())).await.unwrap();
    for id in 0..10 {
        file.write_all(line(id).as_bytes()).unwrap();
        file.flush().unwrap();
        tokio::time::sleep(Duration::from_millis(40)).await;
        assert!(name.exists(), "it was moved while it was written");
    }
    drop(file);
    open.takes(10).await.unwrap();
    // By a rename it is whole at once.
    fs::write(folder.path().join("other.tmp"), line(77)).unwrap();
    fs::rename(folder.path().join("other.tmp"), folder.path().join("other.jsonl")).unwrap();
    open.takes(11).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_again_is_done_once_and_kept_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let open = Open::new(door(folder.path())).await.unwrap();
    for place in ["done/a.json", "done/a.json.1"] {
        fs::write(path("new.tmp"), alert(1)).unwrap();
        fs::rename(path("new.tmp"), path("a.json")).unwrap();
        there(&path(place)).await;
    }
    assert_eq!(open.waiting().await.unwrap().len(), 1);
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_stays_in_the_folder_and_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("many.jsonl");
    fs::write(&name, (0..6).map(line).collect::<String>()).unwrap();
    let open = Open::with_room(2, door(folder.path())).await.unwrap();
    for delivery in open.takes(2).await.unwrap() {
        open.stand
            .journal
            .settle(&delivery.id, quell::hold::DeliveryState::Done, "{}")
            .await
            .unwrap();
    }
    open.takes(2).await.unwrap();
    assert!(name.exists());
    // It stops in the middle, and another begins again from the first line.
    let stand = open.close().await.unwrap();
    assert!(name.exists());
    drop(stand);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_into_a_file_while_it_is_taken_in_does_not_go_away_unread() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("grows.jsonl");
    fs::write(&name, (0..3).map(line).collect::<String>()).unwrap();
    let open = Open::with_room(2, door(folder.path())).await.unwrap();
    // The third waits for room.
    let taken = open.takes(2).await.unwrap();
    let mut file = File::options().append(true).open(&name).unwrap();
    file.write_all(line(9).as_bytes()).unwrap();
    drop(file);
    for delivery in taken {
        open.stand
            .journal
            .settle(&delivery.id, quell::hold::DeliveryState::Done, "{}")
            .await
            .unwrap();
    }
    let taken = open.takes(2).await.unwrap();
    assert!(taken.iter().any(|delivery| delivery.body.trim() == line(9).trim()));
    there(&folder.path().join("done/grows.jsonl")).await;
    open.close().await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_somebody_elses_file_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), alert(1)).unwrap();
    std::os::unix::fs::symlink(secret.path(), folder.path().join("link.json")).unwrap();
    fs::write(folder.path().join("own.json"), alert(2)).unwrap();
    let open = Open::new(door(folder.path())).await.unwrap();
    there(&folder.path().join("done/own.json")).await;
    assert_eq!(open.waiting().await.unwrap().len(), 1);
    assert!(secret.path().exists());
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_is_told_and_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later");
    let error = door(&path).examine().await.unwrap_err();
    insta::assert_snapshot!(with_causes(&error).replace(&path.display().to_string(), "PATH"), @r#"the folder PATH can't be used (door.folder): it must be there, and this user must be allowed to write in it: No such file or directory (os error 2)"#);
    let open = Open::new(door(&path)).await.unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("a.json"), alert(1)).unwrap();
    open.takes(1).await.unwrap();
    let before: Vec<_> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(door(&path).examine().await.unwrap(), "0 files wait in it");
    let after: Vec<_> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(before, after);
    open.close().await.unwrap();
}
