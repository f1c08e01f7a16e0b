"""moto's server, with a DynamoDB that does one request after the other.

moto checks a condition and then writes, in as many threads as there are requests, and takes a transaction back by putting the whole table into the state of its
beginning, other people's writes since then included. Amazon's does neither: requests are serialised here, and of a transaction the conditions are
checked before anything is written.

Amazon's knows a transaction by its token and does it once, and it refuses what is too much: more than 100 items, the same item twice, more than 4 MB, a long key.
So does this one.

Amazon's looks for a partition by its key. moto sorts all that a table has for each query, so that a table in use is a hundred times slower than an empty one.
"""

import json
import sys
import threading

from moto.dynamodb import responses
from moto.dynamodb.exceptions import MockValidationException, TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models.table import Table
from moto.core.responses import ActionResult
from moto.server import main

ORDER = threading.RLock()
DONE = set()

MOST_ITEMS = 100
# Where bytes are still in Base64, they are longer by a third.
MOST_BYTES = 4 * 1024 * 1024 * 4 // 3
LONGEST_SORT_KEY = 1024


def in_order(original):
    def called(self, *args, **kwargs):
        with ORDER:
            return original(self, *args, **kwargs)

    return called


def once(original):
    """A transaction whose token was seen is done already."""

    def called(self):
        token = self.body.get("ClientRequestToken")
        if token in DONE:
            return ActionResult({})
        result = original(self)
        if token:
            DONE.add(token)
        return result

    return called


def of_partition(original):
    """A query that looks at no other partition than the one that is asked for."""

    def called(self, hash_key, *args, **kwargs):
        self.all_items = lambda: list(self.items.get(hash_key, {}).values())
        try:
            return original(self, hash_key, *args, **kwargs)
        finally:
            del self.all_items

    return called


def refuse_too_much(self, transact_items):
    if len(transact_items) > MOST_ITEMS:
        raise MockValidationException("Member must have length less than or equal to 100")
    if size(transact_items) > MOST_BYTES:
        raise MockValidationException("Transaction request exceeds 4 MB")
    keys = [key_of(self, operation) for item in transact_items for operation in item.values()]
    if len({json.dumps(key, sort_keys=True) for key in keys}) < len(keys):
        raise MockValidationException("Transaction request cannot include multiple operations on one item")
    for key in keys:
        if any(len(value.get("S", "").encode()) > LONGEST_SORT_KEY for value in key.values()):
            raise MockValidationException("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")


def size(value):
    if isinstance(value, dict):
        return sum(len(name) + size(part) for name, part in value.items())
    if isinstance(value, list):
        return sum(size(part) for part in value)
    if isinstance(value, (str, bytes)):
        return len(value)
    return 1


def key_of(self, operation):
    table = self.get_table(operation["TableName"])
    key = operation.get("Key") or operation["Item"]
    return {name: key[name] for name in (table.hash_key_attr, table.range_key_attr) if name}


def transact_write_items(self, transact_items):
    refuse_too_much(self, transact_items)
    reasons = [unfulfilled(self, item) for item in transact_items]
    if any(reason[0] for reason in reasons):
        raise TransactionCanceledException(reasons)
    for item in transact_items:
        ((kind, operation),) = item.items()
        conditions = {
            "condition_expression": operation.get("ConditionExpression"),
            "expression_attribute_names": operation.get("ExpressionAttributeNames"),
            "expression_attribute_values": operation.get("ExpressionAttributeValues"),
        }
        if kind == "Put":
            self.put_item(operation["TableName"], operation["Item"], **conditions)
        elif kind == "Delete":
            self.delete_item(operation["TableName"], operation["Key"], **conditions)
        elif kind == "Update":
            self.update_item(
                operation["TableName"],
                operation["Key"],
                update_expression=operation["UpdateExpression"],
                **conditions,
            )


def unfulfilled(self, item):
    """Why an operation can't be done, as DynamoDB tells it."""
    (operation,) = item.values()
    condition = operation.get("ConditionExpression")
    if condition is None:
        return (None, None, None)
    present = self.get_item(operation["TableName"], key_of(self, operation))
    fulfilled = get_filter_expression(
        condition,
        operation.get("ExpressionAttributeNames"),
        operation.get("ExpressionAttributeValues"),
    ).expr(present)
    if fulfilled:
        return (None, None, None)
    return ("ConditionalCheckFailed", "The conditional request failed", None)


Table.query = of_partition(Table.query)
DynamoDBBackend.transact_write_items = transact_write_items
responses.DynamoHandler.transact_write_items = once(responses.DynamoHandler.transact_write_items)
responses.DynamoHandler.call_action = in_order(responses.DynamoHandler.call_action)

main(sys.argv[1:])
