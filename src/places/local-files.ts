import { unmappable } from "./file-refusal.ts";
import type { HostFiles } from "./host-files.ts";
import { NativeFiles } from "./native-files.ts";

/**
 * The machine that this runs on, by its own paths: on Windows also devices of shadow copies
 * (`\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7\…`) and shares. Paths pass as they are.
 */
export function localFiles(): HostFiles {
  return new NativeFiles({
    resolve: async (path) => {
      if (path === "" || path.includes("\0")) throw unmappable(path, "it is empty or holds a zero character");
      return path;
    },
    mayFollow: async () => true,
  });
}
