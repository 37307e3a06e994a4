/** Signals an error that the user can correct. The message is one sentence that explains how. */
export class UserError extends Error {}
