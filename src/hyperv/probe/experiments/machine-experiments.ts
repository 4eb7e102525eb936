import { optionalTextOf } from "../../../cim/index.ts";
import { CLASS, SETTINGS_TYPE, VIRTUALIZATION_V2 } from "../../cim-names.ts";
import type { Experiment } from "../experiment.ts";
import { excerpt, plain, propertyNames } from "../rows.ts";

/** What machines, their checkpoints and their guests say. */
export const MACHINE_EXPERIMENTS: readonly Experiment[] = [
  {
    name: "machines",
    entries: ["on-time-while-paused"],
    question: "Which states do machines show, and since when do their clocks run?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.computerSystem}`, { signal });
      const names = ["EnabledState", "OperationalStatus", "HealthState", "OnTimeInMilliseconds"];
      const more = ["ReplicationMode", "ReplicationState", "ReplicationHealth"];
      return { properties: propertyNames(rows), machines: excerpt(rows, [...names, ...more]) };
    },
  },
  {
    name: "one-machine",
    entries: ["one-machine-query"],
    question:
      "Are the settings of one machine found by a query with conditions, and as many as in the whole class?",
    run: async ({ session, machines, signal }) => {
      const [machine] = machines;
      if (machine === undefined) return { machines: 0 };
      const id = machine.id.toUpperCase();
      const ofOne = `SELECT * FROM ${CLASS.resourceAllocation} WHERE InstanceID LIKE 'Microsoft:${id}%'`;
      const whole = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.resourceAllocation}`, {
        signal,
      });
      const inWhole = whole.filter((row) => optionalTextOf(row, "InstanceID")?.includes(id) === true);
      return {
        inWhole: inWhole.length,
        asked: (await session.rows(VIRTUALIZATION_V2, ofOne, { signal })).length,
      };
    },
  },
  {
    name: "checkpoints",
    entries: ["checkpoint-consistency", "issaved-checkpoint", "saved-in-recovery"],
    question: "Which types do settings have, and do those of checkpoints carry ConsistencyLevel and IsSaved?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.settings}`, { signal });
      const others = rows.filter((row) => optionalTextOf(row, "VirtualSystemType") !== SETTINGS_TYPE.live);
      const names = ["VirtualSystemType", "UserSnapshotType", "ConsistencyLevel", "IsSaved", "Version"];
      return { settings: rows.length, properties: propertyNames(rows), checkpoints: excerpt(others, names) };
    },
  },
  {
    name: "merge-settings",
    entries: ["merge-instance"],
    question: "Which InstanceID have the merge settings, and is it the machine's id?",
    run: async ({ session, machines, signal }) => {
      const wql = `SELECT * FROM ${CLASS.diskMergeSettings}`;
      const rows = await session.rows(VIRTUALIZATION_V2, wql, { signal });
      const ids = new Set(machines.map(({ id }) => id));
      const named = rows.map((row) => optionalTextOf(row, "InstanceID") ?? "");
      return {
        instances: rows.length,
        namedByMachine: named.filter((id) => ids.has(bareId(id) as never)).length,
        properties: propertyNames(rows),
        settings: excerpt(rows, ["InstanceID", "EnabledState"]),
      };
    },
  },
  {
    name: "host-jobs",
    entries: ["job-enum"],
    question: "Does the class of host jobs list any, and of which types?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.hostJob}`, { signal });
      return { jobs: excerpt(rows, ["JobType", "JobState", "ErrorCode", "TimeBeforeRemoval"]) };
    },
  },
  {
    name: "associations",
    entries: ["wsman-associators"],
    question: "Are the settings of a machine found by association?",
    run: async ({ session, machines, signal }) => {
      const reference = machines.find((machine) => machine.reference !== undefined)?.reference;
      if (reference === undefined) return { machines: machines.length };
      const found = await session.associated(reference, { resultClass: CLASS.settings, signal });
      return { associated: found.length };
    },
  },
  {
    name: "guest-words",
    entries: ["guest-product-type", "powershell-qualifiers"],
    question: "Do guests say ProductType, and do the items of their data exchange arrive as instances?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.kvpComponent}`, { signal });
      return {
        guests: rows
          .slice(0, 20)
          .map(({ properties }) => itemsIn(plain(properties["GuestIntrinsicExchangeItems"]))),
      };
    },
  },
  {
    name: "replication",
    entries: [],
    question: "Which replication relationships are there, and in which states?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.replication}`, { signal });
      const names = ["InstanceID", "ReplicationMode", "ReplicationState", "ReplicationHealth"];
      return { relationships: excerpt(rows, names) };
    },
  },
];

function bareId(instance: string): string {
  return (/[0-9a-f-]{36}/i.exec(instance)?.[0] ?? "").toLowerCase();
}

/** Values of a guest name it; which kinds of items there are and its ProductType do not. */
function itemsIn(items: ReturnType<typeof plain>): {
  readonly arrived: string;
  readonly productType: string;
} {
  const texts = Array.isArray(items) ? items.map(String) : [];
  const [first = "nothing"] = texts;
  const arrived = first.startsWith("(instance") ? "instances" : first.startsWith("<") ? "text" : "nothing";
  const product = texts.find((text) => text.includes("ProductType"));
  return { arrived, productType: /<VALUE>(\d)<\/VALUE>/.exec(product ?? "")?.[1] ?? "not seen in text" };
}
