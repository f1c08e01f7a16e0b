"""
The default plugin's rule in Python: blocks external attackers at the network ACL of the instance that they attack. Its decisions are equal to those of
plugins/nacl-block, which is in Rust: both are tested by the same recordings.
"""

from nacl_block.decide import decide
from nacl_block.settings import Settings, check
from quell import Plugin

plugin = Plugin(
    name="nacl-block",
    version="0.1.0",
    summary="Blocks external attackers at the network ACL of the instance that they attack.",
    actions=["block"],
    facts=["observations", "instance", "history"],
    settings=Settings,
    check=check,
    decide=lambda request, settings, facts: decide(request.alert, settings, facts),
)
