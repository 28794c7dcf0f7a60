"""The operator's command `ponte`: diagnosis, parked messages, dead letters, traces, numbers and portals."""
