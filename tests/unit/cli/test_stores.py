"""Several buckets named by flags, by a file and by the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import hour, pair, put
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.cli.main import run
from fleetcost.ops.settings import AggregatorSettings, load


def store(folder: Path, *clusters: str) -> Path:
    """Return the settings of a bucket that holds a set of each cluster."""
    folder.mkdir()
    for cluster in clusters:
        put(FilesystemBucket(folder), *pair(hour(1), cluster))
    file = folder.with_suffix(".yaml")
    file.write_text(f"type: FILESYSTEM\nconfig: {{directory: {folder}}}\n")
    return file


def shown(capsys: pytest.CaptureFixture[str], *files: Path) -> tuple[int, str, str]:
    """List the stores; return the exit code and what was printed."""
    flags = [word for file in files for word in ("--storage-config", str(file))]
    code = run(["aggregator", "stores", *flags])
    reported = capsys.readouterr()
    return code, " ".join(reported.out.replace("│", " ").split()), reported.err


def test_two_buckets_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named by two flags, both buckets are listed with their clusters, and nothing is wrong."""
    code, out, _ = shown(capsys, store(tmp_path / "eu", "paris"), store(tmp_path / "us", "boston"))

    assert code == 0
    assert "paris" in out
    assert "boston" in out


def test_a_cluster_in_both_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cluster that both hold is named with the bucket it is read from, and the exit code tells."""
    code, out, _ = shown(capsys, store(tmp_path / "eu", "paris"), store(tmp_path / "us", "boston", "paris"))

    assert code == 1
    assert "paris is read from" in out


def test_one_bucket_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same bucket named twice is a mistake, and it is named."""
    file = store(tmp_path / "eu", "paris")
    code, _, reported = shown(capsys, file, file)

    assert code == 2
    assert "named twice" in reported


def test_a_file_and_the_environment_name_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file lists further buckets, the environment joins them by commas."""
    (tmp_path / "settings.yaml").write_text("storage_config: a.yaml\nfurther_storage_configs: [b.yaml, c.yaml]\n")
    assert load(AggregatorSettings, {}, tmp_path / "settings.yaml").settings.further_storage_configs == (
        Path("b.yaml"),
        Path("c.yaml"),
    )
    monkeypatch.setenv("FLEETCOST_FURTHER_STORAGE_CONFIGS", "d.yaml, e.yaml")
    assert load(AggregatorSettings, {}).settings.further_storage_configs == (Path("d.yaml"), Path("e.yaml"))
