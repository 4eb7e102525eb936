/*
 * A process that backs a simulated host up and kills itself, as nothing else could, at the n-th moment:
 *
 *     node test/testing/killed-backup.ts SCENE [N]
 *
 * Without N it comes to its end and prints the names of all moments, one a line.
 */
import process from "node:process";
import { BackupScene } from "./backup-scene.ts";
import { Moments } from "./moments.ts";

const [folder, last] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: killed-backup.ts SCENE [N]");
const moments = new Moments((count) => {
  if (count === Number(last)) process.kill(process.pid, "SIGKILL");
});
await using scene = await BackupScene.open({
  folder,
  storage: (storage) => moments.storage(storage),
  start: "2026-05-02T12:00:00Z",
});
const { host } = await scene.simulated((session) => moments.session(session), {
  files: (files) => moments.files(files),
  commands: (commands) => moments.commands(commands),
  clock: (clock) => moments.clock(clock),
});
const outcome = await scene.backup(host, { run: "killed" });
for (const { error } of outcome.failed) process.stderr.write(`${error.stack}\n`);
process.stdout.write(moments.names.join("\n"));
process.exitCode = outcome.failed.length === 0 ? 0 : 1;
