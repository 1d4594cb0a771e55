"""The control interface, and how the command asks it."""
import http.server
import json
import os
import sys
import urllib.error
import urllib.request

from .catalogue import listing, parse_spec


class Control(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, status, text, kind="text/plain"):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def serve(self):
        proxy = self.server.proxy
        what = (self.command, self.path)
        if what == ("GET", "/faults"):
            rows = [{"fault": f.name, "on": sorted(f.kinds), "seen": f.seen, "hits": f.hits, "left": f.left,
                     **f.params} for f in proxy.faults]
            self.reply(200, json.dumps(rows, indent=1) + "\n", "application/json")
        elif what in (("PUT", "/faults"), ("POST", "/faults")):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            try:
                new = [f for line in text.splitlines() if line.strip() for f in parse_spec(line)]
            except ValueError as error:
                return self.reply(400, f"{error}\n")
            proxy.faults = new if self.command == "PUT" else proxy.faults + new
            self.reply(200, f"{len(proxy.faults)} in force\n")
        elif what == ("DELETE", "/faults"):
            proxy.faults = []
            self.reply(200, "none in force\n")
        elif what == ("GET", "/log"):
            with proxy.lock:
                rows = list(proxy.log)
            self.reply(200, json.dumps(rows, indent=1) + "\n", "application/json")
        elif what == ("DELETE", "/log"):
            with proxy.lock:
                proxy.log.clear()
            self.reply(200, "empty\n")
        elif what == ("GET", "/list"):
            self.reply(200, listing())
        else:
            self.reply(404, "GET|PUT|POST|DELETE /faults, GET|DELETE /log, GET /list\n")

    do_GET = do_PUT = do_POST = do_DELETE = serve


def remote(method, path, data=None):
    control = os.environ.get("ACME_FAULTY_CONTROL")
    if not control:
        sys.exit("faulty-ca: ACME_FAULTY_CONTROL is not set (eval the output of pebble-lab env)")
    request = urllib.request.Request(control + path, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            sys.stdout.write(reply.read().decode())
    except urllib.error.HTTPError as error:
        sys.exit("faulty-ca: " + error.read().decode().strip())
