//! Plugins that must be signed, from a configuration to whether they are loaded.

use std::fs;

use tempfile::TempDir;

use crate::{builtin, config::Config, setup::check_plugins, trust::testing::Signer};

const ACCOUNT: &str = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\nsandbox.cache = 'cache'\n";

/// A folder with a plugin in it that is a good one.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("mine.wasm", builtin::plugin(builtin::DEFAULT).unwrap());
        folder
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn sign(&self, signer: &Signer, component: &[u8], name: &str) {
        self.write(name, signer.sign(component, "a test").as_bytes());
    }

    /// What keeps plugins from being loaded, without what differs from run to run.
    async fn problems(&self, text: &str) -> String {
        let config = Config::parse(&format!("{ACCOUNT}{text}"), &self.0.path().join("quell.toml")).unwrap();
        let problems = check_plugins(&config).await.unwrap().join("\n");
        problems.replace(&self.0.path().display().to_string(), "FOLDER")
    }
}

fn trusting(signers: &[&Signer]) -> String {
    let keys: Vec<_> = signers.iter().map(|signer| format!("'{}'", signer.public())).collect();
    format!(
        "trust.keys = [{}]\n[[plugin]]\nname = 'mine'\nfile = 'mine.wasm'\n",
        keys.join(", ")
    )
}

#[tokio::test]
async fn a_plugin_that_somebody_signed_who_may_is_loaded_and_one_that_nobody_signed_is_not() {
    let (folder, ours) = (Folder::new(), Signer::of(1));
    insta::assert_snapshot!(
        folder.problems(&trusting(&[&ours])).await,
        @"plugin `mine`: FOLDER/mine.wasm is not loaded: it must be signed, and its signature FOLDER/mine.wasm.minisig can't be read: `minisign -S -m FILE.wasm` writes it, and `signature` names it where it lies elsewhere: No such file or directory (os error 2)"
    );
    folder.sign(&ours, builtin::plugin(builtin::DEFAULT).unwrap(), "mine.wasm.minisig");
    assert_eq!(folder.problems(&trusting(&[&ours])).await, "");
    // Where no key is required nobody looks for one.
    assert_eq!(
        Folder::new()
            .problems("[[plugin]]\nname = 'mine'\nfile = 'mine.wasm'")
            .await,
        ""
    );
}

#[tokio::test]
async fn while_one_key_takes_the_place_of_another_plugins_of_both_are_loaded() {
    let (folder, old, new, theirs) = (Folder::new(), Signer::of(1), Signer::of(2), Signer::of(3));
    let component = builtin::plugin(builtin::DEFAULT).unwrap();
    for (signer, is_loaded) in [(&old, true), (&new, true), (&theirs, false)] {
        folder.sign(signer, component, "mine.wasm.minisig");
        assert_eq!(folder.problems(&trusting(&[&old, &new])).await.is_empty(), is_loaded);
    }
}

#[tokio::test]
async fn a_plugin_of_which_a_byte_was_changed_is_not_loaded_whatever_its_digest() {
    let (folder, ours) = (Folder::new(), Signer::of(1));
    let mut component = builtin::plugin(builtin::DEFAULT).unwrap().to_vec();
    folder.sign(&ours, &component, "mine.wasm.minisig");
    *component.last_mut().unwrap() ^= 1;
    folder.write("mine.wasm", &component);
    let pinned = format!(
        "{}sha256 = '{}'",
        trusting(&[&ours]),
        crate::digest::Digest::of(&component)
    );
    let told = folder.problems(&pinned).await;
    assert!(told.contains("is not that key's signature of this component"), "{told}");
}

#[tokio::test]
async fn a_plugin_can_have_a_signer_and_a_signature_of_its_own() {
    let (folder, ours, its) = (Folder::new(), Signer::of(1), Signer::of(2));
    folder.sign(&its, builtin::plugin(builtin::DEFAULT).unwrap(), "elsewhere.minisig");
    let of_its_own = format!(
        "{}signed-by = ['{}']\nsignature = 'elsewhere.minisig'",
        trusting(&[&ours]),
        its.public()
    );
    assert_eq!(folder.problems(&of_its_own).await, "");
    // Who may sign all others may not sign this one.
    folder.sign(&ours, builtin::plugin(builtin::DEFAULT).unwrap(), "elsewhere.minisig");
    let told = folder.problems(&of_its_own).await;
    assert!(told.contains("only") && told.contains("may sign it"), "{told}");
}

#[tokio::test]
async fn a_built_in_plugin_is_part_of_the_program_and_needs_no_signature() {
    let text = format!(
        "trust.keys = ['{}']\n[[plugin]]\nname = 'nacl-block'",
        Signer::of(1).public()
    );
    assert_eq!(Folder::new().problems(&text).await, "");
}
