"""What this plugin decides. `quell/` and `wit_world/` beside it are Quell's own part and need not be changed."""

from dataclasses import dataclass

from quell import Decision, Facts, Plugin, Request, at_instance, block, by_number, nothing, observed, parse_address, remediate, setting


@dataclass
class Settings:
    attempts: int = setting(
        10, minimum=1, description="How many failed attempts, in all observations of an alert, make an address an attacker."
    )
    block_seconds: int = setting(3600, minimum=1, description="How long a block lasts, in seconds.")


def decide(request: Request, settings: Settings, facts: Facts) -> Decision:
    alert = request.alert
    if alert.test or alert.resolved:
        return nothing(f"alert {alert.id} is a test or resolved")

    attempts = {}
    for observation in facts.observations():
        fields = observed(observation)
        remote, more = parse_address(fields.get("connected_ip")), fields.get("failed_attempts")
        if remote and isinstance(more, int) and more >= 0:
            attempts[remote] = attempts.get(remote, 0) + more
    attackers = [remote for remote in sorted(attempts, key=by_number) if attempts[remote] >= settings.attempts]
    if not attackers:
        return nothing(f"of {len(attempts)} remote addresses of alert {alert.id} none tried {settings.attempts} times")

    # Not known, not permitted or not answered: then the decision fails, and the host keeps the alert.
    instance = facts.instance(alert.source.name)
    return remediate(
        [
            block(
                remote,
                at_instance(instance.id),
                reason=f"{remote} tried {attempts[remote]} times to access {instance.id}: alert {alert.id}",
                seconds=settings.block_seconds,
            )
            for remote in attackers
        ]
    )


plugin = Plugin(
    name="my-plugin",
    version="0.1.0",
    summary="Blocks whoever tried too often to access an instance.",
    actions=["block"],
    facts=["observations", "instance"],
    settings=Settings,
    decide=decide,
)
