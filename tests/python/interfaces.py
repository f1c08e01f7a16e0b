"""An instance with three interfaces of different security groups in the EC2 that AWS_ENDPOINT_URL names.

Usage: interfaces.py build            builds it and prints its id
       interfaces.py look INSTANCE    prints all that EC2 says of its interfaces, as JSON
"""

import json
import sys

import boto3

EC2 = boto3.client("ec2")


def build():
    vpc = EC2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = EC2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    groups = [
        EC2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("web", "monitoring", "database")
    ]
    members = [groups[:2], groups[1:2], groups]
    image = EC2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    # moto adds the groups of a started instance to those of each of its interfaces, which AWS does not: so the first interface, too, is made before.
    interfaces = [
        EC2.create_network_interface(SubnetId=subnet, Groups=own)["NetworkInterface"]["NetworkInterfaceId"]
        for own in members
    ]
    first = [{"DeviceIndex": 0, "NetworkInterfaceId": interfaces[0]}]
    started = EC2.run_instances(ImageId=image, MinCount=1, MaxCount=1, NetworkInterfaces=first)
    instance = started["Instances"][0]["InstanceId"]
    for index, interface in enumerate(interfaces[1:], start=1):
        EC2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=index)
    print(instance)


def look(instance):
    filters = [{"Name": "attachment.instance-id", "Values": [instance]}]
    found = EC2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    for interface in found:
        interface["Groups"].sort(key=lambda group: group["GroupId"])
    found.sort(key=lambda interface: interface["NetworkInterfaceId"])
    print(json.dumps(found, indent=1, sort_keys=True, default=str))


if sys.argv[1] == "build":
    build()
else:
    look(sys.argv[2])
