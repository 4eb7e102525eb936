import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS, PARAMETERS } from "../contract/index.ts";
import { parseArguments } from "./arguments.ts";
import type { Command } from "./command.ts";

const commands: readonly Command[] = Object.values(COMMANDS).map((contract) => ({
  contract,
  run: async () => ({ exitCode: 0, summary: {} }),
}));

/** Parses without letting anything reach the terminal; gives what was printed too. */
async function parsed(
  args: readonly string[],
): Promise<{ result: Awaited<ReturnType<typeof parseArguments>>; text: string }> {
  const written: string[] = [];
  const streams = [process.stdout, process.stderr].map((stream) => ({
    stream,
    write: stream.write.bind(stream),
  }));
  for (const { stream } of streams)
    stream.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  try {
    return { result: await parseArguments(args, commands), text: written.join("") };
  } finally {
    for (const { stream, write } of streams) stream.write = write;
  }
}

test("`parseArguments()` finds a command of two words with its options", async () => {
  const { result } = await parsed(["vault", "init", "--vault", "/v", "--allow-weak-passphrase", "--json"]);
  assert.equal(result.kind, "command");
  assert.ok(result.kind === "command");
  assert.equal(result.command.contract.name, "vault init");
  assert.deepEqual(result.input.options, { vault: "/v", allowWeakPassphrase: true, json: true });
});

test("`parseArguments()` collects repeated machines and takes positional arguments", async () => {
  const backup = await parsed([
    "backup",
    "--host",
    "sim:/h",
    "--machine",
    "a",
    "--machine",
    "b",
    "--vault",
    "/v",
  ]);
  assert.ok(backup.result.kind === "command");
  assert.deepEqual(backup.result.input.options["machine"], ["a", "b"]);
  const shown = await parsed(["show", "latest:web01", "--vault", "/v"]);
  assert.ok(shown.result.kind === "command");
  assert.equal(shown.result.input.argument, "latest:web01");
  const restore = await parsed(["restore", "latest:web01", "3f2a", "--vault", "/v", "--to-folder", "/r"]);
  assert.ok(restore.result.kind === "command");
  assert.deepEqual(restore.result.input.arguments, ["latest:web01", "3f2a"]);
});

test("`parseArguments()` takes --read-data alone and with a percentage", async () => {
  const alone = await parsed(["verify", "--vault", "/v", "--read-data"]);
  assert.ok(alone.result.kind === "command");
  assert.equal(alone.result.input.options["readData"], true);
  const part = await parsed(["verify", "--vault", "/v", "--read-data=5"]);
  assert.ok(part.result.kind === "command");
  assert.equal(part.result.input.options["readData"], "5");
});

test("`parseArguments()` ends with 2 on a missing flag, an unknown flag, an unknown command and no command", async () => {
  for (const args of [["backup", "--all"], ["points", "--vault", "/v", "--bogus"], ["frobnicate"], []]) {
    const { result, text } = await parsed(args);
    assert.deepEqual(result, { kind: "ended", exitCode: 2 }, args.join(" "));
    assert.notEqual(text, "");
  }
});

test("`parseArguments()` says wrong usage as an error line when --json was asked for", async () => {
  const { text } = await parsed(["points", "--json"]);
  const line = JSON.parse(text) as Record<string, unknown>;
  assert.equal(line["type"], "error");
  assert.equal(line["code"], "usage");
});

test("every command's help shows an example that parses, and its exit codes", async () => {
  for (const contract of Object.values(COMMANDS)) {
    const { result, text } = await parsed([...contract.name.split(" "), "--help"]);
    assert.deepEqual(result, { kind: "ended", exitCode: 0 });
    assert.ok(text.includes(contract.example), contract.name);
    assert.match(text, /Exit codes:\n {2}0 /);
    assert.doesNotMatch(text, /default: \[\]/);
    const example = await parsed(contract.example.split(" ").slice(1));
    assert.ok(example.result.kind === "command", `${contract.example}: ${example.text}`);
    assert.equal(example.result.command.contract.name, contract.name);
  }
});

test("`parseArguments()` says what a group of commands is about", async () => {
  assert.match((await parsed(["--help"])).text, /^ +vault +make and describe vaults/m);
  assert.match((await parsed(["vault", "--help"])).text, /^ +key +passphrases/m);
});

test("`parseArguments()` says wrong usage to people in the form of every error, with the word that was meant", async () => {
  const { text } = await parsed(["machnes"]);
  assert.match(
    text,
    /^error Cannot read the command line: unknown command 'machnes' \(Did you mean machines\?\) \[usage\]\n {2}\S/,
  );
  const group = await parsed(["vault"]);
  assert.match(group.text, /^Usage: stillpoint vault /);
});

test("`parseArguments()` marks in the help what a command cannot do without", async () => {
  const { text } = await parsed(["restore", "--help"]);
  assert.match(
    text.replaceAll(/\s+/g, " "),
    /--to-folder <DIR> an empty or new folder to restore into \(required\)/,
  );
});

test("`parseArguments()` lists the flags of a command with a host below headings, each flag once", async () => {
  const { text } = await parsed(["backup", "--help"]);
  const headings = [...text.matchAll(/^([A-Z][a-z ]+):$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings.slice(0, 4), ["Host", "Machines", "Vault", "How machines are held"]);
  const flags = [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, flag]) => flag);
  const promised = COMMANDS.backup.parameters.map((name) => PARAMETERS[name].flag);
  assert.equal(flags.length, promised.length);
  assert.deepEqual(new Set<string | undefined>(flags), new Set<string | undefined>(promised));
});
