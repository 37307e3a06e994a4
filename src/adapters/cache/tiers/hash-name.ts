/** Returns the FNV-1a hash (32 bits, folded) of the UTF-16 code units of a name. */
export const hashName = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return ((hash >>> 16) ^ hash) >>> 0
}
