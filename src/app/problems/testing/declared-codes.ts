import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SRC = join(import.meta.dirname, "../../..");
// places/errors.ts builds these codes
const FILE_REASONS = ["missing", "exists", "locked", "denied", "full", "unmapped", "failed"];
const COMMAND_REASONS = ["missing", "denied", "timeout", "killed", "failed"];
// cim/powershell/errors.ts too
const BRIDGE_REASONS = ["missing", "failed", "restricted", "mismatch", "garbled", "overlong", "denied"];

const ERROR_CODE = /readonly code(?:: string)? = "([^"]+)"/g;
/** A property `code` with all the texts that stand behind it, and the first argument of `notice()`. */
const NOTICE_CODE = /\b(?:code\??:|notice\()\s*((?:[^,;{}()"]*"[a-z-]+"\s*[?:|]?\s*)+)/g;
/** These have codes of their own, which are no notices: a wire's faults, a file's findings, a simulated host. */
const WITHOUT_NOTICES = /^(simulator|cim|formats|places|storage|vault)\//;

/** The codes of all error classes of production code, read from their source. */
export function declaredErrorCodes(): ReadonlySet<string> {
  const built = [
    ...FILE_REASONS.map((reason) => `host-file-${reason}`),
    ...COMMAND_REASONS.map((reason) => `host-command-${reason}`),
    ...BRIDGE_REASONS.map((reason) => `host-bridge-${reason}`),
  ];
  const written = sources().flatMap(({ text }) => [...text.matchAll(ERROR_CODE)].map((found) => found[1]));
  return new Set([...built, ...written.map(String)]);
}

/** The codes of all warnings and notes of production code, read from their source. */
export function declaredNoticeCodes(): ReadonlySet<string> {
  const errors = declaredErrorCodes();
  const written = sources()
    .filter(({ name }) => !WITHOUT_NOTICES.test(name))
    .flatMap(({ text }) => [...text.matchAll(NOTICE_CODE)].flatMap((found) => texts(String(found[1]))));
  return new Set(written.filter((code) => !errors.has(code)));
}

function texts(expression: string): readonly string[] {
  return [...expression.matchAll(/"([a-z-]+)"/g)].map((found) => String(found[1]));
}

function sources(): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(SRC, { recursive: true })
    .map((name) => String(name).replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !/(^|\/)testing\//.test(name))
    .map((name) => ({ name, text: readFileSync(join(SRC, name), "utf8") }));
}
