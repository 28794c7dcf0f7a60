"""`ponte doctor`: `examine` asks, the checks judge what was answered, `diagnosis` puts them in the order of the way."""
