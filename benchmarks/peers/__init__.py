"""The same probe on the same hosts by what else there is."""
