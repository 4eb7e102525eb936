import type { Secret } from "../../base/index.ts";

/** The words of `azure://ACCOUNT/CONTAINER/PREFIX`. */
export interface AzurePlace {
  /** The account's name, or the whole host name where it is not in Azure's public cloud. */
  readonly account: string;
  /** Host and port of an emulator on this machine, which is asked over plain HTTP and names the account in its paths. */
  readonly emulator?: string | undefined;
  readonly container: string;
  /** Without slashes at its ends; the empty text is the whole container. */
  readonly prefix: string;
}

/** One of two: the account's shared key, or a token that somebody made with it (shared access signature). */
export type AzureCredentials =
  | { readonly kind: "key"; readonly key: Secret }
  | { readonly kind: "token"; readonly token: Secret };

/** How people name the place; it holds no secret. */
export function azureLocation(place: AzurePlace): string {
  const account = place.emulator === undefined ? place.account : `${place.emulator}/${place.account}`;
  const scheme = place.emulator === undefined ? "azure" : "azure+http";
  const path = [account, place.container, place.prefix].filter((part) => part !== "").join("/");
  return `${scheme}://${path}`;
}

/** Where the account's containers are asked for. */
export function azureUrl({ account, emulator }: AzurePlace): string {
  if (emulator !== undefined) return `http://${emulator}/${account}`;
  return `https://${account.includes(".") ? account : `${account}.blob.core.windows.net`}`;
}

/** The account that signs: the first part of its host name. */
export function azureAccountName({ account }: AzurePlace): string {
  return account.replace(/\..*$/s, "");
}
