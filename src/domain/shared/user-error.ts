/** An error that the user can correct. The message is one sentence that says how. */
export class UserError extends Error {}
