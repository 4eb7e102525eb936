import type { ProbeAnswer } from "../../hyperv/index.ts";
import { openHypervAt } from "../compose.ts";
import type { HostRequest } from "../host-request.ts";
import type { UseCaseContext } from "./context.ts";

/** Asks a host the open questions of docs/unconfirmed.md that can be asked without changing anything. */
export async function askHost(
  request: HostRequest & { readonly plain?: true | undefined },
  context: UseCaseContext,
): Promise<readonly ProbeAnswer[]> {
  await using opened = await openHypervAt(request, context);
  return await opened.value.probe({ plain: request.plain, signal: context.signal });
}
