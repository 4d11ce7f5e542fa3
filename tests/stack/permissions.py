"""What the roles of a template may do, in a form that a test can write out."""

from aws_cdk.assertions import Template


def permissions(template: Template) -> dict[str, set[tuple[tuple[str, ...], str]]]:
    """Statements by role: (sorted actions, resource), one for each resource."""
    found: dict[str, set[tuple[tuple[str, ...], str]]] = {}
    for policy in template.find_resources("AWS::IAM::Policy").values():
        (role,) = policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert set(statement) == {"Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            for resource in as_list(statement["Resource"]):
                actions = tuple(sorted(as_list(statement["Action"])))
                found.setdefault(unhashed(role["Ref"]), set()).add((actions, flat(resource)))
    return found


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def flat(value: object) -> str:
    match value:
        case {"Fn::Join": ["", parts]}:
            return "".join(map(flat, parts))
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{unhashed(name)}.{attribute}>"
        case {"Ref": name}:
            return f"<{name if name.startswith('AWS::') else unhashed(name)}>"
        case _:
            return str(value)


def unhashed(logical_id: str) -> str:
    """A logical id without the eight hexadecimal digits that the CDK ends it with."""
    return logical_id[:-8]
