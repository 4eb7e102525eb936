// Lets `../shared/bench/peers.sh` time Stillpoint beside the programs that it knows:
//
//   VAULT="$PWD/bench/peers-hook.sh" ../shared/bench/peers.sh WORKLOAD vault restic-default borg-fixed64k-zstd1
//
// What the hook itself costs, a start of Node and the links to a day's files, counts against Stillpoint.
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildProgram, stillpointAt } from "./contenders/stillpoint.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repo: { type: "string" }, name: { type: "string" }, target: { type: "string" } },
});
const [verb, source] = positionals;
const { repo, target } = values;
if (repo === undefined) throw new Error("peers-hook.ts needs --repo");
const beside = `${repo}-beside`;
const calls = stillpointAt({ vault: repo, beside });

if (verb === "init") {
  rmSync(beside, { recursive: true, force: true });
  buildProgram();
  calls.setUp();
} else if (verb === "backup" && source !== undefined) calls.backUp(source);
else if (verb === "verify") calls.verify();
else if (verb === "restore" && target !== undefined) calls.restore(target);
else throw new Error(`peers-hook.ts does not know ${process.argv.slice(2).join(" ")}`);
