"""Throwaway servers with clocks of their own, for the demo and the tests."""
