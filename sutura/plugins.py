"""Finds classes that other people write: `module:Class`, or `file.py:Class` without any installing."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from sutura.errors import SuturaError


def is_target(text: str) -> bool:
    """Whether a name says where its class is, rather than being one of a table."""
    return ":" in text


def load_attribute(target: str, folder: Path | None = None) -> object:
    """What `module:Class` or `file.py:Class` names; a relative file is looked for in `folder`, else from here.

    Raises ImportError with the reason in words, whatever the module's own code raises while it is imported.
    """
    module_name, _, attribute = target.rpartition(":")
    try:
        if module_name.endswith(".py"):
            module = _load_file((folder or Path()) / module_name)
        else:
            module = importlib.import_module(module_name)
        found: object = getattr(module, attribute)
    except (ImportError, SuturaError):
        raise
    except AttributeError as error:
        raise ImportError(str(error)) from error
    except Exception as error:
        raise ImportError(f"{type(error).__name__} while it was imported: {error}") from error
    return found


def _load_file(path: Path) -> ModuleType:
    """Import a file once, under a name that its path gives."""
    path = path.resolve()
    name = "sutura_user_" + "_".join(path.with_suffix("").parts[1:])
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"no such file: {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
