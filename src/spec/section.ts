/** How a system's id names its section of the document. */

/** `control-plane` → `controlPlane`. */
export function sectionKey(systemId: string): string {
  return systemId.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
