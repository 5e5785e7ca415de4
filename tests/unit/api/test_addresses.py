"""Addresses no context may lead to, however they are written and whatever their name says a moment later."""

from __future__ import annotations

import http.server
import ipaddress
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.api.elsewhere.addresses import REFUSED, is_refused, judged
from fleetcost.api.elsewhere.ask import ask
from fleetcost.errors import CallerError, TryAgainError

METADATA = "169.254.169.254"
SPELLINGS = [
    METADATA, "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::169.254.169.254", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "::ffff:0:a9fe:a9fe", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
    "fe80::1", "fe80::1%eth0", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255",
]  # fmt: skip


@pytest.mark.parametrize("address", SPELLINGS)
def test_a_cloud_s_own_addresses_are_refused(address: str) -> None:
    """Addresses on which clouds hand out credentials are refused in every form in which they can be written."""
    assert is_refused(address)
    with pytest.raises(CallerError, match="it is not asked"):
        judged("costs.example", lambda _name: ["127.0.0.1", address])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "203.0.113.7", "2001:db8::1", "fd12::7", "::ffff:10.0.0.7"],
)
def test_other_addresses_may_be_asked(address: str) -> None:
    """Loopback, private and public addresses are other installations'."""
    assert judged("costs.example", lambda _name: [address]) == (address,)


INSIDE = [network for network in REFUSED if network.version == 4]


@given(st.sampled_from(INSIDE), st.data())
def test_an_address_inside_another_is_judged(network: ipaddress.IPv4Network, data: st.DataObject) -> None:
    """Whatever refused IPv4 address travels in an IPv6 one of any known form is refused there too."""
    bits = int(network[0]) + data.draw(st.integers(0, network.num_addresses - 1))
    low = data.draw(st.integers(0, (1 << 80) - 1))
    forms = [bits, 0xFFFF << 32 | bits, 0xFFFF << 48 | bits, 0x64FF9B << 96 | bits, 0x64FF9B0001 << 80 | bits]
    forms.append(0x2002 << 112 | bits << 80 | low)
    assert all(is_refused(str(ipaddress.IPv6Address(form))) for form in forms if form != 1)


@pytest.fixture
def server() -> Iterator[int]:
    """A server on loopback; its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(self.headers["host"].encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield int(running.server_address[1])
        running.shutdown()


def test_a_name_is_resolved_once(server: int) -> None:
    """A name that leads somewhere else when asked again changes nothing: the address that was judged is asked."""
    answers = [["127.0.0.1"], [METADATA]]
    heard = ask(f"http://costs.example:{server}", "/healthz", None, 5, lambda _name: answers.pop(0))
    assert (heard.status, heard.body) == (200, f"costs.example:{server}".encode())
    assert answers == [[METADATA]]


def test_the_next_address_is_tried(server: int) -> None:
    """Of several addresses the first that answers is asked; with none the reason is said."""
    heard = ask(f"http://costs.example:{server}", "/healthz", None, 5, lambda _name: ["::1", "127.0.0.1"])
    assert heard.status == 200
    with pytest.raises(TryAgainError, match="does not answer"):
        ask(f"http://costs.example:{server}", "/healthz", None, 5, lambda _name: ["::1"])


@pytest.mark.parametrize(
    "host", ["[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"]
)
def test_spellings_in_an_address(host: str) -> None:
    """The system's own reading of a host decides, not its text: brackets, one number, hexadecimal and octal digits."""
    with pytest.raises(CallerError, match="it is not asked"):
        ask(f"http://{host}:9", "/healthz", None, 1)
