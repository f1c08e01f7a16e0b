"""Deploys a template of examples/deploy to the CloudFormation that AWS_ENDPOINT_URL names, and prints what came of it as JSON.

    deployed.py NAME.yaml '{"CodeBucket": "packages", …}'

Whatever AWS makes up, such as the end of a log group's name, is left out.
"""

import ast
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import boto3

import moto_stacks

DEPLOY = Path(__file__).parents[2] / "examples" / "deploy"
STACK = "quell"


def client(service):
    return boto3.client(service)


def upload():
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as files:
        files.writestr("bootstrap", "")
    location = {"LocationConstraint": client("s3").meta.region_name}
    client("s3").create_bucket(Bucket="packages", CreateBucketConfiguration=location)
    client("s3").put_object(Bucket="packages", Key="quell.zip", Body=package.getvalue())


def deploy(template, parameters):
    client("cloudformation").create_stack(
        StackName=STACK,
        TemplateBody=(DEPLOY / template).read_text(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    )
    return client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]


def resources():
    listed = client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    # moto lists what a condition left out as well, without a name.
    return {one["LogicalResourceId"]: one for one in listed if "LogicalResourceId" in one}


def picked(answer, *names):
    return {name: answer[name] for name in names if name in answer}


def function(name):
    configuration = client("lambda").get_function_configuration(FunctionName=name)
    told = picked(
        configuration, "Runtime", "Handler", "Architectures", "Timeout", "MemorySize", "Role", "LoggingConfig"
    )
    mappings = client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    told["takes from"] = [
        picked(
            mapping,
            "EventSourceArn",
            "BatchSize",
            "MaximumBatchingWindowInSeconds",
            "FunctionResponseTypes",
            "ScalingConfig",
        )
        for mapping in sorted(mappings, key=lambda mapping: mapping["EventSourceArn"])
    ]
    once = client("lambda").get_function_event_invoke_config(FunctionName=name)
    told["asynchronously"] = picked(once, "MaximumRetryAttempts", "MaximumEventAgeInSeconds")
    return told


def queue(url):
    attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = ["VisibilityTimeout", "MessageRetentionPeriod", "SqsManagedSseEnabled", "RedrivePolicy", "Policy"]
    return {name: read(attributes[name]) for name in names if name in attributes}


def read(text):
    return json.loads(text) if text.startswith("{") else text


def topic(arn):
    attributes = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    told = {"Policy": json.loads(attributes["Policy"]), "subscriptions": []}
    for listed in client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
        subscription = picked(listed, "Protocol", "Endpoint")
        if listed["SubscriptionArn"].startswith("arn:"):
            more = client("sns").get_subscription_attributes(SubscriptionArn=listed["SubscriptionArn"])["Attributes"]
            subscription |= {
                name: read(more[name]) for name in ("RawMessageDelivery", "RedrivePolicy") if name in more
            }
        told["subscriptions"].append(subscription)
    return told


def table(name):
    described = client("dynamodb").describe_table(TableName=name)["Table"]
    told = picked(described, "KeySchema", "BillingModeSummary", "DeletionProtectionEnabled")
    told["BillingModeSummary"] = told["BillingModeSummary"]["BillingMode"]
    expiry = client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    told["TimeToLive"] = picked(expiry, "AttributeName", "TimeToLiveStatus")
    backups = client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    told["PointInTimeRecovery"] = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return told


def rule(name):
    described = client("events").describe_rule(Name=name)
    told = picked(described, "ScheduleExpression", "State")
    if "EventPattern" in described:
        told["EventPattern"] = json.loads(described["EventPattern"])
    told["targets"] = client("events").list_targets_by_rule(Rule=name)["Targets"]
    return told


def alarm(name):
    described = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    return picked(
        described,
        "Namespace",
        "MetricName",
        "Dimensions",
        "Statistic",
        "Period",
        "EvaluationPeriods",
        "DatapointsToAlarm",
        "ComparisonOperator",
        "Threshold",
        "TreatMissingData",
        "AlarmActions",
        "OKActions",
    )


def role(name):
    described = client("iam").get_role(RoleName=name)["Role"]
    policies = client("iam").list_role_policies(RoleName=name)["PolicyNames"]
    sids = {}
    for policy in policies:
        document = client("iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        # moto keeps what CloudFormation hands over as Python writes it.
        document = ast.literal_eval(document) if isinstance(document, str) else document
        sids[policy] = [statement["Sid"] for statement in document["Statement"]]
    return {"trust": described["AssumeRolePolicyDocument"]["Statement"], "may": sids}


def log_group(name):
    listed = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return picked(listed[0], "retentionInDays")


def url(arn):
    return picked(client("lambda").get_function_url_config(FunctionName=arn), "AuthType")


LOOKS = {
    "AWS::Lambda::Function": function,
    "AWS::SQS::Queue": queue,
    "AWS::SNS::Topic": topic,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::Rule": rule,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::IAM::Role": role,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Lambda::Url": url,
}


def permissions(name):
    try:
        policy = json.loads(client("lambda").get_policy(FunctionName=name)["Policy"])
    except client("lambda").exceptions.ResourceNotFoundException:
        return []
    return [picked(one, "Action", "Principal", "Condition", "FunctionUrlAuthType", "InvokedViaFunctionUrl") for one in policy["Statement"]]


def main():
    template, parameters = sys.argv[1], json.loads(sys.argv[2])
    upload()
    stack = deploy(template, parameters)
    made = resources()
    told = {
        "status": stack["StackStatus"],
        "outputs": {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]},
        "types": sorted({one["ResourceType"] for one in made.values()}),
        "types that moto does not make": sorted(added.TYPE for added in moto_stacks.ADDED),
        "resources": {
            name: LOOKS[one["ResourceType"]](one["PhysicalResourceId"])
            for name, one in sorted(made.items())
            if one["ResourceType"] in LOOKS
        },
    }
    if "Function" in made:
        told["who may call the function"] = permissions(made["Function"]["PhysicalResourceId"])
    text = json.dumps(told, indent=1)
    # What is made up.
    text = re.sub(r"(quell-[A-Za-z]+)-[A-Z0-9]{12}", r"\1", text)
    text = re.sub(r"https://[0-9a-f]{32}\.", "https://URL.", text)
    print(text)


main()
