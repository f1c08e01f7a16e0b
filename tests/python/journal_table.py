"""Makes the table of a journal in the DynamoDB that AWS_ENDPOINT_URL names, as the deployment template has it.

Usage: journal_table.py NAME
"""

import sys

import boto3

boto3.client("dynamodb").create_table(
    TableName=sys.argv[1],
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
)
