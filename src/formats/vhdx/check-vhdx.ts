import { MIB, StillpointError, throwIfInterrupted } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { checkBlockTable } from "./check-block-table.ts";
import { readCreator, readHeaderCopies } from "./file-header.ts";
import { isKnownItem } from "./metadata.ts";
import { openVhdx } from "./open-vhdx.ts";
import { readRegionTableCopies } from "./region-table.ts";
import type { VhdxFile } from "./vhdx-file.ts";
import type { VhdxFinding, VhdxFindingCode } from "./vhdx-finding.ts";

/** A table full of nonsense says no more after this. */
export const MAX_FINDINGS = 1000;

export interface CheckVhdxOptions {
  /** Checked at each finding and between the steps. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Names what is wrong with a VHDX, without reading payload and without looking at its parent. A good file gives nothing.
 * The source stays the caller's. Damage is a finding, never an error; what the source itself throws goes through.
 */
export async function* checkVhdx(
  source: ByteSource,
  options: CheckVhdxOptions = {},
): AsyncGenerator<VhdxFinding> {
  let count = 0;
  try {
    for await (const finding of findings(source, options)) {
      throwIfInterrupted(options.signal);
      if (count === MAX_FINDINGS) {
        yield notice("findings-cut-off", `There is more than these ${MAX_FINDINGS} findings`);
        return;
      }
      count += 1;
      yield finding;
    }
  } catch (error) {
    if (!(error instanceof StillpointError) || !isAboutTheFormat(error)) throw error;
    yield { code: error.code, severity: "damage", message: error.message };
  }
}

/** Errors of this module and of the tables that it reads with; a file that cannot be read is not a finding. */
function isAboutTheFormat(error: StillpointError): boolean {
  return error.code.startsWith("vhdx-") || error.code === "field-too-large";
}

async function* findings(source: ByteSource, options: CheckVhdxOptions): AsyncGenerator<VhdxFinding> {
  await readCreator(source);
  for (const copy of await readHeaderCopies(source))
    if (!copy.isValid) yield damage("header-copy-damaged", `Header ${copy.number} does not verify`);
  await using file = await openVhdx(borrowed(source), { lenient: true, signal: options.signal });
  for (const error of file.ignoredDamage)
    yield { code: error.code, severity: "damage", message: error.message };
  yield* regionTableFindings(file);
  yield* notices(file, source);
  yield* checkBlockTable(file);
}

async function* regionTableFindings(file: VhdxFile): AsyncGenerator<VhdxFinding> {
  const [first, second] = await readRegionTableCopies(file.source);
  for (const copy of [first, second])
    if (!copy.isValid)
      yield damage("region-table-copy-damaged", `Region table ${copy.number} does not verify`);
  const differ = first.bytes.some((byte, i) => byte !== second.bytes[i]);
  if (first.isValid && second.isValid && differ)
    yield damage("region-tables-differ", "Both region tables verify, and they differ");
}

function* notices(file: VhdxFile, source: ByteSource): Generator<VhdxFinding> {
  const { regions, metadataItems } = file.structure;
  if (file.facts.logReplayed)
    yield notice("log-not-empty", "The log was not replayed: the file was not closed, or is in use");
  for (const region of regions.others)
    yield notice("unknown-region", `Region ${region.id} of ${region.length} bytes is not known`);
  for (const item of metadataItems)
    if (!isKnownItem(item))
      yield notice("unknown-metadata-item", `Metadata item ${item.id} of ${item.length} bytes is not known`);
  if (source.sizeBytes % MIB !== 0)
    yield notice(
      "file-length-odd",
      `The file has ${source.sizeBytes} bytes, which is no whole number of MiB`,
    );
}

function borrowed(source: ByteSource): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    read: async (target, offset) => await source.read(target, offset),
    [Symbol.asyncDispose]: async () => {
      // it belongs to the caller of the check
    },
  };
}

function damage(code: VhdxFindingCode, message: string): VhdxFinding {
  return { code, severity: "damage", message };
}

function notice(code: VhdxFindingCode, message: string): VhdxFinding {
  return { code, severity: "notice", message };
}
