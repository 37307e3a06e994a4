const keyOf = (uid: string): string => `larder:position:${uid}`

/** Stores the playback position for the next link to the same media in this browser. */
export const storePosition = (uid: string, seconds: number): void => {
  try {
    localStorage.setItem(keyOf(uid), String(seconds))
  } catch {
    // Without storage, playback will start at the beginning.
  }
}

/** Returns the stored position in seconds, and removes it; `null` if there is none. */
export const takeStoredPosition = (uid: string): number | null => {
  try {
    const stored = localStorage.getItem(keyOf(uid))
    localStorage.removeItem(keyOf(uid))
    return stored !== null && Number(stored) > 0 ? Number(stored) : null
  } catch {
    return null
  }
}
