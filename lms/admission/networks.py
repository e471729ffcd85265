"""Address ranges of a room: read from lines, and asked whether a computer is within them."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

MOST_RANGES = 64

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no range: its number from 1, why ("shape", "host" or "many"), and for "host" what it may mean."""

    line: int
    why: str
    meant: str = ""


def read_ranges(text: str) -> tuple[list[str], list[Fault]]:
    """The ranges in lines such as 10.1.2.0/24, 10.1.2.7 or 2001:db8::/64, each once, and the lines that are none."""
    found: dict[str, None] = {}
    faults: list[Fault] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        if len(found) == MOST_RANGES:
            faults.append(Fault(number, "many"))
            break
        fault = _fault(line, number)
        if fault:
            faults.append(fault)
        else:
            found[str(ipaddress.ip_network(line))] = None
    return list(found), faults


def _fault(line: str, number: int) -> Fault | None:
    try:
        network = ipaddress.ip_network(line, strict=False)
    except ValueError:
        return Fault(number, "shape")
    host = ipaddress.ip_address(line.partition("/")[0])
    return None if host == network.network_address else Fault(number, "host", str(network))


def within(address: str, ranges: Sequence[str]) -> bool:
    """Whether an address lies in one of the ranges; what is no address lies in none."""
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    names: set[Address] = {asked}
    if isinstance(asked, ipaddress.IPv6Address) and asked.ipv4_mapped:  # a server that listens on both shows it so
        names.add(asked.ipv4_mapped)
    return any(name in network for network in map(ipaddress.ip_network, ranges) for name in names)
