/** Signs messages as Standard Webhooks does (standardwebhooks.com, version 1, symmetric). */
export type WebhookSigning = {
  /** Returns a new secret: `whsec_` and the base64 of 32 random bytes. */
  readonly newSecret: () => string
  /**
   * Returns the value of the header `webhook-signature`: one signature for each secret. `id`: the id of the message;
   * `at`: the time of the try in seconds since 1970; `body`: exactly as it is sent.
   */
  readonly sign: (secrets: ReadonlyArray<string>, id: string, at: number, body: string) => string
}
