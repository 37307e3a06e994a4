/** Counts the turns of the event loop from now on. Whoever asks later in one turn is told the same. */
export const createTurnCounter = () => {
  let turns = 0
  let stopped = false
  const count = () => {
    turns++
    if (!stopped) setImmediate(count)
  }
  setImmediate(count)
  return {
    turns: () => turns,
    stop: () => {
      stopped = true
    },
  }
}
