"""Builds the Python package: `pip install --no-build-isolation .` (docs/python.md)."""

import os
import pathlib
import re
import subprocess

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent


def version() -> str:
    """The one of CMakeLists.txt."""
    text = (ROOT / "CMakeLists.txt").read_text()
    return re.search(r"project\(bitline VERSION ([0-9.]+)", text).group(1)


class CMakeBuild(build_ext):
    """CMake compiles the library and what Python calls of it, and puts both into the package.

    In the folder that BITLINE_BUILD names, if it does: what stands there is not compiled again.
    """

    def run(self) -> None:
        build = pathlib.Path(os.environ.get("BITLINE_BUILD", self.build_temp)).resolve()
        package = pathlib.Path(self.get_ext_fullpath("bitline._core")).resolve().parent
        options = {
            "CMAKE_BUILD_TYPE": "Release",
            "BITLINE_PYTHON": "ON",
            "BITLINE_PYTHON_FOLDER": package,
            "BITLINE_TESTS": "OFF",
            # for Study.retrain()
            "BITLINE_TORCH": os.environ.get("BITLINE_TORCH", "OFF"),
            "BITLINE_UNITY": "ON",
            "Python3_EXECUTABLE": os.sys.executable,
        }
        settings = [f"-D{name}={value}" for name, value in options.items()]
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count()))
        subprocess.run(["cmake", "-S", ROOT, "-B", build, *settings], check=True)
        subprocess.run(
            ["cmake", "--build", build, "--target", "bitline_core", "--parallel", jobs], check=True
        )
        subprocess.run(["cmake", "--install", build, "--component", "python"], check=True)


setup(
    version=version(),
    package_dir={"": "python"},
    packages=["bitline", "bitline.torch"],
    package_data={"bitline": ["py.typed", "*.pyi"]},
    ext_modules=[Extension("bitline._core", [])],
    cmdclass={"build_ext": CMakeBuild},
)
