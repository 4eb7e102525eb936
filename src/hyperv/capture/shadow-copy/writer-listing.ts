import { type Guid, parseGuid } from "../../../base/index.ts";
import { printedLines } from "./diskshadow-output.ts";

/** A component of a writer: for the Hyper-V writer, a machine. */
export interface ListedComponent {
  /** `Microsoft Hyper-V VSS Writer:\7B1F0D6E-…`, as diskshadow wants it back. */
  readonly fullName: string;
  /** The last part of it. */
  readonly name: string;
  readonly caption?: string | undefined;
  /** Volumes that hold files of it. */
  readonly volumes: readonly { readonly volume: string; readonly mount?: string | undefined }[];
}

export interface ListedWriter {
  readonly id: Guid;
  readonly name: string;
  readonly components: readonly ListedComponent[];
}

const WRITER = /^\s*\*\s+\S+\s+(?:"(.+)"|(\S.*?))\s*$/;
const COMPONENT = /^\s*\+.*"(.+)"\s*$/;
const FIELD = /^\s*-\s*[^:=]+[:=]\s?(.*?)\s*$/;
const BRACED_GUID = /\{([0-9a-f-]{36})\}/i;
const VOLUME = /(\\\\\?\\Volume\{[0-9a-f-]{36}\})\\?(?:\s*\[([^\]]+)\])?/i;
/** A component's fields in order: name, logical path, full path, caption ([KB3098315]). */
const NAME_FIELD = 0;
const CAPTION_FIELD = 3;

/**
 * The writers of `list writers metadata`, with their components. Bullets tell writers (`*`), components (`+`) and fields
 * (`-`) apart, their order tells what a field is; no word is understood.
 */
export function readWriters(output: string): readonly ListedWriter[] {
  const writers: Draft[] = [];
  for (const line of printedLines(output)) {
    const writer = WRITER.exec(line);
    if (writer !== null) {
      writers.push({ name: writer[1] ?? writer[2] ?? "", id: undefined, components: [] });
      continue;
    }
    const last = writers.at(-1);
    if (last !== undefined) readLine(line, last);
  }
  return writers.flatMap(({ id, name, components }) =>
    id === undefined ? [] : [{ id, name, components: components.map(finished) }],
  );
}

interface Draft {
  readonly name: string;
  id: Guid | undefined;
  readonly components: ComponentDraft[];
}

interface ComponentDraft {
  readonly fullName: string;
  readonly fields: string[];
  readonly volumes: { readonly volume: string; readonly mount?: string | undefined }[];
}

function readLine(line: string, writer: Draft): void {
  const fullName = COMPONENT.exec(line)?.[1];
  if (fullName !== undefined) {
    writer.components.push({ fullName, fields: [], volumes: [] });
    return;
  }
  const component = writer.components.at(-1);
  // the writer's own id stands before that of its instance, and before all components
  if (component === undefined) {
    writer.id ??= parseGuid(BRACED_GUID.exec(line)?.[1] ?? "");
    return;
  }
  const volume = VOLUME.exec(line);
  if (volume !== null) component.volumes.push({ volume: `${volume[1]}\\`, mount: volume[2] });
  const field = FIELD.exec(line)?.[1];
  if (field !== undefined) component.fields.push(field);
}

function finished(draft: ComponentDraft): ListedComponent {
  const { fullName, fields, volumes } = draft;
  const name = fullName.slice(fullName.lastIndexOf("\\") + 1);
  const isInOrder = fields[NAME_FIELD]?.toLowerCase() === name.toLowerCase();
  const caption = isInOrder ? fields[CAPTION_FIELD] || undefined : undefined;
  return { fullName, name, caption, volumes };
}
