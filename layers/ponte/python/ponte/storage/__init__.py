"""What Ponte keeps: one small table port, and the ledger, directory, people and rate buckets built upon it."""
