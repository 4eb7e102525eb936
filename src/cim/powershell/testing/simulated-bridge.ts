/**
 * A program that speaks the bridge's lines on top of a simulated host, as bridge.ps1 does on top of WMI:
 * `node simulated-bridge.ts FOLDER frozen|running [ANSWERS]`; ANSWERS is a file with names of other-answers.ts, with commas, and
 * is read before each answer.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemClock, systemEntropy } from "../../../base/index.ts";
import { FakeClock } from "../../../base/testing/index.ts";
import { openSimulatedHost } from "../../../simulator/index.ts";
import { CimFault, type CimInstance } from "../../index.ts";
import { parseObjectPath } from "../lines/object-path.ts";
import type { BridgeRequest } from "../lines/request.ts";
import { isOtherAnswer, madeBy, type OtherAnswer, refusedBy, toldBy } from "./other-answers.ts";
import { argumentValues, MACHINE, wireInstance } from "./wire-values.ts";

type Request = BridgeRequest & { readonly id: number };

const [folder = "", time, given] = process.argv.slice(2);
let others: ReadonlySet<OtherAnswer> = new Set();
const clock = time === "frozen" ? new FakeClock() : systemClock;
await using host = await openSimulatedHost(folder, { clock, entropy: systemEntropy });
await using session = host.session();
const listings = new Map<number, AsyncIterator<CimInstance>>();

async function portion(listing: number, count: number): Promise<object> {
  const iterator = listings.get(listing);
  assert.ok(iterator, `nobody listed ${listing}`);
  const items: unknown[] = [];
  while (items.length < count) {
    const next = await iterator.next();
    if (next.done === true) {
      listings.delete(listing);
      return { items, more: false };
    }
    refusedBy(others, { operation: "list", instance: next.value });
    items.push(toldBy(others, next.value));
  }
  return { items, more: true };
}

async function answer(request: Request): Promise<object | undefined> {
  if (given !== undefined) others = new Set(readFileSync(given, "utf8").split(",").filter(isOtherAnswer));
  refusedBy(others, request);
  switch (request.operation) {
    case "hello":
      return { hello: { version: 1, echo: request.echo, machine: MACHINE, powershell: "5.1.17763.1" } };
    case "query":
      if (others.has("empty-lists") && /virtualization/.test(request.namespace))
        return { items: [], more: false };
      listings.set(request.id, session.query(request.namespace, request.wql)[Symbol.asyncIterator]());
      return await portion(request.id, request.count);
    case "more":
      return await portion(request.listing, request.count);
    case "cancel":
      listings.delete(request.listing);
      return undefined;
    case "get": {
      const found = await session.get(parseObjectPath(request.path));
      if (found === undefined) throw new CimFault("Not found", { code: 0x80041002, reason: "Not found" });
      return { items: [toldBy(others, found)], more: false };
    }
    case "invoke":
    default: {
      const result = await session.invoke(parseObjectPath(request.path), request.method, {
        arguments: argumentValues(madeBy(others, request.arguments)),
      });
      const properties = { ...result.out, ReturnValue: result.returnValue };
      const out = { kind: "instance", className: "__PARAMETERS", properties } as const;
      return { items: [wireInstance(out)], more: false };
    }
  }
}

function fault(error: unknown): object {
  if (!(error instanceof CimFault)) throw error;
  const { code, reason, provider = "" } = error.parts;
  const properties = { Description: reason, Operation: "ExecMethod", ProviderName: provider };
  const details = { class: "__ExtendedStatus", path: "", properties };
  return {
    fault: {
      code: code | 0, // as .NET has it
      message: "Generic failure ",
      type: "System.Management.ManagementException",
      details: others.has("no-extended-status") ? null : details,
    },
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  assert.match(line, /^[\x20-\x7e]+$/);
  const request = JSON.parse(line) as Request;
  const said = await answer(request).catch(fault);
  if (said !== undefined) process.stdout.write(`${JSON.stringify({ id: request.id, ...said })}\n`);
}
