/** Waits for `milliseconds`, or until the signal is aborted, whichever comes first. Never rejects. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>
