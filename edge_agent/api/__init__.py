"""All that the author of a driver or a plugin imports: contracts, events, values and errors.

Nothing in this package depends on anything but the standard library and pydantic.
"""
