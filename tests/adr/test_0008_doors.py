"""ADR-0008: a model that is called by its core does what it does when called by its methods."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    RootModel,
    ValidationError,
    computed_field,
    field_validator,
    model_serializer,
)

from chainweaver._models import dumper_of, validator_of


class Plain(BaseModel):
    value: int
    text: str = "-"


class Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    value: int

    @field_validator("value")
    @classmethod
    def positive(cls, value: int) -> int:
        if value < 1:
            raise ValueError("not positive")
        return value

    @computed_field
    def double(self) -> int:
        return 2 * self.value


class Serialized(BaseModel):
    value: int

    @model_serializer
    def by_name(self) -> dict[str, Any]:
        return {"only": self.value}


class Root(RootModel[dict[str, int]]):
    pass


class OwnDoors(BaseModel):
    """Overrides what the engine would otherwise go past."""

    value: int

    @classmethod
    def model_validate(cls, obj: Any, **settings: Any) -> OwnDoors:
        return super().model_validate({"value": obj["value"] + 1}, **settings)

    def model_dump(self, **settings: Any) -> dict[str, Any]:
        return {**super().model_dump(**settings), "by": "hand"}


class Inherited(OwnDoors):
    pass


@pytest.mark.parametrize("model", [Plain, Checked, Serialized, Root, OwnDoors, Inherited])
@pytest.mark.parametrize(
    "value", [{"value": 1}, {"value": "2"}, {"value": 3, "text": 4}, {}, [], 0]
)
def test_by_core_as_by_method(model, value):
    def outcome(validate: Any, dump: Any) -> Any:
        try:
            return dump(validate(value))
        except ValidationError as error:
            return error.errors(include_url=False, include_context=False)
        except (TypeError, KeyError) as error:
            return type(error)

    by_method = outcome(model.model_validate, lambda instance: instance.model_dump())

    assert outcome(validator_of(model), dumper_of(model)) == by_method
