// Sends files as one multipart request and reports how much has gone. fetch cannot tell that, XMLHttpRequest can.

import { address, refused, unreachable, writeHeaders } from './api-client.js';

/**
 * Creates a flow. The fields go before the files, so that a server that stores as it reads knows them first.
 *
 * @param request `{ files, name, asOf, key }`
 * @param sent called with the share from 0 to 1
 * @returns `{ flow, cancel }`: a promise of the created flow, and a function that stops the upload
 */
export function uploadFiles(request, sent) {
  const form = new FormData();
  form.append('kind', 'discovery');
  form.append('name', request.name);
  if (request.asOf) form.append('asOf', request.asOf);
  for (const file of request.files) form.append('file', file, file.name);

  const http = new XMLHttpRequest();
  const flow = new Promise((resolve, reject) => {
    http.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable && event.total > 0) sent(event.loaded / event.total);
    });
    http.addEventListener('load', () => {
      if (http.status >= 200 && http.status < 300) resolve(JSON.parse(http.responseText));
      else reject(refused(http.status, http.responseText));
    });
    http.addEventListener('error', () => reject(unreachable()));
    http.addEventListener('abort', () => reject(new DOMException('The upload was stopped.', 'AbortError')));
  });

  http.open('POST', address('flows'));
  for (const [name, value] of Object.entries(writeHeaders({ 'Idempotency-Key': request.key }))) {
    http.setRequestHeader(name, value);
  }
  http.send(form);
  return { flow, cancel: () => http.abort() };
}
