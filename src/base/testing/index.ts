export * from "./fake-clock.ts";
export * from "./seeded-entropy.ts";
