import { once } from 'node:events'
import { createServer } from 'node:net'

/** Returns a port on which nothing listens. Another process may take it before the caller does. */
export const freePort = async (): Promise<number> => {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const address = socket.address()
  socket.close()
  await once(socket, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
