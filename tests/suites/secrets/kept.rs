//! A stage whose secrets are kept in moto's Secrets Manager and Parameter Store.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::ensure;
use quell_tests::{
    stage::{Stage, Wanted},
    table::new_table,
};

/// Stages share a moto: each has names of its own.
static STAGES: AtomicU32 = AtomicU32::new(0);

/// A stage, and what its secrets are called.
pub(crate) struct Kept {
    pub(crate) stage: Stage,
    /// The secret with the key of Stealthwatch Cloud, in its JSON at `api-key`.
    pub(crate) key: String,
    /// The parameter with the token of the HTTP door.
    pub(crate) token: String,
}

impl Kept {
    /// With these secrets, and these tables at the end of the configuration.
    pub(crate) async fn with(key: &str, token: &str, tables: &str) -> anyhow::Result<Self> {
        let number = STAGES.fetch_add(1, Ordering::SeqCst);
        let wanted = Wanted {
            tables: &format!("[secrets]\nrefresh = \"10s\"\ntimeout = \"3s\"\n{tables}"),
            ..Wanted::default()
        };
        let kept = Self {
            stage: Stage::with(&wanted).await?,
            key: format!("quell/stealthwatch-{number}"),
            token: format!("/quell/token-{number}"),
        };
        kept.stage.stealthwatch.rotate_key(key);
        kept.put_key(key).await?;
        kept.put_token(token).await?;
        let path = kept.stage.quell.path("quell.toml");
        let text = std::fs::read_to_string(&path)?;
        let text = text.replace("key-env = \"KEY\"", &format!("key-secret = \"{}#api-key\"", kept.key));
        let text = text.replace(
            "token-env = \"TOKEN\"",
            &format!("token-parameter = \"{}\"", kept.token),
        );
        std::fs::write(path, text)?;
        Ok(kept)
    }

    /// From now on the journal lies in a table of DynamoDB, whose name this gives, in place of a file.
    pub(crate) async fn in_table(&self) -> anyhow::Result<String> {
        let table = new_table(&self.stage.world.moto).await;
        let path = self.stage.quell.path("quell.toml");
        let text = std::fs::read_to_string(&path)?;
        let changed = text.replace("path = \"journal.sqlite\"", &format!("table = \"{table}\""));
        ensure!(changed != text, "the journal is elsewhere:\n{text}");
        std::fs::write(path, changed)?;
        Ok(table)
    }

    pub(crate) async fn put_key(&self, key: &str) -> anyhow::Result<()> {
        let json = format!("{{\"user\": \"quell@example.com\", \"api-key\": \"{key}\"}}");
        self.stage.world.moto.put_secret(&self.key, &json).await
    }

    pub(crate) async fn put_token(&self, token: &str) -> anyhow::Result<()> {
        self.stage.world.moto.put_parameter(&self.token, token).await
    }
}
