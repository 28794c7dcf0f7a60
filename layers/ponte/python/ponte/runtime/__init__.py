"""Acting: settings, wiring, executing effects, observing. The only layer that knows all the others."""
