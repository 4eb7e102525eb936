/* Whether a pull that was too large may be repeated with fewer elements (docs/unconfirmed.md, wsman-pull-after-size-fault). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemEntropy } from "../../base/index.ts";
import type { CimInstance } from "../index.ts";
import { itemsBody, readEnumerateBody, readPullBody } from "./messages/enumerate.ts";
import { faultBody, WSMAN_CODE } from "./messages/fault.ts";
import { encodeInstance } from "./messages/instance-element.ts";
import { ACTION } from "./soap/actions.ts";
import { ScriptedTransport } from "./testing/scripted-transport.ts";
import { WsmanSession } from "./wsman-session.ts";

const V2 = "root\\virtualization\\v2";
const INSTANCES = Array.from({ length: 300 }, (_, i): CimInstance => {
  const reference = { kind: "reference", namespace: V2, className: "X", keys: { Id: i } } as const;
  return { kind: "instance", className: "X", reference, properties: { Id: i } };
});
const refusal = (wsmanCode: number, reason: string) =>
  faultBody({ code: wsmanCode, wsmanCode, subcode: undefined, reason });

/** A host whose envelopes hold 100 instances; what becomes of an enumeration whose pull did not fit is its own. */
function hostThat(does: "keeps" | "forgets"): {
  readonly transport: ScriptedTransport;
  readonly pulls: number[];
} {
  const pulls: number[] = [];
  let isOpen = true;
  const transport = new ScriptedTransport((request) => {
    if (request.action === ACTION.get) return refusal(WSMAN_CODE.resourceNotFound, "no description");
    const isPull = request.action === ACTION.pull;
    const body = isPull ? readPullBody(request.body) : readEnumerateBody(request.body);
    const from = "context" in body ? Number(body.context) : 0;
    if (isPull) pulls.push(body.maxElements);
    if (!isOpen) return refusal(WSMAN_CODE.invalidEnumerationContext, "The enumeration context is invalid.");
    if (body.maxElements > 100) {
      isOpen = does === "keeps";
      return refusal(WSMAN_CODE.maxEnvelopeSizeExceeded, "too large");
    }
    const next = from + body.maxElements;
    const items = INSTANCES.slice(from, next).map((one) => encodeInstance(V2, one, () => undefined));
    const context = next < INSTANCES.length ? String(next) : undefined;
    return itemsBody(isPull ? "PullResponse" : "EnumerateResponse", { items, context });
  });
  return { transport, pulls };
}

const list = async (transport: ScriptedTransport): Promise<unknown[]> => {
  await using session = WsmanSession.open({ transport, entropy: systemEntropy });
  return (await Array.fromAsync(session.query(V2, "SELECT * FROM X"))).map(
    ({ properties }) => properties["Id"],
  );
};

describe("WsmanSession and a pull that is too large", () => {
  test("wsman-pull-after-size-fault: where the enumeration goes on, it is pulled in smaller portions, and nothing is lost", async () => {
    const { transport, pulls } = hostThat("keeps");
    assert.deepEqual(await list(transport), [...INSTANCES.keys()]);
    assert.deepEqual(pulls.slice(0, 2), [128, 64]);
  });

  test("wsman-pull-after-size-fault: where it is gone, the query fails with the host's fault, and no half of it passes for all", async () => {
    const { transport, pulls } = hostThat("forgets");
    await assert.rejects(list(transport), {
      code: "host-fault",
      message: /The enumeration context is invalid\. \(0x8033801b\)$/,
    });
    assert.deepEqual(pulls, [128, 64]);
  });
});
