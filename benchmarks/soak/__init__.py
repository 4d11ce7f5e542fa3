"""Whether registration loses a device: a fleet, quotas, faults, killed functions, thieves and nonsense.

`make soak` deploys one environment to a local AWS of its own, puts the proxy between its registration
function and the AWS APIs, with AWS's default quotas, and plays one scenario after the other.
"""
