//! Pages whose transcripts are played: what they say is typed, and what is printed is what they say.

mod page;
mod plain;
mod session;

use std::{env, fs, path::Path};

pub use self::{
    page::{Page, Step},
    plain::fits,
    session::Session,
};

/// Where somebody types what a page says.
pub trait Home {
    /// The folder that the shell is opened in.
    fn folder(&self) -> &Path;

    /// The environment of the shell.
    fn variables(&self) -> Vec<(String, String)>;

    /// A command of the page as it is here.
    fn command(&self, said: &str) -> String;

    /// What was printed here, as the page has it.
    fn as_said(&self, printed: &str) -> String;

    /// Sees to what is needed after a command, and comes by itself or takes too long outside of a test.
    ///
    /// # Errors
    /// If it can't.
    fn prepare(&self) -> anyhow::Result<()> {
        Ok(())
    }

    /// Why a command is not typed here, and what is done in its place is the test's own affair. None for one that is.
    fn left_out(&self, _said: &str) -> Option<&'static str> {
        None
    }
}

/// Types the steps of a page at these places, and tells each that printed something else. With `QUELL_GUIDE=write` in the environment the page is written anew
/// instead, with what is printed now.
///
/// # Errors
/// If the page or the home can't be used, or what was printed is not what the page says.
pub fn play(path: &Path, places: impl Fn(&Page) -> Vec<usize>, home: &dyn Home) -> anyhow::Result<()> {
    let mut page = Page::read(&fs::read_to_string(path)?);
    let steps = places(&page);
    let mut session = Session::start(home)?;
    let mut differences = Vec::new();
    for at in &steps {
        let step = &mut page.steps[*at];
        if home.left_out(&step.command).is_some() {
            continue;
        }
        let mut printed = session.run(&step.command)?;
        // What is waited for may need longer on this machine.
        let mut tries = if step.command.starts_with("sleep ") { 10 } else { 0 };
        while !fits(&printed, &step.printed) && tries > 0 {
            printed = session.run(&step.command)?;
            tries -= 1;
        }
        home.prepare()?;
        if !fits(&printed, &step.printed) {
            let (command, said) = (&step.command, &step.printed);
            differences.push(format!(
                "$ {command}\n--- the page says\n{said}\n--- it printed\n{printed}"
            ));
            step.printed = printed;
        }
    }
    if env::var("QUELL_GUIDE").is_ok_and(|value| value == "write") {
        // Another section may have been written meanwhile.
        let mut now = Page::read(&fs::read_to_string(path)?);
        for (place, step) in places(&now).into_iter().zip(steps) {
            now.steps[place] = page.steps[step].clone();
        }
        return Ok(fs::write(path, now.write())?);
    }
    anyhow::ensure!(differences.is_empty(), "{}", differences.join("\n\n"));
    Ok(())
}
