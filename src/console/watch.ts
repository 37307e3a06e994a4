import { showContent } from './content.ts'
import { showImage } from './image.ts'
import { createShareLink } from './share-link.ts'
import { createStatusLine } from './status-line.ts'

const { kind = '', uid = '' } = document.body.dataset
const jwt = new URLSearchParams(location.search).get('jwt') ?? ''
const main = document.querySelector('main') as HTMLElement
const status = createStatusLine(main)

const show = kind === 'image' ? showImage : showContent
const query = jwt === '' ? '' : `?jwt=${jwt}`
await show({ kind, uid, query, link: createShareLink(jwt), main, status }).catch((error: unknown) =>
  status.show(`This cannot be shown: ${error instanceof Error ? error.message : error}`),
)
