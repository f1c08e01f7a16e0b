//! Messages over UDP: a datagram each. Nobody can be made to wait, so some are kept in memory, and what comes beyond that is lost and counted.

use std::sync::Arc;

use tokio::{net::UdpSocket, sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{GRACE, desk::Desk};

/// How many datagrams are kept until the journal takes them.
const KEPT: usize = 512;
/// How many are on their way into the journal at the same time: it writes what comes together in one go.
const AT_ONCE: usize = 8;

/// Takes datagrams.
pub(super) async fn run(socket: Arc<UdpSocket>, desk: Arc<Desk>, stop: CancellationToken) {
    let (sender, receiver) = mpsc::channel(KEPT);
    let carrying = tokio::spawn(carry(receiver, Arc::clone(&desk), stop.clone()));
    let mut octets = vec![0; desk.max_message + 1];
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut octets) => received,
            () = stop.cancelled() => break,
        };
        let Ok((length, from)) = received else {
            // What the system tells of an earlier answer, of which there is none.
            continue;
        };
        if !desk.lets_in(from.ip()) {
            continue;
        }
        match octets.get(..length) {
            Some(datagram) if length <= desk.max_message => {
                if sender.try_send(datagram.to_vec()).is_err() {
                    desk.told.lost.one_more();
                }
            }
            _ => desk.told.too_long.one_more(),
        }
    }
    drop(sender);
    if tokio::time::timeout(GRACE, carrying).await.is_err() {
        tracing::warn!("syslog datagrams did not get into the journal within {GRACE:?}, and are lost");
    }
}

/// Carries datagrams into the journal, until no more come.
async fn carry(mut datagrams: mpsc::Receiver<Vec<u8>>, desk: Arc<Desk>, stop: CancellationToken) {
    let mut under_way = JoinSet::new();
    while let Some(datagram) = datagrams.recv().await {
        if under_way.len() >= AT_ONCE {
            under_way.join_next().await;
        }
        let (desk, stop) = (Arc::clone(&desk), stop.clone());
        under_way.spawn(async move {
            if !desk.take_in(&datagram, &stop).await {
                desk.told.lost.one_more();
            }
        });
    }
    while under_way.join_next().await.is_some() {}
}
