import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpReply } from "./http-connection.ts";
import { negotiate, tokenOf } from "./negotiate-loop.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function reply(status: number, ...challenges: readonly string[]): HttpReply {
  return { status, contentType: "", challenges, body: new Uint8Array() };
}

/** A handshake in which our side says `ours` in turn and is complete with the last, and the host answers `replies`. */
async function play(
  ours: readonly string[],
  replies: readonly (HttpReply | undefined)[],
): Promise<{ readonly sent: string[]; readonly heard: string[] }> {
  const heard: string[] = [];
  const sent: string[] = [];
  const steps = [...ours];
  const context = { isComplete: false, step: async () => new Uint8Array() };
  await negotiate(context, {
    host: "hv01",
    step: async (token) => {
      if (token !== undefined) heard.push(Buffer.from(token).toString());
      const said = steps.shift() ?? "";
      context.isComplete = steps.length === 0;
      return Buffer.from(said);
    },
    post: async (scheme, token) => {
      sent.push(`${scheme} ${Buffer.from(token).toString()}`);
      return replies[sent.length - 1];
    },
  });
  return { sent, heard };
}

test("`negotiate()` ends when the host's proof completes our side", async () => {
  const done = await play(["request", ""], [reply(200, `Negotiate ${base64("proof")}`)]);
  assert.deepEqual(done, { sent: ["Negotiate request"], heard: ["proof"] });
});

test("`negotiate()` goes on for as many messages as both sides have, in either case of the scheme", async () => {
  const replies = [
    reply(401, "Kerberos", `negotiate ${base64("more")}`),
    reply(200, `Negotiate ${base64("x")}`),
  ];
  const done = await play(["one", "two", ""], replies);
  assert.deepEqual(done, { sent: ["Negotiate one", "Negotiate two"], heard: ["more", "x"] });
  const last = await play(["one", "two"], [reply(401, `Negotiate ${base64("more")}`), reply(200)]);
  assert.deepEqual(last.sent, ["Negotiate one", "Negotiate two"]);
});

test("`negotiate()` says why it came to nothing", async () => {
  const token = `Negotiate ${base64("x")}`;
  const cases = [
    [["one", ""], [reply(401, "Negotiate", "NTLM")], { reason: "refused" }],
    [["one", ""], [reply(401, 'Basic realm="x"')], { reason: "not-offered" }],
    [["one", ""], [reply(403)], { reason: "not-allowed" }],
    [["one", ""], [reply(200)], { reason: "unproven" }],
    [["one", ""], [reply(401, token)], { reason: "refused" }],
    [["one", ""], [undefined], { code: "host-unreachable", retry: "later" }],
    [Array(99).fill("on"), Array(99).fill(reply(401, token)), { code: "host-answer-malformed" }],
  ] as const;
  for (const [ours, replies, expected] of cases) await assert.rejects(play(ours, replies), expected);
});

test("`tokenOf()` takes the token of one scheme among others", () => {
  const offers = reply(401, `NTLM ${base64("no")}`, `Negotiate ${base64("yes")}`);
  assert.equal(Buffer.from(tokenOf(offers, "Negotiate") ?? "").toString(), "yes");
  assert.equal(tokenOf(reply(401, "Negotiate"), "Negotiate"), undefined);
});
