"""The API's own description, www/admin/openapi.json, as the judge of every answer of the admin listener that a test sees."""
import gzip
import json
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl

import json_schema

FILE = Path(__file__).resolve().parents[2] / "www/admin/openapi.json"
document = json.loads(FILE.read_text())
# What is said before it is looked at whether the resource answers the method.
BEFORE_THE_METHOD = {401, 403, 415, 421, 503}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
judged = Counter()      # {(operationId, status): answers}


def is_described(path):
    return path == "/metrics" or (path + "/").startswith("/api/")


def template_of(path):
    """The described path that `path` is one of; None: there is none."""
    def fits(template):
        parts, given = template.split("/"), path.split("/")
        return len(parts) == len(given) and all(g if p.startswith("{") else p == g for p, g in zip(parts, given))
    found = [t for t in document["paths"] if fits(t)]
    return min(found, key=lambda t: t.count("{")) if found else None


def operations():
    """[(path, method, operation)] of the whole description."""
    return [(path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item]


def allowed(path):
    """The methods that a described path answers, as Allow names them."""
    item = document["paths"][path]
    return {m.upper() for m in METHODS if m in item} | ({"HEAD"} if "get" in item else set())


def must_fit(schema, value, where):
    found = list(json_schema.faults(document, schema, value, where))
    assert not found, "not as www/admin/openapi.json says:\n" + "\n".join(found[:10])


def judge(method, target, reply, sent=b""):
    """Fails unless the description knows the answer: its path, method, status, fields and body, and, when it was a good
    one, the query and body that were sent.  reply: http_client.Response.  Other paths than the API's are not its matter."""
    path, _, query = target.partition("?")
    if not is_described(path):
        return
    where = f"{method} {target}: {reply.status}"
    template = template_of(path)
    assert template, f"{where}: the description has no such path"
    item = document["paths"][template]
    operation = item.get("get" if method == "HEAD" else method.lower()) if method.isupper() else None   # "get" is another method
    responses = operation["responses"] if operation else {}
    if operation is None:
        operation = next(item[m] for m in METHODS if m in item)
        assert reply.status in BEFORE_THE_METHOD | {405}, f"{where}: the description has no such method"
        responses = {status: one for _, _, other in operations() for status, one in other["responses"].items()}     # as everywhere
    assert str(reply.status) in responses, f"{where}: the description has no such status"
    described = json_schema.resolve(document, responses[str(reply.status)])
    _judge_fields(described, reply, where)
    if reply.status == 405:
        assert set(reply.field("Allow").split(", ")) == allowed(template), f"{where}: Allow: {reply.field('Allow')}"
    if method == "HEAD" or "content" not in described:
        assert not reply.body, f"{where}: a body"
    else:
        _judge_body(described["content"], reply, where)
    if reply.status < 300:
        _judge_request(item, operation, query, sent, where)
    judged[operation["operationId"], reply.status] += 1


def _judge_fields(described, reply, where):
    for name, field in described.get("headers", {}).items():
        field, value = json_schema.resolve(document, field), reply.field(name)
        assert value is not None or not field["required"], f"{where}: the field {name} is missing"
        if value is not None:
            must_fit(field["schema"], value, f"{where}, {name}")


def _judge_body(content, reply, where):
    kind = reply.field("Content-Type")
    assert kind in content, f"{where}: {kind}, not one of {list(content)}"
    body = gzip.decompress(reply.body) if reply.field("Content-Encoding") == "gzip" else reply.body
    value = json.loads(body) if kind.endswith("json") else body.decode()
    must_fit(content[kind]["schema"], value, where)
    if kind == "application/problem+json":
        assert value["status"] == reply.status and value["title"] == reply.reason, f"{where}: {value}"


def _judge_request(item, operation, query, sent, where):
    parameters = [json_schema.resolve(document, p) for p in item.get("parameters", []) + operation.get("parameters", [])]
    in_query = {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}
    for name, value in parse_qsl(query, keep_blank_values=True):
        assert name in in_query, f"{where}: it took the parameter {name}, which is not described"
        must_fit(in_query[name], value, f"{where}, {name}")
    wanted = operation.get("requestBody")
    if wanted and (sent or wanted["required"]):
        must_fit(wanted["content"]["application/json"]["schema"], json.loads(sent), f"{where}, the request")


def judge_as(schema, value):
    """Fails unless `value` is as the schema of that name; counts as an answer."""
    must_fit({"$ref": f"#/components/schemas/{schema}"}, value, schema)
    judged[schema, 200] += 1


def judge_event(name, data):
    """The same for one server-sent event."""
    events = document["paths"]["/api/v1/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]["x-events"]
    assert name in events, f"an event that is not described: {name} {data}"
    must_fit(events[name], json.loads(data), f"event {name}")
    judged["event " + name, 200] += 1


def count():
    """What has been judged so far, in words."""
    named = {o["operationId"] for _, _, o in operations()}
    good = {name for name, status in judged if status < 300 and name in named}
    return f"{judged.total()} answers and events judged so far, {len({*judged})} kinds; {len(good)} of {len(named)} operations with success"
