"""Prints what boto3 sees of all that Quell could change in EC2, as JSON that is equal if nothing was changed."""

import json

import boto3

EC2 = boto3.client("ec2")

# What is asked for, and the key of the answer.
LISTINGS = {
    "describe_instances": "Reservations",
    "describe_network_acls": "NetworkAcls",
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_security_group_rules": "SecurityGroupRules",
    "describe_security_groups": "SecurityGroups",
    "describe_volumes": "Volumes",
}

seen = {key: getattr(EC2, listing)()[key] for listing, key in LISTINGS.items()}
# moto has thousands of others' own.
seen["Snapshots"] = EC2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
print(json.dumps(seen, indent=1, sort_keys=True, default=str))
