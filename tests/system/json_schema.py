"""JSON Schema 2020-12 as far as www/admin/openapi.json uses it: a keyword beyond that is a fault, never passed over."""
import re

DATE_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SAYS_NOTHING = {"description", "default"}


def resolve(document, node):
    """What `node` is, or what its $ref leads to; KeyError when that leads nowhere."""
    while isinstance(node, dict) and "$ref" in node:
        assert node["$ref"].startswith("#/"), node["$ref"]
        found = document
        for part in node["$ref"][2:].split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def is_of(name, value):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def same(a, b):
    return type(a) is type(b) and a == b


def _object(schema, value, document, where):
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value)
        for name, member in value.items():
            if name in known:
                yield from faults(document, known[name], member, f"{where}.{name}")
            elif schema.get("additionalProperties", True) is False:
                yield f"{where}: nobody knows the member {name}"


def _items(schema, value, document, where):
    if isinstance(value, list):
        for i, one in enumerate(value):
            yield from faults(document, schema["items"], one, f"{where}[{i}]")


def _any_of(schema, value, document, where):
    each = [list(faults(document, one, value, where)) for one in schema["anyOf"]]
    if all(each):
        yield from each[0]


def _holds(test, said):
    """A check of one keyword: test(wanted, value) is true, or it is a fault."""
    def check(schema, value, _, where):
        wanted = schema[check.keyword]
        if not test(wanted, value):
            yield f"{where}: {value!r:.80} {said} {wanted!r}"
    return check


def _date(wanted, value):
    return wanted == "date-time" and (not isinstance(value, str) or bool(DATE_TIME.fullmatch(value)))


CHECKS = {
    "type": _holds(lambda t, v: any(is_of(one, v) for one in (t if isinstance(t, list) else [t])), "is not of type"),
    "const": _holds(same, "is not"),
    "enum": _holds(lambda all_of, v: any(same(one, v) for one in all_of), "is none of"),
    "minimum": _holds(lambda least, v: not is_of("integer", v) or v >= least, "is under"),
    "maximum": _holds(lambda most, v: not is_of("integer", v) or v <= most, "is over"),
    "pattern": _holds(lambda p, v: not isinstance(v, str) or re.search(p, v) is not None, "does not match"),
    "format": _holds(_date, "is no"),
    "minItems": _holds(lambda least, v: not isinstance(v, list) or len(v) >= least, "has fewer elements than"),
    "maxItems": _holds(lambda most, v: not isinstance(v, list) or len(v) <= most, "has more elements than"),
    "properties": _object,
    "items": _items,
    "anyOf": _any_of,
}
for _keyword, _check in CHECKS.items():
    _check.keyword = _keyword
WITH_PROPERTIES = {"required", "additionalProperties"}


def faults(document, schema, value, where="$"):
    """Yields what of `value` is not as `schema`, a part of `document`, says."""
    schema = resolve(document, schema)
    for keyword in schema:
        if keyword in CHECKS:
            yield from CHECKS[keyword](schema, value, document, where)
    if "properties" not in schema and WITH_PROPERTIES & schema.keys():
        yield from _object(schema, value, document, where)


def schema_faults(document, schema, where):
    """Yields what of `schema` is no schema that faults() understands; a $ref is followed by who reads its target."""
    if "$ref" in schema:
        if set(schema) != {"$ref"}:
            yield f"{where}: more than a $ref"
        return
    yield from (f"{where}: unknown keyword {word}" for word in schema if word not in CHECKS.keys() | WITH_PROPERTIES | SAYS_NOTHING)
    types = schema.get("type", [])
    yield from (f"{where}: unknown type {one}" for one in (types if isinstance(types, list) else [types])
                if one not in TYPES and one != "integer")
    if schema.get("format", "date-time") != "date-time":
        yield f"{where}: unknown format {schema['format']}"
    yield from (f"{where}: {name} is required and not described" for name in schema.get("required", [])
                if schema.get("additionalProperties", True) is False and name not in schema.get("properties", {}))
    if "default" in schema:
        yield from faults(document, {k: v for k, v in schema.items() if k != "default"}, schema["default"], f"{where}: its default")
    inner = [(f".{name}", one) for name, one in schema.get("properties", {}).items()]
    inner += [(f"|{i}", one) for i, one in enumerate(schema.get("anyOf", []))]
    inner += [("[]", schema["items"])] if "items" in schema else []
    for name, one in inner:
        yield from schema_faults(document, one, where + name)
