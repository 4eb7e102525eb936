/** Whether a 16-bit sequence number comes after another, in the way that survives wrapping (RFC 1982). */
export function isLater(sequence: number, than: number): boolean {
  const ahead = (sequence - than) & 0xffff;
  return ahead !== 0 && ahead < 0x8000;
}
