import type { Fetched } from '../../support/naive/naive-hls.ts'

/** Fetches each address once, and keeps what came. */
export const fetchOnce = (): Fetched => {
  const kept = new Map<string, Promise<Buffer>>()
  const fetchBytes = async (url: string): Promise<Buffer> => {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${response.status} from ${url}`)
    return Buffer.from(await response.arrayBuffer())
  }
  return (url) => {
    const bytes = kept.get(url) ?? fetchBytes(url)
    kept.set(url, bytes)
    return bytes
  }
}
