"""The lab: what a learner holds. It joins `wslab.net` and `wslab.view`.

Lab ──► servers        one of each name, replaced and watched over
        sockets        the browser's WebSocket, with a picture of its states
        connecting     the real client, and plain TCP; on the `home_loop`, the loop of the code that made the lab
        display        log, panel, gauge, transcript, sequence diagram
        actions        the ends that the panel acts with; `fault_actions`, the faults that it offers
        ports          who of servers and relays listens where, and which port each server had last
        hosting        what runtimes that are not ours use: relays, ports, markers, and runs that end with the lab
        settling       what is still under way
        shutdown       the end of it: once, for one reason, whoever asks
    ──► open_labs      one lab of each name: taking over, and the end of the process
"""

from __future__ import annotations

from wslab.lab.argument_checks import check_name as check_name
from wslab.lab.hosting import HostedRun as HostedRun
from wslab.lab.hosting import Hosting as Hosting
from wslab.lab.lab import Lab as Lab
from wslab.lab.lab import current_lab as current_lab
from wslab.lab.open_labs import NoLab as NoLab
from wslab.lab.sockets import WebSocket as WebSocket

__all__ = ["HostedRun", "Hosting", "Lab", "NoLab", "WebSocket", "check_name", "current_lab"]
