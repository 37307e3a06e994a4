declare const monotonic: unique symbol

/** Milliseconds since an arbitrary moment, by a clock that is never set back or forward. */
export type MonotonicMs = number & { readonly [monotonic]: true }

/**
 * Measures durations. `Clock` is the time of day and jumps when it is set, which would distort durations. The
 * types differ, so that one cannot be passed for the other by mistake.
 */
export type Monotonic = () => MonotonicMs

/** Returns the moment `ms` milliseconds later. */
export const addMilliseconds = (at: MonotonicMs, ms: number): MonotonicMs => (at + ms) as MonotonicMs
