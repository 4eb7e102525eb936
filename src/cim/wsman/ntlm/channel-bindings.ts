import { md5 } from "./digests.ts";
import { ChannelBindingsLayout } from "./layout.ts";

/**
 * The value of the AV pair of channel bindings ([MS-NLMP] 2.2.2.1, RFC 2744 3.11): MD5 over a structure that holds
 * only application data. Empty bindings are sixteen zeros.
 */
export function channelBindingsHash(applicationData: Uint8Array | undefined): Uint8Array {
  if (applicationData === undefined) return new Uint8Array(16);
  const head = ChannelBindingsLayout.encode({
    initiatorAddressType: 0,
    initiatorAddressBytes: 0,
    acceptorAddressType: 0,
    acceptorAddressBytes: 0,
    applicationBytes: applicationData.length,
  });
  return md5(head, applicationData);
}
