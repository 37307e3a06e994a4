import type { MediaKind } from '../../domain/media/media-kind.ts'
import { htmlDocument } from './page.ts'

/**
 * Returns the page of a share link. The page contains no token, because its script reads the token from the
 * address of the page. `uid` consists of uid characters and needs no escaping.
 */
export const watchPage = (kind: MediaKind, uid: string): string =>
  htmlDocument(
    'Larder',
    `<link rel="stylesheet" href="/console/assets/watch.css">
<script type="module" src="/console/assets/watch.js"></script>`,
    `<body data-kind="${kind}" data-uid="${uid}">
<main>
<p id="status" role="status">Loading…</p>
<progress id="progress" max="1" hidden></progress>
</main>
<noscript>This page needs JavaScript; the media behind it do not.</noscript>
</body>`,
  )
