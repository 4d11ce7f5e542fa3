"""What stands in the way, gate by gate, in the order in which a connection is let in.

Each rule takes the facts and gives findings; it calls nothing and changes nothing. What follows from a
finding is not given as another one.
"""
