"""The bound validators and serialisers of models (chainweaver/_models.py)."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    computed_field,
    create_model,
    field_serializer,
    model_serializer,
    model_validator,
)
from pydantic_core import core_schema

from chainweaver._models import dumper_of, validator_of

T = TypeVar("T")


class Plain(BaseModel):
    n: int
    text: str = "x"


class Wider(Plain):
    more: int = 1


class CheckedByHand(BaseModel):
    n: int

    @classmethod
    def model_validate(cls, obj, **settings):
        return super().model_validate({"n": obj["n"] + 1}, **settings)


class InheritsTheCheck(CheckedByHand):
    m: int = 0


class DumpedByHand(BaseModel):
    n: int

    def model_dump(self, **settings):
        return {**super().model_dump(**settings), "by_hand": True}


class Waiting(BaseModel):
    model_config = ConfigDict(defer_build=True)
    n: int


class Aliased(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)
    n: int = Field(alias="number")
    m: int = Field(default=0, validation_alias="in", serialization_alias="out")
    plain: int = 0

    @computed_field(alias="twice")
    @property
    def doubled(self) -> int:
        return 2 * self.n

    @computed_field
    @property
    def halved(self) -> float:
        return self.n / 2


class Box(BaseModel, Generic[T]):
    content: T


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Exotic:
    """Models whose keys only an instance can tell."""

    class OpenChild(Open):
        m: int = 0

    class OwnSchema(BaseModel):
        n: int = 0

        @classmethod
        def __get_pydantic_core_schema__(cls, source, handler):
            return core_schema.no_info_after_validator_function(
                lambda given: Open.model_validate({"made": given.n}), handler(source)
            )

    class Rooted(RootModel[dict[str, int]]):
        pass

    class OwnSerialiser(BaseModel):
        n: int = 0

        @model_serializer
        def only_when_set(self) -> dict[str, Any]:
            return {"n": self.n} if self.n else {}

    class InheritsTheSerialiser(OwnSerialiser):
        m: int = 0

    TakesAll = Open
    ByHand = DumpedByHand
    Checked = InheritsTheCheck


def field_values(model):
    return {"number": 1} if model is Aliased else {"n": 1}


@pytest.mark.parametrize("model", [Plain, Wider, CheckedByHand, InheritsTheCheck, Waiting, Aliased])
def test_the_validator_does_what_the_model_does(model):
    validate, values = validator_of(model), field_values(model)

    assert validate(values) == model.model_validate(values)
    assert type(validate(values)) is model


@pytest.mark.parametrize("model", [Plain, Wider, Waiting, Aliased, InheritsTheCheck])
def test_the_validator_refuses_what_the_model_refuses(model):
    with pytest.raises(ValidationError):
        validator_of(model)({"n": 0.5, "number": 0.5})


@pytest.mark.parametrize("model", [Plain, Wider, DumpedByHand, Waiting, Aliased, Open])
def test_the_dumper_does_what_the_instance_does(model):
    dump = dumper_of(model)
    instance = model.model_validate({**field_values(model), "more": 3})

    assert dump(instance) == instance.model_dump()
    assert list(dump(instance)) == list(instance.model_dump())


def test_a_nested_model_is_dumped_as_pydantic_does():
    outer = create_model("Outer", inner=(Plain, ...), more=(list[Plain], ...))
    instance = outer(inner=Wider(n=1), more=[Wider(n=2), Plain(n=3)])

    assert dumper_of(outer)(instance) == instance.model_dump()


def test_an_instance_of_a_subclass_is_cut_to_the_model():
    assert dumper_of(Plain)(Wider(n=1)) == {"n": 1, "text": "x"}


def test_a_model_that_refers_to_what_is_not_there_yet_is_built_at_its_first_use():
    class Early(BaseModel):
        later: Later

    validate, dump = validator_of(Early), dumper_of(Early)

    class Later(BaseModel):
        n: int

    Early.model_rebuild()
    assert dump(validate({"later": {"n": 1}})) == {"later": {"n": 1}}


@pytest.mark.parametrize("values", [[1], ["ab", "cd"], 5, None])
def test_what_is_not_dumped_as_a_dictionary_is_refused(values):
    model = RootModel[Any]

    with pytest.raises(TypeError, match="must be a dictionary"):
        dumper_of(model)(model(values))


def test_a_root_model_of_a_dictionary_is_dumped():
    assert dumper_of(RootModel[dict[str, int]])(RootModel[dict[str, int]]({"n": 1})) == {"n": 1}


def test_a_validator_that_gives_something_else_is_refused():
    class Turned(BaseModel):
        n: int

        @model_validator(mode="wrap")
        @classmethod
        def turn(cls, value, handler):
            return Plain(n=value["n"])

    with pytest.raises(TypeError, match="gave a Plain, not a Turned"):
        dumper_of(Turned)(validator_of(Turned)({"n": 1}))


# Each kind of field: how to declare one under a name, in a class body.
def _plain_field(name):
    return {name: (int, 1)}


def _required(name):
    return {name: (Literal[1] | None, ...)}


def _excluded(name):
    return {name: (int, Field(default=1, exclude=True))}


def _aliased(name):
    return {name: (int, Field(default=1, alias=f"{name}_alias"))}


def _serialised_as(name):
    return {name: (int, Field(default=1, serialization_alias=f"{name}_out"))}


def _validated_as(name):
    return {name: (int, Field(default=1, validation_alias=f"{name}_in"))}


def _excluded_if(name):
    return {name: (int, Field(default=1, exclude_if=lambda value: value == 1))}


def _nested(name):
    return {name: (Plain, Plain(n=1))}


FIELDS = [
    _plain_field,
    _required,
    _excluded,
    _aliased,
    _serialised_as,
    _validated_as,
    _excluded_if,
    _nested,
]


class ComputedBase(BaseModel):
    @computed_field
    @property
    def computed(self) -> int:
        return 1


class SerialisedFieldsBase(BaseModel):
    @field_serializer("*")
    def as_text(self, value: Any) -> str:
        return str(value)


CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "extra": st.sampled_from(["allow", "ignore", "forbid"]),
        "serialize_by_alias": st.booleans(),
        "populate_by_name": st.just(True),
        "alias_generator": st.sampled_from([str.upper, lambda name: f"{name}_g"]),
        "defer_build": st.just(True),
        "frozen": st.booleans(),
    },
)


@given(
    kinds=st.lists(st.sampled_from(FIELDS), max_size=5),
    config=CONFIGS,
    bases=st.lists(st.sampled_from([ComputedBase, SerialisedFieldsBase, Plain]), unique=True),
    own_serialiser=st.integers(0, 9).map(lambda n: n == 0),
)
def test_bound_doors_do_what_the_models_own_do(kinds, config, bases, own_serialiser):
    namespace: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
    for at, declare in enumerate(kinds):
        for name, (annotation, default) in declare(f"f{at}").items():
            namespace["__annotations__"][name] = annotation
            if default is not ...:
                namespace[name] = default
    if own_serialiser:
        namespace["own"] = model_serializer(lambda self: {"own": 1})
    namespace["model_config"] = ConfigDict(**config)
    model = type(BaseModel)("Drawn", (*bases, BaseModel), namespace)
    values = {
        key: 1
        for name, field in model.model_fields.items()
        if field.is_required()
        for key in [field.validation_alias or name]
    }

    instance = validator_of(model)(values)

    assert instance == model.model_validate(values)
    assert dumper_of(model)(instance) == instance.model_dump()
