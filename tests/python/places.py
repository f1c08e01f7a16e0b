"""EC2 in a region, in the account of whoever runs a script or of a role."""

import boto3

# One that moto has. To ask it for all that it has takes seconds.
IMAGE = "ami-03cf127a"


def ec2(region=None, role=None):
    if role is None:
        return boto3.client("ec2", region_name=region)
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="scene")["Credentials"]
    return boto3.client(
        "ec2",
        region_name=region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
