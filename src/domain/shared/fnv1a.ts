/**
 * Returns the FNV-1a hash (32 bits) of the UTF-16 code units of a text. It is fast, but collisions are easy to find,
 * so a caller must not rely on different texts having different hashes.
 */
export const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
