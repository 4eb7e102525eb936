import { VersionLayout } from "./layout.ts";

/** Says Windows 10.0 of 2018: the field is for debugging only, and nobody decides by it. */
export const OUR_VERSION: Uint8Array = VersionLayout.encode({
  major: 10,
  minor: 0,
  build: 17_763,
  revision: 15,
});
