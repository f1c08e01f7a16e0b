"""From an alert to the answer."""

from typing import Callable, Optional, Union

from quell import Decision, Escalation, FactError, Facts, at_instance, block, ended_holds, nothing, remediate
from wit_world.imports.facts import Instance
from wit_world.imports.types import Alert, Remediation

from .histories import Histories
from .notes import Notes
from .observation import read
from .offender import Offender, add_up
from .own_side import OwnSide
from .settings import Settings
from .target import Targets


def decide(alert: Alert, settings: Settings, facts: Facts) -> Decision:
    """Decide on one alert. Every answer says why."""
    notes = Notes()
    try:
        answer = _blocks(alert, settings, facts, notes)
    except FactError as error:
        # That there is no such thing is no error but a reason to do nothing.
        if error.kind != "not-known":
            raise
        answer = str(error)
    return nothing(answer, notes.finish()) if isinstance(answer, str) else remediate(answer, notes.finish())


def _blocks(alert: Alert, settings: Settings, facts: Facts, notes: Notes) -> Union[list[Remediation], str]:
    """The blocks, at least one, or why there is none."""
    out_of_scope = _scope(alert, settings)
    if out_of_scope is not None:
        return out_of_scope

    observations = facts.observations()
    sightings = [read(observation) for observation in observations]
    notes.unreadable += [told for sighting in sightings for told in sighting.unreadable]
    offenders = add_up(sightings)
    if not offenders:
        return f"none of the {len(observations)} observations of alert {alert.id} names a remote address"

    threshold = settings.failed_attempts
    own = OwnSide(alert.source, sightings)

    def leave_out(wanted: Callable[[Offender], bool], why: Callable[[Offender], str]) -> int:
        out = [offender for offender in offenders if not wanted(offender)]
        offenders[:] = [offender for offender in offenders if wanted(offender)]
        notes.left_out += [f"{offender.address} is left out: {why(offender)}" for offender in out]
        return len(out)

    def leave_out_own() -> int:
        return leave_out(lambda it: it.address not in own, lambda _: "it is of the alert's own side")

    of_own_side = leave_out_own()
    harmless = leave_out(
        lambda it: it.is_enough(threshold), lambda it: f"{it.failed_attempts or 0} failed attempts, fewer than {threshold}"
    )
    # AWS is asked only once there is somebody to block; what it says can only take from them.
    if offenders:
        targets = Targets(alert.source, offenders, facts)
        for instance in targets.all():
            own.add(instance)
        of_own_side += leave_out_own()
        if offenders:
            return _at_targets(offenders, targets, alert, settings, facts, notes)
    why = []
    if harmless > 0:
        why.append(f"{harmless} with fewer than {threshold} failed attempts")
    if of_own_side > 0:
        why.append(f"{of_own_side} of the alert's own side")
    return f"no remote address of alert {alert.id} is to be blocked: {', '.join(why)}"


def _scope(alert: Alert, settings: Settings) -> Optional[str]:
    """Why an alert is none of this plugin's."""
    if alert.test:
        return f"alert {alert.id} is a test"
    if alert.resolved:
        return f"alert {alert.id} is resolved"
    if any(kind.strip() == alert.kind.strip() for kind in settings.alert_types):
        return None
    return f"alert {alert.id} is of type `{alert.kind}`, which is not among the alert-types in the settings"


def _at_targets(
    offenders: list[Offender], targets: Targets, alert: Alert, settings: Settings, facts: Facts, notes: Notes
) -> Union[list[Remediation], str]:
    """A block for each offender at each instance that it attacked, as many as the settings allow."""
    most = settings.max_blocks
    pairs: list[tuple[Offender, Instance]] = []
    for offender in offenders:
        instances = targets.of(offender)
        if not instances:
            notes.left_out.append(f"{offender.address} is left out: no instance is known that it attacked")
        pairs += [(offender, instance) for instance in instances]
    if not pairs:
        asked = "; ".join(targets.not_known) or "neither the alert nor its observations name one"
        return f"no instance is known that alert {alert.id} is about: {asked}"
    notes.left_out += [f"{offender.address} is left out: max-blocks is {most}" for offender, _ in pairs[most:]]

    # Last of all, so that nobody's history is asked who is not blocked.
    histories = Histories(facts)
    escalation = Escalation(settings.block_seconds, settings.escalation_factor, settings.longest_block_seconds, settings.jitter_percent)
    remediations = []
    for offender, instance in pairs[:most]:
        history = histories.of(offender.address)
        remediations.append(
            block(
                offender.address,
                at_instance(instance.id),
                reason=_reason(offender, instance.id, ended_holds(history), alert),
                # Without the instance, so that what is blocked at several of them is free everywhere at the same time.
                seconds=escalation.seconds(history, f"{offender.address} {alert.id}"),
                confidence=offender.confidence(settings.failed_attempts, alert.severity),
                direction=settings.direction,
            )
        )
    notes.unanswered += histories.unanswered()
    return remediations


def _reason(offender: Offender, instance: str, times: int, alert: Alert) -> str:
    """One sentence: who, how much, against what, says which alert, and how often it was blocked before."""
    seen = "an observation of" if offender.observations == 1 else f"{offender.observations} observations of"
    failed = offender.failed_attempts
    did = f"is the remote side of {seen}" if failed is None else f"made {failed} failed attempts to access"
    attacked = instance if alert.source.name == instance else f"{alert.source.name} ({instance})"
    before = {0: "", 1: ", blocked once before"}.get(times, f", blocked {times} times before")
    return f"{offender.address} {did} {attacked}: alert {alert.id}, {alert.kind}{before}"
