"""Style, types and the direction of imports are tests like any other."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str, folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def test_ruff_finds_nothing() -> None:
    _run(sys.executable, "-m", "ruff", "check", ".")


def test_code_is_formatted() -> None:
    _run(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_types_hold() -> None:
    _run(sys.executable, "-m", "mypy")


@pytest.fixture
def flat_copy(tmp_path: Path) -> Path:
    """The packages as real folders: the import linter does not follow links."""
    for link in (ROOT / "sutura").iterdir():
        if link.is_symlink():
            shutil.copytree(
                link.resolve(), tmp_path / "sutura" / link.name, ignore=shutil.ignore_patterns("__pycache__")
            )
        elif link.is_file():
            (tmp_path / "sutura").mkdir(exist_ok=True)
            shutil.copy(link, tmp_path / "sutura" / link.name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_run_downwards(flat_copy: Path) -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    program = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    )
    assert linter.exists()
    _run(sys.executable, "-c", program, folder=flat_copy)


def test_an_import_upwards_is_found(flat_copy: Path) -> None:
    """The contract can fail."""
    (flat_copy / "sutura" / "messages" / "motion.py").open("a").write("\nimport sutura.runtime.host\n")
    with pytest.raises(AssertionError, match=r"sutura\.runtime"):
        test_imports_run_downwards(flat_copy)
