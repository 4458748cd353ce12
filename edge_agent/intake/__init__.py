"""Interpretation of scans. Pure: bytes and rules in, a result out; no input raises."""
