/** A program that misbehaves as it is told: `node scripted-bridge.ts STEPS`, the steps as JSON, one for each request. */
import { createInterface } from "node:readline";

export type BridgeStep =
  /** As a sound bridge, or with other facts. */
  | { readonly hello: Readonly<Record<string, unknown>> }
  /** Bytes as they are; `@id` is the request's. `exit` ends the program after it. */
  | { readonly say: string; readonly exit?: number; readonly complain?: string }
  /** No answer; `deaf` also outlives its input. */
  | { readonly silent: "once" | "deaf" }
  /** An instance whose properties are its process id, the lines that it heard and the names in its environment; `stays`: it outlives its input. */
  | { readonly report: "heard"; readonly stays?: true };

const steps = JSON.parse(process.argv[2] ?? "[]") as BridgeStep[];
const heard: string[] = [];
const lines = createInterface({ input: process.stdin });

lines.on("line", (line) => {
  heard.push(line);
  const request = JSON.parse(line) as { id: number; operation: string; echo?: string };
  if (request.operation === "cancel") return;
  const step = steps.shift();
  const say = (answer: object): void => {
    process.stdout.write(`${JSON.stringify({ id: request.id, ...answer })}\n`);
  };
  if (step === undefined || "silent" in step) {
    if (step?.silent === "deaf") setInterval(() => undefined, 1000);
    return;
  }
  if ("hello" in step) {
    say({ hello: { version: 1, echo: request.echo, machine: "HV01", powershell: "5.1", ...step.hello } });
  } else if ("report" in step) {
    const properties = { pid: process.pid, heard, environment: Object.keys(process.env) };
    say({ items: [{ class: "Heard", path: "", properties }], more: false });
    if (step.stays === true) setInterval(() => undefined, 1000);
  } else {
    if (step.complain !== undefined) process.stderr.write(step.complain);
    process.stdout.write(step.say.replaceAll("@id", String(request.id)), () => {
      if (step.exit !== undefined) process.exit(step.exit);
    });
  }
});
