"""Driver adapters: pure decoders beside thin I/O, one file per connection."""
