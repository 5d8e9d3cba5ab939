"""Predicates: what they mean (as Python does), and all that they refuse."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainweaver.contracts import compile_predicate, evaluate_predicate
from chainweaver.exceptions import PredicateSyntaxError

CONTEXT = {
    "n": 3,
    "zero": 0,
    "text": "abc",
    "items": [10, 20, [30]],
    "user": {"name": "Ada", "tags": ["x"], 1: "one"},
    "nothing": None,
}


@pytest.mark.parametrize(
    "predicate",
    [
        "True",
        "n",
        "n == 3",
        "n != 4",
        "2 < n <= 3 < 4",
        "n >= 3 and n <= 3",
        "zero or n",
        "not zero",
        "-n == -3 and +n == 3",
        "user['name'] == 'Ada'",
        "user[1] == 'one'",
        "items[0] == 10 and items[-1][0] == 30",
        "'x' in user['tags']",
        "n in (1, 2, 3)",
        "n in [3] and n in {3}",
        "n not in ()",
        "items == (10, 20, (30,))",
        "nothing == None",
        "items[zero] == 10",
        "  n == 3  ",
        "'b' in text",
        "text[zero] == 'a'",
    ],
)
def test_what_holds(predicate):
    assert evaluate_predicate(predicate, CONTEXT) is True


@pytest.mark.parametrize(
    "predicate", ["False", "None", "zero", "n == 4", "not n", "n < 3 or n > 3", "[]", "1 < n < 3"]
)
def test_what_does_not_hold(predicate):
    assert evaluate_predicate(predicate, CONTEXT) is False


@pytest.mark.parametrize("predicate", ["zero and missing", "n or missing", "n < 3 < missing"])
def test_what_is_decided_already_is_not_looked_at(predicate):
    evaluate_predicate(predicate, CONTEXT)


@pytest.mark.parametrize("predicate", ["", "n ==", "n n", "if n: pass", "n = 3", "(", "\0", "n\nn"])
def test_what_does_not_parse(predicate):
    with pytest.raises(PredicateSyntaxError) as caught:
        evaluate_predicate(predicate, CONTEXT)

    assert caught.value.predicate == predicate
    assert "syntax" in caught.value.detail


@pytest.mark.parametrize("predicate", ["(" * 500 + "n" + ")" * 500, "not " * 20_000 + "n"])
def test_what_is_nested_too_deep_does_not_parse(predicate):
    with pytest.raises(PredicateSyntaxError, match="syntax"):
        evaluate_predicate(predicate, CONTEXT)


@pytest.mark.parametrize(
    ("predicate", "construct"),
    [
        ("len(text)", "Call"),
        ("user.name", "Attribute"),
        ("lambda: 1", "Lambda"),
        ("n + 1", "BinOp"),
        ("n is 3", "Is"),
        ("n is not 3", "IsNot"),
        ("~n", "Invert"),
        ("1 if n else 2", "IfExp"),
        ("{'a': 1}", "Dict"),
        ("[x for x in items]", "ListComp"),
        ("{x for x in items}", "SetComp"),
        ("(x for x in items)", "GeneratorExp"),
        ("items[0:1]", "Slice"),
        ("[*items]", "Starred"),
        ("(m := 3)", "NamedExpr"),
        ("f'{n}'", "JoinedStr"),
        ("n == 3 and user.name", "Attribute"),
        ("False and len(text)", "Call"),
    ],
)
def test_what_the_grammar_does_not_have_is_refused_by_name(predicate, construct):
    with pytest.raises(PredicateSyntaxError) as caught:
        evaluate_predicate(predicate, CONTEXT)

    assert construct in caught.value.detail
    assert caught.value.predicate == predicate


def test_nothing_is_looked_up_but_the_context():
    for name in ["print", "__builtins__", "ast", "evaluate_predicate"]:
        with pytest.raises(PredicateSyntaxError, match=name):
            evaluate_predicate(name, {})


@pytest.mark.parametrize(
    ("predicate", "cause"),
    [
        ("user['age']", "KeyError"),
        ("items[9]", "IndexError"),
        ("n[0]", "TypeError"),
        ("items['a']", "TypeError"),
        ("user[[1]]", "TypeError"),
    ],
)
def test_a_subscript_that_fails_says_how(predicate, cause):
    with pytest.raises(PredicateSyntaxError, match=cause):
        evaluate_predicate(predicate, CONTEXT)


def test_a_comparison_that_fails_is_left_as_it_is():
    with pytest.raises(TypeError):
        evaluate_predicate("1 < 'a'", CONTEXT)


def test_a_compiled_predicate_can_be_used_again():
    holds = compile_predicate("n > limit")

    assert [holds({"n": n, "limit": 2}) for n in (1, 2, 3)] == [False, False, True]
    with pytest.raises(PredicateSyntaxError, match="limit"):
        holds({"n": 1})
    assert compile_predicate("n > limit") is holds


# Predicates as trees, so that Python can be asked about the same text. A tuple means a list in
# a predicate, so tuples are drawn only where both mean the same: after `in`.
NAMES = ["a", "b", "c", "gone"]
atoms = st.one_of(
    st.sampled_from(NAMES).map(lambda name: ast.Name(name, ast.Load())),
    st.one_of(st.integers(0, 5), st.sampled_from(["x", "y", None, True, False, 1.5])).map(
        ast.Constant
    ),
)
COMPARISONS = [ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE]


def _grow(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(
            lambda op, value: ast.UnaryOp(op(), value),
            st.sampled_from([ast.Not, ast.USub, ast.UAdd]),
            inner,
        ),
        st.builds(
            lambda op, values: ast.BoolOp(op(), values),
            st.sampled_from([ast.And, ast.Or]),
            st.lists(inner, min_size=2, max_size=3),
        ),
        st.builds(
            lambda left, ops, right: ast.Compare(
                left, [op() for op in ops[: len(right)]], right[: len(ops)]
            ),
            inner,
            st.lists(st.sampled_from(COMPARISONS), min_size=1, max_size=3),
            several,
        ),
        st.builds(
            lambda left, op, make, items: ast.Compare(left, [op()], [make(items)]),
            inner,
            st.sampled_from([ast.In, ast.NotIn]),
            st.sampled_from(
                [
                    lambda items: ast.Tuple(items, ast.Load()),
                    lambda items: ast.List(items, ast.Load()),
                    ast.Set,
                ]
            ),
            several,
        ),
        st.builds(lambda value, key: ast.Subscript(value, key, ast.Load()), inner, inner),
    )


values = st.recursive(
    st.one_of(st.integers(0, 5), st.sampled_from(["x", "xy", None, True])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["x", "y", 1]), inner, max_size=2),
    ),
    max_leaves=4,
)


@given(
    tree=st.recursive(atoms, _grow, max_leaves=8),
    context=st.fixed_dictionaries({"a": values, "b": values, "c": values}),
)
def test_a_predicate_means_what_it_means_in_python(tree, context):
    predicate = ast.unparse(ast.fix_missing_locations(ast.Expression(tree)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python's own advice about `0[a]`
        code = compile(predicate, "", "eval", dont_inherit=True)
    try:
        expected = bool(eval(code, {}, context))
    except (NameError, LookupError):
        with pytest.raises(PredicateSyntaxError):
            evaluate_predicate(predicate, context)
    except TypeError:
        with pytest.raises((PredicateSyntaxError, TypeError)):
            evaluate_predicate(predicate, context)
    else:
        assert evaluate_predicate(predicate, context) is expected
