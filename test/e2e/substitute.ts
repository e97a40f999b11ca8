/**
 * What judges change in a rendered file before they run it: addresses, ports and paths of this machine, nothing else.
 * Every replaced text must be there, so that a substitution cannot rot into one that does nothing.
 */

/** Replaces each key by its value wherever it stands. @throws Error when a key does not occur. */
export function substitute(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`Nothing to substitute: ${from} is not in the file.`);
    return current.replaceAll(from, to);
  }, text);
}

/** Replaces what is there of the keys. For files that need not have all of them. */
export function substituteWherePresent(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((current, [from, to]) => current.replaceAll(from, to), text);
}
