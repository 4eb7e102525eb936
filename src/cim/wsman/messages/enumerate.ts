import { CimAnswerError } from "../../index.ts";
import { childOf, textIn, withAttributes, type XmlElement, type XmlSource, xml } from "../../text/index.ts";
import { WQL_DIALECT } from "../soap/addresses.ts";
import { NS } from "../soap/namespaces.ts";

/** A portion of what a query gives. */
export interface EnumeratedItems {
  readonly items: readonly XmlElement[];
  /** What the next pull names; undefined after the last portion. */
  readonly context: string | undefined;
}

/** DSP0226 8.2 with 8.2.3: begins a query and takes the first portion with it. */
export function enumerateBody(query: { readonly wql: string; readonly maxElements: number }): XmlSource {
  return xml(
    NS.n,
    "Enumerate",
    xml(NS.w, "OptimizeEnumeration"),
    xml(NS.w, "MaxElements", String(query.maxElements)),
    withAttributes(xml(NS.w, "Filter", query.wql), { Dialect: WQL_DIALECT }),
  );
}

/** What a client asks for. `maxElements` is 0 when it wants the context first. @throws {CimAnswerError} */
export function readEnumerateBody(body: XmlElement | undefined): {
  readonly wql: string;
  readonly maxElements: number;
} {
  const filter = childOf(body, NS.w, "Filter") ?? childOf(body, NS.n, "Filter");
  if (body?.uri !== NS.n || body.name !== "Enumerate" || filter?.attributes.get("Dialect") !== WQL_DIALECT) {
    throw new CimAnswerError("Cannot read a query: it is no enumeration with a WQL filter");
  }
  const isOptimized = childOf(body, NS.w, "OptimizeEnumeration") !== undefined;
  const maxElements = isOptimized ? Number(textIn(body, NS.w, "MaxElements") ?? 1) : 0;
  return { wql: filter.text.trim(), maxElements };
}

/** DSP0226 8.4. */
export function pullBody(context: string, maxElements: number): XmlSource {
  return xml(
    NS.n,
    "Pull",
    xml(NS.n, "EnumerationContext", context),
    xml(NS.n, "MaxElements", String(maxElements)),
  );
}

/** @throws {CimAnswerError} */
export function readPullBody(body: XmlElement | undefined): {
  readonly context: string;
  readonly maxElements: number;
} {
  const context = textIn(body, NS.n, "EnumerationContext");
  if (context === undefined) throw new CimAnswerError("Cannot read a pull: it names no enumeration");
  return { context, maxElements: Number(textIn(body, NS.n, "MaxElements") ?? 1) };
}

/** DSP0226 8.5: ends a query before its end. */
export function releaseBody(context: string): XmlSource {
  return xml(NS.n, "Release", xml(NS.n, "EnumerationContext", context));
}

/** A portion as the host answers an enumerate (`Enumerate`) or a pull (`Pull`). */
export function itemsBody(
  answer: "EnumerateResponse" | "PullResponse",
  portion: { readonly items: readonly XmlSource[]; readonly context: string | undefined },
): XmlSource {
  // the first portion is an extension of WS-Management, the others are WS-Enumeration's own
  const uri = answer === "EnumerateResponse" ? NS.w : NS.n;
  return xml(
    NS.n,
    answer,
    xml(NS.n, "EnumerationContext", portion.context ?? ""),
    xml(uri, "Items", ...portion.items),
    portion.context === undefined ? xml(uri, "EndOfSequence") : undefined,
  );
}

/** @throws {CimAnswerError} */
export function readItemsBody(body: XmlElement | undefined): EnumeratedItems {
  if (body?.uri !== NS.n || !/^(?:Enumerate|Pull)Response$/.test(body.name)) {
    throw new CimAnswerError(`Cannot read what the host listed: its answer is "${body?.name ?? "nothing"}"`);
  }
  const items = childOf(body, NS.n, "Items") ?? childOf(body, NS.w, "Items");
  const end = childOf(body, NS.n, "EndOfSequence") ?? childOf(body, NS.w, "EndOfSequence");
  const context = textIn(body, NS.n, "EnumerationContext");
  if (end === undefined && (context === undefined || context === "")) {
    throw new CimAnswerError("Cannot go on with what the host lists: it names neither an end nor a context");
  }
  return { items: items?.children ?? [], context: end === undefined ? context : undefined };
}
