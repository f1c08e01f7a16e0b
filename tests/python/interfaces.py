"""Builds instances in the EC2 that AWS_ENDPOINT_URL names, and prints a list of their VPCs and ids as JSON.

Usage: interfaces.py [COUNT]

Each has a VPC of its own, and three interfaces that are in different security groups.
"""

import json
import sys

from places import IMAGE, ec2

EC2 = ec2()


def build():
    vpc = EC2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = EC2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    groups = [
        EC2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("web", "monitoring", "database")
    ]
    # moto adds the groups of a started instance to those of each of its interfaces, which AWS does not: so the first interface, too, is made before.
    interfaces = [
        EC2.create_network_interface(SubnetId=subnet, Groups=own)["NetworkInterface"]["NetworkInterfaceId"]
        for own in (groups[:2], groups[1:2], groups)
    ]
    first = [{"DeviceIndex": 0, "NetworkInterfaceId": interfaces[0]}]
    started = EC2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, NetworkInterfaces=first)
    instance = started["Instances"][0]["InstanceId"]
    for index, interface in enumerate(interfaces[1:], start=1):
        EC2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=index)
    return {"vpc": vpc, "instance": instance}


print(json.dumps([build() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1)]))
