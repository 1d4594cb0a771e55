"""www/admin/openapi.json is OpenAPI 3.1, says what it must, and names every resource of the code; and what judges by it judges."""
import copy
import re
import sys
import unittest

from script import ROOT

sys.path.insert(0, str(ROOT / "tests" / "system"))
import json_schema      # noqa: E402  (the path above)
import openapi          # noqa: E402
from http_client import Response    # noqa: E402

DOCUMENT = openapi.document
# Members of each object of OpenAPI 3.1.0 (sections 4.8.1 to 4.8.30), as far as we use that object.
MEMBERS = {
    "document": "openapi info jsonSchemaDialect servers paths webhooks components security tags externalDocs",
    "info": "title summary description termsOfService contact license version",
    "components": "schemas responses parameters examples requestBodies headers securitySchemes links callbacks pathItems",
    "path": "summary description servers parameters " + " ".join(openapi.METHODS),
    "operation": "tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated security servers",
    "parameter": "name in description required deprecated schema example examples style explode",
    "body": "description content required",
    "response": "description headers content links",
    "header": "description required deprecated schema example examples",
    "media": "schema example examples encoding",
    "scheme": "type description name in scheme bearerFormat flows openIdConnectUrl",
}


def refs(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    for each in node if isinstance(node, list) else []:
        yield from refs(each)


class Shape:
    """Walks a description and notes what is none of OpenAPI."""

    def __init__(self, document):
        self.document, self.faults = document, []
        self.members("document", document, "$")
        self.members("info", document["info"], "info")
        self.need(document["info"], "info", "title", "version")
        self.members("components", document["components"], "components")
        for name, item in document["paths"].items():
            self.path(name, item)
        parts = document["components"]
        for walk, kind in ((self.schema, "schemas"), (self.response, "responses"), (self.parameter, "parameters"), (self.header, "headers")):
            for name, one in parts.get(kind, {}).items():
                self.fault(not re.fullmatch(r"[A-Za-z0-9._-]+", name), f"a name: {name}")
                walk(one, f"{kind}/{name}")
        for name, one in parts["securitySchemes"].items():
            self.members("scheme", one, name)
            self.need(one, name, "type", *{"apiKey": ("in", "name"), "http": ("scheme",)}[one["type"]])
        self.fault(not document["openapi"].startswith("3.1."), "not 3.1")

    def fault(self, is_one, text):
        if is_one:
            self.faults.append(text)

    def members(self, kind, node, where):
        self.faults += [f"{where}: {kind} has no member {name}" for name in node if name not in MEMBERS[kind].split() and not name.startswith("x-")]

    def need(self, node, where, *names):
        self.faults += [f"{where}: {name} is missing" for name in names if name not in node]

    def path(self, name, item):
        self.members("path", item, name)
        wanted = set(re.findall(r"\{(\w+)\}", name))
        for method in openapi.METHODS:
            if method in item:
                given = [json_schema.resolve(self.document, p) for p in item.get("parameters", []) + item[method].get("parameters", [])]
                self.fault({p["name"] for p in given if p["in"] == "path"} != wanted, f"{name}: its parameters are not {wanted}")
                self.fault(len({(p["name"], p["in"]) for p in given}) != len(given), f"{name}: a parameter twice")
                self.operation(item[method], f"{method} {name}")
        for one in item.get("parameters", []):
            self.parameter(one, name)

    def operation(self, node, where):
        self.members("operation", node, where)
        self.need(node, where, "operationId", "responses", "summary")
        for one in node.get("parameters", []):
            self.parameter(one, where)
        if "requestBody" in node:
            self.members("body", node["requestBody"], where)
            self.content(node["requestBody"]["content"], where)
        for status, one in node["responses"].items():
            self.fault(not re.fullmatch(r"[1-5]\d\d", status), f"{where}: status {status}")
            self.response(one, f"{where} {status}")
        for wanted in node.get("security", []):
            self.fault(not wanted.keys() <= self.document["components"]["securitySchemes"].keys(), f"{where}: {wanted}")

    def parameter(self, node, where):
        if "$ref" not in node:
            self.members("parameter", node, where)
            self.need(node, where, "name", "in", "schema")
            self.fault(node["in"] not in ("query", "header", "path", "cookie"), f"{where}: in {node['in']}")
            self.fault(node["in"] == "path" and node.get("required") is not True, f"{where}: of the path and not required")
            self.schema(node["schema"], where)

    def response(self, node, where):
        if "$ref" not in node:
            self.members("response", node, where)
            self.need(node, where, "description")
            for name, one in node.get("headers", {}).items():
                self.header(one, f"{where} {name}")
            self.content(node.get("content", {}), where)

    def header(self, node, where):
        if "$ref" not in node:
            self.members("header", node, where)
            self.need(node, where, "schema")
            self.schema(node["schema"], where)

    def content(self, node, where):
        for kind, media in node.items():
            self.fault(not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+(; [a-z-]+=[\w.-]+)*", kind), f"{where}: {kind}")
            self.members("media", media, f"{where} {kind}")
            self.schema(media["schema"], f"{where} {kind}")

    def schema(self, node, where):
        self.faults += json_schema.schema_faults(self.document, node, where)


class Description(unittest.TestCase):
    def test_it_is_openapi(self):
        self.assertEqual(Shape(DOCUMENT).faults, [])
        for ref in refs(DOCUMENT):
            json_schema.resolve(DOCUMENT, {"$ref": ref})
        used = set(refs(DOCUMENT))
        for kind in ("schemas", "responses", "parameters", "headers"):
            for name in DOCUMENT["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used, "nobody uses it")

    def test_operations(self):
        all_of = openapi.operations()
        ids = [o["operationId"] for _, _, o in all_of]
        self.assertEqual(len(ids), len(set(ids)))
        for path, method, operation in all_of:
            with self.subTest(f"{method} {path}"):
                statuses = set(operation["responses"])
                asks_for_login = operation.get("security", DOCUMENT["security"]) != []
                asks_for_secret = operation.get("security") == []     # logIn and setUp
                self.assertTrue(asks_for_login or asks_for_secret)
                self.assertLessEqual({"401", "403", "405", "421", "503"}, statuses)
                self.assertTrue([s for s in statuses if s.startswith("2")])
                self.assertEqual(method in ("post", "put"), "415" in statuses)
                for status in statuses - {"304"}:
                    content = json_schema.resolve(DOCUMENT, operation["responses"][status]).get("content", {})
                    self.assertEqual(list(content) == ["application/problem+json"], status >= "400", status)

    def test_what_we_write_has_no_more_members(self):
        for name, schema in DOCUMENT["components"]["schemas"].items():
            if schema.get("type") == "object":
                self.assertIs(schema.get("additionalProperties"), False, name)

    def test_every_resource_of_the_code(self):
        """Of what is no table in the code; api.cpp's is compared by a unit test."""
        named = set()
        for file in sorted((ROOT / "firmware/admin").glob("*.[ch]*")):
            if file.name not in ("api.cpp", "api.h", "api_json.cpp"):
                text = re.sub(r"//.*", "", file.read_text())
                named |= {(file.name, path) for path in re.findall(r'"(/api/[\w./-]*[\w.]|/metrics)"', text)}
                # what stands before and after a name, on one line
                named |= {(file.name, before + "a-name" + after) for before, after in re.findall(r'"(/api/[\w./-]*/)"[^"\n]*"(/[\w.-]+)"', text)}
        self.assertIn(("live_api.cpp", "/api/v1/certificates/a-name/chain.pem"), named)
        self.assertGreater(len(named), 12)
        for file, path in sorted(named):
            self.assertTrue(openapi.template_of(path), f"{file}: {path}")


def spoiled(change):
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return Shape(document).faults


class Judging(unittest.TestCase):
    def test_what_is_no_openapi(self):
        status = lambda d: d["paths"]["/api/v1/status"]["get"]
        for change in (lambda d: d.update(extra=1), lambda d: d["info"].pop("title"), lambda d: status(d).pop("operationId"),
                       lambda d: status(d)["responses"].update({"2000": {"description": ""}}),
                       lambda d: status(d)["responses"]["200"].pop("description"),
                       lambda d: d["paths"]["/api/v1/jobs/{id}"].pop("parameters"),
                       lambda d: d["components"]["schemas"]["Status"].update(required=["nothing"]),
                       lambda d: d["components"]["schemas"]["Status"].update(propertees={}),
                       lambda d: d["components"]["schemas"]["RenewRequest"]["properties"]["force"].update(default=1)):
            self.assertEqual(len(spoiled(change)), 1)
        self.assertEqual(spoiled(lambda d: None), [])

    def test_values(self):
        """schema, a value that fits, one that does not"""
        table = [({"type": "integer"}, 1, True), ({"type": "boolean"}, False, 0), ({"type": ["string", "null"]}, None, 1),
                 ({"const": "a"}, "a", "b"), ({"enum": [60, 900]}, 60, 61), ({"minimum": 0}, 0, -1), ({"maximum": 9}, 9, 10),
                 ({"pattern": "^a+$"}, "aa", "ab"), ({"format": "date-time"}, "2026-11-21T01:05:00Z", "2026-11-21 01:05"),
                 ({"items": {"type": "string"}}, ["a"], ["a", 1]), ({"minItems": 1}, [1], []), ({"maxItems": 1}, [1], [1, 2]),
                 ({"required": ["a"]}, {"a": 1}, {}), ({"properties": {"a": {"type": "null"}}, "additionalProperties": False}, {"a": None}, {"b": 1}),
                 ({"anyOf": [{"type": "null"}, {"const": 1}]}, 1, 2)]
        for schema, good, bad in table:
            self.assertEqual(list(json_schema.faults(DOCUMENT, schema, good)), [], schema)
            self.assertEqual(len(list(json_schema.faults(DOCUMENT, schema, bad))), 1, schema)

    def test_answers(self):
        def said(status, reason, body, kind="application/json", *fields):
            return Response(status, reason, "HTTP/1.1", [("Content-Type", kind), *fields], body, b"")
        problem = lambda status, text, *fields: said(status, text, b'{"type":"about:blank","title":"%s","status":%d,"detail":""}' %
                                                     (text.encode(), status), "application/problem+json", *fields)
        allow = ("Allow", "GET, HEAD")
        good = [("GET", "/api/v1/log", said(200, "OK", b'{"lines":[]}'), b""), ("HEAD", "/api/v1/log", said(200, "OK", b""), b""),
                ("POST", "/api/v1/log", problem(405, "Method Not Allowed", allow), b""), ("GET", "/style.css", said(200, "OK", b"?"), b""),
                ("POST", "/api/v1/reload", said(200, "OK", b'{"result":""}'), b""), ("GET", "/api/v1/jobs/1", problem(404, "Not Found"), b"")]
        bad = [("GET", "/api/v1/logs", said(200, "OK", b'{"lines":[]}'), b""), ("GET", "/api/v1/log", said(201, "Created", b'{"lines":[]}'), b""),
               ("GET", "/api/v1/log", said(200, "OK", b'{"lines":[],"more":1}'), b""), ("GET", "/api/v1/log", said(200, "OK", b"{}"), b""),
               ("GET", "/api/v1/log", said(200, "OK", b'{"lines":[]}', "text/json"), b""), ("HEAD", "/api/v1/log", said(200, "OK", b"x"), b""),
               ("GET", "/api/v1/log?n=1", said(200, "OK", b'{"lines":[]}'), b""), ("GET", "/api/v1/jobs/1", said(404, "Not Found", b"{}", "application/problem+json"), b""),
               ("POST", "/api/v1/log", problem(405, "Method Not Allowed"), b""), ("POST", "/api/v1/log", said(200, "OK", b'{"lines":[]}'), b""),
               ("POST", "/api/v1/log", problem(405, "Method Not Allowed", ("Allow", "GET")), b""),
               ("POST", "/api/v1/reload", said(200, "OK", b'{"result":""}'), b'{"fil":""}')]
        for asked in good:
            openapi.judge(*asked)
        for asked in bad:
            with self.subTest(asked), self.assertRaises(AssertionError):
                openapi.judge(*asked)
        openapi.judge_event("log", '{"line":""}')
        for name, data in (("logs", '{"line":""}'), ("log", "{}"), ("status", '{"a":1}')):
            with self.assertRaises(AssertionError):
                openapi.judge_event(name, data)


if __name__ == "__main__":
    unittest.main()
