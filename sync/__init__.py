"""Carries the lane's events to the company's Kafka: envelope, retry, forwarder."""
