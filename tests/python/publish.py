"""Makes a topic in the SNS that AWS_ENDPOINT_URL names, subscribes an HTTP endpoint or a queue to it, and publishes messages.

Usage: publish.py TOPIC-ARN ENDPOINT MESSAGE...

The endpoint is a URL, or the ARN of a queue.
"""

import sys

import boto3

ARN, ENDPOINT, *MESSAGES = sys.argv[1:]
SNS = boto3.client("sns")
assert SNS.create_topic(Name=ARN.rsplit(":", 1)[1])["TopicArn"] == ARN
SNS.subscribe(TopicArn=ARN, Protocol="sqs" if ENDPOINT.startswith("arn:") else ENDPOINT.split(":", 1)[0], Endpoint=ENDPOINT)
for message in MESSAGES:
    SNS.publish(TopicArn=ARN, Message=message)
