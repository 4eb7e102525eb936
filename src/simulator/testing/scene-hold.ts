import { guid, type RunEvent } from "../../base/index.ts";
import { type HoldOptions, USUAL_PATIENCE } from "../../hyperv/index.ts";
import { SCENE_MACHINE } from "./scene.ts";

/** The one machine of a scene. */
export const SCENE_MACHINE_ID = guid(SCENE_MACHINE);

/** Usual options of a hold of it; `said` collects its events. */
export function sceneHold(
  changed: Partial<HoldOptions> = {},
): HoldOptions & { readonly said: readonly RunEvent[] } {
  const said: RunEvent[] = [];
  const events = (event: RunEvent): void => {
    said.push(event);
  };
  return { events, step: "s1", patience: USUAL_PATIENCE, run: "run-1", ...changed, said };
}
