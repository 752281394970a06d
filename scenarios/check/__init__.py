"""Proofs that a case tests what it says: perception, one factor, and nothing else."""
