export * from "./make-vhd.ts";
