import type { CimReference, CimValue } from "../../cim/index.ts";
import { WbemCode, wmiFault } from "./faults-of-wmi.ts";
import { objectPathReference } from "./object-path.ts";
import { scalarText } from "./scalar-text.ts";

/** One comparison of a WHERE clause. */
export interface WqlCondition {
  readonly property: string;
  readonly operator: "=" | "<>" | "<" | ">" | "<=" | ">=" | "like" | "is" | "is not";
  readonly value: CimValue;
}

export type WqlQuery =
  | {
      readonly kind: "select";
      /** Empty: all. */
      readonly properties: readonly string[];
      readonly className: string;
      /** An instance meets all conditions of one of these lists; none where there is no WHERE. */
      readonly anyOf: readonly (readonly WqlCondition[])[];
    }
  | {
      readonly kind: "associators";
      readonly of: CimReference;
      readonly associationClass?: string;
      readonly resultClass?: string;
    };

const TOKEN = /\s*(?:(\{[^}]*\})|('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(<>|!=|<=|>=|[=<>*,])|([\w\\.-]+))/y;
const OPERATORS: readonly string[] = ["=", "<>", "<", ">", "<=", ">=", "like"];

/**
 * The part of WQL that clients of Hyper-V use: SELECT with conditions joined by AND and OR (no parentheses), and
 * ASSOCIATORS OF.
 * @throws {CimFault} 0x80041017 for anything else.
 */
export function parseWql(text: string, namespace: string): WqlQuery {
  return new WqlParser(text, namespace).query();
}

/** Whether the value meets the condition; texts compare without case, as WQL has it. */
export function meets(value: CimValue | undefined, condition: WqlCondition): boolean {
  const { operator } = condition;
  if (operator === "is") return value === null || value === undefined;
  if (operator === "is not") return value !== null && value !== undefined;
  if (value === null || value === undefined) return false;
  if (operator === "like") return likeness(scalarText(condition.value)).test(scalarText(value));
  const order = compare(value, condition.value);
  if (order === undefined) return operator === "<>";
  const verdicts = { "=": order === 0, "<>": order !== 0, "<": order < 0, ">": order > 0 } as const;
  if (operator === "<=") return order <= 0;
  return operator === ">=" ? order >= 0 : verdicts[operator];
}

function compare(value: CimValue, wanted: CimValue): number | undefined {
  if (typeof value === "string" && typeof wanted === "string") {
    const [a, b] = [value.toLowerCase(), wanted.toLowerCase()];
    return a === b ? 0 : a < b ? -1 : 1;
  }
  const [a, b] = [Number(value), Number(wanted)];
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : a - b;
}

/** `%` any run of characters, `_` any one. */
function likeness(pattern: string): RegExp {
  const body = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("%", ".*")
    .replaceAll("_", ".");
  return new RegExp(`^${body}$`, "is");
}

class WqlParser {
  readonly #text: string;
  readonly #namespace: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string, namespace: string) {
    this.#text = text;
    this.#namespace = namespace;
    this.#tokens = this.#split();
  }

  query(): WqlQuery {
    const query = this.#takeWord("associators") ? this.#associators() : this.#select();
    if (this.#at < this.#tokens.length) throw this.#refusal();
    return query;
  }

  #select(): WqlQuery {
    this.#expect("select");
    const properties: string[] = [];
    do properties.push(this.#next());
    while (this.#takeWord(","));
    this.#expect("from");
    const className = this.#next();
    const anyOf: WqlCondition[][] = [];
    if (this.#takeWord("where")) {
      do anyOf.push(this.#conditions());
      while (this.#takeWord("or"));
    }
    const isAll = properties.length === 1 && properties[0] === "*";
    return { kind: "select", properties: isAll ? [] : properties, className, anyOf };
  }

  #conditions(): WqlCondition[] {
    const conditions: WqlCondition[] = [];
    do conditions.push(this.#condition());
    while (this.#takeWord("and"));
    return conditions;
  }

  #condition(): WqlCondition {
    const property = this.#next();
    const word = this.#next().toLowerCase();
    if (word === "is") {
      const operator = this.#takeWord("not") ? "is not" : "is";
      this.#expect("null");
      return { property, operator, value: null };
    }
    const operator = word === "!=" ? "<>" : word;
    if (!OPERATORS.includes(operator)) throw this.#refusal();
    return { property, operator: operator as WqlCondition["operator"], value: this.#literal() };
  }

  #literal(): CimValue {
    const token = this.#next();
    if (/^['"]/.test(token)) return token.slice(1, -1).replaceAll(/\\(.)/g, "$1");
    if (/^(true|false)$/i.test(token)) return token.toLowerCase() === "true";
    if (/^null$/i.test(token)) return null;
    const value = Number(token);
    if (Number.isNaN(value)) throw this.#refusal();
    return value;
  }

  #associators(): WqlQuery {
    this.#expect("of");
    const braces = this.#next();
    const of = objectPathReference(braces.slice(1, -1).trim(), this.#namespace);
    if (!braces.startsWith("{") || of === undefined) throw this.#refusal();
    const classes: { associationClass?: string; resultClass?: string } = {};
    if (this.#takeWord("where")) {
      while (this.#at < this.#tokens.length) {
        const name = this.#next().toLowerCase();
        this.#expect("=");
        if (name === "assocclass") classes.associationClass = this.#next();
        else if (name === "resultclass") classes.resultClass = this.#next();
        else throw this.#refusal();
      }
    }
    return { kind: "associators", of, ...classes };
  }

  #split(): string[] {
    const tokens: string[] = [];
    const text = this.#text.trim();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const found = TOKEN.exec(text);
      if (found === null) throw this.#refusal();
      tokens.push(found[0].trim());
    }
    return tokens;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#refusal();
    return token;
  }

  #takeWord(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #expect(word: string): void {
    if (!this.#takeWord(word)) throw this.#refusal();
  }

  #refusal(): Error {
    return wmiFault(WbemCode.invalidQuery, `the query "${this.#text}"`);
  }
}
