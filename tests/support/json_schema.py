"""As much of JSON Schema 2020-12 as docs/crash-report.schema.json uses. A keyword that it doesn't know is an error, so nothing passes unchecked."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "required", "properties", "additionalProperties", "items", "enum",
         "const", "oneOf", "pattern", "minimum"}


def _is(value, name):
    if name in ("integer", "number"):
        return isinstance(value, (int, float) if name == "number" else int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def problems(value, schema, root=None, at="$"):
    """What of `value` isn't as the schema says; nothing if it is valid. Each tells where."""
    root = root or schema
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError("the schema uses %s, which this check doesn't know" % sorted(unknown))
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return problems(value, target, root, at)
    types = schema.get("type", [])
    if types and not any(_is(value, name) for name in ([types] if isinstance(types, str) else types)):
        return ["%s: %.60r is no %s" % (at, value, types)]
    return [*_scalar(value, schema, at), *_object(value, schema, root, at), *_array(value, schema, root, at), *_one_of(value, schema, root, at)]


def _scalar(value, schema, at):
    if "enum" in schema and value not in schema["enum"]:
        yield "%s: %.60r isn't among %s" % (at, value, schema["enum"])
    if "const" in schema and value != schema["const"]:
        yield "%s: %.60r isn't %r" % (at, value, schema["const"])
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield "%s: %.60r doesn't match %s" % (at, value, schema["pattern"])
    if "minimum" in schema and isinstance(value, (int, float)) and value < schema["minimum"]:
        yield "%s: %r is below %r" % (at, value, schema["minimum"])


def _object(value, schema, root, at):
    if not isinstance(value, dict):
        return
    for name in schema.get("required", []):
        if name not in value:
            yield "%s: no %s" % (at, name)
    listed, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in listed:
            yield from problems(member, listed[name], root, at + "." + name)
        elif others is False:
            yield "%s: %s isn't in the schema" % (at, name)
        elif isinstance(others, dict):
            yield from problems(member, others, root, at + "." + name)


def _array(value, schema, root, at):
    if isinstance(value, list) and "items" in schema:
        for number, member in enumerate(value):
            yield from problems(member, schema["items"], root, "%s[%d]" % (at, number))


def _one_of(value, schema, root, at):
    if "oneOf" not in schema:
        return
    results = [problems(value, choice, root, at) for choice in schema["oneOf"]]
    if sum(not result for result in results) != 1:
        yield from min(results, key=len) or ["%s: matches several of oneOf" % at]
