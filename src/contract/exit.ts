/** How the program ends; what each means to a command says `exitCodesOf()`. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  /** Some of it failed, or there were warnings and these were to count. */
  mixed: 3,
  damaged: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
