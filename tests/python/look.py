"""Looks at network ACLs and at instances' interfaces as boto3 sees them.

For each line that it reads it prints one line of JSON. For the id of a network ACL: its entries, ingress before egress, by number. For the id of an
instance: all that EC2 says of its interfaces, by id. After the id there may be a region, and after that the ARN of a role, for what is in its account.
"""

import functools
import json
import sys

from places import ec2

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


for line in sys.stdin:
    name, *place = line.split()
    look = interfaces if name.startswith("i-") else entries
    print(json.dumps(look(client(*place), name), sort_keys=True, default=str), flush=True)
