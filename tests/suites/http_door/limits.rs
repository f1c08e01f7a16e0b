//! Too much of anything, and what a sender is told.

use std::{net::Ipv4Addr, time::Duration};

use quell::door::http::{ConnectionTerms, RequestTerms};
use quell_tests::recorded;
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::open_door::{ALERTS, OpenDoor, header, refusal};

/// All that comes until the door closes the connection.
async fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    // Who is turned away may find the connection reset.
    let _ = read.expect("the door closes the connection");
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_sender_that_makes_too_many_requests_is_told_when_to_come_again() {
    let terms = RequestTerms {
        requests_a_minute: Some(3),
        ..RequestTerms::default()
    };
    let door = OpenDoor::asking(ConnectionTerms::default(), terms).await.unwrap();
    for _ in 0..3 {
        assert_eq!(
            door.post(ALERTS, recorded::ATTACK).await.unwrap().status(),
            StatusCode::ACCEPTED
        );
    }
    let refused = door.post(ALERTS, recorded::ATTACK).await.unwrap();
    let wait: u64 = header(&refused, "retry-after").unwrap().parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
    let why = refusal(refused).await.unwrap();
    assert!(
        why.starts_with("429: more than 3 requests a minute came from this address"),
        "{why}"
    );
}

#[tokio::test]
async fn a_head_with_too_much_in_it_is_refused() {
    let door = OpenDoor::new().await.unwrap();
    let many: String = (0..100).map(|number| format!("X-{number}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(20_000));
    for too_much in [many, long] {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        let head = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{too_much}\r\n");
        let _ = stream.write_all(head.as_bytes()).await;
        let answer = answer(stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    assert_eq!(door.get("/healthz").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn one_address_can_not_take_all_connections() {
    let connections = ConnectionTerms {
        most_of_one: 2,
        ..ConnectionTerms::default()
    };
    let door = OpenDoor::asking(connections, RequestTerms::default()).await.unwrap();
    let _held = [
        TcpStream::connect(door.address).await.unwrap(),
        TcpStream::connect(door.address).await.unwrap(),
    ];
    let third = TcpStream::connect(door.address).await.unwrap();
    assert_eq!(answer(third).await, "");
    // From another address there is room.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::new(127, 0, 0, 2), 0).into()).unwrap();
    let mut other = socket.connect(door.address).await.unwrap();
    other
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(answer(other).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_is_not_on_the_list_of_addresses_is_not_talked_to() {
    let connections = ConnectionTerms {
        from: vec!["127.0.0.2/32".parse().unwrap()],
        ..ConnectionTerms::default()
    };
    let door = OpenDoor::asking(connections, RequestTerms::default()).await.unwrap();
    let stranger = TcpStream::connect(door.address).await.unwrap();
    assert_eq!(answer(stranger).await, "");
}

#[tokio::test]
async fn bodies_that_dawdle_take_no_more_memory_than_there_is_for_all_of_them() {
    let terms = RequestTerms {
        max_body: 64 * 1024,
        bodies: 64 * 1024,
        ..RequestTerms::default()
    };
    let door = OpenDoor::asking(ConnectionTerms::default(), terms).await.unwrap();
    let mut dawdler = TcpStream::connect(door.address).await.unwrap();
    let head = format!("POST {ALERTS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n");
    dawdler.write_all(head.as_bytes()).await.unwrap();
    dawdler.write_all(&[b' '; 65_000]).await.unwrap();
    // Until the door has read that, others are let in.
    let refused = loop {
        let response = door.post(ALERTS, recorded::ATTACK).await.unwrap();
        if response.status() != StatusCode::ACCEPTED {
            break response;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(header(&refused, "retry-after").unwrap(), "10");
    insta::assert_snapshot!(refusal(refused).await.unwrap(), @"503: too many requests are on their way at once: send it again later");
    drop(dawdler);
    while door.post(ALERTS, recorded::ATTACK).await.unwrap().status() != StatusCode::ACCEPTED {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
