import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noEvents, Secret } from "../../base/index.ts";
import { createDemoHost, openSimulatedHost, type SimulatedHost } from "../../simulator/index.ts";
import { DemoProofError } from "../errors.ts";
import type { UseCaseContext, VaultRequest } from "../use-cases/context.ts";
import type { DemoOptions, DemoTeller } from "./demo-story.ts";

const SEED = 1;
const PASSPHRASE = "a demonstration keeps no secrets";

/** Where the demonstration plays: a temporary folder with a simulated host, a vault and what is restored. */
export class DemoStage implements AsyncDisposable {
  readonly folder: string;
  readonly host: SimulatedHost;
  /** Of the use cases: journal and history are the stage's own, not the user's; the story takes the place of progress. */
  readonly context: UseCaseContext;
  readonly tell: DemoTeller;
  readonly #resources: AsyncDisposableStack;
  readonly #proofs: string[] = [];

  private constructor(
    folder: string,
    parts: Pick<DemoStage, "host" | "context" | "tell">,
    resources: AsyncDisposableStack,
  ) {
    this.folder = folder;
    this.host = parts.host;
    this.context = parts.context;
    this.tell = parts.tell;
    this.#resources = resources;
  }

  static async open(context: UseCaseContext, { keep, scale, tell }: DemoOptions): Promise<DemoStage> {
    await using opening = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "stillpoint-demo-"));
    if (keep !== true)
      opening.defer(async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    else tell.sentence(`Everything will stay in ${folder}; the vault's passphrase is "${PASSPHRASE}".`);
    const hostFolder = join(folder, "host");
    await createDemoHost(hostFolder, { ...context.world, seed: SEED, scale });
    const host = opening.use(await openSimulatedHost(hostFolder, context.world));
    const own = { ...context, stateDir: join(folder, "state"), events: noEvents };
    return new DemoStage(folder, { host, context: own, tell }, opening.move());
  }

  /** HOST, as a user would type it. */
  get hostAddress(): string {
    return `sim:${this.host.folder}`;
  }

  get vault(): VaultRequest {
    return { vault: join(this.folder, "vault"), passphrase: new Secret(PASSPHRASE) };
  }

  get proofs(): readonly string[] {
    return this.#proofs;
  }

  /** Where a restore goes. */
  restored(name: string): string {
    return join(this.folder, "restored", name);
  }

  /** Where the simulated host has a file: `C:\a\b` is `drives/C/a/b`. */
  native(path: string): string {
    return join(this.host.folder, "drives", ...exactPath(path).split("/"));
  }

  /** Tells what was found; what was not found ends the demonstration. @throws {DemoProofError} */
  prove(text: string, found: { readonly holds: boolean; readonly otherwise: string }): void {
    if (!found.holds) throw new DemoProofError(`Cannot prove that ${text}: ${found.otherwise}`);
    this.#proofs.push(text);
    this.tell.proof(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** A host's path as an exact restore lays it out below its folder: `C/a/b`. */
export function exactPath(path: string): string {
  return path.replace(":", "").replaceAll("\\", "/");
}
