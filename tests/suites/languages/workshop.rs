//! Where the plugins of this suite are built and loaded, each once.

use std::path::{Path, PathBuf};

use quell::{
    builtin,
    duration::HumanDuration,
    kit::build::Language,
    sandbox::{Cache, Limits, Plugin, Sandbox, Use},
};
use quell_tests::foreign;
use tokio::sync::OnceCell;

/// A folder of this suite's own.
pub(crate) fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages")
}

/// The default plugin's rule in this language.
pub(crate) async fn rule(language: Language) -> Plugin {
    static RULES: [OnceCell<Plugin>; 3] = [const { OnceCell::const_new() }; 3];
    let rule = async || match language {
        // It was built already.
        Language::Rust => compile("nacl-block", builtin::plugin("nacl-block").unwrap(), 20).await,
        _ => load("nacl-block", foreign::example(language), 20).await,
    };
    RULES[language as usize].get_or_init(rule).await.clone()
}

/// The plugin in this language that attacks its host.
pub(crate) async fn evil(language: Language) -> Plugin {
    static EVIL: [OnceCell<Plugin>; 3] = [const { OnceCell::const_new() }; 3];
    let name = match language {
        Language::Rust => panic!("the evil guest in Rust has its own suite"),
        Language::JavaScript => "evil-javascript",
        Language::Python => "evil-python",
    };
    // Long enough for a busy machine, and an endless loop takes as long.
    let evil = async || load(name, foreign::guest(name, &place()).unwrap(), 3).await;
    EVIL[language as usize].get_or_init(evil).await.clone()
}

/// Build and load the plugin in a folder. Its own code may run for so many seconds.
pub(crate) async fn load(name: &str, folder: PathBuf, guest_seconds: u64) -> Plugin {
    let component = tokio::task::spawn_blocking(move || foreign::build(&folder).unwrap())
        .await
        .unwrap();
    compile(name, &component, guest_seconds).await
}

async fn compile(name: &str, component: &[u8], guest_seconds: u64) -> Plugin {
    let limits = Limits {
        guest_time: HumanDuration::from_secs(guest_seconds),
        ..Limits::default()
    };
    let cache = Cache::at(place().join("compiled"));
    let sandbox = Sandbox::new(Use::OneAtATime, limits, Some(cache)).unwrap();
    sandbox.load(name, component).await.unwrap()
}
