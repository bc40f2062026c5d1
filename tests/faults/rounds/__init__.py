"""Rounds of faults: a standing house, a client with a ledger, one random fault a round, and a checker of the promises.

``python -m tests.faults.rounds --seed 7 --rounds 200`` runs some; docs/reliability.md says what came of them all.
"""
