import { createClient, LarderError, startUpload, waitForUpload } from 'larder-client'

// The page gets a ticket for each file from its backend, which calls `issueUploadTicket` with `view: true`.
const getTicket = async (): Promise<string> => {
  const reply = await fetch('/ticket', { method: 'POST' })
  if (!reply.ok) throw new Error(`no ticket: ${reply.status}`)
  return reply.text()
}

const field = document.querySelector<HTMLInputElement>('input[type=file]')
const bar = document.querySelector('progress')
const picture = document.querySelector('img')

field?.addEventListener('change', async () => {
  const source = field.files?.[0]
  if (source === undefined) return
  try {
    const larder = createClient({ baseUrl: 'https://media.example.com', token: await getTicket() })
    const running = startUpload(larder, {
      source,
      onProgress: (sent, total) => {
        if (bar !== null && total !== null) bar.value = sent / total
      },
    })
    const { uid, jwt } = await waitForUpload(larder, { upload: await running.received, until: 'ready' })
    if (picture !== null && jwt !== undefined)
      picture.src = `${larder.baseUrl}/api/1/image_files/${uid}/best?w=400&jwt=${jwt}`
  } catch (error) {
    alert(error instanceof LarderError ? error.message : 'The file could not be sent.')
  }
})
