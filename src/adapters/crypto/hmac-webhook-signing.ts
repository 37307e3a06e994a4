import { createHmac, randomBytes } from 'node:crypto'
import type { WebhookSigning } from '../../ports/webhook-signing.ts'

const prefix = 'whsec_'

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(prefix.length), 'base64')

/** Signs with HMAC-SHA-256. */
export const hmacWebhookSigning: WebhookSigning = {
  newSecret: () => prefix + randomBytes(32).toString('base64'),
  sign: (secrets, id, at, body) =>
    secrets
      .map(
        (secret) =>
          `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${at}.${body}`).digest('base64')}`,
      )
      .join(' '),
}
