"""Looks at network ACLs and at instances' interfaces as boto3 sees them, and builds what is to be looked at.

For each line that it reads it prints one line of JSON. For the id of a network ACL: its entries, ingress before egress, by number. For the id of an
instance: all that EC2 says of its interfaces, by id. For a number: so many scenes, built anew, by their ids. After that there may be a region, and after
that the ARN of a role, for what is in its account.
"""

import functools
import json
import sys

from places import ec2
from scene import scenes

client = functools.cache(ec2)


def entries(client, acl):
    found = client.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
    return sorted(found, key=lambda entry: (entry["Egress"], entry["RuleNumber"]))


def interfaces(client, instance):
    filters = [{"Name": "attachment.instance-id", "Values": [instance]}]
    found = client.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    for interface in found:
        interface["Groups"].sort(key=lambda group: group["GroupId"])
    return sorted(found, key=lambda interface: interface["NetworkInterfaceId"])


def answer(client, question):
    if question.isdigit():
        return scenes(client, int(question))
    return interfaces(client, question) if question.startswith("i-") else entries(client, question)


for line in sys.stdin:
    question, *place = line.split()
    print(json.dumps(answer(client(*place), question), sort_keys=True, default=str), flush=True)
