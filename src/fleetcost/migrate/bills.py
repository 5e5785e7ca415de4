"""How the installation read its cloud bills: a secret with the file, the file's text, or keys of the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fleetcost.commands import ShownCommand
from fleetcost.migrate.values import BILLS_FILE, HelmValues, Imported

_INLINE: dict[str, dict[str, str]] = {
    "aws": {
        "athenaProjectID": "projectID",
        "athenaBucketName": "athenaBucketName",
        "athenaRegion": "athenaRegion",
        "athenaDatabase": "athenaDatabase",
        "athenaCatalog": "athenaCatalog",
        "athenaTable": "athenaTable",
        "athenaWorkgroup": "athenaWorkgroup",
        "masterPayerARN": "masterPayerARN",
    },
    "azure": {
        "azureSubscriptionID": "azureSubscriptionID",
        "azureStorageAccount": "azureStorageAccount",
        "azureStorageContainer": "azureStorageContainer",
        "azureContainerPath": "azureContainerPath",
        "azureCloud": "azureCloud",
    },
    "gcp": {"projectID": "projectID", "bigQueryBillingDataDataset": "billingDataDataset"},
}
"""Keys of the values by provider, and their names in the older form of cloud-integration.json."""

_DECIDES = {
    "aws": ("athenaBucketName", "athenaDatabase", "athenaTable", "masterPayerARN"),
    "azure": ("azureStorageAccount", "azureStorageContainer", "azureStorageSecretName"),
    "gcp": ("bigQueryBillingDataDataset",),
}
"""Keys that are there only where bills were read."""

_CREDENTIALS = {
    "aws": ("awsServiceKeyName", "awsServiceKeyPassword", "serviceKeySecretName", "awsServiceKeySecretName"),
    "azure": ("azureStorageSecretName", "azureStorageAccessKey"),
    "gcp": ("gcpSecretName", "bigQueryBillingDataSecretName"),
}

_PERIODS: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
    ("refreshRateHours", float, "billing_refresh_hours"),
    ("queryWindowDays", int, "billing_query_window_days"),
    ("runWindowDays", int, "billing_run_window_days"),
)
_PARTS = ("cloudCost", "kubecostAggregator.cloudCost", "kubecostModel.cloudCost", "opencost.cloudCost")


def read_bills(values: HelmValues, made: Imported) -> None:
    """Take what the values say of cloud bills; where access to them must be written by hand, it is a to-do."""
    for key, convert, setting in _PERIODS:
        found = values.first(f"aggregator: {setting}", *(f"{part}.{key}" for part in _PARTS))
        if found is not None:
            made.aggregator[setting] = convert(found)
    places = ("kubecostProductConfigs", "cloudCost", "opencost")
    became = f"aggregator: cloud_integration: {BILLS_FILE}"
    secret = values.first(became, *(f"{place}.cloudIntegrationSecret" for place in places))
    text = values.first(became, *(f"{place}.cloudIntegrationJSON" for place in places))
    # The chart built the file of these keys only where nobody gave it the file.
    inline = [] if secret or text else [provider for provider in _INLINE if _inline(values, made, provider)]
    if secret or text or inline:
        made.aggregator["cloud_integration"] = BILLS_FILE
    if secret:
        made.notes.append(
            f"{_whose(made)}mount the key cloud-integration.json of the secret {secret!r} as {BILLS_FILE}; it stays "
            "as it is"
        )
    if text:
        made.todos.append(
            f"{_whose(made)}write the text of cloudIntegrationJSON to {BILLS_FILE}, from a secret: until then no "
            "bill is read, and list prices stand"
        )


def _inline(values: HelmValues, made: Imported, provider: str) -> bool:
    """Make an entry of cloud-integration.json of keys the old chart built one of; returns whether there are any."""
    root = "kubecostProductConfigs"
    if not any(values.flat.get(f"{root}.{name}") for name in _DECIDES[provider]):
        return False
    secrets = [name for name in _CREDENTIALS[provider] if values.flat.get(f"{root}.{name}")]
    became = "cloud-integration.json, see the to-do"
    entry = {theirs: values.take(f"{root}.{name}", became) for name, theirs in _INLINE[provider].items()}
    for name in secrets:
        values.take(f"{root}.{name}", became)
    found = {name: value for name, value in entry.items() if value is not None}
    if found:
        made.cloud_integration[provider] = [found]
        held = "the section cloud-integration.json"
    else:
        held = f"where the bills of {provider} are"
    made.todos.append(
        f"{_whose(made)}write {held} to {BILLS_FILE}{_access(values, secrets)}; try it with "
        f"{ShownCommand.BILLING_CHECK.quoted}: until then no bill of {provider} is read, and list prices stand"
    )
    return True


def _access(values: HelmValues, secrets: list[str]) -> str:
    """Say where its credentials were, never what they are."""
    named = [f"the secret {values.flat[f'kubecostProductConfigs.{name}']!r}" for name in secrets if "Secret" in name]
    written = [f"kubecostProductConfigs.{name}" for name in secrets if "Secret" not in name]
    return f", with the credentials of {' and '.join((*named, *written))}" if secrets else ""


def _whose(made: Imported) -> str:
    return "" if made.role.serves else "on the primary, which reads the bills of all clusters: "
