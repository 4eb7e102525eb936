export * from "./temporary-folder.ts";
export * from "./without-handles.ts";
