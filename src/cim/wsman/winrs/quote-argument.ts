/**
 * One argument as a Windows program takes it apart again (the rules of CommandLineToArgvW): the shell joins arguments
 * with spaces and quotes nothing itself.
 */
export function quoteArgument(argument: string): string {
  if (argument !== "" && !/[\s"]/.test(argument)) return argument;
  const escaped = argument.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1");
  return `"${escaped}"`;
}
