/** An error that the user can correct. Its message is one sentence that says how. */
export class UserError extends Error {}
