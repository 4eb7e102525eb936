import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { systemClock, systemEntropy } from "../../../base/index.ts";
import type { HostCommands } from "../../../places/index.ts";
import { CimService } from "../service/cim-service.ts";
import { ShellService, type ShellServiceOptions } from "../service/shell-service.ts";
import { WsmanFaultError } from "../service/wsman-fault-error.ts";
import { LoopbackHost } from "../testing/loopback-host.ts";
import { ntlmAccount, PASSWORD, transportTo, USER } from "../testing/wire.ts";
import { WinrsCommands, type WinrsResult } from "./winrs-commands.ts";

const nobody = {
  query: () => assert.fail(),
  associators: () => assert.fail(),
  get: () => assert.fail(),
  invoke: () => assert.fail(),
  [Symbol.asyncDispose]: async () => undefined,
};

class ShellHost implements AsyncDisposable {
  readonly shells: ShellService;
  readonly host: LoopbackHost;

  private constructor(shells: ShellService, host: LoopbackHost) {
    this.shells = shells;
    this.host = host;
  }

  static async open(run: ShellServiceOptions["run"]): Promise<ShellHost> {
    const shells = new ShellService({ run, clock: systemClock, entropy: systemEntropy });
    const service = new CimService({
      session: nobody,
      schemas: () => undefined,
      entropy: systemEntropy,
      other: async (request) => await shells.answer(request),
    });
    const host = await LoopbackHost.open({
      ntlm: ntlmAccount,
      answer: async (envelope) => await service.answer(envelope),
    });
    return new ShellHost(shells, host);
  }

  /** `operationTimeoutMs` as small as a test wants to wait. */
  client(operationTimeoutMs = 20_000): WinrsCommands {
    return new WinrsCommands({
      transport: transportTo(this.host.port),
      clock: systemClock,
      entropy: systemEntropy,
      operationTimeoutMs,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
  }
}

const until = async (signal: AbortSignal): Promise<never> => {
  const stopped = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => stopped.reject(new WsmanFaultError(995, "ended")));
  return await stopped.promise;
};

describe("WinrsCommands", () => {
  test("runs a program with its arguments and environment, and leaves no shell behind", async () => {
    const ran: unknown[] = [];
    await using there = await ShellHost.open(async ({ line, environment }): Promise<WinrsResult> => {
      ran.push(line, environment);
      return { exitCode: 3, output: "Größe ✓\r\n", errorOutput: "oh" };
    });
    await using client = there.client();
    const port: HostCommands = client; // the form of the port that it stands for
    const result = await port.run("C:\\Program Files\\x.exe", {
      arguments: ["/s", 'a "b"'],
      timeoutMs: 5000,
      environment: { LANG: "de" },
    });
    assert.deepEqual(result, { exitCode: 3, output: "Größe ✓\r\n", errorOutput: "oh" });
    assert.deepEqual(ran, [['"C:\\Program Files\\x.exe"', "/s", '"a \\"b\\""'], { LANG: "de" }]);
    assert.equal(there.shells.openShells, 0);
  });

  test("leaves arguments as they are for a program that reads its line by rules of its own", async () => {
    const lines: unknown[] = [];
    await using there = await ShellHost.open(async ({ line }): Promise<WinrsResult> => {
      lines.push(line.join(" "));
      return { exitCode: 0, output: "", errorOutput: "" };
    });
    await using client = there.client();
    const call = ["/d", "/s", "/c", '"stop.cmd "a b" & echo %X%"'];
    await client.run("cmd.exe", { arguments: call, timeoutMs: 5000, verbatimArguments: true });
    assert.deepEqual(lines, ['cmd.exe /d /s /c "stop.cmd "a b" & echo %X%"']);
  });

  test("goes on asking when the host had nothing to say in time", async () => {
    const end = Promise.withResolvers<WinrsResult>();
    await using there = await ShellHost.open(async () => await end.promise);
    await using client = there.client(510); // the service answers 500 ms before that
    const running = client.run("slow", { arguments: [], timeoutMs: 60_000 });
    end.resolve({ exitCode: 0, output: "done", errorOutput: "" });
    assert.equal((await running).output, "done");
  });

  test("ends a program that takes too long, or that is interrupted, and its shell", async () => {
    let started = Promise.withResolvers<AbortSignal>();
    await using there = await ShellHost.open(async ({ signal }) => {
      started.resolve(signal);
      return await until(signal);
    });
    await using client = there.client(510);
    await assert.rejects(client.run("slow", { arguments: [], timeoutMs: 1 }), {
      code: "host-command-timeout",
      program: "slow",
      retry: "later",
    });
    assert.ok((await started.promise).aborted);
    started = Promise.withResolvers();
    const stop = new AbortController();
    const waiting = assert.rejects(
      client.run("x", { arguments: [], timeoutMs: 60_000, signal: stop.signal }),
      {
        code: "interrupted",
      },
    );
    const signal = await started.promise;
    stop.abort();
    await waiting;
    assert.ok(signal.aborted);
    assert.equal(there.shells.openShells, 0);
  });

  test("refuses a command line that Windows does not take, before anything is made", async () => {
    await using there = await ShellHost.open(async () => assert.fail());
    await using client = there.client();
    await assert.rejects(client.run("x", { arguments: ["a".repeat(9000)], timeoutMs: 1 }), {
      code: "host-command-failed",
    });
    assert.equal(there.host.connections, 0);
  });

  test("keeps output up to a bound, and says what is missing", async () => {
    const output = "x".repeat(1024 * 1024 + 5);
    await using there = await ShellHost.open(async () => ({ exitCode: 0, output, errorOutput: "" }));
    await using client = there.client();
    const result = await client.run("loud", { arguments: [], timeoutMs: 5000 });
    assert.match(result.output.slice(-60), /x\n\[5 more bytes were not kept\]\n$/);
  });
});

const PYTHON = "/usr/bin/python3"; // Debian's own: only it sees Debian's modules
const TESTING = join(import.meta.dirname, "../testing");
const needsPywinrm = {
  skip: existsSync("/usr/lib/python3/dist-packages/winrm") ? false : "needs python3-winrm",
} as const;
describe("ShellService, CimService and WsmanHostConnection", () => {
  test("serve Debian's python3-winrm, sealed; a wrong password is refused", needsPywinrm, async () => {
    await using there = await ShellHost.open(async ({ line }) => ({
      exitCode: 7,
      output: `ran ${line.join(" ")}`,
      errorOutput: "",
    }));
    const said = async (password: string): Promise<string> => {
      const script = join(TESTING, "pywinrm-client.py");
      const child = spawn(PYTHON, ["-W", "ignore", script, String(there.host.port), USER, password], {
        env: { ...process.env, OPENSSL_CONF: join(TESTING, "openssl-legacy.cnf") },
      });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (part: Buffer) => {
          text += part.toString();
        });
      }
      const closed = Promise.withResolvers<void>();
      child.once("close", () => closed.resolve());
      await closed.promise;
      return text.trim();
    };
    assert.equal(await said(PASSWORD), "ran diskshadow /s x.dsh 7\nran diskshadow /s x.dsh 7");
    assert.equal(there.shells.openShells, 0);
    assert.equal(await said("wrong"), "refused");
  });
});
