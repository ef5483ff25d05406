"""The packages in setup.cfg, the folders and the links in `sutura/` are one list."""

import configparser
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def _listed() -> set[str]:
    return set(_setup()["options"]["packages"].split())


def test_every_mapped_folder_has_its_link_and_the_other_way_round() -> None:
    mapping = dict(line.split(" = ") for line in _setup()["options"]["package_dir"].strip().splitlines())
    mapped = {name.removeprefix("sutura."): folder for name, folder in mapping.items() if name != "sutura"}
    links = {path.name: path for path in (ROOT / "sutura").iterdir() if path.is_symlink()}
    assert set(mapped) == set(links)
    for name, folder in mapped.items():
        assert links[name].readlink() == Path("..") / folder, f"the link of {name} must be relative"
        assert links[name].resolve() == ROOT / folder


def test_every_folder_with_code_is_a_listed_package() -> None:
    found = {"sutura"}
    for link in (ROOT / "sutura").iterdir():
        if link.is_symlink():
            folder = link.resolve()
            for init in folder.rglob("__init__.py"):
                parts = init.parent.relative_to(folder).parts
                found.add(".".join(("sutura", link.name, *parts)))
    assert found == _listed()


def test_every_python_file_stands_in_a_package() -> None:
    for link in (ROOT / "sutura").iterdir():
        if link.is_symlink():
            for file in link.resolve().rglob("*.py"):
                assert (file.parent / "__init__.py").exists(), f"{file} stands in a folder that is no package"


def test_package_data_exists() -> None:
    for package, patterns in _setup()["options.package_data"].items():
        folder = (
            ROOT / "sutura" if package == "sutura" else ROOT / package.removeprefix("sutura.").replace(".", "/")
        )
        for pattern in patterns.split(","):
            assert list(folder.glob(pattern.strip())), f"{package}: nothing matches {pattern}"
