/** The system's refusals do not matter for what is kept only to be faster; programming mistakes do. */
export async function unlessItFails<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "code" in error && "syscall" in error) return undefined;
    throw error;
  }
}
