"""What is attached to this computer, which driver fits it, and what keeps it from being used."""
