"""Makes a topic in the SNS that AWS_ENDPOINT_URL names, subscribes an HTTP endpoint to it, and publishes a message.

Usage: publish.py TOPIC-ARN ENDPOINT MESSAGE
"""

import sys

import boto3

ARN, ENDPOINT, MESSAGE = sys.argv[1:]
SNS = boto3.client("sns")
assert SNS.create_topic(Name=ARN.rsplit(":", 1)[1])["TopicArn"] == ARN
SNS.subscribe(TopicArn=ARN, Protocol="http", Endpoint=ENDPOINT)
SNS.publish(TopicArn=ARN, Message=MESSAGE)
