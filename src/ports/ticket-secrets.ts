/** Makes the secrets of tickets for uploads. */
export type TicketSecrets = {
  /** Returns a new secret: 256 random bits as 43 characters of base64url. */
  readonly create: () => string
  /** Returns the SHA-256 of a secret in lower-case hex. */
  readonly hash: (secret: string) => string
}
