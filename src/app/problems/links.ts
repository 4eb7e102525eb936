import type { Words } from "./problem.ts";

/** A page that says more. */
export interface Link {
  readonly title: Words;
  readonly address: string;
}

const TEAM_BLOG = "https://learn.microsoft.com/en-us/virtualization/community/team-blog";

const REPLICA: Link = {
  title: {
    en: "Microsoft: Backup of a replica VM (2014)",
    de: "Microsoft: Sicherung einer Replikatmaschine (2014, englisch)",
  },
  address: `${TEAM_BLOG}/2014/20140424-backup-of-a-replica-vm`,
};

const PASS_THROUGH: Link = {
  title: {
    en: "Microsoft: Working around the pass-through limitations of the Hyper-V VSS writer (2009; iSCSI inside the guest as well)",
    de: "Microsoft: Auswege bei durchgereichten Platten, auch bei iSCSI im Gast (2009, englisch)",
  },
  address: `${TEAM_BLOG}/2009/20090303-working-around-the-pass-through-limitations-of-the-hyper-v-vss-writer`,
};

/** Further reading on a code. */
export const LINKS: Readonly<Record<string, readonly Link[]>> = {
  "machine-busy": [REPLICA],
  "replica-may-be-inconsistent": [REPLICA],
  "passthrough-disk-not-covered": [PASS_THROUGH],
};
