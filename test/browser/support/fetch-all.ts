import type { Fetched } from '../../support/naive/naive-hls.ts'

/** Returns a function that fetches each address once, and returns the same bytes afterwards. */
export const fetchOnce = (): Fetched => {
  const bytesByUrl = new Map<string, Promise<Buffer>>()
  const fetchBytes = async (url: string): Promise<Buffer> => {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${response.status} from ${url}`)
    return Buffer.from(await response.arrayBuffer())
  }
  return (url) => {
    const bytes = bytesByUrl.get(url) ?? fetchBytes(url)
    bytesByUrl.set(url, bytes)
    return bytes
  }
}
