"""Prints the statements of the function's role in examples/lambda/template.yaml as JSON, for parameters that are given as NAME=VALUE.

It resolves just the functions that the role and its conditions use.
"""

import json
import re
import sys
from pathlib import Path

from cfnlint.decode import cfn_yaml

TEMPLATE = Path(__file__).parents[2] / "examples" / "lambda" / "template.yaml"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::AccountId": "111122223333",
    "AWS::Region": "eu-west-1",
    "VpcArns": ["arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d"],
}
NOTHING = object()

template = cfn_yaml.load(str(TEMPLATE))
values = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
values.update(PSEUDO)
given = dict(argument.split("=", 1) for argument in sys.argv[1:])
unknown = set(given) - set(values)
assert not unknown, f"the template has no parameter {unknown}"
values.update(given)


def holds(name):
    return resolve(template["Conditions"][name])


def resolve(node):
    if isinstance(node, list):
        return [value for value in map(resolve, node) if value is not NOTHING]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((function, argument),) = node.items()
        if function == "Ref":
            return NOTHING if argument == "AWS::NoValue" else values.get(argument, f"ref:{argument}")
        if function == "Condition" and isinstance(argument, str):
            return holds(argument)
        if function == "Fn::Equals":
            return resolve(argument[0]) == resolve(argument[1])
        if function == "Fn::Not":
            return not resolve(argument[0])
        if function == "Fn::And":
            return all(map(resolve, argument))
        if function == "Fn::Or":
            return any(map(resolve, argument))
        if function == "Fn::If":
            return resolve(argument[1] if holds(argument[0]) else argument[2])
        if function == "Fn::Join":
            parts = resolve(argument[1])
            return argument[0].join(parts if isinstance(parts, list) else [parts])
        if function == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda found: str(values[found.group(1)]), argument)
        if function == "Fn::GetAtt":
            return "attribute"
    return {key: resolve(value) for key, value in node.items()}


role = resolve(template["Resources"]["Role"])
(policy,) = role["Properties"]["Policies"]
print(json.dumps(policy["PolicyDocument"]["Statement"]))
