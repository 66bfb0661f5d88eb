"""Guests with kernels, and so clocks, of their own: User-Mode Linux, one process each, in a network of their own.

What a container can't show, they can: a clock that stands still while the world's goes on, a daemon that dies of it, a
link that breaks in the middle. Needs root, and the Debian packages that `needs` names. docs/lab.md says how it works.
"""
