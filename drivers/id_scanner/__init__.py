"""ID scanners: readers of driving licences, identity cards and passports."""
