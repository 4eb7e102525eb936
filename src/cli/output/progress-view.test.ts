import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { FakeClock } from "../../base/testing/index.ts";
import { PLAIN } from "./paint.ts";
import { ProgressView } from "./progress-view.ts";

test("`ProgressView` writes the first two levels of steps, warnings with their code, and no bar without a terminal", () => {
  const out: string[] = [];
  const clock = new FakeClock();
  using view = new ProgressView({
    out: (t) => out.push(t),
    error: () => undefined,
    terminal: undefined,
    paint: PLAIN,
    clock,
  });
  view.events({ type: "step-started", step: "1", name: "Backup" });
  view.events({
    type: "step-started",
    step: "2",
    parent: "1",
    name: "Machine",
    subject: "web01",
    totalBytes: 100,
  });
  view.events({ type: "step-started", step: "3", parent: "2", name: "File", subject: "a.vhdx" });
  clock.advance(5000);
  view.events({ type: "step-progress", step: "2", doneBytes: 50 });
  view.events({ type: "step-warning", step: "2", notice: { code: "x-y", message: "Something" } });
  view.events({ type: "step-ended", step: "2", outcome: "done" });
  assert.deepEqual(out, ["Backup\n", "  Machine web01\n", "    warning Something [x-y]\n"]);
});

/** A terminal of that width that keeps what it is sent, one string for each drawing of a line. */
function terminalOf(columns: number): { readonly stream: NodeJS.WriteStream; readonly drawn: string[] } {
  const drawn: string[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      drawn.push(stripVTControlCharacters(chunk.toString()));
      done();
    },
  });
  const stream = Object.assign(sink, {
    columns,
    isTTY: true,
    cursorTo: (x: number) => sink.write(x === 0 ? "" : "?"),
    moveCursor: () => true,
    clearLine: () => true,
  });
  return { stream: stream as unknown as NodeJS.WriteStream, drawn };
}

test("`ProgressView` draws a bar with rate and remaining time that fits the terminal, however long a name is", () => {
  for (const columns of [60, 80, 200]) {
    for (const subject of ["a", "database-server-with-a-name-that-never-seems-to-end-01"]) {
      const clock = new FakeClock();
      const { stream, drawn } = terminalOf(columns);
      using view = new ProgressView({
        out: () => undefined,
        error: () => undefined,
        terminal: stream,
        paint: PLAIN,
        clock,
      });
      view.events({ type: "step-started", step: "1", name: "read", subject, totalBytes: 300 * 2 ** 20 });
      for (let second = 0; second <= 3; second++) {
        view.events({ type: "step-progress", step: "1", doneBytes: second * 50 * 2 ** 20 });
        clock.advance(1000);
      }
      view[Symbol.dispose]();
      const last = drawn.findLast((text) => text.includes("left")) ?? "";
      assert.match(last, /50% +150 MiB +50\.0 MiB\/s +3 s left$/, drawn.join("|"));
      assert.equal(last.includes("Read "), columns >= 80);
      for (const text of drawn) assert.ok(text.length < columns, `${columns}: ${text}`);
    }
  }
});

test("`ProgressView` keeps what a command printed together: all its lines stand under the machine", () => {
  const out: string[] = [];
  const clock = new FakeClock();
  const error = (): void => undefined;
  using view = new ProgressView({ out: (t) => out.push(t), error, terminal: undefined, paint: PLAIN, clock });
  view.events({ type: "step-note", step: "2", message: "one\ntwo\n" });
  assert.deepEqual(out, ["    one\n    two\n"]);
});
