export * from "./custody.ts";
export * from "./errors.ts";
export * from "./forecast/forecast-types.ts";
export * from "./held-machine.ts";
export * from "./machine-host.ts";
