//! A sensor that tells of attacks by syslog, in JSON of its own that the configuration maps, and the daemon as a process on a simulated account: what is denied in the end, and what is told
//! of datagrams that the journal does not have.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use quell_tests::{
    plain::plain,
    process::{Daemon, Quell, free_address, json_lines},
    stage::PATIENCE,
};
use rusqlite::{Connection, OpenFlags};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, UdpSocket},
};

/// The most bytes of a message here.
const MOST: usize = 8 * 1024;

/// A folder with the daemon's configuration, and where its two doors are: the second hears nobody on this machine.
struct Heard {
    quell: Quell,
    door: SocketAddr,
    deaf_door: SocketAddr,
}

impl Heard {
    fn new() -> Self {
        let [door, deaf_door] = [(); 2].map(|()| free_address().unwrap());
        let more = format!(
            r#"
            [work]
            queue = 10
            [[door.syslog]]
            listen = "{door}"
            detector = "sensor"
            apps = ["sensor"]
            max-message = {MOST}
            [[door.syslog]]
            listen = "{deaf_door}"
            detector = "sensor"
            from = ["198.51.100.0/24"]
            [[detector]]
            name = "sensor"
            [detector.mapping]
            id = "/message/number"
            kind = "/message/rule"
            severity = {{ at = "/syslog/severity", words = {{ err = 80, notice = 20 }} }}
            time = "/syslog/time"
            test = false
            resolved = false
            instance = "/syslog/host"
            observations = {{ remote = "/message/from", attempts = "/message/failures" }}
            [[plugin]]
            name = "nacl-block"
            route = [{{ detector = "sensor" }}]
            settings = {{ alert-types = ["password guessing"], failed-attempts = 5 }}
            "#
        );
        let quell = plain(&more).unwrap();
        Self { quell, door, deaf_door }
    }

    /// What a command lists as JSON.
    fn listed(&self, command: &str) -> Value {
        let told = self.quell.run(&[command, "--output", "json"]).unwrap();
        serde_json::from_str(&told.stdout).unwrap_or_else(|error| panic!("{error}: {told:?}"))
    }

    /// How many deliveries the journal has.
    fn deliveries(&self) -> u32 {
        let path = self.quell.path("journal.sqlite");
        let journal = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        journal
            .query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0))
            .unwrap()
    }
}

/// A message of the sensor about the web server, by RFC 5424.
fn message(severity: &str, message: &Value) -> String {
    let priority = match severity {
        "err" => 131,
        _ => 133,
    };
    let now = Timestamp::now();
    format!("<{priority}>1 {now} i-0abc1234def567890 sensor 812 ALERT - {message}")
}

/// Somebody guesses passwords.
fn guesses(number: u32, attacker: &str) -> String {
    let told = json!({ "number": number, "rule": "password guessing", "from": attacker, "failures": 40 });
    message("err", &told)
}

/// What nobody decides to do anything about, in about so many bytes.
fn chatter(number: u32, bytes: usize) -> String {
    let told =
        json!({ "number": number, "rule": "chatter", "from": "203.0.113.9", "failures": 0, "more": " ".repeat(bytes) });
    message("notice", &told)
}

fn wait_for_an_act(daemon: &mut Daemon) {
    daemon.wait_for_line("\"outcome\":\"acted\"", PATIENCE).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_sensor_tells_of_by_syslog_is_denied_whether_by_a_datagram_or_on_a_stream_in_either_framing() {
    let heard = Heard::new();
    let mut daemon = heard.quell.serve().unwrap();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    socket
        .send_to(guesses(1, "203.0.113.7").as_bytes(), heard.door)
        .await
        .unwrap();
    wait_for_an_act(&mut daemon);
    let mut stream = TcpStream::connect(heard.door).await.unwrap();
    let counted = guesses(2, "203.0.113.8");
    stream
        .write_all(format!("{} {counted}", counted.len()).as_bytes())
        .await
        .unwrap();
    wait_for_an_act(&mut daemon);
    let line = guesses(3, "2001:db8:bad::9");
    stream.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    wait_for_an_act(&mut daemon);

    let holds = heard.listed("holds");
    let told = |hold: &Value| {
        format!(
            "{} {} of {} at severity {}: {}",
            hold["prefix"], hold["direction"], hold["alert"], hold["severity"], hold["coverage"]
        )
    };
    let told: Vec<_> = holds.as_array().unwrap().iter().map(told).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "203.0.113.7/32" "ingress" of "sensor/1" at severity 80: {"rule":99,"state":"covered"}
    "203.0.113.8/32" "ingress" of "sensor/2" at severity 80: {"rule":98,"state":"covered"}
    "2001:db8:bad::9/128" "ingress" of "sensor/3" at severity 80: {"rule":97,"state":"covered"}
    "#);
    // As the account has it, by the daemon's own look.
    let capacity = heard.listed("capacity");
    let web = capacity.as_array().unwrap().iter().find_map(|acl| acl.get("capacity"));
    let sides = web.unwrap()["sides"].as_array().unwrap();
    let ours: Vec<_> = sides.iter().map(|side| side["ours"].as_u64().unwrap()).collect();
    assert_eq!(ours, [2, 1, 0, 0], "{capacity}");
    daemon.terminate(PATIENCE).unwrap();
}

/// Sends datagrams to a door: so many at a time, that a reader who is awake gets them.
async fn send(door: SocketAddr, datagrams: impl IntoIterator<Item = String>) -> u64 {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut sent = 0;
    for datagram in datagrams {
        socket.send_to(datagram.as_bytes(), door).await.unwrap();
        sent += 1;
        if sent % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    sent
}

/// Waits until nothing lies in the system's buffer of a door.
async fn is_read(door: SocketAddr) {
    let port = format!(":{:04X}", door.port());
    let begun = Instant::now();
    loop {
        let table = fs::read_to_string("/proc/net/udp").unwrap();
        let line = table.lines().find(|line| {
            let local = line.split_whitespace().nth(1);
            local.is_some_and(|local| local.ends_with(&port))
        });
        // How much is to be sent and to be received.
        if line.and_then(|line| line.split_whitespace().nth(4)) == Some("00000000:00000000") {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "it is not read: {line:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn each_datagram_that_the_journal_does_not_have_is_told_as_dropped_by_the_system_lost_too_long_or_refused() {
    let heard = Heard::new();
    let daemon = heard.quell.serve().unwrap();
    // While nobody reads, the system keeps what fits into its buffer.
    kill_process(daemon.process(), Signal::STOP).unwrap();
    let mut sent = send(heard.door, (0..400).map(|number| chatter(number, 4000))).await;
    kill_process(daemon.process(), Signal::CONT).unwrap();
    is_read(heard.door).await;
    // Ten may wait to be worked on, so that most of these come to Quell and have no place there.
    sent += send(heard.door, (1000..5000).map(|number| chatter(number, 10))).await;
    let too_long = send(heard.door, (0..3).map(|number| chatter(number, MOST))).await;
    let refused = send(heard.deaf_door, (0..5).map(|number| chatter(number, 10))).await;
    is_read(heard.door).await;
    is_read(heard.deaf_door).await;

    let (status, log) = daemon.terminate(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(0), "{log:?}");
    let lines = json_lines(&log).unwrap();
    let told = |of: &str| lines.iter().filter_map(|line| line[of].as_u64()).sum::<u64>();
    let (dropped, lost) = (told("dropped"), told("lost"));
    assert_eq!((told("too_long"), told("strangers")), (too_long, refused));
    assert!(dropped > 0 && lost > 0, "{dropped} dropped, {lost} lost");
    let there = u64::from(heard.deliveries());
    assert_eq!(
        there + dropped + lost,
        sent,
        "{there} there, {dropped} dropped, {lost} lost"
    );
}
