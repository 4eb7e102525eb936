import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { endedName, leaseFromName, leaseName } from "../format/object-names.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const NO_LIMIT = { staleAfterMs: Number.MAX_SAFE_INTEGER };

/** A lease that says the id of the session that has the only one so far, a moment later. */
function secondLease(storage: MemoryStorage): string {
  const [lease = ""] = storage.names().filter((name) => name.startsWith("leases/"));
  const { milliseconds, session } = leaseFromName(lease) ?? assert.fail();
  return leaseName(milliseconds + 1, Buffer.from(session, "hex"));
}

describe("a lease that somebody puts under the id of a session that is open", () => {
  for (const when of ["before the list is put", "while the list waits"] as const)
    test(`does not hide that session's own: a prune waits for it (${when})`, async () => {
      const storage = new MemoryStorage();
      await using vault = (await createSmallVault(storage)).vault;
      const disk = someBytes(1, 100_000);
      const old = await backUp(vault, { disk });
      await using other = await openSmallVault(storage, { seed: 9 });
      const session = await other.openSession();
      const file = await storeBytes(session, "disk", disk); // all of it is in the old one's packs
      await vault.trash(old.id, { until: PAST });
      const thiefs = secondLease(storage);
      if (when === "while the list waits") await vault.prune(NO_LIMIT);
      await storage.put(thiefs, []);
      await vault.prune(NO_LIMIT);
      await storage.put(endedName(thiefs), []);
      const { waitingFor } = await vault.prune(NO_LIMIT);
      assert.equal(waitingFor.length, 1);
      assert.ok(!waitingFor.includes(thiefs));
      const { id } = await session.commit(draftOf([file]));
      await session[Symbol.asyncDispose]();
      await vault.prune(NO_LIMIT);
      const [kept] = (await other.findPoint(id)).files;
      assert.equal(Buffer.compare(await bringBack(other, kept ?? assert.fail()), disk), 0);
      assert.deepEqual((await other.verify({ readDataPercent: 100 })).damaged, []);
    });
});
