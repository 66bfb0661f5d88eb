"""What `fab watch --listen` serves: a page to read, metrics for Prometheus, and whether the monitor is well.

`known` reads, `page` and `metrics` tell it, `app` answers, `server` listens. Nothing here changes anything.
"""
