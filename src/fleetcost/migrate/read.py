"""A whole values file into settings: it is found, its role too, every step is taken, every key accounted for."""

from __future__ import annotations

from collections.abc import Iterator

from fleetcost.errors import SettingsError
from fleetcost.migrate.charts import role_of
from fleetcost.migrate.keys import KeyVerdict, judge, shown
from fleetcost.migrate.manifests import find_values
from fleetcost.migrate.roles import Role
from fleetcost.migrate.steps import STEPS
from fleetcost.migrate.values import Accounted, ChartValues, HelmValues, Imported


def read_values(text: str, name: str) -> Imported:
    """
    Read a file of values, or a manifest or Terraform that holds them.

    Args:
        text: its content
        name: for messages

    Raises:
        SettingsError: no YAML, several installations, or a combination of roles the chart refused, too.
    """
    # Helm takes the last of two equal keys and says nothing. Which of them a person meant is not ours to guess.
    found = find_values(text, name)
    values = HelmValues(found.document)
    made = Imported(_role(values, found))
    for step in STEPS:
        try:
            step(values, made)
        except (ValueError, TypeError, AttributeError) as error:
            raise SettingsError(
                f"read values {name}: the keys of {step.__name__.strip('_')}: {error}; a value is not of the kind the "
                "chart takes (a template that was not filled in?)"
            ) from error
    made.todos.extend(
        f"more values are in {place}, which was not read: add them to the file" for place in found.elsewhere
    )
    made.keys = (*_accounted(values), *_of_others(found))
    return made


def _role(values: HelmValues, found: ChartValues) -> Role:
    """Return the role; what is missing decides nothing where more values are elsewhere."""
    try:
        role = role_of(values, found.chart)
    except SettingsError as error:
        if found.elsewhere:
            raise SettingsError(
                f"{error}; more values are in {', '.join(found.elsewhere)}: add them to the file"
            ) from None
        raise
    return Role.NOT_NAMED if found.elsewhere and role is Role.STANDALONE else role


def _accounted(values: HelmValues) -> Iterator[Accounted]:
    for key, value in values.flat.items():
        if key in values.taken:
            yield Accounted(key, shown(key, value), KeyVerdict.USED, values.taken[key])
        else:
            yield Accounted(key, shown(key, value), *judge(key))


def _of_others(found: ChartValues) -> Iterator[Accounted]:
    for key, value in HelmValues(found.beside).flat.items():
        yield Accounted(key, shown(key, value), KeyVerdict.NOT_NEEDED, "belongs to another chart of the same file")
