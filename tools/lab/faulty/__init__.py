"""What the command faulty-ca is made of: a proxy in front of an ACME CA that misbehaves on request."""
