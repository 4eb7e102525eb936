import { HostFileError, windowsFileName } from "../../places/index.ts";
import { textIn } from "../capture/journal-facts.ts";
import { ageSeconds } from "./age.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

/** What runs keep on the host while they work: scripts, logs and metadata of diskshadow, and a task's description. */
const OURS = /^Stillpoint-.+\.(dsh|log|cab|xml)$/i;

/** Temporary files with our name that no entry of the journal speaks of. A folder that cannot be listed shows none. */
export async function findTemporaryFiles(examination: Examination): Promise<readonly Leftover[]> {
  const { access, entries, now } = examination;
  const known = new Set(
    entries
      .flatMap(({ facts }) => ["script", "log", "metadata", "file"].map((name) => textIn(facts[name])))
      .map((path) => windowsFileName(path ?? "").toLowerCase()),
  );
  const folder = `${access.host.windowsFolder}\\Temp`;
  try {
    const found = (await access.files.list(folder)).filter(
      ({ name }) => OURS.test(name) && !known.has(name.toLowerCase()),
    );
    const leftovers: Leftover[] = [];
    for (const { name } of found) {
      const facts = await access.files.stat(`${folder}\\${name}`);
      leftovers.push({
        kind: "temporary-file",
        owner: "other-installation",
        subject: `${folder}\\${name}`,
        ageSeconds: ageSeconds(facts?.modified ?? null, now),
        removable: false,
        action: "nothing: another Stillpoint installation may be at work; delete it by hand when none is",
      });
    }
    return leftovers;
  } catch (error) {
    if (error instanceof HostFileError) return [];
    throw error;
  }
}
