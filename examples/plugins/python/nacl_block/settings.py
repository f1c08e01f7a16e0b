"""What an operator may set. The same as in plugins/nacl-block/src/settings.rs."""

from dataclasses import dataclass

from quell import SettingsProblem, setting


@dataclass
class Settings:
    alert_types: list[str] = setting(
        ["Excessive Access Attempts (External)", "Inbound Port Scanner"],
        min_items=1,
        items={"minLength": 1},
        description="Which alerts to act on, by the detector's own name of their type. The remote side of each must be an attacker "
        "from outside.",
    )
    failed_attempts: int = setting(
        10,
        minimum=1,
        description="How many failed attempts in all observations of an alert make an address an offender. An observation that does "
        "not count attempts is enough by itself.",
    )
    block_seconds: int = setting(
        86400,
        minimum=1,
        description="How long a block lasts, in seconds, for an offender that was not blocked before. An alert that comes while a "
        "block is in force extends it by the same time.",
    )
    escalation_factor: int = setting(
        2,
        minimum=1,
        description="How many times as long each block is as the one before, for an offender that comes back after its block has "
        "ended: 2 means 1, 2, 4, … times block-seconds. 1 makes all blocks alike.",
    )
    longest_block_seconds: int = setting(
        604800,
        minimum=1,
        description="The longest block, in seconds, jitter included. At least block-seconds. Keep it at or below the host's "
        "guard.longest-hold, which refuses a longer block.",
    )
    jitter_percent: int = setting(
        10,
        minimum=0,
        maximum=50,
        description="By how many percent a block may be shorter or longer, so that the blocks of one attack do not all end together. "
        "Which it is depends on the address and the alert alone.",
    )
    direction: str = setting(
        "ingress",
        enum=["ingress", "egress", "both"],
        description="Which traffic to deny, as seen from the subnet. A network ACL is stateless: `ingress` already ends every "
        "conversation that the offender starts.",
    )
    max_blocks: int = setting(
        20,
        minimum=1,
        maximum=1000,
        description="The most blocks to ask for in one decision. The worst offenders come first; who is left out is noted. Keep it at "
        "or below the host's guard.max-remediations, which refuses a longer decision as a whole.",
    )


def check(settings: Settings) -> list[SettingsProblem]:
    """What is wrong with settings that are each right by themselves."""
    longest, first = settings.longest_block_seconds, settings.block_seconds
    if longest >= first:
        return []
    return [SettingsProblem("/longest-block-seconds", f"is {longest}, which is shorter than the first block; must be at least {first}")]
