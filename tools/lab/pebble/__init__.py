"""What the command pebble-lab is made of: an ACME test laboratory on loopback."""
