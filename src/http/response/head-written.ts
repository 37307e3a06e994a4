import type { ServerResponse } from 'node:http'

type Listener = (status: number) => void

const listeners = new WeakMap<ServerResponse, Listener>()

export const isDisconnected = (res: ServerResponse): boolean => res.destroyed || res.req.socket.destroyed

/** Calls `listener` when the reply is closed, possibly twice. */
export const onDisconnect = (res: ServerResponse, listener: () => void): void => {
  res.once('close', listener)
  // With HTTP pipelining a queued response gets no 'close' event when the client disconnects, so the request
  // is watched as well.
  res.req.once('close', () => isDisconnected(res) && listener())
}

/** Calls `listener` once, when the head of the reply is written or its connection is closed (status 0). */
export const onHeadWritten = (res: ServerResponse, listener: Listener): void => {
  listeners.set(res, listener)
  onDisconnect(res, () => notifyHeadWritten(res, 0))
}

/**
 * Reports that the head is written. The outcome of the request is known then, however long the body takes.
 */
export const notifyHeadWritten = (res: ServerResponse, status: number): void => {
  const listener = listeners.get(res)
  if (listener === undefined) return
  listeners.delete(res)
  listener(status)
}
