//! The container file, as far as it can be tried without an engine for containers: its health check, and what it copies.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use quell_tests::{plain::plain_at, process::free_address, python::root};

/// How long a health check may take that nobody waits for in vain.
const PATIENCE: &str = "60";

/// What the file says, an instruction each, without comments and on one line.
fn instructions() -> Vec<String> {
    let text = fs::read_to_string(root().join("examples/deploy/Containerfile")).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let text = lines.join("\n").replace("\\\n", " ");
    text.lines().map(str::to_owned).collect()
}

/// What stands behind an instruction, as often as it is there.
fn all<'a>(instructions: &'a [String], name: &'a str) -> impl Iterator<Item = &'a str> {
    instructions
        .iter()
        .filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
}

/// The health check, of a door at this address in place of the port that the image exposes.
fn health_check(door: SocketAddr) -> ExitStatus {
    let instructions = instructions();
    let port = all(&instructions, "EXPOSE").next().unwrap().trim();
    let check = all(&instructions, "HEALTHCHECK").next().unwrap();
    let (_, command) = check.split_once(" CMD ").unwrap();
    let command: Vec<String> = serde_json::from_str(command).unwrap();
    let (there, here) = (
        format!("/dev/tcp/127.0.0.1/{port} "),
        format!("/dev/tcp/127.0.0.1/{} ", door.port()),
    );
    assert!(command.iter().any(|part| part.contains(&there)), "{command:?}");
    let mut checking = Command::new("timeout");
    checking
        .arg(PATIENCE)
        .args(command.iter().map(|part| part.replace(&there, &here)));
    checking.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

#[test]
fn the_health_check_of_the_image_tells_a_daemon_that_serves_from_one_that_is_gone() {
    let door = free_address().unwrap();
    let quell = plain_at(door, "token-env = \"TOKEN\"").unwrap();
    let quell = quell.with_environment([("TOKEN", "a-token-that-nobody-guesses".to_owned())]);
    let daemon = quell.serve().unwrap();
    assert!(health_check(door).success());
    daemon.terminate(Duration::from_secs(20)).unwrap();
    let gone = health_check(door);
    // 124 is that of `timeout`, when the check itself hung.
    assert!(
        gone.code().is_some_and(|code| code != 0 && code != 124),
        "nobody is there: {gone}"
    );
}

/// Where the image's build has its files from.
fn sources() -> Vec<String> {
    let instructions = instructions();
    let copies = all(&instructions, "COPY").filter(|copy| !copy.starts_with("--from="));
    let sources = copies.flat_map(|copy| {
        let mut words: Vec<_> = copy.split_whitespace().collect();
        words.pop();
        words
    });
    sources.map(str::to_owned).collect()
}

/// Whether a path of the repository is this source, or lies in it.
fn is_of(path: &str, source: &str) -> bool {
    match source.split_once('*') {
        None => Path::new(path).starts_with(source),
        Some((before, after)) => path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|name| !name.contains('/')),
    }
}

#[test]
fn all_that_the_image_is_built_of_is_there() {
    let sources = sources();
    assert!(sources.len() > 5, "{sources:?}");
    for source in &sources {
        let is_there = match source.rsplit_once('/') {
            Some((folder, name)) if name.contains('*') => fs::read_dir(root().join(folder))
                .unwrap()
                .any(|entry| is_of(&format!("{folder}/{}", entry.unwrap().file_name().display()), source)),
            _ => root().join(source).exists(),
        };
        assert!(is_there, "there is no {source}");
    }
}

#[test]
fn the_image_is_built_with_every_crate_of_the_workspace_and_every_file_that_the_program_embeds() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.lines().find(|line| line.starts_with("members = ")).unwrap();
    let mut needed: Vec<_> = members.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let crates = needed.len();
    embedded(&root().join("host/src"), &mut needed);
    assert!(crates > 5 && needed.len() > crates + 5, "{needed:?}");
    let sources = sources();
    for path in needed {
        assert!(
            sources.iter().any(|source| is_of(&path, source)),
            "the image is built without {path}"
        );
    }
}

/// The files of the examples that the code below a folder embeds, but for its tests.
fn embedded(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("tests") {
            continue;
        }
        if path.is_dir() {
            embedded(&path, found);
        } else if name.ends_with(".rs") {
            let code = fs::read_to_string(&path).unwrap();
            let quoted = code.split("/../examples/").skip(1);
            found.extend(quoted.filter_map(|rest| Some(format!("examples/{}", rest.split_once('"')?.0))));
        }
    }
}
