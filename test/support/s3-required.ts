import { createS3ObjectStore } from '../../src/adapters/s3/s3-object-store.ts'
import { right } from './expect-right.ts'
import { openS3Target } from './s3-target.ts'

// `npm run test:s3` needs a real S3 server. Without one it fails, so that it does not pass by skipping tests.
before('S3_ENDPOINT names a server that answers', async () => {
  if (process.env.S3_ENDPOINT === undefined) {
    throw new Error(
      'set S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY (scripts/s3-server.sh)',
    )
  }
  const { options, close } = await openS3Target()
  const { store, close: closeStore } = createS3ObjectStore(options)
  await right(store.check)
  closeStore()
  await close()
})
