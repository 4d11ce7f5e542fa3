"""A proxy between a function and the AWS APIs: it enforces quotas, injects faults, and writes it all down.

It stands in for what an embedded AWS does not do: throttle, fail, be slow, and lose an answer. A call costs
0.1 ms in it and, with the second hop, 1.6 ms more than the 4.7 ms without (DescribeThing, medians of 400 in
turns, two busy cores).
`python -m benchmarks.proxy` is a process of its own; `benchmarks.proxy.process` starts and steers it.
"""
