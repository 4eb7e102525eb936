/** Whether the system refused: no room, no right, no such file. What comes from a mistake of ours is not of it. */
export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "code" in error && "syscall" in error;
}
