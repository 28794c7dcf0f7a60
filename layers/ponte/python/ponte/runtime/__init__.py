"""Acting: settings, wiring, executing effects against the ledger, observing. The only layer that knows all the others."""
