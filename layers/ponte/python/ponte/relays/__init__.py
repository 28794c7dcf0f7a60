"""Where two platforms meet, as pure decisions: given an event and what was done so far, what is the next effect?"""
