"""Every check, in the order in which people read them."""

from jitr.doctor import (
    account,
    authority,
    bootstrap,
    drift,
    endpoint,
    environment_file,
    functions,
    queues,
    rules,
    stack,
    tools,
)
from jitr.doctor.check import Check

MACHINE, ENVIRONMENT, ACCOUNT, STACK = "this machine", "environment", "account", "stack"
READY = ("credentials", "region")
DEPLOYED = (*READY, "stack")

CHECKS = (
    Check(MACHINE, "python", tools.python),
    Check(MACHINE, "node", tools.node),
    Check(MACHINE, "cdk", tools.cdk),
    Check(MACHINE, "openssl", tools.openssl),
    Check(MACHINE, "curl", tools.curl),
    Check(MACHINE, "aws", tools.aws_cli),
    Check(ENVIRONMENT, "environment file", environment_file.environment_file),
    Check(ENVIRONMENT, "other environments", environment_file.others, ("environment file",)),
    Check(ENVIRONMENT, "lock", environment_file.lock, ("environment file",)),
    Check(ACCOUNT, "credentials", account.credentials, ("environment file",)),
    Check(ACCOUNT, "region", account.region, ("credentials",)),
    Check(ACCOUNT, "bootstrap", bootstrap.bootstrap, READY),
    Check(ACCOUNT, "endpoint", endpoint.endpoint, READY),
    Check(ACCOUNT, "registration code", endpoint.registration_code, READY),
    Check(STACK, "stack", stack.stack, READY),
    Check(STACK, "authorities", authority.authorities, DEPLOYED),
    Check(STACK, "functions", functions.functions, DEPLOYED),
    Check(STACK, "rules", rules.rules, DEPLOYED),
    Check(STACK, "consumer", functions.consumer, DEPLOYED),
    Check(STACK, "queue", queues.queue, DEPLOYED),
    Check(STACK, "dead letters", queues.dead_letters, DEPLOYED),
    Check(STACK, "changes", drift.changes, DEPLOYED),
)
DRIFT = Check(STACK, "drift", drift.drift, DEPLOYED)
"""Only when asked for: it takes minutes."""
