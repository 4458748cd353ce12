"""A seeded simulator that crashes the agent at every kind of moment and checks what is left.

The real pipeline, store, jobs, timers, housekeeping and forwarder run on one thread, under a clock
and a randomness of the schedule's seed, over a real SQLite file, against models of the broker, the
printer and the drawer. After each crash an oracle that shares no code with the agent reads the file
and the models' own records.

Covered: the end of the process between any two SQL statements and at every effect, failing disks,
late, lost and partial acknowledgements, clocks that jump, a database that was restored. Not
covered here: writes that reached the kernel and not the disk; see ``tests/crash/write_log.py``.
"""
