import type { CimMethodResult } from "../../cim/index.ts";
import { HyperVCode } from "../acts/refusals.ts";
import { classOf } from "./catalogue.ts";
import { CHECKPOINT_METHODS } from "./checkpoint-methods.ts";
import { WbemCode, wmiFault } from "./faults-of-wmi.ts";
import { IMAGE_METHODS } from "./image-methods.ts";
import { MANAGEMENT_METHODS } from "./management-methods.ts";
import { type CimMethod, type MethodCall, returned } from "./method-call.ts";

const METHODS: readonly CimMethod[] = [...CHECKPOINT_METHODS, ...IMAGE_METHODS, ...MANAGEMENT_METHODS];

/** Answers a method call. @throws {CimFault} when the class or the method is none of this host's. */
export async function answerMethod(name: string, call: MethodCall): Promise<CimMethodResult> {
  const { name: className } = classOf(call.view, call.on.namespace, call.on.className);
  const method = METHODS.find(
    (one) => one.className === className && one.name.toLowerCase() === name.toLowerCase(),
  );
  if (method === undefined) throw wmiFault(WbemCode.methodNotImplemented, `"${className}.${name}"`);
  const { fault } = call;
  const isReturned = typeof fault === "object" && (method.byJob !== true || fault.at === "return");
  if (isReturned) {
    return returned(fault.errorCode === 0 ? HyperVCode.failed : fault.errorCode);
  }
  return await method.answer(call);
}
