"""Looks at network ACLs as boto3 sees them.

For each line that it reads, the id of a network ACL, it prints the ACL's entries as one line of JSON: ingress before egress, by number.
"""

import json
import sys

import boto3

EC2 = boto3.client("ec2")

for line in sys.stdin:
    found = EC2.describe_network_acls(NetworkAclIds=[line.strip()])
    entries = found["NetworkAcls"][0]["Entries"]
    print(json.dumps(sorted(entries, key=lambda entry: (entry["Egress"], entry["RuleNumber"]))), flush=True)
