"""The comparison of candidates, in a process of its own (`lms.apart`): nothing that serves pages may import this module."""

from collections.abc import Mapping
from typing import Any

from lms import apart
from question_bank.analysis.forensics import compared, modelled


def listed(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`given`, `key` as `modelled` takes them, `pairs` as `compared` does. The pairs that people should look at."""
    found = compared(modelled(settings["given"], settings["key"]), [tuple(pair) for pair in settings["pairs"]])
    return [
        {
            "first": one.first,
            "second": one.second,
            "m4_p": one.m4_p,
            "q": one.q,
            "omega": max(one.omega),
            "right": one.right,
            "wrong": one.wrong,
            "places": one.places,
        }
        for one in found
        if one.listed
    ]


if __name__ == "__main__":
    _settings, _arrays = apart.given()
    apart.say(result=listed(_settings))
