"""Scripts for hosts: assembled from .sh files, and what they print, read back."""
