"""The answer of a plugin, with the fewest words."""

from typing import Literal, Optional, Union

from wit_world.imports import types
from wit_world.imports.types import BlockPlace, Decision, Extension, PortRange, Remediation

from .address import Address, Prefix, parse_prefix

Seconds = Union[int, Literal["released"]]

_DIRECTIONS = {"ingress": types.Direction.INGRESS, "egress": types.Direction.EGRESS, "both": types.Direction.BOTH}
_CHANGES = {"stop": types.StateChange.STOP, "start": types.StateChange.START, "reboot": types.StateChange.REBOOT}


def nothing(reason: str, notes: Optional[list[str]] = None) -> Decision:
    """
    Do nothing, and say why in one sentence. This is a good answer, not an error. Notes are what else a person who reads the decision should know,
    one sentence each.
    """
    return types.Decision_Nothing(types.Abstention(reason, notes or [], []))


def remediate(remediations: list[Remediation], notes: Optional[list[str]] = None) -> Decision:
    """Do these, at least one, in the order of their importance."""
    return types.Decision_Remediate(types.Proposal(remediations, notes or [], []))


def block(
    remote: Union[Address, Prefix],
    at: BlockPlace,
    *,
    reason: str,
    seconds: Seconds = 3600,
    confidence: int = 50,
    direction: Literal["ingress", "egress", "both"] = "ingress",
) -> Remediation:
    """
    Deny a remote prefix, or an address, where traffic enters or leaves a subnet.

    For each remediation: the reason is one sentence for a person. The host takes it back after so many seconds, or when a person releases it.
    The confidence is from 0 to 100; when room is short, the surer block wins.
    """
    return _remediation(types.Action_Block(types.Block(_prefix(remote), _DIRECTIONS[direction], at, [])), reason, seconds, confidence)


def at_instance(id: str) -> BlockPlace:
    """The network ACLs of all subnets in which this instance has an interface."""
    return types.BlockPlace_Instance(id)


def at_subnet(id: str) -> BlockPlace:
    """The network ACL of this subnet."""
    return types.BlockPlace_Subnet(id)


def at_network_acl(id: str) -> BlockPlace:
    """This network ACL."""
    return types.BlockPlace_NetworkAcl(id)


def isolate(
    instance: str,
    *,
    reason: str,
    seconds: Seconds = 3600,
    confidence: int = 50,
    security_groups: Optional[list[str]] = None,
    interface: Optional[str] = None,
    remotes: Optional[list[Union[Address, Prefix]]] = None,
) -> Remediation:
    """
    Cut an instance off by replacing the security groups of its interfaces, or of one of them. Without groups the host chooses.

    The remotes are whom it is known to talk to. Where the host cuts the flows of isolated instances by denies (`instance.flows = "deny"`) it denies
    these, and the plugin must be allowed to `block`.
    """
    extensions = _extensions({"interface": interface, "remotes": remotes})
    return _remediation(types.Action_Isolate(types.Isolate(instance, security_groups or [], extensions)), reason, seconds, confidence)


def revoke_ingress(
    security_group: str,
    *,
    protocol: str,
    peer: str,
    ports: Optional[tuple[int, int]] = None,
    rule: Optional[str] = None,
    description: Optional[str] = None,
    narrow_to: Optional[list[Union[Address, Prefix]]] = None,
    reason: str,
    seconds: Seconds = 3600,
    confidence: int = 50,
) -> Remediation:
    """
    Take one ingress rule out of a security group: the one that lets `peer` in with this protocol at these ports, both ends included; and, if they
    are said, only the one with this id and only one with this description.

    Who is named in `narrow_to` may come in as before: each lies inside of the prefix that the rule lets in.
    """
    range = None if ports is None else PortRange(*ports)
    extensions = _extensions({"rule": rule, "description": description, "narrow-to": narrow_to})
    revoke = types.RevokeIngress(security_group, protocol, range, peer, extensions)
    return _remediation(types.Action_RevokeIngress(revoke), reason, seconds, confidence)


def set_instance_state(
    instance: str, change: Literal["stop", "start", "reboot"], *, reason: str, seconds: Seconds = 3600, confidence: int = 50
) -> Remediation:
    """Stop, start or reboot an instance."""
    return _remediation(types.Action_SetInstanceState(types.SetInstanceState(instance, _CHANGES[change], [])), reason, seconds, confidence)


def _prefix(remote: Union[Address, Prefix]) -> str:
    prefix = parse_prefix(str(remote))
    if prefix is None:
        raise ValueError(f"{remote!r} is no address and no prefix")
    return str(prefix)


def _extensions(said: dict[str, Union[str, list[Union[Address, Prefix]], None]]) -> list[Extension]:
    """What is said, by name. Prefixes are joined by commas; what is not said, and a list of nobody, is left out."""
    values = {name: ",".join(map(_prefix, it)) if isinstance(it, list) else it for name, it in said.items()}
    return [Extension(name, value) for name, value in values.items() if value]


def _remediation(action: types.Action, reason: str, seconds: Seconds, confidence: int) -> Remediation:
    until = types.End_Released() if seconds == "released" else types.End_Seconds(seconds)
    return Remediation(action, reason, confidence, until, [])
