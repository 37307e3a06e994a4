import type { MediaKind } from '../../ports/media-tokens.ts'

/**
 * The page behind a share link. It holds no token: its script takes the one of the page's own address. `uid` is of
 * the alphabet of uids, so it needs no escaping.
 */
export const watchPage = (kind: MediaKind, uid: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Larder</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console/assets/watch.css">
<script type="module" src="/console/assets/watch.js"></script>
</head>
<body data-kind="${kind}" data-uid="${uid}">
<main>
<p id="status" role="status">Loading…</p>
<progress id="progress" max="1" hidden></progress>
</main>
<noscript>This page needs JavaScript; the media behind it do not.</noscript>
</body>
</html>
`
