export { hostSchemas } from "../provider/schema/host-schemas.ts";
export { releaseOf } from "../state/host-version.ts";
export { hostShell } from "../wire/host-shell.ts";
export * from "./diskshadow-scene.ts";
export * from "./scene.ts";
export * from "./scene-hold.ts";
export * from "./schema-misfits.ts";
export * from "./wire-scene.ts";
