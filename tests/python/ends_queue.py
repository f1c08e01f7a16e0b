"""Makes queues at the SQS that AWS_ENDPOINT_URL names, and empties them, as an event source mapping does.

Usage: ends_queue.py make NAME      prints the queue's URL
       ends_queue.py receive URL    waits for messages at most 20 s, deletes them, and prints them as a list of their ids and bodies in JSON
"""

import json
import sys

import boto3

SQS = boto3.client("sqs")


def receive(url):
    messages = SQS.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get("Messages", [])
    for message in messages:
        SQS.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [[message["MessageId"], message["Body"]] for message in messages]


what, argument = sys.argv[1:]
if what == "make":
    print(SQS.create_queue(QueueName=argument)["QueueUrl"])
else:
    print(json.dumps(receive(argument)))
