"""Why a device cannot connect: what AWS holds is read once, judged by pure rules, and said in words.

`reading/` makes `Facts`, which nothing changes; `rules/` turn them into findings, in the order in which a
connection is let in; `diagnosis.py` says what the findings come to; `words.py` prints it.
"""
