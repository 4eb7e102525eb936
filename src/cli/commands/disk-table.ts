import type { HostMachine } from "../../app/index.ts";
import type { Table } from "../output/index.ts";

/** The disks of machines: the place as `--exclude-disk` takes it, and the path, whose drive a path map must have. */
export function diskTable(machines: readonly Pick<HostMachine, "name" | "disks">[]): Table {
  return {
    columns: [{ title: "MACHINE" }, { title: "DISK" }, { title: "FILE" }],
    rows: machines.flatMap(({ name, disks }) =>
      disks.map(({ controller, number, location, path }) => [
        name,
        `${controller},${number},${location}`,
        path ?? "no file: a physical or an absent disk",
      ]),
    ),
  };
}
