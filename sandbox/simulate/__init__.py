"""The bundle under seeded trouble: the real doors, workers and schedules over ports in memory and the fake providers.

One seed decides everything: who writes when, which call fails how, who runs next at every port call. docs/proof.md says
what it proves and what not.
"""
