//! The syslog door: messages by RFC 5424, and in the older form, over UDP and TCP.
//!
//! Syslog knows no authentication: who may send is said by address, and by UDP an address can be forged. By TCP a sender waits while the journal does not take more. By UDP nobody can be
//! made to wait: some messages are kept in memory, and what comes beyond that is lost, counted, and told in the log. So is what the system drops before anybody can read it, where the system
//! tells how much that is.

mod cef;
mod desk;
mod dropped;
pub mod framing;
pub mod message;
mod tcp;
mod told;
mod udp;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use ipnet::IpNet;
use tokio::{
    net::{TcpListener, UdpSocket},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use self::{desk::Desk, dropped::Dropped, told::Told};
use super::{Door, DoorError};
use crate::{alert::Detector, way::Host};

/// What the journal calls it.
const KIND: &str = "syslog";

/// How long messages that were taken may still need to get into the journal when the door closes.
const GRACE: Duration = Duration::from_secs(5);

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct SyslogOptions {
    /// The address to listen on. Port 0 is any free one.
    pub listen: SocketAddr,
    /// Whether datagrams are taken.
    pub udp: bool,
    /// Whether connections are taken.
    pub tcp: bool,
    /// Who may send. Empty: everybody, only where `listen` is loopback; the configuration sees to that.
    pub from: Vec<IpNet>,
    /// Whose alerts come.
    pub detector: Detector,
    /// Only messages of these programs; of all if it is empty. `*` stands for any text.
    pub apps: Vec<String>,
    /// The most bytes of a message.
    pub max_message: usize,
    /// The most connections at once.
    pub connections: usize,
    /// How long a connection may be silent.
    pub idle: Duration,
}

/// The syslog door, open.
#[derive(Debug)]
pub struct SyslogDoor {
    udp: Option<UdpSocket>,
    tcp: Option<TcpListener>,
    address: SocketAddr,
    options: SyslogOptions,
}

impl SyslogDoor {
    /// Opens the door: from now on the port is taken.
    ///
    /// # Errors
    /// If the address can't be listened on.
    pub async fn open(options: SyslogOptions) -> Result<Self, DoorError> {
        let listen = |source| DoorError::Listen {
            address: options.listen,
            key: "door.syslog.listen",
            source,
        };
        let mut address = options.listen;
        let mut tcp = None;
        if options.tcp {
            let listener = TcpListener::bind(address).await.map_err(listen)?;
            address = listener.local_addr().map_err(listen)?;
            tcp = Some(listener);
        }
        let mut udp = None;
        if options.udp {
            let socket = UdpSocket::bind(address).await.map_err(listen)?;
            address = socket.local_addr().map_err(listen)?;
            udp = Some(socket);
        }
        Ok(Self {
            udp,
            tcp,
            address,
            options,
        })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

#[async_trait]
impl Door for SyslogDoor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn place(&self) -> String {
        let transports = match (self.udp.is_some(), self.tcp.is_some()) {
            (true, true) => "udp and tcp",
            (true, false) => "udp",
            (false, _) => "tcp",
        };
        format!("{} ({transports})", self.address)
    }

    async fn examine(&self) -> Result<String, DoorError> {
        Ok(format!("{} is free", self.address))
    }

    /// When it is told to stop it takes no more; what it has taken gets five seconds to get into the journal.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let udp = self.udp.map(Arc::new);
        let told = Arc::new(Told::new(udp.as_ref().and_then(Dropped::at)));
        let desk = Arc::new(Desk::new(&self.options, host, Arc::clone(&told)));
        let mut parts = JoinSet::new();
        if let Some(socket) = udp {
            parts.spawn(udp::run(socket, Arc::clone(&desk), stop.clone()));
        }
        if let Some(listener) = self.tcp {
            let most = (self.options.connections, self.options.idle);
            parts.spawn(tcp::run(listener, most, desk, stop.clone()));
        }
        let all_ended = async { while parts.join_next().await.is_some() {} };
        tokio::select! {
            () = all_ended => {}
            never = told.now_and_then() => match never {},
        }
        told.tell();
    }
}
