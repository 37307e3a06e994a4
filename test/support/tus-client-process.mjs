import { createReadStream } from 'node:fs'
import { FileUrlStorage, Upload } from 'tus-js-client'

// Runs as its own process, which uploads a file by tus-js-client, and continues it if the storage of URLs has it. Its
// arguments are the endpoint, the path of the file, the path of the storage, the token, and how often a request is
// repeated. Prints `PATCH offset` for each request with bytes, and at the end `done URL` or `failed reason`.

const [endpoint = '', path = '', storage = '', token = '', retries = '0'] = process.argv.slice(2)
const say = (line) => process.stdout.write(`${line}\n`)

const upload = new Upload(createReadStream(path), {
  endpoint,
  headers: { authorization: `Bearer ${token}` },
  metadata: { filename: 'poster.png' },
  chunkSize: Number.POSITIVE_INFINITY,
  urlStorage: new FileUrlStorage(storage),
  retryDelays: Array(Number(retries)).fill(50),
  onShouldRetry: () => true,
  onBeforeRequest: (request) => {
    if (request.getMethod() === 'PATCH') say(`PATCH ${request.getHeader('Upload-Offset')}`)
  },
  onError: ({ message }) => {
    say(`failed ${message}`)
    process.exit(1)
  },
  onSuccess: () => {
    say(`done ${upload.url}`)
    process.exit(0)
  },
})
const [previous] = await upload.findPreviousUploads()
if (previous !== undefined) upload.resumeFromPreviousUpload(previous)
upload.start()
