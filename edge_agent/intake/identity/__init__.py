"""Identity documents: read from AAMVA bar codes and ICAO 9303 zones, judged, and forgotten."""
