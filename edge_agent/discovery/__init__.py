"""Discovery of attached devices, of drivers that fit them, and of obstacles."""
