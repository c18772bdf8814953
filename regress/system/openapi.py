"""etc/edd-api.json: finds operations, and says what of an answer does not fit
what it promises.  As much of JSON Schema as that file uses."""

import datetime
import json
import os
import re

from eddtest import ROOT

PATH = os.path.join(ROOT, "etc", "edd-api.json")


def load():
    with open(PATH) as f:
        return json.load(f)


TYPES = {"object": dict, "array": list, "string": str, "integer": int,
         "number": (int, float), "boolean": bool}


class Description:
    def __init__(self):
        self.doc = load()

    def resolve(self, node):
        while "$ref" in node:
            target = self.doc
            for part in node["$ref"][2:].split("/"):
                target = target[part]
            node = target
        return node

    def operations(self):
        """(method, path, operation)"""
        for path, methods in self.doc["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def find(self, method, path):
        path = path.split("?")[0]
        for m, pattern, operation in self.operations():
            if m == method and re.fullmatch(
                    re.sub(r"\{[^}]*\}", "[^/]+", pattern), path):
                return operation
        raise AssertionError("%s %s is not described" % (method, path))

    def parameters(self, operation, where):
        found = [self.resolve(p) for p in operation["parameters"]]
        return {p["name"]: p for p in found if p["in"] == where}

    def check(self, value, schema, at="answer"):
        schema = self.resolve(schema)
        kind = schema.get("type")
        if kind is not None:
            assert isinstance(value, TYPES[kind]), (at, value)
            assert not (isinstance(value, bool) and kind != "boolean"), at
        if "enum" in schema:
            assert value in schema["enum"], (at, value)
        if "maxLength" in schema:
            assert len(value) <= schema["maxLength"], (at, value)
        if schema.get("format") == "date-time":
            datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
        if kind == "array":
            for i, item in enumerate(value):
                self.check(item, schema["items"], "%s[%d]" % (at, i))
        if kind == "object":
            self.check_object(value, schema, at)

    def check_object(self, value, schema, at):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        for name in schema.get("required", []):
            assert name in value, "%s has no %s" % (at, name)
        for name, member in value.items():
            if name in known:
                self.check(member, known[name], at + "." + name)
            else:
                assert more is not False, "%s.%s is not described" % (at, name)
                if more is not True:
                    self.check(member, more, at + "." + name)

    def check_answer(self, operation, answer):
        """The answer is one of those that the operation has."""
        responses = operation["responses"]
        found = responses.get(str(answer.status))
        if found is None:
            assert answer.status >= 400, (operation["operationId"],
                                          answer.status)
            found = responses["default"]
        found = self.resolve(found)
        content = found.get("content")
        if content is None:
            assert answer.body == b"", answer.body
        else:
            assert answer.fields["content-type"] == "application/json"
            self.check(answer.json, content["application/json"]["schema"],
                       operation["operationId"])
        assert "opc-request-id" in answer.fields
        for name in answer.fields:
            if name.startswith("opc-") or name in ("etag", "location"):
                assert name in found["headers"], (
                    operation["operationId"], name)
        return answer
