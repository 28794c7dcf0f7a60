"""What travels between functions, how it is sent, and how a batch of it is worked off."""
