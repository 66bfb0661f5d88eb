"""The monitor: looks at every host over and over, tells when something changes, and handles hosts that are back.

`judge` decides, and does nothing else; `look` looks, `store` keeps, `post` mails, `returns` runs what is to be done.
"""
