import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { describe, test } from "node:test";
import { FakeClock } from "../base/testing/index.ts";
import { LocalCommands } from "./local-commands.ts";
import { temporaryFolder, withoutHandles } from "./testing/index.ts";

const posix = { skip: sep === "\\" ? "needs a POSIX shell" : false };
const environment = { PATH: "/usr/bin:/bin" };
const commands = new LocalCommands({ environment });
const shell = (script: string, more: object = {}) =>
  ["sh", { arguments: ["-c", script], timeoutMs: 20_000, ...more }] as const;

describe("LocalCommands", posix, () => {
  test("`run()` gives the exit code and both outputs", async () => {
    assert.deepEqual(await commands.run(...shell("echo out; echo err >&2; exit 3")), {
      exitCode: 3,
      output: "out\n",
      errorOutput: "err\n",
    });
  });

  test("`run()` hands arguments over as they are, without a shell", async () => {
    const done = await commands.run("printf", { arguments: ["%s|", "a b", "$HOME", '"'], timeoutMs: 20_000 });
    assert.equal(done.output, 'a b|$HOME|"|');
  });

  test("a program gets only the environment that it was given", async () => {
    const done = await commands.run("env", { arguments: [], timeoutMs: 20_000, environment: { A: "1" } });
    assert.deepEqual(done.output.trim().split("\n").sort(), ["A=1", "PATH=/usr/bin:/bin"]);
  });

  test("`run()` keeps output up to a bound and says how much it dropped", async () => {
    const done = await commands.run(...shell("head -c 3000000 /dev/zero | tr '\\0' x"));
    assert.match(done.output, /^x{1048576}\n\[1951424 more bytes were not kept\]\n$/);
  });

  test("`run()` names a program that is not there", async () => {
    await assert.rejects(commands.run("no-such-program", { arguments: [], timeoutMs: 20_000 }), {
      code: "host-command-missing",
      retry: "after-repair",
      message: 'Cannot run "no-such-program": there is no such program',
    });
  });

  test("a program that takes too long is ended with what it started", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "pid");
    const patient = new LocalCommands({ environment, clock: new FirstSleepAfter(file) });
    const script = `trap '' TERM; sleep 600 & echo $! > ${file}.new; mv ${file}.new ${file}; wait; wait`;
    await assert.rejects(patient.run(...shell(script)), { code: "host-command-timeout" });
    await untilGone(Number(await readFile(file, "utf8")));
  });

  test("an abort ends the program, and one that comes before the start starts nothing", async () => {
    const abort = new AbortController();
    const running = commands.run(...shell("sleep 600", { signal: abort.signal }));
    abort.abort();
    await assert.rejects(running, { code: "interrupted" });
    await assert.rejects(commands.run(...shell("exit 0", { signal: abort.signal })), { code: "interrupted" });
  });

  test("a program that somebody else ended has no exit code", async () => {
    await assert.rejects(commands.run(...shell("kill -9 $$")), {
      code: "host-command-killed",
      message: 'Cannot run "sh": it was ended by SIGKILL',
    });
  });

  test("a child that keeps the output open does not hold up the end", async () => {
    const quick = new LocalCommands({ environment, clock: new ManualEnd() });
    const done = await quick.run(...shell("sleep 3 & echo $!"));
    process.kill(Number(done.output), "SIGKILL");
    assert.equal(done.exitCode, 0);
  });
});

/** Ends when no such process runs: absent, or dead and not yet collected. */
async function untilGone(pid: number): Promise<void> {
  const state = (): string =>
    spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout;
  while (!/^Z|^$/.test(state().trim())) await new Promise(setImmediate);
}

/** The first wait, for the program's end, is over when the program has made a file; all others are at once. */
class FirstSleepAfter extends FakeClock {
  readonly #file: string;

  constructor(file: string) {
    super();
    this.#file = file;
  }

  override async sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    if (this.slept.length > 1) return;
    while (!existsSync(this.#file)) await new Promise(setImmediate);
  }
}

/** The first wait never ends by itself; those for leftovers end at once. */
class ManualEnd extends FakeClock {
  override async sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    if (this.slept.length === 1) await new Promise(() => undefined);
    await new Promise(setImmediate);
  }
}

test("`LocalCommands` fails by name when no handles are left for a program's pipes", {
  skip: sep !== "/",
}, () => {
  const said = withoutHandles({
    module: import.meta.resolve("./local-commands.ts"),
    name: "LocalCommands",
    run: 'new LocalCommands({ environment: {} }).run("true", { arguments: [], timeoutMs: 1000 })',
  });
  assert.equal(said, "host-command-failed");
});
