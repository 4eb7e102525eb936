import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock, systemEntropy } from "../../src/base/index.ts";
import { openSimulatedHost } from "../../src/simulator/index.ts";
import { hostJson, type scsiDisk, smallDisk } from "./backup-scene.ts";
import { run } from "./oracles.ts";
import { PROGRAM, type Workplace } from "./stillpoint.ts";

export const HOST_USER = "admin";
export const HOST_PASSWORD = "Sentinel-9f2c Passw0rd!";

/** A certificate of a loopback host, made by openssl. */
export interface HostCertificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** SHA-256, as openssl prints it. */
  readonly fingerprint: string;
}

export function makeCertificate(place: Workplace): HostCertificate {
  const [keyFile, certificateFile] = [place.path("key.pem"), place.path("certificate.pem")];
  const kind = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hv01"];
  const names = ["-addext", "subjectAltName=IP:127.0.0.1"];
  run("openssl", [...kind, ...names, "-keyout", keyFile, "-out", certificateFile]);
  const printed = run("openssl", ["x509", "-in", certificateFile, "-noout", "-fingerprint", "-sha256"]);
  return { keyFile, certificateFile, fingerprint: printed.trim().replace(/^.*=/, "") };
}

/** A simulated host with one machine for each name, its path map, and its user's password. */
export async function makeServedHost(
  place: Workplace,
  machines: readonly {
    readonly id: string;
    readonly name: string;
    readonly disks: ReturnType<typeof scsiDisk>[];
  }[],
  host: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const folder = place.path("host");
  mkdirSync(join(folder, "drives/D/M"), { recursive: true });
  for (const [at, { name }] of machines.entries())
    writeFileSync(join(folder, `drives/D/M/${name}.vhdx`), await smallDisk(at + 1));
  const json = JSON.parse(hostJson([...machines])) as Record<string, unknown>;
  writeFileSync(join(folder, "host.json"), JSON.stringify({ ...json, ...host }));
  const drives = { C: join(folder, "drives/C"), D: join(folder, "drives/D") };
  const devices = { "\\\\?\\GLOBALROOT\\Device": join(folder, "shadows") };
  writeFileSync(place.path("paths.json"), JSON.stringify({ drives, devices }));
  writeFileSync(place.path("drives-only.json"), JSON.stringify({ drives }));
  writeFileSync(place.path("host-password"), `${HOST_PASSWORD}\n`);
  return folder;
}

/** What the simulated host's own audit finds; empty when nothing was left behind. */
export async function leftOn(folder: string): Promise<readonly string[]> {
  await using host = await openSimulatedHost(folder, { clock: systemClock, entropy: systemEntropy });
  return await host.audit();
}

/** `stillpoint simulate` in a process of its own, until it is disposed of. */
export class ServedHost implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Ports that it listens on. */
  readonly ports: Readonly<Record<string, number>>;

  private constructor(child: ChildProcess, ports: Readonly<Record<string, number>>) {
    this.#child = child;
    this.ports = ports;
  }

  static async open(place: Workplace, folder: string, certificate?: HostCertificate): Promise<ServedHost> {
    const https =
      certificate === undefined
        ? []
        : [
            ["--listen-https", "127.0.0.1:0"],
            ["--certificate", certificate.certificateFile],
            ["--key", certificate.keyFile],
          ].flat();
    const account = ["--user", HOST_USER, "--password-file", place.path("host-password")];
    const args = ["simulate", "--state", folder, "--listen", "127.0.0.1:0", ...https, ...account, "--json"];
    const child = spawn(PROGRAM, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ports: Record<string, number> = {};
    const wanted = certificate === undefined ? 1 : 2;
    for await (const line of createInterface({ input: child.stdout })) {
      const { type, protocol, port } = JSON.parse(line) as { type: string; protocol: string; port: number };
      if (type === "listening") ports[protocol] = port;
      if (Object.keys(ports).length === wanted) return new ServedHost(child, ports);
    }
    throw new Error("the simulated host ended before it listened");
  }

  /** HOST, as a user would type it. */
  address(scheme: "winrm" | "winrms", user = HOST_USER): string {
    return `${scheme}://${user}@127.0.0.1:${this.ports[scheme === "winrm" ? "http" : "https"]}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    this.#child.stdout?.resume();
    await closed;
  }
}
