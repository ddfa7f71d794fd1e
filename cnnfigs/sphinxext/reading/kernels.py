"""Kernels of pages that start warm: forked from a process that has imported what they need.

A kernel provisioner is what Jupyter asks to start a kernel. This one is found by its entry point in pyproject.toml and
chosen by :func:`use`. Where nothing forks, on other systems than Linux, it starts ordinary kernels.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from cnnfigs.building.forking import Forked, ForkError

#: The name of the entry point, and the variable by which Jupyter knows which provisioner is the usual one.
NAME, CHOSEN = "cnnfigs", "JUPYTER_DEFAULT_PROVISIONER_NAME"
#: The variable with the address of the server that forks.
ADDRESS = "CNNFIGS_FORK_SERVER"
#: Kernels say nothing that is no error, and keep no history of what was typed.
QUIET = ("--IPKernelApp.log_level=40", "--HistoryManager.enabled=False")


def use(address: str | None) -> None:
    """Have all kernels that are started from now on forked by a server, or none any more."""
    if address is None:
        for name in (CHOSEN, ADDRESS):
            os.environ.pop(name, None)
    else:
        os.environ.update({CHOSEN: NAME, ADDRESS: address})


class Provisioner(LocalProvisioner):
    """Starts a kernel as a fork of a warm process, else as a program of its own."""

    _folder = ""

    async def pre_launch(self, **keywords: Any) -> dict[str, Any]:
        """Let kernel and reader talk through files, not through ports, which other programs might take meanwhile."""
        if self.parent is not None and os.name == "posix":
            # A short path, since a socket's may have 100 characters only.
            self._folder = tempfile.mkdtemp(prefix="cnnfigs-")
            self.parent.transport, self.parent.ip = "ipc", str(Path(self._folder, "kernel"))
        keywords["extra_arguments"] = [*keywords.get("extra_arguments", []), *QUIET]
        return await super().pre_launch(**keywords)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the files through which kernel and reader talked."""
        await super().cleanup(restart)
        if self._folder and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def launch_kernel(self, cmd: list[str], **keywords: Any) -> Any:
        """Fork the kernel, if a server does that and the kernel is the Python that the server runs."""
        address = os.environ.get(ADDRESS)
        if address and cmd[:3] == [sys.executable, "-m", "ipykernel_launcher"]:
            try:
                forked = Forked(
                    address, f"{__name__}:become_kernel", [cmd[3:]], keywords.get("env"), keywords.get("cwd")
                )
            except ForkError:
                pass  # it has ended: there is always the ordinary way
            else:
                self.process = forked  # type: ignore[assignment] # it does what is asked of a Popen
                self.pid = self.pgid = forked.pid
                self.cwd = keywords.get("cwd")
                return self.connection_info
        return await super().launch_kernel(cmd, **keywords)


def become_kernel(connection: socket.socket, arguments: Sequence[str]) -> None:
    """Be a kernel until it is told to end; called in a forked process."""
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["ipykernel_launcher", *arguments]
    # With a parent, it is no kernel that somebody started at a prompt.
    application = IPKernelApp.instance(parent_handle=os.getppid())
    application.initialize(list(arguments))  # type: ignore[no-untyped-call]
    application.start()  # type: ignore[no-untyped-call]
