export * from "./diskshadow-scene.ts";
export * from "./scene.ts";
export * from "./schema-misfits.ts";
export * from "./wire-scene.ts";
