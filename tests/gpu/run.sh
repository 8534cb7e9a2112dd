#!/usr/bin/env bash
# Tries the GPU: golden numbers on it, then training steps of the paper's model, sparse against dense, with the memory they take.
#
#   tests/gpu/run.sh             on a machine with an NVIDIA GPU and the CUDA package of TorchSharp
#   NULLS_LIBTORCH=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))') tests/gpu/run.sh
#                                with the libraries of an existing PyTorch 2.10 instead
#   tests/gpu/run.sh --cpu       the same way at a tiny size on the processor
#
# NULLS_DEVICE chooses the GPU; the default is cuda:0. Without a GPU it says so and ends with 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

device=${NULLS_DEVICE:-cuda:0}
backend=cuda
options=()
case "${1:-}" in
  --cpu) device=cpu backend=cpu options=(--tiny) ;;
  "") ;;
  *) echo "There is one option: --cpu; got '$1'." >&2; exit 2 ;;
esac

if [ "$device" != cpu ]; then
  [ "$device" != cuda ] || device=cuda:0
  if ! command -v nvidia-smi >/dev/null || ! nvidia-smi -L >/dev/null 2>&1; then
    echo "Skipped: nvidia-smi finds no GPU here. Run it on a machine with one, or with --cpu to try the way."
    exit 0
  fi
  nvidia-smi -L
  if [ -n "${NULLS_LIBTORCH:-}" ]; then
    # The application must not bring a libtorch of its own beside PyTorch's.
    backend=none
    echo "Libraries of PyTorch: $NULLS_LIBTORCH"
  fi
fi

dotnet build -c Release "-p:NullsBackend=$backend" tests/Nulls.Core.Tests -v quiet
dotnet build -c Release "-p:NullsBackend=$backend" tests/Nulls.Benchmarks -v quiet

printf '\n== Golden numbers on %s\n' "$device"
NULLS_TEST_DEVICE=$device dotnet test -c Release --no-build tests/Nulls.Core.Tests --filter "FullyQualifiedName~GoldenForward|FullyQualifiedName~GoldenTraining"

memory=$(mktemp)
monitor=
trap '[ -z "$monitor" ] || kill "$monitor" 2>/dev/null || true; rm -f "$memory"' EXIT
printf '\n== Training steps on %s\n' "$device"
if [ "$device" != cpu ]; then
  nvidia-smi --id="${device#cuda:}" --query-gpu=memory.used --format=csv,noheader,nounits --loop-ms=500 >"$memory" &
  monitor=$!
fi
dotnet run -c Release --no-build --project tests/Nulls.Benchmarks -- --device "$device" "${options[@]}"
if [ "$device" != cpu ]; then
  kill "$monitor" && monitor=
  echo "most memory in use on the GPU: $(sort -n "$memory" | tail -1) MiB"
fi
