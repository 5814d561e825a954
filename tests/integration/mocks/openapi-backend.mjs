// Serves a contract with openapi-backend: node openapi-backend.mjs CONTRACT PORT
import { createServer } from 'node:http'

import { OpenAPIBackend } from 'openapi-backend'

const [contract, port] = process.argv.slice(2)
const mocked = (code) => ({ api, operation }) => ({
  ...api.mockResponseForOperation(operation.operationId, code ? { code } : {}),
})
const api = new OpenAPIBackend({
  definition: contract,
  handlers: {
    notFound: () => ({ status: 404, mock: {} }),
    notImplemented: mocked(),
    unauthorizedHandler: mocked(401),
    validationFail: mocked(400),
  },
})
api.registerSecurityHandler('basic', ({ request }) => /^Basic /i.test(request.headers.authorization ?? ''))
await api.init()

createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const { method, url: path, headers } = request
  const body = Buffer.concat(chunks).toString()
  const { status, mock } = await api.handleRequest({ method, path, headers, body })
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(mock))
}).listen(Number(port), '127.0.0.1')
