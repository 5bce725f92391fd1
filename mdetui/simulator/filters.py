"""`$filter` as SQL: parsed by odata-query, compiled by a visitor that knows which properties a resource takes.

Every literal is bound, none is pasted into the SQL. Each compiled expression is true or false, never SQL's NULL, because
OData's `ne` and `not` take a missing value as "not equal". Imported at the first `$filter`: the parser builds its tables
on import, which is a good part of a start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from odata_query import ast, exceptions
from odata_query.grammar import ODataLexer, ODataParser
from odata_query.visitor import NodeVisitor

from mdetui.simulator import ticks
from mdetui.simulator.conditions import Binder, FilterError, Where, compare
from mdetui.simulator.properties import Property, Resource

# parentheses and `not` inside each other; the service says "recursion depth exceeded" somewhere too
MAX_DEPTH = 50
_NAMES: dict[type[Any], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Lt: "lt",
    ast.LtE: "le",
}
_MIRROR = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_EDM = {
    "string": "Edm.String",
    "time": "Edm.DateTimeOffset",
    "int": "Edm.Int64",
    "float": "Edm.Double",
    "bool": "Edm.Boolean",
    "strings": "Collection(Edm.String)",
}
# outside of quotes: the documentation's own `2018-08-01Z`, and `not(` without a blank; the grammar knows neither
_LENIENT = re.compile(r"'(?:[^']|'')*'|(?P<day>\b\d{4}-\d\d-\d\d)Z|\b(?P<negate>not)\(", re.IGNORECASE)


@lru_cache(maxsize=128)
def _parse(text: str) -> Any:
    if text.replace("''", "").count("'") % 2:
        raise FilterError(f"There is an unterminated string literal at position {len(text)} in '{text}'.")
    try:
        return ODataParser().parse(ODataLexer().tokenize(_LENIENT.sub(_strict, text)))
    except exceptions.UnknownFunctionException as error:
        raise FilterError(f"An unknown function with name '{error.function_name}' was found.") from error
    except exceptions.ODataException as error:
        raise FilterError(f"Syntax error in '{text}'.") from error


def _strict(match: re.Match[str]) -> str:
    if match["day"]:
        return f"{match['day']}T00:00:00Z"
    return "not (" if match["negate"] else match[0]


def compile_filter(text: str, resource: Resource) -> Where:
    """The SQL condition of a `$filter`.

    Raises:
        FilterError: Syntax, an unknown property, a type that does not fit, a function the service is not seen to take.
    """
    tree = _parse(text.strip())
    if tree is None:
        raise FilterError("The $filter is empty.")
    visitor = _ToSql(resource)
    return Where(visitor.condition(tree), visitor.bind.values)


def _flatten(node: Any, op: type[Any]) -> Iterator[Any]:
    """Operands of a chain. The grammar nests `a or b or c` to the left: hundreds of ids must not recurse."""
    right = []
    while isinstance(node, ast.BoolOp) and isinstance(node.op, op):
        right.append(node.right)
        node = node.left
    yield node
    yield from reversed(right)


class _ToSql(NodeVisitor):
    """Visits conditions; each visit returns SQL that is true or false."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.bind = Binder()
        self._depth = 0
        self._element: tuple[str, Property] | None = None

    def condition(self, node: Any) -> str:
        """SQL of a node that must be a condition."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError("The recursion limit of the $filter has been exceeded.")
        sql: str = self.visit(node)
        self._depth -= 1
        return sql

    def generic_visit(self, node: Any) -> str:
        """Whatever has no method of its own is no condition."""
        raise FilterError("The $filter expression must evaluate to a single boolean value.")

    def visit_BoolOp(self, node: Any) -> str:  # noqa: N802
        """`and`, `or`: chains are flattened, equalities of one property in an `or` become one list."""
        op = type(node.op)
        if op is ast.And:
            return "(" + " AND ".join(self.condition(one) for one in _flatten(node, op)) + ")"
        lists: dict[str, list[Any]] = {}
        found: dict[str, Property] = {}
        parts = []
        for one in _flatten(node, op):
            equality = self._equality(one)
            if equality is None:
                parts.append(self.condition(one))
            else:
                found[equality[0].name] = equality[0]
                lists.setdefault(equality[0].name, []).append(equality[1])
        parts += [self._one_of(found[name], values) for name, values in lists.items()]
        return "(" + " OR ".join(parts) + ")"

    def visit_UnaryOp(self, node: Any) -> str:  # noqa: N802
        """`not`."""
        if not isinstance(node.op, ast.Not):
            return self.generic_visit(node)
        return f"(NOT {self.condition(node.operand)})"

    def visit_Compare(self, node: Any) -> str:  # noqa: N802
        """`property op literal`, either way round, or `startswith(..) eq true`."""
        left: Any = node.left
        right: Any = node.right
        operator = _NAMES.get(type(node.comparator), "")
        if isinstance(left, ast._Literal):
            left, right = node.right, node.left
            operator = _MIRROR.get(operator, operator)
        if isinstance(left, ast.Call) and isinstance(right, ast.Boolean) and operator in ("eq", "ne"):
            call = self.condition(left)
            return call if right.py_val == (operator == "eq") else f"(NOT {call})"
        if not operator or not isinstance(right, ast._Literal):
            raise FilterError("This comparison is not supported in $filter: compare a property with a value.")
        prop = self._property(left)
        return compare(prop, operator, self._literal(prop, right, operator), self.bind)

    def visit_Call(self, node: Any) -> str:  # noqa: N802
        """`startswith(property,'x')`, the only function seen working."""
        name = node.func.full_name()
        if name.lower() != "startswith":
            raise FilterError(f"The function '{name}' is not supported in $filter.")
        prop = self._property(node.args[0])
        if prop.kind != "string" or not isinstance(node.args[1], ast.String):
            raise FilterError("No function signature for the function with name 'startswith' matches these arguments.")
        return f"coalesce(starts_with({prop.column}, {self.bind(node.args[1].py_val)}), false)"

    def visit_CollectionLambda(self, node: Any) -> str:  # noqa: N802
        """`machineTags/any(tag: tag eq 'x')`."""
        prop = self._property(node.owner)
        if prop.kind != "strings" or not isinstance(node.operator, ast.Any):
            raise FilterError(
                f"The property '{prop.name}' can't be used with this operator: only any() on a collection."
            )
        if node.lambda_ is None:
            return f"(len({prop.column}) > 0)"
        if self._element:
            raise FilterError("any() inside any() is not supported in $filter.")
        self._element = (node.lambda_.identifier.name, Property(prop.name, "element"))
        inner = self.condition(node.lambda_.expression)
        self._element = None
        return f"EXISTS (SELECT 1 FROM (SELECT unnest({prop.column}) AS element) WHERE {inner})"

    # the pieces

    def _property(self, node: Any) -> Property:
        name = _dotted(node)
        if name is None:
            raise FilterError("This comparison is not supported in $filter: compare a property with a value.")
        if self._element and name == self._element[0]:
            return self._element[1]
        prop = self.resource.properties.get(name.lower())
        if prop is None:
            raise FilterError(f"Could not find a property named '{name}' on type '{self.resource.edm}'.")
        return prop

    def _literal(self, prop: Property, node: Any, operator: str) -> Any:
        kind, value = _value(node)
        if kind == prop.kind or (kind == "null" and operator in ("eq", "ne")):
            return value
        if kind == "int" and prop.kind == "float":
            return float(value)
        raise FilterError(
            "A binary operator with incompatible types was detected. Found operand types "
            f"'{_EDM[prop.kind]}' and '{_EDM.get(kind, kind)}' for property '{prop.name}'."
        )

    def _equality(self, node: Any) -> tuple[Property, Any] | None:
        """Property and value of a plain `property eq value` of the resource."""
        if not (isinstance(node, ast.Compare) and isinstance(node.comparator, ast.Eq) and not self._element):
            return None
        if _dotted(node.left) is None or not isinstance(node.right, ast._Literal):
            return None
        prop = self._property(node.left)
        value = self._literal(prop, node.right, "eq")
        return None if value is None or prop.folds else (prop, value)

    def _one_of(self, prop: Property, values: list[Any]) -> str:
        if len(values) == 1:
            return compare(prop, "eq", values[0], self.bind)
        return f"coalesce(list_contains({self.bind(values)}, {prop.column}), false)"


def _dotted(node: Any) -> str | None:
    if isinstance(node, ast.Identifier):
        return ".".join((*node.namespace, node.name))
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.owner)
        return f"{owner}/{node.attr}" if owner else None
    return None


def _value(node: Any) -> tuple[str, Any]:
    """Kind and value of a literal."""
    if isinstance(node, ast.Null):
        return "null", None
    if isinstance(node, (ast.String, ast.GUID)):
        return "string", str(node.val)
    if isinstance(node, ast.Integer):
        value = int(node.val)
        if not -(2**63) <= value < 2**63:
            raise FilterError(f"The value {node.val} does not fit Edm.Int64.")
        return "int", value
    if isinstance(node, ast.Float):
        return "float", float(node.val)
    if isinstance(node, ast.Boolean):
        return "bool", node.val.lower() == "true"
    if isinstance(node, (ast.DateTime, ast.Date)):
        try:
            return "time", ticks.parse(node.val)
        except (ValueError, OverflowError) as error:
            raise FilterError(f"'{node.val}' is not a valid Edm.DateTimeOffset.") from error
    return type(node).__name__, None
