declare const monotonic: unique symbol

/** Milliseconds since an arbitrary moment, measured by a clock that is never set back or forward. */
export type MonotonicMs = number & { readonly [monotonic]: true }

/**
 * Measures durations. A `Clock` must not be used for this, because it returns the time of day, which jumps
 * when the clock is set. The two types differ, so that one cannot be passed for the other by mistake.
 */
export type Monotonic = () => MonotonicMs

/** Returns the moment that is `ms` milliseconds after `at`. */
export const addMilliseconds = (at: MonotonicMs, ms: number): MonotonicMs => (at + ms) as MonotonicMs
