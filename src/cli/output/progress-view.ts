import { Presets, SingleBar } from "cli-progress";
import type { RunEvent } from "../../base/index.ts";
import { amount, duration } from "./amounts.ts";
import type { HumanStreams } from "./human-streams.ts";
import { rateMeter } from "./rate-meter.ts";

const SHOW_AFTER_MS = 1000; // what is quicker needs no bar
const DEEPEST_LINE = 1; // steps further down show in the bar only
const USUAL_COLUMNS = 80; // of a terminal that does not say how wide it is
const SHORTEST_BAR = 10;
const LONGEST_BAR = 40;
/** Widest texts beside the bar: `1023 MiB`, `1023 MiB/s`, `59 min 59 s`. */
const WIDTHS = { amount: 8, speed: 10, left: 11 } as const;
/** Indentation, gaps, percentage, ` left`, and those texts. */
const BESIDE_BAR = 4 + 2 + 1 + 4 + 2 + WIDTHS.amount + 2 + WIDTHS.speed + 2 + WIDTHS.left + 5;

interface StepView {
  readonly name: string;
  readonly depth: number;
  readonly startedMs: number;
  totalBytes: number;
  readonly rate: ReturnType<typeof rateMeter>;
}

/** Steps as lines; the one that moves bytes as a bar with rate and remaining time, on a terminal only. */
export class ProgressView implements Disposable {
  readonly #streams: HumanStreams;
  readonly #steps = new Map<string, StepView>();
  #bar: { readonly step: string; readonly view: SingleBar } | undefined;

  constructor(streams: HumanStreams) {
    this.#streams = streams;
  }

  readonly events = (event: RunEvent): void => {
    switch (event.type) {
      case "step-started":
        this.#started(event);
        return;
      case "step-progress":
        this.#moved(event.step, event.doneBytes, event.totalBytes);
        return;
      case "step-warning":
        this.#line(`${this.#streams.paint.warn("warning")} ${event.notice.message}`, event.notice.code);
        return;
      case "step-note":
        this.#line(event.message);
        return;
      case "step-ended":
        if (this.#bar?.step === event.step) this.#takeDown();
        this.#steps.delete(event.step);
        return;
    }
  };

  /** Prints without tearing the bar that stands in the last line. */
  above(print: () => void): void {
    this.#takeDown();
    print();
  }

  [Symbol.dispose](): void {
    this.#takeDown();
  }

  #started(event: Extract<RunEvent, { type: "step-started" }>): void {
    const depth = event.parent === undefined ? 0 : (this.#steps.get(event.parent)?.depth ?? 0) + 1;
    const name = event.subject === undefined ? words(event.name) : `${words(event.name)} ${event.subject}`;
    const startedMs = this.#streams.clock.monotonicMs();
    this.#steps.set(event.step, {
      name,
      depth,
      startedMs,
      totalBytes: event.totalBytes ?? 0,
      rate: rateMeter(),
    });
    if (depth > DEEPEST_LINE) return;
    this.above(() => this.#streams.out(`${"  ".repeat(depth)}${this.#streams.paint.faint(name)}\n`));
  }

  #moved(id: string, doneBytes: number, totalBytes: number | undefined): void {
    const step = this.#steps.get(id);
    if (step === undefined) return;
    step.totalBytes = totalBytes ?? step.totalBytes;
    const now = this.#streams.clock.monotonicMs();
    step.rate.add(doneBytes, now);
    if (now - step.startedMs < SHOW_AFTER_MS || step.totalBytes === 0) return;
    const speed = step.rate.bytesPerSecond();
    const left = speed > 0 ? duration(Math.max(0, step.totalBytes - doneBytes) / speed) : "?";
    const values = barTexts({ speed: `${amount(speed)}/s`, left, amount: amount(doneBytes) });
    this.#barOf(id, step)?.update(Math.min(doneBytes, step.totalBytes), values);
  }

  #barOf(id: string, step: StepView): SingleBar | undefined {
    const { terminal } = this.#streams;
    if (terminal === undefined) return undefined;
    if (this.#bar?.step === id) return this.#bar.view;
    this.#takeDown();
    const room = Math.max(SHORTEST_BAR + 1, (terminal.columns || USUAL_COLUMNS) - BESIDE_BAR - 1);
    const name = shortened(step.name, room - SHORTEST_BAR);
    const view = new SingleBar(
      {
        format: `    ${name}  {bar} {percentage}%  {amount}  {speed}  {left} left`,
        barsize: Math.min(LONGEST_BAR, room - name.length),
        autopadding: true,
        stream: terminal,
        hideCursor: true,
        clearOnComplete: true,
        fps: 5,
      },
      Presets.shades_classic,
    );
    view.start(step.totalBytes, 0, barTexts({ speed: "", left: "?", amount: "" }));
    this.#bar = { step: id, view };
    return view;
  }

  #line(text: string, code?: string): void {
    const tail = code === undefined ? "" : ` ${this.#streams.paint.faint(`[${code}]`)}`;
    this.above(() => this.#streams.out(`    ${text.trimEnd().replaceAll("\n", "\n    ")}${tail}\n`));
  }

  #takeDown(): void {
    this.#bar?.view.stop();
    this.#bar = undefined;
  }
}

/** Padded, so that nothing moves but the bar; nothing stands behind the time that is left. */
function barTexts(texts: Readonly<Record<keyof typeof WIDTHS, string>>): Record<string, string> {
  const { amount: done, speed, left } = texts;
  return { amount: done.padStart(WIDTHS.amount), speed: speed.padStart(WIDTHS.speed), left };
}

/** The end of a long name tells files apart, its beginning machines: the middle goes. */
function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  const head = Math.ceil((length - 1) / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (length - 1 - head))}`;
}

/** `write-file` as people write it. */
function words(name: string): string {
  const text = name.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
