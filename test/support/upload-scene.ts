import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsIncomingFiles } from '../../src/adapters/fs/fs-incoming-files.ts'
import type { Adapters, Larder } from '../../src/composition/larder.ts'
import type { IssuedTicket } from '../../src/domain/upload/ticket-service.ts'
import type { TicketChoice } from '../../src/domain/upload/upload-ticket.ts'
import { TE } from '../../src/fp.ts'
import { right } from './expect-right.ts'
import { createMemoryLarder, createStandingClock, listen, type TestServer } from './memory-larder.ts'

type Json = Record<string, unknown>

type ReceivedJson = {
  readonly status: number
  readonly json: Json
  readonly headers: Headers
}

const choice: TicketChoice = {
  maxBytes: 2 ** 20,
  kinds: ['image', 'content'],
  count: 1,
  origins: null,
  details: { title: null, isPublic: false, metadata: {} },
  mayView: false,
  expiresInSeconds: 3600,
}

export type UploadScene = {
  readonly larder: Larder
  readonly server: TestServer
  /** Moves the clock (seconds). */
  readonly advance: (seconds: number) => void
  /** An id token of `ann`, who is an admin. */
  readonly idToken: string
  readonly issue: (changed?: Partial<TicketChoice>) => Promise<IssuedTicket>
  readonly send: (path: string, token: string, init?: RequestInit) => Promise<ReceivedJson>
  readonly postForm: (
    token: string,
    file: Uint8Array,
    fields?: Record<string, string>,
  ) => Promise<ReceivedJson>
  /** Begins an upload by tus. Returns the reply, and the path of the upload if it has one. */
  readonly createTus: (
    token: string,
    length: number,
  ) => Promise<{ readonly status: number; readonly path: string; readonly uid: string }>
  readonly patch: (
    token: string,
    path: string,
    offset: number,
    body: Uint8Array | ReadableStream,
  ) => Promise<ReceivedJson>
  readonly stateOf: (token: string, upload: string) => Promise<ReceivedJson>
  /** The names of files of uploads that are on the disk. */
  readonly leftovers: () => Promise<ReadonlyArray<string>>
  readonly close: () => Promise<void>
}

export const tusHeaders = { 'tus-resumable': '1.0.0' }

/** Starts a server with memory adapters, whose uploads are in a folder of their own, on a disk with `free` bytes. */
export const createUploadScene = async (
  overrides: Partial<Adapters> = {},
  free = 2 ** 40,
): Promise<UploadScene> => {
  const { clock, advance } = createStandingClock()
  const folder = await mkdtemp(join(tmpdir(), 'larder-uploads-'))
  const larder = await createMemoryLarder({
    clock,
    incoming: { ...createFsIncomingFiles(folder, clock), free: TE.right(free) },
    ...overrides,
  })
  const server = await listen(larder)
  await right(larder.admins.setAdmin('ann', true))
  const idToken = await right(larder.admins.mintIdToken('ann'))

  const send: UploadScene['send'] = async (path, token, init = {}) => {
    const reply = await server.get(path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
    })
    const text = await reply.text()
    return {
      status: reply.status,
      json: text === '' ? {} : (JSON.parse(text) as Json),
      headers: reply.headers,
    }
  }

  return {
    larder,
    server,
    advance,
    idToken,
    issue: (changed = {}) => right(larder.ticketService.issue('ann', { ...choice, ...changed })),
    send,
    postForm: (token, file, fields = {}) => {
      const body = new FormData()
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      body.append('file', new Blob([file]), 'a.png')
      return send('/api/1/uploads', token, { method: 'POST', body })
    },
    createTus: async (token, length) => {
      const headers = { ...tusHeaders, 'upload-length': String(length) }
      const reply = await send('/api/1/uploads/tus', token, { method: 'POST', headers })
      const path = reply.headers.get('location') ?? ''
      return { status: reply.status, path, uid: path.split('/').at(-1) ?? '' }
    },
    patch: (token, path, offset, body) =>
      send(path, token, {
        method: 'PATCH',
        headers: {
          ...tusHeaders,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        body,
        ...(body instanceof ReadableStream && { duplex: 'half' }),
      } as RequestInit),
    stateOf: (token, upload) => send(`/api/1/uploads/${upload}`, token),
    leftovers: async () => (await readdir(folder)).filter((name) => name.startsWith('up_')),
    close: async () => {
      await server.close()
      await larder.uploadIntake.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
