"""Views of one Run: progress while it happens, the table at its end, the JSON document."""
