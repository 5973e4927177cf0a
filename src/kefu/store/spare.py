"""Room set aside on the disk of an SQLite file, given back when the disk is full: what is finished can be saved."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

__all__ = ["Spare"]

_BYTES = 16 * 2**20
"""Enough for some hundred calls, each saved by itself: more than are under way at a time."""
_NEEDED = 2**20
"""With less room than this a disk is full to SQLite, which takes room in steps."""
_BLOCK = bytes(2**16)


class Spare:
    """A file beside a database that holds nothing but room; ``used`` since it was given up, until it is laid again."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".spare")
        self.used = False

    @property
    def needed(self) -> bool:
        """Whether the disk is as good as full."""
        return self._free() < _NEEDED

    def lay(self) -> bool:
        """Set the room aside, where there is plenty; a disk without it, or one that cannot be written, has no spare."""
        if self.path.exists():
            return True
        if self._free() < 2 * _BYTES:
            return False
        try:
            with self.path.open("wb") as file:
                for _block in range(_BYTES // len(_BLOCK)):
                    file.write(_BLOCK)  # written, not reserved: what a file system promises it may not keep
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.remove()
            return False
        return True

    def spend(self) -> bool:
        """Give the room back; whether there was any."""
        self.used = True
        try:
            self.path.unlink()
        except OSError:
            return False
        return True

    def lay_again(self) -> None:
        """Set the room aside once more if it is gone, here or by another process, and the disk has plenty again."""
        if (self.used or not self.path.exists()) and self.lay():
            self.used = False

    def remove(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self.path.parent).free
        except OSError:
            return 0
