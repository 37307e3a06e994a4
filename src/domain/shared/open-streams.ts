/** A moment in the history of takedowns that this process has heard of. */
export type StreamMoment = number & { readonly StreamMoment: unique symbol }

/**
 * The replies of this process whose bodies are being sent. A takedown ends those of its file. A reader takes the moment
 * before it decides who may read. So a body that is opened later ends at once if its file was taken down
 * since then, although its reader found the file before. So does the body of any file if more takedowns than are
 * remembered came between the moment and its opening.
 */
export type OpenStreams = {
  readonly moment: () => StreamMoment
  /** Returns whether the file was taken down since this moment. */
  readonly isEnded: (file: string, since: StreamMoment) => boolean
  /**
   * Calls `end` once when the file is taken down; at once, if that was after `since`. Returns a function that the
   * caller must call when the body has ended; later calls do nothing.
   */
  readonly open: (file: string, since: StreamMoment, end: () => void) => () => void
  /** Ends all bodies of a file that are open, and all that readers open who have found it before. */
  readonly endAllOf: (file: string) => void
}

/** Number of takedowns that are remembered. A reader decides and opens within seconds. */
const remembered = 1000

export const createOpenStreams = (): OpenStreams => {
  const streams = new Map<string, Set<() => void>>()
  /** The moments of the latest takedowns by file, oldest first. */
  const ended = new Map<string, number>()
  let count = 0
  /** The moment of the latest takedown that was forgotten. Its file is not known any more, so it stands for all. */
  let forgotten = 0

  const isEnded = (file: string, since: StreamMoment): boolean => since < (ended.get(file) ?? forgotten)

  return {
    moment: () => count as StreamMoment,
    isEnded,
    open: (file, since, end) => {
      if (isEnded(file, since)) {
        end()
        return () => undefined
      }
      const ofFile = streams.get(file) ?? new Set()
      streams.set(file, ofFile)
      ofFile.add(end)
      return () => {
        ofFile.delete(end)
        if (ofFile.size === 0 && streams.get(file) === ofFile) streams.delete(file)
      }
    },
    endAllOf: (file) => {
      count += 1
      ended.delete(file)
      ended.set(file, count)
      for (const [oldest, moment] of ended) {
        if (ended.size <= remembered) break
        ended.delete(oldest)
        forgotten = moment
      }
      const ofFile = streams.get(file) ?? new Set()
      streams.delete(file)
      for (const end of ofFile) end()
    },
  }
}
