import { type Client, eachItem, type Reply } from '#larder-client'
import type { JobJson } from '../../src/domain/jobs/job-json.ts'
import type { mediaItemAsJson } from '../../src/domain/library/media-json.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_T extends true>(): void => undefined

// Replies have the types of the writers of the server.
const job = (reply: Reply<'showJob'>): JobJson => ({ ...reply.data })
const item = (reply: Reply<'listMedia'>): ReadonlyArray<ReturnType<typeof mediaItemAsJson>> =>
  reply.data.items
holds<Equal<Reply<'showJob'>['status'], 200>>()
holds<Equal<Reply<'addAdmin'>['data'], undefined>>()
holds<Equal<Reply<'showMasterPlaylist'>['data'], string>>()
holds<Equal<Reply<'showPart'>['data'], ReadableStream<Uint8Array>>>()
holds<Equal<Reply<'showImageState'>['status'], 200>>()

const calls = async (client: Client) => {
  await client.listMedia()
  await client.listMedia({ query: { kind: 'image' } })
  // @ts-expect-error: a kind that does not exist
  await client.listMedia({ query: { kind: 'sound' } })
  // @ts-expect-error: a parameter that does not exist
  await client.listMedia({ query: { colour: 'red' } })
  // @ts-expect-error: the uid is missing
  await client.showMedia()
  // @ts-expect-error: a change needs If-Match
  await client.changeMedia({ path: { uid: 'if_1' }, body: { title: null } })
  // @ts-expect-error: a member that is not in the body
  await client.mintToken({ body: { uid: 'if_1', ttl: 3 } })
  const part = await client.showPart({ path: { uid: 'x', ext: 'm4s' }, headers: { Range: 'bytes=0-1' } })
  holds<Equal<(typeof part)['status'], 200 | 206 | 304>>()
  for await (const one of eachItem(client.listJobs, { query: { state: 'failed' } })) {
    const json: JobJson = { ...one }
    await client.retryJob({ path: { uid: json.uid } })
  }
}

export const typedClient = [job, item, calls]
