"""moto's server, with a DynamoDB that does one request after the other.

moto checks a condition and then writes, in as many threads as there are requests, and takes a transaction back by putting the whole table into the state of its
beginning, other people's writes since then included. Amazon's does neither: requests are serialised here, and of a transaction the conditions are
checked before anything is written.
"""

import sys
import threading

from moto.dynamodb import responses
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.comparisons import get_filter_expression
from moto.server import main

ORDER = threading.RLock()


def in_order(original):
    def called(self, *args, **kwargs):
        with ORDER:
            return original(self, *args, **kwargs)

    return called


def transact_write_items(self, transact_items):
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
    ((kind, operation),) = item.items()
    condition = operation.get("ConditionExpression")
    if condition is None:
        return (None, None, None)
    table = self.get_table(operation["TableName"])
    key = operation["Item"] if kind == "Put" else operation["Key"]
    key = {name: key[name] for name in (table.hash_key_attr, table.range_key_attr) if name}
    present = self.get_item(operation["TableName"], key)
    fulfilled = get_filter_expression(
        condition,
        operation.get("ExpressionAttributeNames"),
        operation.get("ExpressionAttributeValues"),
    ).expr(present)
    if fulfilled:
        return (None, None, None)
    return ("ConditionalCheckFailed", "The conditional request failed", None)


DynamoDBBackend.transact_write_items = transact_write_items
responses.DynamoHandler.call_action = in_order(responses.DynamoHandler.call_action)

main(sys.argv[1:])
