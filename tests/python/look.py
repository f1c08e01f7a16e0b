"""Looks at network ACLs and at instances' interfaces as boto3 sees them.

For each line that it reads it prints one line of JSON. For the id of a network ACL: its entries, ingress before egress, by number. For the id of an
instance: all that EC2 says of its interfaces, by id.
"""

import json
import sys

import boto3

EC2 = boto3.client("ec2")


def entries(acl):
    found = EC2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
    return sorted(found, key=lambda entry: (entry["Egress"], entry["RuleNumber"]))


def interfaces(instance):
    filters = [{"Name": "attachment.instance-id", "Values": [instance]}]
    found = EC2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    for interface in found:
        interface["Groups"].sort(key=lambda group: group["GroupId"])
    return sorted(found, key=lambda interface: interface["NetworkInterfaceId"])


for line in sys.stdin:
    name = line.strip()
    look = interfaces if name.startswith("i-") else entries
    print(json.dumps(look(name), sort_keys=True, default=str), flush=True)
