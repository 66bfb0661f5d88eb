"""What it costs, beside what a user would take instead; `make bench` runs all of it."""
