import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SimulatedActRefusedError } from "../errors.ts";
import { HostLock } from "./host-lock.ts";
import { HostStore } from "./host-store.ts";

const HOST = {
  name: "HV01",
  os: { caption: "x", version: "10.0.17763", productType: 3 },
  machines: [],
  mine: { a: 1 },
};

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-store-"));
  try {
    await writeFile(join(folder, "host.json"), JSON.stringify(HOST));
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const never = (): boolean => false;

test("`HostStore.act()` has its changes in host.json when it returns, and leaves nothing else behind", async () => {
  await inFolder(async (folder) => {
    using store = new HostStore(folder);
    await store.act(async (host) => void (host.name = "HV02"), never);
    const text = JSON.parse(await readFile(join(folder, "host.json"), "utf8"));
    assert.equal(text.name, "HV02");
    assert.deepEqual(text.mine, { a: 1 });
    assert.deepEqual((await readdir(folder)).sort(), ["host.json", "host.lock"]);
  });
});

test("`HostStore` refuses a folder without host.json by name, and makes nothing there", async () => {
  await inFolder(async (folder) => {
    for (const path of [join(folder, "missing"), join(folder, "empty")]) {
      if (path.endsWith("empty")) await mkdir(path);
      assert.throws(() => new HostStore(path), { code: "simulated-host-invalid", field: "" });
    }
    assert.deepEqual(await readdir(join(folder, "empty")), []);
  });
});

test("`HostStore.act()` does not touch host.json when nothing changed", async () => {
  await inFolder(async (folder) => {
    using store = new HostStore(folder);
    await store.act(async (host) => host.name, never);
    assert.equal(await readFile(join(folder, "host.json"), "utf8"), JSON.stringify(HOST));
  });
});

test("`HostStore.act()` sees what somebody edited since", async () => {
  await inFolder(async (folder) => {
    using store = new HostStore(folder);
    assert.equal(await store.act(async (host) => host.name, never), "HV01");
    await writeFile(join(folder, "host.json"), JSON.stringify({ ...HOST, name: "HV03" }));
    assert.equal(await store.act(async (host) => host.name, never), "HV03");
  });
});

test("`HostStore.act()` keeps what a refusal counted, and nothing of an act that broke", async () => {
  await inFolder(async (folder) => {
    using store = new HostStore(folder);
    const act = async (name: string, error: Error): Promise<void> => {
      const isKept = (thrown: unknown): boolean => thrown instanceof SimulatedActRefusedError;
      await assert.rejects(
        store.act(async (host) => {
          host.name = name;
          throw error;
        }, isKept),
        error,
      );
    };
    await act("broken", new Error("a bug"));
    assert.equal(await store.act(async (host) => host.name, never), "HV01");
    await act("refused", new SimulatedActRefusedError("Cannot"));
    assert.equal(await store.act(async (host) => host.name, never), "refused");
  });
});

test("two stores on one folder take turns: no change is lost", async () => {
  await inFolder(async (folder) => {
    using a = new HostStore(folder);
    using b = new HostStore(folder);
    const add = async (store: HostStore): Promise<void> =>
      await store.act(async (host) => void (host["count"] = Number(host["count"] ?? 0) + 1), never);
    await Promise.all(Array.from({ length: 40 }, async (_, at) => await add(at % 2 === 0 ? a : b)));
    assert.equal(await a.act(async (host) => host["count"], never), 40);
  });
});

test("`HostLock` is free again as soon as the process that held it was killed", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "host.lock");
    const holder = `
      import { HostLock } from ${JSON.stringify(join(import.meta.dirname, "host-lock.ts"))};
      await new HostLock(${JSON.stringify(path)}).hold(async () => {
        console.log("held");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", holder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data) => resolve(String(data))),
    );
    assert.equal(said.trim(), "held");
    using lock = new HostLock(path);
    let isMine = false;
    const waiting = lock.hold(async () => void (isMine = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isMine, false, "the lock was given to two");
    child.kill("SIGKILL");
    await waiting;
    assert.equal(isMine, true);
  });
});

test("`HostLock` says who it waits for when that takes a minute", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "host.lock");
    using holder = new HostLock(path);
    let now = 0;
    const clock = {
      now: () => Temporal.Instant.fromEpochMilliseconds(now),
      monotonicMs: () => now,
      sleep: async (milliseconds: number) => void (now += milliseconds),
    };
    using waiter = new HostLock(path, clock);
    await holder.hold(async () => {
      await assert.rejects(
        waiter.hold(async () => undefined),
        { code: "simulated-host-busy", retry: "later" },
      );
    });
  });
});
