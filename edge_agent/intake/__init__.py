"""What a scan means. Pure: bytes and rules in, a meaning out; no input raises."""
