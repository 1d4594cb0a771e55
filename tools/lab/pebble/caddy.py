"""Caddy as the second CA."""
import time

from .packages import unpacked
from .processes import await_port, spawn


def caddy_up(opts, lab, port, tls):
    """Caddy's acme_server: an independent CA (smallstep's code under it).

    It validates http-01 on port 80 and tls-alpn-01 on port 443 only, and looks
    names up with the system's resolver: run the lab with in-namespace."""
    tree = unpacked(opts.base, "caddy", opts.caddy)
    conf = lab / "Caddyfile"
    data = lab / "caddy"
    data.mkdir(exist_ok=True)
    conf.write_text(f"""{{
  admin off
  auto_https off
  skip_install_trust
  storage file_system {data}
  pki {{
    ca local {{
      name "lab second CA"
    }}
  }}
}}
https://localhost:{port['caddy']} {{
  bind 127.0.0.1
  tls {tls / 'server.pem'} {tls / 'server.key'}
  acme_server {{
    lifetime 72h
  }}
}}
""")
    child = spawn(lab, "caddy", [tree / "usr/bin/caddy", "run", "--config", conf, "--adapter", "caddyfile"],
                  {"HOME": str(data), "XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(data)})
    await_port(lab, "caddy", child, port["caddy"])
    root = data / "pki/authorities/local/root.crt"
    end = time.time() + 10
    while not root.exists() and time.time() < end:
        time.sleep(0.05)
    return {"ACME2_DIRECTORY": f"https://localhost:{port['caddy']}/acme/local/directory",
            "ACME2_CA_FILE": tls / "ca.pem", "ACME2_ISSUER_ROOTS": root,
            "ACME2_VERSION": (tree / ".done").read_text().strip()}
