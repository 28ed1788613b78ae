"""Checkpoints: folders that are whole or absent, and a manifest, written last, that says which of them to trust.

    checkpoints/manifest.json        [{"name", "step", "kind", "score", "files": {name: {"sha256", "size"}}}, ...]
    checkpoints/step-00001024/       state.safetensors   all arrays of the state
                                     course.json         where the run is: step, tries, brake, values
                                     ...                 what the caller exports: a model that can be loaded

A checkpoint is written under a temporary name, flushed, renamed, and only then named in the manifest. A reader takes
the newest one whose files have the sizes and SHA-256 of the manifest, and says which ones it had to pass over.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.durable import replacing, write_bytes
from equipoise.errors import InputError

__all__ = ["Checkpoints", "Course", "arrays_by_name", "with_arrays"]

Arrays = dict[str, NDArray[Any]]

ALIGNED: Final = "aligned"  # at steps that every run reaches, so that a return to one is the same in all
STOPPED: Final = "stopped"  # where a run was asked to stop


@dataclass(frozen=True)
class Course:
    """Where a run is, besides its state: enough, with the state, to go on as if nothing had happened.

    Parameters
    ----------
    step : int
        Steps done.
    tries : int
        Returns to a snapshot so far; each has a noise of its own.
    brake : float
        Factor on the learning rate.
    values : dict of str to float
        What the last step before the last sound snapshot logged.
    ended : str
        Why the run was over before its last step; empty if it was not.
    """

    step: int = 0
    tries: int = 0
    brake: float = 1.0
    values: dict[str, float] = field(default_factory=dict)
    ended: str = ""


def arrays_by_name(state: Any) -> Arrays:
    """Return the arrays of a pytree by path, such as ``"generator.head.bias"``.

    Examples
    --------
    >>> sorted(arrays_by_name({"w": jnp.zeros(2), "name": "net"}))
    ['w']
    """
    leaves = jax.tree_util.tree_leaves_with_path(eqx.filter(state, eqx.is_array))
    return {_name(path): np.asarray(leaf) for path, leaf in leaves}


def with_arrays(state: Any, arrays: Arrays) -> Any:
    """Return the pytree with its arrays replaced by those of the same names.

    Raises
    ------
    InputError
        If an array is absent, too many, or of another shape or type.

    Examples
    --------
    >>> with_arrays({"w": jnp.zeros(1), "name": "net"}, {"w": np.ones(1, np.float32)})["w"].tolist()
    [1.0]
    """
    wanted = arrays_by_name(state)
    if odd := set(wanted) ^ set(arrays):
        raise InputError(f"array {min(odd)!r} is absent or does not belong there")
    for name, array in wanted.items():
        if (array.shape, array.dtype) != (arrays[name].shape, arrays[name].dtype):
            found = f"{arrays[name].dtype} of shape {arrays[name].shape}"
            raise InputError(f"array {name!r} is {found}, not {array.dtype} of shape {array.shape}")

    def put(path: Any, leaf: Any) -> Any:
        return jnp.asarray(arrays[_name(path)]) if eqx.is_array(leaf) else leaf

    return jax.tree_util.tree_map_with_path(put, state)


def _name(path: Any) -> str:
    return jax.tree_util.keystr(path, simple=True, separator=".")


class Checkpoints:
    """The checkpoints of one run.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it is not there.
    keep : int
        Aligned checkpoints to keep, besides the best.
    say : callable
        Called with an event and its fields whenever something is written, passed over or given up.

    Examples
    --------
    >>> import tempfile
    >>> place = tempfile.TemporaryDirectory()
    >>> checkpoints = Checkpoints(Path(place.name), keep=2, say=lambda event, **fields: None)
    >>> for step in (32, 64, 96):
    ...     checkpoints.save({"w": np.full(2, step)}, Course(step))
    >>> [entry["step"] for entry in checkpoints.entries()]
    [64, 96]
    >>> arrays, course = checkpoints.newest()
    >>> course.step, arrays["w"].tolist()
    (96, [96, 96])
    >>> place.cleanup()
    """

    def __init__(self, folder: Path, keep: int, say: Callable[..., None]) -> None:
        self.folder, self.keep, self.say = folder, keep, say
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def entries(self) -> list[dict[str, Any]]:
        """Return what the manifest lists, oldest first."""
        try:
            entries = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
            return [entry for entry in entries if _is_entry(entry)]
        except (OSError, ValueError, TypeError):
            return []

    def save(
        self,
        arrays: Arrays,
        course: Course,
        *,
        kind: str = ALIGNED,
        score: float | None = None,
        export: Callable[[Path], None] | None = None,
    ) -> None:
        """Write one checkpoint, then the manifest, then drop those that are no longer kept.

        Parameters
        ----------
        arrays : dict of str to ndarray
        course : Course
        kind : str
            ``"aligned"``, or ``"stopped"``, which lasts until the next aligned one.
        score : float, optional
            The lowest is the best, and stays.
        export : callable, optional
            Writes further files into the folder that it is given.

        Raises
        ------
        InputError
            If it cannot be written; the checkpoints that were there are still good.
        """
        from safetensors.numpy import save_file

        name = f"step-{course.step:09d}-{kind}"
        with replacing(self.folder / name) as draft:
            draft.mkdir()
            # not ascontiguousarray, which gives a number the shape (1,)
            whole = {key: np.array(array, order="C") for key, array in arrays.items()}
            save_file(whole, draft / "state.safetensors")
            (draft / "course.json").write_text(json.dumps(asdict(course)), encoding="utf-8")
            if export is not None:
                export(draft)
            files = {str(p.relative_to(draft)): _seal(p) for p in sorted(draft.rglob("*")) if p.is_file()}
        entry = {"name": name, "step": course.step, "kind": kind, "score": score, "files": files}
        kept = self._kept([old for old in self.entries() if old["name"] != name] + [entry])
        write_bytes(self.folder / "manifest.json", json.dumps(kept, indent=1).encode())
        self._sweep()

    def _kept(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        entries = sorted(entries, key=lambda entry: (entry["step"], entry["kind"] == STOPPED))
        aligned = [entry for entry in entries if entry["kind"] == ALIGNED]
        scored = [entry for entry in aligned if entry["score"] is not None]
        keep = aligned[-self.keep :] + sorted(scored, key=lambda entry: float(entry["score"]))[:1]
        newest_aligned = aligned[-1]["step"] if aligned else -1

        def lasts(entry: dict[str, Any]) -> bool:
            return entry in keep or (entry["kind"] == STOPPED and entry["step"] > newest_aligned)

        return list(filter(lasts, entries))

    def newest(self, kind: str | None = None, until: int | None = None) -> tuple[Arrays, Course] | None:
        """Return arrays and course of the newest checkpoint that is whole, or None where there is none.

        Parameters
        ----------
        kind : str, optional
            Look at those of one kind only.
        until : int, optional
            Look at those up to this step only.
        """
        for entry in reversed(self.entries()):
            if (kind is not None and entry["kind"] != kind) or (until is not None and entry["step"] > until):
                continue
            try:
                return self._read(entry)
            except (InputError, OSError, ValueError, TypeError, KeyError) as error:
                self.say("damaged", checkpoint=entry["name"], reason=str(error))
        return None

    def best(self) -> Path | None:
        """Return the folder of the checkpoint with the lowest score, or None where none was scored."""
        scored = [entry for entry in self.entries() if entry["score"] is not None]
        return self.folder / min(scored, key=lambda entry: float(entry["score"]))["name"] if scored else None

    def _read(self, entry: dict[str, Any]) -> tuple[Arrays, Course]:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        place = self.folder / entry["name"]
        for name, seal in entry["files"].items():
            if not (place / name).is_file() or _seal(place / name) != seal:
                raise InputError(f"{name} is absent or not as it was written")
        try:
            arrays = load_file(place / "state.safetensors")
        except SafetensorError as error:
            raise InputError(f"state.safetensors cannot be read ({error})") from None
        course = json.loads((place / "course.json").read_text(encoding="utf-8"))
        return arrays, Course(**course)

    def _sweep(self) -> None:
        """Remove what a killed process left behind and what is no longer listed."""
        listed = {entry["name"] for entry in self.entries()} | {"manifest.json"}
        for place in self.folder.iterdir():
            if place.name not in listed:
                shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)


def _seal(file: Path) -> dict[str, Any]:
    with open(file, "rb") as handle:
        return {"sha256": hashlib.file_digest(handle, "sha256").hexdigest(), "size": file.stat().st_size}


def _is_entry(entry: Any) -> bool:
    """Say whether an entry has the form that `save` writes, and names nothing outside of its folder."""
    form: dict[str, Any] = {"name": str, "step": int, "kind": str, "score": float | int | None, "files": dict}
    if not isinstance(entry, dict) or any(not isinstance(entry.get(key), kind) for key, kind in form.items()):
        return False
    names = [Path(name) for name in (entry["name"], *entry["files"])]
    return all(name.parts and not name.is_absolute() and ".." not in name.parts for name in names)
