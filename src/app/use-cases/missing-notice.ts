import type { Notice } from "../../base/index.ts";
import type { ReceiptReport } from "../../vault/index.ts";

/** What receipts tell that is wrong, in one sentence; undefined where nothing is missing. */
export function missingNotice(
  report: Pick<ReceiptReport, "missing" | "gaps" | "wentBack">,
): Notice | undefined {
  const { missing, gaps, wentBack } = report;
  const [first] = missing;
  if (first !== undefined) {
    const others = missing.length === 1 ? "" : `, and ${missing.length - 1} others`;
    const what = `Restore point ${first.id} of ${first.machine.name} of ${first.time}${others}`;
    return { code: "restore-point-missing", message: `${what}: gone although nobody removed it` };
  }
  if (wentBack !== undefined) {
    return {
      code: "restore-point-missing",
      message: "The vault is in an older state than this machine left it in",
    };
  }
  if (gaps.length === 0) return undefined;
  return {
    code: "restore-point-missing",
    message: `${gaps.length} receipts are missing: restore points may be gone with them`,
  };
}
