"""
Write a Quell remediation plugin in Python.

A plugin is given one alert and answers what should be done about it, or why nothing should. It holds no credentials and touches nothing: the
host checks each remediation, carries it out and takes it back. There is no clock (`request.now` is the time), no random number, no file and
no network: the same alert, settings and facts must give the same decision, so sort a set before you walk over it. Everything here works in
CPython as well, for tests.
"""

from dataclasses import dataclass
from typing import Any, Callable, Optional, Protocol

from wit_world.imports.facts import History, Instance, NetworkAcl, Observation, SecurityGroup
from wit_world.imports.types import Decision, Request, SettingsProblem

from . import log
from .address import Address, Prefix, by_number, parse_address, parse_prefix
from .decision import (
    at_instance,
    at_network_acl,
    at_subnet,
    block,
    isolate,
    nothing,
    remediate,
    revoke_ingress,
    set_instance_state,
)
from .error import FactError, Failure
from .escalation import Escalation, ended_holds
from .observation import observed, remote_sides
from .settings import setting

__all__ = [
    "Address",
    "Decision",
    "Escalation",
    "FactError",
    "Facts",
    "Failure",
    "Plugin",
    "Prefix",
    "Request",
    "SettingsProblem",
    "at_instance",
    "at_network_acl",
    "at_subnet",
    "block",
    "by_number",
    "ended_holds",
    "isolate",
    "log",
    "nothing",
    "observed",
    "parse_address",
    "parse_prefix",
    "remediate",
    "remote_sides",
    "revoke_ingress",
    "set_instance_state",
    "setting",
]


class Facts(Protocol):
    """
    What a plugin may ask the host. All of it is read-only, and the same question has the same answer throughout one decision. Every question
    must be among `Plugin.facts`. Each raises `FactError` if there is no answer.
    """

    def observations(self) -> list[Observation]:
        """All observations of this alert: what the detector saw. The attacker's address is here."""
        ...

    def instance(self, name: str) -> Instance:
        """The instance that has this id, this private or public address, or this DNS name. Not known if several have it."""
        ...

    def network_acl(self, subnet: str) -> NetworkAcl:
        """The one network ACL of a subnet, by the subnet's id."""
        ...

    def security_group(self, id: str) -> SecurityGroup:
        """A security group, by its id."""
        ...

    def history(self, address: Address) -> History:
        """What the host has done about an address before. With an `Escalation` it says how long to block it."""
        ...


@dataclass
class NoSettings:
    """For a plugin that has none."""


@dataclass(kw_only=True)
class Plugin:
    """What a plugin is. Make one and call it `plugin`, in plugin.py."""

    name: str
    """Lower case, words joined by `-`."""
    version: str
    """Its own, for example `0.1.0`."""
    summary: str
    """One line: what it does."""
    actions: list[str]
    """The actions that it may ask for: block, isolate, revoke-ingress, set-instance-state, custom."""
    facts: list[str]
    """The facts that it may ask for: observations, instance, network-acl, security-group, history."""
    decide: Callable[[Request, Any, Facts], Decision]
    """Decide about one alert, with settings that were read and checked."""
    settings: type = NoSettings
    """What an operator may set: a dataclass whose fields are made by `setting`."""
    check: Optional[Callable[[Any], list[SettingsProblem]]] = None
    """What is wrong with settings that are each right by themselves."""
