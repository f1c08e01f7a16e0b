//! The syslog door.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use quell::{
    alert::Detector,
    door::syslog::{SyslogDoor, SyslogOptions},
    hold::DeliveryId,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use crate::open::{Open, PATIENCE, alert};

fn options() -> SyslogOptions {
    SyslogOptions {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        udp: true,
        tcp: true,
        from: Vec::new(),
        detector: Detector::StealthwatchCloud,
        apps: Vec::new(),
        max_message: 16 * 1024,
        connections: 4,
        idle: Duration::from_secs(30),
    }
}

/// A door, and where it listens.
async fn opened(options: SyslogOptions) -> (SyslogDoor, SocketAddr) {
    let door = SyslogDoor::open(options).await.unwrap();
    let address = door.address();
    (door, address)
}

/// An alert in a syslog message of a program.
fn message(app: &str, id: u64) -> String {
    let alert: Value = serde_json::from_str(&alert(id)).unwrap();
    format!("<134>1 2030-01-05T07:39:58Z sensor {app} - - - {alert}")
}

/// Sends datagrams.
async fn send(address: SocketAddr, datagrams: &[&[u8]]) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for datagram in datagrams {
        socket.send_to(datagram, address).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_comes_in_by_udp_and_by_tcp_in_both_framings() {
    let (door, address) = opened(options()).await;
    let open = Open::new(door).await.unwrap();
    send(address, &[message("app", 1).as_bytes()]).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let counted = message("app", 2);
    let frames = format!(
        "{} {counted}{}\n{}",
        counted.len(),
        message("app", 3),
        message("app", 4)
    );
    // In pieces, as a network may cut them.
    for piece in frames.as_bytes().chunks(700) {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
    }
    // The last line has no end but that of the connection.
    stream.shutdown().await.unwrap();
    let taken = open.takes(4).await.unwrap();
    assert!(taken.iter().all(|delivery| delivery.door == "syslog"));
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_alert_is_kept_as_failed_and_what_is_of_no_interest_is_not() {
    let wanted = SyslogOptions {
        apps: vec!["swc-*".to_owned()],
        ..options()
    };
    let (door, address) = opened(wanted).await;
    let open = Open::new(door).await.unwrap();
    let rubbish = "<134>1 2030-01-05T07:39:58Z sensor swc-1 - - - no alert at all";
    send(
        address,
        &[
            b"<38>1 2030-01-05T07:39:58Z sensor sshd 812 - - session opened",
            message("other", 1).as_bytes(),
            rubbish.as_bytes(),
            b"\xff\xfe\x00",
            message("swc-1", 2).as_bytes(),
        ],
    )
    .await;
    let taken = open.takes(1).await.unwrap();
    assert!(taken[0].body.contains("\"id\":2"), "{}", taken[0].body);
    let id = DeliveryId::of(Detector::StealthwatchCloud, b"no alert at all");
    open.failed(id.as_str()).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_named_is_not_heard() {
    let wanted = SyslogOptions {
        from: vec!["198.51.100.0/24".parse().unwrap()],
        ..options()
    };
    let (door, address) = opened(wanted).await;
    let open = Open::new(door).await.unwrap();
    send(address, &[message("app", 1).as_bytes()]).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    // It may be closed before all is sent.
    let _ = stream.write_all(format!("{}\n", message("app", 2)).as_bytes()).await;
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "the connection is closed");
    assert!(open.waiting().await.unwrap().is_empty());
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_long_is_left_out_and_the_next_one_is_not() {
    let (door, address) = opened(options()).await;
    let open = Open::new(door).await.unwrap();
    let long = "x".repeat(20_000);
    send(address, &[long.as_bytes(), message("app", 1).as_bytes()]).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let frames = format!("{} {long}<134>{long}\n{}\n", long.len(), message("app", 2));
    stream.write_all(frames.as_bytes()).await.unwrap();
    open.takes(2).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_by_tcp_faster_than_the_journal_takes_waits_and_loses_nothing() {
    let (door, address) = opened(options()).await;
    let open = Open::with_room(2, door).await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let sending = tokio::spawn(async move {
        for id in 0..6 {
            let line = format!("{}\n", message("app", id));
            stream.write_all(line.as_bytes()).await.unwrap();
        }
        stream
    });
    let mut done = 0;
    while done < 6 {
        for delivery in open.waiting().await.unwrap() {
            let state = quell::hold::DeliveryState::Done;
            open.stand.journal.settle(&delivery.id, state, "{}").await.unwrap();
            done += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(sending.await.unwrap());
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_makes_room_for_others() {
    let wanted = SyslogOptions {
        connections: 1,
        idle: Duration::from_millis(200),
        ..options()
    };
    let (door, address) = opened(wanted).await;
    let open = Open::new(door).await.unwrap();
    let silent = TcpStream::connect(address).await.unwrap();
    let mut next = TcpStream::connect(address).await.unwrap();
    next.write_all(format!("{}\n", message("app", 1)).as_bytes())
        .await
        .unwrap();
    open.takes(1).await.unwrap();
    drop(silent);
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named() {
    let (door, address) = opened(options()).await;
    let taken = SyslogOptions {
        listen: address,
        ..options()
    };
    let error = SyslogDoor::open(taken).await.unwrap_err();
    let port = address.port().to_string();
    insta::assert_snapshot!(error.to_string().replace(&port, "PORT"), @r#"can't listen on 127.0.0.1:PORT (door.syslog.listen): is another Quell running, or may only root use the port?"#);
    assert_eq!(address.ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    drop(door);
}
