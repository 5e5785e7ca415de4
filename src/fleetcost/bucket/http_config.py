"""`http_config`, which S3, GCS and Azure share: time limits, idle connections, certificates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret
from fleetcost.ops.section import Place, Section


@dataclass(frozen=True, slots=True)
class Pem:
    """
    Certificates or a key, inline or in a file that may be replaced while we run.

    Attributes:
        place: where the settings name it
        path: the file, or None
        inline: the text itself, or None
    """

    place: Place
    path: Path | None
    inline: Secret | None

    def read(self) -> str:
        """
        Return the PEM text as it is now.

        Raises:
            SettingsError: the file cannot be read or holds no PEM block.
        """
        text = self.inline.reveal() if self.inline else self._content()
        if "-----BEGIN " not in text:
            raise SettingsError(f"{self.place}: {self._origin()} holds no PEM block (`-----BEGIN …`)")
        return text

    def _content(self) -> str:
        try:
            return self.path.read_text(encoding="ascii", errors="replace") if self.path else ""
        except OSError as error:
            raise SettingsError(f"{self.place}: cannot read {self._origin()}: {error.strerror}") from None

    def _origin(self) -> str:
        return f"the file {self.path.absolute()}" if self.path else "the inline text"


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """
    Whom to trust and who we are.

    Attributes:
        authority: certificates to trust besides the system's, or None
        certificate: ours, where the server asks for one
        key: its private key
        server_name: the name the server's certificate must carry, empty for the endpoint's host
        verify: False trusts any certificate
    """

    authority: Pem | None = None
    certificate: Pem | None = None
    key: Pem | None = None
    server_name: str = ""
    verify: bool = True

    @property
    def mutual(self) -> bool:
        """Whether we show a client certificate."""
        return self.certificate is not None

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that are read when the bucket is opened."""
        return tuple(pem.path for pem in (self.authority, self.certificate, self.key) if pem and pem.path)


@dataclass(frozen=True, slots=True)
class HttpConfig:
    """
    How to talk.

    Attributes:
        idle_seconds: how long an unused connection is kept
        idle_connections: how many of them, 0 for the library's default
        read_seconds: longest silence of the server in the middle of an answer, and before it
        connect_seconds: longest time to connect, TLS handshake included
        tls: certificates
    """

    idle_seconds: float = 90.0
    idle_connections: int = 100
    read_seconds: float = 120.0
    connect_seconds: float = 10.0
    tls: TlsConfig = TlsConfig()


def read_http(section: Section) -> HttpConfig:
    """Read an `http_config` section; each key absent has the default of the Thanos form."""
    section.without_effect(
        "the client library decides this by itself",
        *("expect_continue_timeout", "max_idle_conns", "max_conns_per_host", "disable_compression"),
    )
    config = HttpConfig(
        idle_seconds=section.seconds("idle_conn_timeout", 90.0),
        idle_connections=section.whole("max_idle_conns_per_host", 100),
        read_seconds=section.seconds("response_header_timeout", 120.0),
        connect_seconds=section.seconds("tls_handshake_timeout", 10.0),
        tls=_read_tls(section.section("tls_config"), verify=not section.flag("insecure_skip_verify")),
    )
    section.close()
    return config


def _read_tls(section: Section, *, verify: bool) -> TlsConfig:
    config = TlsConfig(
        authority=_pem(section, "ca_file", "ca"),
        certificate=_pem(section, "cert_file", "cert"),
        key=_pem(section, "key_file", "key"),
        server_name=section.text("server_name"),
        verify=verify and not section.flag("insecure_skip_verify"),
    )
    section.close()
    if (config.certificate is None) != (config.key is None):
        there, lacking = ("cert_file", "key_file") if config.certificate else ("key_file", "cert_file")
        raise section.error(there, f"a client certificate needs both halves: give `{lacking}` as well")
    return config


def _pem(section: Section, file_key: str, inline_key: str) -> Pem | None:
    path, inline = section.text(file_key), section.secret(inline_key)
    if path and inline:
        raise section.error(inline_key, f"give either `{file_key}` or `{inline_key}`, not both")
    if inline:
        return Pem(section.place(inline_key), None, inline)
    return Pem(section.place(file_key), Path(path), None) if path else None


def refuse_client_certificate(http: HttpConfig, kind: str) -> None:
    """
    Refuse what only S3 can be given.

    Raises:
        SettingsError: the settings ask for a client certificate or another server name.
    """
    if http.tls.certificate:
        raise SettingsError(f"{http.tls.certificate.place}: client certificates are spoken for `type: S3`, not {kind}")
    if http.tls.server_name:
        raise SettingsError(f"`http_config.tls_config.server_name` is understood for `type: S3`, not {kind}")
