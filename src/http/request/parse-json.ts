/** Refuses a member that changes the prototype of an object when it is assigned. */
const refusePrototype = (name: string, value: unknown): unknown => {
  if (name === '__proto__') throw new SyntaxError('__proto__ is no member')
  return value
}

/** Parses JSON (RFC 8259). Throws a SyntaxError, or a TypeError if the bytes are not UTF-8. */
export const parseJson = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), refusePrototype)
