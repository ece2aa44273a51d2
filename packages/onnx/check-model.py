#!/usr/bin/python3
"""Checks an ONNX file with the reference checker (Debian's python3-onnx): a second opinion that is not ours.

Usage: /usr/bin/python3 packages/onnx/check-model.py model.onnx
Prints the versions in the file. Exit code 0: valid, 1: not valid, 2: wrong usage, 3: the onnx module is not installed.
"""

import sys


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import onnx
    except ImportError:
        print("NOT CHECKED: the Python module onnx is missing. Install it with: apt install python3-onnx", file=sys.stderr)
        return 3
    path = arguments[0]
    try:
        model = onnx.load(path, load_external_data=False)
        # full_check also infers every type and shape, and so finds layers that do not fit each other.
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # Several kinds: unreadable file, protobuf, checker, shape inference.
        print(f"{path} is not valid: {error}", file=sys.stderr)
        return 1
    opsets = ", ".join(f"{entry.domain or 'ai.onnx'} {entry.version}" for entry in model.opset_import)
    print(f"{path}: IR version {model.ir_version}, {opsets}: valid (onnx {onnx.__version__})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
