import { type PointsWish, UsageError } from "../../app/index.ts";
import { type CommandInput, switchOption } from "../command.ts";

/** One restore point, which goes into the folder itself, or several, which go below it. @throws {UsageError} */
export function restoreAsked(input: CommandInput): { readonly point: string } | PointsWish {
  const points = input.arguments ?? [];
  const allLatest = switchOption(input, "allLatest");
  if ((allLatest === true) === points.length > 0)
    throw new UsageError("Cannot choose restore points: wanted either POINTs, or --all-latest");
  if (allLatest === true) return { allLatest };
  const [point, ...others] = points as readonly [string, ...string[]];
  return others.length === 0 ? { point } : { points };
}
