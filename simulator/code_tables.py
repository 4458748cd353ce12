"""Which code page ``ESC t n`` selects, by family of printers, from their manuals.

Python's name of each code page; a number that is not listed prints replacement characters.
"""

from collections.abc import Mapping

EPSON: Mapping[int, str] = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
}
"""Epson TM, and most that follow it."""

ZIJIANG: Mapping[int, str] = {
    2: "cp850",
    25: "cp1257",
    32: "cp1255",
    52: "cp437",
    53: "cp858",
    54: "cp852",
    55: "cp860",
    56: "cp861",
    57: "cp863",
    58: "cp865",
    59: "cp866",
    60: "cp855",
    61: "cp857",
    62: "cp862",
    63: "cp864",
    64: "cp737",
    66: "cp869",
    71: "cp1252",
    72: "cp1250",
    73: "cp1251",
    90: "cp1253",
    91: "cp1254",
    92: "cp1256",
    93: "cp720",
    94: "cp1258",
    95: "cp775",
}
"""The many small printers on 58 mm paper sold as POS-5890 and the like."""

STAR: Mapping[int, str] = {
    3: "cp437",
    4: "cp858",
    5: "cp852",
    6: "cp860",
    7: "cp861",
    8: "cp863",
    9: "cp865",
    10: "cp866",
    11: "cp855",
    12: "cp857",
    13: "cp862",
    14: "cp864",
    15: "cp737",
    17: "cp869",
    21: "cp874",
    32: "cp1252",
    33: "cp1250",
    34: "cp1251",
}
"""Star Micronics in its ESC/POS emulation."""
