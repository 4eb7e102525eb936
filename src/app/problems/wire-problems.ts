import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of a simulated host that answers on the network. */
export const WIRE_PROBLEMS: Readonly<Record<string, Problem>> = {
  "simulated-host-cannot-listen": row(1, [
    "The simulated host cannot answer at the address: its port is taken or not allowed, or the certificate does not fit its key.",
    "Name another port with --listen (port 0 takes one that is free), and check the files of --certificate and --key.",
    "Der simulierte Host kann an der Adresse nicht antworten: Der Port ist belegt oder nicht erlaubt, oder Zertifikat und Schlüssel passen nicht zusammen.",
    "Nennen Sie mit --listen einen anderen Port (Port 0 nimmt einen freien), und prüfen Sie die Dateien von --certificate und --key.",
  ]),
};
