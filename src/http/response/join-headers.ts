import type { Headers } from '../bytes/representation-headers.ts'

/**
 * Merges headers. `others` take precedence. Hot path: for an object that begins with a spread, V8 11 (Node
 * 20) creates a new hidden class for each added name. `{ ...some, ...others }` took longer than writing the
 * head, and left 3 KB of long-lived garbage for each reply.
 */
export const joinHeaders = (some: Headers, others: Headers): Record<string, string> =>
  Object.assign({}, some, others)
