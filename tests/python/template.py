"""Resolves a template of examples/deploy as far as its roles go, for each of several choices of parameters.

    template.py NAME.yaml '[{"PermitChanges": "true"}, …]'

prints a list with an object for each choice: by the role policy's name its statements, and the trust.
"""

import json
import re
import sys
from pathlib import Path

from cfnlint.decode import cfn_yaml

DEPLOY = Path(__file__).parents[2] / "examples" / "deploy"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::AccountId": "111122223333",
    "AWS::Region": "eu-west-1",
}
LISTS = {"CommaDelimitedList"}
NOTHING = object()


class Resolver:
    """One choice of parameters."""

    def __init__(self, template, given):
        self.template = template
        unknown = set(given) - set(template["Parameters"])
        assert not unknown, f"the template has no parameter {unknown}"
        self.values = dict(PSEUDO)
        for name, parameter in template["Parameters"].items():
            value = given.get(name, parameter.get("Default", ""))
            self.values[name] = value.split(",") if parameter["Type"] in LISTS else str(value)

    def __call__(self, node):
        if isinstance(node, list):
            return [value for value in map(self, node) if value is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((function, argument),) = node.items()
            # In a statement of a policy `Condition` is a key like others.
            if function == "Ref" or function.startswith("Fn::") or (function == "Condition" and isinstance(argument, str)):
                return self.call(function.removeprefix("Fn::"), argument)
        resolved = {key: self(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not NOTHING}

    def arn_of_queue(self, attribute):
        """If it is that of a queue."""
        name, _, attribute = attribute.partition(".")
        resource = self.template["Resources"].get(name, {})
        if (resource.get("Type"), attribute) != ("AWS::SQS::Queue", "Arn"):
            return None
        queue = self(resource["Properties"]["QueueName"])
        return self.substitute(f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{queue}", {})

    def call(self, function, argument):
        match function, argument:
            case "Ref", "AWS::NoValue":
                return NOTHING
            case "Ref", name:
                return self.values.get(name, f"ref:{name}")
            case "GetAtt", name:
                name = name if isinstance(name, str) else ".".join(name)
                return self.arn_of_queue(name) or f"attribute:{name}"
            case "Condition", name:
                return self(self.template["Conditions"][name])
            case "If", (name, then, otherwise):
                return self(then if self.call("Condition", name) else otherwise)
            case "Equals", (one, other):
                return self(one) == self(other)
            case "Not", (one,):
                return not self(one)
            case "And", several:
                return all(map(self, several))
            case "Or", several:
                return any(map(self, several))
            case "Join", (between, several):
                return between.join(self(several))
            case "Split", (at, text):
                return self(text).split(at)
            case "Select", (index, several):
                return self(several)[int(index)]
            case "Sub", [text, more]:
                return self.substitute(text, {name: self(value) for name, value in more.items()})
            case "Sub", text:
                return self.substitute(text, {})
        raise NotImplementedError(function)

    def substitute(self, text, more):
        values = {**self.values, **more}
        return re.sub(r"\$\{([^}]+)\}", lambda found: str(values.get(found.group(1), f"ref:{found.group(1)}")), text)


def main():
    template = cfn_yaml.load(str(DEPLOY / sys.argv[1]))
    told = []
    for choice in json.loads(sys.argv[2]):
        role = Resolver(template, choice)(template["Resources"]["Role"])["Properties"]
        policies = {policy["PolicyName"]: policy["PolicyDocument"]["Statement"] for policy in role["Policies"]}
        told.append({"policies": policies, "trust": role["AssumeRolePolicyDocument"]["Statement"]})
    print(json.dumps(told))


main()
