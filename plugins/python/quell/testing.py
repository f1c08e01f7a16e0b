"""For tests of plugins, without a host: alerts, facts, and a plugin called as the host calls it."""

import json
from typing import Any, NoReturn, Optional, Union

from wit_world.imports.facts import History, Instance, NetworkAcl, NetworkInterface, Observation, SecurityGroup
from wit_world.imports.types import Alert, AlertSource, Decision, Request, SettingsProblem

from .clock import forbid_clock
from .decider import decide as _decide
from .decider import settings_of
from .error import FactError

NOW = 1_768_478_400_000
"""The time in `request`: 2026-01-15T12:00:00Z."""


def decide(plugin: Any, request: Request, facts: Any) -> Decision:
    """Decide as the host would have it done. There is no clock in the meantime. Raises what the plugin raises, or a `Failure`."""
    put_back = forbid_clock()
    try:
        return _decide(plugin, request, facts)
    finally:
        put_back()


def validate_settings(plugin: Any, settings: dict[str, Any]) -> list[SettingsProblem]:
    """What is wrong with settings, as the host asks when the configuration is loaded."""
    return settings_of(plugin, json.dumps(settings))[1]


def alert(kind: str, source: str) -> Alert:
    """An alert of Stealthwatch Cloud, id `6125`, of this kind and about this device, with nothing else known. Change what the test is about."""
    return Alert(
        id="6125",
        detector="stealthwatch-cloud",
        kind=kind,
        title=f"{kind} on {source}",
        description="",
        severity=None,
        time=None,
        test=False,
        resolved=False,
        source=AlertSource(source, [], []),
        account=None,
        region=None,
        vpc=None,
        raw="{}",
        extensions=[],
    )


def request(alert: Alert, settings: Optional[dict[str, Any]] = None) -> Request:
    """A request to decide on an alert at `NOW`."""
    return Request(alert, json.dumps(settings or {}), NOW, [])


def observation(fields: Union[dict[str, Any], str]) -> Observation:
    """An observation, id `1`, that says this, or has this as the detector's own text."""
    return Observation("1", "", None, fields if isinstance(fields, str) else json.dumps(fields), [])


def instance(id: str, subnet: str, addresses: list[str]) -> Instance:
    """A running instance with one interface, in this subnet and with these addresses."""
    vpc = "vpc-0a1b2c3d4e5f60718"
    return Instance(id, "running", vpc, [], [NetworkInterface("eni-0a1b2c3d4e5f60718", subnet, vpc, addresses, [])], [], [])


def history(holds: int, in_force: int = 0) -> History:
    """A history of so many holds, of which so many are in force now."""
    return History(holds, holds, in_force, None, None, [])


class FakeFacts:
    """
    Facts for a test. What they were not told is not known, except that there are no observations and no history. `asked` is what they were
    asked, in order: `observations`, `instance 192.0.2.20`. `errors` fails a question that is named like that; without the part after the
    space, all questions for that fact fail.
    """

    def __init__(
        self,
        observations: Optional[list[Observation]] = None,
        instances: Optional[list[Instance]] = None,
        network_acls: Optional[list[NetworkAcl]] = None,
        security_groups: Optional[list[SecurityGroup]] = None,
        histories: Optional[dict[str, History]] = None,
        errors: Optional[dict[str, FactError]] = None,
    ):
        self._observations = observations or []
        self._instances = instances or []
        self._network_acls = network_acls or []
        self._security_groups = security_groups or []
        self._histories = histories or {}
        self._errors = errors or {}
        self.asked: list[str] = []

    def observations(self) -> list[Observation]:
        self._ask("observations")
        return self._observations

    def instance(self, name: str) -> Instance:
        self._ask("instance", name)

        def has(it: Instance) -> bool:
            return it.id == name or name in it.host_names or any(name in interface.addresses for interface in it.interfaces)

        found = [it for it in self._instances if has(it)]
        if len(found) > 1:
            raise FactError("not-known", f"more than one instance has {name}")
        return found[0] if found else _not_known("instance", name)

    def network_acl(self, subnet: str) -> NetworkAcl:
        self._ask("network-acl", subnet)
        return next((acl for acl in self._network_acls if subnet in acl.subnets), None) or _not_known("network ACL of subnet", subnet)

    def security_group(self, id: str) -> SecurityGroup:
        self._ask("security-group", id)
        return next((group for group in self._security_groups if group.id == id), None) or _not_known("security group", id)

    def history(self, address: Any) -> History:
        self._ask("history", str(address))
        return self._histories.get(str(address)) or history(0)

    def _ask(self, fact: str, of: Optional[str] = None) -> None:
        """Note the question, and fail it if that is wanted."""
        question = fact if of is None else f"{fact} {of}"
        self.asked.append(question)
        error = self._errors.get(question) or self._errors.get(fact)
        if error:
            raise error


def _not_known(what: str, of: str) -> NoReturn:
    raise FactError("not-known", f"there is no {what} {of}")
