"""Put servers right again after a maintenance pause, and prove it."""
