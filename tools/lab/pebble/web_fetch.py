"""A request to one of the lab's own web interfaces."""
import ssl
import urllib.request

USER_AGENT = {"User-Agent": "pebble-lab/1"}


def fetch(url, cafile=None, data=None):
    context = ssl.create_default_context(cafile=cafile) if url.startswith("https") else None
    request = urllib.request.Request(url, data=data, headers=USER_AGENT)
    with urllib.request.urlopen(request, context=context, timeout=10) as reply:
        return reply.read()
