import { CimFault, type CimSession } from "../../cim/index.ts";

/** What the account that signs in may do. Without them it is an administrator. */
export interface AccountRights {
  /** In *Remote Management Users*: else WinRM refuses whatever it is asked. */
  readonly remoteManagement: boolean;
  /** In *Hyper-V Administrators*: else Hyper-V's provider shows nothing. */
  readonly hypervAdministrator: boolean;
  /** Namespaces with *Remote Enable* and *Execute Methods*; others are refused. */
  readonly namespaces: readonly string[];
}

const WBEM_ACCESS_DENIED = 0x80041003;

/** A session as an account with these rights has it. */
export function withRights(session: CimSession, rights: AccountRights | undefined): CimSession {
  if (rights === undefined) return session;
  const allowed = new Set(rights.namespaces.map((namespace) => namespace.toLowerCase()));
  const enter = (namespace: string): void => {
    if (allowed.has(namespace.toLowerCase())) return;
    const reason = "Access denied";
    throw new CimFault(`Cannot open "${namespace}": ${reason}`, { code: WBEM_ACCESS_DENIED, reason });
  };
  const shows = (namespace: string): boolean =>
    rights.hypervAdministrator || !/virtualization/i.test(namespace);
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
