import type { View } from './status-line.ts'

const askAgainMilliseconds = 1000

const refused = 'the link has expired, or it does not open this'

const pause = () => new Promise((resolve) => setTimeout(resolve, askAgainMilliseconds))

/**
 * The list at `url` once there is one; until then, tells how far the making of the exports has come. Throws the reason
 * where there will be none.
 */
export const whenMade = async (url: string, { uid, jwt, status }: View): Promise<Response> => {
  for (;;) {
    const list = await fetch(url)
    if (list.ok) return list
    if (list.status !== 404 && list.status !== 503)
      throw new Error(list.status < 500 ? refused : `the server answers ${list.status}`)
    const answer = await fetch(`/console/watch/${uid}/progress?jwt=${jwt}`)
    const { progress, refused: reason } = answer.ok
      ? ((await answer.json()) as { progress: number | null; refused: string | null })
      : { progress: null, refused: null }
    if (reason !== null) throw new Error(reason)
    const percent = progress === null ? '' : `: ${Math.floor(progress * 100)} %`
    status.progress(`The exports are being made${percent}`, progress)
    await pause()
  }
}
