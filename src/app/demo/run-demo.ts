import type { UseCaseContext } from "../use-cases/context.ts";
import type { DemoOptions, DemoOutcome } from "./demo-story.ts";

/**
 * Tells the whole path on a simulated host in a temporary folder, and proves each step by looking past the product at the
 * files themselves. Touches nothing outside the folder.
 * @throws {DemoProofError} when something is not as it should be
 */
export async function runDemo(context: UseCaseContext, options: DemoOptions): Promise<DemoOutcome> {
  const { playDemo } = await import("./play-demo.ts"); // other commands never need a simulated host
  return await playDemo(context, options);
}
