"""The same histories through other people's answers: what they lose, double and reorder under the same faults.

`python -m benchmarks.peers` prints the counts. Each peer is wired as its own documentation shows it, with the same
queues, the same relay and the same providers; only the way of being reliable differs.
"""
