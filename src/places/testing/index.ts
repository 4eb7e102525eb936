export * from "./temporary-folder.ts";
