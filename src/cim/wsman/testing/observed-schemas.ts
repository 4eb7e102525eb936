import type { CimInstance, CimSession } from "../../index.ts";
import type { SchemaSource } from "../class-descriptions.ts";
import { inferSchemas } from "./infer-schemas.ts";

/** A session whose classes are described by the instances that went through it. */
export function observedSchemas(session: CimSession): {
  readonly session: CimSession;
  readonly schemas: SchemaSource;
} {
  const seen: CimInstance[] = [];
  async function* watched(instances: AsyncIterable<CimInstance>): AsyncIterable<CimInstance> {
    for await (const instance of instances) {
      seen.push(instance);
      yield instance;
    }
  }
  return {
    session: {
      query: (...query) => watched(session.query(...query)),
      associators: (...query) => watched(session.associators(...query)),
      get: async (...reference) => {
        const found = await session.get(...reference);
        if (found !== undefined) seen.push(found);
        return found;
      },
      invoke: async (...call) => await session.invoke(...call),
      [Symbol.asyncDispose]: async () => {
        await session[Symbol.asyncDispose]();
      },
    },
    schemas: ({ className }) => inferSchemas(seen).get(className.toLowerCase()),
  };
}
