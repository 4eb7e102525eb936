import { CimAnswerError, type CimReference, excerptOf } from "../../index.ts";
import { relativePathOf } from "../../text/index.ts";

const PATH = /^\\\\[^\\]+\\([^:]+):([^.="]+)(?:=@|\.(.+))$/s;
const KEY = /(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^",]+))(?:,|$)/gsy;

/**
 * A reference as WMI on that computer writes it: `\\HV01\root\virtualization\v2:Class.Key="a\\b",Number=5`
 * (`powershell-machine-name`).
 */
export function objectPathOf(reference: CimReference, machine: string): string {
  return `\\\\${machine}\\${reference.namespace}:${relativePathOf(reference)}`;
}

/** The reference that a path names. Numbers stand bare in it and truth values as words. @throws {CimAnswerError} */
export function parseObjectPath(path: string): CimReference {
  const [, namespace, className, bindings] = PATH.exec(path) ?? [];
  if (namespace === undefined || className === undefined) throw unreadable(path);
  return { kind: "reference", namespace, className, keys: keysOf(path, bindings ?? "") };
}

function keysOf(path: string, bindings: string): CimReference["keys"] {
  const found = [...bindings.matchAll(KEY)];
  if (found.reduce((length, [all]) => length + all.length, 0) !== bindings.length) throw unreadable(path);
  return Object.fromEntries(
    found.map(([, name = "", quoted, bare = ""]) => [
      name,
      quoted === undefined ? bareKey(bare) : quoted.replaceAll(/\\(.)/gs, "$1"),
    ]),
  );
}

function bareKey(text: string): string | number | boolean {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function unreadable(path: string): CimAnswerError {
  return new CimAnswerError(
    `Cannot read the object path "${excerptOf(path)}" of the host: it names no instance`,
  );
}
