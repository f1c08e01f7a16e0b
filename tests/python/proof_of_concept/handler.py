"""The logic of the proof of concept that Quell takes the place of, written anew for the benchmark and for nothing else.

An alert of Stealthwatch Cloud comes by SNS; its observations are asked for; each remote address is denied in the network ACL of the attacked instance's
subnet, at the smallest number that is free. There is no more to it: no guard, no limit, no journal, no end.
"""

import ipaddress
import json
import os

import boto3
import urllib3

HTTP = urllib3.PoolManager()
EC2 = boto3.client("ec2")
OBSERVATIONS = os.environ["STEALTHWATCH_URL"] + "observations/all/"
HEADERS = {
    "Accept": "application/json",
    "Authorization": f"ApiKey {os.environ['STEALTHWATCH_USER']}:{os.environ['STEALTHWATCH_KEY']}",
}


def handle(event, context):
    written = 0
    for record in event["Records"]:
        alert = json.loads(record["Sns"]["Message"])
        offenders = offenders_of(alert["id"])
        acl = acl_of(alert["source_name"])
        for number, offender in zip(free_numbers(acl), new_ones(acl, offenders)):
            deny(acl["NetworkAclId"], number, offender)
            written += 1
    return {"written": written}


def offenders_of(alert):
    answer = HTTP.request("GET", OBSERVATIONS, fields={"alert": alert, "limit": 1000}, headers=HEADERS)
    if answer.status != 200:
        raise RuntimeError(f"the observations of alert {alert} can't be had: {answer.status}")
    observed = json.loads(answer.data)["objects"]
    addresses = dict.fromkeys(one["connected_ip"] for one in observed if one.get("connected_ip"))
    return [ipaddress.ip_network(address) for address in addresses]


def acl_of(instance):
    described = EC2.describe_instances(InstanceIds=[instance])
    subnet = described["Reservations"][0]["Instances"][0]["SubnetId"]
    found = EC2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
    return found["NetworkAcls"][0]


def new_ones(acl, offenders):
    denied = {
        entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")
        for entry in acl["Entries"]
        if entry["RuleAction"] == "deny" and not entry["Egress"]
    }
    return [offender for offender in offenders if str(offender) not in denied]


def free_numbers(acl):
    taken = {entry["RuleNumber"] for entry in acl["Entries"]}
    return (number for number in range(1, 32767) if number not in taken)


def deny(acl, number, offender):
    prefix = "CidrBlock" if offender.version == 4 else "Ipv6CidrBlock"
    EC2.create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=number, Egress=False, Protocol="-1", RuleAction="deny", **{prefix: str(offender)}
    )
