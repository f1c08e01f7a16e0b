//! The report as text for a person, gate by gate.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    Answer, ExaminedRemediation, Mode, PluginReport, Report, TargetReport,
    style::{BAD, GOOD, HEADING, NOTE, QUIET, paint},
    summary::count,
};
use crate::{
    converge::{Live, LiveInstance, Serving},
    decision::{Decision, End},
    fact,
    guard::Verdict,
    hold::{Coverage, Disagreement, Effect, ToldChange},
    text::bytes,
};

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.write_alert(out)?;
        self.write_facts(out)?;
        for plugin in &self.plugins {
            write_plugin(out, plugin)?;
        }
        for disagreement in &self.disagreements {
            write_disagreement(out, disagreement)?;
        }
        self.held_back.write(out)?;
        for target in &self.targets {
            write_target(out, target, self.mode)?;
        }
        writeln!(out, "{} {}", paint(HEADING, "outcome"), self.outcome.name())?;
        writeln!(out, "  {}", self.summary)
    }
}

impl Report {
    fn write_alert(&self, out: &mut impl Write) -> fmt::Result {
        let alert = &self.alert;
        writeln!(out, "{} {} of {}", paint(HEADING, "alert"), alert.id, alert.detector)?;
        writeln!(out, "  kind      {}", alert.kind)?;
        let addresses: Vec<_> = alert.source.addresses.iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "  source    {} {}",
            alert.source.name,
            paint(QUIET, addresses.join(", "))
        )?;
        let place = &alert.place;
        let known: Vec<_> = [&place.account, &place.region, &place.vpc]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let known = if known.is_empty() {
            "not said".to_owned()
        } else {
            known.join(" ")
        };
        writeln!(out, "  place     {known}")?;
        if let Some(time) = alert.time {
            writeln!(out, "  time      {time}")?;
        }
        if alert.test {
            writeln!(out, "  {}", paint(NOTE, "a test of the channel"))?;
        }
        if alert.resolved {
            writeln!(out, "  {}", paint(NOTE, "resolved already"))?;
        }
        if let Some(why) = &self.refusal {
            writeln!(out, "  {} {why}", paint(BAD, "refused:"))?;
        }
        Ok(())
    }

    fn write_facts(&self, out: &mut impl Write) -> fmt::Result {
        if self.facts.is_empty() {
            return Ok(());
        }
        writeln!(out, "{} that were asked", paint(HEADING, "facts"))?;
        let width = self
            .facts
            .iter()
            .map(|asked| asked.question.to_string().len())
            .max()
            .unwrap_or_default();
        for asked in &self.facts {
            let answer = match &asked.outcome {
                Ok(answer) => answered(answer),
                Err(error) => paint(BAD, error),
            };
            writeln!(out, "  {:<width$}  {answer}", asked.question.to_string())?;
        }
        Ok(())
    }
}

fn answered(answer: &fact::Answer) -> String {
    match answer {
        fact::Answer::Observations(observations) => format!("{} found", observations.len()),
        fact::Answer::Instance(instance) => {
            let subnets: Vec<_> = instance
                .interfaces
                .iter()
                .map(|interface| interface.subnet.as_str())
                .collect();
            format!("{}, {}, in {}", instance.id, instance.state, subnets.join(", "))
        }
        fact::Answer::NetworkAcl(acl) => format!("{}, {} entries", acl.id, acl.entries.len()),
        fact::Answer::SecurityGroup(group) => format!("{} ({})", group.id, group.name),
        fact::Answer::History(history) => format!("{} holds, {} offences", history.holds, history.offences),
        fact::Answer::Sightings(sightings) => match sightings.first {
            Some(first) => format!("named since {first:.0}, by {}", count(sightings.last.len(), "detector")),
            None => "never named before this alert came".to_owned(),
        },
    }
}

fn write_plugin(out: &mut impl Write, plugin: &PluginReport) -> fmt::Result {
    let cost = format!(
        "{:.0?} of its own time, {} asked, {}",
        plugin.cost.guest_time,
        count(plugin.cost.host_calls as usize, "fact"),
        bytes(plugin.cost.memory_bytes)
    );
    writeln!(
        out,
        "{} {} {}",
        paint(HEADING, "plugin"),
        plugin.plugin,
        paint(QUIET, cost)
    )?;
    if let Some(other) = &plugin.instead_of {
        writeln!(out, "  {}", paint(NOTE, format_args!("asked in place of {other}")))?;
    }
    if plugin.observes {
        writeln!(out, "  {}", paint(NOTE, "only observes: nothing comes of it"))?;
    }
    for line in plugin.log.iter().filter(|line| !line.is_panic()) {
        writeln!(out, "  {} {}", paint(QUIET, "log "), line.message)?;
    }
    match &plugin.answer {
        Answer::Failed(failure) => {
            writeln!(out, "  {} {}", paint(BAD, "failed"), failure.message)?;
            if let Some(other) = &plugin.fell_back_to {
                writeln!(out, "  {}", paint(NOTE, format_args!("{other} is asked instead")))?;
            }
        }
        Answer::Decided(Decision::Nothing(abstention)) => {
            writeln!(out, "  {} {}", paint(NOTE, "does nothing:"), abstention.reason)?;
            write_notes(out, &abstention.notes)?;
        }
        Answer::Decided(Decision::Remediate(proposal)) => {
            write_all_examined(out, &plugin.examined)?;
            write_notes(out, &proposal.notes)?;
        }
    }
    Ok(())
}

fn write_notes(out: &mut impl Write, notes: &[String]) -> fmt::Result {
    notes
        .iter()
        .try_for_each(|note| writeln!(out, "  {} {note}", paint(QUIET, "note")))
}

/// What the guards said of all alike is said once.
fn write_all_examined(out: &mut impl Write, examined: &[ExaminedRemediation]) -> fmt::Result {
    let Some((first, others)) = examined.split_first() else {
        return Ok(());
    };
    let is_shared =
        |verdict: &&Verdict| !others.is_empty() && others.iter().all(|other| other.verdicts.contains(verdict));
    let shared: Vec<_> = first.verdicts.iter().filter(is_shared).collect();
    if !shared.is_empty() {
        writeln!(out, "  of all {} remediations", examined.len())?;
        shared.iter().try_for_each(|verdict| write_verdict(out, verdict))?;
    }
    for examined in examined {
        let remediation = &examined.remediation;
        let end = match remediation.until {
            End::Seconds(seconds) => format!("for {seconds} s"),
            End::Released => "until released".to_owned(),
        };
        writeln!(out, "  asks: {}, {end}", paint(HEADING, &remediation.action))?;
        writeln!(out, "    because {}", remediation.reason)?;
        let mut own = examined.verdicts.iter().filter(|verdict| !shared.contains(verdict));
        own.try_for_each(|verdict| write_verdict(out, verdict))?;
        if let Some(left_out) = examined.left_out() {
            writeln!(out, "    {}", paint(BAD, left_out))?;
        }
    }
    Ok(())
}

fn write_verdict(out: &mut impl Write, verdict: &Verdict) -> fmt::Result {
    let mark = if verdict.passed {
        paint(GOOD, "✓")
    } else {
        paint(BAD, "✗")
    };
    writeln!(out, "    {mark} {:<13} {}", verdict.guard, verdict.reason)
}

/// The strictest is first.
fn write_disagreement(out: &mut impl Write, disagreement: &Disagreement) -> fmt::Result {
    let Disagreement { target, remedy, asked } = disagreement;
    writeln!(out, "{} on {remedy} at {target}", paint(HEADING, "plugins disagree"))?;
    for (index, asked) in asked.iter().enumerate() {
        let until = match asked.until {
            Some(until) => format!("until {until:.0}"),
            None => "until released".to_owned(),
        };
        let mark = if index == 0 {
            paint(GOOD, "stricter")
        } else {
            paint(QUIET, "        ")
        };
        writeln!(out, "  {mark} {} {until}: {}", asked.plugin, asked.reason)?;
    }
    Ok(())
}

fn write_target(out: &mut impl Write, target: &TargetReport, mode: Mode) -> fmt::Result {
    writeln!(
        out,
        "{} {}",
        paint(HEADING, target.target.resource.kind()),
        target.target
    )?;
    if let Some(failure) = &target.failure {
        writeln!(out, "  {} {}", paint(BAD, "failed"), failure.message)?;
    }
    let is_pending = target.holds.iter().any(|held| held.coverage == Coverage::Pending);
    let nothing = target.changes.is_empty() && target.failure.is_none();
    if nothing && is_pending && mode.writes() {
        writeln!(out, "  follows with other alerts'")?;
    } else if nothing {
        writeln!(out, "  nothing to change")?;
    } else if !target.changes.is_empty() {
        let tense = if mode.writes() { "changed" } else { "would change" };
        writeln!(out, "  {tense}:")?;
    }
    target.changes.iter().try_for_each(|told| write_change(out, told))?;
    if let Some(Live::Instance(LiveInstance {
        serving: Some(serving), ..
    })) = &target.before
    {
        let told = match serving {
            Serving::In(_) => format!("{serving}: users of its load balancer feel it"),
            Serving::Unread(_) => serving.to_string(),
        };
        writeln!(out, "  {}", paint(NOTE, told))?;
    }
    for held in &target.holds {
        let hold = &held.hold;
        let end = hold
            .until
            .map_or_else(|| "until released".to_owned(), |until| format!("until {until:.0}"));
        let covered = if held.coverage.is_covered() { GOOD } else { BAD };
        let (remedy, coverage) = (&hold.remedy, paint(covered, &held.coverage));
        writeln!(out, "  hold {remedy} {end}: {coverage}")?;
    }
    Ok(())
}

/// One line of a diff, with what CloudTrail calls the request that made it.
pub fn write_change(out: &mut impl Write, told: &ToldChange) -> fmt::Result {
    let ToldChange { change, request_id } = told;
    let style = match change.effect() {
        Effect::Adds => GOOD,
        Effect::Alters => NOTE,
        Effect::Removes => BAD,
    };
    write!(out, "    {}", paint(style, change))?;
    match request_id {
        Some(request) if request.is_of_aws() => {
            writeln!(out, " {}", paint(QUIET, format!("(requestID {request})")))
        }
        _ => writeln!(out),
    }
}
