/** A member of JSON that changes the prototype of an object when it is assigned. */
export class PrototypeMember extends Error {}

const refusePrototype = (name: string, value: unknown): unknown => {
  if (name === '__proto__') throw new PrototypeMember()
  return value
}

/**
 * Parses JSON (RFC 8259). Throws a SyntaxError, a TypeError if the bytes are not UTF-8, or a PrototypeMember for a member
 * `__proto__` of any object.
 */
export const parseJson = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), refusePrototype)
