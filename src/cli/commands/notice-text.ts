import type { Notice } from "../../base/index.ts";
import type { Paint } from "../output/index.ts";

/** A line for what is worth a look, with the code that `explain` takes. */
export function noticeText(notice: Notice, paint: Paint): string {
  return `  ${paint.warn("warning")} ${notice.message} ${paint.faint(`[${notice.code}]`)}`;
}
