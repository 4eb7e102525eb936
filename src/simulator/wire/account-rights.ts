import { CimFault, type CimSession } from "../../cim/index.ts";

/** What the account that signs in may do. Without them it is an administrator. */
export interface AccountRights {
  /** Without *Hyper-V Administrators* Hyper-V's provider shows nothing. */
  readonly groups: readonly AccountGroup[];
  /** Whose members WinRM lets in. @default ["Remote Management Users"] (account-winrm-group) */
  readonly letIn?: readonly AccountGroup[] | undefined;
  /** Namespaces with *Remote Enable* and *Execute Methods*; others are refused. */
  readonly namespaces: readonly string[];
}

export type AccountGroup = "Remote Management Users" | "Hyper-V Administrators";

const WBEM_ACCESS_DENIED = 0x80041003;

/** Whether WinRM answers the account at all. */
export function mayEnter(rights: AccountRights | undefined): boolean {
  const letIn = rights?.letIn ?? ["Remote Management Users"];
  return rights === undefined || rights.groups.some((group) => letIn.includes(group));
}

/** A session as an account with these rights has it. */
export function withRights(session: CimSession, rights: AccountRights | undefined): CimSession {
  if (rights === undefined) return session;
  const allowed = new Set(rights.namespaces.map((namespace) => namespace.toLowerCase()));
  const enter = (namespace: string): void => {
    if (allowed.has(namespace.toLowerCase())) return;
    const reason = "Access denied";
    throw new CimFault(`Cannot open "${namespace}": ${reason}`, { code: WBEM_ACCESS_DENIED, reason });
  };
  const isOfHyperv = rights.groups.includes("Hyper-V Administrators");
  const shows = (namespace: string): boolean => isOfHyperv || !/virtualization/i.test(namespace);
  return {
    async *query(namespace, wql, options) {
      enter(namespace);
      if (shows(namespace)) yield* session.query(namespace, wql, options);
    },
    async *associators(reference, options) {
      enter(reference.namespace);
      if (shows(reference.namespace)) yield* session.associators(reference, options);
    },
    async get(reference, options) {
      enter(reference.namespace);
      return shows(reference.namespace) ? await session.get(reference, options) : undefined;
    },
    async invoke(reference, method, input) {
      enter(reference.namespace);
      return await session.invoke(reference, method, input);
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
    },
  };
}
