import { createHash, randomBytes } from 'node:crypto'
import type { TicketSecrets } from '../../ports/ticket-secrets.ts'

export const randomTicketSecrets: TicketSecrets = {
  create: () => randomBytes(32).toString('base64url'),
  // The secret has 256 random bits, so a slow hash would protect nothing more.
  hash: (secret) => createHash('sha256').update(secret).digest('hex'),
}
