import { struct, u32 } from "../../../../base/index.ts";

/** SEC_CHANNEL_BINDINGS; the application data follows. */
const ChannelBindingsHead = struct("SEC_CHANNEL_BINDINGS", 32, {
  initiatorAddressType: u32,
  initiatorBytes: u32,
  initiatorOffset: u32,
  acceptorAddressType: u32,
  acceptorBytes: u32,
  acceptorOffset: u32,
  applicationBytes: u32,
  applicationOffset: u32,
});

/** Channel bindings that hold only application data. The caller owns the bytes. */
export function channelBindings(applicationData: Uint8Array): Uint8Array {
  const head = ChannelBindingsHead.encode({
    initiatorAddressType: 0,
    initiatorBytes: 0,
    initiatorOffset: 0,
    acceptorAddressType: 0,
    acceptorBytes: 0,
    acceptorOffset: 0,
    applicationBytes: applicationData.length,
    applicationOffset: ChannelBindingsHead.sizeBytes,
  });
  return new Uint8Array(Buffer.concat([head, applicationData]));
}
