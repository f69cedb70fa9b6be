"""The lab: what a learner holds. It joins `wslab.net` and `wslab.view`."""

from __future__ import annotations

from wslab.lab.argument_checks import check_name as check_name
from wslab.lab.hosting import HostedRun as HostedRun
from wslab.lab.hosting import Hosting as Hosting
from wslab.lab.lab import Lab as Lab
from wslab.lab.lab import current_lab as current_lab
from wslab.lab.open_labs import NoLab as NoLab
from wslab.lab.sockets import WebSocket as WebSocket

__all__ = ["HostedRun", "Hosting", "Lab", "NoLab", "WebSocket", "check_name", "current_lab"]
