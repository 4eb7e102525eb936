import { newGuid } from "../../../base/index.ts";
import { optionalTextOf } from "../../../cim/index.ts";
import { CIMV2, CLASS, CLUSTER, VIRTUALIZATION_V1, VIRTUALIZATION_V2 } from "../../cim-names.ts";
import type { Experiment } from "../experiment.ts";
import { excerpt, propertyNames } from "../rows.ts";

/** What the host is, and how its management answers what is not there. */
export const SCHEMA_EXPERIMENTS: readonly Experiment[] = [
  {
    name: "system",
    entries: [],
    question: "Which Windows is it, in which language?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(CIMV2, `SELECT * FROM ${CLASS.operatingSystem}`, { signal });
      const names = [
        "Caption",
        "Version",
        "ProductType",
        "OSLanguage",
        "Locale",
        "CodeSet",
        "CurrentTimeZone",
      ];
      return { system: excerpt(rows, names) };
    },
  },
  {
    name: "newer-namespace",
    entries: ["powershell-speed"],
    question: "Does the namespace of 2012 and later answer, and how long does its largest class take?",
    run: async ({ session, access, signal }) => {
      const start = access.clock.monotonicMs();
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.resourceAllocation}`, {
        signal,
      });
      return { instances: rows.length, milliseconds: Math.round(access.clock.monotonicMs() - start) };
    },
  },
  {
    name: "older-namespace",
    entries: ["v1-resource-place"],
    question: "Does the namespace of 2008 answer, and where do its drives say their place?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V1, `SELECT * FROM ${CLASS.resourceAllocation}`, {
        signal,
      });
      const drives = rows.filter((row) => /drive|disk/i.test(optionalTextOf(row, "ResourceSubType") ?? ""));
      const names = ["ResourceSubType", "Address", "AddressOnParent", "Parent"];
      return { instances: rows.length, drives: excerpt(drives, names) };
    },
  },
  {
    name: "missing-class",
    entries: ["wsman-missing-class", "powershell-extended-status"],
    question: "What does a query of a class that does not exist end with?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.nowhere}`, { signal });
      return { rows: rows.length };
    },
  },
  {
    name: "missing-namespace",
    entries: ["wsman-missing-class"],
    question: "What does a query in a namespace that does not exist end with?",
    run: async ({ session, signal }) => {
      const rows = await session.rows("root\\stillpoint", `SELECT * FROM ${CLASS.nowhere}`, { signal });
      return { rows: rows.length };
    },
  },
  {
    name: "missing-instance",
    entries: ["wsman-missing-instance"],
    question: "What does a get of a host job that does not exist end with?",
    run: async ({ session, access, signal }) => {
      const keys = { InstanceID: newGuid(access.entropy).toUpperCase() };
      const reference = { namespace: VIRTUALIZATION_V2, className: CLASS.hostJob, keys };
      return { found: (await session.get({ kind: "reference", ...reference }, { signal })) !== undefined };
    },
  },
  {
    name: "checkpoint-settings-class",
    entries: ["gbt-14393", "wsman-class-description"],
    question:
      "Can a class be asked for by the schema query, and has the one for checkpoints GuestBackupType?",
    run: async ({ session, signal }) => {
      const wql = `SELECT * FROM meta_class WHERE __CLASS = '${CLASS.checkpointSettings}'`;
      const rows = await session.rows(VIRTUALIZATION_V2, wql, { signal });
      return { classes: rows.length, properties: propertyNames(rows) };
    },
  },
  {
    name: "cluster",
    entries: ["cluster-resource"],
    question: "If it is a node of a cluster: what do the resources of virtual machines say?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(CLUSTER, `SELECT * FROM ${CLASS.clusterResource}`, { signal });
      const machines = rows.filter(({ properties }) => properties["Type"] === "Virtual Machine");
      return {
        resources: rows.length,
        properties: propertyNames(machines),
        machines: excerpt(machines, ["State", "OwnerNode", "OwnerGroup", "PrivateProperties"]),
      };
    },
  },
];
