import type { ServerResponse } from 'node:http'

type Listener = (status: number) => void

const listeners = new WeakMap<ServerResponse, Listener>()

/** Calls `listener` once, when the head of the reply is written or its connection is gone (status 0). */
export const onHeadWritten = (res: ServerResponse, listener: Listener): void => {
  listeners.set(res, listener)
  res.once('close', () => headWritten(res, 0))
  // A reply that waits behind another one on its connection is not told that the client has left.
  res.req.once('close', () => {
    if (res.req.socket.destroyed) headWritten(res, 0)
  })
}

/** Reports the head of a reply: by then it is known what the reply is, whatever its body takes. */
export const headWritten = (res: ServerResponse, status: number): void => {
  const listener = listeners.get(res)
  if (listener === undefined) return
  listeners.delete(res)
  listener(status)
}
