import { createSharpImageProcessor } from '../../src/adapters/sharp/sharp-image-processor.ts'

// Forked by a test, and killed while it renders. Arguments: an image and a folder. Sends a message when the
// WebP is complete and the AVIF of the same width is being rendered.
const [, , path = '', folder = ''] = process.argv
const targets = [
  { format: 'webp', width: 3000 },
  { format: 'avif', width: 3000 },
] as const
const processor = createSharpImageProcessor({ maxPixels: 100_000_000, timeoutSeconds: 600 })
await processor.render(path, targets, folder, () => process.send?.('begun'))()
