/**
 * Signs an address that takes exactly these bytes, once.
 *
 * The SDK's own presigner signs UNSIGNED-PAYLOAD: its address takes any bytes, and on the engines
 * closest to Spaces its holder may add x-amz-copy-source and publish whatever the key can read.
 * With the body's hash among the signed headers, other bytes are 400 and a copy is refused.
 */
import type { S3Client } from '@aws-sdk/client-s3'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'

import type { UploadAddress, UploadTerms } from '../../ports'

import type { SpacesOptions } from './client'

export const signUpload = async (
  client: S3Client,
  terms: UploadTerms,
  options: SpacesOptions,
): Promise<UploadAddress> => {
  const url = new URL(options.endpoint)
  const send = {
    'content-md5': Buffer.from(terms.md5, 'hex').toString('base64'),
    'if-none-match': '*',
    'x-amz-acl': 'private',
    'x-amz-content-sha256': terms.sha256,
  }
  const headers = { host: url.host, 'content-length': String(terms.sizeBytes), ...send }
  const all = new Set(Object.keys(headers))
  const signer = new SignatureV4({
    service: 's3',
    region: options.region,
    credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
    sha256: client.config.sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  const request = new HttpRequest({
    method: 'PUT',
    protocol: url.protocol,
    hostname: url.hostname,
    path: `/${options.bucket}/${terms.key}`,
    headers,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
  })
  const signed = await signer.presign(request, {
    expiresIn: terms.expiresInSeconds,
    unhoistableHeaders: all,
    signableHeaders: all,
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(signed.query ?? {})) query.set(name, String(value))
  return { url: `${url.origin}${signed.path}?${query}`, headers: send }
}
