import { CimAnswerError } from "./errors.ts";
import type { CimInstance, CimReference, CimValue } from "./model.ts";

/** A property that must be text. @throws {CimAnswerError} */
export function textOf(instance: CimInstance, property: string): string {
  return expected(instance, property, (value) => typeof value === "string");
}

/** A property that must be a number. @throws {CimAnswerError} */
export function numberOf(instance: CimInstance, property: string): number {
  return expected(instance, property, (value) => typeof value === "number");
}

/** Text, or undefined where the host sent nothing or the class has no such property. */
export function optionalTextOf(instance: CimInstance, property: string): string | undefined {
  const value = instance.properties[property];
  return typeof value === "string" ? value : undefined;
}

/** A number, or undefined where the host sent nothing or the class has no such property. */
export function optionalNumberOf(instance: CimInstance, property: string): number | undefined {
  const value = instance.properties[property];
  return typeof value === "number" ? value : undefined;
}

/** An array of texts; empty where the host sent nothing. */
export function textsOf(instance: CimInstance, property: string): readonly string[] {
  return arrayOf(instance, property).filter((value) => typeof value === "string");
}

/** An array of numbers; empty where the host sent nothing. */
export function numbersOf(instance: CimInstance, property: string): readonly number[] {
  return arrayOf(instance, property).filter((value) => typeof value === "number");
}

export function isReference(value: CimValue | undefined): value is CimReference {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "reference";
}

export function isInstance(value: CimValue | undefined): value is CimInstance {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "instance";
}

/** One value counts as an array of one: on the wire they look the same where nobody describes the class. */
function arrayOf(instance: CimInstance, property: string): readonly CimValue[] {
  const value = instance.properties[property] ?? null;
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function expected<T extends CimValue>(
  instance: CimInstance,
  property: string,
  isWanted: (value: CimValue | undefined) => value is T,
): T {
  const value = instance.properties[property];
  if (isWanted(value)) return value;
  throw new CimAnswerError(`Cannot read ${instance.className}.${property}: the host sent ${typeof value}`);
}
