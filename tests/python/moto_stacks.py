"""What moto's CloudFormation lacks for the templates of examples/deploy. Importing this adds it.

Types of resources that moto has the services for and its CloudFormation does not make are made by the service's own code: `ADDED` lists them, and the suite
`deployment` shows that list. And a stack is updated as AWS does it: by what its resources come to, through conditions too, with the outputs anew; what is to
be retained stays.
"""

import copy
import json

from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import Table, dynamodb_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends


class Made:
    """What these have in common with moto's own: they have no name to be given, and are made anew when they change."""

    def __init__(self, physical_resource_id, attributes=None):
        self.physical_resource_id = physical_resource_id
        self.attributes = attributes or {}

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr in cls.ATTRIBUTES

    ATTRIBUTES = ()

    def get_cfn_attribute(self, attribute_name):
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        return cls.make(cloudformation_json["Properties"], resource_name, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        pass

    def delete(self, account_id, region_name):
        pass

    def is_created(self):
        return True


class Subscription(Made):
    TYPE = "AWS::SNS::Subscription"

    @classmethod
    def make(cls, properties, name, account_id, region_name):
        backend = sns_backends[account_id][region_name]
        made = backend.subscribe(properties["TopicArn"], properties["Endpoint"], properties["Protocol"])
        backend.set_subscription_attributes(
            made.arn, "RawMessageDelivery", str(properties["RawMessageDelivery"]).lower()
        )
        backend.set_subscription_attributes(made.arn, "RedrivePolicy", json.dumps(properties["RedrivePolicy"]))
        return cls(made.arn)

    def delete(self, account_id, region_name):
        sns_backends[account_id][region_name].unsubscribe(self.physical_resource_id)


class TopicPolicy(Made):
    TYPE = "AWS::SNS::TopicPolicy"

    @classmethod
    def make(cls, properties, name, account_id, region_name):
        for topic in properties["Topics"]:
            policy = json.dumps(properties["PolicyDocument"])
            sns_backends[account_id][region_name].set_topic_attribute(topic, "policy", policy)
        return cls(name)


class QueuePolicy(Made):
    TYPE = "AWS::SQS::QueuePolicy"

    @classmethod
    def make(cls, properties, name, account_id, region_name):
        for queue in properties["Queues"]:
            policy = json.dumps(properties["PolicyDocument"])
            backend = sqs_backends[account_id][region_name]
            backend.set_queue_attributes(queue.rsplit("/", 1)[-1], {"Policy": policy})
        return cls(name)


class Alarm(Made):
    TYPE = "AWS::CloudWatch::Alarm"

    @classmethod
    def make(cls, properties, name, account_id, region_name):
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=properties["AlarmName"],
            namespace=properties["Namespace"],
            metric_name=properties["MetricName"],
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=properties["EvaluationPeriods"],
            datapoints_to_alarm=properties.get("DatapointsToAlarm"),
            period=properties["Period"],
            threshold=float(properties["Threshold"]),
            statistic=properties["Statistic"],
            description=properties["AlarmDescription"],
            dimensions=properties["Dimensions"],
            alarm_actions=properties["AlarmActions"],
            ok_actions=properties["OKActions"],
            treat_missing_data=properties["TreatMissingData"],
        )
        return cls(properties["AlarmName"])

    def delete(self, account_id, region_name):
        cloudwatch_backends[account_id][region_name].delete_alarms([self.physical_resource_id])


class EventInvokeConfig(Made):
    TYPE = "AWS::Lambda::EventInvokeConfig"

    @classmethod
    def make(cls, properties, name, account_id, region_name):
        get_backend(account_id, region_name).put_function_event_invoke_config(properties["FunctionName"], properties)
        return cls(name)


class Url(Made):
    TYPE = "AWS::Lambda::Url"
    ATTRIBUTES = ("FunctionArn", "FunctionUrl")

    @classmethod
    def make(cls, properties, name, account_id, region_name):
        arn = properties["TargetFunctionArn"]
        url = get_backend(account_id, region_name).create_function_url_config(arn, properties)
        return cls(arn, {"FunctionArn": arn, "FunctionUrl": url.url})


ADDED = [Subscription, TopicPolicy, QueuePolicy, Alarm, EventInvokeConfig, Url]

# Both are made once and kept.
parsing.get_model_map().update({added.TYPE: added for added in ADDED})
parsing.get_name_type_map().update({added.TYPE: "" for added in ADDED})


clean_json = parsing.clean_json


def clean_without_nothing(resource_json, resources_map):
    """What `AWS::NoValue` stands for is not there; moto leaves a null in its place. Called for each part of each part."""
    cleaned = clean_json(resource_json, resources_map)
    if isinstance(cleaned, list):
        return [value for value in cleaned if value is not None]
    if isinstance(cleaned, dict):
        return {key: value for key, value in cleaned.items() if value is not None}
    return cleaned


def with_what_moto_leaves_out(original):
    """moto makes the table, and not what its template says of items that end and of points in time."""

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        table = original(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        backend = dynamodb_backends[account_id][region_name]
        if "TimeToLiveSpecification" in properties:
            backend.update_time_to_live(table.name, properties["TimeToLiveSpecification"])
        if "PointInTimeRecoverySpecification" in properties:
            backend.update_continuous_backups(table.name, properties["PointInTimeRecoverySpecification"])
        return table

    return classmethod(create)


def is_wanted(resources, resource):
    condition = resource.get("Condition")
    return condition is None or resources.lazy_condition_map[condition]


def properties_of(resources, resource):
    return parsing.clean_json(copy.deepcopy(resource.get("Properties", {})), resources)


def update(self, template, parameters=None):
    old, made = self._resource_json_map, self._parsed_resources
    before = {name: properties_of(self, resource) for name, resource in old.items() if made.get(name) is not None}
    self._template = template
    # What is as it was comes as moto keeps it, and not as it was given.
    given = {name: ",".join(value) if isinstance(value, list) else value for name, value in (parameters or {}).items()}
    self.input_parameters = {**self.input_parameters, **given}
    self.load_mapping()
    self.load_parameters()
    self.load_conditions()
    self._resource_json_map = new = template["Resources"]
    for name in before:
        if name not in new or not is_wanted(self, new[name]):
            self._delete_resource(made.pop(name), old[name])
    for name, resource in new.items():
        if not is_wanted(self, resource):
            continue
        if made.get(name) is None:
            made.pop(name, None)
            self[name]
        elif properties_of(self, resource) != before.get(name, properties_of(self, resource)):
            changed = parsing.parse_and_update_resource(name, resource, self, self._account_id, self._region_name)
            made[name] = changed or made[name]


def execute_change_set(original):
    def execute(self, change_set_name, stack_name=None):
        original(self, change_set_name, stack_name)
        for stack in self.stacks.values():
            stack.template_dict = stack.resource_map._template
            stack.output_map = stack._create_output_map()

    return execute


def delete_but_what_is_retained(original):
    def delete(self):
        for resource in self._resource_json_map.values():
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
                resource["DeletionPolicy"] = "Retain"
        original(self)

    return delete


parsing.ResourceMap.update = update
parsing.ResourceMap.delete = delete_but_what_is_retained(parsing.ResourceMap.delete)
CloudFormationBackend.execute_change_set = execute_change_set(CloudFormationBackend.execute_change_set)
Table.create_from_cloudformation_json = with_what_moto_leaves_out(Table.create_from_cloudformation_json)
parsing.clean_json = clean_without_nothing
