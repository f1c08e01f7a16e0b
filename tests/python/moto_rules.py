"""Rules of EventBridge as Amazon's are. Importing this makes moto's so.

moto looks into objects, and not into lists of objects, such as the findings of an event of Security Hub are. And it takes a rule without a pattern, which is a schedule, for one
that wants everything.
"""

import itertools

from moto.events.models import EventPattern, Rule

matches_event = EventPattern.matches_event
send_to_targets = Rule.send_to_targets


def matches_one(self, event):
    return any(matches_event(self, one) for one in with_one_of_each_list(event, self._pattern))


def with_one_of_each_list(node, pattern):
    """The event as it would be with one element of each list of objects that the pattern looks into: all that it asks for must be in the same one."""
    if not isinstance(pattern, dict):
        return [node]
    if isinstance(node, list):
        return [one for element in node for one in with_one_of_each_list(element, pattern)]
    if not isinstance(node, dict):
        return [node]
    parts = [with_one_of_each_list(value, pattern.get(key)) for key, value in node.items()]
    return [dict(zip(node, chosen)) for chosen in itertools.product(*parts)]


def send_what_is_asked_for(self, *args, **kwargs):
    if self.scheduled_expression is None:
        send_to_targets(self, *args, **kwargs)


EventPattern.matches_event = matches_one
Rule.send_to_targets = send_what_is_asked_for
