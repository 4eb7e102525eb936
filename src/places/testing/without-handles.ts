import { spawnSync } from "node:child_process";

/**
 * What a process says that has no handle left, when it awaits this expression of a module: the code of its error. `name` is
 * what it imports of `module`.
 */
export function withoutHandles(code: {
  readonly module: string;
  readonly name: string;
  readonly run: string;
}): string {
  const script = `
    import { closeSync, openSync } from "node:fs";
    import { ${code.name} } from ${JSON.stringify(code.module)};
    const open = [];
    try { for (;;) open.push(openSync("/dev/null")); } catch {}
    const said = await (${code.run}).then(() => "no error", (error) => error.code ?? String(error));
    for (const handle of open) closeSync(handle);
    console.log(said);`;
  const node = [process.execPath, "--no-warnings", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync("sh", ["-c", 'ulimit -n 200; exec "$@"', "sh", ...node], {
    encoding: "utf8",
  });
  return stdout.trim() || stderr;
}
