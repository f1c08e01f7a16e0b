//! Senders that dawdle, and a door that closes.

use std::time::{Duration, Instant};

use quell::{alert::Detector, hold::DeliveryId};
use quell_tests::recorded;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::open_door::{ALERTS, OpenDoor};

/// Longer than any of this may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection on which this was sent.
async fn connection(door: &OpenDoor, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream
}

/// All that comes until the door closes the connection.
async fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    read.expect("the door closes the connection").unwrap();
    String::from_utf8(answer).unwrap()
}

fn head(length: usize) -> String {
    format!("POST {ALERTS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n")
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let door = OpenDoor::without_worker(Duration::from_millis(300)).await.unwrap();
    let stream = connection(&door, &format!("{}{{", head(1000))).await;
    let answer = answer(stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(
        answer.contains("the request took longer than 300ms; send it again, twice does no harm"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let door = OpenDoor::without_worker(Duration::from_millis(300)).await.unwrap();
    let slow = connection(&door, "POST /alerts/stealthwatch-cloud HTTP/1.1\r\nHost: qu").await;
    let silent = connection(&door, "").await;
    answer(slow).await;
    answer(silent).await;
}

#[tokio::test]
async fn who_asks_and_never_reads_the_answers_is_not_waited_for() {
    let door = OpenDoor::without_worker(Duration::from_millis(300)).await.unwrap();
    // A small window, so that little is on its way before the door has to wait.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(door.address).await.unwrap();
    let requests = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    let asking = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    let ended = tokio::time::timeout(PATIENCE, asking).await;
    ended.expect("the door closes the connection");
}

#[tokio::test]
async fn a_sender_that_dawdles_does_not_keep_others_out() {
    let door = OpenDoor::new().await.unwrap();
    let mut dawdlers = Vec::new();
    for _ in 0..100 {
        dawdlers.push(connection(&door, &head(1000)).await);
    }
    let delivery = door.deliver(recorded::ATTACK).await.unwrap();
    assert_eq!(delivery["state"], "done");
}

#[tokio::test]
async fn a_request_that_is_under_way_when_the_door_closes_is_finished_and_its_alert_kept() {
    let mut door = OpenDoor::new().await.unwrap();
    let (first, rest) = recorded::ATTACK.split_at(100);
    let mut under_way = connection(&door, &format!("{}{first}", head(recorded::ATTACK.len()))).await;
    // An answer to another request shows that the first part has long been read.
    door.get("/healthz").await.unwrap();
    let stopping = tokio::spawn(door.daemon.take().unwrap().stop());
    while TcpStream::connect(door.address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    under_way.write_all(rest.as_bytes()).await.unwrap();
    let answer = answer(under_way).await;
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    stopping.await.unwrap().unwrap();
    let id = DeliveryId::of(Detector::StealthwatchCloud, recorded::ATTACK.as_bytes());
    assert!(door.stand.journal.delivery(&id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_door_from_closing() {
    let mut door = OpenDoor::with("shutdown-grace = \"200ms\"").await.unwrap();
    let stream = connection(&door, &head(1000)).await;
    door.get("/healthz").await.unwrap();
    let begun = Instant::now();
    door.daemon.take().unwrap().stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(answer(stream).await, "");
}

#[tokio::test]
async fn a_connection_that_waits_for_more_work_does_not_keep_the_door_from_closing() {
    let mut door = OpenDoor::new().await.unwrap();
    let mut idle = connection(&door, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    idle.read_exact(&mut [0; 12]).await.unwrap();
    let begun = Instant::now();
    door.daemon.take().unwrap().stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
