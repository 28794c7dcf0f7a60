"""Ports of Ponte kept in memory: the same contract tests hold them to what the real adapters do."""
