const keyOf = (uid: string): string => `larder:position:${uid}`

/** Keeps where a film stopped, for the next link to it that is opened in this browser. */
export const keepPosition = (uid: string, seconds: number): void => {
  try {
    localStorage.setItem(keyOf(uid), String(seconds))
  } catch {
    // A browser that keeps nothing begins at the start.
  }
}

/** Seconds, once; `null` where nothing was kept. */
export const takePosition = (uid: string): number | null => {
  try {
    const kept = localStorage.getItem(keyOf(uid))
    localStorage.removeItem(keyOf(uid))
    return kept !== null && Number(kept) > 0 ? Number(kept) : null
  } catch {
    return null
  }
}
