import { createBackOff, createLossBackOff } from './back-off.ts'
import { expiredWords } from './link.ts'
import type { View } from './status-line.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

type Progress = {
  /** From 0 to 1, where it is known. */
  readonly progress: number | null
  /** Why there will be no exports. */
  readonly refused: string | null
}

/** For an answer, and all of it. */
const mostMs = 10_000

const progressOf = async ({ uid, jwt }: View): Promise<Progress> => {
  try {
    const signal = AbortSignal.timeout(mostMs)
    const answer = await fetch(`/console/watch/${uid}/progress?jwt=${jwt}`, { signal })
    if (answer.ok) return await answer.json()
  } catch {
    // It is asked again in a moment.
  }
  return { progress: null, refused: null }
}

/**
 * The list at `url` once there is one; until then, tells how far the making of the exports has come. Throws the reason
 * where there will be none. That may take hours: it ends with the link at the latest, of which the server says 403.
 */
export const whenMade = async (url: string, view: View): Promise<Response> => {
  const { link, status } = view
  const looks = createBackOff({ first: 1000, most: 4000, tries: Number.POSITIVE_INFINITY })
  const losses = createLossBackOff()
  for (;;) {
    const list = await fetch(url).catch(() => null)
    if (list !== null) link.follow(list)
    if (list?.ok) return list
    if (list?.status === 404) {
      losses.reset()
      const { progress, refused } = await progressOf(view)
      if (refused !== null) throw new Error(refused)
      const percent = progress === null ? '' : `: ${Math.floor(progress * 100)} %`
      status.progress(`The exports are being made${percent}`, progress)
      await pause(looks.next() ?? 0)
      continue
    }
    if (list !== null && list.status < 500)
      throw new Error(link.millisecondsLeft() <= 0 ? expiredWords : 'the link does not open this')
    const wait = losses.next()
    if (wait === null) throw new Error('the server cannot be reached')
    status.say('The server cannot be reached. Trying again…')
    await pause(wait)
  }
}
