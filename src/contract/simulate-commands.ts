import type { CommandContract } from "./command-contract.ts";

/** Lets things happen on a simulated host. */
export const SIMULATE_COMMANDS = {
  simulate: {
    name: "simulate",
    summary: "let a simulated host answer on the network, as Windows does",
    description:
      "Serves the simulated host of a folder over WS-Management with NTLM and sealing, remote shells included, until it is told to end (SIGINT or SIGTERM). Prints one line when it listens. What happens to the host is in its host.json at once; several processes may have it open.",
    parameters: [
      "simulatedState",
      "listen",
      "listenHttps",
      "certificate",
      "certificateKey",
      "simulatedUser",
      "passwordFile",
      "json",
    ],
    example: "stillpoint simulate --state /lab/hv01 --user admin --password-file password.txt",
  },
  "simulate write": {
    name: "simulate write",
    summary: "let the guest of a simulated machine write to a disk",
    description:
      "The machine must run. Change tracking counts what is written, the disk's leaf changes as a guest's write changes it.",
    parameters: ["simulatedState", "oneMachine", "diskNumber", "offset", "fromFile", "json"],
    example:
      "stillpoint simulate write --state /lab/hv01 --machine web01 --disk 0 --offset 1048576 --from data.bin",
  },
  "simulate checkpoint": {
    name: "simulate checkpoint",
    summary: "let a user make a checkpoint of a simulated machine",
    description:
      "The machine's disks get differencing disks, as Hyper-V makes them. Prints the checkpoint's id.",
    parameters: ["simulatedState", "oneMachine", "checkpointName", "json"],
    example: "stillpoint simulate checkpoint --state /lab/hv01 --machine web01 --name before-update",
  },
  "simulate apply": {
    name: "simulate apply",
    summary: "let a user go back to a checkpoint of a simulated machine",
    description: "What was written since is thrown away, as Hyper-V does it.",
    parameters: ["simulatedState", "oneMachine", "checkpointName", "json"],
    example: "stillpoint simulate apply --state /lab/hv01 --machine web01 --name before-update",
  },
  "simulate remove": {
    name: "simulate remove",
    summary: "let a user remove a checkpoint of a simulated machine",
    description: "Its disks are merged into their parents, or later when somebody reads them.",
    parameters: ["simulatedState", "oneMachine", "checkpointName", "json"],
    example: "stillpoint simulate remove --state /lab/hv01 --machine web01 --name before-update",
  },
  "simulate audit": {
    name: "simulate audit",
    summary: "say what was left behind on a simulated host",
    description:
      "Recovery checkpoints, shadow copies, outstanding merges, differencing disks that nobody needs, host jobs that have not ended, and scripted faults that never came. Ends with 1 when there is anything.",
    parameters: ["simulatedState", "json"],
    example: "stillpoint simulate audit --state /lab/hv01",
  },
} as const satisfies Record<string, CommandContract>;
