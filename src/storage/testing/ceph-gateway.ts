import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The programs that it needs. */
export const CEPH_PROGRAMS = [
  "ceph",
  "ceph-mon",
  "ceph-osd",
  "radosgw",
  "radosgw-admin",
  "monmaptool",
] as const;

const START_TIMEOUT_MS = 120_000;

/** A user of the gateway. */
export interface GatewayUser {
  readonly accessKey: string;
  readonly secret: string;
}

/**
 * A real S3 store: one monitor, one storage daemon that keeps all in memory, one RADOS gateway of Ceph, on loopback
 * ports, in a temporary folder. It takes about ten seconds and 500 MB to start.
 */
export class CephGateway implements AsyncDisposable {
  /** `127.0.0.1:PORT`, plain HTTP. */
  readonly endpoint: string;
  readonly #folder: string;
  readonly #children: readonly ChildProcess[];

  constructor(parts: {
    readonly endpoint: string;
    readonly folder: string;
    readonly children: readonly ChildProcess[];
  }) {
    this.endpoint = parts.endpoint;
    this.#folder = parts.folder;
    this.#children = parts.children;
  }

  addUser(name: string): GatewayUser {
    const user = { accessKey: `ACCESS${name.toUpperCase()}`, secret: `secret-of-${name}` };
    const keys = ["--access-key", user.accessKey, "--secret", user.secret];
    const args = [
      "-n",
      "client.rgw",
      "--no-mon-config",
      "user",
      "create",
      "--uid",
      name,
      "--display-name",
      name,
    ];
    call(this.#folder, "radosgw-admin", [...args, ...keys]);
    return user;
  }

  /** Lets the user keep so many objects in a bucket, and no more. */
  limitObjects(name: string, objects: number): void {
    const base = ["-n", "client.rgw", "--no-mon-config", "quota"];
    const scope = ["--quota-scope", "bucket", "--uid", name];
    call(this.#folder, "radosgw-admin", [...base, "set", ...scope, "--max-objects", String(objects)]);
    call(this.#folder, "radosgw-admin", [...base, "enable", ...scope]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) await end(child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function startCephGateway(): Promise<CephGateway> {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-ceph-"));
  const children: ChildProcess[] = [];
  try {
    const [monitorPort, gatewayPort] = await freePorts();
    const cluster = randomUUID();
    writeConfiguration(folder, { cluster, monitorPort, gatewayPort });
    const monitor = `[v2:127.0.0.1:${monitorPort}/0]`;
    const map = join(folder, "monmap");
    call(folder, "monmaptool", ["--create", "--fsid", cluster, "--addv", "a", monitor, map]);
    call(folder, "ceph-mon", ["-i", "a", "--mkfs", "--monmap", map]);
    children.push(start(folder, "ceph-mon", ["-i", "a", "-f"]));
    const disk = randomUUID();
    call(folder, "ceph", ["osd", "new", disk]);
    call(folder, "ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", disk, "--fsid", cluster]);
    call(folder, "ceph", ["osd", "crush", "add", "osd.0", "1", "root=default", "host=here"]);
    children.push(start(folder, "ceph-osd", ["-i", "0", "-f"]));
    const gateway = start(folder, "radosgw", ["-n", "client.rgw", "--no-mon-config", "-f"]);
    children.push(gateway);
    const endpoint = `127.0.0.1:${gatewayPort}`;
    await answers(endpoint, { gateway, log: join(folder, "radosgw.out") });
    return new CephGateway({ endpoint, folder, children });
  } catch (error) {
    for (const child of children.toReversed()) await end(child);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Without the two settings of `_update_on_start` the daemon asks a monitor for what it has none for, and stops. */
function writeConfiguration(
  folder: string,
  names: { readonly cluster: string; readonly monitorPort: number; readonly gatewayPort: number },
): void {
  for (const name of ["mon", "osd", "rgw", "run"]) mkdirSync(join(folder, name));
  const settings = {
    fsid: names.cluster,
    mon_host: `[v2:127.0.0.1:${names.monitorPort}/0]`,
    auth_cluster_required: "none",
    auth_service_required: "none",
    auth_client_required: "none",
    ms_mon_client_mode: "crc", // the gateway's own default wants encryption, which needs keys
    public_network: "127.0.0.0/8",
    cluster_network: "127.0.0.0/8",
    run_dir: join(folder, "run"),
    admin_socket: "",
    log_file: join(folder, "run", "$name.log"),
    mon_cluster_log_file: join(folder, "run", "cluster.log"),
    mon_data: join(folder, "mon"),
    osd_data: join(folder, "osd"),
    rgw_data: join(folder, "rgw"),
    osd_objectstore: "memstore",
    memstore_device_bytes: 1_073_741_824,
    osd_crush_update_on_start: false,
    osd_class_update_on_start: false,
    osd_crush_chooseleaf_type: 0,
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_num: 4,
    osd_pool_default_pg_autoscale_mode: "off",
    mon_allow_pool_size_one: true,
    mon_data_avail_crit: 0,
    mon_data_avail_warn: 0,
    rgw_frontends: `beast endpoint=127.0.0.1:${names.gatewayPort} tcp_nodelay=1`, // else each read waits 40 ms
    rgw_user_quota_bucket_sync_interval: 1,
    rgw_bucket_quota_ttl: 0,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(join(folder, "ceph.conf"), `[global]\n${lines.join("\n")}\n`);
}

function environmentOf(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, CEPH_CONF: join(folder, "ceph.conf") };
}

function call(folder: string, program: string, args: readonly string[]): void {
  const done = spawnSync(program, args, {
    env: environmentOf(folder),
    encoding: "utf8",
    timeout: START_TIMEOUT_MS,
  });
  if (done.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.status} ${done.stderr}`);
}

function start(folder: string, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${program}.out`), "w");
  try {
    return spawn(program, args, { env: environmentOf(folder), stdio: ["ignore", log, log] });
  } finally {
    closeSync(log);
  }
}

/** A second signal, because the storage daemon needed one at times. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(timer);
}

async function answers(
  endpoint: string,
  started: { readonly gateway: ChildProcess; readonly log: string },
): Promise<void> {
  const giveUp = AbortSignal.timeout(START_TIMEOUT_MS);
  while (!giveUp.aborted && started.gateway.exitCode === null) {
    try {
      await (await fetch(`http://${endpoint}/`)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`The gateway does not answer: ${readFileSync(started.log, "utf8").slice(-2_000)}`);
}

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports: number[] = [];
  for (const server of servers) {
    await once(server.listen(0, "127.0.0.1"), "listening");
    ports.push((server.address() as { readonly port: number }).port);
  }
  for (const server of servers) await once(server.close(), "close");
  return [ports[0] as number, ports[1] as number];
}
