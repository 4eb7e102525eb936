export * from "./failing-session.ts";
export * from "./host-rows.ts";
export * from "./machine-of.ts";
export * from "./memory-journal.ts";
export * from "./recorded-ports.ts";
export * from "./scripted-session.ts";
