/** Variables whose values are in no message: rclone takes passwords and tokens of remotes from its environment. */
const SECRET = /PASS|SECRET|TOKEN|KEY|SAS|CREDENTIAL/i;
/** In an address: the signature of a token, a password. */
const IN_ADDRESS = /\b((?:sig|signature|token|access_token|secret|password|pass|key)=)[^&\s"']+/gi;
const SIGN_IN = /(:\/\/)[^\s/@"']+@/g;
/** Shorter values would take harmless words with them. */
const SHORTEST = 6;

/** What rclone says, without what was entrusted to it. */
export function hideSecrets(text: string, environment: Readonly<Record<string, string>>): string {
  const secrets = Object.entries(environment)
    .filter(([name, value]) => SECRET.test(name) && value.length >= SHORTEST)
    .map(([, value]) => value)
    .sort((a, b) => b.length - a.length); // one that is a part of another goes after it
  const hidden = secrets.reduce((left, secret) => left.replaceAll(secret, "…"), text);
  return hidden.replaceAll(IN_ADDRESS, "$1…").replaceAll(SIGN_IN, "$1…@");
}
