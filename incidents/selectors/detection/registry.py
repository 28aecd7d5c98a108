"""Which function looks for which sign, and what its numbers mean."""

from dataclasses import dataclass

from incidents.alert_choices import Detector
from incidents.selectors.detection import calls, declared, machine, sources
from incidents.selectors.detection.findings import Detect, Found, Look


@dataclass(frozen=True, slots=True)
class Sign:
    """A detector: its function; whether ``least`` and ``hours`` of the rule mean anything to it."""

    detect: Detect
    least: bool = False
    hours: bool = False
    falls: bool = False


SIGNS: dict[Detector, Sign] = {
    Detector.REFUSALS: Sign(calls.refusals),
    Detector.SCOPE: Sign(calls.scope),
    Detector.PURPOSE: Sign(calls.purpose),
    Detector.DIGEST: Sign(calls.digest),
    Detector.NEW_ADDRESS: Sign(calls.new_address),
    Detector.OFF_HOURS: Sign(calls.off_hours, hours=True),
    Detector.VOLUME: Sign(declared.volume, least=True),
    Detector.QUOTA: Sign(declared.quota, least=True),
    Detector.SILENCE: Sign(declared.silence),
    Detector.ERROR_RATIO: Sign(calls.error_ratio, least=True),
    Detector.SLOW: Sign(calls.slow, least=True),
    Detector.OUTAGE: Sign(sources.outages),
    Detector.MISSED_CHECK: Sign(sources.missed_checks),
    Detector.CERTIFICATE: Sign(sources.certificates, falls=True),
    Detector.SEALING: Sign(machine.sealing),
    Detector.LETTERS: Sign(machine.letters),
    Detector.SNAPSHOT: Sign(machine.snapshot),
    Detector.DISK: Sign(machine.disk),
    Detector.CPU: Sign(machine.cpu),
}


def look(at: Look) -> Found:
    """Return what the rule of *at* finds in its window; reads only."""
    return SIGNS[Detector(at.rule.detector)].detect(at)


def falls(detector: str) -> bool:
    """Return whether the figure of *detector* is worse the smaller it is."""
    return detector in SIGNS and SIGNS[Detector(detector)].falls
