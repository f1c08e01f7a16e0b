//! The configuration as it lies in the package, and whether a function can work by it.

use std::path::Path;

use toml_edit::{DocumentMut, TableLike, TomlError, value};

use crate::{
    config::{CheckpointPlace, Cloud, Config, JournalStore, Secret, never_block::ListSource},
    digest::Digest,
    doctor::household,
    kit::lock,
};

/// Where Lambda unpacks a package. Nothing can be written there.
pub(super) const TASK_ROOT: &str = "/var/task";
/// The only place that a function can write to. It goes with the function's execution environment.
const WRITABLE: &str = "/tmp";
/// Where what is compiled after all lies.
const CACHE: &str = "/tmp/quell";
/// The folder of plugins that were compiled for the function.
pub(super) const PRECOMPILED: &str = "precompiled";

/// The path of a plugin's component in the package.
pub(super) fn component_path(digest: Digest) -> String {
    format!("plugins/{digest}.wasm")
}

/// The path of a component's signature in the package. One component may have several: two plugins of it may be signed by two.
pub(super) fn signature_path(digest: Digest) -> String {
    format!("plugins/{digest}.minisig")
}

/// The digests of a plugin's files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digests {
    /// Of its component.
    pub(super) component: Digest,
    /// Of its signature, if it needs one.
    pub(super) signature: Option<Digest>,
}

/// Writes into a configuration where plugins' components, signatures and compiled code lie in the package; `digests` are those of all plugins
/// with a `file`, in the order of the file. All else, comments too, stays as it is.
pub(super) fn pack(text: &str, digests: &[Digests]) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let with_file = lock::plugins(&mut document)
        .into_iter()
        .filter(|plugin| plugin.contains_key("file"));
    for (plugin, digest) in with_file.zip(digests) {
        set(plugin, "file", component_path(digest.component));
        set(plugin, "sha256", digest.component.to_string());
        if let Some(signature) = digest.signature {
            set(plugin, "signature", signature_path(signature));
        }
    }
    let sandbox = document.entry("sandbox").or_insert_with(toml_edit::table);
    if let Some(sandbox) = sandbox.as_table_like_mut() {
        set(sandbox, "precompiled", PRECOMPILED.to_owned());
        let cache = sandbox.get("cache").and_then(toml_edit::Item::as_str);
        if !cache.is_some_and(|cache| Path::new(cache).starts_with(WRITABLE)) {
            set(sandbox, "cache", CACHE.to_owned());
        }
    }
    Ok(document.to_string())
}

/// Puts a text in the place of what stands there, beside its comment.
fn set(table: &mut dyn TableLike, key: &str, text: String) {
    match table.get_mut(key).and_then(toml_edit::Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = text.into();
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(text));
        }
    }
}

/// What in a configuration can't work in a function, with the remedy. Paths in it are those that the function sees.
pub(super) fn unfit(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    if let Cloud::Simulated(_) = config.cloud {
        problems.push(
            "it protects a simulated account, whose file is not packed: name your accounts in [[aws.account]]"
                .to_owned(),
        );
    }
    if let JournalStore::File(path) = &config.journal.store
        && !path.starts_with(WRITABLE)
    {
        problems.push(format!(
            "the journal is {}, and a function can write below {WRITABLE} only: name a table in `journal.table`",
            path.display()
        ));
    }
    for (what, secret) in household::secrets_of(config) {
        if let Secret::File(path) = secret {
            problems.push(format!(
                "the {what} is in the file {}, which is not packed, so that who may read the package can't read it: name an environment variable, or a secret of \
                 AWS, in its place",
                path.display()
            ));
        }
    }
    if config.http.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some()) {
        problems.push(
            "senders must show certificates (`client-ca` in [http]), and a function sees none: take it out, and ask for `hmac` or `token-sha256` in each [[door.webhook]]"
                .to_owned(),
        );
    }
    for list in &config.never_block_lists {
        if let ListSource::File(path) = &list.source
            && path.starts_with(TASK_ROOT)
        {
            problems.push(format!(
                "the never-block list {} is in the file {}, which is not packed, so that nothing would be blocked: put it into S3, and name its `bucket` and `key` in place of `file`",
                list.name,
                path.display()
            ));
        }
    }
    if let Some(directory) = &config.recordings.directory
        && directory.starts_with(TASK_ROOT)
    {
        problems.push(format!(
            "recordings go to {}, where a function can't write: write `log = true` in [recordings] in place of `directory`",
            directory.display()
        ));
    }
    if let Some(CheckpointPlace::File(path)) = config.checkpoints.as_ref().map(|checkpoints| &checkpoints.place) {
        problems.push(format!(
            "checkpoints go to {}, and no file of a function lasts: name a `bucket` in [checkpoints] in place of `file`",
            path.display()
        ));
    }
    problems
}

/// What works in a function, and not for long.
pub(super) fn notes(config: &Config) -> Vec<String> {
    let mut notes = Vec::new();
    if let JournalStore::File(path) = &config.journal.store {
        notes.push(format!(
            "the journal {} goes with the function's execution environment, and with it who knows what to take back; `journal.table` names one that lasts",
            path.display()
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(digit: &str) -> Digest {
        Digest::try_from(digit.repeat(64)).unwrap()
    }

    fn unsigned(component: &str) -> Digests {
        Digests {
            component: digest(component),
            signature: None,
        }
    }

    #[test]
    fn a_signature_goes_with_its_plugin_and_is_found_there() {
        let text = "[trust]\nkeys = [\"RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\"]\n[[plugin]]\nname = \"mine\"\nfile = \"../mine.wasm\"\n";
        let signed = Digests {
            signature: Some(digest("b")),
            ..unsigned("a")
        };
        let packed = pack(text, &[signed]).unwrap();
        assert!(
            packed.contains(&format!("\nsignature = \"plugins/{}.minisig\"\n", digest("b"))),
            "{packed}"
        );
    }

    #[test]
    fn only_what_the_package_decides_is_written_anew_and_comments_stay() {
        let text = "# Ours.\nmode = \"observe\" # for now\n[[plugin]]\nname = \"nacl-block\"\n[[plugin]]\nname = \"mine\"\nfile = \"../mine.wasm\" # built \
                    by us\nmay = [\"block\"]\n[sandbox]\ncache = \"/var/cache/quell\"\n";
        insta::assert_snapshot!(pack(text, &[unsigned("a")]).unwrap(), @r#"
        # Ours.
        mode = "observe" # for now
        [[plugin]]
        name = "nacl-block"
        [[plugin]]
        name = "mine"
        file = "plugins/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.wasm" # built by us
        may = ["block"]
        sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        [sandbox]
        cache = "/tmp/quell"
        precompiled = "precompiled"
        "#);
    }

    #[test]
    fn a_configuration_that_says_nothing_of_the_sandbox_gets_what_the_package_needs() {
        insta::assert_snapshot!(pack("mode = \"observe\"\n", &[]).unwrap(), @r#"
        mode = "observe"

        [sandbox]
        precompiled = "precompiled"
        cache = "/tmp/quell"
        "#);
    }

    #[test]
    fn what_can_not_work_in_a_function_is_told_all_at_once_with_the_remedies() {
        let text = "[journal]\npath = \"journal.sqlite\"\n[stealthwatch-cloud]\nbase-url = \"https://example.obsrvbl.com/api/v3/\"\nuser = \
                    \"quell@example.com\"\nkey-file = \"key\"\n[recordings]\ndirectory = \"recordings\"\n[checkpoints]\nfile = \"checkpoints\"\nkey-env = \"KEY\"\n[simulated]\naccount-file = \"account.toml\"\n";
        let config = Config::parse(text, &Path::new(TASK_ROOT).join("quell.toml")).unwrap();
        insta::assert_snapshot!(unfit(&config).join("\n"), @r"
        it protects a simulated account, whose file is not packed: name your accounts in [[aws.account]]
        the journal is /var/task/journal.sqlite, and a function can write below /tmp only: name a table in `journal.table`
        the key of Stealthwatch Cloud is in the file /var/task/key, which is not packed, so that who may read the package can't read it: name an environment variable, or a secret of AWS, in its place
        recordings go to /var/task/recordings, where a function can't write: write `log = true` in [recordings] in place of `directory`
        checkpoints go to /var/task/checkpoints, and no file of a function lasts: name a `bucket` in [checkpoints] in place of `file`
        ");
    }

    #[test]
    fn a_never_block_list_that_the_package_has_not_is_told_before_it_keeps_the_function_from_blocking() {
        let text = "[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n[journal]\ntable = \"quell\"\n\
                    [[guard.never-block-list]]\nname = \"partners\"\nfile = \"never-block.txt\"\n";
        let config = Config::parse(text, &Path::new(TASK_ROOT).join("quell.toml")).unwrap();
        insta::assert_snapshot!(unfit(&config).join("\n"), @"the never-block list partners is in the file /var/task/never-block.txt, which is not packed, so that nothing would be blocked: put it into S3, and name its `bucket` and `key` in place of `file`");
    }

    #[test]
    fn certificates_that_nobody_can_show_to_a_function_are_told() {
        let text = "[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n[journal]\ntable = \"quell\"\n\
                    [http]\ntoken-env = \"TOKEN\"\ncertificate = \"chain.pem\"\nkey = \"key.pem\"\nclient-ca = \"senders.pem\"\n";
        let config = Config::parse(text, &Path::new(TASK_ROOT).join("quell.toml")).unwrap();
        insta::assert_snapshot!(unfit(&config).join("\n"), @"senders must show certificates (`client-ca` in [http]), and a function sees none: take it out, and ask for `hmac` or `token-sha256` in each [[door.webhook]]");
    }

    #[test]
    fn a_journal_that_does_not_last_is_a_note() {
        let text = "[journal]\npath = \"/tmp/journal.sqlite\"\n[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n";
        let config = Config::parse(text, &Path::new(TASK_ROOT).join("quell.toml")).unwrap();
        assert!(unfit(&config).is_empty());
        insta::assert_snapshot!(notes(&config).join("\n"), @"the journal /tmp/journal.sqlite goes with the function's execution environment, and with it who knows what to take back; `journal.table` names one that lasts");
    }
}
