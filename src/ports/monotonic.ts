declare const monotonic: unique symbol

/** Milliseconds since some moment, by a clock that nothing sets back or forward. */
export type Elapsed = number & { readonly [monotonic]: true }

/**
 * Measures how long something takes or stands. `Clock` says what time it is, and jumps when it is set: an interval that
 * was measured with it would last for as long as the jump is wide. Neither can be handed in for the other by mistake.
 */
export type Monotonic = () => Elapsed

/** So many milliseconds later. */
export const addMilliseconds = (at: Elapsed, ms: number): Elapsed => (at + ms) as Elapsed
