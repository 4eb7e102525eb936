import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Secret, StillpointError } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { decodeClassSchema } from "../text/index.ts";
import { decodeSealedBody, encodeSealedBody } from "./http/sealed-body.ts";
import { readItemsBody } from "./messages/enumerate.ts";
import { readFault } from "./messages/fault.ts";
import { decodeInstance } from "./messages/instance-element.ts";
import { readOutputBody } from "./messages/invoke.ts";
import { NtlmAcceptor } from "./ntlm/ntlm-acceptor.ts";
import { NtlmClient } from "./ntlm/ntlm-client.ts";
import { decodeRequest } from "./soap/request-envelope.ts";
import { decodeResponse } from "./soap/response-envelope.ts";
import { fixture } from "./testing/fixture.ts";
import { readOutputBody as readShellOutput } from "./winrs/shell-messages.ts";

const SEED = 20_260_501;
const ROUNDS = 150;

/** Some bytes changed, cut off, repeated or taken out. */
function damaged(bytes: Uint8Array, random: SeededEntropy): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let i = 0; i <= random.below(4); i++) copy[random.below(copy.length)] = random.below(256);
  const at = random.below(copy.length);
  const way = random.below(4);
  if (way === 0) return copy.subarray(0, at);
  if (way === 1)
    return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(random.below(copy.length))]);
  return copy;
}

/** What others send may be refused by an error of ours, and nothing else may come of it. */
function survives(work: () => unknown, hint: string): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof StillpointError, `seed ${SEED}, ${hint}: ${String(error)}`);
  }
}

test("damaged envelopes are read or refused by name", () => {
  const random = new SeededEntropy(SEED);
  const names = readdirSync(join(import.meta.dirname, "fixtures")).filter((name) => name.endsWith(".xml"));
  for (const name of names.map((file) => file.replace(".xml", ""))) {
    const bytes = Buffer.from(fixture(name));
    for (let round = 0; round < ROUNDS / 3; round++) {
      const text = Buffer.from(damaged(bytes, random)).toString("utf8");
      survives(() => decodeRequest(text), name);
      survives(() => {
        const { body } = decodeResponse(text);
        const place = { namespace: "root\\x", schema: undefined };
        survives(() => readFault(body), name);
        survives(() => readItemsBody(body).items.map((item) => decodeInstance(item, place)), name);
        survives(() => readOutputBody(body, { ...place, method: "Create" }), name);
        survives(() => readShellOutput(body), name);
        survives(() => decodeClassSchema(body), name);
        if (body !== undefined) survives(() => decodeInstance(body, place), name);
      }, name);
    }
  }
});

test("damaged NTLM messages and sealed bodies are refused, never admitted and never thrown at", () => {
  const random = new SeededEntropy(SEED);
  const clock = new FakeClock();
  const account = { user: "u", domain: "", password: new Secret("p") };
  const client = new NtlmClient({ account, servicePrincipal: "HTTP/h", clock, entropy: random });
  const options = { passwordOf: () => account.password, computerName: "H", clock, entropy: random };
  const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  for (let round = 0; round < ROUNDS; round++) {
    const acceptor = new NtlmAcceptor(options);
    const challenge = acceptor.challenge(client.negotiate());
    survives(() => client.authenticate(damaged(challenge, random)), `challenge ${round}`);
    survives(
      () => new NtlmAcceptor(options).challenge(damaged(client.negotiate(), random)),
      `negotiate ${round}`,
    );
    const { message, session } = client.authenticate(challenge);
    const changed = damaged(message, random);
    if (!same(changed, message))
      assert.equal(acceptor.admit(changed).kind, "refused", `seed ${SEED}, ${round}`);
    const body = encodeSealedBody(session.seal(challenge));
    survives(() => decodeSealedBody(damaged(body, random)), `sealed ${round}`);
  }
});
