import { writeXml, type XmlSource } from "../../text/index.ts";
import { NS } from "./namespaces.ts";

/** An envelope's text, or a part of one as it stands there. @throws {HostArgumentError} for what XML has no place for */
export function writeEnvelope(root: XmlSource): string {
  return writeXml(root, NS);
}
