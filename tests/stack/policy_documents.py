"""Every policy document of a template, with the ARNs that its resources will have."""

from collections.abc import Iterator
from typing import Any

from aws_cdk.assertions import Template
from permissions import unhashed

PSEUDO_PARAMETERS = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/jitr/1",
}
ARN = {
    "AWS::DynamoDB::GlobalTable": "dynamodb:eu-central-1:123456789012:table/t",
    "AWS::IoT::Policy": "iot:eu-central-1:123456789012:policy/p",
    "AWS::KMS::Key": "kms:eu-central-1:123456789012:key/k",
    "AWS::Lambda::Function": "lambda:eu-central-1:123456789012:function:f",
    "AWS::Logs::LogGroup": "logs:eu-central-1:123456789012:log-group:g:*",
    "AWS::SecretsManager::Secret": "secretsmanager:eu-central-1:123456789012:secret:s",
    "AWS::SQS::Queue": "sqs:eu-central-1:123456789012:q",
}
"""What follows `arn:aws:` in the ARN of a resource of each type that a policy here names."""

IDENTITY = {"AWS::IAM::Policy": "PolicyDocument"}
DEVICE = {"AWS::IoT::Policy": "PolicyDocument"}
OF_A_RESOURCE = {
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}


def documents(template: Template, where: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give name and document of each policy that stands in `where`: type of resource, and property."""
    resources = template.to_json()["Resources"]
    for name, body in resources.items():
        if property_ := where.get(body["Type"]):
            yield unhashed(name), resolved(body["Properties"][property_], resources)


def resolved(value: Any, resources: dict[str, Any]) -> Any:
    """The value as CloudFormation will make it, with made-up names."""
    match value:
        case list():
            return [resolved(part, resources) for part in value]
        case {"Fn::Join": [separator, parts]}:
            return separator.join(resolved(part, resources) for part in parts)
        case {"Ref": name} if name in PSEUDO_PARAMETERS:
            return PSEUDO_PARAMETERS[name]
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return f"arn:aws:{ARN[resources[name]['Type']]}"
        case dict():
            return {key: resolved(part, resources) for key, part in value.items()}
        case _:
            return value
