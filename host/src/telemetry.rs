//! Logs: of a service text for a person at a terminal, and one JSON object a line for everything else; of a command text. Always on standard error:
//! standard output is for answers.

use std::{
    fmt,
    io::{self, IsTerminal},
    str::FromStr,
};

use anstream::AutoStream;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, filter::ParseError, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

/// What the libraries say about themselves drowns what Quell says, and some of it carries request headers. By the
/// beginnings of their names; who names one in the filter hears it all the same.
const QUIET: &str =
    "aws=warn,cranelift=warn,h2=warn,hyper=warn,lambda_runtime=warn,reqwest=warn,rustls=warn,tower=warn,wasmtime=warn";

/// What the lines about a long compile are logged as. A command shows them too: its user waits.
pub const COMPILE_LOG: &str = "quell::compile";

/// What plugins' own lines are logged as. A command does not show them: they are in what it answers.
pub const PLUGIN_LOG: &str = "quell::plugin";

/// Which lines are logged: a level such as `info`, or more exactly `warn,quell::sandbox=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// Only what is not as it should be, and what takes long.
    pub fn warnings() -> Self {
        Self(format!("warn,{COMPILE_LOG}=info,{PLUGIN_LOG}=off"))
    }

    /// Only what failed.
    pub fn errors() -> Self {
        Self("error".to_owned())
    }

    fn to_filter(&self) -> EnvFilter {
        // Later directives win over earlier ones of the same name.
        EnvFilter::new(format!("{QUIET},{}", self.0))
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl FromStr for LogFilter {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        EnvFilter::builder().parse(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person who looks at a service.
    Text {
        /// With colour.
        colour: bool,
    },
    /// For a person who waits for a command, and needs no time.
    Brief {
        /// With colour.
        colour: bool,
    },
    /// One JSON object a line, its fields at the top, the time in UTC.
    Json,
}

impl LogFormat {
    /// What suits a service, by where standard error goes to.
    pub fn of_service() -> Self {
        match io::stderr().is_terminal() {
            true => Self::Text { colour: has_colour() },
            false => Self::Json,
        }
    }

    /// What suits a command, which is read by a person at a terminal or in the output of a job.
    pub fn of_command() -> Self {
        Self::Brief { colour: has_colour() }
    }
}

fn has_colour() -> bool {
    AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Sends this process's logs to standard error. Does nothing if they go somewhere already.
pub fn init(filter: &LogFilter, format: LogFormat) {
    let _already = subscriber(filter, format, io::stderr).try_init();
}

/// What takes log lines and writes them.
pub fn subscriber<W>(filter: &LogFilter, format: LogFormat, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let registry = tracing_subscriber::registry().with(filter.to_filter());
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Text { colour } => Box::new(registry.with(layer.with_ansi(colour).with_target(false))),
        LogFormat::Brief { colour } => {
            let layer = layer.with_ansi(colour).with_target(false).without_time();
            Box::new(registry.with(layer))
        }
        LogFormat::Json => Box::new(registry.with(layer.json().flatten_event(true).with_span_list(false))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of what `say` says.
    fn written(filter: &str, format: LogFormat, say: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(&filter.parse().unwrap(), format, move || writer.clone());
        tracing::subscriber::with_default(subscriber, say);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_machine_reads_one_object_a_line_with_the_fields_at_the_top() {
        let written = written("info", LogFormat::Json, || {
            tracing::info!(alert = "6125", "two\nlines");
            tracing::warn!("second");
        });
        let lines: Vec<serde_json::Value> = written
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let [first, second] = lines.as_slice() else {
            panic!("two lines: {written}")
        };
        assert_eq!(first["alert"], "6125");
        assert_eq!(first["message"], "two\nlines");
        assert_eq!(second["level"], "WARN");
        assert!(first["timestamp"].as_str().unwrap().ends_with('Z'), "in UTC");
    }

    #[test]
    fn a_person_reads_text_without_colour_codes_if_there_is_no_colour() {
        let written = written("info", LogFormat::Text { colour: false }, || {
            tracing::info!(alert = "6125", "decided")
        });
        assert!(written.ends_with("INFO decided alert=\"6125\"\n"), "{written}");
        assert!(!written.contains('\x1b'));
    }

    #[test]
    fn who_waits_for_a_command_reads_no_time() {
        let written = written("info", LogFormat::Brief { colour: false }, || {
            tracing::info!("compiling")
        });
        assert_eq!(written, " INFO compiling\n");
    }

    #[test]
    fn libraries_are_quiet_unless_they_are_asked_for_by_name() {
        let say = || {
            tracing::debug!(target: "hyper_util::client", "connecting");
            tracing::debug!(target: "quell::door", "listening");
        };
        let format = LogFormat::Text { colour: false };
        assert!(!written("debug", format, say).contains("connecting"));
        assert!(written("debug", format, say).contains("listening"));
        assert!(written("hyper=debug", format, say).contains("connecting"));
    }

    #[test]
    fn a_filter_that_is_none_is_refused_before_anything_starts() {
        assert!("quell=loud".parse::<LogFilter>().is_err());
        assert!("debug,quell::sandbox=trace".parse::<LogFilter>().is_ok());
    }
}
