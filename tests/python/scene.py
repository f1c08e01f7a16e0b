"""Builds scenes in EC2.

A scene is that of examples/simulated-account.toml: a VPC with IPv4 and IPv6; a web and a database subnet, each with
a network ACL of its own and an instance; an entry of the owner at 50 in the ACL of the web subnet. The first
scene is in 10.0.0.0/16, the next in 10.1.0.0/16, so that no address is in two of them.
"""

from places import IMAGE

EVERYTHING = {100: {"CidrBlock": "0.0.0.0/0"}, 101: {"Ipv6CidrBlock": "::/0"}}
# AWS ends each ACL with these itself. moto does not, but takes them.
NOTHING = {32767: {"CidrBlock": "0.0.0.0/0"}, 32768: {"Ipv6CidrBlock": "::/0"}}


def build_vpc(client, prefix):
    vpc = client.create_vpc(CidrBlock=prefix, AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    described = client.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
    return vpc, [prefix, described["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]]


def build_acl(client, vpc, subnet):
    acl = client.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    for egress in (False, True):
        for action, entries in (("allow", EVERYTHING), ("deny", NOTHING)):
            for number, prefix in entries.items():
                client.create_network_acl_entry(
                    NetworkAclId=acl, RuleNumber=number, Egress=egress, Protocol="-1", RuleAction=action, **prefix
                )
    found = client.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
    for association in found["NetworkAcls"][0]["Associations"]:
        if association["SubnetId"] == subnet:
            client.replace_network_acl_association(
                AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
            )
    return acl


def build_place(client, vpc, name, subnet_prefix, address, port, public):
    subnet = client.create_subnet(VpcId=vpc, CidrBlock=subnet_prefix)["Subnet"]["SubnetId"]
    acl = build_acl(client, vpc, subnet)
    group = client.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"]
    client.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        ],
    )
    launched = client.run_instances(
        ImageId=IMAGE,
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[
            {
                "DeviceIndex": 0,
                "SubnetId": subnet,
                "PrivateIpAddress": address,
                "AssociatePublicIpAddress": public,
                "Groups": [group],
            }
        ],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"{name}-1"}]}],
    )
    instance = launched["Instances"][0]["InstanceId"]
    described = client.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return {
        "subnet": subnet,
        "acl": acl,
        "security_group": group,
        "instance": instance,
        "private_address": address,
        "public_address": described.get("PublicIpAddress"),
        "host_name": described["PrivateDnsName"],
    }


def build(client, index):
    vpc, prefixes = build_vpc(client, f"10.{index}.0.0/16")
    web = build_place(client, vpc, "web", f"10.{index}.1.0/24", f"10.{index}.1.10", 443, public=True)
    database = build_place(client, vpc, "database", f"10.{index}.2.0/24", f"10.{index}.2.20", 5432, public=False)
    client.create_network_acl_entry(
        NetworkAclId=web["acl"],
        RuleNumber=50,
        Egress=False,
        Protocol="6",
        PortRange={"From": 23, "To": 23},
        RuleAction="deny",
        CidrBlock="192.0.2.0/24",
    )
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
    default_acl = client.describe_network_acls(Filters=of_vpc)["NetworkAcls"][0]["NetworkAclId"]
    return {"vpc": vpc, "prefixes": prefixes, "default_acl": default_acl, "web": web, "database": database}


def scenes(client, count):
    return [build(client, index) for index in range(count)]
