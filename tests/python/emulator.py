"""Takes AWS's Lambda Runtime Interface Emulator out of the aws-sam-cli wheel in a folder.

Usage: emulator.py FOLDER TARGET
"""

import pathlib
import platform
import sys
import zipfile

MEMBER = {
    "x86_64": "samcli/local/rapid/aws-lambda-rie-x86_64",
    "aarch64": "samcli/local/rapid/aws-lambda-rie-arm64",
}

folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
(wheel,) = folder.glob("aws_sam_cli-*.whl")
with zipfile.ZipFile(wheel) as archive:
    target.write_bytes(archive.read(MEMBER[platform.machine()]))
target.chmod(0o755)
