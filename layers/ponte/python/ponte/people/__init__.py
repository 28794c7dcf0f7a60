"""Who is who: the ids under which one person appears, and which of them mean the same person."""
