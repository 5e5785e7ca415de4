"""How many examples a property is tried on."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def examples(usually: int) -> settings:
    """Return the settings of a property whose examples cost time: so many in `make test`, more in `make test-all`."""
    # Parts of 100, because that is what a property without settings of its own is tried on in `make test`.
    return settings(
        max_examples=usually * settings().max_examples // 100,
        # On a busy machine everything is slow.
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
