"""A whole lane without hardware: virtual devices, a customer system, a broker, a cashier.

Nothing here imports a driver: the simulator writes and reads wire bytes on its own, so that a
wrong constant in a driver cannot agree with itself.
"""
