"""Prints the entries of a network ACL, as boto3 sees them, as JSON: ingress before egress, by number.

Usage: acl.py ACL-ID
"""

import json
import sys

import boto3

found = boto3.client("ec2").describe_network_acls(NetworkAclIds=[sys.argv[1]])
entries = found["NetworkAcls"][0]["Entries"]
print(json.dumps(sorted(entries, key=lambda entry: (entry["Egress"], entry["RuleNumber"]))))
