"""Shared parts of drivers: connections, framing, and delivery of scans."""
