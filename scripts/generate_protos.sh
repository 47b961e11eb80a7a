#!/bin/sh
# Generate src/nextplay/_proto from protos/. With an argument, write there instead (the test compares the two).
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-.venv/bin/python}"
out="${1:-src/nextplay/_proto}"

rm -rf "$out/nextplay"
mkdir -p "$out/nextplay/v1"
# The plugins of mypy-protobuf stand beside the interpreter.
PATH="$(dirname "$("$python" -c 'import sys; print(sys.executable)')"):$PATH"
export PATH
"$python" -m grpc_tools.protoc -Iprotos -Ithird_party/googleapis \
  --python_out="$out" --mypy_out=quiet:"$out" protos/nextplay/v1/*.proto
"$python" -m grpc_tools.protoc -Iprotos -Ithird_party/googleapis \
  --grpc_python_out="$out" --mypy_grpc_out=quiet:"$out" protos/nextplay/v1/*_service.proto
# protoc writes absolute imports of the proto package; ours lives inside nextplay._proto.
sed -i -E \
  -e 's/^from nextplay\.v1 import/from nextplay._proto.nextplay.v1 import/' \
  -e 's/^import nextplay\.v1\.([a-z_]+)_pb2/import nextplay._proto.nextplay.v1.\1_pb2/' \
  "$out"/nextplay/v1/*.py "$out"/nextplay/v1/*.pyi
printf '"""Generated from protos/ by scripts/generate_protos.sh; not to be edited."""\n' | tee \
  "$out/__init__.py" "$out/nextplay/__init__.py" > "$out/nextplay/v1/__init__.py"
