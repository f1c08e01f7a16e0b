//! What the system drops at a socket because nobody read it in time. Linux counts that and shows it in `/proc/net/udp`, the same number as `SO_RXQ_OVFL` brings with a datagram.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::net::UdpSocket;

/// The columns of a socket's line: `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ref pointer drops`.
const INODE: usize = 9;
const DROPS: usize = 12;

/// How many datagrams the system has dropped at a socket.
#[derive(Debug)]
pub(super) struct Dropped {
    /// The system forgets the number with the socket.
    _open: Arc<UdpSocket>,
    /// The system's table of such sockets.
    table: &'static str,
    /// By what the socket is found there.
    inode: u64,
    /// The number as it was taken last. It begins again after 2³² − 1.
    taken: AtomicU32,
}

impl Dropped {
    /// At this socket. None where the system does not tell: only Linux does.
    pub(super) fn at(socket: &Arc<UdpSocket>) -> Option<Self> {
        let table = match socket.local_addr().ok()?.is_ipv4() {
            true => "/proc/net/udp",
            false => "/proc/net/udp6",
        };
        let inode = inode(socket)?;
        count(table, inode)?;
        Some(Self {
            // It is this process that has opened it: whatever was dropped before this first look belongs to it.
            taken: AtomicU32::new(0),
            _open: Arc::clone(socket),
            table,
            inode,
        })
    }

    /// How many more there are since this was last asked.
    pub(super) fn take(&self) -> u64 {
        let Some(now) = count(self.table, self.inode) else {
            return 0;
        };
        now.wrapping_sub(self.taken.swap(now, Ordering::Relaxed)).into()
    }
}

#[cfg(unix)]
fn inode(socket: &UdpSocket) -> Option<u64> {
    rustix::fs::fstat(socket).ok().map(|seen| seen.st_ino)
}

#[cfg(not(unix))]
fn inode(_: &UdpSocket) -> Option<u64> {
    None
}

/// Reads a table up to the socket's line.
fn count(table: &str, inode: u64) -> Option<u32> {
    let lines = BufReader::new(File::open(table).ok()?).lines();
    lines.map_while(Result::ok).find_map(|line| drops(&line, inode))
}

/// How many were dropped, if this is the socket's line.
fn drops(line: &str, inode: u64) -> Option<u32> {
    let columns: Vec<_> = line.split_whitespace().collect();
    let is_its = columns.get(INODE)?.parse::<u64>() == Ok(inode);
    columns.get(DROPS)?.parse().ok().filter(|_| is_its)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

    use super::*;

    const HEAD: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            ";
    const LINE: &str = " 8348: 0100007F:9BEB 00000000:0000 07 00000000:00033900 00:00000000 00000000     0        0 11418 2 00000000ecc03e6c 1975      ";

    #[test]
    fn the_number_is_read_of_the_sockets_own_line_and_of_no_other() {
        assert_eq!(drops(LINE, 11418), Some(1975));
        for (line, inode) in [
            (LINE, 11419),
            (LINE, 1975),
            (HEAD, 11418),
            ("", 11418),
            (&LINE[..100], 11418),
        ] {
            assert_eq!(drops(line, inode), None, "{line}");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_was_dropped_before_the_first_look_counts_too() {
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
        let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        for _ in 0..400 {
            let datagram = [0_u8; 8 * 1024];
            sender.send_to(&datagram, socket.local_addr().unwrap()).await.unwrap();
        }
        assert!(Dropped::at(&socket).unwrap().take() > 0);
    }

    /// As long as nobody reads, the system keeps what fits into the socket's buffer and drops the rest.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn each_datagram_that_nobody_read_in_time_is_counted_once_by_both_families_of_addresses() {
        for address in [
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ] {
            let Ok(socket) = UdpSocket::bind(address).await else {
                assert!(address.is_ipv6(), "every machine has 127.0.0.1");
                continue;
            };
            let socket = Arc::new(socket);
            let dropped = Dropped::at(&socket).unwrap();
            assert_eq!(dropped.take(), 0);
            let sender = UdpSocket::bind(SocketAddr::new(address.ip(), 0)).await.unwrap();
            let sent = 400;
            for _ in 0..sent {
                let datagram = [0_u8; 8 * 1024];
                sender.send_to(&datagram, socket.local_addr().unwrap()).await.unwrap();
            }
            socket.readable().await.unwrap();
            let mut kept = 0;
            while socket.try_recv_from(&mut [0; 16]).is_ok() {
                kept += 1;
            }
            assert_eq!(dropped.take(), sent - kept, "at {address}, where {kept} were kept");
            assert!(kept < sent, "the buffer takes {sent}: send more");
            assert_eq!(dropped.take(), 0);
        }
    }
}
