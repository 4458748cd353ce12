"""Documents of nobody, in every version and with every kind of damage."""
