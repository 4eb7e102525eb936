import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const REALM = "STILLPOINT.TEST";
const DAY_SECONDS = 86_400;
const LONGEST_START_MS = 15_000;

/** A realm of MIT Kerberos with a key distribution centre of its own, on a loopback port. */
export class KerberosRealm implements AsyncDisposable {
  readonly name = REALM;
  readonly folder: string;
  /** What a process of this realm needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #kdc: ChildProcess;

  private constructor(parts: {
    readonly folder: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly kdc: ChildProcess;
  }) {
    this.folder = parts.folder;
    this.environment = parts.environment;
    this.#kdc = parts.kdc;
  }

  /** `encryption` is the only kind of key that the realm knows. */
  static async open(options: { readonly encryption?: string } = {}): Promise<KerberosRealm> {
    const folder = mkdtempSync(join(tmpdir(), "stillpoint-realm-"));
    const port = await freePort();
    const encryption = options.encryption ?? "aes256-cts-hmac-sha1-96";
    writeFileSync(join(folder, "krb5.conf"), clientConfiguration(port, encryption));
    writeFileSync(join(folder, "kdc.conf"), serverConfiguration({ folder, port, encryption }));
    const environment = {
      KRB5_CONFIG: join(folder, "krb5.conf"),
      KRB5_KDC_PROFILE: join(folder, "kdc.conf"),
      KRB5CCNAME: `FILE:${join(folder, "tickets")}`,
      KRB5_KTNAME: `FILE:${join(folder, "keytab")}`,
      KRB5RCACHETYPE: "none",
    };
    const surrounding = { ...process.env, ...environment, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
    runIn(surrounding, "kdb5_util", ["create", "-s", "-r", REALM, "-P", "master"]);
    const kdc = spawn("krb5kdc", ["-n", "-r", REALM], { env: surrounding, stdio: "ignore" });
    const realm = new KerberosRealm({ folder, environment, kdc });
    await isListening(port);
    return realm;
  }

  /** A user with a password. */
  addUser(name: string, password: string): void {
    this.#admin(`addprinc -pw "${password}" ${name}`);
  }

  /** A service, with its key in the realm's keytab. */
  addService(name: string): void {
    this.#admin(`addprinc -randkey ${name}`);
    this.#admin(`ktadd -k ${join(this.folder, "keytab")} ${name}`);
  }

  /** Gets a user's ticket into the ticket file that the environment names. */
  signIn(name: string, password: string): void {
    this.#run("kinit", [name], `${password}\n`);
  }

  /** Moves the times of the ticket in the ticket file two days back: they stand there as seconds, begin and end a day apart. */
  expireTicket(): void {
    const file = join(this.folder, "tickets");
    const bytes = readFileSync(file);
    const isTimes = (at: number): boolean =>
      bytes.readUInt32BE(at) === bytes.readUInt32BE(at + 4) &&
      bytes.readUInt32BE(at + 8) - bytes.readUInt32BE(at) === DAY_SECONDS;
    const found = [...bytes.keys()].filter((at) => at + 12 <= bytes.length && isTimes(at));
    if (found.length === 0) throw new Error("there is no ticket of a day's length");
    for (const at of found) {
      for (const field of [at, at + 4, at + 8])
        bytes.writeUInt32BE(bytes.readUInt32BE(field) - 2 * DAY_SECONDS, field);
    }
    writeFileSync(file, bytes);
  }

  signOut(): void {
    rmSync(join(this.folder, "tickets"), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.withResolvers<void>();
    this.#kdc.once("close", () => ended.resolve());
    this.#kdc.kill();
    await ended.promise;
    rmSync(this.folder, { recursive: true, force: true });
  }

  #admin(query: string): void {
    this.#run("kadmin.local", ["-r", REALM, "-q", query]);
  }

  #run(tool: string, args: readonly string[], input = ""): void {
    const environment = {
      ...process.env,
      ...this.environment,
      PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`,
    };
    runIn(environment, tool, args, input);
  }
}

function clientConfiguration(port: number, encryption: string): string {
  return `[libdefaults]
  default_realm = ${REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  allow_weak_crypto = true
  allow_rc4 = true
  permitted_enctypes = ${encryption}
[realms]
  ${REALM} = {
    kdc = 127.0.0.1:${port}
  }
`;
}

function serverConfiguration(parts: {
  readonly folder: string;
  readonly port: number;
  readonly encryption: string;
}): string {
  return `[kdcdefaults]
  kdc_listen = 127.0.0.1:${parts.port}
  kdc_tcp_listen = 127.0.0.1:${parts.port}
[realms]
  ${REALM} = {
    database_name = ${parts.folder}/principal
    key_stash_file = ${parts.folder}/stash
    acl_file = ${parts.folder}/acl
    supported_enctypes = ${parts.encryption}:normal
    master_key_type = ${parts.encryption}
    default_principal_flags = +preauth
  }
`;
}

function runIn(environment: NodeJS.ProcessEnv, tool: string, args: readonly string[], input = ""): void {
  const done = spawnSync(tool, args, { env: environment, input, encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`${tool} ${args.join(" ")}: ${done.stderr}${String(done.error ?? "")}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return port;
}

async function isListening(port: number): Promise<void> {
  const end = Date.now() + LONGEST_START_MS;
  while (!(await answers(port))) {
    if (Date.now() > end) throw new Error(`nobody listens on port ${port}`);
  }
}

async function answers(port: number): Promise<boolean> {
  const tried = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => tried.resolve(true));
  socket.once("error", () => setTimeout(() => tried.resolve(false), 20));
  try {
    return await tried.promise;
  } finally {
    socket.destroy();
  }
}
