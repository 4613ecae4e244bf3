import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 9231:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const { addAbortListener } = __nccwpck_require__(9203)
const { RequestAbortedError } = __nccwpck_require__(3092)

const kListener = Symbol('kListener')
const kSignal = Symbol('kSignal')

function abort (self) {
  if (self.abort) {
    self.abort(self[kSignal]?.reason)
  } else {
    self.reason = self[kSignal]?.reason ?? new RequestAbortedError()
  }
  removeSignal(self)
}

function addSignal (self, signal) {
  self.reason = null

  self[kSignal] = null
  self[kListener] = null

  if (!signal) {
    return
  }

  if (signal.aborted) {
    abort(self)
    return
  }

  self[kSignal] = signal
  self[kListener] = () => {
    abort(self)
  }

  addAbortListener(self[kSignal], self[kListener])
}

function removeSignal (self) {
  if (!self[kSignal]) {
    return
  }

  if ('removeEventListener' in self[kSignal]) {
    self[kSignal].removeEventListener('abort', self[kListener])
  } else {
    self[kSignal].removeListener('abort', self[kListener])
  }

  self[kSignal] = null
  self[kListener] = null
}

module.exports = {
  addSignal,
  removeSignal
}


/***/ }),

/***/ 1939:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const assert = __nccwpck_require__(4589)
const { AsyncResource } = __nccwpck_require__(6698)
const { InvalidArgumentError, SocketError } = __nccwpck_require__(3092)
const util = __nccwpck_require__(9203)
const { addSignal, removeSignal } = __nccwpck_require__(9231)

class ConnectHandler extends AsyncResource {
  constructor (opts, callback) {
    if (!opts || typeof opts !== 'object') {
      throw new InvalidArgumentError('invalid opts')
    }

    if (typeof callback !== 'function') {
      throw new InvalidArgumentError('invalid callback')
    }

    const { signal, opaque, responseHeaders } = opts

    if (signal && typeof signal.on !== 'function' && typeof signal.addEventListener !== 'function') {
      throw new InvalidArgumentError('signal must be an EventEmitter or EventTarget')
    }

    super('UNDICI_CONNECT')

    this.opaque = opaque || null
    this.responseHeaders = responseHeaders || null
    this.callback = callback
    this.abort = null

    addSignal(this, signal)
  }

  onRequestStart (controller, context) {
    if (this.reason) {
      controller.abort(this.reason)
      return
    }

    assert(this.callback)

    this.abort = (reason) => controller.abort(reason)
    this.context = context
  }

  onResponseStart () {
    throw new SocketError('bad connect', null)
  }

  onRequestUpgrade (controller, statusCode, headers, socket) {
    const { callback, opaque, context } = this

    removeSignal(this)

    this.callback = null

    let responseHeaders = headers
    const rawHeaders = controller?.rawHeaders
    // Indicates is an HTTP2Session
    if (responseHeaders != null) {
      responseHeaders = this.responseHeaders === 'raw'
        ? util.parseRawHeaders(rawHeaders)
        : headers
    }

    this.runInAsyncScope(callback, null, null, {
      statusCode,
      headers: responseHeaders,
      socket,
      opaque,
      context
    })
  }

  onResponseError (_controller, err) {
    const { callback, opaque } = this

    removeSignal(this)

    if (callback) {
      this.callback = null
      queueMicrotask(() => {
        this.runInAsyncScope(callback, null, err, { opaque })
      })
    }
  }
}

function connect (opts, callback) {
  if (callback === undefined) {
    return new Promise((resolve, reject) => {
      connect.call(this, opts, (err, data) => {
        return err ? reject(err) : resolve(data)
      })
    })
  }

  try {
    const connectHandler = new ConnectHandler(opts, callback)
    const connectOptions = { ...opts, method: 'CONNECT' }
    this.dispatch(connectOptions, connectHandler)
  } catch (err) {
    if (typeof callback !== 'function') {
      throw err
    }
    const opaque = opts?.opaque
    queueMicrotask(() => callback(err, { opaque }))
  }
}

module.exports = connect


/***/ }),

/***/ 9312:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const assert = __nccwpck_require__(4589)
const { AsyncResource } = __nccwpck_require__(6698)
const { Readable } = __nccwpck_require__(6782)
const { InvalidArgumentError, RequestAbortedError } = __nccwpck_require__(3092)
const util = __nccwpck_require__(9203)

function noop () {}

class RequestHandler extends AsyncResource {
  constructor (opts, callback) {
    if (!opts || typeof opts !== 'object') {
      throw new InvalidArgumentError('invalid opts')
    }

    const { signal, method, opaque, body, onInfo, responseHeaders, highWaterMark } = opts

    try {
      if (typeof callback !== 'function') {
        throw new InvalidArgumentError('invalid callback')
      }

      if (highWaterMark != null && (!Number.isFinite(highWaterMark) || highWaterMark < 0)) {
        throw new InvalidArgumentError('invalid highWaterMark')
      }

      if (signal && typeof signal.on !== 'function' && typeof signal.addEventListener !== 'function') {
        throw new InvalidArgumentError('signal must be an EventEmitter or EventTarget')
      }

      if (method === 'CONNECT') {
        throw new InvalidArgumentError('invalid method')
      }

      if (onInfo && typeof onInfo !== 'function') {
        throw new InvalidArgumentError('invalid onInfo callback')
      }

      super('UNDICI_REQUEST')
    } catch (err) {
      if (util.isStream(body)) {
        util.destroy(body.on('error', noop), err)
      }
      throw err
    }

    this.method = method
    this.responseHeaders = responseHeaders || null
    this.opaque = opaque || null
    this.callback = callback
    this.res = null
    this.abort = null
    this.body = body
    this.trailers = {}
    this.context = null
    this.controller = null
    this.onInfo = onInfo || null
    this.highWaterMark = highWaterMark
    this.reason = null
    this.removeAbortListener = null

    if (signal?.aborted) {
      this.reason = signal.reason ?? new RequestAbortedError()
    } else if (signal) {
      this.removeAbortListener = util.addAbortListener(signal, () => {
        this.reason = signal.reason ?? new RequestAbortedError()
        if (this.res) {
          // Null the reference before destroying, mirroring onResponseError, so
          // that chunks flushed after the abort (e.g. an async decompressor
          // flush) are dropped by the `!this.res` guard in onResponseData
          // instead of being pushed into the torn-down stream.
          const res = this.res
          this.res = null
          util.destroy(res.on('error', noop), this.reason)
        } else if (this.abort) {
          this.abort(this.reason)
        }
      })
    }
  }

  onRequestStart (controller, context) {
    if (this.reason) {
      controller.abort(this.reason)
      return
    }

    assert(this.callback)

    this.controller = controller
    this.abort = (reason) => controller.abort(reason)
    this.context = context
  }

  onResponseStart (controller, statusCode, headers, statusText) {
    const { callback, opaque, context, responseHeaders, highWaterMark } = this

    const rawHeaders = controller?.rawHeaders
    const responseHeaderData = responseHeaders === 'raw'
      ? util.parseRawHeaders(rawHeaders)
      : headers

    if (statusCode < 200) {
      if (this.onInfo) {
        this.onInfo({ statusCode, headers: responseHeaderData })
      }
      return
    }

    const parsedHeaders = headers
    const contentType = parsedHeaders?.['content-type']
    const contentLength = parsedHeaders?.['content-length']
    const res = new Readable({
      resume: () => controller.resume(),
      abort: (reason) => controller.abort(reason),
      contentType,
      contentLength: this.method !== 'HEAD' && contentLength
        ? Number(contentLength)
        : null,
      highWaterMark
    })

    if (this.removeAbortListener) {
      res.on('close', this.removeAbortListener)
      this.removeAbortListener = null
    }

    this.callback = null
    this.res = res
    if (callback !== null) {
      try {
        this.runInAsyncScope(callback, null, null, {
          statusCode,
          statusText,
          headers: responseHeaderData,
          trailers: this.trailers,
          opaque,
          body: res,
          context
        })
      } catch (err) {
        // If the callback throws synchronously, we need to handle it
        // Remove reference to res to allow res being garbage collected
        this.res = null

        // Destroy the response stream
        util.destroy(res.on('error', noop), err)

        // Use queueMicrotask to re-throw the error so it reaches uncaughtException
        queueMicrotask(() => {
          throw err
        })
      }
    }
  }

  onResponseData (controller, chunk) {
    if (!this.res) {
      return
    }

    if (this.res.push(chunk) === false) {
      controller.pause()
    }
  }

  onResponseEnd (_controller, trailers) {
    if (trailers && typeof trailers === 'object') {
      for (const key of Object.keys(trailers)) {
        if (key === '__proto__') {
          Object.defineProperty(this.trailers, key, {
            value: trailers[key],
            enumerable: true,
            configurable: true,
            writable: true
          })
        } else {
          this.trailers[key] = trailers[key]
        }
      }
    }
    this.res?.push(null)
  }

  onResponseError (_controller, err) {
    const { res, callback, body, opaque } = this

    if (callback) {
      // TODO: Does this need queueMicrotask?
      this.callback = null
      queueMicrotask(() => {
        this.runInAsyncScope(callback, null, err, { opaque })
      })
    }

    if (res) {
      this.res = null
      // Ensure all queued handlers are invoked before destroying res.
      queueMicrotask(() => {
        util.destroy(res.on('error', noop), err)
      })
    }

    if (body) {
      this.body = null

      if (util.isStream(body)) {
        body.on('error', noop)
        util.destroy(body, err)
      }
    }

    if (this.removeAbortListener) {
      this.removeAbortListener()
      this.removeAbortListener = null
    }
  }
}

function request (opts, callback) {
  if (callback === undefined) {
    return new Promise((resolve, reject) => {
      request.call(this, opts, (err, data) => {
        return err ? reject(err) : resolve(data)
      })
    })
  }

  try {
    const handler = new RequestHandler(opts, callback)

    this.dispatch(opts, handler)
  } catch (err) {
    if (typeof callback !== 'function') {
      throw err
    }
    const opaque = opts?.opaque
    queueMicrotask(() => callback(err, { opaque }))
  }
}

module.exports = request
module.exports.RequestHandler = RequestHandler


/***/ }),

/***/ 6782:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const assert = __nccwpck_require__(4589)
const { addAbortListener } = __nccwpck_require__(8474)
const { Readable } = __nccwpck_require__(7075)
const { RequestAbortedError, NotSupportedError, InvalidArgumentError, AbortError } = __nccwpck_require__(3092)
const util = __nccwpck_require__(9203)

const kConsume = Symbol('kConsume')
const kReading = Symbol('kReading')
const kBody = Symbol('kBody')
const kAbort = Symbol('kAbort')
const kContentType = Symbol('kContentType')
const kContentLength = Symbol('kContentLength')
const kUsed = Symbol('kUsed')
const kBytesRead = Symbol('kBytesRead')

const noop = () => {}

/**
 * @class
 * @extends {Readable}
 * @see https://fetch.spec.whatwg.org/#body
 */
class BodyReadable extends Readable {
  /**
   * @param {object} opts
   * @param {(this: Readable, size: number) => void} opts.resume
   * @param {() => (void | null)} opts.abort
   * @param {string} [opts.contentType = '']
   * @param {number} [opts.contentLength]
   * @param {number} [opts.highWaterMark = 64 * 1024]
   */
  constructor ({
    resume,
    abort,
    contentType = '',
    contentLength,
    highWaterMark = 64 * 1024 // Same as nodejs fs streams.
  }) {
    super({
      autoDestroy: true,
      read: resume,
      highWaterMark
    })

    this._readableState.dataEmitted = false

    this[kAbort] = abort

    /** @type {Consume | null} */
    this[kConsume] = null

    /** @type {number} */
    this[kBytesRead] = 0

    /** @type {ReadableStream|null} */
    this[kBody] = null

    /** @type {boolean} */
    this[kUsed] = false

    /** @type {string} */
    this[kContentType] = contentType

    /** @type {number|null} */
    this[kContentLength] = Number.isFinite(contentLength) ? contentLength : null

    /**
     * Is stream being consumed through Readable API?
     * This is an optimization so that we avoid checking
     * for 'data' and 'readable' listeners in the hot path
     * inside push().
     *
     * @type {boolean}
     */
    this[kReading] = false
  }

  /**
   * @param {Error|null} err
   * @param {(error:(Error|null)) => void} callback
   * @returns {void}
   */
  _destroy (err, callback) {
    if (!err && !this._readableState.endEmitted) {
      err = new RequestAbortedError()
    }

    if (err) {
      this[kAbort]()
    }

    // Workaround for Node "bug". If the stream is destroyed in same
    // tick as it is created, then a user who is waiting for a
    // promise (i.e micro tick) for installing an 'error' listener will
    // never get a chance and will always encounter an unhandled exception.
    if (!this[kUsed]) {
      setImmediate(callback, err)
    } else {
      callback(err)
    }
  }

  /**
   * @param {string|symbol} event
   * @param {(...args: any[]) => void} listener
   * @returns {this}
   */
  on (event, listener) {
    if (event === 'data' || event === 'readable') {
      this[kReading] = true
      this[kUsed] = true
    }
    return super.on(event, listener)
  }

  /**
   * @param {string|symbol} event
   * @param {(...args: any[]) => void} listener
   * @returns {this}
   */
  addListener (event, listener) {
    return this.on(event, listener)
  }

  /**
   * @param {string|symbol} event
   * @param {(...args: any[]) => void} listener
   * @returns {this}
   */
  off (event, listener) {
    const ret = super.off(event, listener)
    if (event === 'data' || event === 'readable') {
      this[kReading] = (
        this.listenerCount('data') > 0 ||
        this.listenerCount('readable') > 0
      )
    }
    return ret
  }

  /**
   * @param {string|symbol} event
   * @param {(...args: any[]) => void} listener
   * @returns {this}
   */
  removeListener (event, listener) {
    return this.off(event, listener)
  }

  /**
   * @param {Buffer|null} chunk
   * @returns {boolean}
   */
  push (chunk) {
    if (chunk) {
      this[kBytesRead] += chunk.length
      if (this[kConsume]) {
        consumePush(this[kConsume], chunk)
        return this[kReading] ? super.push(chunk) : true
      }
    }

    return super.push(chunk)
  }

  /**
   * Consumes and returns the body as a string.
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-text
   * @returns {Promise<string>}
   */
  text () {
    return consume(this, 'text')
  }

  /**
   * Consumes and returns the body as a JavaScript Object.
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-json
   * @returns {Promise<unknown>}
   */
  json () {
    return consume(this, 'json')
  }

  /**
   * Consumes and returns the body as a Blob
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-blob
   * @returns {Promise<Blob>}
   */
  blob () {
    return consume(this, 'blob')
  }

  /**
   * Consumes and returns the body as an Uint8Array.
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-bytes
   * @returns {Promise<Uint8Array>}
   */
  bytes () {
    return consume(this, 'bytes')
  }

  /**
   * Consumes and returns the body as an ArrayBuffer.
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-arraybuffer
   * @returns {Promise<ArrayBuffer>}
   */
  arrayBuffer () {
    return consume(this, 'arrayBuffer')
  }

  /**
   * Not implemented
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-formdata
   * @throws {NotSupportedError}
   */
  async formData () {
    // TODO: Implement.
    throw new NotSupportedError()
  }

  /**
   * Returns true if the body is not null and the body has been consumed.
   * Otherwise, returns false.
   *
   * @see https://fetch.spec.whatwg.org/#dom-body-bodyused
   * @readonly
   * @returns {boolean}
   */
  get bodyUsed () {
    return util.isDisturbed(this)
  }

  /**
   * @see https://fetch.spec.whatwg.org/#dom-body-body
   * @readonly
   * @returns {ReadableStream}
   */
  get body () {
    if (!this[kBody]) {
      this[kBody] = ReadableStream.from(this)
      if (this[kConsume]) {
        // TODO: Is this the best way to force a lock?
        this[kBody].getReader() // Ensure stream is locked.
        assert(this[kBody].locked)
      }
    }
    return this[kBody]
  }

  /**
   * Dumps the response body by reading `limit` number of bytes.
   * @param {object} opts
   * @param {number} [opts.limit = 131072] Number of bytes to read.
   * @param {AbortSignal} [opts.signal] An AbortSignal to cancel the dump.
   * @returns {Promise<null>}
   */
  dump (opts) {
    const signal = opts?.signal

    if (signal != null && (typeof signal !== 'object' || !('aborted' in signal))) {
      return Promise.reject(new InvalidArgumentError('signal must be an AbortSignal'))
    }

    const limit = opts?.limit && Number.isFinite(opts.limit)
      ? opts.limit
      : 128 * 1024

    if (signal?.aborted) {
      return Promise.reject(signal.reason ?? new AbortError())
    }

    if (this._readableState.closeEmitted) {
      return Promise.resolve(null)
    }

    return new Promise((resolve, reject) => {
      if (
        (this[kContentLength] && (this[kContentLength] > limit)) ||
        this[kBytesRead] > limit
      ) {
        this.destroy(new AbortError())
      }

      if (signal) {
        const onAbort = () => {
          this.destroy(signal.reason ?? new AbortError())
        }
        const abortListener = addAbortListener(signal, onAbort)
        this
          .on('close', function () {
            abortListener[Symbol.dispose]()
            if (signal.aborted) {
              reject(signal.reason ?? new AbortError())
            } else {
              resolve(null)
            }
          })
      } else {
        this.on('close', resolve)
      }

      this
        .on('error', noop)
        .on('data', () => {
          if (this[kBytesRead] > limit) {
            this.destroy()
          }
        })
        .resume()
    })
  }

  /**
   * @param {BufferEncoding} encoding
   * @returns {this}
   */
  setEncoding (encoding) {
    if (Buffer.isEncoding(encoding)) {
      // Delegate to Node.js Readable.setEncoding() which initializes a
      // StringDecoder and re-encodes already-buffered chunks. This properly
      // handles multi-byte sequences split at chunk boundaries for the
      // for-await / on('data') paths. Without this, Node.js uses
      // buf.toString(encoding) on each chunk, producing U+FFFD for split chars.
      //
      // The consume path (body.text(), body.json(), ...) copes with the
      // decoded strings this leaves in state.buffer, see consumeStart().
      super.setEncoding(encoding)
    }
    return this
  }
}

/**
 * @see https://streams.spec.whatwg.org/#readablestream-locked
 * @param {BodyReadable} bodyReadable
 * @returns {boolean}
 */
function isLocked (bodyReadable) {
  // Consume is an implicit lock.
  return bodyReadable[kBody]?.locked === true || bodyReadable[kConsume] !== null
}

/**
 * @see https://fetch.spec.whatwg.org/#body-unusable
 * @param {BodyReadable} bodyReadable
 * @returns {boolean}
 */
function isUnusable (bodyReadable) {
  return util.isDisturbed(bodyReadable) || isLocked(bodyReadable)
}

/**
 * @typedef {'text' | 'json' | 'blob' | 'bytes' | 'arrayBuffer'} ConsumeType
 */

/**
 * @template {ConsumeType} T
 * @typedef {T extends 'text' ? string :
 *           T extends 'json' ? unknown :
 *           T extends 'blob' ? Blob :
 *           T extends 'arrayBuffer' ? ArrayBuffer :
 *           T extends 'bytes' ? Uint8Array :
 *           never
 * } ConsumeReturnType
 */
/**
 * @typedef {object} Consume
 * @property {ConsumeType} type
 * @property {BodyReadable} stream
 * @property {((value?: any) => void)} resolve
 * @property {((err: Error) => void)} reject
 * @property {number} length
 * @property {Buffer[]} body
 */

/**
 * @template {ConsumeType} T
 * @param {BodyReadable} stream
 * @param {T} type
 * @returns {Promise<ConsumeReturnType<T>>}
 */
function consume (stream, type) {
  assert(!stream[kConsume])

  return new Promise((resolve, reject) => {
    if (isUnusable(stream)) {
      const rState = stream._readableState
      if (rState.destroyed && rState.closeEmitted === false) {
        stream
          .on('error', reject)
          .on('close', () => {
            reject(new TypeError('unusable'))
          })
      } else {
        reject(rState.errored ?? new TypeError('unusable'))
      }
    } else {
      queueMicrotask(() => {
        stream[kConsume] = {
          type,
          stream,
          resolve,
          reject,
          length: 0,
          body: []
        }

        stream
          .on('error', function (err) {
            consumeFinish(this[kConsume], err)
          })
          .on('close', function () {
            if (this[kConsume].body !== null) {
              consumeFinish(this[kConsume], new RequestAbortedError())
            }
          })

        consumeStart(stream[kConsume])
      })
    }
  })
}

/**
 * @param {Consume} consume
 * @returns {void}
 */
function consumeStart (consume) {
  if (consume.body === null) {
    return
  }

  const { _readableState: state } = consume.stream

  if (state.bufferIndex) {
    const start = state.bufferIndex
    const end = state.buffer.length
    for (let n = start; n < end; n++) {
      consumePush(consume, state.buffer[n])
    }
  } else {
    for (const chunk of state.buffer) {
      consumePush(consume, chunk)
    }
  }

  // If setEncoding() was called, state.buffer holds decoded strings, which
  // consumePush() turns back into bytes. The trailing bytes of a multi-byte
  // sequence split across a chunk boundary are not part of any of those
  // strings, they are held inside the decoder until the rest arrives, so
  // take them from there.
  const decoder = state.decoder
  if (decoder != null && decoder.lastNeed > 0) {
    consumePush(consume, Buffer.from(decoder.lastChar.subarray(0, decoder.lastTotal - decoder.lastNeed)))
  }

  if (state.endEmitted) {
    // No `this` to read the consume off here: consumeStart is a free function, called from
    // the queueMicrotask above. The callback below does have one, because the emitter passes
    // the stream as its receiver. Returning matters too - consumeEnd() clears consume.stream,
    // which the resume() below would then dereference.
    consumeEnd(consume, state.encoding)
    return
  }

  consume.stream.on('end', function () {
    consumeEnd(this[kConsume], this._readableState.encoding)
  })

  consume.stream.resume()

  while (consume.stream.read() != null) {
    // Loop
  }
}

/**
 * @param {Buffer[]} chunks
 * @param {number} length
 * @param {BufferEncoding} [encoding='utf8']
 * @returns {string}
 */
function chunksDecode (chunks, length, encoding) {
  if (chunks.length === 0 || length === 0) {
    return ''
  }
  const buffer = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length)
  const bufferLength = buffer.length

  // Skip BOM.
  const start =
    bufferLength > 2 &&
    buffer[0] === 0xef &&
    buffer[1] === 0xbb &&
    buffer[2] === 0xbf
      ? 3
      : 0
  if (!encoding || encoding === 'utf8' || encoding === 'utf-8') {
    return buffer.utf8Slice(start, bufferLength)
  } else {
    return buffer.subarray(start, bufferLength).toString(encoding)
  }
}

/**
 * @param {Buffer[]} chunks
 * @param {number} length
 * @returns {Uint8Array}
 */
function chunksConcat (chunks, length) {
  if (chunks.length === 0 || length === 0) {
    return new Uint8Array(0)
  }
  if (chunks.length === 1) {
    // fast-path
    return new Uint8Array(chunks[0])
  }
  const buffer = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)

  let offset = 0
  for (let i = 0; i < chunks.length; ++i) {
    const chunk = chunks[i]
    buffer.set(chunk, offset)
    offset += chunk.length
  }

  return buffer
}

/**
 * @param {Consume} consume
 * @param {BufferEncoding} encoding
 * @returns {void}
 */
function consumeEnd (consume, encoding) {
  const { type, body, resolve, stream, length } = consume

  try {
    if (type === 'text') {
      resolve(chunksDecode(body, length, encoding))
    } else if (type === 'json') {
      resolve(JSON.parse(chunksDecode(body, length, encoding)))
    } else if (type === 'arrayBuffer') {
      resolve(chunksConcat(body, length).buffer)
    } else if (type === 'blob') {
      resolve(new Blob(body, { type: stream[kContentType] }))
    } else if (type === 'bytes') {
      resolve(chunksConcat(body, length))
    }

    consumeFinish(consume)
  } catch (err) {
    stream.destroy(err)
  }
}

/**
 * @param {Consume} consume
 * @param {Buffer|string} chunk
 * @returns {void}
 */
function consumePush (consume, chunk) {
  if (consume.body === null) {
    return
  }

  if (typeof chunk === 'string') {
    // Buffered before the consume started, while an encoding was set.
    // consume.length has to stay a byte count and chunksDecode()/chunksConcat()
    // only work on bytes, so re-encode. A string's own length is in UTF-16 code
    // units and Uint8Array.prototype.set() ignores a string argument entirely.
    chunk = Buffer.from(chunk, consume.stream._readableState.encoding)
  }

  consume.length += chunk.length
  consume.body.push(chunk)
}

/**
 * @param {Consume} consume
 * @param {Error} [err]
 * @returns {void}
 */
function consumeFinish (consume, err) {
  if (consume.body === null) {
    return
  }

  if (err) {
    consume.reject(err)
  } else {
    consume.resolve()
  }

  // Reset the consume object to allow for garbage collection.
  consume.type = null
  consume.stream = null
  consume.resolve = null
  consume.reject = null
  consume.length = 0
  consume.body = null
}

module.exports = {
  Readable: BodyReadable,
  chunksDecode
}


/***/ }),

/***/ 3657:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const net = __nccwpck_require__(7030)
const assert = __nccwpck_require__(4589)
const util = __nccwpck_require__(9203)
const { InvalidArgumentError, ConnectTimeoutError } = __nccwpck_require__(3092)

let tls // include tls conditionally since it is not always available

// TODO: session re-use does not wait for the first
// connection to resolve the session and might therefore
// resolve the same servername multiple times even when
// re-use is enabled.

const SessionCache = class WeakSessionCache {
  constructor (maxCachedSessions) {
    this._maxCachedSessions = maxCachedSessions
    this._sessionCache = new Map()
    this._sessionRegistry = new FinalizationRegistry((key) => {
      if (this._sessionCache.size < this._maxCachedSessions) {
        return
      }

      const ref = this._sessionCache.get(key)
      if (ref !== undefined && ref.deref() === undefined) {
        this._sessionCache.delete(key)
      }
    })
  }

  get (sessionKey) {
    const ref = this._sessionCache.get(sessionKey)
    return ref ? ref.deref() : null
  }

  set (sessionKey, session) {
    if (this._maxCachedSessions === 0) {
      return
    }

    if (this._sessionCache.has(sessionKey)) {
      this._sessionCache.delete(sessionKey)
    } else if (this._sessionCache.size >= this._maxCachedSessions) {
      // Make room for the new session: prefer an entry whose session has
      // already been collected, otherwise evict the oldest one.
      let evicted = false
      for (const [key, ref] of this._sessionCache) {
        if (ref.deref() === undefined) {
          this._sessionCache.delete(key)
          evicted = true
          break
        }
      }

      if (!evicted) {
        const oldest = this._sessionCache.keys().next()
        if (!oldest.done) {
          this._sessionCache.delete(oldest.value)
        }
      }
    }

    this._sessionCache.set(sessionKey, new WeakRef(session))
    this._sessionRegistry.register(session, sessionKey)
  }
}

function buildConnector ({ allowH2, preferH2, useH2c, maxCachedSessions, socketPath, timeout, session: customSession, ...opts }) {
  if (maxCachedSessions != null && (!Number.isInteger(maxCachedSessions) || maxCachedSessions < 0)) {
    throw new InvalidArgumentError('maxCachedSessions must be a positive integer or zero')
  }

  const options = { path: socketPath, ...opts }
  const sessionCache = new SessionCache(maxCachedSessions == null ? 100 : maxCachedSessions)
  timeout = timeout == null ? 10e3 : timeout
  allowH2 = allowH2 != null ? allowH2 : true
  return function connect ({ hostname, host, protocol, port, servername, localAddress, httpSocket }, callback) {
    let socket
    if (protocol === 'https:') {
      if (!tls) {
        tls = __nccwpck_require__(1692)
      }
      servername = servername || options.servername || util.getServerName(host) || null

      const sessionKey = servername || hostname
      assert(sessionKey)

      const session = customSession || sessionCache.get(sessionKey) || null

      port = port || 443

      socket = tls.connect({
        highWaterMark: 16384, // TLS in node can't have bigger HWM anyway...
        ...options,
        servername,
        session,
        localAddress,
        ALPNProtocols: allowH2 ? (preferH2 ? ['h2', 'http/1.1'] : ['http/1.1', 'h2']) : ['http/1.1'],
        socket: httpSocket, // upgrade socket connection
        port,
        host: hostname
      })

      socket
        .on('session', function (session) {
          // TODO (fix): Can a session become invalid once established? Don't think so?
          sessionCache.set(sessionKey, session)
        })
    } else {
      assert(!httpSocket, 'httpSocket can only be sent on TLS update')

      port = port || 80

      const connectOptions = {
        highWaterMark: 64 * 1024, // Same as nodejs fs streams.
        ...options,
        localAddress,
        port,
        host: hostname
      }

      const family = net.isIP(hostname)
      if (family !== 0 && servername && servername !== hostname) {
        connectOptions.host = servername
        connectOptions.lookup = (_hostname, lookupOptions, cb) => {
          if (lookupOptions.all) {
            cb(null, [{ address: hostname, family }])
          } else {
            cb(null, hostname, family)
          }
        }
      }

      socket = net.connect(connectOptions)
      if (useH2c === true) {
        socket.alpnProtocol = 'h2'
      }
    }

    // Set TCP keep alive options on the socket here instead of in connect() for the case of assigning the socket
    if (options.keepAlive == null || options.keepAlive) {
      const keepAliveInitialDelay = options.keepAliveInitialDelay === undefined ? 60e3 : options.keepAliveInitialDelay
      socket.setKeepAlive(true, keepAliveInitialDelay)
    }

    const clearConnectTimeout = util.setupConnectTimeout(new WeakRef(socket), { timeout, hostname, port })

    socket
      .setNoDelay(true)
      .once(protocol === 'https:' ? 'secureConnect' : 'connect', function () {
        queueMicrotask(clearConnectTimeout)

        if (callback) {
          const cb = callback
          callback = null
          cb(null, this)
        }
      })
      .on('error', function (err) {
        queueMicrotask(clearConnectTimeout)

        if (callback) {
          const cb = callback
          callback = null
          cb(maybeNormalizeConnectError(err, this, { timeout, hostname, port }))
        }
      })

    return socket
  }
}

// `net.connect` with `autoSelectFamily` raises an `AggregateError` when every
// attempted address fails. If any of those failures is a timeout, surface the
// error as a `ConnectTimeoutError` so callers see the same error regardless of
// which timer (Node's internal one or undici's `connectTimeout`) wins the race.
// The original `AggregateError` is preserved on `.cause`.
function maybeNormalizeConnectError (err, socket, opts) {
  if (
    err instanceof AggregateError &&
    (err.code === 'ETIMEDOUT' || err.errors.some((e) => e != null && e.code === 'ETIMEDOUT'))
  ) {
    let message = 'Connect Timeout Error'
    if (Array.isArray(socket.autoSelectFamilyAttemptedAddresses)) {
      message += ` (attempted addresses: ${socket.autoSelectFamilyAttemptedAddresses.join(', ')},`
    } else {
      message += ` (attempted address: ${opts.hostname}:${opts.port},`
    }
    message += ` timeout: ${opts.timeout}ms)`

    const wrapped = new ConnectTimeoutError(message)
    wrapped.cause = err
    return wrapped
  }
  return err
}

module.exports = buildConnector


/***/ }),

/***/ 4574:
/***/ ((module) => {



/**
 * @see https://developer.mozilla.org/docs/Web/HTTP/Headers
 */
const wellknownHeaderNames = /** @type {const} */ ([
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Ranges',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
  'Access-Control-Request-Headers',
  'Access-Control-Request-Method',
  'Age',
  'Allow',
  'Alt-Svc',
  'Alt-Used',
  'Authorization',
  'Cache-Control',
  'Clear-Site-Data',
  'Connection',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Location',
  'Content-Range',
  'Content-Security-Policy',
  'Content-Security-Policy-Report-Only',
  'Content-Type',
  'Cookie',
  'Cross-Origin-Embedder-Policy',
  'Cross-Origin-Opener-Policy',
  'Cross-Origin-Resource-Policy',
  'Date',
  'Device-Memory',
  'Downlink',
  'ECT',
  'ETag',
  'Expect',
  'Expect-CT',
  'Expires',
  'Forwarded',
  'From',
  'Host',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Keep-Alive',
  'Last-Modified',
  'Link',
  'Location',
  'Max-Forwards',
  'Origin',
  'Permissions-Policy',
  'Pragma',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'RTT',
  'Range',
  'Referer',
  'Referrer-Policy',
  'Refresh',
  'Retry-After',
  'Sec-WebSocket-Accept',
  'Sec-WebSocket-Extensions',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Version',
  'Server',
  'Server-Timing',
  'Service-Worker-Allowed',
  'Service-Worker-Navigation-Preload',
  'Set-Cookie',
  'SourceMap',
  'Strict-Transport-Security',
  'Supports-Loading-Mode',
  'TE',
  'Timing-Allow-Origin',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Upgrade-Insecure-Requests',
  'User-Agent',
  'Vary',
  'Via',
  'WWW-Authenticate',
  'X-Content-Type-Options',
  'X-DNS-Prefetch-Control',
  'X-Frame-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-Powered-By',
  'X-Requested-With',
  'X-XSS-Protection'
])

/** @type {Record<typeof wellknownHeaderNames[number]|Lowercase<typeof wellknownHeaderNames[number]>, string>} */
const headerNameLowerCasedRecord = {}

// Note: object prototypes should not be able to be referenced. e.g. `Object#hasOwnProperty`.
Object.setPrototypeOf(headerNameLowerCasedRecord, null)

for (let i = 0; i < wellknownHeaderNames.length; ++i) {
  const key = wellknownHeaderNames[i]
  const lowerCasedKey = key.toLowerCase()
  headerNameLowerCasedRecord[key] = headerNameLowerCasedRecord[lowerCasedKey] =
    lowerCasedKey
}

/**
 * Default WebSocket receive limits (see `webSocket` in Client.md). Used by
 * DispatcherBase#webSocketOptions and by the WebSocket parser when the
 * dispatcher doesn't provide a value, so a dispatcher without
 * `webSocketOptions` (a custom one, or a wrapper) doesn't remove the limits.
 */
const defaultWebSocketMaxFragments = 131072
const defaultWebSocketMaxPayloadSize = 128 * 1024 * 1024 // 128 MB

module.exports = {
  wellknownHeaderNames,
  headerNameLowerCasedRecord,
  defaultWebSocketMaxFragments,
  defaultWebSocketMaxPayloadSize
}


/***/ }),

/***/ 6883:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const diagnosticsChannel = __nccwpck_require__(3053)
const util = __nccwpck_require__(7975)

const undiciDebugLog = util.debuglog('undici')
const fetchDebuglog = util.debuglog('fetch')
const websocketDebuglog = util.debuglog('websocket')

const channels = {
  // Client
  beforeConnect: diagnosticsChannel.channel('undici:client:beforeConnect'),
  connected: diagnosticsChannel.channel('undici:client:connected'),
  connectError: diagnosticsChannel.channel('undici:client:connectError'),
  sendHeaders: diagnosticsChannel.channel('undici:client:sendHeaders'),
  // Request
  create: diagnosticsChannel.channel('undici:request:create'),
  bodySent: diagnosticsChannel.channel('undici:request:bodySent'),
  bodyChunkSent: diagnosticsChannel.channel('undici:request:bodyChunkSent'),
  bodyChunkReceived: diagnosticsChannel.channel('undici:request:bodyChunkReceived'),
  headers: diagnosticsChannel.channel('undici:request:headers'),
  trailers: diagnosticsChannel.channel('undici:request:trailers'),
  error: diagnosticsChannel.channel('undici:request:error'),
  // WebSocket
  open: diagnosticsChannel.channel('undici:websocket:open'),
  close: diagnosticsChannel.channel('undici:websocket:close'),
  socketError: diagnosticsChannel.channel('undici:websocket:socket_error'),
  ping: diagnosticsChannel.channel('undici:websocket:ping'),
  pong: diagnosticsChannel.channel('undici:websocket:pong'),
  // ProxyAgent
  proxyConnected: diagnosticsChannel.channel('undici:proxy:connected')
}

let isTrackingClientEvents = false

function trackClientEvents (debugLog = undiciDebugLog) {
  if (isTrackingClientEvents) {
    return
  }

  // Check if any of the channels already have subscribers to prevent duplicate subscriptions
  // This can happen when both Node.js built-in undici and undici as a dependency are present
  if (channels.beforeConnect.hasSubscribers || channels.connected.hasSubscribers ||
      channels.connectError.hasSubscribers || channels.sendHeaders.hasSubscribers) {
    isTrackingClientEvents = true
    return
  }

  isTrackingClientEvents = true

  diagnosticsChannel.subscribe('undici:client:beforeConnect',
    evt => {
      const {
        connectParams: { version, protocol, port, host }
      } = evt
      debugLog(
        'connecting to %s%s using %s%s',
        host,
        port ? `:${port}` : '',
        protocol,
        version
      )
    })

  diagnosticsChannel.subscribe('undici:client:connected',
    evt => {
      const {
        connectParams: { version, protocol, port, host }
      } = evt
      debugLog(
        'connected to %s%s using %s%s',
        host,
        port ? `:${port}` : '',
        protocol,
        version
      )
    })

  diagnosticsChannel.subscribe('undici:client:connectError',
    evt => {
      const {
        connectParams: { version, protocol, port, host },
        error
      } = evt
      debugLog(
        'connection to %s%s using %s%s errored - %s',
        host,
        port ? `:${port}` : '',
        protocol,
        version,
        error.message
      )
    })

  diagnosticsChannel.subscribe('undici:client:sendHeaders',
    evt => {
      const {
        request: { method, path, origin }
      } = evt
      debugLog('sending request to %s %s%s', method, origin, path)
    })
}

let isTrackingRequestEvents = false

function trackRequestEvents (debugLog = undiciDebugLog) {
  if (isTrackingRequestEvents) {
    return
  }

  // Check if any of the channels already have subscribers to prevent duplicate subscriptions
  // This can happen when both Node.js built-in undici and undici as a dependency are present
  if (channels.headers.hasSubscribers || channels.trailers.hasSubscribers ||
      channels.error.hasSubscribers) {
    isTrackingRequestEvents = true
    return
  }

  isTrackingRequestEvents = true

  diagnosticsChannel.subscribe('undici:request:headers',
    evt => {
      const {
        request: { method, path, origin },
        response: { statusCode }
      } = evt
      debugLog(
        'received response to %s %s%s - HTTP %d',
        method,
        origin,
        path,
        statusCode
      )
    })

  diagnosticsChannel.subscribe('undici:request:trailers',
    evt => {
      const {
        request: { method, path, origin }
      } = evt
      debugLog('trailers received from %s %s%s', method, origin, path)
    })

  diagnosticsChannel.subscribe('undici:request:error',
    evt => {
      const {
        request: { method, path, origin },
        error
      } = evt
      debugLog(
        'request to %s %s%s errored - %s',
        method,
        origin,
        path,
        error.message
      )
    })
}

let isTrackingWebSocketEvents = false

function trackWebSocketEvents (debugLog = websocketDebuglog) {
  if (isTrackingWebSocketEvents) {
    return
  }

  // Check if any of the channels already have subscribers to prevent duplicate subscriptions
  // This can happen when both Node.js built-in undici and undici as a dependency are present
  if (channels.open.hasSubscribers || channels.close.hasSubscribers ||
      channels.socketError.hasSubscribers || channels.ping.hasSubscribers ||
      channels.pong.hasSubscribers) {
    isTrackingWebSocketEvents = true
    return
  }

  isTrackingWebSocketEvents = true

  diagnosticsChannel.subscribe('undici:websocket:open',
    evt => {
      if (evt.address != null) {
        const { address, port } = evt.address
        debugLog('connection opened %s%s', address, port ? `:${port}` : '')
      } else {
        debugLog('connection opened')
      }
    })

  diagnosticsChannel.subscribe('undici:websocket:close',
    evt => {
      const { websocket, code, reason } = evt
      debugLog(
        'closed connection to %s - %s %s',
        websocket.url,
        code,
        reason
      )
    })

  diagnosticsChannel.subscribe('undici:websocket:socket_error',
    err => {
      debugLog('connection errored - %s', err.message)
    })

  diagnosticsChannel.subscribe('undici:websocket:ping',
    evt => {
      debugLog('ping received')
    })

  diagnosticsChannel.subscribe('undici:websocket:pong',
    evt => {
      debugLog('pong received')
    })
}

if (undiciDebugLog.enabled || fetchDebuglog.enabled) {
  trackClientEvents(fetchDebuglog.enabled ? fetchDebuglog : undiciDebugLog)
  trackRequestEvents(fetchDebuglog.enabled ? fetchDebuglog : undiciDebugLog)
}

if (websocketDebuglog.enabled) {
  trackClientEvents(undiciDebugLog.enabled ? undiciDebugLog : websocketDebuglog)
  trackWebSocketEvents(websocketDebuglog)
}

module.exports = {
  channels
}


/***/ }),

/***/ 3092:
/***/ ((module) => {



const kUndiciError = Symbol.for('undici.error.UND_ERR')
class UndiciError extends Error {
  constructor (message, options) {
    super(message, options)
    this.name = 'UndiciError'
    this.code = 'UND_ERR'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kUndiciError] === true
  }

  get [kUndiciError] () {
    return true
  }
}

const kConnectTimeoutError = Symbol.for('undici.error.UND_ERR_CONNECT_TIMEOUT')
class ConnectTimeoutError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'ConnectTimeoutError'
    this.message = message || 'Connect Timeout Error'
    this.code = 'UND_ERR_CONNECT_TIMEOUT'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kConnectTimeoutError] === true
  }

  get [kConnectTimeoutError] () {
    return true
  }
}

const kHeadersTimeoutError = Symbol.for('undici.error.UND_ERR_HEADERS_TIMEOUT')
class HeadersTimeoutError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'HeadersTimeoutError'
    this.message = message || 'Headers Timeout Error'
    this.code = 'UND_ERR_HEADERS_TIMEOUT'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kHeadersTimeoutError] === true
  }

  get [kHeadersTimeoutError] () {
    return true
  }
}

const kHeadersOverflowError = Symbol.for('undici.error.UND_ERR_HEADERS_OVERFLOW')
class HeadersOverflowError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'HeadersOverflowError'
    this.message = message || 'Headers Overflow Error'
    this.code = 'UND_ERR_HEADERS_OVERFLOW'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kHeadersOverflowError] === true
  }

  get [kHeadersOverflowError] () {
    return true
  }
}

const kBodyTimeoutError = Symbol.for('undici.error.UND_ERR_BODY_TIMEOUT')
class BodyTimeoutError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'BodyTimeoutError'
    this.message = message || 'Body Timeout Error'
    this.code = 'UND_ERR_BODY_TIMEOUT'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kBodyTimeoutError] === true
  }

  get [kBodyTimeoutError] () {
    return true
  }
}

const kInvalidArgumentError = Symbol.for('undici.error.UND_ERR_INVALID_ARG')
class InvalidArgumentError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'InvalidArgumentError'
    this.message = message || 'Invalid Argument Error'
    this.code = 'UND_ERR_INVALID_ARG'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kInvalidArgumentError] === true
  }

  get [kInvalidArgumentError] () {
    return true
  }
}

const kInvalidReturnValueError = Symbol.for('undici.error.UND_ERR_INVALID_RETURN_VALUE')
class InvalidReturnValueError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'InvalidReturnValueError'
    this.message = message || 'Invalid Return Value Error'
    this.code = 'UND_ERR_INVALID_RETURN_VALUE'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kInvalidReturnValueError] === true
  }

  get [kInvalidReturnValueError] () {
    return true
  }
}

const kAbortError = Symbol.for('undici.error.UND_ERR_ABORT')
class AbortError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'AbortError'
    this.message = message || 'The operation was aborted'
    this.code = 'UND_ERR_ABORT'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kAbortError] === true
  }

  get [kAbortError] () {
    return true
  }
}

const kRequestAbortedError = Symbol.for('undici.error.UND_ERR_ABORTED')
class RequestAbortedError extends AbortError {
  constructor (message) {
    super(message)
    this.name = 'AbortError'
    this.message = message || 'Request aborted'
    this.code = 'UND_ERR_ABORTED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kRequestAbortedError] === true
  }

  get [kRequestAbortedError] () {
    return true
  }
}

const kInformationalError = Symbol.for('undici.error.UND_ERR_INFO')
class InformationalError extends UndiciError {
  constructor (message, options) {
    super(message, options)
    this.name = 'InformationalError'
    this.message = message || 'Request information'
    this.code = 'UND_ERR_INFO'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kInformationalError] === true
  }

  get [kInformationalError] () {
    return true
  }
}

const kRequestContentLengthMismatchError = Symbol.for('undici.error.UND_ERR_REQ_CONTENT_LENGTH_MISMATCH')
class RequestContentLengthMismatchError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'RequestContentLengthMismatchError'
    this.message = message || 'Request body length does not match content-length header'
    this.code = 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kRequestContentLengthMismatchError] === true
  }

  get [kRequestContentLengthMismatchError] () {
    return true
  }
}

const kResponseContentLengthMismatchError = Symbol.for('undici.error.UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
class ResponseContentLengthMismatchError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'ResponseContentLengthMismatchError'
    this.message = message || 'Response body length does not match content-length header'
    this.code = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kResponseContentLengthMismatchError] === true
  }

  get [kResponseContentLengthMismatchError] () {
    return true
  }
}

const kClientDestroyedError = Symbol.for('undici.error.UND_ERR_DESTROYED')
class ClientDestroyedError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'ClientDestroyedError'
    this.message = message || 'The client is destroyed'
    this.code = 'UND_ERR_DESTROYED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kClientDestroyedError] === true
  }

  get [kClientDestroyedError] () {
    return true
  }
}

const kClientClosedError = Symbol.for('undici.error.UND_ERR_CLOSED')
class ClientClosedError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'ClientClosedError'
    this.message = message || 'The client is closed'
    this.code = 'UND_ERR_CLOSED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kClientClosedError] === true
  }

  get [kClientClosedError] () {
    return true
  }
}

const kSocketError = Symbol.for('undici.error.UND_ERR_SOCKET')
class SocketError extends UndiciError {
  constructor (message, socket) {
    super(message)
    this.name = 'SocketError'
    this.message = message || 'Socket error'
    this.code = 'UND_ERR_SOCKET'
    this.socket = socket
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kSocketError] === true
  }

  get [kSocketError] () {
    return true
  }
}

const kNotSupportedError = Symbol.for('undici.error.UND_ERR_NOT_SUPPORTED')
class NotSupportedError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'NotSupportedError'
    this.message = message || 'Not supported error'
    this.code = 'UND_ERR_NOT_SUPPORTED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kNotSupportedError] === true
  }

  get [kNotSupportedError] () {
    return true
  }
}

const kBalancedPoolMissingUpstreamError = Symbol.for('undici.error.UND_ERR_BPL_MISSING_UPSTREAM')
class BalancedPoolMissingUpstreamError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'MissingUpstreamError'
    this.message = message || 'No upstream has been added to the BalancedPool'
    this.code = 'UND_ERR_BPL_MISSING_UPSTREAM'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kBalancedPoolMissingUpstreamError] === true
  }

  get [kBalancedPoolMissingUpstreamError] () {
    return true
  }
}

const kWebAssemblyNotSupportedError = Symbol.for('undici.error.ERR_WEBASSEMBLY_NOT_SUPPORTED')
class WebAssemblyNotSupportedError extends Error {
  constructor (message) {
    super(message || 'WebAssembly is not supported in this environment, but is required for HTTP/1 parsing')
    this.code = 'ERR_WEBASSEMBLY_NOT_SUPPORTED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kWebAssemblyNotSupportedError] === true
  }

  get [kWebAssemblyNotSupportedError] () {
    return true
  }
}

const kHTTPParserError = Symbol.for('undici.error.UND_ERR_HTTP_PARSER')
class HTTPParserError extends Error {
  constructor (message, code, data) {
    super(message)
    this.name = 'HTTPParserError'
    this.code = code ? `HPE_${code}` : undefined
    this.data = data ? data.toString() : undefined
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kHTTPParserError] === true
  }

  get [kHTTPParserError] () {
    return true
  }
}

const kResponseExceededMaxSizeError = Symbol.for('undici.error.UND_ERR_RES_EXCEEDED_MAX_SIZE')
class ResponseExceededMaxSizeError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'ResponseExceededMaxSizeError'
    this.message = message || 'Response content exceeded max size'
    this.code = 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kResponseExceededMaxSizeError] === true
  }

  get [kResponseExceededMaxSizeError] () {
    return true
  }
}

const kRequestRetryError = Symbol.for('undici.error.UND_ERR_REQ_RETRY')
class RequestRetryError extends UndiciError {
  constructor (message, code, { headers, data }) {
    super(message)
    this.name = 'RequestRetryError'
    this.message = message || 'Request retry error'
    this.code = 'UND_ERR_REQ_RETRY'
    this.statusCode = code
    this.data = data
    this.headers = headers
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kRequestRetryError] === true
  }

  get [kRequestRetryError] () {
    return true
  }
}

const kResponseError = Symbol.for('undici.error.UND_ERR_RESPONSE')
class ResponseError extends UndiciError {
  constructor (message, code, { headers, body, bodyTruncated = false }) {
    super(message)
    this.name = 'ResponseError'
    this.message = message || 'Response error'
    this.code = 'UND_ERR_RESPONSE'
    this.statusCode = code
    this.body = body
    this.bodyTruncated = bodyTruncated
    this.headers = headers
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kResponseError] === true
  }

  get [kResponseError] () {
    return true
  }
}

const kSecureProxyConnectionError = Symbol.for('undici.error.UND_ERR_PRX_TLS')
class SecureProxyConnectionError extends UndiciError {
  constructor (cause, message, options = {}) {
    super(message, { cause, ...options })
    this.name = 'SecureProxyConnectionError'
    this.message = message || 'Secure Proxy Connection failed'
    this.code = 'UND_ERR_PRX_TLS'
    this.cause = cause
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kSecureProxyConnectionError] === true
  }

  get [kSecureProxyConnectionError] () {
    return true
  }
}

const kProxyConnectionError = Symbol.for('undici.error.UND_ERR_PRX_CONN')
class ProxyConnectionError extends UndiciError {
  constructor (cause, message, options = {}) {
    super(message, { cause, ...options })
    this.name = 'ProxyConnectionError'
    this.message = message || 'Proxy Connection failed'
    this.code = 'UND_ERR_PRX_CONN'
    this.cause = cause
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kProxyConnectionError] === true
  }

  get [kProxyConnectionError] () {
    return true
  }
}

const kMaxRedirectsError = Symbol.for('undici.error.UND_ERR_REDIRECT_MAX')
class MaxRedirectsError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'MaxRedirectsError'
    this.message = message || 'max redirects'
    this.code = 'UND_ERR_REDIRECT_MAX'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kMaxRedirectsError] === true
  }

  get [kMaxRedirectsError] () {
    return true
  }
}

const kMaxOriginsReachedError = Symbol.for('undici.error.UND_ERR_MAX_ORIGINS_REACHED')
class MaxOriginsReachedError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'MaxOriginsReachedError'
    this.message = message || 'Maximum allowed origins reached'
    this.code = 'UND_ERR_MAX_ORIGINS_REACHED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kMaxOriginsReachedError] === true
  }

  get [kMaxOriginsReachedError] () {
    return true
  }
}

class Socks5ProxyError extends UndiciError {
  constructor (message, code) {
    super(message)
    this.name = 'Socks5ProxyError'
    this.message = message || 'SOCKS5 proxy error'
    this.code = code || 'UND_ERR_SOCKS5'
  }
}

const kMessageSizeExceededError = Symbol.for('undici.error.UND_ERR_WS_MESSAGE_SIZE_EXCEEDED')
class MessageSizeExceededError extends UndiciError {
  constructor (message) {
    super(message)
    this.name = 'MessageSizeExceededError'
    this.message = message || 'Max decompressed message size exceeded'
    this.code = 'UND_ERR_WS_MESSAGE_SIZE_EXCEEDED'
  }

  static [Symbol.hasInstance] (instance) {
    return instance && instance[kMessageSizeExceededError] === true
  }

  get [kMessageSizeExceededError] () {
    return true
  }
}

module.exports = {
  AbortError,
  WebAssemblyNotSupportedError,
  HTTPParserError,
  UndiciError,
  HeadersTimeoutError,
  HeadersOverflowError,
  BodyTimeoutError,
  RequestContentLengthMismatchError,
  ConnectTimeoutError,
  InvalidArgumentError,
  InvalidReturnValueError,
  RequestAbortedError,
  ClientDestroyedError,
  ClientClosedError,
  InformationalError,
  SocketError,
  NotSupportedError,
  ResponseContentLengthMismatchError,
  BalancedPoolMissingUpstreamError,
  ResponseExceededMaxSizeError,
  RequestRetryError,
  ResponseError,
  SecureProxyConnectionError,
  ProxyConnectionError,
  MaxOriginsReachedError,
  MaxRedirectsError,
  Socks5ProxyError,
  MessageSizeExceededError
}


/***/ }),

/***/ 9450:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const {
  InvalidArgumentError,
  NotSupportedError
} = __nccwpck_require__(3092)
const assert = __nccwpck_require__(4589)
const {
  isValidHTTPToken,
  isValidHeaderValue,
  isStream,
  destroy,
  isBuffer,
  isFormDataLike,
  isIterable,
  hasSafeIterator,
  isBlobLike,
  serializePathWithQuery,
  parseHeaders,
  assertRequestHandler,
  getServerName,
  normalizedMethodRecords,
  getProtocolFromUrlString
} = __nccwpck_require__(9203)
const { channels } = __nccwpck_require__(6883)
const { headerNameLowerCasedRecord } = __nccwpck_require__(4574)

// Verifies that a given path is valid does not contain control chars \x00 to \x20
const invalidPathRegex = /[^\u0021-\u00ff]/

function isValidContentLengthHeaderValue (val) {
  if (typeof val !== 'string' || val.length === 0) {
    return false
  }

  for (let i = 0; i < val.length; i++) {
    const charCode = val.charCodeAt(i)
    if (charCode < 48 || charCode > 57) {
      return false
    }
  }

  return true
}

const kHandler = Symbol('handler')
const kController = Symbol('controller')
const kResume = Symbol('resume')

class RequestController {
  #paused = false
  #reason = null
  #aborted = false
  #abort

  [kResume] = null

  rawHeaders = null
  rawTrailers = null

  constructor (abort) {
    this.#abort = abort
  }

  pause () {
    this.#paused = true
  }

  resume () {
    if (this.#paused) {
      this.#paused = false
      this[kResume]?.()
    }
  }

  abort (reason) {
    if (!this.#aborted) {
      this.#aborted = true
      this.#reason = reason
      this.#abort(reason)
    }
  }

  get aborted () {
    return this.#aborted
  }

  get reason () {
    return this.#reason
  }

  get paused () {
    return this.#paused
  }
}

class Request {
  constructor (origin, {
    path,
    method,
    body,
    headers,
    query,
    idempotent,
    blocking,
    upgrade,
    headersTimeout,
    bodyTimeout,
    reset,
    expectContinue,
    servername,
    throwOnError,
    maxRedirections,
    typeOfService
  }, handler) {
    if (typeof path !== 'string') {
      throw new InvalidArgumentError('path must be a string')
    } else if (
      path[0] !== '/' &&
      !(path.startsWith('http://') || path.startsWith('https://')) &&
      method !== 'CONNECT'
    ) {
      throw new InvalidArgumentError('path must be an absolute URL or start with a slash')
    } else if (invalidPathRegex.test(path)) {
      throw new InvalidArgumentError('invalid request path')
    }

    if (typeof method !== 'string') {
      throw new InvalidArgumentError('method must be a string')
    } else if (normalizedMethodRecords[method] === undefined && !isValidHTTPToken(method)) {
      throw new InvalidArgumentError('invalid request method')
    }

    if (upgrade && typeof upgrade !== 'string') {
      throw new InvalidArgumentError('upgrade must be a string')
    }

    if (upgrade && !isValidHeaderValue(upgrade)) {
      throw new InvalidArgumentError('invalid upgrade header')
    }

    if (headersTimeout != null && (!Number.isFinite(headersTimeout) || headersTimeout < 0)) {
      throw new InvalidArgumentError('invalid headersTimeout')
    }

    if (bodyTimeout != null && (!Number.isFinite(bodyTimeout) || bodyTimeout < 0)) {
      throw new InvalidArgumentError('invalid bodyTimeout')
    }

    if (reset != null && typeof reset !== 'boolean') {
      throw new InvalidArgumentError('invalid reset')
    }

    if (expectContinue != null && typeof expectContinue !== 'boolean') {
      throw new InvalidArgumentError('invalid expectContinue')
    }

    if (throwOnError != null) {
      throw new InvalidArgumentError('invalid throwOnError')
    }

    if (maxRedirections != null && maxRedirections !== 0) {
      throw new InvalidArgumentError('maxRedirections is not supported, use the redirect interceptor')
    }

    if (typeOfService != null && (!Number.isInteger(typeOfService) || typeOfService < 0 || typeOfService > 255)) {
      throw new InvalidArgumentError('typeOfService must be an integer between 0 and 255')
    }

    this.headersTimeout = headersTimeout

    this.bodyTimeout = bodyTimeout

    this.method = method

    this.typeOfService = typeOfService

    this.abort = null

    if (body == null) {
      this.body = null
    } else if (isStream(body)) {
      this.body = body

      const rState = this.body._readableState
      if (!rState || !rState.autoDestroy) {
        this.endHandler = function autoDestroy () {
          destroy(this)
        }
        this.body.on('end', this.endHandler)
      }

      this.errorHandler = err => {
        if (this.abort) {
          this.abort(err)
        } else {
          this.error = err
        }
      }
      this.body.on('error', this.errorHandler)
    } else if (isBuffer(body)) {
      this.body = body.byteLength ? body : null
    } else if (ArrayBuffer.isView(body)) {
      this.body = body.buffer.byteLength ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : null
    } else if (body instanceof ArrayBuffer) {
      this.body = body.byteLength ? Buffer.from(body) : null
    } else if (typeof body === 'string') {
      this.body = body.length ? Buffer.from(body) : null
    } else if (isFormDataLike(body)) {
      if (!isUndiciFormData(body)) {
        throw new InvalidArgumentError('body must be a FormData created by this undici package instance; FormData from other sources, such as the built-in FormData provided by Node.js, is not supported')
      }
      this.body = body
    } else if (isIterable(body) || isBlobLike(body)) {
      this.body = body
    } else {
      throw new InvalidArgumentError('body must be a string, a Buffer, a Readable stream, an iterable, or an async iterable')
    }

    this.completed = false
    this.aborted = false

    this.upgrade = upgrade || null

    this.path = query ? serializePathWithQuery(path, query) : path

    // TODO: shall we maybe standardize it to an URL object?
    this.origin = origin

    this.protocol = getProtocolFromUrlString(origin)

    this.idempotent = idempotent == null
      ? method === 'HEAD' || method === 'GET' || method === 'QUERY'
      : idempotent

    this.blocking = blocking ?? this.method !== 'HEAD'

    this.reset = reset == null ? null : reset

    this.host = null

    this.contentLength = null

    this.contentType = null

    this.headers = []

    // Only for H2
    this.expectContinue = expectContinue != null ? expectContinue : false

    if (Array.isArray(headers)) {
      if (headers.length % 2 !== 0) {
        throw new InvalidArgumentError('headers array must be even')
      }
      for (let i = 0; i < headers.length; i += 2) {
        processHeader(this, headers[i], headers[i + 1])
      }
    } else if (headers && typeof headers === 'object') {
      if (hasSafeIterator(headers)) {
        for (const header of headers) {
          if (!Array.isArray(header) || header.length !== 2) {
            throw new InvalidArgumentError('headers must be in key-value pair format')
          }
          processHeader(this, header[0], header[1])
        }
      } else {
        const keys = Object.keys(headers)
        for (let i = 0; i < keys.length; ++i) {
          processHeader(this, keys[i], headers[keys[i]])
        }
      }
    } else if (headers != null) {
      throw new InvalidArgumentError('headers must be an object or an array')
    }

    assertRequestHandler(handler, method, upgrade)

    this.servername = servername || getServerName(this.host) || null

    this[kHandler] = handler

    if (channels.create.hasSubscribers) {
      channels.create.publish({ request: this })
    }
  }

  onBodySent (chunk) {
    if (channels.bodyChunkSent.hasSubscribers) {
      channels.bodyChunkSent.publish({ request: this, chunk })
    }
    if (this[kHandler].onBodySent) {
      try {
        return this[kHandler].onBodySent(chunk)
      } catch (err) {
        this.abort(err)
      }
    }
  }

  onRequestSent () {
    if (channels.bodySent.hasSubscribers) {
      channels.bodySent.publish({ request: this })
    }

    if (this[kHandler].onRequestSent) {
      try {
        return this[kHandler].onRequestSent()
      } catch (err) {
        this.abort(err)
      }
    }
  }

  onRequestStart (abort, context) {
    assert(!this.aborted)
    assert(!this.completed)

    this[kController] = new RequestController(abort)

    if (this.error) {
      this[kController].abort(this.error)
      return
    }

    this.abort = abort
    return this[kHandler].onRequestStart(this[kController], context)
  }

  onResponseStarted () {
    return this[kHandler].onResponseStarted?.()
  }

  onResponseStart (statusCode, headers, resume, statusText) {
    assert(!this.aborted)
    assert(!this.completed)

    if (channels.headers.hasSubscribers) {
      channels.headers.publish({ request: this, response: { statusCode, headers, statusText } })
    }

    const controller = this[kController]
    if (controller) {
      controller[kResume] = resume
      controller.rawHeaders = headers
    }

    const parsedHeaders = Array.isArray(headers) ? parseHeaders(headers) : headers

    try {
      this[kHandler].onResponseStart?.(controller, statusCode, parsedHeaders, statusText)
      return !controller?.paused
    } catch (err) {
      this.abort(err)
      return false
    }
  }

  onResponseData (chunk) {
    assert(!this.aborted)
    assert(!this.completed)

    if (channels.bodyChunkReceived.hasSubscribers) {
      channels.bodyChunkReceived.publish({ request: this, chunk })
    }

    const controller = this[kController]
    try {
      this[kHandler].onResponseData?.(controller, chunk)
      return !controller?.paused
    } catch (err) {
      this.abort(err)
      return false
    }
  }

  /**
   * @param {number} statusCode
   * @param {Buffer[]|string[]|import('../../types/header.d.ts').IncomingHttpHeaders} headers
   * @param {import('node:stream').Duplex} socket
   * @param {string} [statusText]
   */
  onRequestUpgrade (statusCode, headers, socket, statusText = '') {
    this.onFinally()

    assert(!this.aborted)
    assert(!this.completed)

    if (channels.headers.hasSubscribers) {
      channels.headers.publish({ request: this, response: { statusCode, headers, statusText } })
    }

    const controller = this[kController]
    if (controller) {
      controller.rawHeaders = headers
    }

    const parsedHeaders = Array.isArray(headers) ? parseHeaders(headers) : headers

    const result = this[kHandler].onRequestUpgrade?.(controller, statusCode, parsedHeaders, socket)

    if (!this.aborted) {
      this.completed = true
      if (channels.trailers.hasSubscribers) {
        channels.trailers.publish({ request: this, trailers: [] })
      }
    }

    return result
  }

  onResponseEnd (trailers) {
    this.onFinally()

    assert(!this.aborted)
    assert(!this.completed)

    this.completed = true
    if (channels.trailers.hasSubscribers) {
      channels.trailers.publish({ request: this, trailers })
    }

    const controller = this[kController]
    if (controller) {
      controller.rawTrailers = trailers
    }

    const parsedTrailers = Array.isArray(trailers) ? parseHeaders(trailers) : trailers

    try {
      return this[kHandler].onResponseEnd?.(controller, parsedTrailers)
    } catch (err) {
      // TODO (fix): This might be a bad idea?
      this.onResponseError(err)
    }
  }

  onResponseError (error) {
    this.onFinally()

    if (channels.error.hasSubscribers) {
      channels.error.publish({ request: this, error })
    }

    if (this.aborted) {
      return
    }
    this.aborted = true

    const controller = this[kController]

    return this[kHandler].onResponseError?.(controller, error)
  }

  onFinally () {
    if (this.errorHandler) {
      this.body.off('error', this.errorHandler)
      this.errorHandler = null
    }

    if (this.endHandler) {
      this.body.off('end', this.endHandler)
      this.endHandler = null
    }
  }

  addHeader (key, value) {
    processHeader(this, key, value)
    return this
  }
}

function processHeader (request, key, val) {
  if (val && (typeof val === 'object' && !Array.isArray(val))) {
    throw new InvalidArgumentError(`invalid ${key} header`)
  } else if (val === undefined) {
    return
  }

  let headerName = headerNameLowerCasedRecord[key]

  if (headerName === undefined) {
    headerName = key.toLowerCase()
    if (headerNameLowerCasedRecord[headerName] === undefined && !isValidHTTPToken(headerName)) {
      throw new InvalidArgumentError('invalid header key')
    }
  }

  if (Array.isArray(val)) {
    const arr = []
    for (let i = 0; i < val.length; i++) {
      if (typeof val[i] === 'string') {
        if (!isValidHeaderValue(val[i])) {
          throw new InvalidArgumentError(`invalid ${key} header`)
        }
        arr.push(val[i])
      } else if (val[i] === null) {
        arr.push('')
      } else if (typeof val[i] === 'object') {
        throw new InvalidArgumentError(`invalid ${key} header`)
      } else {
        // Coerce primitives (and reject unsafe coercions such as functions
        // with a crafted toString/Symbol.toPrimitive).
        const str = `${val[i]}`
        if (!isValidHeaderValue(str)) {
          throw new InvalidArgumentError(`invalid ${key} header`)
        }
        arr.push(str)
      }
    }
    val = arr
  } else if (typeof val === 'string') {
    if (!isValidHeaderValue(val)) {
      throw new InvalidArgumentError(`invalid ${key} header`)
    }
  } else if (val === null) {
    val = ''
  } else {
    // Coerce primitives (and reject unsafe coercions such as functions
    // with a crafted toString/Symbol.toPrimitive).
    val = `${val}`
    if (!isValidHeaderValue(val)) {
      throw new InvalidArgumentError(`invalid ${key} header`)
    }
  }

  if (headerName === 'host') {
    if (request.host !== null) {
      throw new InvalidArgumentError('duplicate host header')
    }
    if (typeof val !== 'string') {
      throw new InvalidArgumentError('invalid host header')
    }
    // Consumed by Client
    request.host = val
  } else if (headerName === 'content-length') {
    if (request.contentLength !== null) {
      throw new InvalidArgumentError('duplicate content-length header')
    }
    if (!isValidContentLengthHeaderValue(val)) {
      throw new InvalidArgumentError('invalid content-length header')
    }
    request.contentLength = parseInt(val, 10)
  } else if (request.contentType === null && headerName === 'content-type') {
    request.contentType = val
    request.headers.push(key, val)
  } else if (headerName === 'transfer-encoding' || headerName === 'keep-alive' || headerName === 'upgrade') {
    throw new InvalidArgumentError(`invalid ${headerName} header`)
  } else if (headerName === 'connection') {
    // Per RFC 7230 Section 6.1, Connection header can contain
    // a comma-separated list of connection option tokens (header names)
    const value = typeof val === 'string' ? val : null
    if (value === null) {
      throw new InvalidArgumentError('invalid connection header')
    }

    for (const token of value.toLowerCase().split(',')) {
      const trimmed = token.trim()
      if (!isValidHTTPToken(trimmed)) {
        throw new InvalidArgumentError('invalid connection header')
      }
      if (trimmed === 'close') {
        request.reset = true
      }
    }
  } else if (headerName === 'expect') {
    throw new NotSupportedError('expect header not supported')
  } else {
    request.headers.push(key, val)
  }
}

let isFormData

function isUndiciFormData (body) {
  if (isFormData === undefined) {
    __nccwpck_require__(782)
    isFormData = (__nccwpck_require__(8532).webidl).is.FormData
  }
  return isFormData(body)
}

module.exports = Request


/***/ }),

/***/ 6478:
/***/ ((module) => {



module.exports = {
  kClose: Symbol('close'),
  kDestroy: Symbol('destroy'),
  kDispatch: Symbol('dispatch'),
  kUrl: Symbol('url'),
  kRequestOrigin: Symbol('request origin'),
  kRedirectCacheControl: Symbol('redirect cache control'),
  kOriginless: Symbol('originless'),
  kWriting: Symbol('writing'),
  kResuming: Symbol('resuming'),
  kQueue: Symbol('queue'),
  kConnect: Symbol('connect'),
  kConnecting: Symbol('connecting'),
  kKeepAliveDefaultTimeout: Symbol('default keep alive timeout'),
  kKeepAliveMaxTimeout: Symbol('max keep alive timeout'),
  kKeepAliveTimeoutThreshold: Symbol('keep alive timeout threshold'),
  kKeepAliveTimeoutValue: Symbol('keep alive timeout'),
  kKeepAlive: Symbol('keep alive'),
  kHeadersTimeout: Symbol('headers timeout'),
  kBodyTimeout: Symbol('body timeout'),
  kServerName: Symbol('server name'),
  kLocalAddress: Symbol('local address'),
  kHost: Symbol('host'),
  kNoRef: Symbol('no ref'),
  kBodyUsed: Symbol('used'),
  kBody: Symbol('abstracted request body'),
  kRunning: Symbol('running'),
  kBlocking: Symbol('blocking'),
  kPending: Symbol('pending'),
  kSize: Symbol('size'),
  kBusy: Symbol('busy'),
  kQueued: Symbol('queued'),
  kFree: Symbol('free'),
  kConnected: Symbol('connected'),
  kClosed: Symbol('closed'),
  kNeedDrain: Symbol('need drain'),
  kReset: Symbol('reset'),
  kDestroyed: Symbol.for('nodejs.stream.destroyed'),
  kResume: Symbol('resume'),
  kOnError: Symbol('on error'),
  kMaxHeadersSize: Symbol('max headers size'),
  kRunningIdx: Symbol('running index'),
  kPendingIdx: Symbol('pending index'),
  kError: Symbol('error'),
  kClients: Symbol('clients'),
  kClient: Symbol('client'),
  kParser: Symbol('parser'),
  kOnDestroyed: Symbol('destroy callbacks'),
  kPipelining: Symbol('pipelining'),
  kSocket: Symbol('socket'),
  kHostHeader: Symbol('host header'),
  kConnector: Symbol('connector'),
  kStrictContentLength: Symbol('strict content length'),
  kMaxRedirections: Symbol('maxRedirections'),
  kMaxRequests: Symbol('maxRequestsPerClient'),
  kProxy: Symbol('proxy agent options'),
  kCounter: Symbol('socket request counter'),
  kMaxResponseSize: Symbol('max response size'),
  kHTTP2Session: Symbol('http2Session'),
  kHTTP2Options: Symbol('http2 options'),
  kHTTP2SessionState: Symbol('http2Session state'),
  kRetryHandlerDefaultRetry: Symbol('retry agent default retry'),
  kConstruct: Symbol('constructable'),
  kListeners: Symbol('listeners'),
  kHTTPContext: Symbol('http context'),
  kMaxConcurrentStreams: Symbol('max concurrent streams'),
  kHostAuthority: Symbol('host authority'),
  kHTTP2InitialWindowSize: Symbol('http2 initial window size'),
  kHTTP2ConnectionWindowSize: Symbol('http2 connection window size'),
  kEnableConnectProtocol: Symbol('http2session connect protocol'),
  kRemoteSettings: Symbol('http2session remote settings'),
  kHTTP2Stream: Symbol('http2session client stream'),
  kPingInterval: Symbol('ping interval'),
  kUseMilo: Symbol('use milo'),
  kNoProxyAgent: Symbol('no proxy agent'),
  kHttpProxyAgent: Symbol('http proxy agent'),
  kHttpsProxyAgent: Symbol('https proxy agent'),
  kSocks5ProxyAgent: Symbol('socks5 proxy agent')
}


/***/ }),

/***/ 1959:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const {
  wellknownHeaderNames,
  headerNameLowerCasedRecord
} = __nccwpck_require__(4574)

class TstNode {
  /** @type {any} */
  value = null
  /** @type {null | TstNode} */
  left = null
  /** @type {null | TstNode} */
  middle = null
  /** @type {null | TstNode} */
  right = null
  /** @type {number} */
  code
  /**
   * @param {string} key
   * @param {any} value
   * @param {number} index
   */
  constructor (key, value, index) {
    if (index === undefined || index >= key.length) {
      throw new TypeError('Unreachable')
    }
    const code = this.code = key.charCodeAt(index)
    // check code is ascii string
    if (code > 0x7F) {
      throw new TypeError('key must be ascii string')
    }
    if (key.length !== ++index) {
      this.middle = new TstNode(key, value, index)
    } else {
      this.value = value
    }
  }

  /**
   * @param {string} key
   * @param {any} value
   * @returns {void}
   */
  add (key, value) {
    const length = key.length
    if (length === 0) {
      throw new TypeError('Unreachable')
    }
    let index = 0
    /**
     * @type {TstNode}
     */
    let node = this
    while (true) {
      const code = key.charCodeAt(index)
      // check code is ascii string
      if (code > 0x7F) {
        throw new TypeError('key must be ascii string')
      }
      if (node.code === code) {
        if (length === ++index) {
          node.value = value
          break
        } else if (node.middle !== null) {
          node = node.middle
        } else {
          node.middle = new TstNode(key, value, index)
          break
        }
      } else if (node.code < code) {
        if (node.left !== null) {
          node = node.left
        } else {
          node.left = new TstNode(key, value, index)
          break
        }
      } else if (node.right !== null) {
        node = node.right
      } else {
        node.right = new TstNode(key, value, index)
        break
      }
    }
  }

  /**
   * @param {Uint8Array} key
   * @returns {TstNode | null}
   */
  search (key) {
    const keylength = key.length
    let index = 0
    /**
     * @type {TstNode|null}
     */
    let node = this
    while (node !== null && index < keylength) {
      let code = key[index]
      // A-Z
      // First check if it is bigger than 0x5a.
      // Lowercase letters have higher char codes than uppercase ones.
      // Also we assume that headers will mostly contain lowercase characters.
      if (code <= 0x5a && code >= 0x41) {
        // Lowercase for uppercase.
        code |= 32
      }
      while (node !== null) {
        if (code === node.code) {
          if (keylength === ++index) {
            // Returns Node since it is the last key.
            return node
          }
          node = node.middle
          break
        }
        node = node.code < code ? node.left : node.right
      }
    }
    return null
  }
}

class TernarySearchTree {
  /** @type {TstNode | null} */
  node = null

  /**
   * @param {string} key
   * @param {any} value
   * @returns {void}
   * */
  insert (key, value) {
    if (this.node === null) {
      this.node = new TstNode(key, value, 0)
    } else {
      this.node.add(key, value)
    }
  }

  /**
   * @param {Uint8Array} key
   * @returns {any}
   */
  lookup (key) {
    return this.node?.search(key)?.value ?? null
  }
}

const tree = new TernarySearchTree()

for (let i = 0; i < wellknownHeaderNames.length; ++i) {
  const key = headerNameLowerCasedRecord[wellknownHeaderNames[i]]
  tree.insert(key, key)
}

module.exports = {
  TernarySearchTree,
  tree
}


/***/ }),

/***/ 9203:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const assert = __nccwpck_require__(4589)
const { kDestroyed, kBodyUsed, kListeners, kBody } = __nccwpck_require__(6478)
const { IncomingMessage } = __nccwpck_require__(7067)
const stream = __nccwpck_require__(7075)
const net = __nccwpck_require__(7030)
const { stringify } = __nccwpck_require__(1792)
const { EventEmitter: EE, addAbortListener: addAbortListenerNative } = __nccwpck_require__(8474)
const timers = __nccwpck_require__(4132)
const { InvalidArgumentError, ConnectTimeoutError } = __nccwpck_require__(3092)
const { headerNameLowerCasedRecord } = __nccwpck_require__(4574)
const { tree } = __nccwpck_require__(1959)

class BodyAsyncIterable {
  constructor (body) {
    this[kBody] = body
    this[kBodyUsed] = false
  }

  async * [Symbol.asyncIterator] () {
    assert(!this[kBodyUsed], 'disturbed')
    this[kBodyUsed] = true
    yield * this[kBody]
  }
}

function noop () {}

/**
 * @param {*} body
 * @returns {*}
 */
function wrapRequestBody (body) {
  if (isStream(body)) {
    // TODO (fix): Provide some way for the user to cache the file to e.g. /tmp
    // so that it can be dispatched again?
    // TODO (fix): Do we need 100-expect support to provide a way to do this properly?
    if (bodyLength(body) === 0) {
      body
        .on('data', function () {
          assert(false)
        })
    }

    if (typeof body.readableDidRead !== 'boolean') {
      body[kBodyUsed] = false
      EE.prototype.on.call(body, 'data', function () {
        this[kBodyUsed] = true
      })
    }

    return body
  } else if (body && typeof body.pipeTo === 'function') {
    // TODO (fix): We can't access ReadableStream internal state
    // to determine whether or not it has been disturbed. This is just
    // a workaround.
    return new BodyAsyncIterable(body)
  } else if (body && isFormDataLike(body)) {
    return body
  } else if (
    body &&
    typeof body !== 'string' &&
    !ArrayBuffer.isView(body) &&
    isIterable(body)
  ) {
    // TODO: Should we allow re-using iterable if !this.opts.idempotent
    // or through some other flag?
    return new BodyAsyncIterable(body)
  } else {
    return body
  }
}

/**
 * @param {*} obj
 * @returns {obj is import('node:stream').Stream}
 */
function isStream (obj) {
  return obj && typeof obj === 'object' && typeof obj.pipe === 'function' && typeof obj.on === 'function'
}

/**
 * @param {*} object
 * @returns {object is Blob}
 */
function isBlobLike (object) {
  return object instanceof Blob
}

/**
 * @param {string} url The path to check for query strings or fragments.
 * @returns {boolean} Returns true if the path contains a query string or fragment.
 */
function pathHasQueryOrFragment (url) {
  return (
    url.includes('?') ||
    url.includes('#')
  )
}

/**
 * @param {string} url The URL to add the query params to
 * @param {import('node:querystring').ParsedUrlQueryInput} queryParams The object to serialize into a URL query string
 * @returns {string} The URL with the query params added
 */
function serializePathWithQuery (url, queryParams) {
  if (pathHasQueryOrFragment(url)) {
    throw new Error('Query params cannot be passed when url already contains "?" or "#".')
  }

  const stringified = stringify(queryParams)

  if (stringified) {
    url += '?' + stringified
  }

  return url
}

/**
 * @param {number|string|undefined} port
 * @returns {boolean}
 */
function isValidPort (port) {
  const value = parseInt(port, 10)
  return (
    value === Number(port) &&
    value >= 0 &&
    value <= 65535
  )
}

/**
 * Check if the value is a valid http or https prefixed string.
 *
 * @param {string} value
 * @returns {boolean}
 */
function isHttpOrHttpsPrefixed (value) {
  return (
    value != null &&
    value[0] === 'h' &&
    value[1] === 't' &&
    value[2] === 't' &&
    value[3] === 'p' &&
    (
      value[4] === ':' ||
      (
        value[4] === 's' &&
        value[5] === ':'
      )
    )
  )
}

/**
 * @param {string|URL|Record<string,string>} url
 * @returns {URL}
 */
function parseURL (url) {
  if (typeof url === 'string') {
    /**
     * @type {URL}
     */
    url = new URL(url)

    if (!isHttpOrHttpsPrefixed(url.origin || url.protocol)) {
      throw new InvalidArgumentError('Invalid URL protocol: the URL must start with `http:` or `https:`.')
    }

    return url
  }

  if (!url || typeof url !== 'object') {
    throw new InvalidArgumentError('Invalid URL: The URL argument must be a non-null object.')
  }

  if (!(url instanceof URL)) {
    if (url.port != null && url.port !== '' && isValidPort(url.port) === false) {
      throw new InvalidArgumentError('Invalid URL: port must be a valid integer or a string representation of an integer.')
    }

    if (url.path != null && typeof url.path !== 'string') {
      throw new InvalidArgumentError('Invalid URL path: the path must be a string or null/undefined.')
    }

    if (url.pathname != null && typeof url.pathname !== 'string') {
      throw new InvalidArgumentError('Invalid URL pathname: the pathname must be a string or null/undefined.')
    }

    if (url.hostname != null && typeof url.hostname !== 'string') {
      throw new InvalidArgumentError('Invalid URL hostname: the hostname must be a string or null/undefined.')
    }

    if (url.origin != null && typeof url.origin !== 'string') {
      throw new InvalidArgumentError('Invalid URL origin: the origin must be a string or null/undefined.')
    }

    if (!isHttpOrHttpsPrefixed(url.origin || url.protocol)) {
      throw new InvalidArgumentError('Invalid URL protocol: the URL must start with `http:` or `https:`.')
    }

    const port = url.port != null
      ? url.port
      : (url.protocol === 'https:' ? 443 : 80)
    let origin = url.origin != null
      ? url.origin
      : `${url.protocol || ''}//${url.hostname || ''}:${port}`
    let path = url.path != null
      ? url.path
      : `${url.pathname || ''}${url.search || ''}`

    if (origin[origin.length - 1] === '/') {
      origin = origin.slice(0, origin.length - 1)
    }

    if (path && path[0] !== '/') {
      path = `/${path}`
    }
    // new URL(path, origin) is unsafe when `path` contains an absolute URL
    // From https://developer.mozilla.org/en-US/docs/Web/API/URL/URL:
    // If first parameter is a relative URL, second param is required, and will be used as the base URL.
    // If first parameter is an absolute URL, a given second param will be ignored.
    return new URL(`${origin}${path}`)
  }

  if (!isHttpOrHttpsPrefixed(url.origin || url.protocol)) {
    throw new InvalidArgumentError('Invalid URL protocol: the URL must start with `http:` or `https:`.')
  }

  return url
}

/**
 * @param {string|URL|Record<string, string>} url
 * @returns {URL}
 */
function parseOrigin (url) {
  url = parseURL(url)

  if (url.pathname !== '/' || url.search || url.hash) {
    throw new InvalidArgumentError('invalid url')
  }

  return url
}

/**
 * @param {string} host
 * @returns {string}
 */
function getHostname (host) {
  if (host[0] === '[') {
    const idx = host.indexOf(']')

    assert(idx !== -1)
    return host.substring(1, idx)
  }

  const idx = host.indexOf(':')
  if (idx === -1) return host

  return host.substring(0, idx)
}

/**
 * IP addresses are not valid server names per RFC6066
 * Currently, the only server names supported are DNS hostnames
 * @param {string|null} host
 * @returns {string|null}
 */
function getServerName (host) {
  if (!host) {
    return null
  }

  assert(typeof host === 'string')

  const servername = getHostname(host)
  if (net.isIP(servername)) {
    return ''
  }

  return servername
}

/**
 * @function
 * @template T
 * @param {T} obj
 * @returns {T}
 */
function deepClone (obj) {
  return JSON.parse(JSON.stringify(obj))
}

/**
 * @param {*} obj
 * @returns {obj is AsyncIterable}
 */
function isAsyncIterable (obj) {
  return !!(obj != null && typeof obj[Symbol.asyncIterator] === 'function')
}

/**
 * @param {*} obj
 * @returns {obj is Iterable}
 */
function isIterable (obj) {
  return !!(obj != null && (typeof obj[Symbol.iterator] === 'function' || typeof obj[Symbol.asyncIterator] === 'function'))
}

/**
 * Checks whether an object has a safe Symbol.iterator — i.e. one that is
 * either own or inherited from a non-Object.prototype chain.  This prevents
 * prototype-pollution attacks from injecting a fake iterator on
 * Object.prototype.
 * @param {object} obj
 * @returns {boolean}
 */
function hasSafeIterator (obj) {
  const prototype = Object.getPrototypeOf(obj)
  const ownIterator = Object.hasOwn(obj, Symbol.iterator)
  return ownIterator || (prototype != null && prototype !== Object.prototype && typeof obj[Symbol.iterator] === 'function')
}

/**
 * @param {Blob|Buffer|import ('stream').Stream} body
 * @returns {number|null}
 */
function bodyLength (body) {
  if (body == null) {
    return 0
  } else if (isStream(body)) {
    const state = body._readableState
    return state && state.objectMode === false && state.ended === true && Number.isFinite(state.length)
      ? state.length
      : null
  } else if (isBlobLike(body)) {
    return body.size != null ? body.size : null
  } else if (isBuffer(body)) {
    return body.byteLength
  }

  return null
}

/**
 * @param {import ('stream').Stream} body
 * @returns {boolean}
 */
function isDestroyed (body) {
  return body && !!(body.destroyed || body[kDestroyed] || (stream.isDestroyed?.(body)))
}

/**
 * @param {import ('stream').Stream} stream
 * @param {Error} [err]
 * @returns {void}
 */
function destroy (stream, err) {
  if (stream == null || !isStream(stream) || isDestroyed(stream)) {
    return
  }

  if (typeof stream.destroy === 'function') {
    if (Object.getPrototypeOf(stream).constructor === IncomingMessage) {
      // See: https://github.com/nodejs/node/pull/38505/files
      stream.socket = null
    }

    try {
      stream.destroy(err)
    } catch {
      // stream.destroy may throw on managed sockets (e.g., http2).
      // Silently ignore — the socket lifecycle is handled by the subsystem.
    }
  } else if (err) {
    queueMicrotask(() => {
      stream.emit('error', err)
    })
  }

  if (stream.destroyed !== true) {
    stream[kDestroyed] = true
  }
}

const KEEPALIVE_TIMEOUT_EXPR = /(?:^|,)[\t ]*timeout=(\d+)/i
/**
 * @param {string} val
 * @returns {number | null}
 */
function parseKeepAliveTimeout (val) {
  const m = val.match(KEEPALIVE_TIMEOUT_EXPR)
  return m ? parseInt(m[1], 10) * 1000 : null
}

/**
 * Retrieves a header name and returns its lowercase value.
 * @param {string | Buffer} value Header name
 * @returns {string}
 */
function headerNameToString (value) {
  return typeof value === 'string'
    ? headerNameLowerCasedRecord[value] ?? value.toLowerCase()
    : tree.lookup(value) ?? value.toString('latin1').toLowerCase()
}

/**
 * Receive the buffer as a string and return its lowercase value.
 * @param {Buffer} value Header name
 * @returns {string}
 */
function bufferToLowerCasedHeaderName (value) {
  return tree.lookup(value) ?? value.toString('latin1').toLowerCase()
}

/**
 * Writes a header onto a plain object without going through the
 * `Object.prototype` `__proto__` setter. Plain assignment there drops a string
 * value and, when the value is an array, replaces the object's prototype
 * instead of storing anything. Every other name is a normal assignment.
 *
 * @param {Record<string, string | string[]>} obj Accumulator to write onto
 * @param {string} key Header name
 * @param {string | string[]} value Header value
 * @returns {void}
 */
function setHeader (obj, key, value) {
  if (key === '__proto__') {
    Object.defineProperty(obj, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true
    })
  } else {
    obj[key] = value
  }
}

/**
 * @param {(Buffer | string)[]} headers
 * @param {Record<string, string | string[]>} [obj]
 * @returns {Record<string, string | string[]>}
 */
function parseHeaders (headers, obj) {
  if (obj === undefined) obj = {}

  for (let i = 0; i < headers.length; i += 2) {
    const key = headerNameToString(headers[i])
    let val = obj[key]

    if (val !== undefined) {
      if (!Object.hasOwn(obj, key)) {
        const headersValue = typeof headers[i + 1] === 'string'
          ? headers[i + 1]
          : Array.isArray(headers[i + 1])
            ? headers[i + 1].map(x => x.toString('latin1'))
            : headers[i + 1].toString('latin1')

        if (key === '__proto__') {
          Object.defineProperty(obj, key, {
            value: headersValue,
            enumerable: true,
            configurable: true,
            writable: true
          })
        } else {
          obj[key] = headersValue
        }
      } else {
        if (typeof val === 'string') {
          val = [val]
          obj[key] = val
        }
        val.push(headers[i + 1].toString('latin1'))
      }
    } else {
      const headersValue = typeof headers[i + 1] === 'string'
        ? headers[i + 1]
        : Array.isArray(headers[i + 1])
          ? headers[i + 1].map(x => x.toString('latin1'))
          : headers[i + 1].toString('latin1')

      obj[key] = headersValue
    }
  }

  return obj
}

/**
 * @param {Buffer[] | string[] | Record<string, string | string[]> | null | undefined} headers
 * @returns {string[]}
 */
function parseRawHeaders (headers) {
  if (headers == null) {
    return []
  }

  if (!Array.isArray(headers)) {
    const rawHeaders = []

    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value)) {
        for (const entry of value) {
          rawHeaders.push(name, `${entry}`)
        }
      } else {
        rawHeaders.push(name, `${value}`)
      }
    }

    return rawHeaders
  }

  const headersLength = headers.length
  /**
   * @type {string[]}
   */
  const ret = new Array(headersLength)

  let key
  let val

  for (let n = 0; n < headersLength; n += 2) {
    key = headers[n]
    val = headers[n + 1]

    typeof key !== 'string' && (key = key.toString())
    typeof val !== 'string' && (val = val.toString('latin1'))

    ret[n] = key
    ret[n + 1] = val
  }

  return ret
}

/**
 * @param {Record<string, string | string[]>} headers
 * @returns {Buffer[]}
 */
function toRawHeaders (headers) {
  const rawHeaders = []

  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) {
      for (const entry of value) {
        rawHeaders.push(Buffer.from(name, 'latin1'), Buffer.from(`${entry}`, 'latin1'))
      }
    } else {
      rawHeaders.push(Buffer.from(name, 'latin1'), Buffer.from(`${value}`, 'latin1'))
    }
  }

  return rawHeaders
}

/**
 * @param {string[]} headers
 * @param {Buffer[]} headers
 */
function encodeRawHeaders (headers) {
  if (!Array.isArray(headers)) {
    throw new TypeError('expected headers to be an array')
  }
  return headers.map(x => Buffer.from(x))
}

/**
 * @param {*} buffer
 * @returns {buffer is Buffer}
 */
function isBuffer (buffer) {
  // See, https://github.com/mcollina/undici/pull/319
  return buffer instanceof Uint8Array || Buffer.isBuffer(buffer)
}

/**
 * Asserts that the handler object is a request handler.
 *
 * @param {object} handler
 * @param {string} method
 * @param {string} [upgrade]
 * @returns {asserts handler is import('../api/api-request').RequestHandler}
 */
function assertRequestHandler (handler, method, upgrade) {
  if (!handler || typeof handler !== 'object') {
    throw new InvalidArgumentError('handler must be an object')
  }

  if (typeof handler.onRequestStart !== 'function') {
    throw new InvalidArgumentError('invalid onRequestStart method')
  }

  if (typeof handler.onResponseError !== 'function') {
    throw new InvalidArgumentError('invalid onResponseError method')
  }

  if (typeof handler.onBodySent !== 'function' && handler.onBodySent !== undefined) {
    throw new InvalidArgumentError('invalid onBodySent method')
  }

  if (typeof handler.onRequestSent !== 'function' && handler.onRequestSent !== undefined) {
    throw new InvalidArgumentError('invalid onRequestSent method')
  }

  if (upgrade || method === 'CONNECT') {
    if (typeof handler.onRequestUpgrade !== 'function') {
      throw new InvalidArgumentError('invalid onRequestUpgrade method')
    }
  } else {
    if (typeof handler.onResponseStart !== 'function') {
      throw new InvalidArgumentError('invalid onResponseStart method')
    }

    if (typeof handler.onResponseData !== 'function') {
      throw new InvalidArgumentError('invalid onResponseData method')
    }

    if (typeof handler.onResponseEnd !== 'function') {
      throw new InvalidArgumentError('invalid onResponseEnd method')
    }
  }
}

/**
 * A body is disturbed if it has been read from and it cannot be re-used without
 * losing state or data.
 * @param {import('node:stream').Readable} body
 * @returns {boolean}
 */
function isDisturbed (body) {
  // TODO (fix): Why is body[kBodyUsed] needed?
  return !!(body && (stream.isDisturbed(body) || body[kBodyUsed]))
}

/**
 * @typedef {object} SocketInfo
 * @property {string} [localAddress]
 * @property {number} [localPort]
 * @property {string} [remoteAddress]
 * @property {number} [remotePort]
 * @property {string} [remoteFamily]
 * @property {number} [timeout]
 * @property {number} bytesWritten
 * @property {number} bytesRead
 */

/**
 * @param {import('net').Socket} socket
 * @returns {SocketInfo}
 */
function getSocketInfo (socket) {
  return {
    localAddress: socket.localAddress,
    localPort: socket.localPort,
    remoteAddress: socket.remoteAddress,
    remotePort: socket.remotePort,
    remoteFamily: socket.remoteFamily,
    timeout: socket.timeout,
    bytesWritten: socket.bytesWritten,
    bytesRead: socket.bytesRead
  }
}

/**
 * The object should be a FormData instance and contains all the required
 * methods.
 * @param {*} object
 * @returns {object is FormData}
 */
function isFormDataLike (object) {
  return (
    object &&
    typeof object === 'object' &&
    typeof object.append === 'function' &&
    typeof object.delete === 'function' &&
    typeof object.get === 'function' &&
    typeof object.getAll === 'function' &&
    typeof object.has === 'function' &&
    typeof object.set === 'function' &&
    object[Symbol.toStringTag] === 'FormData'
  )
}

function addAbortListener (signal, listener) {
  if (!signal || 'aborted' in signal) {
    return addAbortListenerNative(signal, listener)[Symbol.dispose]
  }

  if (typeof signal.addEventListener === 'function') {
    signal.addEventListener('abort', listener, { once: true })
    return () => signal.removeEventListener('abort', listener)
  }
  signal.once('abort', listener)
  return () => signal.removeListener('abort', listener)
}

const validTokenChars = new Uint8Array([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 0-15
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 16-31
  0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, // 32-47 (!"#$%&'()*+,-./)
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, // 48-63 (0-9:;<=>?)
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // 64-79 (@A-O)
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, // 80-95 (P-Z[\]^_)
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // 96-111 (`a-o)
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, // 112-127 (p-z{|}~)
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 128-143
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 144-159
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 160-175
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 176-191
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 192-207
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 208-223
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 224-239
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0  // 240-255
])

/**
 * @see https://tools.ietf.org/html/rfc7230#section-3.2.6
 * @param {number} c
 * @returns {boolean}
 */
function isTokenCharCode (c) {
  return (validTokenChars[c] === 1)
}

const tokenRegExp = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/

/**
 * @param {string} characters
 * @returns {boolean}
 */
function isValidHTTPToken (characters) {
  if (characters.length >= 12) return tokenRegExp.test(characters)
  if (characters.length === 0) return false

  for (let i = 0; i < characters.length; i++) {
    if (validTokenChars[characters.charCodeAt(i)] !== 1) {
      return false
    }
  }
  return true
}

// headerCharRegex have been lifted from
// https://github.com/nodejs/node/blob/main/lib/_http_common.js

/**
 * Matches if val contains an invalid field-vchar
 *  field-value    = *( field-content / obs-fold )
 *  field-content  = field-vchar [ 1*( SP / HTAB ) field-vchar ]
 *  field-vchar    = VCHAR / obs-text
 */
const headerCharRegex = /[^\t\x20-\x7e\x80-\xff]/

/**
 * @param {string} characters
 * @returns {boolean}
 */
function isValidHeaderValue (characters) {
  return !headerCharRegex.test(characters)
}

const rangeHeaderRegex = /^bytes (\d+)-(\d+)\/(\d+|\*)?$/

/**
 * @typedef {object} RangeHeader
 * @property {number} start
 * @property {number | null} end
 * @property {number | null} size
 */

/**
 * Parse accordingly to RFC 9110
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.content-range
 * @param {string} [range]
 * @returns {RangeHeader|null}
 */
function parseRangeHeader (range) {
  if (range == null || range === '') return { start: 0, end: null, size: null }
  if (!range) return null

  const m = rangeHeaderRegex.exec(range)
  return m
    ? {
        start: parseInt(m[1]),
        end: m[2] ? parseInt(m[2]) : null,
        size: m[3] && m[3] !== '*' ? parseInt(m[3]) : null
      }
    : null
}

/**
 * @template {import("events").EventEmitter} T
 * @param {T} obj
 * @param {string} name
 * @param {(...args: any[]) => void} listener
 * @returns {T}
 */
function addListener (obj, name, listener) {
  const listeners = (obj[kListeners] ??= [])
  listeners.push([name, listener])
  obj.on(name, listener)
  return obj
}

/**
 * @template {import("events").EventEmitter} T
 * @param {T} obj
 * @returns {T}
 */
function removeAllListeners (obj) {
  if (obj[kListeners] != null) {
    for (const [name, listener] of obj[kListeners]) {
      obj.removeListener(name, listener)
    }
    obj[kListeners] = null
  }
  return obj
}

/**
 * @param {import ('../dispatcher/client')} client
 * @param {import ('../core/request')} request
 * @param {Error} err
 */
function errorRequest (client, request, err) {
  try {
    request.onResponseError(err)
    assert(request.aborted)
  } catch (err) {
    client.emit('error', err)
  }
}

/**
 * @param {WeakRef<net.Socket>} socketWeakRef
 * @param {object} opts
 * @param {number} opts.timeout
 * @param {string} opts.hostname
 * @param {number} opts.port
 * @returns {() => void}
 */
const setupConnectTimeout = process.platform === 'win32'
  ? (socketWeakRef, opts) => {
      if (!opts.timeout) {
        return noop
      }

      let s1 = null
      let s2 = null
      const fastTimer = timers.setFastTimeout(() => {
      // setImmediate is added to make sure that we prioritize socket error events over timeouts
        s1 = setImmediate(() => {
        // Windows needs an extra setImmediate probably due to implementation differences in the socket logic
          s2 = setImmediate(() => onConnectTimeout(socketWeakRef.deref(), opts))
        })
      }, opts.timeout)
      return () => {
        timers.clearFastTimeout(fastTimer)
        clearImmediate(s1)
        clearImmediate(s2)
      }
    }
  : (socketWeakRef, opts) => {
      if (!opts.timeout) {
        return noop
      }

      let s1 = null
      const fastTimer = timers.setFastTimeout(() => {
      // setImmediate is added to make sure that we prioritize socket error events over timeouts
        s1 = setImmediate(() => {
          onConnectTimeout(socketWeakRef.deref(), opts)
        })
      }, opts.timeout)
      return () => {
        timers.clearFastTimeout(fastTimer)
        clearImmediate(s1)
      }
    }

/**
 * @param {net.Socket} socket
 * @param {object} opts
 * @param {number} opts.timeout
 * @param {string} opts.hostname
 * @param {number} opts.port
 */
function onConnectTimeout (socket, opts) {
  // The socket could be already garbage collected
  if (socket == null) {
    return
  }

  let message = 'Connect Timeout Error'
  if (Array.isArray(socket.autoSelectFamilyAttemptedAddresses)) {
    message += ` (attempted addresses: ${socket.autoSelectFamilyAttemptedAddresses.join(', ')},`
  } else {
    message += ` (attempted address: ${opts.hostname}:${opts.port},`
  }

  message += ` timeout: ${opts.timeout}ms)`

  destroy(socket, new ConnectTimeoutError(message))
}

let lastUrlString = null
let lastProtocol = null

/**
 * @param {string} urlString
 * @returns {string}
 */
function getProtocolFromUrlString (urlString) {
  // Requests are typically dispatched against the same origin over and over,
  // so cache the last (urlString, protocol) pair to skip re-parsing.
  if (urlString === lastUrlString) {
    return lastProtocol
  }

  const protocol = getProtocolFromUrlStringSlow(urlString)
  lastUrlString = urlString
  lastProtocol = protocol

  return protocol
}

/**
 * @param {string} urlString
 * @returns {string}
 */
function getProtocolFromUrlStringSlow (urlString) {
  if (
    urlString[0] === 'h' &&
    urlString[1] === 't' &&
    urlString[2] === 't' &&
    urlString[3] === 'p'
  ) {
    switch (urlString[4]) {
      case ':':
        return 'http:'
      case 's':
        if (urlString[5] === ':') {
          return 'https:'
        }
    }
  }
  // fallback if none of the usual suspects
  return urlString.slice(0, urlString.indexOf(':') + 1)
}

const kEnumerableProperty = {
  __proto__: null,
  enumerable: true
}

const normalizedMethodRecordsBase = {
  delete: 'DELETE',
  DELETE: 'DELETE',
  get: 'GET',
  GET: 'GET',
  head: 'HEAD',
  HEAD: 'HEAD',
  options: 'OPTIONS',
  OPTIONS: 'OPTIONS',
  post: 'POST',
  POST: 'POST',
  put: 'PUT',
  PUT: 'PUT',
  query: 'QUERY',
  QUERY: 'QUERY'
}

const normalizedMethodRecords = {
  ...normalizedMethodRecordsBase,
  patch: 'patch',
  PATCH: 'PATCH'
}

// Note: object prototypes should not be able to be referenced. e.g. `Object#hasOwnProperty`.
Object.setPrototypeOf(normalizedMethodRecordsBase, null)
Object.setPrototypeOf(normalizedMethodRecords, null)

module.exports = {
  kEnumerableProperty,
  isDisturbed,
  isBlobLike,
  parseOrigin,
  parseURL,
  getServerName,
  isStream,
  isIterable,
  hasSafeIterator,
  isAsyncIterable,
  isDestroyed,
  headerNameToString,
  bufferToLowerCasedHeaderName,
  addListener,
  removeAllListeners,
  errorRequest,
  parseRawHeaders,
  toRawHeaders,
  encodeRawHeaders,
  parseHeaders,
  setHeader,
  parseKeepAliveTimeout,
  destroy,
  bodyLength,
  deepClone,
  isBuffer,
  assertRequestHandler,
  getSocketInfo,
  isFormDataLike,
  pathHasQueryOrFragment,
  serializePathWithQuery,
  addAbortListener,
  isValidHTTPToken,
  isValidHeaderValue,
  isTokenCharCode,
  parseRangeHeader,
  normalizedMethodRecordsBase,
  normalizedMethodRecords,
  isValidPort,
  isHttpOrHttpsPrefixed,
  safeHTTPMethods: Object.freeze(['GET', 'HEAD', 'OPTIONS', 'TRACE']),
  wrapRequestBody,
  setupConnectTimeout,
  getProtocolFromUrlString
}


/***/ }),

/***/ 2480:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



/* global WebAssembly */

const assert = __nccwpck_require__(4589)
const util = __nccwpck_require__(9203)
const { channels } = __nccwpck_require__(6883)
const timers = __nccwpck_require__(4132)
const {
  RequestContentLengthMismatchError,
  ResponseContentLengthMismatchError,
  RequestAbortedError,
  InvalidArgumentError,
  HeadersTimeoutError,
  HeadersOverflowError,
  SocketError,
  InformationalError,
  BodyTimeoutError,
  HTTPParserError,
  WebAssemblyNotSupportedError,
  ResponseExceededMaxSizeError
} = __nccwpck_require__(3092)
const {
  kUrl,
  kReset,
  kClient,
  kParser,
  kBlocking,
  kRunning,
  kPending,
  kSize,
  kWriting,
  kQueue,
  kNoRef,
  kKeepAliveDefaultTimeout,
  kHostHeader,
  kPendingIdx,
  kRunningIdx,
  kError,
  kPipelining,
  kSocket,
  kKeepAliveTimeoutValue,
  kMaxHeadersSize,
  kKeepAliveMaxTimeout,
  kKeepAliveTimeoutThreshold,
  kHeadersTimeout,
  kBodyTimeout,
  kStrictContentLength,
  kMaxRequests,
  kCounter,
  kMaxResponseSize,
  kOnError,
  kResume,
  kHTTPContext,
  kClosed,
  kUseMilo
} = __nccwpck_require__(6478)

const constants = __nccwpck_require__(7405)
// Node.js core bundles only llhttp; experimental Milo remains available in npm builds.
const { H1Parser, getMiloEnabled } = typeof esbuildDetection === 'undefined'
  ? __nccwpck_require__(1126)
  : {}
const EMPTY_BUF = Buffer.alloc(0)
const FastBuffer = Buffer[Symbol.species]
const removeAllListeners = util.removeAllListeners
const kIdleSocketValidation = Symbol('kIdleSocketValidation')
const kIdleSocketValidationTimeout = Symbol('kIdleSocketValidationTimeout')
const kSocketUsed = Symbol('kSocketUsed')
const kTypeOfService = Symbol('kTypeOfService')

let extractBody

function lazyllhttp () {
  // Check only when HTTP/1 needs the parser, so other APIs remain usable without WASM.
  if (typeof WebAssembly === 'undefined') {
    throw new WebAssemblyNotSupportedError()
  }

  const llhttpWasmData = process.env.JEST_WORKER_ID ? __nccwpck_require__(9855) : undefined

  let mod

  // We disable wasm SIMD on older versions of Node.js on ppc64 that are broken on Power >=9 architectures.
  let useWasmSIMD = true
  if (process.arch === 'riscv64') {
    useWasmSIMD = false
  } else if (process.arch === 'ppc64') {
    const [major, minor] = process.versions.node.split('.').map(n => parseInt(n, 10))
    if (major < 24 || (major === 24 && minor < 12)) {
      useWasmSIMD = false
    }
  }
  // The Env Variable UNDICI_NO_WASM_SIMD allows explicitly overriding the default behavior
  if (process.env.UNDICI_NO_WASM_SIMD === '1') {
    useWasmSIMD = false
  } else if (process.env.UNDICI_NO_WASM_SIMD === '0') {
    useWasmSIMD = true
  }

  if (useWasmSIMD) {
    try {
      mod = new WebAssembly.Module(__nccwpck_require__(1285))
    } catch {}
  }

  if (!mod) {
    // We could check if the error was caused by the simd option not
    // being enabled, but the occurring of this other error
    // * https://github.com/emscripten-core/emscripten/issues/11495
    // got me to remove that check to avoid breaking Node 12.
    mod = new WebAssembly.Module(llhttpWasmData || __nccwpck_require__(9855))
  }

  return new WebAssembly.Instance(mod, {
    env: {
      /**
       * @param {number} p
       * @param {number} at
       * @param {number} len
       * @returns {number}
       */
      wasm_on_url: (p, at, len) => {
        return 0
      },
      /**
       * @param {number} p
       * @param {number} at
       * @param {number} len
       * @returns {number}
       */
      wasm_on_status: (p, at, len) => {
        assert(currentParser.ptr === p)
        const start = at - currentBufferPtr + currentBufferRef.byteOffset
        return currentParser.onStatus(new FastBuffer(currentBufferRef.buffer, start, len))
      },
      /**
       * @param {number} p
       * @returns {number}
       */
      wasm_on_message_begin: p => {
        assert(currentParser.ptr === p)
        return currentParser.onMessageBegin()
      },
      /**
       * @param {number} p
       * @param {number} at
       * @param {number} len
       * @returns {number}
       */
      wasm_on_header_field: (p, at, len) => {
        assert(currentParser.ptr === p)
        const start = at - currentBufferPtr + currentBufferRef.byteOffset
        return currentParser.onHeaderField(new FastBuffer(currentBufferRef.buffer, start, len))
      },
      /**
       * @param {number} p
       * @param {number} at
       * @param {number} len
       * @returns {number}
       */
      wasm_on_header_value: (p, at, len) => {
        assert(currentParser.ptr === p)
        const start = at - currentBufferPtr + currentBufferRef.byteOffset
        return currentParser.onHeaderValue(new FastBuffer(currentBufferRef.buffer, start, len))
      },
      /**
       * @param {number} p
       * @param {number} statusCode
       * @param {0|1} upgrade
       * @param {0|1} shouldKeepAlive
       * @returns {number}
       */
      wasm_on_headers_complete: (p, statusCode, upgrade, shouldKeepAlive) => {
        assert(currentParser.ptr === p)
        return currentParser.onHeadersComplete(statusCode, upgrade === 1, shouldKeepAlive === 1)
      },
      /**
       * @param {number} p
       * @param {number} at
       * @param {number} len
       * @returns {number}
       */
      wasm_on_body: (p, at, len) => {
        assert(currentParser.ptr === p)
        const start = at - currentBufferPtr + currentBufferRef.byteOffset
        return currentParser.onBody(new FastBuffer(currentBufferRef.buffer, start, len))
      },
      /**
       * @param {number} p
       * @returns {number}
       */
      wasm_on_message_complete: p => {
        assert(currentParser.ptr === p)
        return currentParser.onMessageComplete()
      }
    }
  })
}

let llhttpInstance = null

/**
 * @type {Parser|null}
 */
let currentParser = null
let currentBufferRef = null
/**
 * @type {number}
 */
let currentBufferSize = 0
let currentBufferPtr = null
let currentBuffer = null

const USE_NATIVE_TIMER = 0
const USE_FAST_TIMER = 1

// Use fast timers for headers and body to take eventual event loop
// latency into account.
const TIMEOUT_HEADERS = 2 | USE_FAST_TIMER
const TIMEOUT_BODY = 4 | USE_FAST_TIMER

// Use native timers to ignore event loop latency for keep-alive
// handling.
const TIMEOUT_KEEP_ALIVE = 8 | USE_NATIVE_TIMER

class Parser {
  /**
   * @param {import('./client.js')} client
   * @param {import('net').Socket} socket
   * @param {*} llhttp
   */
  constructor (client, socket, { exports }) {
    this.llhttp = exports
    this.ptr = this.llhttp.llhttp_alloc(constants.TYPE.RESPONSE)
    this.client = client
    /**
     * @type {import('net').Socket}
     */
    this.socket = socket
    this.timeout = null
    this.timeoutWeakRef = new WeakRef(this)
    this.timeoutValue = null
    this.timeoutType = null
    this.statusCode = 0
    this.statusText = ''
    this.upgrade = false
    this.headers = []
    this.headersSize = 0
    this.headersMaxSize = client[kMaxHeadersSize]
    this.shouldKeepAlive = false
    this.paused = false
    this.resume = this.resume.bind(this)

    this.bytesRead = 0

    this.keepAlive = ''
    this.contentLength = -1
    this.hasTransferEncoding = false
    this.connection = ''
    this.maxResponseSize = client[kMaxResponseSize]
  }

  setTimeout (delay, type) {
    // If the existing timer and the new timer are of different timer type
    // (fast or native) or have different delay, we need to clear the existing
    // timer and set a new one.
    if (delay !== this.timeoutValue || (type & USE_FAST_TIMER) ^ (this.timeoutType & USE_FAST_TIMER)) {
      // If a timeout is already set, clear it with clearTimeout of the fast
      // timer implementation, as it can clear fast and native timers.
      if (this.timeout) {
        timers.clearTimeout(this.timeout)
        this.timeout = null
      }

      if (delay) {
        if (type & USE_FAST_TIMER) {
          this.timeout = timers.setFastTimeout(onParserTimeout, delay, this.timeoutWeakRef)
        } else {
          this.timeout = setTimeout(onParserTimeout, delay, this.timeoutWeakRef)
          this.timeout?.unref()
        }
      }

      this.timeoutValue = delay
    } else if (this.timeout) {
      if (this.timeout.refresh) {
        this.timeout.refresh()
      }
    }

    this.timeoutType = type
  }

  resume () {
    if (this.socket.destroyed || !this.paused) {
      return
    }

    assert(this.ptr != null)
    assert(currentParser === null)

    this.llhttp.llhttp_resume(this.ptr)

    assert(this.timeoutType === TIMEOUT_BODY)
    if (this.timeout) {
      if (this.timeout.refresh) {
        this.timeout.refresh()
      }
    }

    this.paused = false
    this.execute(this.socket.read() || EMPTY_BUF) // Flush parser.
    this.readMore()
  }

  readMore () {
    while (!this.paused && this.ptr) {
      const chunk = this.socket.read()
      if (chunk === null) {
        break
      }
      this.execute(chunk)
    }
  }

  /**
   * @param {Buffer} chunk
   */
  execute (chunk) {
    assert(currentParser === null)
    assert(this.ptr != null)
    assert(!this.paused)

    const { socket, llhttp } = this

    // Allocate a new buffer if the current buffer is too small.
    if (chunk.length > currentBufferSize) {
      if (currentBufferPtr) {
        llhttp.free(currentBufferPtr)
      }
      // Allocate a buffer that is a multiple of 4096 bytes.
      currentBufferSize = Math.ceil(chunk.length / 4096) * 4096
      currentBufferPtr = llhttp.malloc(currentBufferSize)
    }

    if (
      currentBuffer === null ||
      currentBuffer.buffer !== llhttp.memory.buffer ||
      currentBuffer.byteOffset !== currentBufferPtr ||
      currentBuffer.byteLength !== currentBufferSize
    ) {
      currentBuffer = new Uint8Array(llhttp.memory.buffer, currentBufferPtr, currentBufferSize)
    }

    currentBuffer.set(chunk)

    // Call `execute` on the wasm parser.
    // We pass the `llhttp_parser` pointer address, the pointer address of buffer view data,
    // and finally the length of bytes to parse.
    // The return value is an error code or `constants.ERROR.OK`.
    try {
      let ret

      try {
        currentBufferRef = chunk
        currentParser = this
        ret = llhttp.llhttp_execute(this.ptr, currentBufferPtr, chunk.length)
      } finally {
        currentParser = null
        currentBufferRef = null
      }

      if (ret !== constants.ERROR.OK) {
        const data = chunk.subarray(llhttp.llhttp_get_error_pos(this.ptr) - currentBufferPtr)

        if (ret === constants.ERROR.PAUSED_UPGRADE) {
          this.onUpgrade(data)
        } else if (ret === constants.ERROR.PAUSED) {
          this.paused = true
          socket.unshift(data)
        } else {
          throw this.createError(ret, data)
        }
      }
    } catch (err) {
      util.destroy(socket, err)
    }
  }

  finish () {
    assert(currentParser === null)
    assert(this.ptr != null)

    const { llhttp } = this

    // The peer closed the connection. If the body parser was paused by
    // backpressure we must finish parsing before signalling EOF, otherwise
    // llhttp_finish() would crash (it used to assert !paused) or report a
    // half-parsed message. Backpressure is advisory here: onData keeps buffering
    // delivered bytes into the response stream, so resume across pauses and
    // drain whatever is still buffered on the socket. A Content-Length/chunked
    // body reaches on_message_complete during execute(); an EOF-delimited body
    // stays paused (its length is unknown) and is completed by llhttp_finish().
    if (this.paused) {
      let data
      do {
        llhttp.llhttp_resume(this.ptr)
        this.paused = false
        data = this.socket.read() || EMPTY_BUF
        this.execute(data)
      } while (this.paused && data.length > 0)

      if (this.paused) {
        llhttp.llhttp_resume(this.ptr)
        this.paused = false
      }
    }

    let ret

    try {
      currentParser = this
      ret = llhttp.llhttp_finish(this.ptr)
    } finally {
      currentParser = null
    }

    if (ret === constants.ERROR.OK) {
      return null
    }

    if (ret === constants.ERROR.PAUSED || ret === constants.ERROR.PAUSED_UPGRADE) {
      this.paused = true
      return null
    }

    return this.createError(ret, EMPTY_BUF)
  }

  createError (ret, data) {
    const { llhttp, contentLength, bytesRead } = this

    if (contentLength !== -1 && bytesRead !== contentLength) {
      return new ResponseContentLengthMismatchError()
    }

    const ptr = llhttp.llhttp_get_error_reason(this.ptr)
    let message = ''
    if (ptr) {
      const len = new Uint8Array(llhttp.memory.buffer, ptr).indexOf(0)
      message =
        'Response does not match the HTTP/1.1 protocol (' + Buffer.from(llhttp.memory.buffer, ptr, len).toString() + ')'
    }

    return new HTTPParserError(message, constants.ERROR[ret], data)
  }

  destroy () {
    assert(currentParser === null)
    assert(this.ptr != null)

    this.llhttp.llhttp_free(this.ptr)
    this.ptr = null

    this.timeout && timers.clearTimeout(this.timeout)
    this.timeout = null
    this.timeoutValue = null
    this.timeoutType = null

    this.paused = false
  }

  /**
   * @param {Buffer} buf
   * @returns {0}
   */
  onStatus (buf) {
    this.statusText = buf.toString()
    return 0
  }

  /**
   * @returns {0|-1}
   */
  onMessageBegin () {
    const { socket, client } = this

    if (socket.destroyed) {
      return -1
    }

    if (client[kRunning] === 0) {
      util.destroy(socket, new SocketError('bad response', util.getSocketInfo(socket)))
      return -1
    }

    const request = client[kQueue][client[kRunningIdx]]
    if (!request) {
      return -1
    }
    request.onResponseStarted()

    return 0
  }

  /**
   * @param {Buffer} buf
   * @returns {number}
   */
  onHeaderField (buf) {
    const len = this.headers.length

    if ((len & 1) === 0) {
      this.headers.push(buf)
    } else {
      this.headers[len - 1] = Buffer.concat([this.headers[len - 1], buf])
    }

    this.trackHeader(buf.length)

    return 0
  }

  /**
   * @param {Buffer} buf
   * @returns {number}
   */
  onHeaderValue (buf) {
    let len = this.headers.length
    const isContinuation = (len & 1) === 0

    if ((len & 1) === 1) {
      this.headers.push(buf)
      len += 1
    } else {
      this.headers[len - 1] = Buffer.concat([this.headers[len - 1], buf])
    }

    const key = this.headers[len - 2]
    if (key.length === 10) {
      const headerName = util.bufferToLowerCasedHeaderName(key)
      if (headerName === 'keep-alive') {
        this.keepAlive += (isContinuation || this.keepAlive.length === 0 ? '' : ',') + buf.toString()
      } else if (headerName === 'connection') {
        this.connection += (isContinuation || this.connection.length === 0 ? '' : ',') + buf.toString()
      }
    } else if (key.length === 14 && util.bufferToLowerCasedHeaderName(key) === 'content-length') {
      if (this.contentLength === -1) {
        this.contentLength = 0
      }
      for (let i = 0; i < buf.length; i++) {
        this.contentLength = this.contentLength * 10 + (buf[i] - 0x30)
      }
    } else if (key.length === 17 && util.bufferToLowerCasedHeaderName(key) === 'transfer-encoding') {
      this.hasTransferEncoding = true
    }

    this.trackHeader(buf.length)

    return 0
  }

  /**
   * @param {number} len
   */
  trackHeader (len) {
    this.headersSize += len
    if (this.headersSize >= this.headersMaxSize) {
      util.destroy(this.socket, new HeadersOverflowError())
    }
  }

  /**
   * @param {Buffer} head
   */
  onUpgrade (head) {
    const { upgrade, client, socket, headers, statusCode, statusText } = this

    assert(upgrade)
    assert(client[kSocket] === socket)
    assert(!socket.destroyed)
    assert(!this.paused)
    assert((headers.length & 1) === 0)

    const request = client[kQueue][client[kRunningIdx]]
    assert(request)
    assert(request.upgrade || request.method === 'CONNECT')

    this.statusCode = 0
    this.statusText = ''
    this.shouldKeepAlive = false

    this.headers = []
    this.headersSize = 0

    socket.unshift(head)

    socket[kParser].destroy()
    socket[kParser] = null

    socket[kClient] = null
    socket[kError] = null

    removeAllListeners(socket)

    client[kSocket] = null
    client[kHTTPContext] = null // TODO (fix): This is hacky...
    client[kQueue][client[kRunningIdx]++] = null
    client.emit('disconnect', client[kUrl], [client], new InformationalError('upgrade'))

    try {
      request.onRequestUpgrade(statusCode, headers, socket, statusText)
    } catch (err) {
      util.errorRequest(client, request, err)
      util.destroy(socket, err)
    }

    client[kResume]()
  }

  /**
   * @param {number} statusCode
   * @param {boolean} upgrade
   * @param {boolean} shouldKeepAlive
   * @returns {number}
   */
  onHeadersComplete (statusCode, upgrade, shouldKeepAlive) {
    const { client, socket, headers, statusText } = this

    if (socket.destroyed) {
      return -1
    }

    if (client[kRunning] === 0) {
      util.destroy(socket, new SocketError('bad response', util.getSocketInfo(socket)))
      return -1
    }

    const request = client[kQueue][client[kRunningIdx]]

    if (!request) {
      return -1
    }

    assert(!this.upgrade)
    assert(this.statusCode < 200)

    if (statusCode === 100) {
      util.destroy(socket, new SocketError('bad response', util.getSocketInfo(socket)))
      return -1
    }

    /* this can only happen if server is misbehaving */
    if (upgrade && !request.upgrade) {
      util.destroy(socket, new SocketError('bad upgrade', util.getSocketInfo(socket)))
      return -1
    }

    assert(this.timeoutType === TIMEOUT_HEADERS)

    this.statusCode = statusCode
    this.shouldKeepAlive =
      shouldKeepAlive ||
      // Override llhttp value which does not allow keepAlive for HEAD.
      (request.method === 'HEAD' && !socket[kReset] &&
        /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i.test(this.connection) &&
        !/(?:^|,)[\t ]*close[\t ]*(?:,|$)/i.test(this.connection))

    // Responses to HEAD and 204/304 responses never carry content
    if (request.method === 'HEAD' || statusCode === 204 || statusCode === 304) {
      // A non-zero Content-Length or Transfer-Encoding on a 204/304 means the
      // server may also have sent content inappropriately, which would then be
      // parsed as the next response on this connection. Accept it, but do not
      // reuse the connection. HEAD requests are fine tho.
      if (request.method !== 'HEAD' && (this.contentLength > 0 || this.hasTransferEncoding)) {
        this.shouldKeepAlive = false
      }
      this.contentLength = -1
    }

    if (this.statusCode >= 200) {
      const bodyTimeout = request.bodyTimeout != null ? request.bodyTimeout : client[kBodyTimeout]
      this.setTimeout(bodyTimeout, TIMEOUT_BODY)
    } else if (this.timeout) {
      if (this.timeout.refresh) {
        this.timeout.refresh()
      }
    }

    if (request.method === 'CONNECT') {
      assert(client[kRunning] === 1)
      this.upgrade = true
      return 2
    }

    if (upgrade) {
      assert(client[kRunning] === 1)
      this.upgrade = true
      return 2
    }

    assert((this.headers.length & 1) === 0)
    this.headers = []
    this.headersSize = 0

    if (this.shouldKeepAlive && client[kPipelining]) {
      const keepAliveTimeout = this.keepAlive ? util.parseKeepAliveTimeout(this.keepAlive) : null

      if (keepAliveTimeout != null) {
        const timeout = Math.min(keepAliveTimeout - client[kKeepAliveTimeoutThreshold], client[kKeepAliveMaxTimeout])
        if (timeout <= 0) {
          socket[kReset] = true
        } else {
          client[kKeepAliveTimeoutValue] = timeout
        }
      } else {
        client[kKeepAliveTimeoutValue] = client[kKeepAliveDefaultTimeout]
      }
    } else {
      // Stop more requests from being dispatched.
      socket[kReset] = true
    }

    const pause = request.onResponseStart(statusCode, headers, this.resume, statusText) === false

    if (request.aborted) {
      return -1
    }

    if (request.method === 'HEAD') {
      return 1
    }

    if (statusCode < 200) {
      return 1
    }

    if (socket[kBlocking]) {
      socket[kBlocking] = false
      client[kResume]()
    }

    return pause ? constants.ERROR.PAUSED : 0
  }

  /**
   * @param {Buffer} buf
   * @returns {number}
   */
  onBody (buf) {
    const { client, socket, statusCode, maxResponseSize } = this

    if (socket.destroyed) {
      return -1
    }

    const request = client[kQueue][client[kRunningIdx]]
    assert(request)

    assert(this.timeoutType === TIMEOUT_BODY)
    if (this.timeout) {
      if (this.timeout.refresh) {
        this.timeout.refresh()
      }
    }

    assert(statusCode >= 200)

    if (maxResponseSize > -1 && this.bytesRead + buf.length > maxResponseSize) {
      util.destroy(socket, new ResponseExceededMaxSizeError())
      return -1
    }

    this.bytesRead += buf.length

    if (request.onResponseData(buf) === false) {
      return constants.ERROR.PAUSED
    }

    return 0
  }

  /**
   * @returns {number}
   */
  onMessageComplete () {
    const { client, socket, statusCode, upgrade, headers, contentLength, bytesRead, shouldKeepAlive } = this

    if (socket.destroyed && (!statusCode || shouldKeepAlive)) {
      return -1
    }

    if (upgrade) {
      return 0
    }

    assert(statusCode >= 100)
    assert((this.headers.length & 1) === 0)

    const request = client[kQueue][client[kRunningIdx]]
    assert(request)

    this.statusCode = 0
    this.statusText = ''
    this.bytesRead = 0
    this.contentLength = -1
    this.hasTransferEncoding = false
    this.keepAlive = ''
    this.connection = ''

    this.headers = []
    this.headersSize = 0

    if (statusCode < 200) {
      return 0
    }

    if (contentLength !== -1 && bytesRead !== contentLength) {
      util.destroy(socket, new ResponseContentLengthMismatchError())
      return -1
    }

    request.onResponseEnd(headers)

    client[kQueue][client[kRunningIdx]++] = null
    socket[kSocketUsed] = client[kPending] === 0

    if (socket[kWriting]) {
      assert(client[kRunning] === 0)
      // Response completed before request.
      util.destroy(socket, new InformationalError('reset'))
      return constants.ERROR.PAUSED
    } else if (!shouldKeepAlive) {
      util.destroy(socket, new InformationalError('reset'))
      return constants.ERROR.PAUSED
    } else if (socket[kReset] && client[kRunning] === 0) {
      // Destroy socket once all requests have completed.
      // The request at the tail of the pipeline is the one
      // that requested reset and no further requests should
      // have been queued since then.
      util.destroy(socket, new InformationalError('reset'))
      return constants.ERROR.PAUSED
    } else if (client[kPipelining] == null || client[kPipelining] === 1) {
      // We must wait a full event loop cycle to reuse this socket to make sure
      // that non-spec compliant servers are not closing the connection even if they
      // said they won't.
      setImmediate(client[kResume])
    } else {
      client[kResume]()
    }

    return 0
  }
}

function onParserTimeout (parserWeakRef) {
  const parser = parserWeakRef.deref()
  if (!parser) {
    return
  }

  const { socket, timeoutType, client, paused } = parser

  if (timeoutType === TIMEOUT_HEADERS) {
    if (!socket[kWriting] || socket.writableNeedDrain || client[kRunning] > 1) {
      assert(!paused, 'cannot be paused while waiting for headers')
      util.destroy(socket, new HeadersTimeoutError())
    }
  } else if (timeoutType === TIMEOUT_BODY) {
    if (!paused) {
      util.destroy(socket, new BodyTimeoutError())
    }
  } else if (timeoutType === TIMEOUT_KEEP_ALIVE) {
    assert(client[kRunning] === 0 && client[kKeepAliveTimeoutValue])
    util.destroy(socket, new InformationalError('socket idle timeout'))
  }
}

/**
 * @param {import ('./client.js')} client
 * @param {import('net').Socket} socket
 * @returns
 */
function connectH1 (client, socket) {
  client[kSocket] = socket

  if (!llhttpInstance) {
    llhttpInstance = lazyllhttp()
  }

  if (socket.errored) {
    throw socket.errored
  }

  if (socket.destroyed) {
    throw new SocketError('destroyed')
  }

  socket[kNoRef] = false
  socket[kWriting] = false
  socket[kReset] = false
  socket[kBlocking] = false
  socket[kIdleSocketValidation] = 0
  socket[kIdleSocketValidationTimeout] = null
  socket[kSocketUsed] = false
  socket[kParser] = typeof esbuildDetection === 'undefined' && (client[kUseMilo] ?? getMiloEnabled())
    ? new H1Parser(client, socket)
    : new Parser(client, socket, llhttpInstance)

  util.addListener(socket, 'error', onHttpSocketError)
  util.addListener(socket, 'readable', onHttpSocketReadable)
  util.addListener(socket, 'end', onHttpSocketEnd)
  util.addListener(socket, 'close', onHttpSocketClose)

  socket[kClosed] = false
  socket.on('close', onSocketClose)

  return {
    version: 'h1',
    defaultPipelining: 1,
    write (request) {
      return writeH1(client, request)
    },
    resume () {
      resumeH1(client)
    },
    /**
     * @param {Error|undefined} err
     * @param {() => void} callback
     */
    destroy (err, callback) {
      if (socket[kClosed]) {
        queueMicrotask(callback)
      } else {
        socket.on('close', callback)
        socket.destroy(err)
      }
    },
    /**
     * @returns {boolean}
     */
    get destroyed () {
      return socket.destroyed
    },
    /**
     * @param {import('../core/request.js')} request
     * @returns {boolean}
     */
    busy (request) {
      if (socket[kWriting] || socket[kReset] || socket[kBlocking] || socket[kIdleSocketValidation] === 1) {
        return true
      }

      if (request) {
        if (client[kRunning] > 0 && !request.idempotent) {
          // Non-idempotent request cannot be retried.
          // Ensure that no other requests are inflight and
          // could cause failure.
          return true
        }

        if (client[kRunning] > 0 && (request.upgrade || request.method === 'CONNECT')) {
          // Don't dispatch an upgrade until all preceding requests have completed.
          // A misbehaving server might upgrade the connection before all pipelined
          // request has completed.
          return true
        }

        if (
          client[kRunning] > 0 &&
          util.bodyLength(request.body) !== 0 &&
          (util.isStream(request.body) || util.isAsyncIterable(request.body) || util.isFormDataLike(request.body))
        ) {
          // Request with stream or iterator body can error while other requests
          // are inflight and indirectly error those as well.
          // Ensure this doesn't happen by waiting for inflight
          // to complete before dispatching.

          // Request with stream or iterator body cannot be retried.
          // Ensure that no other requests are inflight and
          // could cause failure.
          return true
        }
      }

      return false
    }
  }
}

function onHttpSocketError (err) {
  const parser = this[kParser]

  // On Mac OS, we get an ECONNRESET even if there is a full body to be forwarded
  // to the user.
  if (err.code === 'ECONNRESET' && parser.statusCode && !parser.shouldKeepAlive) {
    const parserErr = parser.finish()
    if (parserErr) {
      this[kError] = parserErr
      this[kClient][kOnError](parserErr)
    }
    return
  }

  this[kError] = err

  this[kClient][kOnError](err)
}

function onHttpSocketReadable () {
  this[kParser]?.readMore()
}

function onHttpSocketEnd () {
  const parser = this[kParser]

  if (parser.statusCode && !parser.shouldKeepAlive) {
    const parserErr = parser.finish()
    if (parserErr) {
      util.destroy(this, parserErr)
    }
    return
  }

  util.destroy(this, new SocketError('other side closed', util.getSocketInfo(this)))
}

function onHttpSocketClose () {
  const parser = this[kParser]

  clearIdleSocketValidation(this)

  if (parser) {
    if (!this[kError] && parser.statusCode && !parser.shouldKeepAlive) {
      this[kError] = parser.finish() || this[kError]
    }

    this[kParser].destroy()
    this[kParser] = null
  }

  const err = this[kError] || new SocketError('closed', util.getSocketInfo(this))

  const client = this[kClient]

  client[kSocket] = null
  client[kHTTPContext] = null // TODO (fix): This is hacky...

  if (client.destroyed) {
    assert(client[kPending] === 0)

    // Fail entire queue.
    const requests = client[kQueue].splice(client[kRunningIdx])
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i]
      util.errorRequest(client, request, err)
    }
  } else if (client[kRunning] > 0 && err.code !== 'UND_ERR_INFO') {
    // Fail head of pipeline.
    const request = client[kQueue][client[kRunningIdx]]
    client[kQueue][client[kRunningIdx]++] = null

    util.errorRequest(client, request, err)
  }

  client[kPendingIdx] = client[kRunningIdx]

  assert(client[kRunning] === 0)

  client.emit('disconnect', client[kUrl], [client], err)

  client[kResume]()
}

function onSocketClose () {
  this[kClosed] = true
}

function clearIdleSocketValidation (socket) {
  if (socket[kIdleSocketValidationTimeout]) {
    clearImmediate(socket[kIdleSocketValidationTimeout])
    socket[kIdleSocketValidationTimeout] = null
  }

  socket[kIdleSocketValidation] = 0
}

function scheduleIdleSocketValidation (client, socket) {
  socket[kIdleSocketValidation] = 1
  // Yield to the check phase (after poll) so unsolicited bytes / FIN / RST
  // already pending on this idle keep-alive socket are processed before the
  // next request is written (GHSA-35p6-xmwp-9g52).
  //
  // setTimeout(0) pays Node's ~1ms timer floor on every sequential reuse
  // (#5493). setImmediate avoids that, but an *unref'd* Immediate lets poll
  // block for ~500ms when the event loop is otherwise idle (#5600 / #5606).
  // A ref'd Immediate both keeps the pending request alive and makes poll
  // return immediately — the hybrid those issues asked for.
  socket[kIdleSocketValidationTimeout] = setImmediate(() => {
    socket[kIdleSocketValidationTimeout] = null
    socket[kIdleSocketValidation] = 2

    if (client[kSocket] === socket && !socket.destroyed) {
      client[kResume]()
    }
  })
}

/**
 * @param {import('./client.js')} client
 */
function resumeH1 (client) {
  const socket = client[kSocket]

  if (socket && !socket.destroyed) {
    if (client[kSize] === 0) {
      if (!socket[kNoRef] && socket.unref) {
        socket.unref()
        socket[kNoRef] = true
      }
    } else if (socket[kNoRef] && socket.ref) {
      socket.ref()
      socket[kNoRef] = false
    }

    if (client[kRunning] === 0 && client[kPending] > 0 && socket[kSocketUsed]) {
      if (socket[kIdleSocketValidation] === 0) {
        scheduleIdleSocketValidation(client, socket)
        socket[kParser].readMore()
        if (socket.destroyed) {
          return
        }
        return
      }

      if (socket[kIdleSocketValidation] === 1) {
        socket[kParser].readMore()
        if (socket.destroyed) {
          return
        }
        return
      }
    }

    if (client[kRunning] === 0) {
      socket[kParser].readMore()
      if (socket.destroyed) {
        return
      }
    }

    if (client[kSize] === 0) {
      if (socket[kParser].timeoutType !== TIMEOUT_KEEP_ALIVE) {
        socket[kParser].setTimeout(client[kKeepAliveTimeoutValue], TIMEOUT_KEEP_ALIVE)
      }
    } else if (client[kRunning] > 0 && socket[kParser].statusCode < 200) {
      if (socket[kParser].timeoutType !== TIMEOUT_HEADERS) {
        const request = client[kQueue][client[kRunningIdx]]
        const headersTimeout = request.headersTimeout != null ? request.headersTimeout : client[kHeadersTimeout]
        socket[kParser].setTimeout(headersTimeout, TIMEOUT_HEADERS)
      }
    }
  }
}

// https://www.rfc-editor.org/rfc/rfc7230#section-3.3.2
function shouldSendContentLength (method) {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS' && method !== 'TRACE' && method !== 'CONNECT'
}

function setTypeOfService (socket, request) {
  if (typeof socket.setTypeOfService !== 'function') {
    return
  }

  const typeOfService = request.typeOfService

  if (typeOfService === undefined) {
    return
  }

  const currentTypeOfService = socket[kTypeOfService]

  if (currentTypeOfService === typeOfService) {
    return
  }

  try {
    socket.setTypeOfService(typeOfService)
    socket[kTypeOfService] = typeOfService
  } catch {
    // QoS marking is best-effort. setTypeOfService() can throw synchronously on
    // some platforms depending on socket state, but that must not abort the request.
  }
}

/**
 * @param {import('./client.js')} client
 * @param {import('../core/request.js')} request
 * @returns
 */
function writeH1 (client, request) {
  const { method, path, host, upgrade, blocking, reset } = request

  let { body, headers, contentLength } = request

  // https://tools.ietf.org/html/rfc7231#section-4.3.1
  // https://tools.ietf.org/html/rfc7231#section-4.3.2
  // https://tools.ietf.org/html/rfc7231#section-4.3.5

  // Sending a payload body on a request that does not
  // expect it can cause undefined behavior on some
  // servers and corrupt connection state. Do not
  // re-use the connection for further requests.

  const expectsPayload =
    method === 'PUT' ||
    method === 'POST' ||
    method === 'PATCH' ||
    method === 'QUERY' ||
    method === 'PROPFIND' ||
    method === 'PROPPATCH'

  if (util.isFormDataLike(body)) {
    if (!extractBody) {
      extractBody = (__nccwpck_require__(5479).extractBody)
    }

    const [bodyStream, contentType] = extractBody(body)
    if (request.contentType == null) {
      headers.push('content-type', contentType)
    }
    body = bodyStream.stream
    contentLength = bodyStream.length
  } else if (util.isBlobLike(body) && request.contentType == null) {
    const contentType = body.type
    if (contentType) {
      const contentTypeValue = `${contentType}`
      if (!util.isValidHeaderValue(contentTypeValue)) {
        util.errorRequest(client, request, new InvalidArgumentError('invalid content-type header'))
        return false
      }
      headers.push('content-type', contentTypeValue)
    }
  }

  if (body && typeof body.read === 'function') {
    // Try to read EOF in order to get length.
    body.read(0)
  }

  const bodyLength = util.bodyLength(body)

  contentLength = bodyLength ?? contentLength

  if (contentLength === null) {
    contentLength = request.contentLength
  }

  if (contentLength === 0 && !expectsPayload) {
    // https://tools.ietf.org/html/rfc7230#section-3.3.2
    // A user agent SHOULD NOT send a Content-Length header field when
    // the request message does not contain a payload body and the method
    // semantics do not anticipate such a body.

    contentLength = null
  }

  // https://github.com/nodejs/undici/issues/2046
  // A user agent may send a Content-Length header with 0 value, this should be allowed.
  if (
    shouldSendContentLength(method) &&
    contentLength > 0 &&
    request.contentLength !== null &&
    request.contentLength !== contentLength
  ) {
    if (client[kStrictContentLength]) {
      util.errorRequest(client, request, new RequestContentLengthMismatchError())
      return false
    }

    process.emitWarning(new RequestContentLengthMismatchError())
  }

  const socket = client[kSocket]
  clearIdleSocketValidation(socket)

  /**
   * @param {Error} [err]
   * @returns {void}
   */
  const abort = err => {
    if (request.aborted || request.completed) {
      return
    }

    util.errorRequest(client, request, err || new RequestAbortedError())

    util.destroy(body)
    util.destroy(socket, new InformationalError('aborted'))
  }

  try {
    request.onRequestStart(abort, null)
  } catch (err) {
    util.errorRequest(client, request, err)
  }

  if (request.aborted) {
    return false
  }

  if (method === 'HEAD') {
    // https://github.com/mcollina/undici/issues/258
    // Close after a HEAD request to interop with misbehaving servers
    // that may send a body in the response.

    socket[kReset] = true
  }

  if (upgrade || method === 'CONNECT') {
    // On CONNECT or upgrade, block pipeline from dispatching further
    // requests on this connection.

    socket[kReset] = true
  }

  if (reset != null) {
    socket[kReset] = reset
  }

  if (client[kMaxRequests] && ++socket[kCounter] >= client[kMaxRequests]) {
    socket[kReset] = true
  }

  if (blocking) {
    socket[kBlocking] = true
  }

  setTypeOfService(socket, request)

  let header = `${method} ${path} HTTP/1.1\r\n`

  if (typeof host === 'string') {
    header += `host: ${host}\r\n`
  } else {
    header += client[kHostHeader]
  }

  if (upgrade) {
    header += `connection: upgrade\r\nupgrade: ${upgrade}\r\n`
  } else if (client[kPipelining] && !socket[kReset]) {
    header += 'connection: keep-alive\r\n'
  } else {
    header += 'connection: close\r\n'
  }

  if (Array.isArray(headers)) {
    for (let n = 0; n < headers.length; n += 2) {
      const key = headers[n + 0]
      const val = headers[n + 1]

      if (Array.isArray(val)) {
        for (let i = 0; i < val.length; i++) {
          header += `${key}: ${val[i]}\r\n`
        }
      } else {
        header += `${key}: ${val}\r\n`
      }
    }
  }

  if (channels.sendHeaders.hasSubscribers) {
    channels.sendHeaders.publish({ request, headers: header, socket })
  }

  if (!body || bodyLength === 0) {
    writeBuffer(abort, null, client, request, socket, contentLength, header, expectsPayload)
  } else if (util.isBuffer(body)) {
    writeBuffer(abort, body, client, request, socket, contentLength, header, expectsPayload)
  } else if (util.isBlobLike(body)) {
    if (typeof body.stream === 'function') {
      writeIterable(abort, body.stream(), client, request, socket, contentLength, header, expectsPayload)
    } else {
      writeBlob(abort, body, client, request, socket, contentLength, header, expectsPayload)
    }
  } else if (util.isStream(body)) {
    writeStream(abort, body, client, request, socket, contentLength, header, expectsPayload)
  } else if (util.isIterable(body)) {
    writeIterable(abort, body, client, request, socket, contentLength, header, expectsPayload)
  } else {
    assert(false)
  }

  return true
}

/**
 * @param {AbortCallback} abort
 * @param {import('stream').Stream} body
 * @param {import('./client.js')} client
 * @param {import('../core/request.js')} request
 * @param {import('net').Socket} socket
 * @param {number} contentLength
 * @param {string} header
 * @param {boolean} expectsPayload
 */
function writeStream (abort, body, client, request, socket, contentLength, header, expectsPayload) {
  assert(contentLength !== 0 || client[kRunning] === 0, 'stream body cannot be pipelined')

  let finished = false

  const writer = new AsyncWriter({ abort, socket, request, contentLength, client, expectsPayload, header })

  /**
   * @param {Buffer} chunk
   * @returns {void}
   */
  const onData = function (chunk) {
    if (finished) {
      return
    }

    try {
      if (!writer.write(chunk) && this.pause) {
        this.pause()
      }
    } catch (err) {
      util.destroy(this, err)
    }
  }

  /**
   * @returns {void}
   */
  const onDrain = function () {
    if (finished) {
      return
    }

    if (body.resume) {
      body.resume()
    }
  }

  /**
   * @returns {void}
   */
  const onClose = function () {
    // 'close' might be emitted *before* 'error' for
    // broken streams. Wait a tick to avoid this case.
    queueMicrotask(() => {
      // It's only safe to remove 'error' listener after
      // 'close'.
      body.removeListener('error', onFinished)
    })

    if (!finished) {
      const err = new RequestAbortedError()
      queueMicrotask(() => onFinished(err))
    }
  }

  /**
   * @param {Error} [err]
   * @returns
   */
  const onFinished = function (err) {
    if (finished) {
      return
    }

    finished = true

    assert(socket.destroyed || (socket[kWriting] && client[kRunning] <= 1))

    socket.off('drain', onDrain).off('error', onFinished)

    body.removeListener('data', onData).removeListener('end', onFinished).removeListener('close', onClose)

    if (!err) {
      try {
        writer.end()
      } catch (er) {
        err = er
      }
    }

    writer.destroy(err)

    if (err && (err.code !== 'UND_ERR_INFO' || err.message !== 'reset')) {
      util.destroy(body, err)
    } else {
      util.destroy(body)
    }
  }

  body.on('data', onData).on('end', onFinished).on('error', onFinished).on('close', onClose)

  if (body.resume) {
    body.resume()
  }

  socket.on('drain', onDrain).on('error', onFinished)

  if (body.errorEmitted ?? body.errored) {
    setImmediate(onFinished, body.errored)
  } else if (body.endEmitted ?? body.readableEnded) {
    setImmediate(onFinished, null)
  }

  if (body.closeEmitted ?? body.closed) {
    setImmediate(onClose)
  }
}

/**
 * @typedef AbortCallback
 * @type {Function}
 * @param {Error} [err]
 * @returns {void}
 */

/**
 * @param {AbortCallback} abort
 * @param {Uint8Array|null} body
 * @param {import('./client.js')} client
 * @param {import('../core/request.js')} request
 * @param {import('net').Socket} socket
 * @param {number} contentLength
 * @param {string} header
 * @param {boolean} expectsPayload
 * @returns {void}
 */
function writeBuffer (abort, body, client, request, socket, contentLength, header, expectsPayload) {
  try {
    if (!body) {
      if (contentLength === 0) {
        socket.write(`${header}content-length: 0\r\n\r\n`, 'latin1')
      } else {
        assert(contentLength === null, 'no body must not have content length')
        socket.write(`${header}\r\n`, 'latin1')
      }
    } else if (util.isBuffer(body)) {
      assert(contentLength === body.byteLength, 'buffer body must have content length')

      socket.cork()
      socket.write(`${header}content-length: ${contentLength}\r\n\r\n`, 'latin1')
      socket.write(body)
      socket.uncork()
      request.onBodySent(body)

      if (!expectsPayload && request.reset !== false) {
        socket[kReset] = true
      }
    }
    request.onRequestSent()

    client[kResume]()
  } catch (err) {
    abort(err)
  }
}

/**
 * @param {AbortCallback} abort
 * @param {Blob} body
 * @param {import('./client.js')} client
 * @param {import('../core/request.js')} request
 * @param {import('net').Socket} socket
 * @param {number} contentLength
 * @param {string} header
 * @param {boolean} expectsPayload
 * @returns {Promise<void>}
 */
async function writeBlob (abort, body, client, request, socket, contentLength, header, expectsPayload) {
  try {
    if (contentLength != null && contentLength !== body.size) {
      throw new RequestContentLengthMismatchError()
    }

    const buffer = Buffer.from(await body.arrayBuffer())

    socket.cork()
    socket.write(`${header}content-length: ${contentLength}\r\n\r\n`, 'latin1')
    socket.write(buffer)
    socket.uncork()

    request.onBodySent(buffer)
    request.onRequestSent()

    if (!expectsPayload && request.reset !== false) {
      socket[kReset] = true
    }

    client[kResume]()
  } catch (err) {
    abort(err)
  }
}

/**
 * @param {AbortCallback} abort
 * @param {Iterable} body
 * @param {import('./client.js')} client
 * @param {import('../core/request.js')} request
 * @param {import('net').Socket} socket
 * @param {number} contentLength
 * @param {string} header
 * @param {boolean} expectsPayload
 * @returns {Promise<void>}
 */
async function writeIterable (abort, body, client, request, socket, contentLength, header, expectsPayload) {
  assert(contentLength !== 0 || client[kRunning] === 0, 'iterator body cannot be pipelined')

  let callback = null
  function onDrain () {
    if (callback) {
      const cb = callback
      callback = null
      cb()
    }
  }

  const waitForDrain = () =>
    new Promise((resolve, reject) => {
      assert(callback === null)

      if (socket[kError]) {
        reject(socket[kError])
      } else {
        callback = resolve
      }
    })

  socket.on('close', onDrain).on('drain', onDrain)

  const writer = new AsyncWriter({ abort, socket, request, contentLength, client, expectsPayload, header })
  try {
    // It's up to the user to somehow abort the async iterable.
    for await (const chunk of body) {
      if (socket[kError]) {
        throw socket[kError]
      }

      if (!writer.write(chunk)) {
        await waitForDrain()
      }
    }

    writer.end()
  } catch (err) {
    writer.destroy(err)
  } finally {
    socket.off('close', onDrain).off('drain', onDrain)
  }
}

class AsyncWriter {
  /**
   *
   * @param {object} arg
   * @param {AbortCallback} arg.abort
   * @param {import('net').Socket} arg.socket
   * @param {import('../core/request.js')} arg.request
   * @param {number} arg.contentLength
   * @param {import('./client.js')} arg.client
   * @param {boolean} arg.expectsPayload
   * @param {string} arg.header
   */
  constructor ({ abort, socket, request, contentLength, client, expectsPayload, header }) {
    this.socket = socket
    this.request = request
    this.contentLength = contentLength
    this.client = client
    this.bytesWritten = 0
    this.expectsPayload = expectsPayload
    this.header = header
    this.abort = abort
    this.lengthMismatch = false

    socket[kWriting] = true
  }

  /**
   * The body doesn't match the declared content-length and strictContentLength
   * is off. Warn once, and mark the socket so it isn't reused: on the wire this
   * request's body no longer ends where the server expects, so anything sent
   * after it on the same connection would be misread.
   * @returns {void}
   */
  onLengthMismatch () {
    this.socket[kReset] = true

    if (!this.lengthMismatch) {
      this.lengthMismatch = true
      process.emitWarning(new RequestContentLengthMismatchError())
    }
  }

  /**
   * @param {string|Uint8Array} chunk
   * @returns
   */
  write (chunk) {
    const { socket, request, contentLength, client, bytesWritten, expectsPayload, header } = this

    if (socket[kError]) {
      throw socket[kError]
    }

    if (socket.destroyed) {
      return false
    }

    let len = chunk instanceof Uint8Array ? chunk.byteLength : Buffer.byteLength(chunk)
    if (!len) {
      return true
    }

    // We should defer writing chunks.
    if (contentLength !== null && bytesWritten + len > contentLength) {
      if (client[kStrictContentLength]) {
        throw new RequestContentLengthMismatchError()
      }

      this.onLengthMismatch()

      // Never write past the declared content-length. The server treats any
      // extra bytes as the start of the next request, so a body could inject
      // a request of its own (request smuggling).
      const remaining = contentLength - bytesWritten
      if (remaining === 0) {
        return true
      }
      chunk = (typeof chunk === 'string' ? Buffer.from(chunk) : chunk).subarray(0, remaining)
      len = remaining
    }

    socket.cork()

    if (bytesWritten === 0) {
      if (!expectsPayload && request.reset !== false) {
        socket[kReset] = true
      }

      if (contentLength === null) {
        socket.write(`${header}transfer-encoding: chunked\r\n`, 'latin1')
      } else {
        socket.write(`${header}content-length: ${contentLength}\r\n\r\n`, 'latin1')
      }
    }

    if (contentLength === null) {
      socket.write(`\r\n${len.toString(16)}\r\n`, 'latin1')
    }

    this.bytesWritten += len

    const ret = socket.write(chunk)

    socket.uncork()

    request.onBodySent(chunk)

    if (!ret) {
      if (socket[kParser].timeout && socket[kParser].timeoutType === TIMEOUT_HEADERS) {
        if (socket[kParser].timeout.refresh) {
          socket[kParser].timeout.refresh()
        }
      }
    }

    return ret
  }

  /**
   * @returns {void}
   */
  end () {
    const { socket, contentLength, client, bytesWritten, expectsPayload, header, request } = this
    request.onRequestSent()

    socket[kWriting] = false

    if (socket[kError]) {
      throw socket[kError]
    }

    if (socket.destroyed) {
      return
    }

    if (bytesWritten === 0) {
      if (expectsPayload) {
        // https://tools.ietf.org/html/rfc7230#section-3.3.2
        // A user agent SHOULD send a Content-Length in a request message when
        // no Transfer-Encoding is sent and the request method defines a meaning
        // for an enclosed payload body.

        socket.write(`${header}content-length: 0\r\n\r\n`, 'latin1')
      } else {
        socket.write(`${header}\r\n`, 'latin1')
      }
    } else if (contentLength === null) {
      socket.write('\r\n0\r\n\r\n', 'latin1')
    }

    if (contentLength !== null && bytesWritten !== contentLength) {
      if (client[kStrictContentLength]) {
        throw new RequestContentLengthMismatchError()
      }

      // The body is shorter than declared, so the server is still waiting for
      // the rest. Don't let the next request's bytes on this connection be
      // read as the missing part of this body.
      this.onLengthMismatch()
    }

    if (socket[kParser].timeout && socket[kParser].timeoutType === TIMEOUT_HEADERS) {
      if (socket[kParser].timeout.refresh) {
        socket[kParser].timeout.refresh()
      }
    }

    client[kResume]()
  }

  /**
   * @param {Error} [err]
   * @returns {void}
   */
  destroy (err) {
    const { socket, client, abort } = this

    socket[kWriting] = false

    if (err) {
      assert(client[kRunning] <= 1, 'pipeline should only contain this request')
      abort(err)
    }
  }
}

module.exports = connectH1


/***/ }),

/***/ 5433:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const assert = __nccwpck_require__(4589)
const { pipeline } = __nccwpck_require__(7075)
const util = __nccwpck_require__(9203)
const {
  RequestContentLengthMismatchError,
  ResponseContentLengthMismatchError,
  RequestAbortedError,
  SocketError,
  InformationalError,
  InvalidArgumentError,
  HeadersTimeoutError,
  BodyTimeoutError,
  ResponseExceededMaxSizeError
} = __nccwpck_require__(3092)
const {
  kUrl,
  kReset,
  kClient,
  kRunning,
  kPending,
  kQueue,
  kPendingIdx,
  kRunningIdx,
  kError,
  kSocket,
  kStrictContentLength,
  kOnError,
  kMaxConcurrentStreams,
  kHTTP2Session,
  kHostAuthority,
  kResume,
  kSize,
  kHTTPContext,
  kClosed,
  kKeepAliveDefaultTimeout,
  kHeadersTimeout,
  kBodyTimeout,
  kEnableConnectProtocol,
  kRemoteSettings,
  kHTTP2Stream,
  kHTTP2SessionState,
  kHTTP2Options,
  kMaxResponseSize
} = __nccwpck_require__(6478)
const { channels } = __nccwpck_require__(6883)

const kOpenStreams = Symbol('open streams')
const kRequestStream = Symbol('request stream')
const kRequestStreamCleanup = Symbol('request stream cleanup')
const kRequestStreamState = Symbol('request stream state')
const kReceivedGoAway = Symbol('received goaway')
const kGoAwayReplayAttempts = Symbol('goaway replay attempts')
const kRefusedStreamRetry = Symbol('refused stream retry')

// RFC 9113 section 8.7: a client SHOULD NOT automatically retry a request more
// than once. Without a budget a peer that keeps refusing turns one request into
// an unbounded connect/refuse/reconnect loop that never settles and starves the
// event loop.
const MAX_GOAWAY_REPLAY_ATTEMPTS = 1

// RFC 9113 section 6.2. node:http2 reports frame types as raw numbers.
const HTTP2_FRAME_TYPE_HEADERS = 1

// Lower bound on how long a liveness PING may take to be acked. Stream
// timeouts can be tiny (tens of ms), while an ack on a live connection can take
// longer than that on a loaded event loop; without a floor a slow but healthy
// connection would be torn down.
const MIN_PROBE_TIMEOUT = 1e3

let extractBody

/** @type {import('http2')} */
let http2
try {
  http2 = __nccwpck_require__(1971)
} catch {
  // @ts-ignore
  http2 = { constants: {} }
}

const {
  constants: {
    HTTP2_HEADER_AUTHORITY,
    HTTP2_HEADER_METHOD,
    HTTP2_HEADER_PATH,
    HTTP2_HEADER_SCHEME,
    HTTP2_HEADER_CONTENT_LENGTH,
    HTTP2_HEADER_EXPECT,
    HTTP2_HEADER_STATUS,
    HTTP2_HEADER_PROTOCOL,
    NGHTTP2_NO_ERROR,
    NGHTTP2_REFUSED_STREAM
  }
} = http2

function getGoAwayError (session, errorCode) {
  return session[kError] ||
    (errorCode === NGHTTP2_NO_ERROR
      ? new InformationalError(`HTTP/2: "GOAWAY" frame received with code ${errorCode}`)
      : new SocketError(`HTTP/2: "GOAWAY" frame received with code ${errorCode}`, util.getSocketInfo(session[kSocket])))
}

function resetHttp2Session (session, err) {
  const client = session[kClient]
  const socket = session[kSocket]

  if (client[kHTTP2Session] === session) {
    client[kSocket] = null
    client[kHTTPContext] = null
    client[kHTTP2Session] = null
  }

  if (socket != null && socket[kError] == null) {
    socket[kError] = err
  }

  if (!session.closed && !session.destroyed) {
    try {
      session.destroy(err)
    } catch {}
  }

  util.destroy(socket, err)
}

function getGoAwayPendingIdx (client, lastStreamID) {
  const maxAcceptedStreamID = Number.isInteger(lastStreamID) ? lastStreamID : Number.MAX_SAFE_INTEGER

  for (let i = client[kRunningIdx]; i < client[kPendingIdx]; i++) {
    const request = client[kQueue][i]

    if (request == null) {
      continue
    }

    // A pending stream may not have had an ID when it was bound to the request.
    const streamId = request[kRequestStream]?.id
    if (typeof streamId !== 'number' || streamId > maxAcceptedStreamID) {
      return i
    }
  }

  return client[kPendingIdx]
}

function detachRequestFromStream (request) {
  request[kRequestStream] = null
  request[kRequestStreamCleanup] = null
}

function bindRequestToStream (request, stream, cleanup) {
  const previousCleanup = request[kRequestStreamCleanup]
  const previousStream = request[kRequestStream]
  detachRequestFromStream(request)
  previousCleanup?.(previousStream)
  request[kRequestStream] = stream
  request[kRequestStreamCleanup] = cleanup
}

function clearRequestStream (request) {
  const cleanup = request[kRequestStreamCleanup]
  const stream = request[kRequestStream]
  detachRequestFromStream(request)
  cleanup?.(stream)
}

function requeueUnsentRequest (client, request) {
  client[kQueue].splice(client[kPendingIdx] + 1, 0, request)
}

function completeRequest (client, request, resetPendingIdx = false) {
  const queue = client[kQueue]
  const runningIdx = client[kRunningIdx]

  // In-order completion: clear the request and advance without splicing.
  // The client's resume loop compacts cleared slots once the index grows.
  if (runningIdx < client[kPendingIdx] && queue[runningIdx] === request) {
    queue[runningIdx] = null
    client[kRunningIdx] = runningIdx + 1
    return
  }

  const index = queue.indexOf(request, runningIdx)

  if (index === -1 || index >= client[kPendingIdx]) {
    return
  }

  queue.splice(index, 1)
  client[kPendingIdx]--

  if (resetPendingIdx && client[kPendingIdx] < client[kRunningIdx]) {
    client[kPendingIdx] = client[kRunningIdx]
  }
}

function canReplayRequest (request) {
  const { body } = request

  return body == null || util.isBuffer(body) || util.isBlobLike(body)
}

function hasResponseStarted (request) {
  const state = request[kRequestStream]?.[kRequestStreamState]
  return state?.responseReceived === true
}

// Count a GOAWAY refusal against the request's replay budget. A peer that
// refuses every connection must eventually surface an error to the caller
// rather than being retried forever. Kept separate from canReplayRequest so
// that the REFUSED_STREAM retry, which has its own single-attempt limit, does
// not consume this budget just by asking whether the body can be replayed.
function registerGoAwayRefusal (request) {
  const attempts = (request[kGoAwayReplayAttempts] ?? 0) + 1
  request[kGoAwayReplayAttempts] = attempts

  return attempts <= MAX_GOAWAY_REPLAY_ATTEMPTS
}

function closeStream (stream, code = NGHTTP2_REFUSED_STREAM) {
  if (stream != null && !stream.destroyed && !stream.closed) {
    try {
      stream.close(code)
    } catch {}
  }
}

function detachRequestStreamForClose (request) {
  const stream = request[kRequestStream]

  clearRequestStream(request)
  severRequestStream(stream)

  return stream
}

// Unbind a stream from its request for good. releaseRequestStream() alone
// leaves the 'close' listener attached and kRequestStreamState populated, so a
// stream abandoned here would still run completeRequestStream() later — and
// splice out the request that has since been requeued onto another session.
function severRequestStream (stream) {
  if (stream == null || stream[kRequestStreamState] == null) {
    return
  }

  stream[kRequestStreamState] = null
  stream.off('close', completeRequestStream)
  // Upgrade streams use their own close cleanup, which would otherwise release
  // the session a second time after the stream has been severed for GOAWAY.
  stream.off('close', onUpgradeStreamClose)

  if (stream[kHTTP2Session] != null) {
    closeStreamSession(stream)
  }

  // #5936: Node can still deliver a session-level error to a native stream
  // after undici has stopped tracking it (e.g. on idle session teardown). Keep
  // a persistent noop error sink so the 'error' event is never emitted with no
  // listener, which would crash the process. A single sink is enough even if
  // one was already attached by the onError path, so clear it first.
  if (!stream.destroyed && !stream.closed) {
    stream.off('error', noop)
    stream.on('error', noop)
  }
}

function connectH2 (client, socket) {
  client[kSocket] = socket

  const http2InitialWindowSize = client[kHTTP2Options].sessionOptions?.initialWindowSize
  const http2ConnectionWindowSize = client[kHTTP2Options].connectionWindowSize

  const session = http2.connect(client[kUrl], {
    createConnection: () => socket,
    peerMaxConcurrentStreams: client[kHTTP2Options].maxConcurrentStreams,
    settings: {
      // TODO(metcoder95): add support for PUSH
      enablePush: false,
      ...(http2InitialWindowSize != null ? { initialWindowSize: http2InitialWindowSize } : null)
    }
  })

  client[kSocket] = socket
  session[kOpenStreams] = 0
  session[kClient] = client
  session[kSocket] = socket
  session[kHTTP2SessionState] = {
    idleTimeout: null,
    // Armed while the peer advertises MAX_CONCURRENT_STREAMS = 0 and we have
    // work that cannot start. See setNoStreamsTimeout.
    noStreamsTimeout: null,
    // Armed while a PING checks whether the peer is still there after a
    // stream timed out. See probeHttp2Session.
    probeTimeout: null,
    // Sockets start out ref'd. Session ref/unref proxies to the socket, so a
    // single cached flag lets us skip redundant uv ref/unref calls, provided
    // every ref/unref of the session or its socket goes through
    // refH2Session/unrefH2Session.
    refed: true,
    ping: {
      interval: client[kHTTP2Options].pingInterval === 0 ? null : setInterval(onHttp2SendPing, client[kHTTP2Options].pingInterval, session).unref()
    }
  }
  session[kReceivedGoAway] = false
  // We set it to true by default in a best-effort; however once connected to an H2 server
  // we will check if extended CONNECT protocol is supported or not
  // and set this value accordingly.
  session[kEnableConnectProtocol] = false
  // States whether or not we have received the remote settings from the server
  session[kRemoteSettings] = false

  // Apply connection-level flow control once connected (if supported).
  if (http2ConnectionWindowSize) {
    util.addListener(session, 'connect', applyConnectionWindowSize.bind(session, http2ConnectionWindowSize))
  }

  util.addListener(session, 'error', onHttp2SessionError)
  util.addListener(session, 'frameError', onHttp2FrameError)
  util.addListener(session, 'goaway', onHttp2SessionGoAway)
  util.addListener(session, 'close', onHttp2SessionClose)
  util.addListener(session, 'remoteSettings', onHttp2RemoteSettings)
  // TODO (@metcoder95): implement SETTINGS support
  // util.addListener(session, 'localSettings', onHttp2RemoteSettings)

  unrefH2Session(session)

  client[kHTTP2Session] = session
  socket[kHTTP2Session] = session

  util.addListener(socket, 'error', onHttp2SocketError)
  util.addListener(socket, 'end', onHttp2SocketEnd)
  util.addListener(socket, 'close', onHttp2SocketClose)

  socket[kClosed] = false
  socket.on('close', onSocketClose)

  return {
    version: 'h2',
    defaultPipelining: Infinity,
    /**
     * @param {import('../core/request.js')} request
     * @returns {boolean}
    */
    write (request) {
      return writeH2(client, request)
    },
    /**
     * @returns {void}
     */
    resume () {
      resumeH2(client)
    },
    /**
     * @param {Error | null} err
     * @param {() => void} callback
     */
    destroy (err, callback) {
      if (socket[kClosed]) {
        queueMicrotask(callback)
      } else {
        socket.destroy(err).on('close', callback)
      }
    },
    /**
     * @type {boolean}
     */
    get destroyed () {
      return socket.destroyed
    },
    /**
     * @param {import('../core/request.js')} request
     * @returns {boolean}
    */
    busy (request) {
      if (session[kRemoteSettings] === false && client[kRunning] > 0) {
        return true
      }

      // Do not open streams on a connection that may be dead.
      if (session[kHTTP2SessionState].probeTimeout != null) {
        return true
      }

      if (client[kRunning] >= client[kMaxConcurrentStreams]) {
        return true
      }

      if (request != null) {
        if (client[kRunning] > 0) {
          // We are already processing requests

          // Unlike HTTP/1.1 pipelining, HTTP/2 multiplexes requests on
          // independent streams, so non-idempotent requests can be dispatched
          // concurrently. Retry eligibility is handled by stream/session error
          // handling instead of by serializing all non-idempotent requests.
          // Don't dispatch an upgrade until all preceding requests have completed.
          // Possibly, we do not have remote settings confirmed yet.
          if ((request.upgrade === 'websocket' || request.method === 'CONNECT') && session[kRemoteSettings] === false) return true
        } else {
          return (request.upgrade === 'websocket' || request.method === 'CONNECT') && session[kRemoteSettings] === false
        }
      }

      return false
    }
  }
}

// Session ref/unref proxies to the underlying socket, so refH2Session and
// unrefH2Session cover both and can skip the call when the cached ref state
// already matches.
function refH2Session (session) {
  const state = session[kHTTP2SessionState]

  if (state.refed === false) {
    state.refed = true
    session.ref()
  }
}

function unrefH2Session (session) {
  const state = session[kHTTP2SessionState]

  if (state.refed === true) {
    state.refed = false
    session.unref()
  }
}

function resumeH2 (client) {
  const socket = client[kSocket]
  const session = client[kHTTP2Session]

  if (socket?.destroyed === false) {
    // After an upgrade the queue is empty but its stream is still in use, so never unref while a stream is open.
    if (session[kOpenStreams] === 0 && client[kSize] === 0) {
      unrefH2Session(session)
    } else {
      refH2Session(session)
    }

    if (client[kSize] === 0 && session[kOpenStreams] === 0) {
      setHttp2IdleTimeout(session)
    } else {
      clearHttp2IdleTimeout(session)
    }

    if (client[kMaxConcurrentStreams] === 0 && client[kRunning] === 0 && client[kPending] > 0) {
      setNoStreamsTimeout(session)
    } else {
      clearNoStreamsTimeout(session)
    }
  }
}

function clearNoStreamsTimeout (session) {
  const state = session[kHTTP2SessionState]

  if (state?.noStreamsTimeout != null) {
    clearTimeout(state.noStreamsTimeout)
    state.noStreamsTimeout = null
  }
}

// A peer is allowed to advertise SETTINGS_MAX_CONCURRENT_STREAMS = 0 to refuse
// new streams (RFC 9113 §6.5.2), and is expected to raise it again later. Until
// it does, busy() reports the client as permanently busy and queued requests
// cannot open a stream — which means no per-stream timeout covers them, and no
// reconnect can happen either, so the SETTINGS frame that would lift the limit
// can never arrive. Give the peer headersTimeout to start honouring requests
// before failing them; a request that cannot even be sent has missed the same
// deadline as one whose headers never arrive.
function setNoStreamsTimeout (session) {
  const client = session[kClient]
  const state = session[kHTTP2SessionState]
  const timeout = client[kHeadersTimeout]

  if (!timeout || state.noStreamsTimeout != null) {
    return
  }

  state.noStreamsTimeout = setTimeout(onNoStreamsTimeout, timeout, session).unref()
}

function onNoStreamsTimeout (session) {
  const client = session[kClient]
  const state = session[kHTTP2SessionState]

  state.noStreamsTimeout = null

  if (
    client[kHTTP2Session] !== session ||
    client[kMaxConcurrentStreams] !== 0 ||
    client[kRunning] !== 0 ||
    client[kPending] === 0
  ) {
    return
  }

  const err = new HeadersTimeoutError(
    `HTTP/2: server did not accept a new stream within ${client[kHeadersTimeout]}`
  )

  const requests = client[kQueue].splice(client[kPendingIdx])
  for (let i = 0; i < requests.length; i++) {
    if (requests[i] != null) {
      util.errorRequest(client, requests[i], err)
    }
  }

  // Drop the unusable session so the next request gets a fresh connection,
  // whose SETTINGS may well allow streams again.
  session[kError] = err
  resetHttp2Session(session, err)
}

// A stream timeout only resets that stream, unlike HTTP/1.1 which destroys the
// socket. If the connection itself silently died (dropped by a NAT or load
// balancer, a hung peer), every new stream would time out in turn and the
// session would never be replaced. Ask the peer for a PING ack within the
// timeout that just fired (but at least MIN_PROBE_TIMEOUT): if it answers, only
// that request was slow; if not, drop the session so queued requests move to a
// fresh connection.
function probeHttp2Session (session, timeout) {
  const state = session[kHTTP2SessionState]

  if (state.probeTimeout != null || session.closed || session.destroyed) {
    return
  }

  try {
    session.ping(onHttp2ProbeAck.bind(session))
  } catch {
    // The session is going away on its own.
    return
  }

  state.probeTimeout = setTimeout(onHttp2ProbeTimeout, Math.max(timeout, MIN_PROBE_TIMEOUT), session).unref()
}

function clearHttp2ProbeTimeout (session) {
  const state = session[kHTTP2SessionState]

  if (state?.probeTimeout != null) {
    clearTimeout(state.probeTimeout)
    state.probeTimeout = null
  }
}

function onHttp2ProbeAck () {
  if (this[kHTTP2SessionState].probeTimeout == null) {
    return
  }

  clearHttp2ProbeTimeout(this)
  this[kClient][kResume]()
}

function onHttp2ProbeTimeout (session) {
  session[kHTTP2SessionState].probeTimeout = null

  if (session.closed || session.destroyed) {
    return
  }

  const err = new SocketError('HTTP/2: connection unresponsive', util.getSocketInfo(session[kSocket]))
  session[kError] = err
  resetHttp2Session(session, err)
}

function clearHttp2IdleTimeout (session) {
  const state = session[kHTTP2SessionState]

  if (state?.idleTimeout != null) {
    clearTimeout(state.idleTimeout)
    state.idleTimeout = null
  }
}

function setHttp2IdleTimeout (session) {
  const client = session[kClient]

  if (client[kHTTP2Session] !== session || session.closed || session.destroyed) {
    return
  }

  if (session[kOpenStreams] !== 0 || client[kSize] !== 0) {
    clearHttp2IdleTimeout(session)
    return
  }

  const state = session[kHTTP2SessionState]
  if (state.idleTimeout == null) {
    state.idleTimeout = setTimeout(onHttp2SessionIdleTimeout, client[kKeepAliveDefaultTimeout], session).unref()
  }
}

function onHttp2SessionIdleTimeout (session) {
  const client = session[kClient]
  const socket = session[kSocket]
  const state = session[kHTTP2SessionState]

  state.idleTimeout = null

  if (client[kHTTP2Session] !== session || session[kOpenStreams] !== 0 || client[kSize] !== 0 || session.closed || session.destroyed) {
    return
  }

  const err = new InformationalError('socket idle timeout')
  socket[kError] = err
  util.destroy(socket, err)
}

function applyConnectionWindowSize (connectionWindowSize) {
  try {
    if (typeof this.setLocalWindowSize === 'function') {
      this.setLocalWindowSize(connectionWindowSize)
    }
  } catch {
    // Best-effort only.
  }
}

function onHttp2RemoteSettings (settings) {
  const client = this[kClient]

  // The configured maxConcurrentStreams (default 100) is the client's own
  // ceiling. The server's SETTINGS_MAX_CONCURRENT_STREAMS can lower it, but
  // must not raise it: a default Node.js server advertises 2^32-1.
  const localMaxConcurrentStreams = client[kHTTP2Options].maxConcurrentStreams
  const remoteMaxConcurrentStreams = settings.maxConcurrentStreams ?? client[kMaxConcurrentStreams] ?? localMaxConcurrentStreams
  client[kMaxConcurrentStreams] = Math.min(remoteMaxConcurrentStreams, localMaxConcurrentStreams)
  /**
   * From RFC-8441
   * A sender MUST NOT send a SETTINGS_ENABLE_CONNECT_PROTOCOL parameter
   * with the value of 0 after previously sending a value of 1.
   */
  // Note: Cannot be tested in Node, it does not supports disabling the extended CONNECT protocol once enabled
  if (this[kRemoteSettings] === true && this[kEnableConnectProtocol] === true && settings.enableConnectProtocol === false) {
    const err = new InformationalError('HTTP/2: Server disabled extended CONNECT protocol against RFC-8441')
    this[kSocket][kError] = err
    this[kClient][kOnError](err)
    return
  }

  this[kEnableConnectProtocol] = settings.enableConnectProtocol ?? this[kEnableConnectProtocol]
  this[kRemoteSettings] = true
  this[kClient][kResume]()
}

function onHttp2SendPing (session) {
  const state = session[kHTTP2SessionState]
  if ((session.closed || session.destroyed) && state.ping.interval != null) {
    clearInterval(state.ping.interval)
    state.ping.interval = null
    return
  }

  // If no ping sent, do nothing
  session.ping(onPing.bind(session))

  function onPing (err, duration) {
    const client = this[kClient]
    const socket = this[kSocket]

    if (err != null) {
      const error = new InformationalError(`HTTP/2: "PING" errored - type ${err.message}`)
      socket[kError] = error
      client[kOnError](error)
    } else {
      client.emit('ping', duration)
    }
  }
}

function onHttp2SessionError (err) {
  this[kSocket][kError] = err

  if (this[kReceivedGoAway]) {
    return
  }

  this[kClient][kOnError](err)
}

function onHttp2FrameError (type, code, id) {
  if (id === 0) {
    if (this[kReceivedGoAway]) {
      return
    }

    const err = new InformationalError(`HTTP/2: "frameError" received - type ${type}, code ${code}`)
    this[kSocket][kError] = err
    this[kClient][kOnError](err)
  }
}

/**
 * This is the root cause of #3011
 * We need to handle GOAWAY frames properly, and trigger the session close
 * along with the socket right away
 *
 * @this {import('http2').ClientHttp2Session}
 * @param {number} errorCode
 * @param {number} lastStreamID
 */
function onHttp2SessionGoAway (errorCode, lastStreamID) {
  if (this[kReceivedGoAway]) {
    return
  }

  this[kReceivedGoAway] = true

  const err = getGoAwayError(this, errorCode)
  const client = this[kClient]
  const previousPendingIdx = client[kPendingIdx]
  const pendingIdx = getGoAwayPendingIdx(client, lastStreamID)
  const retriableRequests = []
  const streamsToClose = []

  // Closing one stream after GOAWAY can synchronously emit frameError on
  // sibling streams. Detach all affected requests first so those errors do
  // not fail requests that are about to be requeued.
  for (let i = pendingIdx; i < previousPendingIdx; i++) {
    const request = client[kQueue][i]

    if (request != null) {
      // Read before detaching, which drops the stream state.
      const responseStarted = hasResponseStarted(request)

      streamsToClose.push(detachRequestStreamForClose(request))

      if (!responseStarted && canReplayRequest(request) && registerGoAwayRefusal(request)) {
        retriableRequests.push(request)
      } else {
        util.errorRequest(client, request, err)
      }
    }
  }

  if (pendingIdx !== previousPendingIdx) {
    const remainingPendingRequests = client[kQueue].slice(previousPendingIdx)
    client[kQueue].length = pendingIdx
    client[kQueue].push(...retriableRequests, ...remainingPendingRequests)
  }

  // Publish the rebuilt queue and detach the session before closing anything.
  // A synchronous sibling HEADERS frameError can requeue an accepted-but-unsent
  // request and resume the client. It must see the final indices and must not
  // dispatch its retry on the session that is being retired.
  client[kPendingIdx] = pendingIdx

  if (client[kHTTP2Session] === this) {
    client[kSocket] = null
    client[kHTTPContext] = null
    client[kHTTP2Session] = null
  }

  if (this[kOpenStreams] === 0) {
    unrefH2Session(this)
  }

  clearHttp2IdleTimeout(this)
  clearNoStreamsTimeout(this)
  clearHttp2ProbeTimeout(this)

  for (let i = 0; i < streamsToClose.length; i++) {
    closeStream(streamsToClose[i])
  }

  if (!this.closed && !this.destroyed) {
    this.close()
  }

  client.emit('disconnect', client[kUrl], [client], err)

  client[kResume]()
}

function onHttp2SessionClose () {
  const { [kClient]: client, [kHTTP2SessionState]: state, [kSocket]: socket } = this

  const err = socket[kError] || this[kError] || new SocketError('closed', util.getSocketInfo(socket))

  if (client[kHTTP2Session] === this) {
    client[kSocket] = null
    client[kHTTPContext] = null
    client[kHTTP2Session] = null
  }

  clearHttp2IdleTimeout(this)
  clearNoStreamsTimeout(this)
  clearHttp2ProbeTimeout(this)

  if (state.ping.interval != null) {
    clearInterval(state.ping.interval)
    state.ping.interval = null
  }

  if (client.destroyed) {
    assert(client[kPending] === 0)

    // Fail entire queue.
    const requests = client[kQueue].splice(client[kRunningIdx])
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i]
      if (request != null) {
        util.errorRequest(client, request, err)
      }
    }
  }
}

function onHttp2SocketClose () {
  const err = this[kError] || new SocketError('closed', util.getSocketInfo(this))

  const session = this[kHTTP2Session]
  const client = session[kClient]

  if (client[kSocket] !== this) {
    // Ignore stale socket closes from a detached GOAWAY session and from any
    // session that has already been replaced. If the session was detached
    // without a GOAWAY and there is no replacement yet, we still need the
    // close event to flush the client state.
    if (session[kReceivedGoAway] || (client[kHTTP2Session] != null && client[kHTTP2Session] !== session)) {
      return
    }
  }

  client[kSocket] = null
  client[kHTTPContext] = null
  if (client[kHTTP2Session] === session) {
    client[kHTTP2Session] = null
  }

  session.destroy(err)

  client[kPendingIdx] = client[kRunningIdx]

  assert(client[kRunning] === 0)

  client.emit('disconnect', client[kUrl], [client], err)

  client[kResume]()
}

function onHttp2SocketError (err) {
  this[kError] = err

  if (this[kHTTP2Session]?.[kReceivedGoAway]) {
    return
  }

  this[kHTTP2Session]?.[kClient]?.[kOnError](err)
}

function onHttp2SocketEnd () {
  util.destroy(this, new SocketError('other side closed', util.getSocketInfo(this)))
}

function onSocketClose () {
  this[kClosed] = true
}

function noop () {}

function closeStreamSession (stream) {
  const session = stream[kHTTP2Session]
  const client = session[kClient]

  stream[kHTTP2Session] = null
  session[kOpenStreams] -= 1
  // A session that received GOAWAY does not need to stay ref'd for queued requests.
  if (session[kOpenStreams] === 0 && (client[kSize] === 0 || session[kReceivedGoAway])) {
    unrefH2Session(session)
    setHttp2IdleTimeout(session)
  }
}

function onUpgradeStreamClose () {
  // #5936: Retain the noop error sink so a session-level error delivered to
  // this stream after undici detaches it cannot crash via an unhandled 'error'.
  const state = this[kRequestStreamState]
  this[kRequestStreamState] = null

  failUpgradeStream(state, new InformationalError('HTTP/2: stream closed before response headers'))
  closeStreamSession(this)
}

// Idempotent terminal cleanup, called from both 'end' and 'close': the
// null-state guard no-ops the later call.
function completeRequestStream () {
  const state = this[kRequestStreamState]

  if (state == null) {
    return
  }

  // Release the stream first so request references are cleared,
  // then complete the response with trailers if available.
  releaseRequestStream(this)

  if (state.pendingEnd && !state.request.aborted && !state.request.completed) {
    state.request.onResponseEnd(state.trailers || {})
  } else if (!state.request.aborted && !state.request.completed) {
    // The stream closed without a complete response and without reporting an
    // error. finalizeRequest() below frees the queue slot either way, so
    // without this the request would simply vanish and its caller would never
    // hear back.
    util.errorRequest(
      state.client,
      state.request,
      new InformationalError('HTTP/2: stream closed before the response was complete')
    )
  }

  finalizeRequest(state)
  closeStreamSession(this)
  this[kRequestStreamState] = null
}

// https://www.rfc-editor.org/rfc/rfc7230#section-3.3.2
function shouldSendContentLength (method) {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS' && method !== 'TRACE' && method !== 'CONNECT'
}

function buildRequestHeaders (reqHeaders) {
  const headers = {}

  for (let n = 0; n < reqHeaders.length; n += 2) {
    const key = reqHeaders[n + 0]
    const val = reqHeaders[n + 1]
    // Reading headers[key] directly resolves `__proto__` through the prototype
    // chain instead of reporting the header as absent.
    const current = Object.hasOwn(headers, key) ? headers[key] : undefined

    if (key === 'cookie') {
      if (current != null) {
        util.setHeader(headers, key, Array.isArray(current) ? (current.push(val), current) : [current, val])
      } else {
        util.setHeader(headers, key, val)
      }

      continue
    }

    if (typeof val === 'string') {
      util.setHeader(headers, key, current ? `${current}, ${val}` : val)
      continue
    }

    for (let i = 0; i < val.length; i++) {
      util.setHeader(headers, key, Object.hasOwn(headers, key) ? `${headers[key]}, ${val[i]}` : val[i])
    }
  }

  return headers
}

function removeUpgradeStreamListeners (stream) {
  stream.off('response', onUpgradeResponse)
  stream.off('error', onUpgradeStreamError)
  stream.off('end', onUpgradeStreamEnd)
  stream.off('timeout', onUpgradeStreamTimeout)
  stream.off('error', noop)
}

function releaseUpgradeStream (stream) {
  if (stream == null) {
    return
  }

  const state = stream[kRequestStreamState]
  if (state == null) {
    return
  }

  const { request } = state

  if (request[kRequestStream] === stream) {
    detachRequestFromStream(request)
  }

  removeUpgradeStreamListeners(stream)

  // #5936: removeUpgradeStreamListeners() dropped the noop sink; re-attach a
  // persistent one so a late session-level error on this (possibly still native
  // tracked) stream cannot crash via an unhandled 'error'.
  if (!stream.destroyed && !stream.closed) {
    stream.on('error', noop)
  }
}

function failUpgradeStream (state, err) {
  if (state == null) {
    return
  }

  const { request } = state
  if (state.responseReceived || request.aborted || request.completed) {
    return
  }

  releaseUpgradeStream(state.stream)
  state.abort(err, true)
}

function onUpgradeStreamError () {
  const state = this[kRequestStreamState]

  if (typeof this.rstCode === 'number' && this.rstCode !== 0) {
    failUpgradeStream(state, new InformationalError(`HTTP/2: "stream error" received - code ${this.rstCode}`))
  } else {
    failUpgradeStream(state, new InformationalError('HTTP/2: stream errored before response headers'))
  }
}

function onUpgradeStreamEnd () {
  failUpgradeStream(this[kRequestStreamState], new InformationalError('HTTP/2: stream half-closed (remote)'))
}

function onUpgradeStreamTimeout () {
  const state = this[kRequestStreamState]
  failUpgradeStream(state, new InformationalError(`HTTP/2: "stream timeout after ${state.headersTimeout}"`))
}

function onUpgradeResponse (headers, _flags) {
  const stream = this
  const state = stream[kRequestStreamState]
  const { request } = state

  state.responseReceived = true

  const statusCode = headers[HTTP2_HEADER_STATUS]
  delete headers[HTTP2_HEADER_STATUS]

  try {
    request.onRequestUpgrade(statusCode, headers, stream)
  } catch (err) {
    state.abort(err)
    return
  }

  if (request.aborted) {
    return
  }

  removeUpgradeStreamListeners(stream)
  detachRequestFromStream(request)
  finalizeRequest(state)
}

function setupUpgradeStream (stream, state) {
  const { request, headersTimeout, session } = state

  stream[kHTTP2Stream] = true
  stream[kHTTP2Session] = session
  stream[kRequestStreamState] = state
  state.stream = stream

  bindRequestToStream(request, stream, releaseUpgradeStream)
  stream.once('response', onUpgradeResponse)
  stream.on('error', onUpgradeStreamError)
  stream.once('end', onUpgradeStreamEnd)
  stream.on('timeout', onUpgradeStreamTimeout)
  stream.once('close', onUpgradeStreamClose)

  clearHttp2IdleTimeout(session)
  ++session[kOpenStreams]
  stream.setTimeout(headersTimeout)
}

function finalizeRequest (state, resetPendingIdx = false) {
  if (state.requestFinalized) {
    return
  }

  state.requestFinalized = true
  completeRequest(state.client, state.request, resetPendingIdx)

  state.client[kResume]()
}

function openStream (client, request, session, abort, headers, options) {
  try {
    return session.request(headers, options)
  } catch (err) {
    // A GOAWAY'd session rejects new streams, same as an invalid session:
    // reset and requeue on a fresh connection rather than the destroy + abort
    // below, whose destroy(socket, err) can crash via an unhandled 'error'.
    if (err?.code === 'ERR_HTTP2_INVALID_SESSION' || err?.code === 'ERR_HTTP2_GOAWAY_SESSION') {
      const wrappedErr = new SocketError(err.message, util.getSocketInfo(session[kSocket]))
      wrappedErr.cause = err
      session[kError] = wrappedErr
      resetHttp2Session(session, wrappedErr)
      requeueUnsentRequest(client, request)

      return null
    }

    const wrappedErr = new InformationalError(err.message, { cause: err })
    session[kError] = wrappedErr
    session[kSocket][kError] = wrappedErr

    session.destroy(wrappedErr)
    util.destroy(session[kSocket], wrappedErr)
    abort(wrappedErr)

    return null
  }
}

function writeH2 (client, request) {
  const headersTimeout = request.headersTimeout ?? client[kHeadersTimeout]
  const bodyTimeout = request.bodyTimeout ?? client[kBodyTimeout]
  const session = client[kHTTP2Session]
  const { method, path, host, upgrade, expectContinue, signal, protocol, headers: reqHeaders } = request

  if (upgrade != null && upgrade !== 'websocket') {
    util.errorRequest(client, request, new InvalidArgumentError(`Custom upgrade "${upgrade}" not supported over HTTP/2`))
    return false
  }

  const headers = buildRequestHeaders(reqHeaders)

  headers[HTTP2_HEADER_AUTHORITY] = host || client[kHostAuthority]
  headers[HTTP2_HEADER_METHOD] = method

  // Single pre-shaped state object shared by all stream event handlers.
  // All fields are declared up-front so the object keeps a stable hidden
  // class for the whole request lifetime.
  const state = {
    abort: null,
    body: request.body,
    bytesRead: 0,
    client,
    contentLength: null,
    expectsPayload: false,
    maxResponseSize: client[kMaxResponseSize],
    request,
    headersTimeout,
    bodyTimeout,
    requestFinalized: false,
    responseContentLength: null,
    responseReceived: false,
    bodySent: false,
    pendingEnd: false,
    trailers: null,
    session,
    stream: null
  }

  const abort = (err, resetPendingIdx = false) => {
    if (request.aborted || request.completed) {
      return
    }

    err = err || new RequestAbortedError()

    util.errorRequest(client, request, err)

    if (state.stream != null) {
      clearRequestStream(request)

      // On Abort, we close the stream to send RST_STREAM frame.
      const stream = state.stream
      stream.close()

      // close() alone leaves cleanup waiting on the 'close' event; on a busy,
      // long-lived multiplexed session that event can fail to fire, leaving the
      // native Http2Stream (and the whole request graph it pins) alive for the
      // session's life. Destroy the stream synchronously to release the handle
      // deterministically. Deferring the destroy (e.g. via setImmediate) leaks
      // the same way when the event loop is stalled and the callback never runs
      // under abort churn (#5558); close() has already queued the RST_STREAM
      // frame on the native session, so a synchronous destroy still sends it.
      if (!stream.destroyed) {
        util.destroy(stream)
      }

      // We move the running index to the next request
      client[kOnError](err)
      finalizeRequest(state, resetPendingIdx)
    }

    // We do not destroy the socket as we can continue using the session
    // the stream gets destroyed and the session remains to create new streams
    util.destroy(state.body, err)
  }

  state.abort = abort

  /** @type {import('node:http2').ClientHttp2Stream} */
  let stream = null

  try {
    // We are already connected, streams are pending.
    // We can call on connect, and wait for abort
    request.onRequestStart(abort, null)
  } catch (err) {
    util.errorRequest(client, request, err)
  }

  if (request.aborted) {
    return false
  }

  if (upgrade || method === 'CONNECT') {
    refH2Session(session)

    if (upgrade === 'websocket') {
      // We cannot upgrade to websocket if extended CONNECT protocol is not supported
      if (session[kEnableConnectProtocol] === false) {
        util.errorRequest(client, request, new InformationalError('HTTP/2: Extended CONNECT protocol not supported by server'))
        unrefH2Session(session)
        return false
      }

      // We force the method to CONNECT
      // as per RFC-8441
      // https://datatracker.ietf.org/doc/html/rfc8441#section-4
      headers[HTTP2_HEADER_METHOD] = 'CONNECT'
      headers[HTTP2_HEADER_PROTOCOL] = 'websocket'
      // :path and :scheme headers must be omitted when sending CONNECT but set if extended-CONNECT
      headers[HTTP2_HEADER_PATH] = path

      if (protocol === 'ws:' || protocol === 'wss:') {
        headers[HTTP2_HEADER_SCHEME] = protocol === 'ws:' ? 'http' : 'https'
      } else {
        headers[HTTP2_HEADER_SCHEME] = protocol === 'http:' ? 'http' : 'https'
      }

      stream = openStream(client, request, session, abort, headers, { endStream: false, signal })
      if (stream == null) {
        unrefH2Session(session)
        return false
      }
      setupUpgradeStream(stream, state)
      return true
    }

    // TODO: consolidate once we support CONNECT properly
    // NOTE: We are already connected, streams are pending, first request
    // will create a new stream. We trigger a request to create the stream and wait until
    // `ready` event is triggered
    // We disabled endStream to allow the user to write to the stream
    stream = openStream(client, request, session, abort, headers, { endStream: false, signal })
    if (stream == null) {
      unrefH2Session(session)
      return false
    }
    setupUpgradeStream(stream, state)

    return true
  }

  // https://tools.ietf.org/html/rfc7540#section-8.3
  // :path and :scheme headers must be omitted when sending CONNECT
  headers[HTTP2_HEADER_PATH] = path
  headers[HTTP2_HEADER_SCHEME] = protocol === 'http:' ? 'http' : 'https'

  // https://tools.ietf.org/html/rfc7231#section-4.3.1
  // https://tools.ietf.org/html/rfc7231#section-4.3.2
  // https://tools.ietf.org/html/rfc7231#section-4.3.5

  // Sending a payload body on a request that does not
  // expect it can cause undefined behavior on some
  // servers and corrupt connection state. Do not
  // re-use the connection for further requests.

  const expectsPayload = (
    method === 'PUT' ||
    method === 'POST' ||
    method === 'PATCH' ||
    method === 'QUERY' ||
    method === 'PROPFIND' ||
    method === 'PROPPATCH'
  )

  let body = state.body

  if (body && typeof body.read === 'function') {
    // Try to read EOF in order to get length.
    body.read(0)
  }

  let contentLength = util.bodyLength(body)

  if (util.isFormDataLike(body)) {
    extractBody ??= (__nccwpck_require__(5479).extractBody)

    const [bodyStream, contentType] = extractBody(body)
    headers['content-type'] = contentType

    body = bodyStream.stream
    contentLength = bodyStream.length
  }

  if (contentLength == null) {
    contentLength = request.contentLength
  }

  if (contentLength === 0 && !expectsPayload) {
    // https://tools.ietf.org/html/rfc7230#section-3.3.2
    // A user agent SHOULD NOT send a Content-Length header field when
    // the request message does not contain a payload body and the method
    // semantics do not anticipate such a body.
    // And for methods that don't expect a payload, omit Content-Length.
    contentLength = null
  }

  // https://github.com/nodejs/undici/issues/2046
  // A user agent may send a Content-Length header with 0 value, this should be allowed.
  if (shouldSendContentLength(method) && contentLength > 0 && request.contentLength != null && request.contentLength !== contentLength) {
    if (client[kStrictContentLength]) {
      util.errorRequest(client, request, new RequestContentLengthMismatchError())
      return false
    }

    process.emitWarning(new RequestContentLengthMismatchError())
  }

  if (contentLength != null) {
    assert(body || contentLength === 0, 'no body must not have content length')
    headers[HTTP2_HEADER_CONTENT_LENGTH] = `${contentLength}`
  }

  refH2Session(session)

  if (channels.sendHeaders.hasSubscribers) {
    let header = ''
    for (const key in headers) {
      header += `${key}: ${headers[key]}\r\n`
    }
    channels.sendHeaders.publish({ request, headers: header, socket: session[kSocket] })
  }

  // TODO(metcoder95): add support for sending trailers
  const shouldEndStream = body === null || contentLength === 0

  state.body = body
  state.contentLength = contentLength
  state.expectsPayload = expectsPayload

  if (expectContinue) {
    headers[HTTP2_HEADER_EXPECT] = '100-continue'
  }

  stream = openStream(client, request, session, abort, headers, { endStream: shouldEndStream, signal })
  if (stream == null) {
    return false
  }
  stream[kHTTP2Stream] = true
  stream[kRequestStreamState] = state
  state.stream = stream

  // Increment counter as we have new streams open
  clearHttp2IdleTimeout(session)
  ++session[kOpenStreams]

  if (headersTimeout) {
    stream.setTimeout(headersTimeout)
  }

  stream[kHTTP2Session] = session
  stream.on('close', completeRequestStream)

  bindRequestToStream(request, stream, releaseRequestStream)
  if (expectContinue) {
    stream.once('continue', writeBodyH2)
  }
  // The handlers below either remove themselves on first invocation or
  // become unreachable once the stream closes, so plain `on` avoids the
  // per-listener `once` wrapper allocation.
  stream.on('response', onResponse)
  stream.on('headers', onInterimResponse)
  stream.on('end', onEnd)
  stream.on('error', onError)
  stream.on('frameError', onFrameError)
  stream.on('aborted', onAborted)
  if (headersTimeout || bodyTimeout) {
    stream.on('timeout', onTimeout)
  }
  stream.on('trailers', onTrailers)

  if (!expectContinue) {
    writeBodyH2.call(stream)
  }

  return true
}

function removeRequestStreamListeners (stream) {
  stream.off('error', noop)
  stream.off('continue', writeBodyH2)
  stream.off('response', onResponse)
  stream.off('headers', onInterimResponse)
  stream.off('end', onEnd)
  stream.off('error', onError)
  stream.off('frameError', onFrameError)
  stream.off('aborted', onAborted)
  stream.off('timeout', onTimeout)
  stream.off('trailers', onTrailers)
  stream.off('data', onData)
}

function releaseRequestStream (stream) {
  if (stream == null) {
    return
  }

  const state = stream[kRequestStreamState]
  if (state == null) {
    return
  }

  const { request } = state

  if (request[kRequestStream] === stream) {
    detachRequestFromStream(request)
  }

  // #5936: Node can deliver a session-level error to a released stream before
  // its native handle is dropped (e.g. on idle session teardown). Attach a
  // persistent noop error sink so a late 'error' always has a listener and
  // cannot crash the process. A closed/destroyed stream cannot emit further
  // events and is no longer tracked natively, so skip the listener teardown.
  if (!stream.destroyed && !stream.closed) {
    removeRequestStreamListeners(stream)
    stream.on('error', noop)
  }
}

function onData (chunk) {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  const { request, maxResponseSize, responseContentLength } = state

  if (request.aborted || request.completed) {
    return
  }

  if (responseContentLength != null && state.bytesRead + chunk.length > responseContentLength) {
    state.abort(new ResponseContentLengthMismatchError())
    return
  }

  if (maxResponseSize > -1 && state.bytesRead + chunk.length > maxResponseSize) {
    // Unlike HTTP/1.1, which destroys the socket because it cannot abandon one
    // response without losing framing, resetting the offending stream leaves
    // the session usable for its siblings.
    state.abort(new ResponseExceededMaxSizeError())
    return
  }

  state.bytesRead += chunk.length

  if (request.onResponseData(chunk) === false) {
    pauseResponseStream(stream, state)
  }
}

// The body timeout measures how long the peer takes to send data. While the
// consumer applies backpressure the peer can't send (it's out of flow-control
// window), and Http2Stream's timer, which counts stream activity, would fire.
// Stop it while paused and start a fresh one on resume, like HTTP/1.1, which
// ignores the body timeout while its parser is paused.
function pauseResponseStream (stream, state) {
  stream.pause()
  if (state.bodyTimeout) {
    stream.setTimeout(0)
  }
}

// Passed to the handler as its resume callback, bound to the stream.
function resumeResponseStream () {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state != null && state.bodyTimeout && stream.isPaused()) {
    stream.setTimeout(state.bodyTimeout)
  }

  stream.resume()
}

function onInterimResponse (headers) {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  const { request } = state

  if (request.aborted || request.completed) {
    return
  }

  // node http2 emits 'headers' for interim (1xx) informational responses,
  // while the final response arrives via 'response'. Forward these to the
  // handler so that onInfo is invoked, matching the HTTP/1 behaviour and the
  // documented onInfo contract.
  const statusCode = headers[HTTP2_HEADER_STATUS]
  delete headers[HTTP2_HEADER_STATUS]

  request.onResponseStart(Number(statusCode), headers, noop, '')
}

function onResponse (headers) {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  const { request } = state

  stream.off('response', onResponse)

  // Final response received while still awaiting 100 (Continue): the body won't
  // be sent, so close our half or the stream stays open and never completes.
  if (state.body != null && !state.bodySent && !stream.writableEnded) {
    stream.removeListener('continue', writeBodyH2)
    stream.end()
  }

  const statusCode = Number(headers[HTTP2_HEADER_STATUS])
  delete headers[HTTP2_HEADER_STATUS]
  request.onResponseStarted()
  state.responseReceived = true

  // A Content-Length in HEAD and 304 responses describes the selected
  // representation rather than DATA on this stream. Successful CONNECT uses
  // the upgrade path above; all other final responses use Content-Length as
  // their DATA payload length.
  if (request.method !== 'HEAD' && statusCode !== 304) {
    const contentLength = headers[HTTP2_HEADER_CONTENT_LENGTH]
    state.responseContentLength = contentLength == null ? null : Number(contentLength)
  }

  if (state.headersTimeout || state.bodyTimeout) {
    stream.setTimeout(state.bodyTimeout)
  }

  // Due to the stream nature, it is possible we face a race condition
  // where the stream has been assigned, but the request has been aborted
  // or already completed and headers hasn't been received yet. A late
  // 'response' delivered after completion would call request.onResponseStart
  // post-completion, tripping its `assert(!this.completed)` (an uncatchable
  // throw on the http2 event tick). Guard `completed` here as onEnd/onTrailers
  // already do; best effort is to release the stream immediately as there's
  // no value to keep it open.
  if (request.aborted || request.completed) {
    releaseRequestStream(stream)
    return
  }

  if (request.onResponseStart(statusCode, headers, resumeResponseStream.bind(stream), '') === false) {
    pauseResponseStream(stream, state)
  }

  stream.on('data', onData)
}

function onEnd () {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  const { request } = state

  stream.off('end', onEnd)

  // onTrailers (which may fire after 'end' on Windows) has already stored
  // trailers on the state by now, so completing here still delivers them.
  if (state.responseReceived) {
    if (!request.aborted && !request.completed) {
      if (state.responseContentLength != null && state.bytesRead !== state.responseContentLength) {
        state.abort(new ResponseContentLengthMismatchError())
        return
      }

      state.pendingEnd = true

      // Complete on 'end': a blocked event loop can keep the stream's 'close'
      // from firing, stranding its buffers until OOM. Idempotent, so a later
      // 'close' no-ops.
      completeRequestStream.call(stream)
    }
  } else {
    // Stream ended without receiving a response - this is an error
    // (e.g., server destroyed the stream before sending headers)
    state.abort(new InformationalError('HTTP/2: stream half-closed (remote)'), true)
  }
}

function retryRefusedStream (stream, state) {
  const { client, request } = state

  if (
    state.responseReceived ||
    request.aborted ||
    request.completed ||
    request[kRefusedStreamRetry] ||
    !canReplayRequest(request)
  ) {
    return false
  }

  // RFC 9113 section 8.7 permits retrying REFUSED_STREAM, but says clients
  // SHOULD NOT automatically retry the same request more than once.
  request[kRefusedStreamRetry] = true

  // The peer only reset this stream, so the HTTP/2 session remains usable for
  // the retry.
  requeueStreamRequest(client, state)

  return true
}

// nghttp2 refuses to send the HEADERS of a stream opened before a GOAWAY was
// received but flushed after it. The peer never saw the request, so it can be
// replayed on a new connection whatever its method. A GOAWAY whose
// lastStreamID covers the stream (e.g. 2^31-1, a graceful shutdown notice)
// leaves the stream attached to the session, so this is the only signal.
function retryUnsentStream (state) {
  const { client, request, session } = state

  if (
    !session[kReceivedGoAway] ||
    state.responseReceived ||
    request.aborted ||
    request.completed ||
    !canReplayRequest(request) ||
    !registerGoAwayRefusal(request)
  ) {
    return false
  }

  requeueStreamRequest(client, state)

  return true
}

function requeueStreamRequest (client, state) {
  const { request } = state

  // Detach the failed attempt before moving the request back to the pending
  // queue. Severing also drops the 'close' listener, so the abandoned stream
  // cannot later complete the retried request.
  detachRequestStreamForClose(request)
  state.stream = null
  state.requestFinalized = true

  completeRequest(client, request)
  client[kQueue].splice(client[kPendingIdx], 0, request)
  client[kResume]()
}

function onError (err) {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  stream.off('error', onError)
  // #5936: The stream has already errored, but Node may destroy it again with a
  // session-level error before the native handle is released. Keep a persistent
  // noop error sink so that re-delivery cannot go unhandled.
  stream.on('error', noop)

  // Node's HTTP/2 implementation can turn an incomplete Content-Length body
  // into a protocol stream error instead of emitting 'end'. Prefer the
  // content-length mismatch error when the received byte count proves it.
  if (state.responseContentLength != null && state.bytesRead !== state.responseContentLength) {
    err = new ResponseContentLengthMismatchError()
  }

  if (typeof stream.rstCode === 'number' && stream.rstCode !== NGHTTP2_NO_ERROR) {
    err.http2ErrorCode = stream.rstCode
  }

  if (
    stream.rstCode === NGHTTP2_REFUSED_STREAM &&
    retryRefusedStream(stream, state)
  ) {
    return
  }

  state.abort(err)
}

function onFrameError (type, code) {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  stream.off('frameError', onFrameError)

  if (type === HTTP2_FRAME_TYPE_HEADERS && retryUnsentStream(state)) {
    return
  }

  state.abort(new InformationalError(`HTTP/2: "frameError" received - type ${type}, code ${code}`))
}

function onAborted () {
  this.off('data', onData)
}

function onTimeout () {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  // Remove self so timeout doesn't fire again after we handle it
  stream.off('timeout', onTimeout)

  const { responseReceived, session, bodyTimeout, headersTimeout } = state
  const err = responseReceived
    ? new BodyTimeoutError(`HTTP/2: "stream timeout after ${bodyTimeout}"`)
    : new HeadersTimeoutError(`HTTP/2: "headers timeout after ${headersTimeout}"`)

  // Probe before aborting: completing the request resumes the queue, which
  // must not open new streams until the peer has proven it is alive.
  probeHttp2Session(session, responseReceived ? bodyTimeout : headersTimeout)
  state.abort(err)
}

function onTrailers (trailers) {
  const stream = this
  const state = stream[kRequestStreamState]

  if (state == null) {
    return
  }

  const { request } = state

  stream.off('trailers', onTrailers)
  stream.off('data', onData)

  if (request.aborted || request.completed) {
    return
  }

  // Store trailers for completeRequestStream to use when completing
  state.trailers = trailers
}

function writeBodyH2 () {
  const stream = this
  const state = stream[kRequestStreamState]
  state.bodySent = true
  const { abort, body, client, contentLength, expectsPayload, request } = state

  if (!body || contentLength === 0) {
    writeBuffer(
      abort,
      stream,
      null,
      client,
      request,
      client[kSocket],
      contentLength,
      expectsPayload
    )
  } else if (util.isBuffer(body)) {
    writeBuffer(
      abort,
      stream,
      body,
      client,
      request,
      client[kSocket],
      contentLength,
      expectsPayload
    )
  } else if (util.isBlobLike(body)) {
    if (typeof body.stream === 'function') {
      writeIterable(
        abort,
        stream,
        body.stream(),
        client,
        request,
        client[kSocket],
        contentLength,
        expectsPayload
      )
    } else {
      writeBlob(
        abort,
        stream,
        body,
        client,
        request,
        client[kSocket],
        contentLength,
        expectsPayload
      )
    }
  } else if (util.isStream(body)) {
    writeStream(
      abort,
      client[kSocket],
      expectsPayload,
      stream,
      body,
      client,
      request,
      contentLength
    )
  } else if (util.isIterable(body)) {
    writeIterable(
      abort,
      stream,
      body,
      client,
      request,
      client[kSocket],
      contentLength,
      expectsPayload
    )
  } else {
    assert(false)
  }
}

function writeBuffer (abort, h2stream, body, client, request, socket, contentLength, expectsPayload) {
  try {
    if (body != null && util.isBuffer(body)) {
      assert(contentLength === body.byteLength, 'buffer body must have content length')
      h2stream.cork()
      h2stream.write(body)
      h2stream.uncork()
      h2stream.end()

      request.onBodySent(body)
    }

    if (!expectsPayload) {
      socket[kReset] = true
    }

    request.onRequestSent()
    client[kResume]()
  } catch (error) {
    abort(error)
  }
}

function writeStream (abort, socket, expectsPayload, h2stream, body, client, request, contentLength) {
  assert(contentLength !== 0 || client[kRunning] === 0, 'stream body cannot be pipelined')

  // For HTTP/2, is enough to pipe the stream
  const pipe = pipeline(
    body,
    h2stream,
    (err) => {
      if (err) {
        util.destroy(pipe, err)
        abort(err)
      } else {
        util.removeAllListeners(pipe)
        request.onRequestSent()

        if (!expectsPayload) {
          socket[kReset] = true
        }

        client[kResume]()
      }
    }
  )

  util.addListener(pipe, 'data', onPipeData)

  function onPipeData (chunk) {
    request.onBodySent(chunk)
  }
}

async function writeBlob (abort, h2stream, body, client, request, socket, contentLength, expectsPayload) {
  try {
    if (contentLength != null && contentLength !== body.size) {
      throw new RequestContentLengthMismatchError()
    }

    const buffer = Buffer.from(await body.arrayBuffer())

    h2stream.cork()
    h2stream.write(buffer)
    h2stream.uncork()
    h2stream.end()

    request.onBodySent(buffer)
    request.onRequestSent()

    if (!expectsPayload) {
      socket[kReset] = true
    }

    client[kResume]()
  } catch (err) {
    abort(err)
  }
}

async function writeIterable (abort, h2stream, body, client, request, socket, contentLength, expectsPayload) {
  assert(contentLength !== 0 || client[kRunning] === 0, 'iterator body cannot be pipelined')

  let callback = null
  function onDrain () {
    if (callback) {
      const cb = callback
      callback = null
      cb()
    }
  }

  const waitForDrain = () => new Promise((resolve, reject) => {
    assert(callback === null)

    if (socket[kError]) {
      reject(socket[kError])
    } else {
      callback = resolve
    }
  })

  h2stream
    .on('close', onDrain)
    .on('drain', onDrain)

  try {
    // It's up to the user to somehow abort the async iterable.
    for await (const chunk of body) {
      if (socket[kError]) {
        throw socket[kError]
      }

      const res = h2stream.write(chunk)
      request.onBodySent(chunk)
      if (!res) {
        await waitForDrain()
      }
    }

    h2stream.end()

    request.onRequestSent()

    if (!expectsPayload) {
      socket[kReset] = true
    }

    client[kResume]()
  } catch (err) {
    abort(err)
  } finally {
    h2stream
      .off('close', onDrain)
      .off('drain', onDrain)
  }
}

module.exports = connectH2


/***/ }),

/***/ 2574:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const assert = __nccwpck_require__(4589)
const net = __nccwpck_require__(7030)
const http = __nccwpck_require__(7067)
const util = __nccwpck_require__(9203)
const { ClientStats } = __nccwpck_require__(9535)
const { channels } = __nccwpck_require__(6883)
const Request = __nccwpck_require__(9450)
const DispatcherBase = __nccwpck_require__(7568)
const {
  InvalidArgumentError,
  InformationalError,
  ClientDestroyedError
} = __nccwpck_require__(3092)
const buildConnector = __nccwpck_require__(3657)
const {
  kUrl,
  kServerName,
  kClient,
  kBusy,
  kConnect,
  kResuming,
  kRunning,
  kPending,
  kSize,
  kQueue,
  kConnected,
  kConnecting,
  kNeedDrain,
  kKeepAliveDefaultTimeout,
  kHostHeader,
  kPendingIdx,
  kRunningIdx,
  kError,
  kPipelining,
  kKeepAliveTimeoutValue,
  kMaxHeadersSize,
  kKeepAliveMaxTimeout,
  kKeepAliveTimeoutThreshold,
  kHeadersTimeout,
  kBodyTimeout,
  kStrictContentLength,
  kConnector,
  kMaxRequests,
  kCounter,
  kClose,
  kDestroy,
  kDispatch,
  kLocalAddress,
  kMaxResponseSize,
  kOnError,
  kHTTPContext,
  kMaxConcurrentStreams,
  kHostAuthority,
  kResume,
  kHTTP2Options,
  kUseMilo
} = __nccwpck_require__(6478)
const connectH1 = __nccwpck_require__(2480)
const connectH2 = __nccwpck_require__(5433)

const kClosedResolve = Symbol('kClosedResolve')

const getDefaultNodeMaxHeaderSize = http &&
  http.maxHeaderSize &&
  Number.isInteger(http.maxHeaderSize) &&
  http.maxHeaderSize > 0
  ? () => http.maxHeaderSize
  : () => { throw new InvalidArgumentError('http module not available or http.maxHeaderSize invalid') }

const noop = () => { }

function getPipelining (client) {
  return client[kPipelining] ?? client[kHTTPContext]?.defaultPipelining ?? 1
}

let h2NamespaceOptsWarning = false
function emitH2OptionsNamespaceWarning (optName) {
  if (h2NamespaceOptsWarning === true) return

  process.emitWarning(`Use h2Options.${optName} instead. ${optName} for H2 will be deprecated in future major.`, {
    code: 'UNDICI-H2-OPTIONS'
  })
  h2NamespaceOptsWarning = true
}

// Protocol-aware dispatch ceiling. h1 RFC7230 pipelining is unrelated to h2
// stream multiplexing — over h2 the ceiling is the (server-confirmed)
// maxConcurrentStreams. Before a context is attached we use the h1
// pipelining factor; once h2 attaches the queued requests can drain in
// one batch up to maxConcurrentStreams.
function getMaxConcurrent (client) {
  if (client[kHTTPContext]?.version === 'h2') {
    return client[kMaxConcurrentStreams]
  }
  return getPipelining(client)
}

/**
 * @type {import('../../types/client.js').default}
 */
class Client extends DispatcherBase {
  /**
   *
   * @param {string|URL} url
   * @param {import('../../types/client.js').Client.Options} options
   */
  constructor (url, {
    maxHeaderSize,
    headersTimeout,
    socketTimeout,
    requestTimeout,
    connectTimeout,
    bodyTimeout,
    idleTimeout,
    keepAlive,
    keepAliveTimeout,
    maxKeepAliveTimeout,
    keepAliveMaxTimeout,
    keepAliveTimeoutThreshold,
    socketPath,
    pipelining,
    tls,
    strictContentLength,
    maxCachedSessions,
    connect,
    maxRequestsPerClient,
    localAddress,
    maxResponseSize,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout,
    // h2
    maxConcurrentStreams,
    allowH2,
    useH2c,
    initialWindowSize,
    connectionWindowSize,
    pingInterval,
    useMilo,
    webSocket,
    h2Options,
    eventSource
  } = {}) {
    if (keepAlive !== undefined) {
      throw new InvalidArgumentError('unsupported keepAlive, use pipelining=0 instead')
    }

    if (socketTimeout !== undefined) {
      throw new InvalidArgumentError('unsupported socketTimeout, use headersTimeout & bodyTimeout instead')
    }

    if (requestTimeout !== undefined) {
      throw new InvalidArgumentError('unsupported requestTimeout, use headersTimeout & bodyTimeout instead')
    }

    if (idleTimeout !== undefined) {
      throw new InvalidArgumentError('unsupported idleTimeout, use keepAliveTimeout instead')
    }

    if (maxKeepAliveTimeout !== undefined) {
      throw new InvalidArgumentError('unsupported maxKeepAliveTimeout, use keepAliveMaxTimeout instead')
    }

    if (maxHeaderSize != null) {
      if (!Number.isInteger(maxHeaderSize) || maxHeaderSize < 1) {
        throw new InvalidArgumentError('invalid maxHeaderSize')
      }
    } else {
      // If maxHeaderSize is not provided, use the default value from the http module
      // or if that is not available, throw an error.
      maxHeaderSize = getDefaultNodeMaxHeaderSize()
    }

    if (socketPath != null && typeof socketPath !== 'string') {
      throw new InvalidArgumentError('invalid socketPath')
    }

    if (connectTimeout != null && (!Number.isFinite(connectTimeout) || connectTimeout < 0)) {
      throw new InvalidArgumentError('invalid connectTimeout')
    }

    if (keepAliveTimeout != null && (!Number.isFinite(keepAliveTimeout) || keepAliveTimeout <= 0)) {
      throw new InvalidArgumentError('invalid keepAliveTimeout')
    }

    if (keepAliveMaxTimeout != null && (!Number.isFinite(keepAliveMaxTimeout) || keepAliveMaxTimeout <= 0)) {
      throw new InvalidArgumentError('invalid keepAliveMaxTimeout')
    }

    if (keepAliveTimeoutThreshold != null && !Number.isFinite(keepAliveTimeoutThreshold)) {
      throw new InvalidArgumentError('invalid keepAliveTimeoutThreshold')
    }

    if (headersTimeout != null && (!Number.isInteger(headersTimeout) || headersTimeout < 0)) {
      throw new InvalidArgumentError('headersTimeout must be a positive integer or zero')
    }

    if (bodyTimeout != null && (!Number.isInteger(bodyTimeout) || bodyTimeout < 0)) {
      throw new InvalidArgumentError('bodyTimeout must be a positive integer or zero')
    }

    if (connect != null && typeof connect !== 'function' && typeof connect !== 'object') {
      throw new InvalidArgumentError('connect must be a function or an object')
    }

    if (maxRequestsPerClient != null && (!Number.isInteger(maxRequestsPerClient) || maxRequestsPerClient < 0)) {
      throw new InvalidArgumentError('maxRequestsPerClient must be a positive number')
    }

    if (localAddress != null && (typeof localAddress !== 'string' || net.isIP(localAddress) === 0)) {
      throw new InvalidArgumentError('localAddress must be valid string IP address')
    }

    if (maxResponseSize != null && (!Number.isInteger(maxResponseSize) || maxResponseSize < -1)) {
      throw new InvalidArgumentError('maxResponseSize must be a positive number')
    }

    if (
      autoSelectFamilyAttemptTimeout != null &&
      (!Number.isInteger(autoSelectFamilyAttemptTimeout) || autoSelectFamilyAttemptTimeout < -1)
    ) {
      throw new InvalidArgumentError('autoSelectFamilyAttemptTimeout must be a positive number')
    }

    // h2
    if (allowH2 != null && typeof allowH2 !== 'boolean') {
      throw new InvalidArgumentError('allowH2 must be a valid boolean value')
    }

    // We validate only if allowH2 is enabled or null (enabled by default)
    if (allowH2 !== false) {
      // Prioritise new h2Options object, otherwise fallback to prior configuration options
      if (h2Options != null) {
        if (h2Options.useH2c != null && typeof h2Options.useH2c !== 'boolean') {
          throw new InvalidArgumentError('h2Options.useH2c must be a valid boolean value')
        }

        if (h2Options.settings?.initialWindowSize != null && (!Number.isInteger(h2Options.settings.initialWindowSize) || h2Options.settings.initialWindowSize < 1)) {
          throw new InvalidArgumentError('h2Options.settings.initialWindowSize must be a positive integer, greater than 0')
        }

        if (h2Options.maxConcurrentStreams != null && (!Number.isInteger(h2Options.maxConcurrentStreams) || h2Options.maxConcurrentStreams < 1)) {
          throw new InvalidArgumentError('h2Options.maxConcurrentStreams must be a positive integer, greater than 0')
        }

        if (h2Options.connectionWindowSize != null && (!Number.isInteger(h2Options.connectionWindowSize) || h2Options.connectionWindowSize < 1)) {
          throw new InvalidArgumentError('h2Options.connectionWindowSize must be a positive integer, greater than 0')
        }

        if (h2Options.pingInterval != null && (typeof h2Options.pingInterval !== 'number' || !Number.isInteger(h2Options.pingInterval) || h2Options.pingInterval < 0)) {
          throw new InvalidArgumentError('h2Options.pingInterval must be a positive integer, greater or equal to 0')
        }
      } else {
        if (useH2c != null && typeof useH2c !== 'boolean') {
          emitH2OptionsNamespaceWarning('useH2c')
          throw new InvalidArgumentError('useH2c must be a valid boolean value')
        }

        if (maxConcurrentStreams != null && (typeof maxConcurrentStreams !== 'number' || maxConcurrentStreams < 1)) {
          emitH2OptionsNamespaceWarning('maxConcurrentStreams')
          throw new InvalidArgumentError('maxConcurrentStreams must be a positive integer, greater than 0')
        }

        if (initialWindowSize != null && (!Number.isInteger(initialWindowSize) || initialWindowSize < 1)) {
          emitH2OptionsNamespaceWarning('initialWindowSize')
          throw new InvalidArgumentError('initialWindowSize must be a positive integer, greater than 0')
        }

        if (connectionWindowSize != null && (!Number.isInteger(connectionWindowSize) || connectionWindowSize < 1)) {
          emitH2OptionsNamespaceWarning('connectionWindowSize')
          throw new InvalidArgumentError('connectionWindowSize must be a positive integer, greater than 0')
        }

        if (pingInterval != null && (typeof pingInterval !== 'number' || !Number.isInteger(pingInterval) || pingInterval < 0)) {
          emitH2OptionsNamespaceWarning('pingInterval')
          throw new InvalidArgumentError('pingInterval must be a positive integer, greater or equal to 0')
        }
      }
    }

    super({ webSocket, eventSource })

    if (typeof connect !== 'function') {
      connect = buildConnector({
        ...tls,
        maxCachedSessions,
        allowH2,
        socketPath,
        useH2c: h2Options?.useH2c ?? useH2c,
        timeout: connectTimeout,
        ...(typeof autoSelectFamily === 'boolean' ? { autoSelectFamily, autoSelectFamilyAttemptTimeout } : undefined),
        ...connect
      })
    } else {
      const customConnect = connect
      connect = (opts, callback) => customConnect({
        ...opts,
        ...(socketPath != null ? { socketPath } : null),
        ...(allowH2 != null ? { allowH2 } : null)
      }, callback)
    }

    this[kUrl] = util.parseOrigin(url)
    this[kHostAuthority] = `${this[kUrl].hostname}${this[kUrl].port ? `:${this[kUrl].port}` : ''}`
    this[kConnector] = connect
    this[kPipelining] = pipelining != null ? pipelining : 1
    this[kMaxHeadersSize] = maxHeaderSize
    this[kKeepAliveDefaultTimeout] = keepAliveTimeout == null ? 4e3 : keepAliveTimeout
    this[kKeepAliveMaxTimeout] = keepAliveMaxTimeout == null ? 600e3 : keepAliveMaxTimeout
    this[kKeepAliveTimeoutThreshold] = keepAliveTimeoutThreshold == null ? 2e3 : keepAliveTimeoutThreshold
    this[kKeepAliveTimeoutValue] = this[kKeepAliveDefaultTimeout]
    this[kServerName] = null
    this[kLocalAddress] = localAddress != null ? localAddress : null
    this[kResuming] = 0 // 0, idle, 1, scheduled, 2 resuming
    this[kNeedDrain] = 0 // 0, idle, 1, scheduled, 2 resuming
    this[kHostHeader] = `host: ${this[kHostAuthority]}\r\n`
    this[kBodyTimeout] = bodyTimeout != null ? bodyTimeout : 300e3
    this[kHeadersTimeout] = headersTimeout != null ? headersTimeout : 300e3
    this[kStrictContentLength] = strictContentLength == null ? true : strictContentLength
    this[kMaxRequests] = maxRequestsPerClient
    this[kClosedResolve] = null
    this[kMaxResponseSize] = maxResponseSize > -1 ? maxResponseSize : -1
    this[kHTTPContext] = null
    // h2
    this[kHTTP2Options] = {
      pingInterval: h2Options?.pingInterval ?? pingInterval ?? 60e3,
      connectionWindowSize: h2Options?.connectionWindowSize ?? connectionWindowSize ?? 524288,
      maxConcurrentStreams: h2Options?.maxConcurrentStreams ?? maxConcurrentStreams ?? 100, // Max peerConcurrentStreams for a Node h2 server
      sessionOptions: {
        // HTTP/2 window sizes are set to higher defaults than Node.js core for better performance:
        // - initialWindowSize: 262144 (256KB) vs Node.js default 65535 (64KB - 1)
        //   Allows more data to be sent before requiring acknowledgment, improving throughput
        //   especially on high-latency networks. This matches common production HTTP/2 servers.
        // - connectionWindowSize: 524288 (512KB) vs Node.js default (none set)
        //   Provides better flow control for the entire connection across multiple streams.
        initialWindowSize: h2Options?.initialWindowSize ?? initialWindowSize ?? 262144
      }
    }
    this[kUseMilo] = useMilo

    // kQueue is built up of 3 sections separated by
    // the kRunningIdx and kPendingIdx indices.
    // |   complete   |   running   |   pending   |
    //                ^ kRunningIdx ^ kPendingIdx ^ kQueue.length
    // kRunningIdx points to the first running element.
    // kPendingIdx points to the first pending element.
    // This implements a fast queue with an amortized
    // time of O(1).

    this[kQueue] = []
    this[kRunningIdx] = 0
    this[kPendingIdx] = 0

    this[kResume] = (sync) => resume(this, sync)
    this[kOnError] = (err) => onError(this, err)
  }

  get pipelining () {
    return this[kPipelining]
  }

  set pipelining (value) {
    this[kPipelining] = value
    this[kResume](true)
  }

  get stats () {
    return new ClientStats(this)
  }

  get [kPending] () {
    return this[kQueue].length - this[kPendingIdx]
  }

  get [kRunning] () {
    return this[kPendingIdx] - this[kRunningIdx]
  }

  get [kSize] () {
    return this[kQueue].length - this[kRunningIdx]
  }

  get [kConnected] () {
    return !!this[kHTTPContext] && !this[kConnecting] && !this[kHTTPContext].destroyed
  }

  get [kBusy] () {
    // The `kPending > 0` check below is the gate Pool uses to decide whether
    // to spin up an additional Client. For h1 that fan-out is correct —
    // each socket only handles one pipelined request at a time. Once an h2
    // context is attached we want concurrent dispatches to multiplex onto
    // the shared session, so suppress that signal in the h2 case.
    const allowsMux = this[kHTTPContext]?.version === 'h2'

    return Boolean(
      this[kHTTPContext]?.busy(null) ||
      (this[kSize] >= (getMaxConcurrent(this) || 1)) ||
      (this[kPending] > 0 && !allowsMux)
    )
  }

  [kConnect] (cb) {
    connect(this)
    this.once('connect', cb)
  }

  [kDispatch] (opts, handler) {
    const request = new Request(this[kUrl].origin, opts, handler)

    this[kQueue].push(request)
    if (this[kResuming]) {
      // Do nothing.
    } else if (util.bodyLength(request.body) == null && util.isIterable(request.body)) {
      // Wait a tick in case stream/iterator is ended in the same tick.
      this[kResuming] = 1
      queueMicrotask(() => resume(this))
    } else {
      this[kResume](true)
    }

    if (this[kResuming] && this[kNeedDrain] !== 2 && this[kBusy]) {
      this[kNeedDrain] = 2
    }

    return this[kNeedDrain] < 2
  }

  [kClose] () {
    // TODO: for H2 we need to gracefully flush the remaining enqueued
    // request and close each stream.
    return new Promise((resolve) => {
      if (this[kSize]) {
        this[kClosedResolve] = resolve
      } else {
        resolve(null)
      }
    })
  }

  [kDestroy] (err) {
    return new Promise((resolve) => {
      const requests = this[kQueue].splice(this[kPendingIdx])
      for (let i = 0; i < requests.length; i++) {
        const request = requests[i]
        if (request != null) {
          util.errorRequest(this, request, err)
        }
      }

      const callback = () => {
        if (this[kClosedResolve]) {
          // TODO (fix): Should we error here with ClientDestroyedError?
          this[kClosedResolve]()
          this[kClosedResolve] = null
        }
        resolve(null)
      }

      if (this[kHTTPContext]) {
        this[kHTTPContext].destroy(err, callback)
        this[kHTTPContext] = null
      } else {
        queueMicrotask(callback)
      }

      this[kResume]()
    })
  }
}

function onError (client, err) {
  if (
    client[kRunning] === 0 &&
    err.code !== 'UND_ERR_INFO' &&
    err.code !== 'UND_ERR_SOCKET'
  ) {
    // Error is not caused by running request and not a recoverable
    // socket error.

    assert(client[kPendingIdx] === client[kRunningIdx])

    const requests = client[kQueue].splice(client[kRunningIdx])

    for (let i = 0; i < requests.length; i++) {
      const request = requests[i]
      if (request != null) {
        util.errorRequest(client, request, err)
      }
    }
    assert(client[kSize] === 0)
  }
}

/**
 * @param {Client} client
 * @returns {void}
 */
function connect (client) {
  assert(!client[kConnecting])
  assert(!client[kHTTPContext])

  let { host, hostname, protocol, port } = client[kUrl]

  // Resolve ipv6
  if (hostname[0] === '[') {
    const idx = hostname.indexOf(']')

    assert(idx !== -1)
    const ip = hostname.substring(1, idx)

    assert(net.isIPv6(ip))
    hostname = ip
  }

  client[kConnecting] = true

  if (channels.beforeConnect.hasSubscribers) {
    channels.beforeConnect.publish({
      connectParams: {
        host,
        hostname,
        protocol,
        port,
        version: client[kHTTPContext]?.version,
        servername: client[kServerName],
        localAddress: client[kLocalAddress]
      },
      connector: client[kConnector]
    })
  }

  try {
    client[kConnector]({
      host,
      hostname,
      protocol,
      port,
      servername: client[kServerName],
      localAddress: client[kLocalAddress]
    }, (err, socket) => {
      if (err) {
        handleConnectError(client, err, { host, hostname, protocol, port })
        client[kResume]()
        return
      }

      if (client.destroyed) {
        util.destroy(socket.on('error', noop), new ClientDestroyedError())
        client[kResume]()
        return
      }

      assert(socket)

      try {
        client[kHTTPContext] = socket.alpnProtocol === 'h2'
          ? connectH2(client, socket)
          : connectH1(client, socket)
      } catch (err) {
        socket.destroy().on('error', noop)
        handleConnectError(client, err, { host, hostname, protocol, port })
        client[kResume]()
        return
      }

      client[kConnecting] = false

      socket[kCounter] = 0
      socket[kMaxRequests] = client[kMaxRequests]
      socket[kClient] = client
      socket[kError] = null

      if (channels.connected.hasSubscribers) {
        channels.connected.publish({
          connectParams: {
            host,
            hostname,
            protocol,
            port,
            version: client[kHTTPContext]?.version,
            servername: client[kServerName],
            localAddress: client[kLocalAddress]
          },
          connector: client[kConnector],
          socket
        })
      }

      client.emit('connect', client[kUrl], [client])
      client[kResume]()
    })
  } catch (err) {
    handleConnectError(client, err, { host, hostname, protocol, port })
    client[kResume]()
  }
}

function handleConnectError (client, err, { host, hostname, protocol, port }) {
  if (client.destroyed) {
    return
  }

  client[kConnecting] = false

  if (channels.connectError.hasSubscribers) {
    channels.connectError.publish({
      connectParams: {
        host,
        hostname,
        protocol,
        port,
        version: client[kHTTPContext]?.version,
        servername: client[kServerName],
        localAddress: client[kLocalAddress]
      },
      connector: client[kConnector],
      error: err
    })
  }

  if (err.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const running = client[kQueue].splice(client[kRunningIdx], client[kRunning])
    client[kPendingIdx] = client[kRunningIdx]

    for (let i = 0; i < running.length; i++) {
      util.errorRequest(client, running[i], err)
    }

    while (client[kPending] > 0 && client[kQueue][client[kPendingIdx]].servername === client[kServerName]) {
      const request = client[kQueue].splice(client[kPendingIdx], 1)[0]
      util.errorRequest(client, request, err)
    }
  } else {
    onError(client, err)
  }

  client.emit('connectionError', client[kUrl], [client], err)
}

function emitDrain (client) {
  client[kNeedDrain] = 0
  client.emit('drain', client[kUrl], [client])
}

function resume (client, sync) {
  if (client[kResuming] === 2) {
    return
  }

  client[kResuming] = 2

  _resume(client, sync)
  client[kResuming] = 0

  if (client[kRunningIdx] > 256) {
    client[kQueue].splice(0, client[kRunningIdx])
    client[kPendingIdx] -= client[kRunningIdx]
    client[kRunningIdx] = 0
  }
}

function _resume (client, sync) {
  while (true) {
    if (client.destroyed) {
      assert(client[kPending] === 0)
      return
    }

    if (client[kClosedResolve] && !client[kSize]) {
      client[kClosedResolve]()
      client[kClosedResolve] = null
      return
    }

    if (client[kHTTPContext]) {
      client[kHTTPContext].resume()
    }

    if (client[kBusy]) {
      client[kNeedDrain] = 2
    } else if (client[kNeedDrain] === 2) {
      if (sync) {
        client[kNeedDrain] = 1
        queueMicrotask(() => emitDrain(client))
      } else {
        emitDrain(client)
      }
      continue
    }

    if (client[kPending] === 0) {
      return
    }

    if (client[kRunning] >= (getMaxConcurrent(client) || 1)) {
      return
    }

    const request = client[kQueue][client[kPendingIdx]]

    if (request === null) {
      return
    }

    if (request.aborted) {
      client[kQueue].splice(client[kPendingIdx], 1)
      continue
    }

    if (client[kUrl].protocol === 'https:' && client[kServerName] !== request.servername) {
      if (client[kRunning] > 0) {
        return
      }

      client[kServerName] = request.servername
      client[kHTTPContext]?.destroy(new InformationalError('servername changed'), () => {
        client[kHTTPContext] = null
        resume(client)
      })
    }

    if (client[kConnecting]) {
      return
    }

    if (!client[kHTTPContext]) {
      client[kServerName] = request.servername
      connect(client)
      return
    }

    if (client[kHTTPContext].destroyed) {
      return
    }

    if (client[kHTTPContext].busy(request)) {
      return
    }

    if (!request.aborted && client[kHTTPContext].write(request)) {
      client[kPendingIdx]++
    } else {
      client[kQueue].splice(client[kPendingIdx], 1)
    }
  }
}

module.exports = Client


/***/ }),

/***/ 7568:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const buffer = __nccwpck_require__(4573)
const Dispatcher = __nccwpck_require__(1716)
const {
  ClientDestroyedError,
  ClientClosedError,
  InvalidArgumentError
} = __nccwpck_require__(3092)
const { kDestroy, kClose, kClosed, kDestroyed, kDispatch } = __nccwpck_require__(6478)
const { defaultWebSocketMaxFragments, defaultWebSocketMaxPayloadSize } = __nccwpck_require__(4574)

const kOnDestroyed = Symbol('onDestroyed')
const kOnClosed = Symbol('onClosed')
const kWebSocketOptions = Symbol('webSocketOptions')
const kEventSourceOptions = Symbol('eventSourceOptions')

class DispatcherBase extends Dispatcher {
  /** @type {boolean} */
  [kDestroyed] = false;

  /** @type {Array<Function|null} */
  [kOnDestroyed] = null;

  /** @type {boolean} */
  [kClosed] = false;

  /** @type {Array<Function>|null} */
  [kOnClosed] = null

  /**
   * @param {import('../../types/dispatcher').DispatcherOptions} [opts]
   */
  constructor (opts) {
    super()
    this[kWebSocketOptions] = opts?.webSocket ?? {}
    this[kEventSourceOptions] = opts?.eventSource ?? {}
  }

  /**
   * @returns {import('../../types/client').Client.WebSocketOptions}
   */
  get webSocketOptions () {
    return {
      maxFragments: this[kWebSocketOptions].maxFragments ?? defaultWebSocketMaxFragments,
      maxPayloadSize: this[kWebSocketOptions].maxPayloadSize ?? defaultWebSocketMaxPayloadSize
    }
  }

  /**
   * @returns {import('../../types/client').Client.EventSourceOptions}
   */
  get eventSourceOptions () {
    return {
      maxEventSize: this[kEventSourceOptions].maxEventSize ?? buffer.kStringMaxLength
    }
  }

  /** @returns {boolean} */
  get destroyed () {
    return this[kDestroyed]
  }

  /** @returns {boolean} */
  get closed () {
    return this[kClosed]
  }

  close (callback) {
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.close((err, data) => {
          return err ? reject(err) : resolve(data)
        })
      })
    }

    if (typeof callback !== 'function') {
      throw new InvalidArgumentError('invalid callback')
    }

    if (this[kDestroyed]) {
      const err = new ClientDestroyedError()
      queueMicrotask(() => callback(err, null))
      return
    }

    if (this[kClosed]) {
      if (this[kOnClosed]) {
        this[kOnClosed].push(callback)
      } else {
        queueMicrotask(() => callback(null, null))
      }
      return
    }

    this[kClosed] = true
    this[kOnClosed] ??= []
    this[kOnClosed].push(callback)

    const onClosed = () => {
      const callbacks = this[kOnClosed]
      this[kOnClosed] = null
      for (let i = 0; i < callbacks.length; i++) {
        callbacks[i](null, null)
      }
    }

    // Should not error.
    this[kClose]()
      .then(() => this.destroy())
      .then(() => queueMicrotask(onClosed))
  }

  destroy (err, callback) {
    if (typeof err === 'function') {
      callback = err
      err = null
    }

    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.destroy(err, (err, data) => {
          return err ? reject(err) : resolve(data)
        })
      })
    }

    if (typeof callback !== 'function') {
      throw new InvalidArgumentError('invalid callback')
    }

    if (this[kDestroyed]) {
      if (this[kOnDestroyed]) {
        this[kOnDestroyed].push(callback)
      } else {
        queueMicrotask(() => callback(null, null))
      }
      return
    }

    if (!err) {
      err = new ClientDestroyedError()
    }

    this[kDestroyed] = true
    this[kOnDestroyed] ??= []
    this[kOnDestroyed].push(callback)

    const onDestroyed = () => {
      const callbacks = this[kOnDestroyed]
      this[kOnDestroyed] = null
      for (let i = 0; i < callbacks.length; i++) {
        callbacks[i](null, null)
      }
    }

    // Should not error.
    this[kDestroy](err)
      .then(() => queueMicrotask(onDestroyed))
  }

  dispatch (opts, handler) {
    if (!handler || typeof handler !== 'object') {
      throw new InvalidArgumentError('handler must be an object')
    }

    try {
      if (!opts || typeof opts !== 'object') {
        throw new InvalidArgumentError('opts must be an object.')
      }

      if (opts.dispatcher) {
        throw new InvalidArgumentError('opts.dispatcher is not supported by instance methods. Pass opts.dispatcher to the top-level undici functions or call the dispatcher instance method directly.')
      }

      if (this[kDestroyed] || this[kOnDestroyed]) {
        throw new ClientDestroyedError()
      }

      if (this[kClosed]) {
        throw new ClientClosedError()
      }

      return this[kDispatch](opts, handler)
    } catch (err) {
      if (typeof handler.onResponseError !== 'function') {
        throw err
      }

      handler.onResponseError(null, err)

      return false
    }
  }
}

module.exports = DispatcherBase


/***/ }),

/***/ 1716:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {


const EventEmitter = __nccwpck_require__(8474)
const { kOriginless, kUrl } = __nccwpck_require__(6478)

class Dispatcher extends EventEmitter {
  dispatch () {
    throw new Error('not implemented')
  }

  close () {
    throw new Error('not implemented')
  }

  destroy () {
    throw new Error('not implemented')
  }

  compose (...args) {
    // So we handle [interceptor1, interceptor2] or interceptor1, interceptor2, ...
    const interceptors = Array.isArray(args[0]) ? args[0] : args
    // null disables origin-dependent interceptors; undefined uses opts.origin.
    const interceptorOrigin = this[kOriginless] === true
      ? null
      : this[kUrl]?.origin
    let dispatch = this.dispatch.bind(this)

    for (const interceptor of interceptors) {
      if (interceptor == null) {
        continue
      }

      if (typeof interceptor !== 'function') {
        throw new TypeError(`invalid interceptor, expected function received ${typeof interceptor}`)
      }

      dispatch = interceptor(dispatch, interceptorOrigin)

      if (dispatch == null || typeof dispatch !== 'function' || dispatch.length !== 2) {
        throw new TypeError('invalid interceptor')
      }
    }

    const originalDispatch = dispatch
    const self = this
    dispatch = function (opts, handler) {
      if (opts && typeof opts === 'object' && !opts.origin && self[kUrl]) {
        opts = Object.assign({}, opts, { origin: self[kUrl].origin })
      }
      return originalDispatch(opts, handler)
    }

    return new Proxy(this, {
      get: (target, key) => key === 'dispatch' ? dispatch : target[key]
    })
  }
}

module.exports = Dispatcher


/***/ }),

/***/ 7405:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {


Object.defineProperty(exports, "__esModule", ({ value: true }));
exports.SPECIAL_HEADERS = exports.MINOR = exports.MAJOR = exports.HTAB_SP_VCHAR_OBS_TEXT = exports.QUOTED_STRING = exports.CONNECTION_TOKEN_CHARS = exports.HEADER_CHARS = exports.TOKEN = exports.HEX = exports.URL_CHAR = exports.USERINFO_CHARS = exports.MARK = exports.ALPHANUM = exports.NUM = exports.HEX_MAP = exports.NUM_MAP = exports.ALPHA = exports.STATUSES_HTTP = exports.H_METHOD_MAP = exports.METHOD_MAP = exports.METHODS_RTSP = exports.METHODS_ICE = exports.METHODS_HTTP = exports.HEADER_STATE = exports.FINISH = exports.STATUSES = exports.METHODS = exports.LENIENT_FLAGS = exports.FLAGS = exports.TYPE = exports.ERROR = void 0;
const utils_1 = __nccwpck_require__(2401);
// Emums
exports.ERROR = {
    OK: 0,
    INTERNAL: 1,
    STRICT: 2,
    CR_EXPECTED: 25,
    LF_EXPECTED: 3,
    UNEXPECTED_CONTENT_LENGTH: 4,
    UNEXPECTED_SPACE: 30,
    CLOSED_CONNECTION: 5,
    INVALID_METHOD: 6,
    INVALID_URL: 7,
    INVALID_CONSTANT: 8,
    INVALID_VERSION: 9,
    INVALID_HEADER_TOKEN: 10,
    INVALID_CONTENT_LENGTH: 11,
    INVALID_CHUNK_SIZE: 12,
    INVALID_STATUS: 13,
    INVALID_EOF_STATE: 14,
    INVALID_TRANSFER_ENCODING: 15,
    CB_MESSAGE_BEGIN: 16,
    CB_HEADERS_COMPLETE: 17,
    CB_MESSAGE_COMPLETE: 18,
    CB_CHUNK_HEADER: 19,
    CB_CHUNK_COMPLETE: 20,
    PAUSED: 21,
    PAUSED_UPGRADE: 22,
    PAUSED_H2_UPGRADE: 23,
    USER: 24,
    CB_URL_COMPLETE: 26,
    CB_STATUS_COMPLETE: 27,
    CB_METHOD_COMPLETE: 32,
    CB_VERSION_COMPLETE: 33,
    CB_HEADER_FIELD_COMPLETE: 28,
    CB_HEADER_VALUE_COMPLETE: 29,
    CB_CHUNK_EXTENSION_NAME_COMPLETE: 34,
    CB_CHUNK_EXTENSION_VALUE_COMPLETE: 35,
    CB_RESET: 31,
    CB_PROTOCOL_COMPLETE: 38,
};
exports.TYPE = {
    BOTH: 0, // default
    REQUEST: 1,
    RESPONSE: 2,
};
exports.FLAGS = {
    CONNECTION_KEEP_ALIVE: 1 << 0,
    CONNECTION_CLOSE: 1 << 1,
    CONNECTION_UPGRADE: 1 << 2,
    CHUNKED: 1 << 3,
    UPGRADE: 1 << 4,
    CONTENT_LENGTH: 1 << 5,
    SKIPBODY: 1 << 6,
    TRAILING: 1 << 7,
    // 1 << 8 is unused
    TRANSFER_ENCODING: 1 << 9,
};
exports.LENIENT_FLAGS = {
    HEADERS: 1 << 0,
    CHUNKED_LENGTH: 1 << 1,
    KEEP_ALIVE: 1 << 2,
    TRANSFER_ENCODING: 1 << 3,
    VERSION: 1 << 4,
    DATA_AFTER_CLOSE: 1 << 5,
    OPTIONAL_LF_AFTER_CR: 1 << 6,
    OPTIONAL_CRLF_AFTER_CHUNK: 1 << 7,
    OPTIONAL_CR_BEFORE_LF: 1 << 8,
    SPACES_AFTER_CHUNK_SIZE: 1 << 9,
};
exports.METHODS = {
    'DELETE': 0,
    'GET': 1,
    'HEAD': 2,
    'POST': 3,
    'PUT': 4,
    /* pathological */
    'CONNECT': 5,
    'OPTIONS': 6,
    'TRACE': 7,
    /* WebDAV */
    'COPY': 8,
    'LOCK': 9,
    'MKCOL': 10,
    'MOVE': 11,
    'PROPFIND': 12,
    'PROPPATCH': 13,
    'SEARCH': 14,
    'UNLOCK': 15,
    'BIND': 16,
    'REBIND': 17,
    'UNBIND': 18,
    'ACL': 19,
    /* subversion */
    'REPORT': 20,
    'MKACTIVITY': 21,
    'CHECKOUT': 22,
    'MERGE': 23,
    /* upnp */
    'M-SEARCH': 24,
    'NOTIFY': 25,
    'SUBSCRIBE': 26,
    'UNSUBSCRIBE': 27,
    /* RFC-5789 */
    'PATCH': 28,
    'PURGE': 29,
    /* CalDAV */
    'MKCALENDAR': 30,
    /* RFC-2068, section 19.6.1.2 */
    'LINK': 31,
    'UNLINK': 32,
    /* icecast */
    'SOURCE': 33,
    /* RFC-7540, section 11.6 */
    'PRI': 34,
    /* RFC-2326 RTSP */
    'DESCRIBE': 35,
    'ANNOUNCE': 36,
    'SETUP': 37,
    'PLAY': 38,
    'PAUSE': 39,
    'TEARDOWN': 40,
    'GET_PARAMETER': 41,
    'SET_PARAMETER': 42,
    'REDIRECT': 43,
    'RECORD': 44,
    /* RAOP */
    'FLUSH': 45,
    /* DRAFT https://www.ietf.org/archive/id/draft-ietf-httpbis-safe-method-w-body-02.html */
    'QUERY': 46,
};
exports.STATUSES = {
    CONTINUE: 100,
    SWITCHING_PROTOCOLS: 101,
    PROCESSING: 102,
    EARLY_HINTS: 103,
    RESPONSE_IS_STALE: 110, // Unofficial
    REVALIDATION_FAILED: 111, // Unofficial
    DISCONNECTED_OPERATION: 112, // Unofficial
    HEURISTIC_EXPIRATION: 113, // Unofficial
    MISCELLANEOUS_WARNING: 199, // Unofficial
    OK: 200,
    CREATED: 201,
    ACCEPTED: 202,
    NON_AUTHORITATIVE_INFORMATION: 203,
    NO_CONTENT: 204,
    RESET_CONTENT: 205,
    PARTIAL_CONTENT: 206,
    MULTI_STATUS: 207,
    ALREADY_REPORTED: 208,
    TRANSFORMATION_APPLIED: 214, // Unofficial
    IM_USED: 226,
    MISCELLANEOUS_PERSISTENT_WARNING: 299, // Unofficial
    MULTIPLE_CHOICES: 300,
    MOVED_PERMANENTLY: 301,
    FOUND: 302,
    SEE_OTHER: 303,
    NOT_MODIFIED: 304,
    USE_PROXY: 305,
    SWITCH_PROXY: 306, // No longer used
    TEMPORARY_REDIRECT: 307,
    PERMANENT_REDIRECT: 308,
    BAD_REQUEST: 400,
    UNAUTHORIZED: 401,
    PAYMENT_REQUIRED: 402,
    FORBIDDEN: 403,
    NOT_FOUND: 404,
    METHOD_NOT_ALLOWED: 405,
    NOT_ACCEPTABLE: 406,
    PROXY_AUTHENTICATION_REQUIRED: 407,
    REQUEST_TIMEOUT: 408,
    CONFLICT: 409,
    GONE: 410,
    LENGTH_REQUIRED: 411,
    PRECONDITION_FAILED: 412,
    PAYLOAD_TOO_LARGE: 413,
    URI_TOO_LONG: 414,
    UNSUPPORTED_MEDIA_TYPE: 415,
    RANGE_NOT_SATISFIABLE: 416,
    EXPECTATION_FAILED: 417,
    IM_A_TEAPOT: 418,
    PAGE_EXPIRED: 419, // Unofficial
    ENHANCE_YOUR_CALM: 420, // Unofficial
    MISDIRECTED_REQUEST: 421,
    UNPROCESSABLE_ENTITY: 422,
    LOCKED: 423,
    FAILED_DEPENDENCY: 424,
    TOO_EARLY: 425,
    UPGRADE_REQUIRED: 426,
    PRECONDITION_REQUIRED: 428,
    TOO_MANY_REQUESTS: 429,
    REQUEST_HEADER_FIELDS_TOO_LARGE_UNOFFICIAL: 430, // Unofficial
    REQUEST_HEADER_FIELDS_TOO_LARGE: 431,
    LOGIN_TIMEOUT: 440, // Unofficial
    NO_RESPONSE: 444, // Unofficial
    RETRY_WITH: 449, // Unofficial
    BLOCKED_BY_PARENTAL_CONTROL: 450, // Unofficial
    UNAVAILABLE_FOR_LEGAL_REASONS: 451,
    CLIENT_CLOSED_LOAD_BALANCED_REQUEST: 460, // Unofficial
    INVALID_X_FORWARDED_FOR: 463, // Unofficial
    REQUEST_HEADER_TOO_LARGE: 494, // Unofficial
    SSL_CERTIFICATE_ERROR: 495, // Unofficial
    SSL_CERTIFICATE_REQUIRED: 496, // Unofficial
    HTTP_REQUEST_SENT_TO_HTTPS_PORT: 497, // Unofficial
    INVALID_TOKEN: 498, // Unofficial
    CLIENT_CLOSED_REQUEST: 499, // Unofficial
    INTERNAL_SERVER_ERROR: 500,
    NOT_IMPLEMENTED: 501,
    BAD_GATEWAY: 502,
    SERVICE_UNAVAILABLE: 503,
    GATEWAY_TIMEOUT: 504,
    HTTP_VERSION_NOT_SUPPORTED: 505,
    VARIANT_ALSO_NEGOTIATES: 506,
    INSUFFICIENT_STORAGE: 507,
    LOOP_DETECTED: 508,
    BANDWIDTH_LIMIT_EXCEEDED: 509,
    NOT_EXTENDED: 510,
    NETWORK_AUTHENTICATION_REQUIRED: 511,
    WEB_SERVER_UNKNOWN_ERROR: 520, // Unofficial
    WEB_SERVER_IS_DOWN: 521, // Unofficial
    CONNECTION_TIMEOUT: 522, // Unofficial
    ORIGIN_IS_UNREACHABLE: 523, // Unofficial
    TIMEOUT_OCCURED: 524, // Unofficial
    SSL_HANDSHAKE_FAILED: 525, // Unofficial
    INVALID_SSL_CERTIFICATE: 526, // Unofficial
    RAILGUN_ERROR: 527, // Unofficial
    SITE_IS_OVERLOADED: 529, // Unofficial
    SITE_IS_FROZEN: 530, // Unofficial
    IDENTITY_PROVIDER_AUTHENTICATION_ERROR: 561, // Unofficial
    NETWORK_READ_TIMEOUT: 598, // Unofficial
    NETWORK_CONNECT_TIMEOUT: 599, // Unofficial
};
exports.FINISH = {
    SAFE: 0,
    SAFE_WITH_CB: 1,
    UNSAFE: 2,
};
exports.HEADER_STATE = {
    GENERAL: 0,
    CONNECTION: 1,
    CONTENT_LENGTH: 2,
    TRANSFER_ENCODING: 3,
    UPGRADE: 4,
    CONNECTION_KEEP_ALIVE: 5,
    CONNECTION_CLOSE: 6,
    CONNECTION_UPGRADE: 7,
    TRANSFER_ENCODING_CHUNKED: 8,
};
// C headers
exports.METHODS_HTTP = [
    exports.METHODS.DELETE,
    exports.METHODS.GET,
    exports.METHODS.HEAD,
    exports.METHODS.POST,
    exports.METHODS.PUT,
    exports.METHODS.CONNECT,
    exports.METHODS.OPTIONS,
    exports.METHODS.TRACE,
    exports.METHODS.COPY,
    exports.METHODS.LOCK,
    exports.METHODS.MKCOL,
    exports.METHODS.MOVE,
    exports.METHODS.PROPFIND,
    exports.METHODS.PROPPATCH,
    exports.METHODS.SEARCH,
    exports.METHODS.UNLOCK,
    exports.METHODS.BIND,
    exports.METHODS.REBIND,
    exports.METHODS.UNBIND,
    exports.METHODS.ACL,
    exports.METHODS.REPORT,
    exports.METHODS.MKACTIVITY,
    exports.METHODS.CHECKOUT,
    exports.METHODS.MERGE,
    exports.METHODS['M-SEARCH'],
    exports.METHODS.NOTIFY,
    exports.METHODS.SUBSCRIBE,
    exports.METHODS.UNSUBSCRIBE,
    exports.METHODS.PATCH,
    exports.METHODS.PURGE,
    exports.METHODS.MKCALENDAR,
    exports.METHODS.LINK,
    exports.METHODS.UNLINK,
    exports.METHODS.PRI,
    // TODO(indutny): should we allow it with HTTP?
    exports.METHODS.SOURCE,
    exports.METHODS.QUERY,
];
exports.METHODS_ICE = [
    exports.METHODS.SOURCE,
];
exports.METHODS_RTSP = [
    exports.METHODS.OPTIONS,
    exports.METHODS.DESCRIBE,
    exports.METHODS.ANNOUNCE,
    exports.METHODS.SETUP,
    exports.METHODS.PLAY,
    exports.METHODS.PAUSE,
    exports.METHODS.TEARDOWN,
    exports.METHODS.GET_PARAMETER,
    exports.METHODS.SET_PARAMETER,
    exports.METHODS.REDIRECT,
    exports.METHODS.RECORD,
    exports.METHODS.FLUSH,
    // For AirPlay
    exports.METHODS.GET,
    exports.METHODS.POST,
];
exports.METHOD_MAP = (0, utils_1.enumToMap)(exports.METHODS);
exports.H_METHOD_MAP = Object.fromEntries(Object.entries(exports.METHODS).filter(([k]) => k.startsWith('H')));
exports.STATUSES_HTTP = [
    exports.STATUSES.CONTINUE,
    exports.STATUSES.SWITCHING_PROTOCOLS,
    exports.STATUSES.PROCESSING,
    exports.STATUSES.EARLY_HINTS,
    exports.STATUSES.RESPONSE_IS_STALE,
    exports.STATUSES.REVALIDATION_FAILED,
    exports.STATUSES.DISCONNECTED_OPERATION,
    exports.STATUSES.HEURISTIC_EXPIRATION,
    exports.STATUSES.MISCELLANEOUS_WARNING,
    exports.STATUSES.OK,
    exports.STATUSES.CREATED,
    exports.STATUSES.ACCEPTED,
    exports.STATUSES.NON_AUTHORITATIVE_INFORMATION,
    exports.STATUSES.NO_CONTENT,
    exports.STATUSES.RESET_CONTENT,
    exports.STATUSES.PARTIAL_CONTENT,
    exports.STATUSES.MULTI_STATUS,
    exports.STATUSES.ALREADY_REPORTED,
    exports.STATUSES.TRANSFORMATION_APPLIED,
    exports.STATUSES.IM_USED,
    exports.STATUSES.MISCELLANEOUS_PERSISTENT_WARNING,
    exports.STATUSES.MULTIPLE_CHOICES,
    exports.STATUSES.MOVED_PERMANENTLY,
    exports.STATUSES.FOUND,
    exports.STATUSES.SEE_OTHER,
    exports.STATUSES.NOT_MODIFIED,
    exports.STATUSES.USE_PROXY,
    exports.STATUSES.SWITCH_PROXY,
    exports.STATUSES.TEMPORARY_REDIRECT,
    exports.STATUSES.PERMANENT_REDIRECT,
    exports.STATUSES.BAD_REQUEST,
    exports.STATUSES.UNAUTHORIZED,
    exports.STATUSES.PAYMENT_REQUIRED,
    exports.STATUSES.FORBIDDEN,
    exports.STATUSES.NOT_FOUND,
    exports.STATUSES.METHOD_NOT_ALLOWED,
    exports.STATUSES.NOT_ACCEPTABLE,
    exports.STATUSES.PROXY_AUTHENTICATION_REQUIRED,
    exports.STATUSES.REQUEST_TIMEOUT,
    exports.STATUSES.CONFLICT,
    exports.STATUSES.GONE,
    exports.STATUSES.LENGTH_REQUIRED,
    exports.STATUSES.PRECONDITION_FAILED,
    exports.STATUSES.PAYLOAD_TOO_LARGE,
    exports.STATUSES.URI_TOO_LONG,
    exports.STATUSES.UNSUPPORTED_MEDIA_TYPE,
    exports.STATUSES.RANGE_NOT_SATISFIABLE,
    exports.STATUSES.EXPECTATION_FAILED,
    exports.STATUSES.IM_A_TEAPOT,
    exports.STATUSES.PAGE_EXPIRED,
    exports.STATUSES.ENHANCE_YOUR_CALM,
    exports.STATUSES.MISDIRECTED_REQUEST,
    exports.STATUSES.UNPROCESSABLE_ENTITY,
    exports.STATUSES.LOCKED,
    exports.STATUSES.FAILED_DEPENDENCY,
    exports.STATUSES.TOO_EARLY,
    exports.STATUSES.UPGRADE_REQUIRED,
    exports.STATUSES.PRECONDITION_REQUIRED,
    exports.STATUSES.TOO_MANY_REQUESTS,
    exports.STATUSES.REQUEST_HEADER_FIELDS_TOO_LARGE_UNOFFICIAL,
    exports.STATUSES.REQUEST_HEADER_FIELDS_TOO_LARGE,
    exports.STATUSES.LOGIN_TIMEOUT,
    exports.STATUSES.NO_RESPONSE,
    exports.STATUSES.RETRY_WITH,
    exports.STATUSES.BLOCKED_BY_PARENTAL_CONTROL,
    exports.STATUSES.UNAVAILABLE_FOR_LEGAL_REASONS,
    exports.STATUSES.CLIENT_CLOSED_LOAD_BALANCED_REQUEST,
    exports.STATUSES.INVALID_X_FORWARDED_FOR,
    exports.STATUSES.REQUEST_HEADER_TOO_LARGE,
    exports.STATUSES.SSL_CERTIFICATE_ERROR,
    exports.STATUSES.SSL_CERTIFICATE_REQUIRED,
    exports.STATUSES.HTTP_REQUEST_SENT_TO_HTTPS_PORT,
    exports.STATUSES.INVALID_TOKEN,
    exports.STATUSES.CLIENT_CLOSED_REQUEST,
    exports.STATUSES.INTERNAL_SERVER_ERROR,
    exports.STATUSES.NOT_IMPLEMENTED,
    exports.STATUSES.BAD_GATEWAY,
    exports.STATUSES.SERVICE_UNAVAILABLE,
    exports.STATUSES.GATEWAY_TIMEOUT,
    exports.STATUSES.HTTP_VERSION_NOT_SUPPORTED,
    exports.STATUSES.VARIANT_ALSO_NEGOTIATES,
    exports.STATUSES.INSUFFICIENT_STORAGE,
    exports.STATUSES.LOOP_DETECTED,
    exports.STATUSES.BANDWIDTH_LIMIT_EXCEEDED,
    exports.STATUSES.NOT_EXTENDED,
    exports.STATUSES.NETWORK_AUTHENTICATION_REQUIRED,
    exports.STATUSES.WEB_SERVER_UNKNOWN_ERROR,
    exports.STATUSES.WEB_SERVER_IS_DOWN,
    exports.STATUSES.CONNECTION_TIMEOUT,
    exports.STATUSES.ORIGIN_IS_UNREACHABLE,
    exports.STATUSES.TIMEOUT_OCCURED,
    exports.STATUSES.SSL_HANDSHAKE_FAILED,
    exports.STATUSES.INVALID_SSL_CERTIFICATE,
    exports.STATUSES.RAILGUN_ERROR,
    exports.STATUSES.SITE_IS_OVERLOADED,
    exports.STATUSES.SITE_IS_FROZEN,
    exports.STATUSES.IDENTITY_PROVIDER_AUTHENTICATION_ERROR,
    exports.STATUSES.NETWORK_READ_TIMEOUT,
    exports.STATUSES.NETWORK_CONNECT_TIMEOUT,
];
exports.ALPHA = [];
for (let i = 'A'.charCodeAt(0); i <= 'Z'.charCodeAt(0); i++) {
    // Upper case
    exports.ALPHA.push(String.fromCharCode(i));
    // Lower case
    exports.ALPHA.push(String.fromCharCode(i + 0x20));
}
exports.NUM_MAP = {
    0: 0, 1: 1, 2: 2, 3: 3, 4: 4,
    5: 5, 6: 6, 7: 7, 8: 8, 9: 9,
};
exports.HEX_MAP = {
    0: 0, 1: 1, 2: 2, 3: 3, 4: 4,
    5: 5, 6: 6, 7: 7, 8: 8, 9: 9,
    A: 0XA, B: 0XB, C: 0XC, D: 0XD, E: 0XE, F: 0XF,
    a: 0xa, b: 0xb, c: 0xc, d: 0xd, e: 0xe, f: 0xf,
};
exports.NUM = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
];
exports.ALPHANUM = exports.ALPHA.concat(exports.NUM);
exports.MARK = ['-', '_', '.', '!', '~', '*', '\'', '(', ')'];
exports.USERINFO_CHARS = exports.ALPHANUM
    .concat(exports.MARK)
    .concat(['%', ';', ':', '&', '=', '+', '$', ',']);
// TODO(indutny): use RFC
exports.URL_CHAR = [
    '!', '"', '$', '%', '&', '\'',
    '(', ')', '*', '+', ',', '-', '.', '/',
    ':', ';', '<', '=', '>',
    '@', '[', '\\', ']', '^', '_',
    '`',
    '{', '|', '}', '~',
].concat(exports.ALPHANUM);
exports.HEX = exports.NUM.concat(['a', 'b', 'c', 'd', 'e', 'f', 'A', 'B', 'C', 'D', 'E', 'F']);
/* Tokens as defined by rfc 2616. Also lowercases them.
 *        token       = 1*<any CHAR except CTLs or separators>
 *     separators     = "(" | ")" | "<" | ">" | "@"
 *                    | "," | ";" | ":" | "\" | <">
 *                    | "/" | "[" | "]" | "?" | "="
 *                    | "{" | "}" | SP | HT
 */
exports.TOKEN = [
    '!', '#', '$', '%', '&', '\'',
    '*', '+', '-', '.',
    '^', '_', '`',
    '|', '~',
].concat(exports.ALPHANUM);
/*
 * Verify that a char is a valid visible (printable) US-ASCII
 * character or %x80-FF
 */
exports.HEADER_CHARS = ['\t'];
for (let i = 32; i <= 255; i++) {
    if (i !== 127) {
        exports.HEADER_CHARS.push(i);
    }
}
// ',' = \x44
exports.CONNECTION_TOKEN_CHARS = exports.HEADER_CHARS.filter((c) => c !== 44);
exports.QUOTED_STRING = ['\t', ' '];
for (let i = 0x21; i <= 0xff; i++) {
    if (i !== 0x22 && i !== 0x5c) { // All characters in ASCII except \ and "
        exports.QUOTED_STRING.push(i);
    }
}
exports.HTAB_SP_VCHAR_OBS_TEXT = ['\t', ' '];
// VCHAR: https://tools.ietf.org/html/rfc5234#appendix-B.1
for (let i = 0x21; i <= 0x7E; i++) {
    exports.HTAB_SP_VCHAR_OBS_TEXT.push(i);
}
// OBS_TEXT: https://datatracker.ietf.org/doc/html/rfc9110#name-collected-abnf
for (let i = 0x80; i <= 0xff; i++) {
    exports.HTAB_SP_VCHAR_OBS_TEXT.push(i);
}
exports.MAJOR = exports.NUM_MAP;
exports.MINOR = exports.MAJOR;
exports.SPECIAL_HEADERS = {
    'connection': exports.HEADER_STATE.CONNECTION,
    'content-length': exports.HEADER_STATE.CONTENT_LENGTH,
    'proxy-connection': exports.HEADER_STATE.CONNECTION,
    'transfer-encoding': exports.HEADER_STATE.TRANSFER_ENCODING,
    'upgrade': exports.HEADER_STATE.UPGRADE,
};
exports["default"] = {
    ERROR: exports.ERROR,
    TYPE: exports.TYPE,
    FLAGS: exports.FLAGS,
    LENIENT_FLAGS: exports.LENIENT_FLAGS,
    METHODS: exports.METHODS,
    STATUSES: exports.STATUSES,
    FINISH: exports.FINISH,
    HEADER_STATE: exports.HEADER_STATE,
    ALPHA: exports.ALPHA,
    NUM_MAP: exports.NUM_MAP,
    HEX_MAP: exports.HEX_MAP,
    NUM: exports.NUM,
    ALPHANUM: exports.ALPHANUM,
    MARK: exports.MARK,
    USERINFO_CHARS: exports.USERINFO_CHARS,
    URL_CHAR: exports.URL_CHAR,
    HEX: exports.HEX,
    TOKEN: exports.TOKEN,
    HEADER_CHARS: exports.HEADER_CHARS,
    CONNECTION_TOKEN_CHARS: exports.CONNECTION_TOKEN_CHARS,
    QUOTED_STRING: exports.QUOTED_STRING,
    HTAB_SP_VCHAR_OBS_TEXT: exports.HTAB_SP_VCHAR_OBS_TEXT,
    MAJOR: exports.MAJOR,
    MINOR: exports.MINOR,
    SPECIAL_HEADERS: exports.SPECIAL_HEADERS,
    METHODS_HTTP: exports.METHODS_HTTP,
    METHODS_ICE: exports.METHODS_ICE,
    METHODS_RTSP: exports.METHODS_RTSP,
    METHOD_MAP: exports.METHOD_MAP,
    H_METHOD_MAP: exports.H_METHOD_MAP,
    STATUSES_HTTP: exports.STATUSES_HTTP,
};


/***/ }),

/***/ 9855:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

/* module decorator */ module = __nccwpck_require__.nmd(module);


const { Buffer } = __nccwpck_require__(4573)

const wasmBase64 = 'AGFzbQEAAAABJwdgAX8Bf2ADf39/AX9gAn9/AGABfwBgBH9/f38Bf2AAAGADf39/AALLAQgDZW52GHdhc21fb25faGVhZGVyc19jb21wbGV0ZQAEA2VudhV3YXNtX29uX21lc3NhZ2VfYmVnaW4AAANlbnYLd2FzbV9vbl91cmwAAQNlbnYOd2FzbV9vbl9zdGF0dXMAAQNlbnYUd2FzbV9vbl9oZWFkZXJfZmllbGQAAQNlbnYUd2FzbV9vbl9oZWFkZXJfdmFsdWUAAQNlbnYMd2FzbV9vbl9ib2R5AAEDZW52GHdhc21fb25fbWVzc2FnZV9jb21wbGV0ZQAAAzU0BQYAAAMAAAAAAAADAQMAAwMDAAACAAAAAAICAgICAgICAgIBAQEBAQEBAQEBAwAAAwAAAAQFAXABExMFAwEAAgYIAX8BQcDZBAsHxQcoBm1lbW9yeQIAC19pbml0aWFsaXplAAgZX19pbmRpcmVjdF9mdW5jdGlvbl90YWJsZQEAC2xsaHR0cF9pbml0AAkYbGxodHRwX3Nob3VsZF9rZWVwX2FsaXZlADcMbGxodHRwX2FsbG9jAAsGbWFsbG9jADkLbGxodHRwX2ZyZWUADARmcmVlAAwPbGxodHRwX2dldF90eXBlAA0VbGxodHRwX2dldF9odHRwX21ham9yAA4VbGxodHRwX2dldF9odHRwX21pbm9yAA8RbGxodHRwX2dldF9tZXRob2QAEBZsbGh0dHBfZ2V0X3N0YXR1c19jb2RlABESbGxodHRwX2dldF91cGdyYWRlABIMbGxodHRwX3Jlc2V0ABMObGxodHRwX2V4ZWN1dGUAFBRsbGh0dHBfc2V0dGluZ3NfaW5pdAAVDWxsaHR0cF9maW5pc2gAFgxsbGh0dHBfcGF1c2UAFw1sbGh0dHBfcmVzdW1lABgbbGxodHRwX3Jlc3VtZV9hZnRlcl91cGdyYWRlABkQbGxodHRwX2dldF9lcnJubwAaF2xsaHR0cF9nZXRfZXJyb3JfcmVhc29uABsXbGxodHRwX3NldF9lcnJvcl9yZWFzb24AHBRsbGh0dHBfZ2V0X2Vycm9yX3BvcwAdEWxsaHR0cF9lcnJub19uYW1lAB4SbGxodHRwX21ldGhvZF9uYW1lAB8SbGxodHRwX3N0YXR1c19uYW1lACAabGxodHRwX3NldF9sZW5pZW50X2hlYWRlcnMAISFsbGh0dHBfc2V0X2xlbmllbnRfY2h1bmtlZF9sZW5ndGgAIh1sbGh0dHBfc2V0X2xlbmllbnRfa2VlcF9hbGl2ZQAjJGxsaHR0cF9zZXRfbGVuaWVudF90cmFuc2Zlcl9lbmNvZGluZwAkGmxsaHR0cF9zZXRfbGVuaWVudF92ZXJzaW9uACUjbGxodHRwX3NldF9sZW5pZW50X2RhdGFfYWZ0ZXJfY2xvc2UAJidsbGh0dHBfc2V0X2xlbmllbnRfb3B0aW9uYWxfbGZfYWZ0ZXJfY3IAJyxsbGh0dHBfc2V0X2xlbmllbnRfb3B0aW9uYWxfY3JsZl9hZnRlcl9jaHVuawAoKGxsaHR0cF9zZXRfbGVuaWVudF9vcHRpb25hbF9jcl9iZWZvcmVfbGYAKSpsbGh0dHBfc2V0X2xlbmllbnRfc3BhY2VzX2FmdGVyX2NodW5rX3NpemUAKhhsbGh0dHBfbWVzc2FnZV9uZWVkc19lb2YANgkYAQBBAQsSAQIDBAUKBgcyNDMuKy8tLDAxCq/ZAjQWAEHA1QAoAgAEQAALQcDVAEEBNgIACxQAIAAQOCAAIAI2AjggACABOgAoCxQAIAAgAC8BNCAALQAwIAAQNxAACx4BAX9BwAAQOiIBEDggAUGACDYCOCABIAA6ACggAQuPDAEHfwJAIABFDQAgAEEIayIBIABBBGsoAgAiAEF4cSIEaiEFAkAgAEEBcQ0AIABBA3FFDQEgASABKAIAIgBrIgFB1NUAKAIASQ0BIAAgBGohBAJAAkBB2NUAKAIAIAFHBEAgAEH/AU0EQCAAQQN2IQMgASgCCCIAIAEoAgwiAkYEQEHE1QBBxNUAKAIAQX4gA3dxNgIADAULIAIgADYCCCAAIAI2AgwMBAsgASgCGCEGIAEgASgCDCIARwRAIAAgASgCCCICNgIIIAIgADYCDAwDCyABQRRqIgMoAgAiAkUEQCABKAIQIgJFDQIgAUEQaiEDCwNAIAMhByACIgBBFGoiAygCACICDQAgAEEQaiEDIAAoAhAiAg0ACyAHQQA2AgAMAgsgBSgCBCIAQQNxQQNHDQIgBSAAQX5xNgIEQczVACAENgIAIAUgBDYCACABIARBAXI2AgQMAwtBACEACyAGRQ0AAkAgASgCHCICQQJ0QfTXAGoiAygCACABRgRAIAMgADYCACAADQFByNUAQcjVACgCAEF+IAJ3cTYCAAwCCyAGQRBBFCAGKAIQIAFGG2ogADYCACAARQ0BCyAAIAY2AhggASgCECICBEAgACACNgIQIAIgADYCGAsgAUEUaigCACICRQ0AIABBFGogAjYCACACIAA2AhgLIAEgBU8NACAFKAIEIgBBAXFFDQACQAJAAkACQCAAQQJxRQRAQdzVACgCACAFRgRAQdzVACABNgIAQdDVAEHQ1QAoAgAgBGoiADYCACABIABBAXI2AgQgAUHY1QAoAgBHDQZBzNUAQQA2AgBB2NUAQQA2AgAMBgtB2NUAKAIAIAVGBEBB2NUAIAE2AgBBzNUAQczVACgCACAEaiIANgIAIAEgAEEBcjYCBCAAIAFqIAA2AgAMBgsgAEF4cSAEaiEEIABB/wFNBEAgAEEDdiEDIAUoAggiACAFKAIMIgJGBEBBxNUAQcTVACgCAEF+IAN3cTYCAAwFCyACIAA2AgggACACNgIMDAQLIAUoAhghBiAFIAUoAgwiAEcEQEHU1QAoAgAaIAAgBSgCCCICNgIIIAIgADYCDAwDCyAFQRRqIgMoAgAiAkUEQCAFKAIQIgJFDQIgBUEQaiEDCwNAIAMhByACIgBBFGoiAygCACICDQAgAEEQaiEDIAAoAhAiAg0ACyAHQQA2AgAMAgsgBSAAQX5xNgIEIAEgBGogBDYCACABIARBAXI2AgQMAwtBACEACyAGRQ0AAkAgBSgCHCICQQJ0QfTXAGoiAygCACAFRgRAIAMgADYCACAADQFByNUAQcjVACgCAEF+IAJ3cTYCAAwCCyAGQRBBFCAGKAIQIAVGG2ogADYCACAARQ0BCyAAIAY2AhggBSgCECICBEAgACACNgIQIAIgADYCGAsgBUEUaigCACICRQ0AIABBFGogAjYCACACIAA2AhgLIAEgBGogBDYCACABIARBAXI2AgQgAUHY1QAoAgBHDQBBzNUAIAQ2AgAMAQsgBEH/AU0EQCAEQXhxQezVAGohAAJ/QcTVACgCACICQQEgBEEDdnQiA3FFBEBBxNUAIAIgA3I2AgAgAAwBCyAAKAIICyICIAE2AgwgACABNgIIIAEgADYCDCABIAI2AggMAQtBHyECIARB////B00EQCAEQSYgBEEIdmciAGt2QQFxIABBAXRrQT5qIQILIAEgAjYCHCABQgA3AhAgAkECdEH01wBqIQACQEHI1QAoAgAiA0EBIAJ0IgdxRQRAIAAgATYCAEHI1QAgAyAHcjYCACABIAA2AhggASABNgIIIAEgATYCDAwBCyAEQRkgAkEBdmtBACACQR9HG3QhAiAAKAIAIQACQANAIAAiAygCBEF4cSAERg0BIAJBHXYhACACQQF0IQIgAyAAQQRxakEQaiIHKAIAIgANAAsgByABNgIAIAEgAzYCGCABIAE2AgwgASABNgIIDAELIAMoAggiACABNgIMIAMgATYCCCABQQA2AhggASADNgIMIAEgADYCCAtB5NUAQeTVACgCAEEBayIAQX8gABs2AgALCwcAIAAtACgLBwAgAC0AKgsHACAALQArCwcAIAAtACkLBwAgAC8BNAsHACAALQAwC0ABBH8gACgCGCEBIAAvAS4hAiAALQAoIQMgACgCOCEEIAAQOCAAIAQ2AjggACADOgAoIAAgAjsBLiAAIAE2AhgL5YUCAgd/A34gASACaiEEAkAgACIDKAIMIgANACADKAIEBEAgAyABNgIECyMAQRBrIgkkAAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAn8CQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAygCHCICQQJrDvwBAfkBAgMEBQYHCAkKCwwNDg8QERL4ARP3ARQV9gEWF/UBGBkaGxwdHh8g/QH7ASH0ASIjJCUmJygpKivzASwtLi8wMTLyAfEBMzTwAe8BNTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5P+gFQUVJT7gHtAVTsAVXrAVZXWFla6gFbXF1eX2BhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gAGBAYIBgwGEAYUBhgGHAYgBiQGKAYsBjAGNAY4BjwGQAZEBkgGTAZQBlQGWAZcBmAGZAZoBmwGcAZ0BngGfAaABoQGiAaMBpAGlAaYBpwGoAakBqgGrAawBrQGuAa8BsAGxAbIBswG0AbUBtgG3AbgBuQG6AbsBvAG9Ab4BvwHAAcEBwgHDAcQBxQHGAccByAHJAcoBywHMAc0BzgHpAegBzwHnAdAB5gHRAdIB0wHUAeUB1QHWAdcB2AHZAdoB2wHcAd0B3gHfAeAB4QHiAeMBAPwBC0EADOMBC0EODOIBC0ENDOEBC0EPDOABC0EQDN8BC0ETDN4BC0EUDN0BC0EVDNwBC0EWDNsBC0EXDNoBC0EYDNkBC0EZDNgBC0EaDNcBC0EbDNYBC0EcDNUBC0EdDNQBC0EeDNMBC0EfDNIBC0EgDNEBC0EhDNABC0EIDM8BC0EiDM4BC0EkDM0BC0EjDMwBC0EHDMsBC0ElDMoBC0EmDMkBC0EnDMgBC0EoDMcBC0ESDMYBC0ERDMUBC0EpDMQBC0EqDMMBC0ErDMIBC0EsDMEBC0HeAQzAAQtBLgy/AQtBLwy+AQtBMAy9AQtBMQy8AQtBMgy7AQtBMwy6AQtBNAy5AQtB3wEMuAELQTUMtwELQTkMtgELQQwMtQELQTYMtAELQTcMswELQTgMsgELQT4MsQELQToMsAELQeABDK8BC0ELDK4BC0E/DK0BC0E7DKwBC0EKDKsBC0E8DKoBC0E9DKkBC0HhAQyoAQtBwQAMpwELQcAADKYBC0HCAAylAQtBCQykAQtBLQyjAQtBwwAMogELQcQADKEBC0HFAAygAQtBxgAMnwELQccADJ4BC0HIAAydAQtByQAMnAELQcoADJsBC0HLAAyaAQtBzAAMmQELQc0ADJgBC0HOAAyXAQtBzwAMlgELQdAADJUBC0HRAAyUAQtB0gAMkwELQdMADJIBC0HVAAyRAQtB1AAMkAELQdYADI8BC0HXAAyOAQtB2AAMjQELQdkADIwBC0HaAAyLAQtB2wAMigELQdwADIkBC0HdAAyIAQtB3gAMhwELQd8ADIYBC0HgAAyFAQtB4QAMhAELQeIADIMBC0HjAAyCAQtB5AAMgQELQeUADIABC0HiAQx/C0HmAAx+C0HnAAx9C0EGDHwLQegADHsLQQUMegtB6QAMeQtBBAx4C0HqAAx3C0HrAAx2C0HsAAx1C0HtAAx0C0EDDHMLQe4ADHILQe8ADHELQfAADHALQfIADG8LQfEADG4LQfMADG0LQfQADGwLQfUADGsLQfYADGoLQQIMaQtB9wAMaAtB+AAMZwtB+QAMZgtB+gAMZQtB+wAMZAtB/AAMYwtB/QAMYgtB/gAMYQtB/wAMYAtBgAEMXwtBgQEMXgtBggEMXQtBgwEMXAtBhAEMWwtBhQEMWgtBhgEMWQtBhwEMWAtBiAEMVwtBiQEMVgtBigEMVQtBiwEMVAtBjAEMUwtBjQEMUgtBjgEMUQtBjwEMUAtBkAEMTwtBkQEMTgtBkgEMTQtBkwEMTAtBlAEMSwtBlQEMSgtBlgEMSQtBlwEMSAtBmAEMRwtBmQEMRgtBmgEMRQtBmwEMRAtBnAEMQwtBnQEMQgtBngEMQQtBnwEMQAtBoAEMPwtBoQEMPgtBogEMPQtBowEMPAtBpAEMOwtBpQEMOgtBpgEMOQtBpwEMOAtBqAEMNwtBqQEMNgtBqgEMNQtBqwEMNAtBrAEMMwtBrQEMMgtBrgEMMQtBrwEMMAtBsAEMLwtBsQEMLgtBsgEMLQtBswEMLAtBtAEMKwtBtQEMKgtBtgEMKQtBtwEMKAtBuAEMJwtBuQEMJgtBugEMJQtBuwEMJAtBvAEMIwtBvQEMIgtBvgEMIQtBvwEMIAtBwAEMHwtBwQEMHgtBwgEMHQtBAQwcC0HDAQwbC0HEAQwaC0HFAQwZC0HGAQwYC0HHAQwXC0HIAQwWC0HJAQwVC0HKAQwUC0HLAQwTC0HMAQwSC0HNAQwRC0HOAQwQC0HPAQwPC0HQAQwOC0HRAQwNC0HSAQwMC0HTAQwLC0HUAQwKC0HVAQwJC0HWAQwIC0HjAQwHC0HXAQwGC0HYAQwFC0HZAQwEC0HaAQwDC0HbAQwCC0HdAQwBC0HcAQshAgNAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQCADAn8CQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAn8CQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAn8CQAJAAkACQAJAAkACQAJ/AkACQAJAAn8CQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAIAMCfwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACfwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAg7jAQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEjJCUnKCmeA5sDmgORA4oDgwOAA/0C+wL4AvIC8QLvAu0C6ALnAuYC5QLkAtwC2wLaAtkC2ALXAtYC1QLPAs4CzALLAsoCyQLIAscCxgLEAsMCvgK8AroCuQK4ArcCtgK1ArQCswKyArECsAKuAq0CqQKoAqcCpgKlAqQCowKiAqECoAKfApgCkAKMAosCigKBAv4B/QH8AfsB+gH5AfgB9wH1AfMB8AHrAekB6AHnAeYB5QHkAeMB4gHhAeAB3wHeAd0B3AHaAdkB2AHXAdYB1QHUAdMB0gHRAdABzwHOAc0BzAHLAcoByQHIAccBxgHFAcQBwwHCAcEBwAG/Ab4BvQG8AbsBugG5AbgBtwG2AbUBtAGzAbIBsQGwAa8BrgGtAawBqwGqAakBqAGnAaYBpQGkAaMBogGfAZ4BmQGYAZcBlgGVAZQBkwGSAZEBkAGPAY0BjAGHAYYBhQGEAYMBggF9fHt6eXZ1dFBRUlNUVQsgASAERw1yQf0BIQIMvgMLIAEgBEcNmAFB2wEhAgy9AwsgASAERw3xAUGOASECDLwDCyABIARHDfwBQYQBIQIMuwMLIAEgBEcNigJB/wAhAgy6AwsgASAERw2RAkH9ACECDLkDCyABIARHDZQCQfsAIQIMuAMLIAEgBEcNHkEeIQIMtwMLIAEgBEcNGUEYIQIMtgMLIAEgBEcNygJBzQAhAgy1AwsgASAERw3VAkHGACECDLQDCyABIARHDdYCQcMAIQIMswMLIAEgBEcN3AJBOCECDLIDCyADLQAwQQFGDa0DDIkDC0EAIQACQAJAAkAgAy0AKkUNACADLQArRQ0AIAMvATIiAkECcUUNAQwCCyADLwEyIgJBAXFFDQELQQEhACADLQAoQQFGDQAgAy8BNCIGQeQAa0HkAEkNACAGQcwBRg0AIAZBsAJGDQAgAkHAAHENAEEAIQAgAkGIBHFBgARGDQAgAkEocUEARyEACyADQQA7ATIgA0EAOgAxAkAgAEUEQCADQQA6ADEgAy0ALkEEcQ0BDLEDCyADQgA3AyALIANBADoAMSADQQE6ADYMSAtBACEAAkAgAygCOCICRQ0AIAIoAjAiAkUNACADIAIRAAAhAAsgAEUNSCAAQRVHDWIgA0EENgIcIAMgATYCFCADQdIbNgIQIANBFTYCDEEAIQIMrwMLIAEgBEYEQEEGIQIMrwMLIAEtAABBCkcNGSABQQFqIQEMGgsgA0IANwMgQRIhAgyUAwsgASAERw2KA0EjIQIMrAMLIAEgBEYEQEEHIQIMrAMLAkACQCABLQAAQQprDgQBGBgAGAsgAUEBaiEBQRAhAgyTAwsgAUEBaiEBIANBL2otAABBAXENF0EAIQIgA0EANgIcIAMgATYCFCADQZkgNgIQIANBGTYCDAyrAwsgAyADKQMgIgwgBCABa60iCn0iC0IAIAsgDFgbNwMgIAogDFoNGEEIIQIMqgMLIAEgBEcEQCADQQk2AgggAyABNgIEQRQhAgyRAwtBCSECDKkDCyADKQMgUA2uAgxDCyABIARGBEBBCyECDKgDCyABLQAAQQpHDRYgAUEBaiEBDBcLIANBL2otAABBAXFFDRkMJgtBACEAAkAgAygCOCICRQ0AIAIoAlAiAkUNACADIAIRAAAhAAsgAA0ZDEILQQAhAAJAIAMoAjgiAkUNACACKAJQIgJFDQAgAyACEQAAIQALIAANGgwkC0EAIQACQCADKAI4IgJFDQAgAigCUCICRQ0AIAMgAhEAACEACyAADRsMMgsgA0Evai0AAEEBcUUNHAwiC0EAIQACQCADKAI4IgJFDQAgAigCVCICRQ0AIAMgAhEAACEACyAADRwMQgtBACEAAkAgAygCOCICRQ0AIAIoAlQiAkUNACADIAIRAAAhAAsgAA0dDCALIAEgBEYEQEETIQIMoAMLAkAgAS0AACIAQQprDgQfIyMAIgsgAUEBaiEBDB8LQQAhAAJAIAMoAjgiAkUNACACKAJUIgJFDQAgAyACEQAAIQALIAANIgxCCyABIARGBEBBFiECDJ4DCyABLQAAQcDBAGotAABBAUcNIwyDAwsCQANAIAEtAABBsDtqLQAAIgBBAUcEQAJAIABBAmsOAgMAJwsgAUEBaiEBQSEhAgyGAwsgBCABQQFqIgFHDQALQRghAgydAwsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAFBAWoiARA0IgANIQxBC0EAIQACQCADKAI4IgJFDQAgAigCVCICRQ0AIAMgAhEAACEACyAADSMMKgsgASAERgRAQRwhAgybAwsgA0EKNgIIIAMgATYCBEEAIQACQCADKAI4IgJFDQAgAigCUCICRQ0AIAMgAhEAACEACyAADSVBJCECDIEDCyABIARHBEADQCABLQAAQbA9ai0AACIAQQNHBEAgAEEBaw4FGBomggMlJgsgBCABQQFqIgFHDQALQRshAgyaAwtBGyECDJkDCwNAIAEtAABBsD9qLQAAIgBBA0cEQCAAQQFrDgUPEScTJicLIAQgAUEBaiIBRw0AC0EeIQIMmAMLIAEgBEcEQCADQQs2AgggAyABNgIEQQchAgz/AgtBHyECDJcDCyABIARGBEBBICECDJcDCwJAIAEtAABBDWsOFC4/Pz8/Pz8/Pz8/Pz8/Pz8/Pz8APwtBACECIANBADYCHCADQb8LNgIQIANBAjYCDCADIAFBAWo2AhQMlgMLIANBL2ohAgNAIAEgBEYEQEEhIQIMlwMLAkACQAJAIAEtAAAiAEEJaw4YAgApKQEpKSkpKSkpKSkpKSkpKSkpKSkCJwsgAUEBaiEBIANBL2otAABBAXFFDQoMGAsgAUEBaiEBDBcLIAFBAWohASACLQAAQQJxDQALQQAhAiADQQA2AhwgAyABNgIUIANBnxU2AhAgA0EMNgIMDJUDCyADLQAuQYABcUUNAQtBACEAAkAgAygCOCICRQ0AIAIoAlwiAkUNACADIAIRAAAhAAsgAEUN5gIgAEEVRgRAIANBJDYCHCADIAE2AhQgA0GbGzYCECADQRU2AgxBACECDJQDC0EAIQIgA0EANgIcIAMgATYCFCADQZAONgIQIANBFDYCDAyTAwtBACECIANBADYCHCADIAE2AhQgA0G+IDYCECADQQI2AgwMkgMLIAMoAgQhAEEAIQIgA0EANgIEIAMgACABIAynaiIBEDIiAEUNKyADQQc2AhwgAyABNgIUIAMgADYCDAyRAwsgAy0ALkHAAHFFDQELQQAhAAJAIAMoAjgiAkUNACACKAJYIgJFDQAgAyACEQAAIQALIABFDSsgAEEVRgRAIANBCjYCHCADIAE2AhQgA0HrGTYCECADQRU2AgxBACECDJADC0EAIQIgA0EANgIcIAMgATYCFCADQZMMNgIQIANBEzYCDAyPAwtBACECIANBADYCHCADIAE2AhQgA0GCFTYCECADQQI2AgwMjgMLQQAhAiADQQA2AhwgAyABNgIUIANB3RQ2AhAgA0EZNgIMDI0DC0EAIQIgA0EANgIcIAMgATYCFCADQeYdNgIQIANBGTYCDAyMAwsgAEEVRg09QQAhAiADQQA2AhwgAyABNgIUIANB0A82AhAgA0EiNgIMDIsDCyADKAIEIQBBACECIANBADYCBCADIAAgARAzIgBFDSggA0ENNgIcIAMgATYCFCADIAA2AgwMigMLIABBFUYNOkEAIQIgA0EANgIcIAMgATYCFCADQdAPNgIQIANBIjYCDAyJAwsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEQMyIARQRAIAFBAWohAQwoCyADQQ42AhwgAyAANgIMIAMgAUEBajYCFAyIAwsgAEEVRg03QQAhAiADQQA2AhwgAyABNgIUIANB0A82AhAgA0EiNgIMDIcDCyADKAIEIQBBACECIANBADYCBCADIAAgARAzIgBFBEAgAUEBaiEBDCcLIANBDzYCHCADIAA2AgwgAyABQQFqNgIUDIYDC0EAIQIgA0EANgIcIAMgATYCFCADQeIXNgIQIANBGTYCDAyFAwsgAEEVRg0zQQAhAiADQQA2AhwgAyABNgIUIANB1gw2AhAgA0EjNgIMDIQDCyADKAIEIQBBACECIANBADYCBCADIAAgARA0IgBFDSUgA0ERNgIcIAMgATYCFCADIAA2AgwMgwMLIABBFUYNMEEAIQIgA0EANgIcIAMgATYCFCADQdYMNgIQIANBIzYCDAyCAwsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEQNCIARQRAIAFBAWohAQwlCyADQRI2AhwgAyAANgIMIAMgAUEBajYCFAyBAwsgA0Evai0AAEEBcUUNAQtBFyECDOYCC0EAIQIgA0EANgIcIAMgATYCFCADQeIXNgIQIANBGTYCDAz+AgsgAEE7Rw0AIAFBAWohAQwMC0EAIQIgA0EANgIcIAMgATYCFCADQZIYNgIQIANBAjYCDAz8AgsgAEEVRg0oQQAhAiADQQA2AhwgAyABNgIUIANB1gw2AhAgA0EjNgIMDPsCCyADQRQ2AhwgAyABNgIUIAMgADYCDAz6AgsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEQNCIARQRAIAFBAWohAQz1AgsgA0EVNgIcIAMgADYCDCADIAFBAWo2AhQM+QILIAMoAgQhAEEAIQIgA0EANgIEIAMgACABEDQiAEUEQCABQQFqIQEM8wILIANBFzYCHCADIAA2AgwgAyABQQFqNgIUDPgCCyAAQRVGDSNBACECIANBADYCHCADIAE2AhQgA0HWDDYCECADQSM2AgwM9wILIAMoAgQhAEEAIQIgA0EANgIEIAMgACABEDQiAEUEQCABQQFqIQEMHQsgA0EZNgIcIAMgADYCDCADIAFBAWo2AhQM9gILIAMoAgQhAEEAIQIgA0EANgIEIAMgACABEDQiAEUEQCABQQFqIQEM7wILIANBGjYCHCADIAA2AgwgAyABQQFqNgIUDPUCCyAAQRVGDR9BACECIANBADYCHCADIAE2AhQgA0HQDzYCECADQSI2AgwM9AILIAMoAgQhACADQQA2AgQgAyAAIAEQMyIARQRAIAFBAWohAQwbCyADQRw2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIM8wILIAMoAgQhACADQQA2AgQgAyAAIAEQMyIARQRAIAFBAWohAQzrAgsgA0EdNgIcIAMgADYCDCADIAFBAWo2AhRBACECDPICCyAAQTtHDQEgAUEBaiEBC0EmIQIM1wILQQAhAiADQQA2AhwgAyABNgIUIANBnxU2AhAgA0EMNgIMDO8CCyABIARHBEADQCABLQAAQSBHDYQCIAQgAUEBaiIBRw0AC0EsIQIM7wILQSwhAgzuAgsgASAERgRAQTQhAgzuAgsCQAJAA0ACQCABLQAAQQprDgQCAAADAAsgBCABQQFqIgFHDQALQTQhAgzvAgsgAygCBCEAIANBADYCBCADIAAgARAxIgBFDZ8CIANBMjYCHCADIAE2AhQgAyAANgIMQQAhAgzuAgsgAygCBCEAIANBADYCBCADIAAgARAxIgBFBEAgAUEBaiEBDJ8CCyADQTI2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIM7QILIAEgBEcEQAJAA0AgAS0AAEEwayIAQf8BcUEKTwRAQTohAgzXAgsgAykDICILQpmz5syZs+bMGVYNASADIAtCCn4iCjcDICAKIACtQv8BgyILQn+FVg0BIAMgCiALfDcDICAEIAFBAWoiAUcNAAtBwAAhAgzuAgsgAygCBCEAIANBADYCBCADIAAgAUEBaiIBEDEiAA0XDOICC0HAACECDOwCCyABIARGBEBByQAhAgzsAgsCQANAAkAgAS0AAEEJaw4YAAKiAqICqQKiAqICogKiAqICogKiAqICogKiAqICogKiAqICogKiAqICogIAogILIAQgAUEBaiIBRw0AC0HJACECDOwCCyABQQFqIQEgA0Evai0AAEEBcQ2lAiADQQA2AhwgAyABNgIUIANBlxA2AhAgA0EKNgIMQQAhAgzrAgsgASAERwRAA0AgAS0AAEEgRw0VIAQgAUEBaiIBRw0AC0H4ACECDOsCC0H4ACECDOoCCyADQQI6ACgMOAtBACECIANBADYCHCADQb8LNgIQIANBAjYCDCADIAFBAWo2AhQM6AILQQAhAgzOAgtBDSECDM0CC0ETIQIMzAILQRUhAgzLAgtBFiECDMoCC0EYIQIMyQILQRkhAgzIAgtBGiECDMcCC0EbIQIMxgILQRwhAgzFAgtBHSECDMQCC0EeIQIMwwILQR8hAgzCAgtBICECDMECC0EiIQIMwAILQSMhAgy/AgtBJSECDL4CC0HlACECDL0CCyADQT02AhwgAyABNgIUIAMgADYCDEEAIQIM1QILIANBGzYCHCADIAE2AhQgA0GkHDYCECADQRU2AgxBACECDNQCCyADQSA2AhwgAyABNgIUIANBmBo2AhAgA0EVNgIMQQAhAgzTAgsgA0ETNgIcIAMgATYCFCADQZgaNgIQIANBFTYCDEEAIQIM0gILIANBCzYCHCADIAE2AhQgA0GYGjYCECADQRU2AgxBACECDNECCyADQRA2AhwgAyABNgIUIANBmBo2AhAgA0EVNgIMQQAhAgzQAgsgA0EgNgIcIAMgATYCFCADQaQcNgIQIANBFTYCDEEAIQIMzwILIANBCzYCHCADIAE2AhQgA0GkHDYCECADQRU2AgxBACECDM4CCyADQQw2AhwgAyABNgIUIANBpBw2AhAgA0EVNgIMQQAhAgzNAgtBACECIANBADYCHCADIAE2AhQgA0HdDjYCECADQRI2AgwMzAILAkADQAJAIAEtAABBCmsOBAACAgACCyAEIAFBAWoiAUcNAAtB/QEhAgzMAgsCQAJAIAMtADZBAUcNAEEAIQACQCADKAI4IgJFDQAgAigCYCICRQ0AIAMgAhEAACEACyAARQ0AIABBFUcNASADQfwBNgIcIAMgATYCFCADQdwZNgIQIANBFTYCDEEAIQIMzQILQdwBIQIMswILIANBADYCHCADIAE2AhQgA0H5CzYCECADQR82AgxBACECDMsCCwJAAkAgAy0AKEEBaw4CBAEAC0HbASECDLICC0HUASECDLECCyADQQI6ADFBACEAAkAgAygCOCICRQ0AIAIoAgAiAkUNACADIAIRAAAhAAsgAEUEQEHdASECDLECCyAAQRVHBEAgA0EANgIcIAMgATYCFCADQbQMNgIQIANBEDYCDEEAIQIMygILIANB+wE2AhwgAyABNgIUIANBgRo2AhAgA0EVNgIMQQAhAgzJAgsgASAERgRAQfoBIQIMyQILIAEtAABByABGDQEgA0EBOgAoC0HAASECDK4CC0HaASECDK0CCyABIARHBEAgA0EMNgIIIAMgATYCBEHZASECDK0CC0H5ASECDMUCCyABIARGBEBB+AEhAgzFAgsgAS0AAEHIAEcNBCABQQFqIQFB2AEhAgyrAgsgASAERgRAQfcBIQIMxAILAkACQCABLQAAQcUAaw4QAAUFBQUFBQUFBQUFBQUFAQULIAFBAWohAUHWASECDKsCCyABQQFqIQFB1wEhAgyqAgtB9gEhAiABIARGDcICIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQbrVAGotAABHDQMgAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADMMCCyADKAIEIQAgA0IANwMAIAMgACAGQQFqIgEQLiIARQRAQeMBIQIMqgILIANB9QE2AhwgAyABNgIUIAMgADYCDEEAIQIMwgILQfQBIQIgASAERg3BAiADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEG41QBqLQAARw0CIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzCAgsgA0GBBDsBKCADKAIEIQAgA0IANwMAIAMgACAGQQFqIgEQLiIADQMMAgsgA0EANgIAC0EAIQIgA0EANgIcIAMgATYCFCADQeUfNgIQIANBCDYCDAy/AgtB1QEhAgylAgsgA0HzATYCHCADIAE2AhQgAyAANgIMQQAhAgy9AgtBACEAAkAgAygCOCICRQ0AIAIoAkAiAkUNACADIAIRAAAhAAsgAEUNbiAAQRVHBEAgA0EANgIcIAMgATYCFCADQYIPNgIQIANBIDYCDEEAIQIMvQILIANBjwE2AhwgAyABNgIUIANB7Bs2AhAgA0EVNgIMQQAhAgy8AgsgASAERwRAIANBDTYCCCADIAE2AgRB0wEhAgyjAgtB8gEhAgy7AgsgASAERgRAQfEBIQIMuwILAkACQAJAIAEtAABByABrDgsAAQgICAgICAgIAggLIAFBAWohAUHQASECDKMCCyABQQFqIQFB0QEhAgyiAgsgAUEBaiEBQdIBIQIMoQILQfABIQIgASAERg25AiADKAIAIgAgBCABa2ohBiABIABrQQJqIQUDQCABLQAAIABBtdUAai0AAEcNBCAAQQJGDQMgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAY2AgAMuQILQe8BIQIgASAERg24AiADKAIAIgAgBCABa2ohBiABIABrQQFqIQUDQCABLQAAIABBs9UAai0AAEcNAyAAQQFGDQIgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAY2AgAMuAILQe4BIQIgASAERg23AiADKAIAIgAgBCABa2ohBiABIABrQQJqIQUDQCABLQAAIABBsNUAai0AAEcNAiAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAY2AgAMtwILIAMoAgQhACADQgA3AwAgAyAAIAVBAWoiARArIgBFDQIgA0HsATYCHCADIAE2AhQgAyAANgIMQQAhAgy2AgsgA0EANgIACyADKAIEIQAgA0EANgIEIAMgACABECsiAEUNnAIgA0HtATYCHCADIAE2AhQgAyAANgIMQQAhAgy0AgtBzwEhAgyaAgtBACEAAkAgAygCOCICRQ0AIAIoAjQiAkUNACADIAIRAAAhAAsCQCAABEAgAEEVRg0BIANBADYCHCADIAE2AhQgA0HqDTYCECADQSY2AgxBACECDLQCC0HOASECDJoCCyADQesBNgIcIAMgATYCFCADQYAbNgIQIANBFTYCDEEAIQIMsgILIAEgBEYEQEHrASECDLICCyABLQAAQS9GBEAgAUEBaiEBDAELIANBADYCHCADIAE2AhQgA0GyODYCECADQQg2AgxBACECDLECC0HNASECDJcCCyABIARHBEAgA0EONgIIIAMgATYCBEHMASECDJcCC0HqASECDK8CCyABIARGBEBB6QEhAgyvAgsgAS0AAEEwayIAQf8BcUEKSQRAIAMgADoAKiABQQFqIQFBywEhAgyWAgsgAygCBCEAIANBADYCBCADIAAgARAvIgBFDZcCIANB6AE2AhwgAyABNgIUIAMgADYCDEEAIQIMrgILIAEgBEYEQEHnASECDK4CCwJAIAEtAABBLkYEQCABQQFqIQEMAQsgAygCBCEAIANBADYCBCADIAAgARAvIgBFDZgCIANB5gE2AhwgAyABNgIUIAMgADYCDEEAIQIMrgILQcoBIQIMlAILIAEgBEYEQEHlASECDK0CC0EAIQBBASEFQQEhB0EAIQICQAJAAkACQAJAAn8CQAJAAkACQAJAAkACQCABLQAAQTBrDgoKCQABAgMEBQYICwtBAgwGC0EDDAULQQQMBAtBBQwDC0EGDAILQQcMAQtBCAshAkEAIQVBACEHDAILQQkhAkEBIQBBACEFQQAhBwwBC0EAIQVBASECCyADIAI6ACsgAUEBaiEBAkACQCADLQAuQRBxDQACQAJAAkAgAy0AKg4DAQACBAsgB0UNAwwCCyAADQEMAgsgBUUNAQsgAygCBCEAIANBADYCBCADIAAgARAvIgBFDQIgA0HiATYCHCADIAE2AhQgAyAANgIMQQAhAgyvAgsgAygCBCEAIANBADYCBCADIAAgARAvIgBFDZoCIANB4wE2AhwgAyABNgIUIAMgADYCDEEAIQIMrgILIAMoAgQhACADQQA2AgQgAyAAIAEQLyIARQ2YAiADQeQBNgIcIAMgATYCFCADIAA2AgwMrQILQckBIQIMkwILQQAhAAJAIAMoAjgiAkUNACACKAJEIgJFDQAgAyACEQAAIQALAkAgAARAIABBFUYNASADQQA2AhwgAyABNgIUIANBpA02AhAgA0EhNgIMQQAhAgytAgtByAEhAgyTAgsgA0HhATYCHCADIAE2AhQgA0HQGjYCECADQRU2AgxBACECDKsCCyABIARGBEBB4QEhAgyrAgsCQCABLQAAQSBGBEAgA0EAOwE0IAFBAWohAQwBCyADQQA2AhwgAyABNgIUIANBmRE2AhAgA0EJNgIMQQAhAgyrAgtBxwEhAgyRAgsgASAERgRAQeABIQIMqgILAkAgAS0AAEEwa0H/AXEiAkEKSQRAIAFBAWohAQJAIAMvATQiAEGZM0sNACADIABBCmwiADsBNCAAQf7/A3EgAkH//wNzSw0AIAMgACACajsBNAwCC0EAIQIgA0EANgIcIAMgATYCFCADQZUeNgIQIANBDTYCDAyrAgsgA0EANgIcIAMgATYCFCADQZUeNgIQIANBDTYCDEEAIQIMqgILQcYBIQIMkAILIAEgBEYEQEHfASECDKkCCwJAIAEtAABBMGtB/wFxIgJBCkkEQCABQQFqIQECQCADLwE0IgBBmTNLDQAgAyAAQQpsIgA7ATQgAEH+/wNxIAJB//8Dc0sNACADIAAgAmo7ATQMAgtBACECIANBADYCHCADIAE2AhQgA0GVHjYCECADQQ02AgwMqgILIANBADYCHCADIAE2AhQgA0GVHjYCECADQQ02AgxBACECDKkCC0HFASECDI8CCyABIARGBEBB3gEhAgyoAgsCQCABLQAAQTBrQf8BcSICQQpJBEAgAUEBaiEBAkAgAy8BNCIAQZkzSw0AIAMgAEEKbCIAOwE0IABB/v8DcSACQf//A3NLDQAgAyAAIAJqOwE0DAILQQAhAiADQQA2AhwgAyABNgIUIANBlR42AhAgA0ENNgIMDKkCCyADQQA2AhwgAyABNgIUIANBlR42AhAgA0ENNgIMQQAhAgyoAgtBxAEhAgyOAgsgASAERgRAQd0BIQIMpwILAkACQAJAAkAgAS0AAEEKaw4XAgMDAAMDAwMDAwMDAwMDAwMDAwMDAwEDCyABQQFqDAULIAFBAWohAUHDASECDI8CCyABQQFqIQEgA0Evai0AAEEBcQ0IIANBADYCHCADIAE2AhQgA0GNCzYCECADQQ02AgxBACECDKcCCyADQQA2AhwgAyABNgIUIANBjQs2AhAgA0ENNgIMQQAhAgymAgsgASAERwRAIANBDzYCCCADIAE2AgRBASECDI0CC0HcASECDKUCCwJAAkADQAJAIAEtAABBCmsOBAIAAAMACyAEIAFBAWoiAUcNAAtB2wEhAgymAgsgAygCBCEAIANBADYCBCADIAAgARAtIgBFBEAgAUEBaiEBDAQLIANB2gE2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIMpQILIAMoAgQhACADQQA2AgQgAyAAIAEQLSIADQEgAUEBagshAUHBASECDIoCCyADQdkBNgIcIAMgADYCDCADIAFBAWo2AhRBACECDKICC0HCASECDIgCCyADQS9qLQAAQQFxDQEgA0EANgIcIAMgATYCFCADQeQcNgIQIANBGTYCDEEAIQIMoAILIAEgBEYEQEHZASECDKACCwJAAkACQCABLQAAQQprDgQBAgIAAgsgAUEBaiEBDAILIAFBAWohAQwBCyADLQAuQcAAcUUNAQtBACEAAkAgAygCOCICRQ0AIAIoAjwiAkUNACADIAIRAAAhAAsgAEUNoAEgAEEVRgRAIANB2QA2AhwgAyABNgIUIANBtxo2AhAgA0EVNgIMQQAhAgyfAgsgA0EANgIcIAMgATYCFCADQYANNgIQIANBGzYCDEEAIQIMngILIANBADYCHCADIAE2AhQgA0HcKDYCECADQQI2AgxBACECDJ0CCyABIARHBEAgA0EMNgIIIAMgATYCBEG/ASECDIQCC0HYASECDJwCCyABIARGBEBB1wEhAgycAgsCQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAIAEtAABBwQBrDhUAAQIDWgQFBlpaWgcICQoLDA0ODxBaCyABQQFqIQFB+wAhAgySAgsgAUEBaiEBQfwAIQIMkQILIAFBAWohAUGBASECDJACCyABQQFqIQFBhQEhAgyPAgsgAUEBaiEBQYYBIQIMjgILIAFBAWohAUGJASECDI0CCyABQQFqIQFBigEhAgyMAgsgAUEBaiEBQY0BIQIMiwILIAFBAWohAUGWASECDIoCCyABQQFqIQFBlwEhAgyJAgsgAUEBaiEBQZgBIQIMiAILIAFBAWohAUGlASECDIcCCyABQQFqIQFBpgEhAgyGAgsgAUEBaiEBQawBIQIMhQILIAFBAWohAUG0ASECDIQCCyABQQFqIQFBtwEhAgyDAgsgAUEBaiEBQb4BIQIMggILIAEgBEYEQEHWASECDJsCCyABLQAAQc4ARw1IIAFBAWohAUG9ASECDIECCyABIARGBEBB1QEhAgyaAgsCQAJAAkAgAS0AAEHCAGsOEgBKSkpKSkpKSkoBSkpKSkpKAkoLIAFBAWohAUG4ASECDIICCyABQQFqIQFBuwEhAgyBAgsgAUEBaiEBQbwBIQIMgAILQdQBIQIgASAERg2YAiADKAIAIgAgBCABa2ohBSABIABrQQdqIQYCQANAIAEtAAAgAEGo1QBqLQAARw1FIABBB0YNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyZAgsgA0EANgIAIAZBAWohAUEbDEULIAEgBEYEQEHTASECDJgCCwJAAkAgAS0AAEHJAGsOBwBHR0dHRwFHCyABQQFqIQFBuQEhAgz/AQsgAUEBaiEBQboBIQIM/gELQdIBIQIgASAERg2WAiADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEGm1QBqLQAARw1DIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyXAgsgA0EANgIAIAZBAWohAUEPDEMLQdEBIQIgASAERg2VAiADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEGk1QBqLQAARw1CIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyWAgsgA0EANgIAIAZBAWohAUEgDEILQdABIQIgASAERg2UAiADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEGh1QBqLQAARw1BIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyVAgsgA0EANgIAIAZBAWohAUESDEELIAEgBEYEQEHPASECDJQCCwJAAkAgAS0AAEHFAGsODgBDQ0NDQ0NDQ0NDQ0MBQwsgAUEBaiEBQbUBIQIM+wELIAFBAWohAUG2ASECDPoBC0HOASECIAEgBEYNkgIgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBntUAai0AAEcNPyAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMkwILIANBADYCACAGQQFqIQFBBww/C0HNASECIAEgBEYNkQIgAygCACIAIAQgAWtqIQUgASAAa0EFaiEGAkADQCABLQAAIABBmNUAai0AAEcNPiAAQQVGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMkgILIANBADYCACAGQQFqIQFBKAw+CyABIARGBEBBzAEhAgyRAgsCQAJAAkAgAS0AAEHFAGsOEQBBQUFBQUFBQUEBQUFBQUECQQsgAUEBaiEBQbEBIQIM+QELIAFBAWohAUGyASECDPgBCyABQQFqIQFBswEhAgz3AQtBywEhAiABIARGDY8CIAMoAgAiACAEIAFraiEFIAEgAGtBBmohBgJAA0AgAS0AACAAQZHVAGotAABHDTwgAEEGRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJACCyADQQA2AgAgBkEBaiEBQRoMPAtBygEhAiABIARGDY4CIAMoAgAiACAEIAFraiEFIAEgAGtBA2ohBgJAA0AgAS0AACAAQY3VAGotAABHDTsgAEEDRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADI8CCyADQQA2AgAgBkEBaiEBQSEMOwsgASAERgRAQckBIQIMjgILAkACQCABLQAAQcEAaw4UAD09PT09PT09PT09PT09PT09PQE9CyABQQFqIQFBrQEhAgz1AQsgAUEBaiEBQbABIQIM9AELIAEgBEYEQEHIASECDI0CCwJAAkAgAS0AAEHVAGsOCwA8PDw8PDw8PDwBPAsgAUEBaiEBQa4BIQIM9AELIAFBAWohAUGvASECDPMBC0HHASECIAEgBEYNiwIgAygCACIAIAQgAWtqIQUgASAAa0EIaiEGAkADQCABLQAAIABBhNUAai0AAEcNOCAAQQhGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMjAILIANBADYCACAGQQFqIQFBKgw4CyABIARGBEBBxgEhAgyLAgsgAS0AAEHQAEcNOCABQQFqIQFBJQw3C0HFASECIAEgBEYNiQIgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBgdUAai0AAEcNNiAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMigILIANBADYCACAGQQFqIQFBDgw2CyABIARGBEBBxAEhAgyJAgsgAS0AAEHFAEcNNiABQQFqIQFBqwEhAgzvAQsgASAERgRAQcMBIQIMiAILAkACQAJAAkAgAS0AAEHCAGsODwABAjk5OTk5OTk5OTk5AzkLIAFBAWohAUGnASECDPEBCyABQQFqIQFBqAEhAgzwAQsgAUEBaiEBQakBIQIM7wELIAFBAWohAUGqASECDO4BC0HCASECIAEgBEYNhgIgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABB/tQAai0AAEcNMyAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMhwILIANBADYCACAGQQFqIQFBFAwzC0HBASECIAEgBEYNhQIgAygCACIAIAQgAWtqIQUgASAAa0EEaiEGAkADQCABLQAAIABB+dQAai0AAEcNMiAAQQRGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMhgILIANBADYCACAGQQFqIQFBKwwyC0HAASECIAEgBEYNhAIgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABB9tQAai0AAEcNMSAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMhQILIANBADYCACAGQQFqIQFBLAwxC0G/ASECIAEgBEYNgwIgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBodUAai0AAEcNMCAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMhAILIANBADYCACAGQQFqIQFBEQwwC0G+ASECIAEgBEYNggIgAygCACIAIAQgAWtqIQUgASAAa0EDaiEGAkADQCABLQAAIABB8tQAai0AAEcNLyAAQQNGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMgwILIANBADYCACAGQQFqIQFBLgwvCyABIARGBEBBvQEhAgyCAgsCQAJAAkACQAJAIAEtAABBwQBrDhUANDQ0NDQ0NDQ0NAE0NAI0NAM0NAQ0CyABQQFqIQFBmwEhAgzsAQsgAUEBaiEBQZwBIQIM6wELIAFBAWohAUGdASECDOoBCyABQQFqIQFBogEhAgzpAQsgAUEBaiEBQaQBIQIM6AELIAEgBEYEQEG8ASECDIECCwJAAkAgAS0AAEHSAGsOAwAwATALIAFBAWohAUGjASECDOgBCyABQQFqIQFBBAwtC0G7ASECIAEgBEYN/wEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGAkADQCABLQAAIABB8NQAai0AAEcNLCAAQQFGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMgAILIANBADYCACAGQQFqIQFBHQwsCyABIARGBEBBugEhAgz/AQsCQAJAIAEtAABByQBrDgcBLi4uLi4ALgsgAUEBaiEBQaEBIQIM5gELIAFBAWohAUEiDCsLIAEgBEYEQEG5ASECDP4BCyABLQAAQdAARw0rIAFBAWohAUGgASECDOQBCyABIARGBEBBuAEhAgz9AQsCQAJAIAEtAABBxgBrDgsALCwsLCwsLCwsASwLIAFBAWohAUGeASECDOQBCyABQQFqIQFBnwEhAgzjAQtBtwEhAiABIARGDfsBIAMoAgAiACAEIAFraiEFIAEgAGtBA2ohBgJAA0AgAS0AACAAQezUAGotAABHDSggAEEDRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPwBCyADQQA2AgAgBkEBaiEBQQ0MKAtBtgEhAiABIARGDfoBIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQaHVAGotAABHDScgAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPsBCyADQQA2AgAgBkEBaiEBQQwMJwtBtQEhAiABIARGDfkBIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQerUAGotAABHDSYgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPoBCyADQQA2AgAgBkEBaiEBQQMMJgtBtAEhAiABIARGDfgBIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQejUAGotAABHDSUgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPkBCyADQQA2AgAgBkEBaiEBQSYMJQsgASAERgRAQbMBIQIM+AELAkACQCABLQAAQdQAaw4CAAEnCyABQQFqIQFBmQEhAgzfAQsgAUEBaiEBQZoBIQIM3gELQbIBIQIgASAERg32ASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEHm1ABqLQAARw0jIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAz3AQsgA0EANgIAIAZBAWohAUEnDCMLQbEBIQIgASAERg31ASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEHk1ABqLQAARw0iIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAz2AQsgA0EANgIAIAZBAWohAUEcDCILQbABIQIgASAERg30ASADKAIAIgAgBCABa2ohBSABIABrQQVqIQYCQANAIAEtAAAgAEHe1ABqLQAARw0hIABBBUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAz1AQsgA0EANgIAIAZBAWohAUEGDCELQa8BIQIgASAERg3zASADKAIAIgAgBCABa2ohBSABIABrQQRqIQYCQANAIAEtAAAgAEHZ1ABqLQAARw0gIABBBEYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAz0AQsgA0EANgIAIAZBAWohAUEZDCALIAEgBEYEQEGuASECDPMBCwJAAkACQAJAIAEtAABBLWsOIwAkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJAEkJCQkJAIkJCQDJAsgAUEBaiEBQY4BIQIM3AELIAFBAWohAUGPASECDNsBCyABQQFqIQFBlAEhAgzaAQsgAUEBaiEBQZUBIQIM2QELQa0BIQIgASAERg3xASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEHX1ABqLQAARw0eIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzyAQsgA0EANgIAIAZBAWohAUELDB4LIAEgBEYEQEGsASECDPEBCwJAAkAgAS0AAEHBAGsOAwAgASALIAFBAWohAUGQASECDNgBCyABQQFqIQFBkwEhAgzXAQsgASAERgRAQasBIQIM8AELAkACQCABLQAAQcEAaw4PAB8fHx8fHx8fHx8fHx8BHwsgAUEBaiEBQZEBIQIM1wELIAFBAWohAUGSASECDNYBCyABIARGBEBBqgEhAgzvAQsgAS0AAEHMAEcNHCABQQFqIQFBCgwbC0GpASECIAEgBEYN7QEgAygCACIAIAQgAWtqIQUgASAAa0EFaiEGAkADQCABLQAAIABB0dQAai0AAEcNGiAAQQVGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM7gELIANBADYCACAGQQFqIQFBHgwaC0GoASECIAEgBEYN7AEgAygCACIAIAQgAWtqIQUgASAAa0EGaiEGAkADQCABLQAAIABBytQAai0AAEcNGSAAQQZGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM7QELIANBADYCACAGQQFqIQFBFQwZC0GnASECIAEgBEYN6wEgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBx9QAai0AAEcNGCAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM7AELIANBADYCACAGQQFqIQFBFwwYC0GmASECIAEgBEYN6gEgAygCACIAIAQgAWtqIQUgASAAa0EFaiEGAkADQCABLQAAIABBwdQAai0AAEcNFyAAQQVGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM6wELIANBADYCACAGQQFqIQFBGAwXCyABIARGBEBBpQEhAgzqAQsCQAJAIAEtAABByQBrDgcAGRkZGRkBGQsgAUEBaiEBQYsBIQIM0QELIAFBAWohAUGMASECDNABC0GkASECIAEgBEYN6AEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGAkADQCABLQAAIABBptUAai0AAEcNFSAAQQFGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM6QELIANBADYCACAGQQFqIQFBCQwVC0GjASECIAEgBEYN5wEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGAkADQCABLQAAIABBpNUAai0AAEcNFCAAQQFGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM6AELIANBADYCACAGQQFqIQFBHwwUC0GiASECIAEgBEYN5gEgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBvtQAai0AAEcNEyAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM5wELIANBADYCACAGQQFqIQFBAgwTC0GhASECIAEgBEYN5QEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGA0AgAS0AACAAQbzUAGotAABHDREgAEEBRg0CIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADOUBCyABIARGBEBBoAEhAgzlAQtBASABLQAAQd8ARw0RGiABQQFqIQFBhwEhAgzLAQsgA0EANgIAIAZBAWohAUGIASECDMoBC0GfASECIAEgBEYN4gEgAygCACIAIAQgAWtqIQUgASAAa0EIaiEGAkADQCABLQAAIABBhNUAai0AAEcNDyAAQQhGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM4wELIANBADYCACAGQQFqIQFBKQwPC0GeASECIAEgBEYN4QEgAygCACIAIAQgAWtqIQUgASAAa0EDaiEGAkADQCABLQAAIABBuNQAai0AAEcNDiAAQQNGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM4gELIANBADYCACAGQQFqIQFBLQwOCyABIARGBEBBnQEhAgzhAQsgAS0AAEHFAEcNDiABQQFqIQFBhAEhAgzHAQsgASAERgRAQZwBIQIM4AELAkACQCABLQAAQcwAaw4IAA8PDw8PDwEPCyABQQFqIQFBggEhAgzHAQsgAUEBaiEBQYMBIQIMxgELQZsBIQIgASAERg3eASADKAIAIgAgBCABa2ohBSABIABrQQRqIQYCQANAIAEtAAAgAEGz1ABqLQAARw0LIABBBEYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzfAQsgA0EANgIAIAZBAWohAUEjDAsLQZoBIQIgASAERg3dASADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEGw1ABqLQAARw0KIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzeAQsgA0EANgIAIAZBAWohAUEADAoLIAEgBEYEQEGZASECDN0BCwJAAkAgAS0AAEHIAGsOCAAMDAwMDAwBDAsgAUEBaiEBQf0AIQIMxAELIAFBAWohAUGAASECDMMBCyABIARGBEBBmAEhAgzcAQsCQAJAIAEtAABBzgBrDgMACwELCyABQQFqIQFB/gAhAgzDAQsgAUEBaiEBQf8AIQIMwgELIAEgBEYEQEGXASECDNsBCyABLQAAQdkARw0IIAFBAWohAUEIDAcLQZYBIQIgASAERg3ZASADKAIAIgAgBCABa2ohBSABIABrQQNqIQYCQANAIAEtAAAgAEGs1ABqLQAARw0GIABBA0YNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzaAQsgA0EANgIAIAZBAWohAUEFDAYLQZUBIQIgASAERg3YASADKAIAIgAgBCABa2ohBSABIABrQQVqIQYCQANAIAEtAAAgAEGm1ABqLQAARw0FIABBBUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzZAQsgA0EANgIAIAZBAWohAUEWDAULQZQBIQIgASAERg3XASADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEGh1QBqLQAARw0EIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzYAQsgA0EANgIAIAZBAWohAUEQDAQLIAEgBEYEQEGTASECDNcBCwJAAkAgAS0AAEHDAGsODAAGBgYGBgYGBgYGAQYLIAFBAWohAUH5ACECDL4BCyABQQFqIQFB+gAhAgy9AQtBkgEhAiABIARGDdUBIAMoAgAiACAEIAFraiEFIAEgAGtBBWohBgJAA0AgAS0AACAAQaDUAGotAABHDQIgAEEFRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADNYBCyADQQA2AgAgBkEBaiEBQSQMAgsgA0EANgIADAILIAEgBEYEQEGRASECDNQBCyABLQAAQcwARw0BIAFBAWohAUETCzoAKSADKAIEIQAgA0EANgIEIAMgACABEC4iAA0CDAELQQAhAiADQQA2AhwgAyABNgIUIANB/h82AhAgA0EGNgIMDNEBC0H4ACECDLcBCyADQZABNgIcIAMgATYCFCADIAA2AgxBACECDM8BC0EAIQACQCADKAI4IgJFDQAgAigCQCICRQ0AIAMgAhEAACEACyAARQ0AIABBFUYNASADQQA2AhwgAyABNgIUIANBgg82AhAgA0EgNgIMQQAhAgzOAQtB9wAhAgy0AQsgA0GPATYCHCADIAE2AhQgA0HsGzYCECADQRU2AgxBACECDMwBCyABIARGBEBBjwEhAgzMAQsCQCABLQAAQSBGBEAgAUEBaiEBDAELIANBADYCHCADIAE2AhQgA0GbHzYCECADQQY2AgxBACECDMwBC0ECIQIMsgELA0AgAS0AAEEgRw0CIAQgAUEBaiIBRw0AC0GOASECDMoBCyABIARGBEBBjQEhAgzKAQsCQCABLQAAQQlrDgRKAABKAAtB9QAhAgywAQsgAy0AKUEFRgRAQfYAIQIMsAELQfQAIQIMrwELIAEgBEYEQEGMASECDMgBCyADQRA2AgggAyABNgIEDAoLIAEgBEYEQEGLASECDMcBCwJAIAEtAABBCWsOBEcAAEcAC0HzACECDK0BCyABIARHBEAgA0EQNgIIIAMgATYCBEHxACECDK0BC0GKASECDMUBCwJAIAEgBEcEQANAIAEtAABBoNAAai0AACIAQQNHBEACQCAAQQFrDgJJAAQLQfAAIQIMrwELIAQgAUEBaiIBRw0AC0GIASECDMYBC0GIASECDMUBCyADQQA2AhwgAyABNgIUIANB2yA2AhAgA0EHNgIMQQAhAgzEAQsgASAERgRAQYkBIQIMxAELAkACQAJAIAEtAABBoNIAai0AAEEBaw4DRgIAAQtB8gAhAgysAQsgA0EANgIcIAMgATYCFCADQbQSNgIQIANBBzYCDEEAIQIMxAELQeoAIQIMqgELIAEgBEcEQCABQQFqIQFB7wAhAgyqAQtBhwEhAgzCAQsgBCABIgBGBEBBhgEhAgzCAQsgAC0AACIBQS9GBEAgAEEBaiEBQe4AIQIMqQELIAFBCWsiAkEXSw0BIAAhAUEBIAJ0QZuAgARxDUEMAQsgBCABIgBGBEBBhQEhAgzBAQsgAC0AAEEvRw0AIABBAWohAQwDC0EAIQIgA0EANgIcIAMgADYCFCADQdsgNgIQIANBBzYCDAy/AQsCQAJAAkACQAJAA0AgAS0AAEGgzgBqLQAAIgBBBUcEQAJAAkAgAEEBaw4IRwUGBwgABAEIC0HrACECDK0BCyABQQFqIQFB7QAhAgysAQsgBCABQQFqIgFHDQALQYQBIQIMwwELIAFBAWoMFAsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDR4gA0HbADYCHCADIAE2AhQgAyAANgIMQQAhAgzBAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDR4gA0HdADYCHCADIAE2AhQgAyAANgIMQQAhAgzAAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDR4gA0H6ADYCHCADIAE2AhQgAyAANgIMQQAhAgy/AQsgA0EANgIcIAMgATYCFCADQfkPNgIQIANBBzYCDEEAIQIMvgELIAEgBEYEQEGDASECDL4BCwJAIAEtAABBoM4Aai0AAEEBaw4IPgQFBgAIAgMHCyABQQFqIQELQQMhAgyjAQsgAUEBagwNC0EAIQIgA0EANgIcIANB0RI2AhAgA0EHNgIMIAMgAUEBajYCFAy6AQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDRYgA0HbADYCHCADIAE2AhQgAyAANgIMQQAhAgy5AQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDRYgA0HdADYCHCADIAE2AhQgAyAANgIMQQAhAgy4AQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDRYgA0H6ADYCHCADIAE2AhQgAyAANgIMQQAhAgy3AQsgA0EANgIcIAMgATYCFCADQfkPNgIQIANBBzYCDEEAIQIMtgELQewAIQIMnAELIAEgBEYEQEGCASECDLUBCyABQQFqDAILIAEgBEYEQEGBASECDLQBCyABQQFqDAELIAEgBEYNASABQQFqCyEBQQQhAgyYAQtBgAEhAgywAQsDQCABLQAAQaDMAGotAAAiAEECRwRAIABBAUcEQEHpACECDJkBCwwxCyAEIAFBAWoiAUcNAAtB/wAhAgyvAQsgASAERgRAQf4AIQIMrwELAkAgAS0AAEEJaw43LwMGLwQGBgYGBgYGBgYGBgYGBgYGBgYFBgYCBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGAAYLIAFBAWoLIQFBBSECDJQBCyABQQFqDAYLIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0IIANB2wA2AhwgAyABNgIUIAMgADYCDEEAIQIMqwELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0IIANB3QA2AhwgAyABNgIUIAMgADYCDEEAIQIMqgELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0IIANB+gA2AhwgAyABNgIUIAMgADYCDEEAIQIMqQELIANBADYCHCADIAE2AhQgA0GNFDYCECADQQc2AgxBACECDKgBCwJAAkACQAJAA0AgAS0AAEGgygBqLQAAIgBBBUcEQAJAIABBAWsOBi4DBAUGAAYLQegAIQIMlAELIAQgAUEBaiIBRw0AC0H9ACECDKsBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNByADQdsANgIcIAMgATYCFCADIAA2AgxBACECDKoBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNByADQd0ANgIcIAMgATYCFCADIAA2AgxBACECDKkBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNByADQfoANgIcIAMgATYCFCADIAA2AgxBACECDKgBCyADQQA2AhwgAyABNgIUIANB5Ag2AhAgA0EHNgIMQQAhAgynAQsgASAERg0BIAFBAWoLIQFBBiECDIwBC0H8ACECDKQBCwJAAkACQAJAA0AgAS0AAEGgyABqLQAAIgBBBUcEQCAAQQFrDgQpAgMEBQsgBCABQQFqIgFHDQALQfsAIQIMpwELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0DIANB2wA2AhwgAyABNgIUIAMgADYCDEEAIQIMpgELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0DIANB3QA2AhwgAyABNgIUIAMgADYCDEEAIQIMpQELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0DIANB+gA2AhwgAyABNgIUIAMgADYCDEEAIQIMpAELIANBADYCHCADIAE2AhQgA0G8CjYCECADQQc2AgxBACECDKMBC0HPACECDIkBC0HRACECDIgBC0HnACECDIcBCyABIARGBEBB+gAhAgygAQsCQCABLQAAQQlrDgQgAAAgAAsgAUEBaiEBQeYAIQIMhgELIAEgBEYEQEH5ACECDJ8BCwJAIAEtAABBCWsOBB8AAB8AC0EAIQACQCADKAI4IgJFDQAgAigCOCICRQ0AIAMgAhEAACEACyAARQRAQeIBIQIMhgELIABBFUcEQCADQQA2AhwgAyABNgIUIANByQ02AhAgA0EaNgIMQQAhAgyfAQsgA0H4ADYCHCADIAE2AhQgA0HqGjYCECADQRU2AgxBACECDJ4BCyABIARHBEAgA0ENNgIIIAMgATYCBEHkACECDIUBC0H3ACECDJ0BCyABIARGBEBB9gAhAgydAQsCQAJAAkAgAS0AAEHIAGsOCwABCwsLCwsLCwsCCwsgAUEBaiEBQd0AIQIMhQELIAFBAWohAUHgACECDIQBCyABQQFqIQFB4wAhAgyDAQtB9QAhAiABIARGDZsBIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQbXVAGotAABHDQggAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJwBCyADKAIEIQAgA0IANwMAIAMgACAGQQFqIgEQKyIABEAgA0H0ADYCHCADIAE2AhQgAyAANgIMQQAhAgycAQtB4gAhAgyCAQtBACEAAkAgAygCOCICRQ0AIAIoAjQiAkUNACADIAIRAAAhAAsCQCAABEAgAEEVRg0BIANBADYCHCADIAE2AhQgA0HqDTYCECADQSY2AgxBACECDJwBC0HhACECDIIBCyADQfMANgIcIAMgATYCFCADQYAbNgIQIANBFTYCDEEAIQIMmgELIAMtACkiAEEja0ELSQ0JAkAgAEEGSw0AQQEgAHRBygBxRQ0ADAoLQQAhAiADQQA2AhwgAyABNgIUIANB7Qk2AhAgA0EINgIMDJkBC0HyACECIAEgBEYNmAEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGAkADQCABLQAAIABBs9UAai0AAEcNBSAAQQFGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMmQELIAMoAgQhACADQgA3AwAgAyAAIAZBAWoiARArIgAEQCADQfEANgIcIAMgATYCFCADIAA2AgxBACECDJkBC0HfACECDH8LQQAhAAJAIAMoAjgiAkUNACACKAI0IgJFDQAgAyACEQAAIQALAkAgAARAIABBFUYNASADQQA2AhwgAyABNgIUIANB6g02AhAgA0EmNgIMQQAhAgyZAQtB3gAhAgx/CyADQfAANgIcIAMgATYCFCADQYAbNgIQIANBFTYCDEEAIQIMlwELIAMtAClBIUYNBiADQQA2AhwgAyABNgIUIANBkQo2AhAgA0EINgIMQQAhAgyWAQtB7wAhAiABIARGDZUBIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQbDVAGotAABHDQIgAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJYBCyADKAIEIQAgA0IANwMAIAMgACAGQQFqIgEQKyIARQ0CIANB7QA2AhwgAyABNgIUIAMgADYCDEEAIQIMlQELIANBADYCAAsgAygCBCEAIANBADYCBCADIAAgARArIgBFDYABIANB7gA2AhwgAyABNgIUIAMgADYCDEEAIQIMkwELQdwAIQIMeQtBACEAAkAgAygCOCICRQ0AIAIoAjQiAkUNACADIAIRAAAhAAsCQCAABEAgAEEVRg0BIANBADYCHCADIAE2AhQgA0HqDTYCECADQSY2AgxBACECDJMBC0HbACECDHkLIANB7AA2AhwgAyABNgIUIANBgBs2AhAgA0EVNgIMQQAhAgyRAQsgAy0AKSIAQSNJDQAgAEEuRg0AIANBADYCHCADIAE2AhQgA0HJCTYCECADQQg2AgxBACECDJABC0HaACECDHYLIAEgBEYEQEHrACECDI8BCwJAIAEtAABBL0YEQCABQQFqIQEMAQsgA0EANgIcIAMgATYCFCADQbI4NgIQIANBCDYCDEEAIQIMjwELQdkAIQIMdQsgASAERwRAIANBDjYCCCADIAE2AgRB2AAhAgx1C0HqACECDI0BCyABIARGBEBB6QAhAgyNAQsgAS0AAEEwayIAQf8BcUEKSQRAIAMgADoAKiABQQFqIQFB1wAhAgx0CyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNeiADQegANgIcIAMgATYCFCADIAA2AgxBACECDIwBCyABIARGBEBB5wAhAgyMAQsCQCABLQAAQS5GBEAgAUEBaiEBDAELIAMoAgQhACADQQA2AgQgAyAAIAEQLyIARQ17IANB5gA2AhwgAyABNgIUIAMgADYCDEEAIQIMjAELQdYAIQIMcgsgASAERgRAQeUAIQIMiwELQQAhAEEBIQVBASEHQQAhAgJAAkACQAJAAkACfwJAAkACQAJAAkACQAJAIAEtAABBMGsOCgoJAAECAwQFBggLC0ECDAYLQQMMBQtBBAwEC0EFDAMLQQYMAgtBBwwBC0EICyECQQAhBUEAIQcMAgtBCSECQQEhAEEAIQVBACEHDAELQQAhBUEBIQILIAMgAjoAKyABQQFqIQECQAJAIAMtAC5BEHENAAJAAkACQCADLQAqDgMBAAIECyAHRQ0DDAILIAANAQwCCyAFRQ0BCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNAiADQeIANgIcIAMgATYCFCADIAA2AgxBACECDI0BCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNfSADQeMANgIcIAMgATYCFCADIAA2AgxBACECDIwBCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNeyADQeQANgIcIAMgATYCFCADIAA2AgwMiwELQdQAIQIMcQsgAy0AKUEiRg2GAUHTACECDHALQQAhAAJAIAMoAjgiAkUNACACKAJEIgJFDQAgAyACEQAAIQALIABFBEBB1QAhAgxwCyAAQRVHBEAgA0EANgIcIAMgATYCFCADQaQNNgIQIANBITYCDEEAIQIMiQELIANB4QA2AhwgAyABNgIUIANB0Bo2AhAgA0EVNgIMQQAhAgyIAQsgASAERgRAQeAAIQIMiAELAkACQAJAAkACQCABLQAAQQprDgQBBAQABAsgAUEBaiEBDAELIAFBAWohASADQS9qLQAAQQFxRQ0BC0HSACECDHALIANBADYCHCADIAE2AhQgA0G2ETYCECADQQk2AgxBACECDIgBCyADQQA2AhwgAyABNgIUIANBthE2AhAgA0EJNgIMQQAhAgyHAQsgASAERgRAQd8AIQIMhwELIAEtAABBCkYEQCABQQFqIQEMCQsgAy0ALkHAAHENCCADQQA2AhwgAyABNgIUIANBthE2AhAgA0ECNgIMQQAhAgyGAQsgASAERgRAQd0AIQIMhgELIAEtAAAiAkENRgRAIAFBAWohAUHQACECDG0LIAEhACACQQlrDgQFAQEFAQsgBCABIgBGBEBB3AAhAgyFAQsgAC0AAEEKRw0AIABBAWoMAgtBACECIANBADYCHCADIAA2AhQgA0HKLTYCECADQQc2AgwMgwELIAEgBEYEQEHbACECDIMBCwJAIAEtAABBCWsOBAMAAAMACyABQQFqCyEBQc4AIQIMaAsgASAERgRAQdoAIQIMgQELIAEtAABBCWsOBAABAQABC0EAIQIgA0EANgIcIANBmhI2AhAgA0EHNgIMIAMgAUEBajYCFAx/CyADQYASOwEqQQAhAAJAIAMoAjgiAkUNACACKAI4IgJFDQAgAyACEQAAIQALIABFDQAgAEEVRw0BIANB2QA2AhwgAyABNgIUIANB6ho2AhAgA0EVNgIMQQAhAgx+C0HNACECDGQLIANBADYCHCADIAE2AhQgA0HJDTYCECADQRo2AgxBACECDHwLIAEgBEYEQEHZACECDHwLIAEtAABBIEcNPSABQQFqIQEgAy0ALkEBcQ09IANBADYCHCADIAE2AhQgA0HCHDYCECADQR42AgxBACECDHsLIAEgBEYEQEHYACECDHsLAkACQAJAAkACQCABLQAAIgBBCmsOBAIDAwABCyABQQFqIQFBLCECDGULIABBOkcNASADQQA2AhwgAyABNgIUIANB5xE2AhAgA0EKNgIMQQAhAgx9CyABQQFqIQEgA0Evai0AAEEBcUUNcyADLQAyQYABcUUEQCADQTJqIQIgAxA1QQAhAAJAIAMoAjgiBkUNACAGKAIoIgZFDQAgAyAGEQAAIQALAkACQCAADhZNTEsBAQEBAQEBAQEBAQEBAQEBAQEAAQsgA0EpNgIcIAMgATYCFCADQawZNgIQIANBFTYCDEEAIQIMfgsgA0EANgIcIAMgATYCFCADQeULNgIQIANBETYCDEEAIQIMfQtBACEAAkAgAygCOCICRQ0AIAIoAlwiAkUNACADIAIRAAAhAAsgAEUNWSAAQRVHDQEgA0EFNgIcIAMgATYCFCADQZsbNgIQIANBFTYCDEEAIQIMfAtBywAhAgxiC0EAIQIgA0EANgIcIAMgATYCFCADQZAONgIQIANBFDYCDAx6CyADIAMvATJBgAFyOwEyDDsLIAEgBEcEQCADQRE2AgggAyABNgIEQcoAIQIMYAtB1wAhAgx4CyABIARGBEBB1gAhAgx4CwJAAkACQAJAIAEtAAAiAEEgciAAIABBwQBrQf8BcUEaSRtB/wFxQeMAaw4TAEBAQEBAQEBAQEBAQAFAQEACA0ALIAFBAWohAUHGACECDGELIAFBAWohAUHHACECDGALIAFBAWohAUHIACECDF8LIAFBAWohAUHJACECDF4LQdUAIQIgBCABIgBGDXYgBCABayADKAIAIgFqIQYgACABa0EFaiEHA0AgAUGQyABqLQAAIAAtAAAiBUEgciAFIAVBwQBrQf8BcUEaSRtB/wFxRw0IQQQgAUEFRg0KGiABQQFqIQEgBCAAQQFqIgBHDQALIAMgBjYCAAx2C0HUACECIAQgASIARg11IAQgAWsgAygCACIBaiEGIAAgAWtBD2ohBwNAIAFBgMgAai0AACAALQAAIgVBIHIgBSAFQcEAa0H/AXFBGkkbQf8BcUcNB0EDIAFBD0YNCRogAUEBaiEBIAQgAEEBaiIARw0ACyADIAY2AgAMdQtB0wAhAiAEIAEiAEYNdCAEIAFrIAMoAgAiAWohBiAAIAFrQQ5qIQcDQCABQeLHAGotAAAgAC0AACIFQSByIAUgBUHBAGtB/wFxQRpJG0H/AXFHDQYgAUEORg0HIAFBAWohASAEIABBAWoiAEcNAAsgAyAGNgIADHQLQdIAIQIgBCABIgBGDXMgBCABayADKAIAIgFqIQUgACABa0EBaiEGA0AgAUHgxwBqLQAAIAAtAAAiB0EgciAHIAdBwQBrQf8BcUEaSRtB/wFxRw0FIAFBAUYNAiABQQFqIQEgBCAAQQFqIgBHDQALIAMgBTYCAAxzCyABIARGBEBB0QAhAgxzCwJAAkAgAS0AACIAQSByIAAgAEHBAGtB/wFxQRpJG0H/AXFB7gBrDgcAOTk5OTkBOQsgAUEBaiEBQcMAIQIMWgsgAUEBaiEBQcQAIQIMWQsgA0EANgIAIAZBAWohAUHFACECDFgLQdAAIQIgBCABIgBGDXAgBCABayADKAIAIgFqIQYgACABa0EJaiEHA0AgAUHWxwBqLQAAIAAtAAAiBUEgciAFIAVBwQBrQf8BcUEaSRtB/wFxRw0CQQIgAUEJRg0EGiABQQFqIQEgBCAAQQFqIgBHDQALIAMgBjYCAAxwC0HPACECIAQgASIARg1vIAQgAWsgAygCACIBaiEGIAAgAWtBBWohBwNAIAFB0McAai0AACAALQAAIgVBIHIgBSAFQcEAa0H/AXFBGkkbQf8BcUcNASABQQVGDQIgAUEBaiEBIAQgAEEBaiIARw0ACyADIAY2AgAMbwsgACEBIANBADYCAAwzC0EBCzoALCADQQA2AgAgB0EBaiEBC0EtIQIMUgsCQANAIAEtAABB0MUAai0AAEEBRw0BIAQgAUEBaiIBRw0AC0HNACECDGsLQcIAIQIMUQsgASAERgRAQcwAIQIMagsgAS0AAEE6RgRAIAMoAgQhACADQQA2AgQgAyAAIAEQMCIARQ0zIANBywA2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIMagsgA0EANgIcIAMgATYCFCADQecRNgIQIANBCjYCDEEAIQIMaQsCQAJAIAMtACxBAmsOAgABJwsgA0Ezai0AAEECcUUNJiADLQAuQQJxDSYgA0EANgIcIAMgATYCFCADQaYUNgIQIANBCzYCDEEAIQIMaQsgAy0AMkEgcUUNJSADLQAuQQJxDSUgA0EANgIcIAMgATYCFCADQb0TNgIQIANBDzYCDEEAIQIMaAtBACEAAkAgAygCOCICRQ0AIAIoAkgiAkUNACADIAIRAAAhAAsgAEUEQEHBACECDE8LIABBFUcEQCADQQA2AhwgAyABNgIUIANBpg82AhAgA0EcNgIMQQAhAgxoCyADQcoANgIcIAMgATYCFCADQYUcNgIQIANBFTYCDEEAIQIMZwsgASAERwRAA0AgAS0AAEHAwQBqLQAAQQFHDRcgBCABQQFqIgFHDQALQcQAIQIMZwtBxAAhAgxmCyABIARHBEADQAJAIAEtAAAiAEEgciAAIABBwQBrQf8BcUEaSRtB/wFxIgBBCUYNACAAQSBGDQACQAJAAkACQCAAQeMAaw4TAAMDAwMDAwMBAwMDAwMDAwMDAgMLIAFBAWohAUE2IQIMUgsgAUEBaiEBQTchAgxRCyABQQFqIQFBOCECDFALDBULIAQgAUEBaiIBRw0AC0E8IQIMZgtBPCECDGULIAEgBEYEQEHIACECDGULIANBEjYCCCADIAE2AgQCQAJAAkACQAJAIAMtACxBAWsOBBQAAQIJCyADLQAyQSBxDQNB4AEhAgxPCwJAIAMvATIiAEEIcUUNACADLQAoQQFHDQAgAy0ALkEIcUUNAgsgAyAAQff7A3FBgARyOwEyDAsLIAMgAy8BMkEQcjsBMgwECyADQQA2AgQgAyABIAEQMSIABEAgA0HBADYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgxmCyABQQFqIQEMWAsgA0EANgIcIAMgATYCFCADQfQTNgIQIANBBDYCDEEAIQIMZAtBxwAhAiABIARGDWMgAygCACIAIAQgAWtqIQUgASAAa0EGaiEGAkADQCAAQcDFAGotAAAgAS0AAEEgckcNASAAQQZGDUogAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMZAsgA0EANgIADAULAkAgASAERwRAA0AgAS0AAEHAwwBqLQAAIgBBAUcEQCAAQQJHDQMgAUEBaiEBDAULIAQgAUEBaiIBRw0AC0HFACECDGQLQcUAIQIMYwsLIANBADoALAwBC0ELIQIMRwtBPyECDEYLAkACQANAIAEtAAAiAEEgRwRAAkAgAEEKaw4EAwUFAwALIABBLEYNAwwECyAEIAFBAWoiAUcNAAtBxgAhAgxgCyADQQg6ACwMDgsgAy0AKEEBRw0CIAMtAC5BCHENAiADKAIEIQAgA0EANgIEIAMgACABEDEiAARAIANBwgA2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIMXwsgAUEBaiEBDFALQTshAgxECwJAA0AgAS0AACIAQSBHIABBCUdxDQEgBCABQQFqIgFHDQALQcMAIQIMXQsLQTwhAgxCCwJAAkAgASAERwRAA0AgAS0AACIAQSBHBEAgAEEKaw4EAwQEAwQLIAQgAUEBaiIBRw0AC0E/IQIMXQtBPyECDFwLIAMgAy8BMkEgcjsBMgwKCyADKAIEIQAgA0EANgIEIAMgACABEDEiAEUNTiADQT42AhwgAyABNgIUIAMgADYCDEEAIQIMWgsCQCABIARHBEADQCABLQAAQcDDAGotAAAiAEEBRwRAIABBAkYNAwwMCyAEIAFBAWoiAUcNAAtBNyECDFsLQTchAgxaCyABQQFqIQEMBAtBOyECIAQgASIARg1YIAQgAWsgAygCACIBaiEGIAAgAWtBBWohBwJAA0AgAUGQyABqLQAAIAAtAAAiBUEgciAFIAVBwQBrQf8BcUEaSRtB/wFxRw0BIAFBBUYEQEEHIQEMPwsgAUEBaiEBIAQgAEEBaiIARw0ACyADIAY2AgAMWQsgA0EANgIAIAAhAQwFC0E6IQIgBCABIgBGDVcgBCABayADKAIAIgFqIQYgACABa0EIaiEHAkADQCABQbTBAGotAAAgAC0AACIFQSByIAUgBUHBAGtB/wFxQRpJG0H/AXFHDQEgAUEIRgRAQQUhAQw+CyABQQFqIQEgBCAAQQFqIgBHDQALIAMgBjYCAAxYCyADQQA2AgAgACEBDAQLQTkhAiAEIAEiAEYNViAEIAFrIAMoAgAiAWohBiAAIAFrQQNqIQcCQANAIAFBsMEAai0AACAALQAAIgVBIHIgBSAFQcEAa0H/AXFBGkkbQf8BcUcNASABQQNGBEBBBiEBDD0LIAFBAWohASAEIABBAWoiAEcNAAsgAyAGNgIADFcLIANBADYCACAAIQEMAwsCQANAIAEtAAAiAEEgRwRAIABBCmsOBAcEBAcCCyAEIAFBAWoiAUcNAAtBOCECDFYLIABBLEcNASABQQFqIQBBASEBAkACQAJAAkACQCADLQAsQQVrDgQDAQIEAAsgACEBDAQLQQIhAQwBC0EEIQELIANBAToALCADIAMvATIgAXI7ATIgACEBDAELIAMgAy8BMkEIcjsBMiAAIQELQT4hAgw7CyADQQA6ACwLQTkhAgw5CyABIARGBEBBNiECDFILAkACQAJAAkACQCABLQAAQQprDgQAAgIBAgsgAygCBCEAIANBADYCBCADIAAgARAxIgBFDQIgA0EzNgIcIAMgATYCFCADIAA2AgxBACECDFULIAMoAgQhACADQQA2AgQgAyAAIAEQMSIARQRAIAFBAWohAQwGCyADQTI2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIMVAsgAy0ALkEBcQRAQd8BIQIMOwsgAygCBCEAIANBADYCBCADIAAgARAxIgANAQxJC0E0IQIMOQsgA0E1NgIcIAMgATYCFCADIAA2AgxBACECDFELQTUhAgw3CyADQS9qLQAAQQFxDQAgA0EANgIcIAMgATYCFCADQesWNgIQIANBGTYCDEEAIQIMTwtBMyECDDULIAEgBEYEQEEyIQIMTgsCQCABLQAAQQpGBEAgAUEBaiEBDAELIANBADYCHCADIAE2AhQgA0GSFzYCECADQQM2AgxBACECDE4LQTIhAgw0CyABIARGBEBBMSECDE0LAkAgAS0AACIAQQlGDQAgAEEgRg0AQQEhAgJAIAMtACxBBWsOBAYEBQANCyADIAMvATJBCHI7ATIMDAsgAy0ALkEBcUUNASADLQAsQQhHDQAgA0EAOgAsC0E9IQIMMgsgA0EANgIcIAMgATYCFCADQcIWNgIQIANBCjYCDEEAIQIMSgtBAiECDAELQQQhAgsgA0EBOgAsIAMgAy8BMiACcjsBMgwGCyABIARGBEBBMCECDEcLIAEtAABBCkYEQCABQQFqIQEMAQsgAy0ALkEBcQ0AIANBADYCHCADIAE2AhQgA0HcKDYCECADQQI2AgxBACECDEYLQTAhAgwsCyABQQFqIQFBMSECDCsLIAEgBEYEQEEvIQIMRAsgAS0AACIAQQlHIABBIEdxRQRAIAFBAWohASADLQAuQQFxDQEgA0EANgIcIAMgATYCFCADQZcQNgIQIANBCjYCDEEAIQIMRAtBASECAkACQAJAAkACQAJAIAMtACxBAmsOBwUEBAMBAgAECyADIAMvATJBCHI7ATIMAwtBAiECDAELQQQhAgsgA0EBOgAsIAMgAy8BMiACcjsBMgtBLyECDCsLIANBADYCHCADIAE2AhQgA0GEEzYCECADQQs2AgxBACECDEMLQeEBIQIMKQsgASAERgRAQS4hAgxCCyADQQA2AgQgA0ESNgIIIAMgASABEDEiAA0BC0EuIQIMJwsgA0EtNgIcIAMgATYCFCADIAA2AgxBACECDD8LQQAhAAJAIAMoAjgiAkUNACACKAJMIgJFDQAgAyACEQAAIQALIABFDQAgAEEVRw0BIANB2AA2AhwgAyABNgIUIANBsxs2AhAgA0EVNgIMQQAhAgw+C0HMACECDCQLIANBADYCHCADIAE2AhQgA0GzDjYCECADQR02AgxBACECDDwLIAEgBEYEQEHOACECDDwLIAEtAAAiAEEgRg0CIABBOkYNAQsgA0EAOgAsQQkhAgwhCyADKAIEIQAgA0EANgIEIAMgACABEDAiAA0BDAILIAMtAC5BAXEEQEHeASECDCALIAMoAgQhACADQQA2AgQgAyAAIAEQMCIARQ0CIANBKjYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgw4CyADQcsANgIcIAMgADYCDCADIAFBAWo2AhRBACECDDcLIAFBAWohAUHAACECDB0LIAFBAWohAQwsCyABIARGBEBBKyECDDULAkAgAS0AAEEKRgRAIAFBAWohAQwBCyADLQAuQcAAcUUNBgsgAy0AMkGAAXEEQEEAIQACQCADKAI4IgJFDQAgAigCXCICRQ0AIAMgAhEAACEACyAARQ0SIABBFUYEQCADQQU2AhwgAyABNgIUIANBmxs2AhAgA0EVNgIMQQAhAgw2CyADQQA2AhwgAyABNgIUIANBkA42AhAgA0EUNgIMQQAhAgw1CyADQTJqIQIgAxA1QQAhAAJAIAMoAjgiBkUNACAGKAIoIgZFDQAgAyAGEQAAIQALIAAOFgIBAAQEBAQEBAQEBAQEBAQEBAQEBAMECyADQQE6ADALIAIgAi8BAEHAAHI7AQALQSshAgwYCyADQSk2AhwgAyABNgIUIANBrBk2AhAgA0EVNgIMQQAhAgwwCyADQQA2AhwgAyABNgIUIANB5Qs2AhAgA0ERNgIMQQAhAgwvCyADQQA2AhwgAyABNgIUIANBpQs2AhAgA0ECNgIMQQAhAgwuC0EBIQcgAy8BMiIFQQhxRQRAIAMpAyBCAFIhBwsCQCADLQAwBEBBASEAIAMtAClBBUYNASAFQcAAcUUgB3FFDQELAkAgAy0AKCICQQJGBEBBASEAIAMvATQiBkHlAEYNAkEAIQAgBUHAAHENAiAGQeQARg0CIAZB5gBrQQJJDQIgBkHMAUYNAiAGQbACRg0CDAELQQAhACAFQcAAcQ0BC0ECIQAgBUEIcQ0AIAVBgARxBEACQCACQQFHDQAgAy0ALkEKcQ0AQQUhAAwCC0EEIQAMAQsgBUEgcUUEQCADEDZBAEdBAnQhAAwBC0EAQQMgAykDIFAbIQALIABBAWsOBQIABwEDBAtBESECDBMLIANBAToAMQwpC0EAIQICQCADKAI4IgBFDQAgACgCMCIARQ0AIAMgABEAACECCyACRQ0mIAJBFUYEQCADQQM2AhwgAyABNgIUIANB0hs2AhAgA0EVNgIMQQAhAgwrC0EAIQIgA0EANgIcIAMgATYCFCADQd0ONgIQIANBEjYCDAwqCyADQQA2AhwgAyABNgIUIANB+SA2AhAgA0EPNgIMQQAhAgwpC0EAIQACQCADKAI4IgJFDQAgAigCMCICRQ0AIAMgAhEAACEACyAADQELQQ4hAgwOCyAAQRVGBEAgA0ECNgIcIAMgATYCFCADQdIbNgIQIANBFTYCDEEAIQIMJwsgA0EANgIcIAMgATYCFCADQd0ONgIQIANBEjYCDEEAIQIMJgtBKiECDAwLIAEgBEcEQCADQQk2AgggAyABNgIEQSkhAgwMC0EmIQIMJAsgAyADKQMgIgwgBCABa60iCn0iC0IAIAsgDFgbNwMgIAogDFQEQEElIQIMJAsgAygCBCEAIANBADYCBCADIAAgASAMp2oiARAyIgBFDQAgA0EFNgIcIAMgATYCFCADIAA2AgxBACECDCMLQQ8hAgwJC0IAIQoCQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAS0AAEEwaw43FxYAAQIDBAUGBxQUFBQUFBQICQoLDA0UFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFA4PEBESExQLQgIhCgwWC0IDIQoMFQtCBCEKDBQLQgUhCgwTC0IGIQoMEgtCByEKDBELQgghCgwQC0IJIQoMDwtCCiEKDA4LQgshCgwNC0IMIQoMDAtCDSEKDAsLQg4hCgwKC0IPIQoMCQtCCiEKDAgLQgshCgwHC0IMIQoMBgtCDSEKDAULQg4hCgwEC0IPIQoMAwsgA0EANgIcIAMgATYCFCADQZ8VNgIQIANBDDYCDEEAIQIMIQsgASAERgRAQSIhAgwhC0IAIQoCQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAIAEtAABBMGsONxUUAAECAwQFBgcWFhYWFhYWCAkKCwwNFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYODxAREhMWC0ICIQoMFAtCAyEKDBMLQgQhCgwSC0IFIQoMEQtCBiEKDBALQgchCgwPC0IIIQoMDgtCCSEKDA0LQgohCgwMC0ILIQoMCwtCDCEKDAoLQg0hCgwJC0IOIQoMCAtCDyEKDAcLQgohCgwGC0ILIQoMBQtCDCEKDAQLQg0hCgwDC0IOIQoMAgtCDyEKDAELQgEhCgsgAUEBaiEBIAMpAyAiC0L//////////w9YBEAgAyALQgSGIAqENwMgDAILIANBADYCHCADIAE2AhQgA0G1CTYCECADQQw2AgxBACECDB4LQSchAgwEC0EoIQIMAwsgAyABOgAsIANBADYCACAHQQFqIQFBDCECDAILIANBADYCACAGQQFqIQFBCiECDAELIAFBAWohAUEIIQIMAAsAC0EAIQIgA0EANgIcIAMgATYCFCADQbI4NgIQIANBCDYCDAwXC0EAIQIgA0EANgIcIAMgATYCFCADQYMRNgIQIANBCTYCDAwWC0EAIQIgA0EANgIcIAMgATYCFCADQd8KNgIQIANBCTYCDAwVC0EAIQIgA0EANgIcIAMgATYCFCADQe0QNgIQIANBCTYCDAwUC0EAIQIgA0EANgIcIAMgATYCFCADQdIRNgIQIANBCTYCDAwTC0EAIQIgA0EANgIcIAMgATYCFCADQbI4NgIQIANBCDYCDAwSC0EAIQIgA0EANgIcIAMgATYCFCADQYMRNgIQIANBCTYCDAwRC0EAIQIgA0EANgIcIAMgATYCFCADQd8KNgIQIANBCTYCDAwQC0EAIQIgA0EANgIcIAMgATYCFCADQe0QNgIQIANBCTYCDAwPC0EAIQIgA0EANgIcIAMgATYCFCADQdIRNgIQIANBCTYCDAwOC0EAIQIgA0EANgIcIAMgATYCFCADQbkXNgIQIANBDzYCDAwNC0EAIQIgA0EANgIcIAMgATYCFCADQbkXNgIQIANBDzYCDAwMC0EAIQIgA0EANgIcIAMgATYCFCADQZkTNgIQIANBCzYCDAwLC0EAIQIgA0EANgIcIAMgATYCFCADQZ0JNgIQIANBCzYCDAwKC0EAIQIgA0EANgIcIAMgATYCFCADQZcQNgIQIANBCjYCDAwJC0EAIQIgA0EANgIcIAMgATYCFCADQbEQNgIQIANBCjYCDAwIC0EAIQIgA0EANgIcIAMgATYCFCADQbsdNgIQIANBAjYCDAwHC0EAIQIgA0EANgIcIAMgATYCFCADQZYWNgIQIANBAjYCDAwGC0EAIQIgA0EANgIcIAMgATYCFCADQfkYNgIQIANBAjYCDAwFC0EAIQIgA0EANgIcIAMgATYCFCADQcQYNgIQIANBAjYCDAwECyADQQI2AhwgAyABNgIUIANBqR42AhAgA0EWNgIMQQAhAgwDC0HeACECIAEgBEYNAiAJQQhqIQcgAygCACEFAkACQCABIARHBEAgBUGWyABqIQggBCAFaiABayEGIAVBf3NBCmoiBSABaiEAA0AgAS0AACAILQAARwRAQQIhCAwDCyAFRQRAQQAhCCAAIQEMAwsgBUEBayEFIAhBAWohCCAEIAFBAWoiAUcNAAsgBiEFIAQhAQsgB0EBNgIAIAMgBTYCAAwBCyADQQA2AgAgByAINgIACyAHIAE2AgQgCSgCDCEAAkACQCAJKAIIQQFrDgIEAQALIANBADYCHCADQcIeNgIQIANBFzYCDCADIABBAWo2AhRBACECDAMLIANBADYCHCADIAA2AhQgA0HXHjYCECADQQk2AgxBACECDAILIAEgBEYEQEEoIQIMAgsgA0EJNgIIIAMgATYCBEEnIQIMAQsgASAERgRAQQEhAgwBCwNAAkACQAJAIAEtAABBCmsOBAABAQABCyABQQFqIQEMAQsgAUEBaiEBIAMtAC5BIHENAEEAIQIgA0EANgIcIAMgATYCFCADQaEhNgIQIANBBTYCDAwCC0EBIQIgASAERw0ACwsgCUEQaiQAIAJFBEAgAygCDCEADAELIAMgAjYCHEEAIQAgAygCBCIBRQ0AIAMgASAEIAMoAggRAQAiAUUNACADIAQ2AhQgAyABNgIMIAEhAAsgAAu+AgECfyAAQQA6AAAgAEHkAGoiAUEBa0EAOgAAIABBADoAAiAAQQA6AAEgAUEDa0EAOgAAIAFBAmtBADoAACAAQQA6AAMgAUEEa0EAOgAAQQAgAGtBA3EiASAAaiIAQQA2AgBB5AAgAWtBfHEiAiAAaiIBQQRrQQA2AgACQCACQQlJDQAgAEEANgIIIABBADYCBCABQQhrQQA2AgAgAUEMa0EANgIAIAJBGUkNACAAQQA2AhggAEEANgIUIABBADYCECAAQQA2AgwgAUEQa0EANgIAIAFBFGtBADYCACABQRhrQQA2AgAgAUEca0EANgIAIAIgAEEEcUEYciICayIBQSBJDQAgACACaiEAA0AgAEIANwMYIABCADcDECAAQgA3AwggAEIANwMAIABBIGohACABQSBrIgFBH0sNAAsLC1YBAX8CQCAAKAIMDQACQAJAAkACQCAALQAxDgMBAAMCCyAAKAI4IgFFDQAgASgCMCIBRQ0AIAAgAREAACIBDQMLQQAPCwALIABByhk2AhBBDiEBCyABCxoAIAAoAgxFBEAgAEHeHzYCECAAQRU2AgwLCxQAIAAoAgxBFUYEQCAAQQA2AgwLCxQAIAAoAgxBFkYEQCAAQQA2AgwLCwcAIAAoAgwLBwAgACgCEAsJACAAIAE2AhALBwAgACgCFAsrAAJAIABBJ08NAEL//////wkgAK2IQgGDUA0AIABBAnRB0DhqKAIADwsACxcAIABBL08EQAALIABBAnRB7DlqKAIAC78JAQF/QfQtIQECQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQCAAQeQAaw70A2NiAAFhYWFhYWECAwQFYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYQYHCAkKCwwNDg9hYWFhYRBhYWFhYWFhYWFhYRFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWESExQVFhcYGRobYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYRwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1NmE3ODk6YWFhYWFhYWE7YWFhPGFhYWE9Pj9hYWFhYWFhYUBhYUFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFCQ0RFRkdISUpLTE1OT1BRUlNhYWFhYWFhYVRVVldYWVpbYVxdYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhXmFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYV9gYQtB6iwPC0GYJg8LQe0xDwtBoDcPC0HJKQ8LQbQpDwtBli0PC0HrKw8LQaI1DwtB2zQPC0HgKQ8LQeMkDwtB1SQPC0HuJA8LQeYlDwtByjQPC0HQNw8LQao1DwtB9SwPC0H2Jg8LQYIiDwtB8jMPC0G+KA8LQec3DwtBzSEPC0HAIQ8LQbglDwtByyUPC0GWJA8LQY80DwtBzTUPC0HdKg8LQe4zDwtBnDQPC0GeMQ8LQfQ1DwtB5SIPC0GvJQ8LQZkxDwtBsjYPC0H5Ng8LQcQyDwtB3SwPC0GCMQ8LQcExDwtBjTcPC0HJJA8LQew2DwtB5yoPC0HIIw8LQeIhDwtByTcPC0GlIg8LQZQiDwtB2zYPC0HeNQ8LQYYmDwtBvCsPC0GLMg8LQaAjDwtB9jAPC0GALA8LQYkrDwtBpCYPC0HyIw8LQYEoDwtBqzIPC0HrJw8LQcI2DwtBoiQPC0HPKg8LQdwjDwtBhycPC0HkNA8LQbciDwtBrTEPC0HVIg8LQa80DwtB3iYPC0HWMg8LQfQ0DwtBgTgPC0H0Nw8LQZI2DwtBnScPC0GCKQ8LQY0jDwtB1zEPC0G9NQ8LQbQ3DwtB2DAPC0G2Jw8LQZo4DwtBpyoPC0HEJw8LQa4jDwtB9SIPCwALQcomIQELIAELFwAgACAALwEuQf7/A3EgAUEAR3I7AS4LGgAgACAALwEuQf3/A3EgAUEAR0EBdHI7AS4LGgAgACAALwEuQfv/A3EgAUEAR0ECdHI7AS4LGgAgACAALwEuQff/A3EgAUEAR0EDdHI7AS4LGgAgACAALwEuQe//A3EgAUEAR0EEdHI7AS4LGgAgACAALwEuQd//A3EgAUEAR0EFdHI7AS4LGgAgACAALwEuQb//A3EgAUEAR0EGdHI7AS4LGgAgACAALwEuQf/+A3EgAUEAR0EHdHI7AS4LGgAgACAALwEuQf/9A3EgAUEAR0EIdHI7AS4LGgAgACAALwEuQf/7A3EgAUEAR0EJdHI7AS4LPgECfwJAIAAoAjgiA0UNACADKAIEIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEHhEjYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIIIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEH8ETYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIMIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEHsCjYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIQIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEH6HjYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIUIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEHLEDYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIYIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEG3HzYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIcIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEG/FTYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIsIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEH+CDYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIgIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEGMHTYCEEEYIQQLIAQLPgECfwJAIAAoAjgiA0UNACADKAIkIgNFDQAgACABIAIgAWsgAxEBACIEQX9HDQAgAEHmFTYCEEEYIQQLIAQLOAAgAAJ/IAAvATJBFHFBFEYEQEEBIAAtAChBAUYNARogAC8BNEHlAEYMAQsgAC0AKUEFRgs6ADALWQECfwJAIAAtAChBAUYNACAALwE0IgFB5ABrQeQASQ0AIAFBzAFGDQAgAUGwAkYNACAALwEyIgBBwABxDQBBASECIABBiARxQYAERg0AIABBKHFFIQILIAILjAEBAn8CQAJAAkAgAC0AKkUNACAALQArRQ0AIAAvATIiAUECcUUNAQwCCyAALwEyIgFBAXFFDQELQQEhAiAALQAoQQFGDQAgAC8BNCIAQeQAa0HkAEkNACAAQcwBRg0AIABBsAJGDQAgAUHAAHENAEEAIQIgAUGIBHFBgARGDQAgAUEocUEARyECCyACC1cAIABBGGpCADcDACAAQgA3AwAgAEE4akIANwMAIABBMGpCADcDACAAQShqQgA3AwAgAEEgakIANwMAIABBEGpCADcDACAAQQhqQgA3AwAgAEH9ATYCHAsGACAAEDoLmi0BC38jAEEQayIKJABB3NUAKAIAIglFBEBBnNkAKAIAIgVFBEBBqNkAQn83AgBBoNkAQoCAhICAgMAANwIAQZzZACAKQQhqQXBxQdiq1aoFcyIFNgIAQbDZAEEANgIAQYDZAEEANgIAC0GE2QBBwNkENgIAQdTVAEHA2QQ2AgBB6NUAIAU2AgBB5NUAQX82AgBBiNkAQcCmAzYCAANAIAFBgNYAaiABQfTVAGoiAjYCACACIAFB7NUAaiIDNgIAIAFB+NUAaiADNgIAIAFBiNYAaiABQfzVAGoiAzYCACADIAI2AgAgAUGQ1gBqIAFBhNYAaiICNgIAIAIgAzYCACABQYzWAGogAjYCACABQSBqIgFBgAJHDQALQczZBEGBpgM2AgBB4NUAQazZACgCADYCAEHQ1QBBgKYDNgIAQdzVAEHI2QQ2AgBBzP8HQTg2AgBByNkEIQkLAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAEHsAU0EQEHE1QAoAgAiBkEQIABBE2pBcHEgAEELSRsiBEEDdiIAdiIBQQNxBEACQCABQQFxIAByQQFzIgJBA3QiAEHs1QBqIgEgAEH01QBqKAIAIgAoAggiA0YEQEHE1QAgBkF+IAJ3cTYCAAwBCyABIAM2AgggAyABNgIMCyAAQQhqIQEgACACQQN0IgJBA3I2AgQgACACaiIAIAAoAgRBAXI2AgQMEQtBzNUAKAIAIgggBE8NASABBEACQEECIAB0IgJBACACa3IgASAAdHFoIgBBA3QiAkHs1QBqIgEgAkH01QBqKAIAIgIoAggiA0YEQEHE1QAgBkF+IAB3cSIGNgIADAELIAEgAzYCCCADIAE2AgwLIAIgBEEDcjYCBCAAQQN0IgAgBGshBSAAIAJqIAU2AgAgAiAEaiIEIAVBAXI2AgQgCARAIAhBeHFB7NUAaiEAQdjVACgCACEDAn9BASAIQQN2dCIBIAZxRQRAQcTVACABIAZyNgIAIAAMAQsgACgCCAsiASADNgIMIAAgAzYCCCADIAA2AgwgAyABNgIICyACQQhqIQFB2NUAIAQ2AgBBzNUAIAU2AgAMEQtByNUAKAIAIgtFDQEgC2hBAnRB9NcAaigCACIAKAIEQXhxIARrIQUgACECA0ACQCACKAIQIgFFBEAgAkEUaigCACIBRQ0BCyABKAIEQXhxIARrIgMgBUkhAiADIAUgAhshBSABIAAgAhshACABIQIMAQsLIAAoAhghCSAAKAIMIgMgAEcEQEHU1QAoAgAaIAMgACgCCCIBNgIIIAEgAzYCDAwQCyAAQRRqIgIoAgAiAUUEQCAAKAIQIgFFDQMgAEEQaiECCwNAIAIhByABIgNBFGoiAigCACIBDQAgA0EQaiECIAMoAhAiAQ0ACyAHQQA2AgAMDwtBfyEEIABBv39LDQAgAEETaiIBQXBxIQRByNUAKAIAIghFDQBBACAEayEFAkACQAJAAn9BACAEQYACSQ0AGkEfIARB////B0sNABogBEEmIAFBCHZnIgBrdkEBcSAAQQF0a0E+agsiBkECdEH01wBqKAIAIgJFBEBBACEBQQAhAwwBC0EAIQEgBEEZIAZBAXZrQQAgBkEfRxt0IQBBACEDA0ACQCACKAIEQXhxIARrIgcgBU8NACACIQMgByIFDQBBACEFIAIhAQwDCyABIAJBFGooAgAiByAHIAIgAEEddkEEcWpBEGooAgAiAkYbIAEgBxshASAAQQF0IQAgAg0ACwsgASADckUEQEEAIQNBAiAGdCIAQQAgAGtyIAhxIgBFDQMgAGhBAnRB9NcAaigCACEBCyABRQ0BCwNAIAEoAgRBeHEgBGsiAiAFSSEAIAIgBSAAGyEFIAEgAyAAGyEDIAEoAhAiAAR/IAAFIAFBFGooAgALIgENAAsLIANFDQAgBUHM1QAoAgAgBGtPDQAgAygCGCEHIAMgAygCDCIARwRAQdTVACgCABogACADKAIIIgE2AgggASAANgIMDA4LIANBFGoiAigCACIBRQRAIAMoAhAiAUUNAyADQRBqIQILA0AgAiEGIAEiAEEUaiICKAIAIgENACAAQRBqIQIgACgCECIBDQALIAZBADYCAAwNC0HM1QAoAgAiAyAETwRAQdjVACgCACEBAkAgAyAEayICQRBPBEAgASAEaiIAIAJBAXI2AgQgASADaiACNgIAIAEgBEEDcjYCBAwBCyABIANBA3I2AgQgASADaiIAIAAoAgRBAXI2AgRBACEAQQAhAgtBzNUAIAI2AgBB2NUAIAA2AgAgAUEIaiEBDA8LQdDVACgCACIDIARLBEAgBCAJaiIAIAMgBGsiAUEBcjYCBEHc1QAgADYCAEHQ1QAgATYCACAJIARBA3I2AgQgCUEIaiEBDA8LQQAhASAEAn9BnNkAKAIABEBBpNkAKAIADAELQajZAEJ/NwIAQaDZAEKAgISAgIDAADcCAEGc2QAgCkEMakFwcUHYqtWqBXM2AgBBsNkAQQA2AgBBgNkAQQA2AgBBgIAECyIAIARBxwBqIgVqIgZBACAAayIHcSICTwRAQbTZAEEwNgIADA8LAkBB/NgAKAIAIgFFDQBB9NgAKAIAIgggAmohACAAIAFNIAAgCEtxDQBBACEBQbTZAEEwNgIADA8LQYDZAC0AAEEEcQ0EAkACQCAJBEBBhNkAIQEDQCABKAIAIgAgCU0EQCAAIAEoAgRqIAlLDQMLIAEoAggiAQ0ACwtBABA7IgBBf0YNBSACIQZBoNkAKAIAIgFBAWsiAyAAcQRAIAIgAGsgACADakEAIAFrcWohBgsgBCAGTw0FIAZB/v///wdLDQVB/NgAKAIAIgMEQEH02AAoAgAiByAGaiEBIAEgB00NBiABIANLDQYLIAYQOyIBIABHDQEMBwsgBiADayAHcSIGQf7///8HSw0EIAYQOyEAIAAgASgCACABKAIEakYNAyAAIQELAkAgBiAEQcgAak8NACABQX9GDQBBpNkAKAIAIgAgBSAGa2pBACAAa3EiAEH+////B0sEQCABIQAMBwsgABA7QX9HBEAgACAGaiEGIAEhAAwHC0EAIAZrEDsaDAQLIAEiAEF/Rw0FDAMLQQAhAwwMC0EAIQAMCgsgAEF/Rw0CC0GA2QBBgNkAKAIAQQRyNgIACyACQf7///8HSw0BIAIQOyEAQQAQOyEBIABBf0YNASABQX9GDQEgACABTw0BIAEgAGsiBiAEQThqTQ0BC0H02ABB9NgAKAIAIAZqIgE2AgBB+NgAKAIAIAFJBEBB+NgAIAE2AgALAkACQAJAQdzVACgCACICBEBBhNkAIQEDQCAAIAEoAgAiAyABKAIEIgVqRg0CIAEoAggiAQ0ACwwCC0HU1QAoAgAiAUEARyAAIAFPcUUEQEHU1QAgADYCAAtBACEBQYjZACAGNgIAQYTZACAANgIAQeTVAEF/NgIAQejVAEGc2QAoAgA2AgBBkNkAQQA2AgADQCABQYDWAGogAUH01QBqIgI2AgAgAiABQezVAGoiAzYCACABQfjVAGogAzYCACABQYjWAGogAUH81QBqIgM2AgAgAyACNgIAIAFBkNYAaiABQYTWAGoiAjYCACACIAM2AgAgAUGM1gBqIAI2AgAgAUEgaiIBQYACRw0AC0F4IABrQQ9xIgEgAGoiAiAGQThrIgMgAWsiAUEBcjYCBEHg1QBBrNkAKAIANgIAQdDVACABNgIAQdzVACACNgIAIAAgA2pBODYCBAwCCyAAIAJNDQAgAiADSQ0AIAEoAgxBCHENAEF4IAJrQQ9xIgAgAmoiA0HQ1QAoAgAgBmoiByAAayIAQQFyNgIEIAEgBSAGajYCBEHg1QBBrNkAKAIANgIAQdDVACAANgIAQdzVACADNgIAIAIgB2pBODYCBAwBCyAAQdTVACgCAEkEQEHU1QAgADYCAAsgACAGaiEDQYTZACEBAkACQAJAA0AgAyABKAIARwRAIAEoAggiAQ0BDAILCyABLQAMQQhxRQ0BC0GE2QAhAQNAIAEoAgAiAyACTQRAIAMgASgCBGoiBSACSw0DCyABKAIIIQEMAAsACyABIAA2AgAgASABKAIEIAZqNgIEIABBeCAAa0EPcWoiCSAEQQNyNgIEIANBeCADa0EPcWoiBiAEIAlqIgRrIQEgAiAGRgRAQdzVACAENgIAQdDVAEHQ1QAoAgAgAWoiADYCACAEIABBAXI2AgQMCAtB2NUAKAIAIAZGBEBB2NUAIAQ2AgBBzNUAQczVACgCACABaiIANgIAIAQgAEEBcjYCBCAAIARqIAA2AgAMCAsgBigCBCIFQQNxQQFHDQYgBUF4cSEIIAVB/wFNBEAgBUEDdiEDIAYoAggiACAGKAIMIgJGBEBBxNUAQcTVACgCAEF+IAN3cTYCAAwHCyACIAA2AgggACACNgIMDAYLIAYoAhghByAGIAYoAgwiAEcEQCAAIAYoAggiAjYCCCACIAA2AgwMBQsgBkEUaiICKAIAIgVFBEAgBigCECIFRQ0EIAZBEGohAgsDQCACIQMgBSIAQRRqIgIoAgAiBQ0AIABBEGohAiAAKAIQIgUNAAsgA0EANgIADAQLQXggAGtBD3EiASAAaiIHIAZBOGsiAyABayIBQQFyNgIEIAAgA2pBODYCBCACIAVBNyAFa0EPcWpBP2siAyADIAJBEGpJGyIDQSM2AgRB4NUAQazZACgCADYCAEHQ1QAgATYCAEHc1QAgBzYCACADQRBqQYzZACkCADcCACADQYTZACkCADcCCEGM2QAgA0EIajYCAEGI2QAgBjYCAEGE2QAgADYCAEGQ2QBBADYCACADQSRqIQEDQCABQQc2AgAgBSABQQRqIgFLDQALIAIgA0YNACADIAMoAgRBfnE2AgQgAyADIAJrIgU2AgAgAiAFQQFyNgIEIAVB/wFNBEAgBUF4cUHs1QBqIQACf0HE1QAoAgAiAUEBIAVBA3Z0IgNxRQRAQcTVACABIANyNgIAIAAMAQsgACgCCAsiASACNgIMIAAgAjYCCCACIAA2AgwgAiABNgIIDAELQR8hASAFQf///wdNBEAgBUEmIAVBCHZnIgBrdkEBcSAAQQF0a0E+aiEBCyACIAE2AhwgAkIANwIQIAFBAnRB9NcAaiEAQcjVACgCACIDQQEgAXQiBnFFBEAgACACNgIAQcjVACADIAZyNgIAIAIgADYCGCACIAI2AgggAiACNgIMDAELIAVBGSABQQF2a0EAIAFBH0cbdCEBIAAoAgAhAwJAA0AgAyIAKAIEQXhxIAVGDQEgAUEddiEDIAFBAXQhASAAIANBBHFqQRBqIgYoAgAiAw0ACyAGIAI2AgAgAiAANgIYIAIgAjYCDCACIAI2AggMAQsgACgCCCIBIAI2AgwgACACNgIIIAJBADYCGCACIAA2AgwgAiABNgIIC0HQ1QAoAgAiASAETQ0AQdzVACgCACIAIARqIgIgASAEayIBQQFyNgIEQdDVACABNgIAQdzVACACNgIAIAAgBEEDcjYCBCAAQQhqIQEMCAtBACEBQbTZAEEwNgIADAcLQQAhAAsgB0UNAAJAIAYoAhwiAkECdEH01wBqIgMoAgAgBkYEQCADIAA2AgAgAA0BQcjVAEHI1QAoAgBBfiACd3E2AgAMAgsgB0EQQRQgBygCECAGRhtqIAA2AgAgAEUNAQsgACAHNgIYIAYoAhAiAgRAIAAgAjYCECACIAA2AhgLIAZBFGooAgAiAkUNACAAQRRqIAI2AgAgAiAANgIYCyABIAhqIQEgBiAIaiIGKAIEIQULIAYgBUF+cTYCBCABIARqIAE2AgAgBCABQQFyNgIEIAFB/wFNBEAgAUF4cUHs1QBqIQACf0HE1QAoAgAiAkEBIAFBA3Z0IgFxRQRAQcTVACABIAJyNgIAIAAMAQsgACgCCAsiASAENgIMIAAgBDYCCCAEIAA2AgwgBCABNgIIDAELQR8hBSABQf///wdNBEAgAUEmIAFBCHZnIgBrdkEBcSAAQQF0a0E+aiEFCyAEIAU2AhwgBEIANwIQIAVBAnRB9NcAaiEAQcjVACgCACICQQEgBXQiA3FFBEAgACAENgIAQcjVACACIANyNgIAIAQgADYCGCAEIAQ2AgggBCAENgIMDAELIAFBGSAFQQF2a0EAIAVBH0cbdCEFIAAoAgAhAAJAA0AgACICKAIEQXhxIAFGDQEgBUEddiEAIAVBAXQhBSACIABBBHFqQRBqIgMoAgAiAA0ACyADIAQ2AgAgBCACNgIYIAQgBDYCDCAEIAQ2AggMAQsgAigCCCIAIAQ2AgwgAiAENgIIIARBADYCGCAEIAI2AgwgBCAANgIICyAJQQhqIQEMAgsCQCAHRQ0AAkAgAygCHCIBQQJ0QfTXAGoiAigCACADRgRAIAIgADYCACAADQFByNUAIAhBfiABd3EiCDYCAAwCCyAHQRBBFCAHKAIQIANGG2ogADYCACAARQ0BCyAAIAc2AhggAygCECIBBEAgACABNgIQIAEgADYCGAsgA0EUaigCACIBRQ0AIABBFGogATYCACABIAA2AhgLAkAgBUEPTQRAIAMgBCAFaiIAQQNyNgIEIAAgA2oiACAAKAIEQQFyNgIEDAELIAMgBGoiAiAFQQFyNgIEIAMgBEEDcjYCBCACIAVqIAU2AgAgBUH/AU0EQCAFQXhxQezVAGohAAJ/QcTVACgCACIBQQEgBUEDdnQiBXFFBEBBxNUAIAEgBXI2AgAgAAwBCyAAKAIICyIBIAI2AgwgACACNgIIIAIgADYCDCACIAE2AggMAQtBHyEBIAVB////B00EQCAFQSYgBUEIdmciAGt2QQFxIABBAXRrQT5qIQELIAIgATYCHCACQgA3AhAgAUECdEH01wBqIQBBASABdCIEIAhxRQRAIAAgAjYCAEHI1QAgBCAIcjYCACACIAA2AhggAiACNgIIIAIgAjYCDAwBCyAFQRkgAUEBdmtBACABQR9HG3QhASAAKAIAIQQCQANAIAQiACgCBEF4cSAFRg0BIAFBHXYhBCABQQF0IQEgACAEQQRxakEQaiIGKAIAIgQNAAsgBiACNgIAIAIgADYCGCACIAI2AgwgAiACNgIIDAELIAAoAggiASACNgIMIAAgAjYCCCACQQA2AhggAiAANgIMIAIgATYCCAsgA0EIaiEBDAELAkAgCUUNAAJAIAAoAhwiAUECdEH01wBqIgIoAgAgAEYEQCACIAM2AgAgAw0BQcjVACALQX4gAXdxNgIADAILIAlBEEEUIAkoAhAgAEYbaiADNgIAIANFDQELIAMgCTYCGCAAKAIQIgEEQCADIAE2AhAgASADNgIYCyAAQRRqKAIAIgFFDQAgA0EUaiABNgIAIAEgAzYCGAsCQCAFQQ9NBEAgACAEIAVqIgFBA3I2AgQgACABaiIBIAEoAgRBAXI2AgQMAQsgACAEaiIHIAVBAXI2AgQgACAEQQNyNgIEIAUgB2ogBTYCACAIBEAgCEF4cUHs1QBqIQFB2NUAKAIAIQMCf0EBIAhBA3Z0IgIgBnFFBEBBxNUAIAIgBnI2AgAgAQwBCyABKAIICyICIAM2AgwgASADNgIIIAMgATYCDCADIAI2AggLQdjVACAHNgIAQczVACAFNgIACyAAQQhqIQELIApBEGokACABC0MAIABFBEA/AEEQdA8LAkAgAEH//wNxDQAgAEEASA0AIABBEHZAACIAQX9GBEBBtNkAQTA2AgBBfw8LIABBEHQPCwALC5lCIgBBgAgLDQEAAAAAAAAAAgAAAAMAQZgICwUEAAAABQBBqAgLCQYAAAAHAAAACABB5AgLwjJJbnZhbGlkIGNoYXIgaW4gdXJsIHF1ZXJ5AFNwYW4gY2FsbGJhY2sgZXJyb3IgaW4gb25fYm9keQBDb250ZW50LUxlbmd0aCBvdmVyZmxvdwBDaHVuayBzaXplIG92ZXJmbG93AEludmFsaWQgbWV0aG9kIGZvciBIVFRQL3gueCByZXF1ZXN0AEludmFsaWQgbWV0aG9kIGZvciBSVFNQL3gueCByZXF1ZXN0AEV4cGVjdGVkIFNPVVJDRSBtZXRob2QgZm9yIElDRS94LnggcmVxdWVzdABJbnZhbGlkIGNoYXIgaW4gdXJsIGZyYWdtZW50IHN0YXJ0AEV4cGVjdGVkIGRvdABTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX3N0YXR1cwBJbnZhbGlkIHJlc3BvbnNlIHN0YXR1cwBFeHBlY3RlZCBMRiBhZnRlciBoZWFkZXJzAEludmFsaWQgY2hhcmFjdGVyIGluIGNodW5rIGV4dGVuc2lvbnMAVXNlciBjYWxsYmFjayBlcnJvcgBgb25fcmVzZXRgIGNhbGxiYWNrIGVycm9yAGBvbl9jaHVua19oZWFkZXJgIGNhbGxiYWNrIGVycm9yAGBvbl9tZXNzYWdlX2JlZ2luYCBjYWxsYmFjayBlcnJvcgBgb25fY2h1bmtfZXh0ZW5zaW9uX3ZhbHVlYCBjYWxsYmFjayBlcnJvcgBgb25fc3RhdHVzX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fdmVyc2lvbl9jb21wbGV0ZWAgY2FsbGJhY2sgZXJyb3IAYG9uX3VybF9jb21wbGV0ZWAgY2FsbGJhY2sgZXJyb3IAYG9uX3Byb3RvY29sX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fY2h1bmtfY29tcGxldGVgIGNhbGxiYWNrIGVycm9yAGBvbl9oZWFkZXJfdmFsdWVfY29tcGxldGVgIGNhbGxiYWNrIGVycm9yAGBvbl9tZXNzYWdlX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fbWV0aG9kX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25faGVhZGVyX2ZpZWxkX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fY2h1bmtfZXh0ZW5zaW9uX25hbWVgIGNhbGxiYWNrIGVycm9yAFVuZXhwZWN0ZWQgY2hhciBpbiB1cmwgc2VydmVyAEludmFsaWQgaGVhZGVyIHZhbHVlIGNoYXIASW52YWxpZCBoZWFkZXIgZmllbGQgY2hhcgBTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX3ZlcnNpb24ASW52YWxpZCBtaW5vciB2ZXJzaW9uAEludmFsaWQgbWFqb3IgdmVyc2lvbgBFeHBlY3RlZCBzcGFjZSBhZnRlciB2ZXJzaW9uAEV4cGVjdGVkIENSTEYgYWZ0ZXIgdmVyc2lvbgBJbnZhbGlkIEhUVFAgdmVyc2lvbgBJbnZhbGlkIGhlYWRlciB0b2tlbgBTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX3VybABJbnZhbGlkIGNoYXJhY3RlcnMgaW4gdXJsAFVuZXhwZWN0ZWQgc3RhcnQgY2hhciBpbiB1cmwARG91YmxlIEAgaW4gdXJsAFNwYW4gY2FsbGJhY2sgZXJyb3IgaW4gb25fcHJvdG9jb2wARW1wdHkgQ29udGVudC1MZW5ndGgASW52YWxpZCBjaGFyYWN0ZXIgaW4gQ29udGVudC1MZW5ndGgAVHJhbnNmZXItRW5jb2RpbmcgY2FuJ3QgYmUgcHJlc2VudCB3aXRoIENvbnRlbnQtTGVuZ3RoAER1cGxpY2F0ZSBDb250ZW50LUxlbmd0aABJbnZhbGlkIGNoYXIgaW4gdXJsIHBhdGgAQ29udGVudC1MZW5ndGggY2FuJ3QgYmUgcHJlc2VudCB3aXRoIFRyYW5zZmVyLUVuY29kaW5nAE1pc3NpbmcgZXhwZWN0ZWQgQ1IgYWZ0ZXIgY2h1bmsgc2l6ZQBFeHBlY3RlZCBMRiBhZnRlciBjaHVuayBzaXplAEludmFsaWQgY2hhcmFjdGVyIGluIGNodW5rIHNpemUAU3BhbiBjYWxsYmFjayBlcnJvciBpbiBvbl9oZWFkZXJfdmFsdWUAU3BhbiBjYWxsYmFjayBlcnJvciBpbiBvbl9jaHVua19leHRlbnNpb25fdmFsdWUASW52YWxpZCBjaGFyYWN0ZXIgaW4gY2h1bmsgZXh0ZW5zaW9ucyB2YWx1ZQBVbmV4cGVjdGVkIHdoaXRlc3BhY2UgYWZ0ZXIgaGVhZGVyIHZhbHVlAE1pc3NpbmcgZXhwZWN0ZWQgQ1IgYWZ0ZXIgaGVhZGVyIHZhbHVlAE1pc3NpbmcgZXhwZWN0ZWQgTEYgYWZ0ZXIgaGVhZGVyIHZhbHVlAEludmFsaWQgYFRyYW5zZmVyLUVuY29kaW5nYCBoZWFkZXIgdmFsdWUATWlzc2luZyBleHBlY3RlZCBDUiBhZnRlciBjaHVuayBleHRlbnNpb24gdmFsdWUASW52YWxpZCBjaGFyYWN0ZXIgaW4gY2h1bmsgZXh0ZW5zaW9ucyBxdW90ZSB2YWx1ZQBJbnZhbGlkIHF1b3RlZC1wYWlyIGluIGNodW5rIGV4dGVuc2lvbnMgcXVvdGVkIHZhbHVlAEludmFsaWQgY2hhcmFjdGVyIGluIGNodW5rIGV4dGVuc2lvbnMgcXVvdGVkIHZhbHVlAFBhdXNlZCBieSBvbl9oZWFkZXJzX2NvbXBsZXRlAEludmFsaWQgRU9GIHN0YXRlAG9uX3Jlc2V0IHBhdXNlAG9uX2NodW5rX2hlYWRlciBwYXVzZQBvbl9tZXNzYWdlX2JlZ2luIHBhdXNlAG9uX2NodW5rX2V4dGVuc2lvbl92YWx1ZSBwYXVzZQBvbl9zdGF0dXNfY29tcGxldGUgcGF1c2UAb25fdmVyc2lvbl9jb21wbGV0ZSBwYXVzZQBvbl91cmxfY29tcGxldGUgcGF1c2UAb25fcHJvdG9jb2xfY29tcGxldGUgcGF1c2UAb25fY2h1bmtfY29tcGxldGUgcGF1c2UAb25faGVhZGVyX3ZhbHVlX2NvbXBsZXRlIHBhdXNlAG9uX21lc3NhZ2VfY29tcGxldGUgcGF1c2UAb25fbWV0aG9kX2NvbXBsZXRlIHBhdXNlAG9uX2hlYWRlcl9maWVsZF9jb21wbGV0ZSBwYXVzZQBvbl9jaHVua19leHRlbnNpb25fbmFtZSBwYXVzZQBVbmV4cGVjdGVkIHNwYWNlIGFmdGVyIHN0YXJ0IGxpbmUATWlzc2luZyBleHBlY3RlZCBDUiBhZnRlciByZXNwb25zZSBsaW5lAFNwYW4gY2FsbGJhY2sgZXJyb3IgaW4gb25fY2h1bmtfZXh0ZW5zaW9uX25hbWUASW52YWxpZCBjaGFyYWN0ZXIgaW4gY2h1bmsgZXh0ZW5zaW9ucyBuYW1lAE1pc3NpbmcgZXhwZWN0ZWQgQ1IgYWZ0ZXIgY2h1bmsgZXh0ZW5zaW9uIG5hbWUASW52YWxpZCBzdGF0dXMgY29kZQBQYXVzZSBvbiBDT05ORUNUL1VwZ3JhZGUAUGF1c2Ugb24gUFJJL1VwZ3JhZGUARXhwZWN0ZWQgSFRUUC8yIENvbm5lY3Rpb24gUHJlZmFjZQBTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX21ldGhvZABFeHBlY3RlZCBzcGFjZSBhZnRlciBtZXRob2QAU3BhbiBjYWxsYmFjayBlcnJvciBpbiBvbl9oZWFkZXJfZmllbGQAUGF1c2VkAEludmFsaWQgd29yZCBlbmNvdW50ZXJlZABJbnZhbGlkIG1ldGhvZCBlbmNvdW50ZXJlZABNaXNzaW5nIGV4cGVjdGVkIENSIGFmdGVyIGNodW5rIGRhdGEARXhwZWN0ZWQgTEYgYWZ0ZXIgY2h1bmsgZGF0YQBVbmV4cGVjdGVkIGNoYXIgaW4gdXJsIHNjaGVtYQBSZXF1ZXN0IGhhcyBpbnZhbGlkIGBUcmFuc2Zlci1FbmNvZGluZ2AARGF0YSBhZnRlciBgQ29ubmVjdGlvbjogY2xvc2VgAFNXSVRDSF9QUk9YWQBVU0VfUFJPWFkATUtBQ1RJVklUWQBVTlBST0NFU1NBQkxFX0VOVElUWQBRVUVSWQBDT1BZAE1PVkVEX1BFUk1BTkVOVExZAFRPT19FQVJMWQBOT1RJRlkARkFJTEVEX0RFUEVOREVOQ1kAQkFEX0dBVEVXQVkAUExBWQBQVVQAQ0hFQ0tPVVQAR0FURVdBWV9USU1FT1VUAFJFUVVFU1RfVElNRU9VVABORVRXT1JLX0NPTk5FQ1RfVElNRU9VVABDT05ORUNUSU9OX1RJTUVPVVQATE9HSU5fVElNRU9VVABORVRXT1JLX1JFQURfVElNRU9VVABQT1NUAE1JU0RJUkVDVEVEX1JFUVVFU1QAQ0xJRU5UX0NMT1NFRF9SRVFVRVNUAENMSUVOVF9DTE9TRURfTE9BRF9CQUxBTkNFRF9SRVFVRVNUAEJBRF9SRVFVRVNUAEhUVFBfUkVRVUVTVF9TRU5UX1RPX0hUVFBTX1BPUlQAUkVQT1JUAElNX0FfVEVBUE9UAFJFU0VUX0NPTlRFTlQATk9fQ09OVEVOVABQQVJUSUFMX0NPTlRFTlQASFBFX0lOVkFMSURfQ09OU1RBTlQASFBFX0NCX1JFU0VUAEdFVABIUEVfU1RSSUNUAENPTkZMSUNUAFRFTVBPUkFSWV9SRURJUkVDVABQRVJNQU5FTlRfUkVESVJFQ1QAQ09OTkVDVABNVUxUSV9TVEFUVVMASFBFX0lOVkFMSURfU1RBVFVTAFRPT19NQU5ZX1JFUVVFU1RTAEVBUkxZX0hJTlRTAFVOQVZBSUxBQkxFX0ZPUl9MRUdBTF9SRUFTT05TAE9QVElPTlMAU1dJVENISU5HX1BST1RPQ09MUwBWQVJJQU5UX0FMU09fTkVHT1RJQVRFUwBNVUxUSVBMRV9DSE9JQ0VTAElOVEVSTkFMX1NFUlZFUl9FUlJPUgBXRUJfU0VSVkVSX1VOS05PV05fRVJST1IAUkFJTEdVTl9FUlJPUgBJREVOVElUWV9QUk9WSURFUl9BVVRIRU5USUNBVElPTl9FUlJPUgBTU0xfQ0VSVElGSUNBVEVfRVJST1IASU5WQUxJRF9YX0ZPUldBUkRFRF9GT1IAU0VUX1BBUkFNRVRFUgBHRVRfUEFSQU1FVEVSAEhQRV9VU0VSAFNFRV9PVEhFUgBIUEVfQ0JfQ0hVTktfSEVBREVSAEV4cGVjdGVkIExGIGFmdGVyIENSAE1LQ0FMRU5EQVIAU0VUVVAAV0VCX1NFUlZFUl9JU19ET1dOAFRFQVJET1dOAEhQRV9DTE9TRURfQ09OTkVDVElPTgBIRVVSSVNUSUNfRVhQSVJBVElPTgBESVNDT05ORUNURURfT1BFUkFUSU9OAE5PTl9BVVRIT1JJVEFUSVZFX0lORk9STUFUSU9OAEhQRV9JTlZBTElEX1ZFUlNJT04ASFBFX0NCX01FU1NBR0VfQkVHSU4AU0lURV9JU19GUk9aRU4ASFBFX0lOVkFMSURfSEVBREVSX1RPS0VOAElOVkFMSURfVE9LRU4ARk9SQklEREVOAEVOSEFOQ0VfWU9VUl9DQUxNAEhQRV9JTlZBTElEX1VSTABCTE9DS0VEX0JZX1BBUkVOVEFMX0NPTlRST0wATUtDT0wAQUNMAEhQRV9JTlRFUk5BTABSRVFVRVNUX0hFQURFUl9GSUVMRFNfVE9PX0xBUkdFX1VOT0ZGSUNJQUwASFBFX09LAFVOTElOSwBVTkxPQ0sAUFJJAFJFVFJZX1dJVEgASFBFX0lOVkFMSURfQ09OVEVOVF9MRU5HVEgASFBFX1VORVhQRUNURURfQ09OVEVOVF9MRU5HVEgARkxVU0gAUFJPUFBBVENIAE0tU0VBUkNIAFVSSV9UT09fTE9ORwBQUk9DRVNTSU5HAE1JU0NFTExBTkVPVVNfUEVSU0lTVEVOVF9XQVJOSU5HAE1JU0NFTExBTkVPVVNfV0FSTklORwBIUEVfSU5WQUxJRF9UUkFOU0ZFUl9FTkNPRElORwBFeHBlY3RlZCBDUkxGAEhQRV9JTlZBTElEX0NIVU5LX1NJWkUATU9WRQBDT05USU5VRQBIUEVfQ0JfU1RBVFVTX0NPTVBMRVRFAEhQRV9DQl9IRUFERVJTX0NPTVBMRVRFAEhQRV9DQl9WRVJTSU9OX0NPTVBMRVRFAEhQRV9DQl9VUkxfQ09NUExFVEUASFBFX0NCX1BST1RPQ09MX0NPTVBMRVRFAEhQRV9DQl9DSFVOS19DT01QTEVURQBIUEVfQ0JfSEVBREVSX1ZBTFVFX0NPTVBMRVRFAEhQRV9DQl9DSFVOS19FWFRFTlNJT05fVkFMVUVfQ09NUExFVEUASFBFX0NCX0NIVU5LX0VYVEVOU0lPTl9OQU1FX0NPTVBMRVRFAEhQRV9DQl9NRVNTQUdFX0NPTVBMRVRFAEhQRV9DQl9NRVRIT0RfQ09NUExFVEUASFBFX0NCX0hFQURFUl9GSUVMRF9DT01QTEVURQBERUxFVEUASFBFX0lOVkFMSURfRU9GX1NUQVRFAElOVkFMSURfU1NMX0NFUlRJRklDQVRFAFBBVVNFAE5PX1JFU1BPTlNFAFVOU1VQUE9SVEVEX01FRElBX1RZUEUAR09ORQBOT1RfQUNDRVBUQUJMRQBTRVJWSUNFX1VOQVZBSUxBQkxFAFJBTkdFX05PVF9TQVRJU0ZJQUJMRQBPUklHSU5fSVNfVU5SRUFDSEFCTEUAUkVTUE9OU0VfSVNfU1RBTEUAUFVSR0UATUVSR0UAUkVRVUVTVF9IRUFERVJfRklFTERTX1RPT19MQVJHRQBSRVFVRVNUX0hFQURFUl9UT09fTEFSR0UAUEFZTE9BRF9UT09fTEFSR0UASU5TVUZGSUNJRU5UX1NUT1JBR0UASFBFX1BBVVNFRF9VUEdSQURFAEhQRV9QQVVTRURfSDJfVVBHUkFERQBTT1VSQ0UAQU5OT1VOQ0UAVFJBQ0UASFBFX1VORVhQRUNURURfU1BBQ0UAREVTQ1JJQkUAVU5TVUJTQ1JJQkUAUkVDT1JEAEhQRV9JTlZBTElEX01FVEhPRABOT1RfRk9VTkQAUFJPUEZJTkQAVU5CSU5EAFJFQklORABVTkFVVEhPUklaRUQATUVUSE9EX05PVF9BTExPV0VEAEhUVFBfVkVSU0lPTl9OT1RfU1VQUE9SVEVEAEFMUkVBRFlfUkVQT1JURUQAQUNDRVBURUQATk9UX0lNUExFTUVOVEVEAExPT1BfREVURUNURUQASFBFX0NSX0VYUEVDVEVEAEhQRV9MRl9FWFBFQ1RFRABDUkVBVEVEAElNX1VTRUQASFBFX1BBVVNFRABUSU1FT1VUX09DQ1VSRUQAUEFZTUVOVF9SRVFVSVJFRABQUkVDT05ESVRJT05fUkVRVUlSRUQAUFJPWFlfQVVUSEVOVElDQVRJT05fUkVRVUlSRUQATkVUV09SS19BVVRIRU5USUNBVElPTl9SRVFVSVJFRABMRU5HVEhfUkVRVUlSRUQAU1NMX0NFUlRJRklDQVRFX1JFUVVJUkVEAFVQR1JBREVfUkVRVUlSRUQAUEFHRV9FWFBJUkVEAFBSRUNPTkRJVElPTl9GQUlMRUQARVhQRUNUQVRJT05fRkFJTEVEAFJFVkFMSURBVElPTl9GQUlMRUQAU1NMX0hBTkRTSEFLRV9GQUlMRUQATE9DS0VEAFRSQU5TRk9STUFUSU9OX0FQUExJRUQATk9UX01PRElGSUVEAE5PVF9FWFRFTkRFRABCQU5EV0lEVEhfTElNSVRfRVhDRUVERUQAU0lURV9JU19PVkVSTE9BREVEAEhFQUQARXhwZWN0ZWQgSFRUUC8sIFJUU1AvIG9yIElDRS8A5xUAAK8VAACkEgAAkhoAACYWAACeFAAA2xkAAHkVAAB+EgAA/hQAADYVAAALFgAA2BYAAPMSAABCGAAArBYAABIVAAAUFwAA7xcAAEgUAABxFwAAshoAAGsZAAB+GQAANRQAAIIaAABEFwAA/RYAAB4YAACHFwAAqhkAAJMSAAAHGAAALBcAAMoXAACkFwAA5xUAAOcVAABYFwAAOxgAAKASAAAtHAAAwxEAAEgRAADeEgAAQhMAAKQZAAD9EAAA9xUAAKUVAADvFgAA+BkAAEoWAABWFgAA9RUAAAoaAAAIGgAAARoAAKsVAABCEgAA1xAAAEwRAAAFGQAAVBYAAB4RAADKGQAAyBkAAE4WAAD/GAAAcRQAAPAVAADuFQAAlBkAAPwVAAC/GQAAmxkAAHwUAABDEQAAcBgAAJUUAAAnFAAAGRQAANUSAADUGQAARBYAAPcQAEG5OwsBAQBB0DsL4AEBAQIBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQBBuj0LBAEAAAIAQdE9C14DBAMDAwMDAAADAwADAwADAwMDAwMDAwMDAAUAAAAAAAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAAAAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAAwADAEG6PwsEAQAAAgBB0T8LXgMAAwMDAwMAAAMDAAMDAAMDAwMDAwMDAwMABAAFAAAAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAAAADAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwADAAMAQbDBAAsNbG9zZWVlcC1hbGl2ZQBBycEACwEBAEHgwQAL4AEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQBBycMACwEBAEHgwwAL5wEBAQEBAQEBAQEBAQECAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAWNodW5rZWQAQfHFAAteAQABAQEBAQAAAQEAAQEAAQEBAQEBAQEBAQAAAAAAAAABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQAAAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAEAAQBB0McACyFlY3Rpb25lbnQtbGVuZ3Rob25yb3h5LWNvbm5lY3Rpb24AQYDIAAsgcmFuc2Zlci1lbmNvZGluZ3BncmFkZQ0KDQpTTQ0KDQoAQanIAAsFAQIAAQMAQcDIAAtfBAUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUAQanKAAsFAQIAAQMAQcDKAAtfBAUFBgUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUAQanMAAsEAQAAAQBBwcwAC14CAgACAgICAgICAgICAgICAgICAgICAgICAgICAgIAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAEGpzgALBQECAAEDAEHAzgALXwQFAAAFBQUFBQUFBQUFBQYFBQUFBQUFBQUFBQUABQAHCAUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQAFAAUABQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUAAAAFAEGp0AALBQEBAAEBAEHA0AALAQEAQdrQAAtBAgAAAAAAAAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAAAAAAAAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAQanSAAsFAQEAAQEAQcDSAAsBAQBBytIACwYCAAAAAAIAQeHSAAs6AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAAAAAAAADAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwBBoNQAC50BTk9VTkNFRUNLT1VUTkVDVEVURUNSSUJFTFVTSEVURUFEU0VBUkNIUkdFQ1RJVklUWUxFTkRBUlZFT1RJRllQVElPTlNDSFNFQVlTVEFUQ0hHRVVFUllPUkRJUkVDVE9SVFJDSFBBUkFNRVRFUlVSQ0VCU0NSSUJFQVJET1dOQUNFSU5ETktDS1VCU0NSSUJFVFRQQ0VUU1BBRFRQLw=='

let wasmBuffer

Object.defineProperty(module, 'exports', {
  get: () => {
    return wasmBuffer
      ? wasmBuffer
      : (wasmBuffer = Buffer.from(wasmBase64, 'base64'))
  }
})


/***/ }),

/***/ 1285:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

/* module decorator */ module = __nccwpck_require__.nmd(module);


const { Buffer } = __nccwpck_require__(4573)

const wasmBase64 = 'AGFzbQEAAAABJwdgAX8Bf2ADf39/AX9gAn9/AGABfwBgBH9/f38Bf2AAAGADf39/AALLAQgDZW52GHdhc21fb25faGVhZGVyc19jb21wbGV0ZQAEA2VudhV3YXNtX29uX21lc3NhZ2VfYmVnaW4AAANlbnYLd2FzbV9vbl91cmwAAQNlbnYOd2FzbV9vbl9zdGF0dXMAAQNlbnYUd2FzbV9vbl9oZWFkZXJfZmllbGQAAQNlbnYUd2FzbV9vbl9oZWFkZXJfdmFsdWUAAQNlbnYMd2FzbV9vbl9ib2R5AAEDZW52GHdhc21fb25fbWVzc2FnZV9jb21wbGV0ZQAAAzU0BQYAAAMAAAAAAAADAQMAAwMDAAACAAAAAAICAgICAgICAgIBAQEBAQEBAQEBAwAAAwAAAAQFAXABExMFAwEAAgYIAX8BQcDZBAsHxQcoBm1lbW9yeQIAC19pbml0aWFsaXplAAgZX19pbmRpcmVjdF9mdW5jdGlvbl90YWJsZQEAC2xsaHR0cF9pbml0AAkYbGxodHRwX3Nob3VsZF9rZWVwX2FsaXZlADcMbGxodHRwX2FsbG9jAAsGbWFsbG9jADkLbGxodHRwX2ZyZWUADARmcmVlAAwPbGxodHRwX2dldF90eXBlAA0VbGxodHRwX2dldF9odHRwX21ham9yAA4VbGxodHRwX2dldF9odHRwX21pbm9yAA8RbGxodHRwX2dldF9tZXRob2QAEBZsbGh0dHBfZ2V0X3N0YXR1c19jb2RlABESbGxodHRwX2dldF91cGdyYWRlABIMbGxodHRwX3Jlc2V0ABMObGxodHRwX2V4ZWN1dGUAFBRsbGh0dHBfc2V0dGluZ3NfaW5pdAAVDWxsaHR0cF9maW5pc2gAFgxsbGh0dHBfcGF1c2UAFw1sbGh0dHBfcmVzdW1lABgbbGxodHRwX3Jlc3VtZV9hZnRlcl91cGdyYWRlABkQbGxodHRwX2dldF9lcnJubwAaF2xsaHR0cF9nZXRfZXJyb3JfcmVhc29uABsXbGxodHRwX3NldF9lcnJvcl9yZWFzb24AHBRsbGh0dHBfZ2V0X2Vycm9yX3BvcwAdEWxsaHR0cF9lcnJub19uYW1lAB4SbGxodHRwX21ldGhvZF9uYW1lAB8SbGxodHRwX3N0YXR1c19uYW1lACAabGxodHRwX3NldF9sZW5pZW50X2hlYWRlcnMAISFsbGh0dHBfc2V0X2xlbmllbnRfY2h1bmtlZF9sZW5ndGgAIh1sbGh0dHBfc2V0X2xlbmllbnRfa2VlcF9hbGl2ZQAjJGxsaHR0cF9zZXRfbGVuaWVudF90cmFuc2Zlcl9lbmNvZGluZwAkGmxsaHR0cF9zZXRfbGVuaWVudF92ZXJzaW9uACUjbGxodHRwX3NldF9sZW5pZW50X2RhdGFfYWZ0ZXJfY2xvc2UAJidsbGh0dHBfc2V0X2xlbmllbnRfb3B0aW9uYWxfbGZfYWZ0ZXJfY3IAJyxsbGh0dHBfc2V0X2xlbmllbnRfb3B0aW9uYWxfY3JsZl9hZnRlcl9jaHVuawAoKGxsaHR0cF9zZXRfbGVuaWVudF9vcHRpb25hbF9jcl9iZWZvcmVfbGYAKSpsbGh0dHBfc2V0X2xlbmllbnRfc3BhY2VzX2FmdGVyX2NodW5rX3NpemUAKhhsbGh0dHBfbWVzc2FnZV9uZWVkc19lb2YANgkYAQBBAQsSAQIDBAUKBgcyNDMuKy8tLDAxCuzaAjQWAEHA1QAoAgAEQAALQcDVAEEBNgIACxQAIAAQOCAAIAI2AjggACABOgAoCxQAIAAgAC8BNCAALQAwIAAQNxAACx4BAX9BwAAQOiIBEDggAUGACDYCOCABIAA6ACggAQuPDAEHfwJAIABFDQAgAEEIayIBIABBBGsoAgAiAEF4cSIEaiEFAkAgAEEBcQ0AIABBA3FFDQEgASABKAIAIgBrIgFB1NUAKAIASQ0BIAAgBGohBAJAAkBB2NUAKAIAIAFHBEAgAEH/AU0EQCAAQQN2IQMgASgCCCIAIAEoAgwiAkYEQEHE1QBBxNUAKAIAQX4gA3dxNgIADAULIAIgADYCCCAAIAI2AgwMBAsgASgCGCEGIAEgASgCDCIARwRAIAAgASgCCCICNgIIIAIgADYCDAwDCyABQRRqIgMoAgAiAkUEQCABKAIQIgJFDQIgAUEQaiEDCwNAIAMhByACIgBBFGoiAygCACICDQAgAEEQaiEDIAAoAhAiAg0ACyAHQQA2AgAMAgsgBSgCBCIAQQNxQQNHDQIgBSAAQX5xNgIEQczVACAENgIAIAUgBDYCACABIARBAXI2AgQMAwtBACEACyAGRQ0AAkAgASgCHCICQQJ0QfTXAGoiAygCACABRgRAIAMgADYCACAADQFByNUAQcjVACgCAEF+IAJ3cTYCAAwCCyAGQRBBFCAGKAIQIAFGG2ogADYCACAARQ0BCyAAIAY2AhggASgCECICBEAgACACNgIQIAIgADYCGAsgAUEUaigCACICRQ0AIABBFGogAjYCACACIAA2AhgLIAEgBU8NACAFKAIEIgBBAXFFDQACQAJAAkACQCAAQQJxRQRAQdzVACgCACAFRgRAQdzVACABNgIAQdDVAEHQ1QAoAgAgBGoiADYCACABIABBAXI2AgQgAUHY1QAoAgBHDQZBzNUAQQA2AgBB2NUAQQA2AgAMBgtB2NUAKAIAIAVGBEBB2NUAIAE2AgBBzNUAQczVACgCACAEaiIANgIAIAEgAEEBcjYCBCAAIAFqIAA2AgAMBgsgAEF4cSAEaiEEIABB/wFNBEAgAEEDdiEDIAUoAggiACAFKAIMIgJGBEBBxNUAQcTVACgCAEF+IAN3cTYCAAwFCyACIAA2AgggACACNgIMDAQLIAUoAhghBiAFIAUoAgwiAEcEQEHU1QAoAgAaIAAgBSgCCCICNgIIIAIgADYCDAwDCyAFQRRqIgMoAgAiAkUEQCAFKAIQIgJFDQIgBUEQaiEDCwNAIAMhByACIgBBFGoiAygCACICDQAgAEEQaiEDIAAoAhAiAg0ACyAHQQA2AgAMAgsgBSAAQX5xNgIEIAEgBGogBDYCACABIARBAXI2AgQMAwtBACEACyAGRQ0AAkAgBSgCHCICQQJ0QfTXAGoiAygCACAFRgRAIAMgADYCACAADQFByNUAQcjVACgCAEF+IAJ3cTYCAAwCCyAGQRBBFCAGKAIQIAVGG2ogADYCACAARQ0BCyAAIAY2AhggBSgCECICBEAgACACNgIQIAIgADYCGAsgBUEUaigCACICRQ0AIABBFGogAjYCACACIAA2AhgLIAEgBGogBDYCACABIARBAXI2AgQgAUHY1QAoAgBHDQBBzNUAIAQ2AgAMAQsgBEH/AU0EQCAEQXhxQezVAGohAAJ/QcTVACgCACICQQEgBEEDdnQiA3FFBEBBxNUAIAIgA3I2AgAgAAwBCyAAKAIICyICIAE2AgwgACABNgIIIAEgADYCDCABIAI2AggMAQtBHyECIARB////B00EQCAEQSYgBEEIdmciAGt2QQFxIABBAXRrQT5qIQILIAEgAjYCHCABQgA3AhAgAkECdEH01wBqIQACQEHI1QAoAgAiA0EBIAJ0IgdxRQRAIAAgATYCAEHI1QAgAyAHcjYCACABIAA2AhggASABNgIIIAEgATYCDAwBCyAEQRkgAkEBdmtBACACQR9HG3QhAiAAKAIAIQACQANAIAAiAygCBEF4cSAERg0BIAJBHXYhACACQQF0IQIgAyAAQQRxakEQaiIHKAIAIgANAAsgByABNgIAIAEgAzYCGCABIAE2AgwgASABNgIIDAELIAMoAggiACABNgIMIAMgATYCCCABQQA2AhggASADNgIMIAEgADYCCAtB5NUAQeTVACgCAEEBayIAQX8gABs2AgALCwcAIAAtACgLBwAgAC0AKgsHACAALQArCwcAIAAtACkLBwAgAC8BNAsHACAALQAwC0ABBH8gACgCGCEBIAAvAS4hAiAALQAoIQMgACgCOCEEIAAQOCAAIAQ2AjggACADOgAoIAAgAjsBLiAAIAE2AhgLhocCAwd/A34BeyABIAJqIQQCQCAAIgMoAgwiAA0AIAMoAgQEQCADIAE2AgQLIwBBEGsiCSQAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACfwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQCADKAIcIgJBAmsO/AEB+QECAwQFBgcICQoLDA0ODxAREvgBE/cBFBX2ARYX9QEYGRobHB0eHyD9AfsBIfQBIiMkJSYnKCkqK/MBLC0uLzAxMvIB8QEzNPAB7wE1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk/6AVBRUlPuAe0BVOwBVesBVldYWVrqAVtcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AAYEBggGDAYQBhQGGAYcBiAGJAYoBiwGMAY0BjgGPAZABkQGSAZMBlAGVAZYBlwGYAZkBmgGbAZwBnQGeAZ8BoAGhAaIBowGkAaUBpgGnAagBqQGqAasBrAGtAa4BrwGwAbEBsgGzAbQBtQG2AbcBuAG5AboBuwG8Ab0BvgG/AcABwQHCAcMBxAHFAcYBxwHIAckBygHLAcwBzQHOAekB6AHPAecB0AHmAdEB0gHTAdQB5QHVAdYB1wHYAdkB2gHbAdwB3QHeAd8B4AHhAeIB4wEA/AELQQAM4wELQQ4M4gELQQ0M4QELQQ8M4AELQRAM3wELQRMM3gELQRQM3QELQRUM3AELQRYM2wELQRcM2gELQRgM2QELQRkM2AELQRoM1wELQRsM1gELQRwM1QELQR0M1AELQR4M0wELQR8M0gELQSAM0QELQSEM0AELQQgMzwELQSIMzgELQSQMzQELQSMMzAELQQcMywELQSUMygELQSYMyQELQScMyAELQSgMxwELQRIMxgELQREMxQELQSkMxAELQSoMwwELQSsMwgELQSwMwQELQd4BDMABC0EuDL8BC0EvDL4BC0EwDL0BC0ExDLwBC0EyDLsBC0EzDLoBC0E0DLkBC0HfAQy4AQtBNQy3AQtBOQy2AQtBDAy1AQtBNgy0AQtBNwyzAQtBOAyyAQtBPgyxAQtBOgywAQtB4AEMrwELQQsMrgELQT8MrQELQTsMrAELQQoMqwELQTwMqgELQT0MqQELQeEBDKgBC0HBAAynAQtBwAAMpgELQcIADKUBC0EJDKQBC0EtDKMBC0HDAAyiAQtBxAAMoQELQcUADKABC0HGAAyfAQtBxwAMngELQcgADJ0BC0HJAAycAQtBygAMmwELQcsADJoBC0HMAAyZAQtBzQAMmAELQc4ADJcBC0HPAAyWAQtB0AAMlQELQdEADJQBC0HSAAyTAQtB0wAMkgELQdUADJEBC0HUAAyQAQtB1gAMjwELQdcADI4BC0HYAAyNAQtB2QAMjAELQdoADIsBC0HbAAyKAQtB3AAMiQELQd0ADIgBC0HeAAyHAQtB3wAMhgELQeAADIUBC0HhAAyEAQtB4gAMgwELQeMADIIBC0HkAAyBAQtB5QAMgAELQeIBDH8LQeYADH4LQecADH0LQQYMfAtB6AAMewtBBQx6C0HpAAx5C0EEDHgLQeoADHcLQesADHYLQewADHULQe0ADHQLQQMMcwtB7gAMcgtB7wAMcQtB8AAMcAtB8gAMbwtB8QAMbgtB8wAMbQtB9AAMbAtB9QAMawtB9gAMagtBAgxpC0H3AAxoC0H4AAxnC0H5AAxmC0H6AAxlC0H7AAxkC0H8AAxjC0H9AAxiC0H+AAxhC0H/AAxgC0GAAQxfC0GBAQxeC0GCAQxdC0GDAQxcC0GEAQxbC0GFAQxaC0GGAQxZC0GHAQxYC0GIAQxXC0GJAQxWC0GKAQxVC0GLAQxUC0GMAQxTC0GNAQxSC0GOAQxRC0GPAQxQC0GQAQxPC0GRAQxOC0GSAQxNC0GTAQxMC0GUAQxLC0GVAQxKC0GWAQxJC0GXAQxIC0GYAQxHC0GZAQxGC0GaAQxFC0GbAQxEC0GcAQxDC0GdAQxCC0GeAQxBC0GfAQxAC0GgAQw/C0GhAQw+C0GiAQw9C0GjAQw8C0GkAQw7C0GlAQw6C0GmAQw5C0GnAQw4C0GoAQw3C0GpAQw2C0GqAQw1C0GrAQw0C0GsAQwzC0GtAQwyC0GuAQwxC0GvAQwwC0GwAQwvC0GxAQwuC0GyAQwtC0GzAQwsC0G0AQwrC0G1AQwqC0G2AQwpC0G3AQwoC0G4AQwnC0G5AQwmC0G6AQwlC0G7AQwkC0G8AQwjC0G9AQwiC0G+AQwhC0G/AQwgC0HAAQwfC0HBAQweC0HCAQwdC0EBDBwLQcMBDBsLQcQBDBoLQcUBDBkLQcYBDBgLQccBDBcLQcgBDBYLQckBDBULQcoBDBQLQcsBDBMLQcwBDBILQc0BDBELQc4BDBALQc8BDA8LQdABDA4LQdEBDA0LQdIBDAwLQdMBDAsLQdQBDAoLQdUBDAkLQdYBDAgLQeMBDAcLQdcBDAYLQdgBDAULQdkBDAQLQdoBDAMLQdsBDAILQd0BDAELQdwBCyECA0ACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAIAMCfwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACfwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACfwJAAkACQAJAAkACQAJAAn8CQAJAAkACfwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAwJ/AkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJ/AkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQCACDuMBAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISMkJScoKZ4DmwOaA5EDigODA4AD/QL7AvgC8gLxAu8C7QLoAucC5gLlAuQC3ALbAtoC2QLYAtcC1gLVAs8CzgLMAssCygLJAsgCxwLGAsQCwwK+ArwCugK5ArgCtwK2ArUCtAKzArICsQKwAq4CrQKpAqgCpwKmAqUCpAKjAqICoQKgAp8CmAKQAowCiwKKAoEC/gH9AfwB+wH6AfkB+AH3AfUB8wHwAesB6QHoAecB5gHlAeQB4wHiAeEB4AHfAd4B3QHcAdoB2QHYAdcB1gHVAdQB0wHSAdEB0AHPAc4BzQHMAcsBygHJAcgBxwHGAcUBxAHDAcIBwQHAAb8BvgG9AbwBuwG6AbkBuAG3AbYBtQG0AbMBsgGxAbABrwGuAa0BrAGrAaoBqQGoAacBpgGlAaQBowGiAZ8BngGZAZgBlwGWAZUBlAGTAZIBkQGQAY8BjQGMAYcBhgGFAYQBgwGCAX18e3p5dnV0UFFSU1RVCyABIARHDXJB/QEhAgy+AwsgASAERw2YAUHbASECDL0DCyABIARHDfEBQY4BIQIMvAMLIAEgBEcN/AFBhAEhAgy7AwsgASAERw2KAkH/ACECDLoDCyABIARHDZECQf0AIQIMuQMLIAEgBEcNlAJB+wAhAgy4AwsgASAERw0eQR4hAgy3AwsgASAERw0ZQRghAgy2AwsgASAERw3KAkHNACECDLUDCyABIARHDdUCQcYAIQIMtAMLIAEgBEcN1gJBwwAhAgyzAwsgASAERw3cAkE4IQIMsgMLIAMtADBBAUYNrQMMiQMLQQAhAAJAAkACQCADLQAqRQ0AIAMtACtFDQAgAy8BMiICQQJxRQ0BDAILIAMvATIiAkEBcUUNAQtBASEAIAMtAChBAUYNACADLwE0IgZB5ABrQeQASQ0AIAZBzAFGDQAgBkGwAkYNACACQcAAcQ0AQQAhACACQYgEcUGABEYNACACQShxQQBHIQALIANBADsBMiADQQA6ADECQCAARQRAIANBADoAMSADLQAuQQRxDQEMsQMLIANCADcDIAsgA0EAOgAxIANBAToANgxIC0EAIQACQCADKAI4IgJFDQAgAigCMCICRQ0AIAMgAhEAACEACyAARQ1IIABBFUcNYiADQQQ2AhwgAyABNgIUIANB0hs2AhAgA0EVNgIMQQAhAgyvAwsgASAERgRAQQYhAgyvAwsgAS0AAEEKRw0ZIAFBAWohAQwaCyADQgA3AyBBEiECDJQDCyABIARHDYoDQSMhAgysAwsgASAERgRAQQchAgysAwsCQAJAIAEtAABBCmsOBAEYGAAYCyABQQFqIQFBECECDJMDCyABQQFqIQEgA0Evai0AAEEBcQ0XQQAhAiADQQA2AhwgAyABNgIUIANBmSA2AhAgA0EZNgIMDKsDCyADIAMpAyAiDCAEIAFrrSIKfSILQgAgCyAMWBs3AyAgCiAMWg0YQQghAgyqAwsgASAERwRAIANBCTYCCCADIAE2AgRBFCECDJEDC0EJIQIMqQMLIAMpAyBQDa4CDEMLIAEgBEYEQEELIQIMqAMLIAEtAABBCkcNFiABQQFqIQEMFwsgA0Evai0AAEEBcUUNGQwmC0EAIQACQCADKAI4IgJFDQAgAigCUCICRQ0AIAMgAhEAACEACyAADRkMQgtBACEAAkAgAygCOCICRQ0AIAIoAlAiAkUNACADIAIRAAAhAAsgAA0aDCQLQQAhAAJAIAMoAjgiAkUNACACKAJQIgJFDQAgAyACEQAAIQALIAANGwwyCyADQS9qLQAAQQFxRQ0cDCILQQAhAAJAIAMoAjgiAkUNACACKAJUIgJFDQAgAyACEQAAIQALIAANHAxCC0EAIQACQCADKAI4IgJFDQAgAigCVCICRQ0AIAMgAhEAACEACyAADR0MIAsgASAERgRAQRMhAgygAwsCQCABLQAAIgBBCmsOBB8jIwAiCyABQQFqIQEMHwtBACEAAkAgAygCOCICRQ0AIAIoAlQiAkUNACADIAIRAAAhAAsgAA0iDEILIAEgBEYEQEEWIQIMngMLIAEtAABBwMEAai0AAEEBRw0jDIMDCwJAA0AgAS0AAEGwO2otAAAiAEEBRwRAAkAgAEECaw4CAwAnCyABQQFqIQFBISECDIYDCyAEIAFBAWoiAUcNAAtBGCECDJ0DCyADKAIEIQBBACECIANBADYCBCADIAAgAUEBaiIBEDQiAA0hDEELQQAhAAJAIAMoAjgiAkUNACACKAJUIgJFDQAgAyACEQAAIQALIAANIwwqCyABIARGBEBBHCECDJsDCyADQQo2AgggAyABNgIEQQAhAAJAIAMoAjgiAkUNACACKAJQIgJFDQAgAyACEQAAIQALIAANJUEkIQIMgQMLIAEgBEcEQANAIAEtAABBsD1qLQAAIgBBA0cEQCAAQQFrDgUYGiaCAyUmCyAEIAFBAWoiAUcNAAtBGyECDJoDC0EbIQIMmQMLA0AgAS0AAEGwP2otAAAiAEEDRwRAIABBAWsOBQ8RJxMmJwsgBCABQQFqIgFHDQALQR4hAgyYAwsgASAERwRAIANBCzYCCCADIAE2AgRBByECDP8CC0EfIQIMlwMLIAEgBEYEQEEgIQIMlwMLAkAgAS0AAEENaw4ULj8/Pz8/Pz8/Pz8/Pz8/Pz8/PwA/C0EAIQIgA0EANgIcIANBvws2AhAgA0ECNgIMIAMgAUEBajYCFAyWAwsgA0EvaiECA0AgASAERgRAQSEhAgyXAwsCQAJAAkAgAS0AACIAQQlrDhgCACkpASkpKSkpKSkpKSkpKSkpKSkpKQInCyABQQFqIQEgA0Evai0AAEEBcUUNCgwYCyABQQFqIQEMFwsgAUEBaiEBIAItAABBAnENAAtBACECIANBADYCHCADIAE2AhQgA0GfFTYCECADQQw2AgwMlQMLIAMtAC5BgAFxRQ0BC0EAIQACQCADKAI4IgJFDQAgAigCXCICRQ0AIAMgAhEAACEACyAARQ3mAiAAQRVGBEAgA0EkNgIcIAMgATYCFCADQZsbNgIQIANBFTYCDEEAIQIMlAMLQQAhAiADQQA2AhwgAyABNgIUIANBkA42AhAgA0EUNgIMDJMDC0EAIQIgA0EANgIcIAMgATYCFCADQb4gNgIQIANBAjYCDAySAwsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEgDKdqIgEQMiIARQ0rIANBBzYCHCADIAE2AhQgAyAANgIMDJEDCyADLQAuQcAAcUUNAQtBACEAAkAgAygCOCICRQ0AIAIoAlgiAkUNACADIAIRAAAhAAsgAEUNKyAAQRVGBEAgA0EKNgIcIAMgATYCFCADQesZNgIQIANBFTYCDEEAIQIMkAMLQQAhAiADQQA2AhwgAyABNgIUIANBkww2AhAgA0ETNgIMDI8DC0EAIQIgA0EANgIcIAMgATYCFCADQYIVNgIQIANBAjYCDAyOAwtBACECIANBADYCHCADIAE2AhQgA0HdFDYCECADQRk2AgwMjQMLQQAhAiADQQA2AhwgAyABNgIUIANB5h02AhAgA0EZNgIMDIwDCyAAQRVGDT1BACECIANBADYCHCADIAE2AhQgA0HQDzYCECADQSI2AgwMiwMLIAMoAgQhAEEAIQIgA0EANgIEIAMgACABEDMiAEUNKCADQQ02AhwgAyABNgIUIAMgADYCDAyKAwsgAEEVRg06QQAhAiADQQA2AhwgAyABNgIUIANB0A82AhAgA0EiNgIMDIkDCyADKAIEIQBBACECIANBADYCBCADIAAgARAzIgBFBEAgAUEBaiEBDCgLIANBDjYCHCADIAA2AgwgAyABQQFqNgIUDIgDCyAAQRVGDTdBACECIANBADYCHCADIAE2AhQgA0HQDzYCECADQSI2AgwMhwMLIAMoAgQhAEEAIQIgA0EANgIEIAMgACABEDMiAEUEQCABQQFqIQEMJwsgA0EPNgIcIAMgADYCDCADIAFBAWo2AhQMhgMLQQAhAiADQQA2AhwgAyABNgIUIANB4hc2AhAgA0EZNgIMDIUDCyAAQRVGDTNBACECIANBADYCHCADIAE2AhQgA0HWDDYCECADQSM2AgwMhAMLIAMoAgQhAEEAIQIgA0EANgIEIAMgACABEDQiAEUNJSADQRE2AhwgAyABNgIUIAMgADYCDAyDAwsgAEEVRg0wQQAhAiADQQA2AhwgAyABNgIUIANB1gw2AhAgA0EjNgIMDIIDCyADKAIEIQBBACECIANBADYCBCADIAAgARA0IgBFBEAgAUEBaiEBDCULIANBEjYCHCADIAA2AgwgAyABQQFqNgIUDIEDCyADQS9qLQAAQQFxRQ0BC0EXIQIM5gILQQAhAiADQQA2AhwgAyABNgIUIANB4hc2AhAgA0EZNgIMDP4CCyAAQTtHDQAgAUEBaiEBDAwLQQAhAiADQQA2AhwgAyABNgIUIANBkhg2AhAgA0ECNgIMDPwCCyAAQRVGDShBACECIANBADYCHCADIAE2AhQgA0HWDDYCECADQSM2AgwM+wILIANBFDYCHCADIAE2AhQgAyAANgIMDPoCCyADKAIEIQBBACECIANBADYCBCADIAAgARA0IgBFBEAgAUEBaiEBDPUCCyADQRU2AhwgAyAANgIMIAMgAUEBajYCFAz5AgsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEQNCIARQRAIAFBAWohAQzzAgsgA0EXNgIcIAMgADYCDCADIAFBAWo2AhQM+AILIABBFUYNI0EAIQIgA0EANgIcIAMgATYCFCADQdYMNgIQIANBIzYCDAz3AgsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEQNCIARQRAIAFBAWohAQwdCyADQRk2AhwgAyAANgIMIAMgAUEBajYCFAz2AgsgAygCBCEAQQAhAiADQQA2AgQgAyAAIAEQNCIARQRAIAFBAWohAQzvAgsgA0EaNgIcIAMgADYCDCADIAFBAWo2AhQM9QILIABBFUYNH0EAIQIgA0EANgIcIAMgATYCFCADQdAPNgIQIANBIjYCDAz0AgsgAygCBCEAIANBADYCBCADIAAgARAzIgBFBEAgAUEBaiEBDBsLIANBHDYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgzzAgsgAygCBCEAIANBADYCBCADIAAgARAzIgBFBEAgAUEBaiEBDOsCCyADQR02AhwgAyAANgIMIAMgAUEBajYCFEEAIQIM8gILIABBO0cNASABQQFqIQELQSYhAgzXAgtBACECIANBADYCHCADIAE2AhQgA0GfFTYCECADQQw2AgwM7wILIAEgBEcEQANAIAEtAABBIEcNhAIgBCABQQFqIgFHDQALQSwhAgzvAgtBLCECDO4CCyABIARGBEBBNCECDO4CCwJAAkADQAJAIAEtAABBCmsOBAIAAAMACyAEIAFBAWoiAUcNAAtBNCECDO8CCyADKAIEIQAgA0EANgIEIAMgACABEDEiAEUNnwIgA0EyNgIcIAMgATYCFCADIAA2AgxBACECDO4CCyADKAIEIQAgA0EANgIEIAMgACABEDEiAEUEQCABQQFqIQEMnwILIANBMjYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgztAgsgASAERwRAAkADQCABLQAAQTBrIgBB/wFxQQpPBEBBOiECDNcCCyADKQMgIgtCmbPmzJmz5swZVg0BIAMgC0IKfiIKNwMgIAogAK1C/wGDIgtCf4VWDQEgAyAKIAt8NwMgIAQgAUEBaiIBRw0AC0HAACECDO4CCyADKAIEIQAgA0EANgIEIAMgACABQQFqIgEQMSIADRcM4gILQcAAIQIM7AILIAEgBEYEQEHJACECDOwCCwJAA0ACQCABLQAAQQlrDhgAAqICogKpAqICogKiAqICogKiAqICogKiAqICogKiAqICogKiAqICogKiAgCiAgsgBCABQQFqIgFHDQALQckAIQIM7AILIAFBAWohASADQS9qLQAAQQFxDaUCIANBADYCHCADIAE2AhQgA0GXEDYCECADQQo2AgxBACECDOsCCyABIARHBEADQCABLQAAQSBHDRUgBCABQQFqIgFHDQALQfgAIQIM6wILQfgAIQIM6gILIANBAjoAKAw4C0EAIQIgA0EANgIcIANBvws2AhAgA0ECNgIMIAMgAUEBajYCFAzoAgtBACECDM4CC0ENIQIMzQILQRMhAgzMAgtBFSECDMsCC0EWIQIMygILQRghAgzJAgtBGSECDMgCC0EaIQIMxwILQRshAgzGAgtBHCECDMUCC0EdIQIMxAILQR4hAgzDAgtBHyECDMICC0EgIQIMwQILQSIhAgzAAgtBIyECDL8CC0ElIQIMvgILQeUAIQIMvQILIANBPTYCHCADIAE2AhQgAyAANgIMQQAhAgzVAgsgA0EbNgIcIAMgATYCFCADQaQcNgIQIANBFTYCDEEAIQIM1AILIANBIDYCHCADIAE2AhQgA0GYGjYCECADQRU2AgxBACECDNMCCyADQRM2AhwgAyABNgIUIANBmBo2AhAgA0EVNgIMQQAhAgzSAgsgA0ELNgIcIAMgATYCFCADQZgaNgIQIANBFTYCDEEAIQIM0QILIANBEDYCHCADIAE2AhQgA0GYGjYCECADQRU2AgxBACECDNACCyADQSA2AhwgAyABNgIUIANBpBw2AhAgA0EVNgIMQQAhAgzPAgsgA0ELNgIcIAMgATYCFCADQaQcNgIQIANBFTYCDEEAIQIMzgILIANBDDYCHCADIAE2AhQgA0GkHDYCECADQRU2AgxBACECDM0CC0EAIQIgA0EANgIcIAMgATYCFCADQd0ONgIQIANBEjYCDAzMAgsCQANAAkAgAS0AAEEKaw4EAAICAAILIAQgAUEBaiIBRw0AC0H9ASECDMwCCwJAAkAgAy0ANkEBRw0AQQAhAAJAIAMoAjgiAkUNACACKAJgIgJFDQAgAyACEQAAIQALIABFDQAgAEEVRw0BIANB/AE2AhwgAyABNgIUIANB3Bk2AhAgA0EVNgIMQQAhAgzNAgtB3AEhAgyzAgsgA0EANgIcIAMgATYCFCADQfkLNgIQIANBHzYCDEEAIQIMywILAkACQCADLQAoQQFrDgIEAQALQdsBIQIMsgILQdQBIQIMsQILIANBAjoAMUEAIQACQCADKAI4IgJFDQAgAigCACICRQ0AIAMgAhEAACEACyAARQRAQd0BIQIMsQILIABBFUcEQCADQQA2AhwgAyABNgIUIANBtAw2AhAgA0EQNgIMQQAhAgzKAgsgA0H7ATYCHCADIAE2AhQgA0GBGjYCECADQRU2AgxBACECDMkCCyABIARGBEBB+gEhAgzJAgsgAS0AAEHIAEYNASADQQE6ACgLQcABIQIMrgILQdoBIQIMrQILIAEgBEcEQCADQQw2AgggAyABNgIEQdkBIQIMrQILQfkBIQIMxQILIAEgBEYEQEH4ASECDMUCCyABLQAAQcgARw0EIAFBAWohAUHYASECDKsCCyABIARGBEBB9wEhAgzEAgsCQAJAIAEtAABBxQBrDhAABQUFBQUFBQUFBQUFBQUBBQsgAUEBaiEBQdYBIQIMqwILIAFBAWohAUHXASECDKoCC0H2ASECIAEgBEYNwgIgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABButUAai0AAEcNAyAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMwwILIAMoAgQhACADQgA3AwAgAyAAIAZBAWoiARAuIgBFBEBB4wEhAgyqAgsgA0H1ATYCHCADIAE2AhQgAyAANgIMQQAhAgzCAgtB9AEhAiABIARGDcECIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQbjVAGotAABHDQIgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADMICCyADQYEEOwEoIAMoAgQhACADQgA3AwAgAyAAIAZBAWoiARAuIgANAwwCCyADQQA2AgALQQAhAiADQQA2AhwgAyABNgIUIANB5R82AhAgA0EINgIMDL8CC0HVASECDKUCCyADQfMBNgIcIAMgATYCFCADIAA2AgxBACECDL0CC0EAIQACQCADKAI4IgJFDQAgAigCQCICRQ0AIAMgAhEAACEACyAARQ1uIABBFUcEQCADQQA2AhwgAyABNgIUIANBgg82AhAgA0EgNgIMQQAhAgy9AgsgA0GPATYCHCADIAE2AhQgA0HsGzYCECADQRU2AgxBACECDLwCCyABIARHBEAgA0ENNgIIIAMgATYCBEHTASECDKMCC0HyASECDLsCCyABIARGBEBB8QEhAgy7AgsCQAJAAkAgAS0AAEHIAGsOCwABCAgICAgICAgCCAsgAUEBaiEBQdABIQIMowILIAFBAWohAUHRASECDKICCyABQQFqIQFB0gEhAgyhAgtB8AEhAiABIARGDbkCIAMoAgAiACAEIAFraiEGIAEgAGtBAmohBQNAIAEtAAAgAEG11QBqLQAARw0EIABBAkYNAyAAQQFqIQAgBCABQQFqIgFHDQALIAMgBjYCAAy5AgtB7wEhAiABIARGDbgCIAMoAgAiACAEIAFraiEGIAEgAGtBAWohBQNAIAEtAAAgAEGz1QBqLQAARw0DIABBAUYNAiAAQQFqIQAgBCABQQFqIgFHDQALIAMgBjYCAAy4AgtB7gEhAiABIARGDbcCIAMoAgAiACAEIAFraiEGIAEgAGtBAmohBQNAIAEtAAAgAEGw1QBqLQAARw0CIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBjYCAAy3AgsgAygCBCEAIANCADcDACADIAAgBUEBaiIBECsiAEUNAiADQewBNgIcIAMgATYCFCADIAA2AgxBACECDLYCCyADQQA2AgALIAMoAgQhACADQQA2AgQgAyAAIAEQKyIARQ2cAiADQe0BNgIcIAMgATYCFCADIAA2AgxBACECDLQCC0HPASECDJoCC0EAIQACQCADKAI4IgJFDQAgAigCNCICRQ0AIAMgAhEAACEACwJAIAAEQCAAQRVGDQEgA0EANgIcIAMgATYCFCADQeoNNgIQIANBJjYCDEEAIQIMtAILQc4BIQIMmgILIANB6wE2AhwgAyABNgIUIANBgBs2AhAgA0EVNgIMQQAhAgyyAgsgASAERgRAQesBIQIMsgILIAEtAABBL0YEQCABQQFqIQEMAQsgA0EANgIcIAMgATYCFCADQbI4NgIQIANBCDYCDEEAIQIMsQILQc0BIQIMlwILIAEgBEcEQCADQQ42AgggAyABNgIEQcwBIQIMlwILQeoBIQIMrwILIAEgBEYEQEHpASECDK8CCyABLQAAQTBrIgBB/wFxQQpJBEAgAyAAOgAqIAFBAWohAUHLASECDJYCCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNlwIgA0HoATYCHCADIAE2AhQgAyAANgIMQQAhAgyuAgsgASAERgRAQecBIQIMrgILAkAgAS0AAEEuRgRAIAFBAWohAQwBCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNmAIgA0HmATYCHCADIAE2AhQgAyAANgIMQQAhAgyuAgtBygEhAgyUAgsgASAERgRAQeUBIQIMrQILQQAhAEEBIQVBASEHQQAhAgJAAkACQAJAAkACfwJAAkACQAJAAkACQAJAIAEtAABBMGsOCgoJAAECAwQFBggLC0ECDAYLQQMMBQtBBAwEC0EFDAMLQQYMAgtBBwwBC0EICyECQQAhBUEAIQcMAgtBCSECQQEhAEEAIQVBACEHDAELQQAhBUEBIQILIAMgAjoAKyABQQFqIQECQAJAIAMtAC5BEHENAAJAAkACQCADLQAqDgMBAAIECyAHRQ0DDAILIAANAQwCCyAFRQ0BCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNAiADQeIBNgIcIAMgATYCFCADIAA2AgxBACECDK8CCyADKAIEIQAgA0EANgIEIAMgACABEC8iAEUNmgIgA0HjATYCHCADIAE2AhQgAyAANgIMQQAhAgyuAgsgAygCBCEAIANBADYCBCADIAAgARAvIgBFDZgCIANB5AE2AhwgAyABNgIUIAMgADYCDAytAgtByQEhAgyTAgtBACEAAkAgAygCOCICRQ0AIAIoAkQiAkUNACADIAIRAAAhAAsCQCAABEAgAEEVRg0BIANBADYCHCADIAE2AhQgA0GkDTYCECADQSE2AgxBACECDK0CC0HIASECDJMCCyADQeEBNgIcIAMgATYCFCADQdAaNgIQIANBFTYCDEEAIQIMqwILIAEgBEYEQEHhASECDKsCCwJAIAEtAABBIEYEQCADQQA7ATQgAUEBaiEBDAELIANBADYCHCADIAE2AhQgA0GZETYCECADQQk2AgxBACECDKsCC0HHASECDJECCyABIARGBEBB4AEhAgyqAgsCQCABLQAAQTBrQf8BcSICQQpJBEAgAUEBaiEBAkAgAy8BNCIAQZkzSw0AIAMgAEEKbCIAOwE0IABB/v8DcSACQf//A3NLDQAgAyAAIAJqOwE0DAILQQAhAiADQQA2AhwgAyABNgIUIANBlR42AhAgA0ENNgIMDKsCCyADQQA2AhwgAyABNgIUIANBlR42AhAgA0ENNgIMQQAhAgyqAgtBxgEhAgyQAgsgASAERgRAQd8BIQIMqQILAkAgAS0AAEEwa0H/AXEiAkEKSQRAIAFBAWohAQJAIAMvATQiAEGZM0sNACADIABBCmwiADsBNCAAQf7/A3EgAkH//wNzSw0AIAMgACACajsBNAwCC0EAIQIgA0EANgIcIAMgATYCFCADQZUeNgIQIANBDTYCDAyqAgsgA0EANgIcIAMgATYCFCADQZUeNgIQIANBDTYCDEEAIQIMqQILQcUBIQIMjwILIAEgBEYEQEHeASECDKgCCwJAIAEtAABBMGtB/wFxIgJBCkkEQCABQQFqIQECQCADLwE0IgBBmTNLDQAgAyAAQQpsIgA7ATQgAEH+/wNxIAJB//8Dc0sNACADIAAgAmo7ATQMAgtBACECIANBADYCHCADIAE2AhQgA0GVHjYCECADQQ02AgwMqQILIANBADYCHCADIAE2AhQgA0GVHjYCECADQQ02AgxBACECDKgCC0HEASECDI4CCyABIARGBEBB3QEhAgynAgsCQAJAAkACQCABLQAAQQprDhcCAwMAAwMDAwMDAwMDAwMDAwMDAwMDAQMLIAFBAWoMBQsgAUEBaiEBQcMBIQIMjwILIAFBAWohASADQS9qLQAAQQFxDQggA0EANgIcIAMgATYCFCADQY0LNgIQIANBDTYCDEEAIQIMpwILIANBADYCHCADIAE2AhQgA0GNCzYCECADQQ02AgxBACECDKYCCyABIARHBEAgA0EPNgIIIAMgATYCBEEBIQIMjQILQdwBIQIMpQILAkACQANAAkAgAS0AAEEKaw4EAgAAAwALIAQgAUEBaiIBRw0AC0HbASECDKYCCyADKAIEIQAgA0EANgIEIAMgACABEC0iAEUEQCABQQFqIQEMBAsgA0HaATYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgylAgsgAygCBCEAIANBADYCBCADIAAgARAtIgANASABQQFqCyEBQcEBIQIMigILIANB2QE2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIMogILQcIBIQIMiAILIANBL2otAABBAXENASADQQA2AhwgAyABNgIUIANB5Bw2AhAgA0EZNgIMQQAhAgygAgsgASAERgRAQdkBIQIMoAILAkACQAJAIAEtAABBCmsOBAECAgACCyABQQFqIQEMAgsgAUEBaiEBDAELIAMtAC5BwABxRQ0BC0EAIQACQCADKAI4IgJFDQAgAigCPCICRQ0AIAMgAhEAACEACyAARQ2gASAAQRVGBEAgA0HZADYCHCADIAE2AhQgA0G3GjYCECADQRU2AgxBACECDJ8CCyADQQA2AhwgAyABNgIUIANBgA02AhAgA0EbNgIMQQAhAgyeAgsgA0EANgIcIAMgATYCFCADQdwoNgIQIANBAjYCDEEAIQIMnQILIAEgBEcEQCADQQw2AgggAyABNgIEQb8BIQIMhAILQdgBIQIMnAILIAEgBEYEQEHXASECDJwCCwJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAS0AAEHBAGsOFQABAgNaBAUGWlpaBwgJCgsMDQ4PEFoLIAFBAWohAUH7ACECDJICCyABQQFqIQFB/AAhAgyRAgsgAUEBaiEBQYEBIQIMkAILIAFBAWohAUGFASECDI8CCyABQQFqIQFBhgEhAgyOAgsgAUEBaiEBQYkBIQIMjQILIAFBAWohAUGKASECDIwCCyABQQFqIQFBjQEhAgyLAgsgAUEBaiEBQZYBIQIMigILIAFBAWohAUGXASECDIkCCyABQQFqIQFBmAEhAgyIAgsgAUEBaiEBQaUBIQIMhwILIAFBAWohAUGmASECDIYCCyABQQFqIQFBrAEhAgyFAgsgAUEBaiEBQbQBIQIMhAILIAFBAWohAUG3ASECDIMCCyABQQFqIQFBvgEhAgyCAgsgASAERgRAQdYBIQIMmwILIAEtAABBzgBHDUggAUEBaiEBQb0BIQIMgQILIAEgBEYEQEHVASECDJoCCwJAAkACQCABLQAAQcIAaw4SAEpKSkpKSkpKSgFKSkpKSkoCSgsgAUEBaiEBQbgBIQIMggILIAFBAWohAUG7ASECDIECCyABQQFqIQFBvAEhAgyAAgtB1AEhAiABIARGDZgCIAMoAgAiACAEIAFraiEFIAEgAGtBB2ohBgJAA0AgAS0AACAAQajVAGotAABHDUUgAEEHRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJkCCyADQQA2AgAgBkEBaiEBQRsMRQsgASAERgRAQdMBIQIMmAILAkACQCABLQAAQckAaw4HAEdHR0dHAUcLIAFBAWohAUG5ASECDP8BCyABQQFqIQFBugEhAgz+AQtB0gEhAiABIARGDZYCIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQabVAGotAABHDUMgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJcCCyADQQA2AgAgBkEBaiEBQQ8MQwtB0QEhAiABIARGDZUCIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQaTVAGotAABHDUIgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJYCCyADQQA2AgAgBkEBaiEBQSAMQgtB0AEhAiABIARGDZQCIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQaHVAGotAABHDUEgAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADJUCCyADQQA2AgAgBkEBaiEBQRIMQQsgASAERgRAQc8BIQIMlAILAkACQCABLQAAQcUAaw4OAENDQ0NDQ0NDQ0NDQwFDCyABQQFqIQFBtQEhAgz7AQsgAUEBaiEBQbYBIQIM+gELQc4BIQIgASAERg2SAiADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEGe1QBqLQAARw0/IABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyTAgsgA0EANgIAIAZBAWohAUEHDD8LQc0BIQIgASAERg2RAiADKAIAIgAgBCABa2ohBSABIABrQQVqIQYCQANAIAEtAAAgAEGY1QBqLQAARw0+IABBBUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAySAgsgA0EANgIAIAZBAWohAUEoDD4LIAEgBEYEQEHMASECDJECCwJAAkACQCABLQAAQcUAaw4RAEFBQUFBQUFBQQFBQUFBQQJBCyABQQFqIQFBsQEhAgz5AQsgAUEBaiEBQbIBIQIM+AELIAFBAWohAUGzASECDPcBC0HLASECIAEgBEYNjwIgAygCACIAIAQgAWtqIQUgASAAa0EGaiEGAkADQCABLQAAIABBkdUAai0AAEcNPCAAQQZGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMkAILIANBADYCACAGQQFqIQFBGgw8C0HKASECIAEgBEYNjgIgAygCACIAIAQgAWtqIQUgASAAa0EDaiEGAkADQCABLQAAIABBjdUAai0AAEcNOyAAQQNGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMjwILIANBADYCACAGQQFqIQFBIQw7CyABIARGBEBByQEhAgyOAgsCQAJAIAEtAABBwQBrDhQAPT09PT09PT09PT09PT09PT09AT0LIAFBAWohAUGtASECDPUBCyABQQFqIQFBsAEhAgz0AQsgASAERgRAQcgBIQIMjQILAkACQCABLQAAQdUAaw4LADw8PDw8PDw8PAE8CyABQQFqIQFBrgEhAgz0AQsgAUEBaiEBQa8BIQIM8wELQccBIQIgASAERg2LAiADKAIAIgAgBCABa2ohBSABIABrQQhqIQYCQANAIAEtAAAgAEGE1QBqLQAARw04IABBCEYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyMAgsgA0EANgIAIAZBAWohAUEqDDgLIAEgBEYEQEHGASECDIsCCyABLQAAQdAARw04IAFBAWohAUElDDcLQcUBIQIgASAERg2JAiADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEGB1QBqLQAARw02IABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyKAgsgA0EANgIAIAZBAWohAUEODDYLIAEgBEYEQEHEASECDIkCCyABLQAAQcUARw02IAFBAWohAUGrASECDO8BCyABIARGBEBBwwEhAgyIAgsCQAJAAkACQCABLQAAQcIAaw4PAAECOTk5OTk5OTk5OTkDOQsgAUEBaiEBQacBIQIM8QELIAFBAWohAUGoASECDPABCyABQQFqIQFBqQEhAgzvAQsgAUEBaiEBQaoBIQIM7gELQcIBIQIgASAERg2GAiADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEH+1ABqLQAARw0zIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyHAgsgA0EANgIAIAZBAWohAUEUDDMLQcEBIQIgASAERg2FAiADKAIAIgAgBCABa2ohBSABIABrQQRqIQYCQANAIAEtAAAgAEH51ABqLQAARw0yIABBBEYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyGAgsgA0EANgIAIAZBAWohAUErDDILQcABIQIgASAERg2EAiADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEH21ABqLQAARw0xIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyFAgsgA0EANgIAIAZBAWohAUEsDDELQb8BIQIgASAERg2DAiADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEGh1QBqLQAARw0wIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyEAgsgA0EANgIAIAZBAWohAUERDDALQb4BIQIgASAERg2CAiADKAIAIgAgBCABa2ohBSABIABrQQNqIQYCQANAIAEtAAAgAEHy1ABqLQAARw0vIABBA0YNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyDAgsgA0EANgIAIAZBAWohAUEuDC8LIAEgBEYEQEG9ASECDIICCwJAAkACQAJAAkAgAS0AAEHBAGsOFQA0NDQ0NDQ0NDQ0ATQ0AjQ0AzQ0BDQLIAFBAWohAUGbASECDOwBCyABQQFqIQFBnAEhAgzrAQsgAUEBaiEBQZ0BIQIM6gELIAFBAWohAUGiASECDOkBCyABQQFqIQFBpAEhAgzoAQsgASAERgRAQbwBIQIMgQILAkACQCABLQAAQdIAaw4DADABMAsgAUEBaiEBQaMBIQIM6AELIAFBAWohAUEEDC0LQbsBIQIgASAERg3/ASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEHw1ABqLQAARw0sIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyAAgsgA0EANgIAIAZBAWohAUEdDCwLIAEgBEYEQEG6ASECDP8BCwJAAkAgAS0AAEHJAGsOBwEuLi4uLgAuCyABQQFqIQFBoQEhAgzmAQsgAUEBaiEBQSIMKwsgASAERgRAQbkBIQIM/gELIAEtAABB0ABHDSsgAUEBaiEBQaABIQIM5AELIAEgBEYEQEG4ASECDP0BCwJAAkAgAS0AAEHGAGsOCwAsLCwsLCwsLCwBLAsgAUEBaiEBQZ4BIQIM5AELIAFBAWohAUGfASECDOMBC0G3ASECIAEgBEYN+wEgAygCACIAIAQgAWtqIQUgASAAa0EDaiEGAkADQCABLQAAIABB7NQAai0AAEcNKCAAQQNGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM/AELIANBADYCACAGQQFqIQFBDQwoC0G2ASECIAEgBEYN+gEgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBodUAai0AAEcNJyAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM+wELIANBADYCACAGQQFqIQFBDAwnC0G1ASECIAEgBEYN+QEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGAkADQCABLQAAIABB6tQAai0AAEcNJiAAQQFGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM+gELIANBADYCACAGQQFqIQFBAwwmC0G0ASECIAEgBEYN+AEgAygCACIAIAQgAWtqIQUgASAAa0EBaiEGAkADQCABLQAAIABB6NQAai0AAEcNJSAAQQFGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM+QELIANBADYCACAGQQFqIQFBJgwlCyABIARGBEBBswEhAgz4AQsCQAJAIAEtAABB1ABrDgIAAScLIAFBAWohAUGZASECDN8BCyABQQFqIQFBmgEhAgzeAQtBsgEhAiABIARGDfYBIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQebUAGotAABHDSMgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPcBCyADQQA2AgAgBkEBaiEBQScMIwtBsQEhAiABIARGDfUBIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQeTUAGotAABHDSIgAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPYBCyADQQA2AgAgBkEBaiEBQRwMIgtBsAEhAiABIARGDfQBIAMoAgAiACAEIAFraiEFIAEgAGtBBWohBgJAA0AgAS0AACAAQd7UAGotAABHDSEgAEEFRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPUBCyADQQA2AgAgBkEBaiEBQQYMIQtBrwEhAiABIARGDfMBIAMoAgAiACAEIAFraiEFIAEgAGtBBGohBgJAA0AgAS0AACAAQdnUAGotAABHDSAgAEEERg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPQBCyADQQA2AgAgBkEBaiEBQRkMIAsgASAERgRAQa4BIQIM8wELAkACQAJAAkAgAS0AAEEtaw4jACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkASQkJCQkAiQkJAMkCyABQQFqIQFBjgEhAgzcAQsgAUEBaiEBQY8BIQIM2wELIAFBAWohAUGUASECDNoBCyABQQFqIQFBlQEhAgzZAQtBrQEhAiABIARGDfEBIAMoAgAiACAEIAFraiEFIAEgAGtBAWohBgJAA0AgAS0AACAAQdfUAGotAABHDR4gAEEBRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADPIBCyADQQA2AgAgBkEBaiEBQQsMHgsgASAERgRAQawBIQIM8QELAkACQCABLQAAQcEAaw4DACABIAsgAUEBaiEBQZABIQIM2AELIAFBAWohAUGTASECDNcBCyABIARGBEBBqwEhAgzwAQsCQAJAIAEtAABBwQBrDg8AHx8fHx8fHx8fHx8fHwEfCyABQQFqIQFBkQEhAgzXAQsgAUEBaiEBQZIBIQIM1gELIAEgBEYEQEGqASECDO8BCyABLQAAQcwARw0cIAFBAWohAUEKDBsLQakBIQIgASAERg3tASADKAIAIgAgBCABa2ohBSABIABrQQVqIQYCQANAIAEtAAAgAEHR1ABqLQAARw0aIABBBUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzuAQsgA0EANgIAIAZBAWohAUEeDBoLQagBIQIgASAERg3sASADKAIAIgAgBCABa2ohBSABIABrQQZqIQYCQANAIAEtAAAgAEHK1ABqLQAARw0ZIABBBkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAztAQsgA0EANgIAIAZBAWohAUEVDBkLQacBIQIgASAERg3rASADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEHH1ABqLQAARw0YIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzsAQsgA0EANgIAIAZBAWohAUEXDBgLQaYBIQIgASAERg3qASADKAIAIgAgBCABa2ohBSABIABrQQVqIQYCQANAIAEtAAAgAEHB1ABqLQAARw0XIABBBUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzrAQsgA0EANgIAIAZBAWohAUEYDBcLIAEgBEYEQEGlASECDOoBCwJAAkAgAS0AAEHJAGsOBwAZGRkZGQEZCyABQQFqIQFBiwEhAgzRAQsgAUEBaiEBQYwBIQIM0AELQaQBIQIgASAERg3oASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEGm1QBqLQAARw0VIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzpAQsgA0EANgIAIAZBAWohAUEJDBULQaMBIQIgASAERg3nASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEGk1QBqLQAARw0UIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzoAQsgA0EANgIAIAZBAWohAUEfDBQLQaIBIQIgASAERg3mASADKAIAIgAgBCABa2ohBSABIABrQQJqIQYCQANAIAEtAAAgAEG+1ABqLQAARw0TIABBAkYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAznAQsgA0EANgIAIAZBAWohAUECDBMLQaEBIQIgASAERg3lASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYDQCABLQAAIABBvNQAai0AAEcNESAAQQFGDQIgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM5QELIAEgBEYEQEGgASECDOUBC0EBIAEtAABB3wBHDREaIAFBAWohAUGHASECDMsBCyADQQA2AgAgBkEBaiEBQYgBIQIMygELQZ8BIQIgASAERg3iASADKAIAIgAgBCABa2ohBSABIABrQQhqIQYCQANAIAEtAAAgAEGE1QBqLQAARw0PIABBCEYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAzjAQsgA0EANgIAIAZBAWohAUEpDA8LQZ4BIQIgASAERg3hASADKAIAIgAgBCABa2ohBSABIABrQQNqIQYCQANAIAEtAAAgAEG41ABqLQAARw0OIABBA0YNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAziAQsgA0EANgIAIAZBAWohAUEtDA4LIAEgBEYEQEGdASECDOEBCyABLQAAQcUARw0OIAFBAWohAUGEASECDMcBCyABIARGBEBBnAEhAgzgAQsCQAJAIAEtAABBzABrDggADw8PDw8PAQ8LIAFBAWohAUGCASECDMcBCyABQQFqIQFBgwEhAgzGAQtBmwEhAiABIARGDd4BIAMoAgAiACAEIAFraiEFIAEgAGtBBGohBgJAA0AgAS0AACAAQbPUAGotAABHDQsgAEEERg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADN8BCyADQQA2AgAgBkEBaiEBQSMMCwtBmgEhAiABIARGDd0BIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQbDUAGotAABHDQogAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADN4BCyADQQA2AgAgBkEBaiEBQQAMCgsgASAERgRAQZkBIQIM3QELAkACQCABLQAAQcgAaw4IAAwMDAwMDAEMCyABQQFqIQFB/QAhAgzEAQsgAUEBaiEBQYABIQIMwwELIAEgBEYEQEGYASECDNwBCwJAAkAgAS0AAEHOAGsOAwALAQsLIAFBAWohAUH+ACECDMMBCyABQQFqIQFB/wAhAgzCAQsgASAERgRAQZcBIQIM2wELIAEtAABB2QBHDQggAUEBaiEBQQgMBwtBlgEhAiABIARGDdkBIAMoAgAiACAEIAFraiEFIAEgAGtBA2ohBgJAA0AgAS0AACAAQazUAGotAABHDQYgAEEDRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADNoBCyADQQA2AgAgBkEBaiEBQQUMBgtBlQEhAiABIARGDdgBIAMoAgAiACAEIAFraiEFIAEgAGtBBWohBgJAA0AgAS0AACAAQabUAGotAABHDQUgAEEFRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADNkBCyADQQA2AgAgBkEBaiEBQRYMBQtBlAEhAiABIARGDdcBIAMoAgAiACAEIAFraiEFIAEgAGtBAmohBgJAA0AgAS0AACAAQaHVAGotAABHDQQgAEECRg0BIABBAWohACAEIAFBAWoiAUcNAAsgAyAFNgIADNgBCyADQQA2AgAgBkEBaiEBQRAMBAsgASAERgRAQZMBIQIM1wELAkACQCABLQAAQcMAaw4MAAYGBgYGBgYGBgYBBgsgAUEBaiEBQfkAIQIMvgELIAFBAWohAUH6ACECDL0BC0GSASECIAEgBEYN1QEgAygCACIAIAQgAWtqIQUgASAAa0EFaiEGAkADQCABLQAAIABBoNQAai0AAEcNAiAAQQVGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAM1gELIANBADYCACAGQQFqIQFBJAwCCyADQQA2AgAMAgsgASAERgRAQZEBIQIM1AELIAEtAABBzABHDQEgAUEBaiEBQRMLOgApIAMoAgQhACADQQA2AgQgAyAAIAEQLiIADQIMAQtBACECIANBADYCHCADIAE2AhQgA0H+HzYCECADQQY2AgwM0QELQfgAIQIMtwELIANBkAE2AhwgAyABNgIUIAMgADYCDEEAIQIMzwELQQAhAAJAIAMoAjgiAkUNACACKAJAIgJFDQAgAyACEQAAIQALIABFDQAgAEEVRg0BIANBADYCHCADIAE2AhQgA0GCDzYCECADQSA2AgxBACECDM4BC0H3ACECDLQBCyADQY8BNgIcIAMgATYCFCADQewbNgIQIANBFTYCDEEAIQIMzAELIAEgBEYEQEGPASECDMwBCwJAIAEtAABBIEYEQCABQQFqIQEMAQsgA0EANgIcIAMgATYCFCADQZsfNgIQIANBBjYCDEEAIQIMzAELQQIhAgyyAQsDQCABLQAAQSBHDQIgBCABQQFqIgFHDQALQY4BIQIMygELIAEgBEYEQEGNASECDMoBCwJAIAEtAABBCWsOBEoAAEoAC0H1ACECDLABCyADLQApQQVGBEBB9gAhAgywAQtB9AAhAgyvAQsgASAERgRAQYwBIQIMyAELIANBEDYCCCADIAE2AgQMCgsgASAERgRAQYsBIQIMxwELAkAgAS0AAEEJaw4ERwAARwALQfMAIQIMrQELIAEgBEcEQCADQRA2AgggAyABNgIEQfEAIQIMrQELQYoBIQIMxQELAkAgASAERwRAA0AgAS0AAEGg0ABqLQAAIgBBA0cEQAJAIABBAWsOAkkABAtB8AAhAgyvAQsgBCABQQFqIgFHDQALQYgBIQIMxgELQYgBIQIMxQELIANBADYCHCADIAE2AhQgA0HbIDYCECADQQc2AgxBACECDMQBCyABIARGBEBBiQEhAgzEAQsCQAJAAkAgAS0AAEGg0gBqLQAAQQFrDgNGAgABC0HyACECDKwBCyADQQA2AhwgAyABNgIUIANBtBI2AhAgA0EHNgIMQQAhAgzEAQtB6gAhAgyqAQsgASAERwRAIAFBAWohAUHvACECDKoBC0GHASECDMIBCyAEIAEiAEYEQEGGASECDMIBCyAALQAAIgFBL0YEQCAAQQFqIQFB7gAhAgypAQsgAUEJayICQRdLDQEgACEBQQEgAnRBm4CABHENQQwBCyAEIAEiAEYEQEGFASECDMEBCyAALQAAQS9HDQAgAEEBaiEBDAMLQQAhAiADQQA2AhwgAyAANgIUIANB2yA2AhAgA0EHNgIMDL8BCwJAAkACQAJAAkADQCABLQAAQaDOAGotAAAiAEEFRwRAAkACQCAAQQFrDghHBQYHCAAEAQgLQesAIQIMrQELIAFBAWohAUHtACECDKwBCyAEIAFBAWoiAUcNAAtBhAEhAgzDAQsgAUEBagwUCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNHiADQdsANgIcIAMgATYCFCADIAA2AgxBACECDMEBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNHiADQd0ANgIcIAMgATYCFCADIAA2AgxBACECDMABCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNHiADQfoANgIcIAMgATYCFCADIAA2AgxBACECDL8BCyADQQA2AhwgAyABNgIUIANB+Q82AhAgA0EHNgIMQQAhAgy+AQsgASAERgRAQYMBIQIMvgELAkAgAS0AAEGgzgBqLQAAQQFrDgg+BAUGAAgCAwcLIAFBAWohAQtBAyECDKMBCyABQQFqDA0LQQAhAiADQQA2AhwgA0HREjYCECADQQc2AgwgAyABQQFqNgIUDLoBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNFiADQdsANgIcIAMgATYCFCADIAA2AgxBACECDLkBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNFiADQd0ANgIcIAMgATYCFCADIAA2AgxBACECDLgBCyADKAIEIQAgA0EANgIEIAMgACABECwiAEUNFiADQfoANgIcIAMgATYCFCADIAA2AgxBACECDLcBCyADQQA2AhwgAyABNgIUIANB+Q82AhAgA0EHNgIMQQAhAgy2AQtB7AAhAgycAQsgASAERgRAQYIBIQIMtQELIAFBAWoMAgsgASAERgRAQYEBIQIMtAELIAFBAWoMAQsgASAERg0BIAFBAWoLIQFBBCECDJgBC0GAASECDLABCwNAIAEtAABBoMwAai0AACIAQQJHBEAgAEEBRwRAQekAIQIMmQELDDELIAQgAUEBaiIBRw0AC0H/ACECDK8BCyABIARGBEBB/gAhAgyvAQsCQCABLQAAQQlrDjcvAwYvBAYGBgYGBgYGBgYGBgYGBgYGBgUGBgIGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYABgsgAUEBagshAUEFIQIMlAELIAFBAWoMBgsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDQggA0HbADYCHCADIAE2AhQgAyAANgIMQQAhAgyrAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDQggA0HdADYCHCADIAE2AhQgAyAANgIMQQAhAgyqAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDQggA0H6ADYCHCADIAE2AhQgAyAANgIMQQAhAgypAQsgA0EANgIcIAMgATYCFCADQY0UNgIQIANBBzYCDEEAIQIMqAELAkACQAJAAkADQCABLQAAQaDKAGotAAAiAEEFRwRAAkAgAEEBaw4GLgMEBQYABgtB6AAhAgyUAQsgBCABQQFqIgFHDQALQf0AIQIMqwELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0HIANB2wA2AhwgAyABNgIUIAMgADYCDEEAIQIMqgELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0HIANB3QA2AhwgAyABNgIUIAMgADYCDEEAIQIMqQELIAMoAgQhACADQQA2AgQgAyAAIAEQLCIARQ0HIANB+gA2AhwgAyABNgIUIAMgADYCDEEAIQIMqAELIANBADYCHCADIAE2AhQgA0HkCDYCECADQQc2AgxBACECDKcBCyABIARGDQEgAUEBagshAUEGIQIMjAELQfwAIQIMpAELAkACQAJAAkADQCABLQAAQaDIAGotAAAiAEEFRwRAIABBAWsOBCkCAwQFCyAEIAFBAWoiAUcNAAtB+wAhAgynAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDQMgA0HbADYCHCADIAE2AhQgAyAANgIMQQAhAgymAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDQMgA0HdADYCHCADIAE2AhQgAyAANgIMQQAhAgylAQsgAygCBCEAIANBADYCBCADIAAgARAsIgBFDQMgA0H6ADYCHCADIAE2AhQgAyAANgIMQQAhAgykAQsgA0EANgIcIAMgATYCFCADQbwKNgIQIANBBzYCDEEAIQIMowELQc8AIQIMiQELQdEAIQIMiAELQecAIQIMhwELIAEgBEYEQEH6ACECDKABCwJAIAEtAABBCWsOBCAAACAACyABQQFqIQFB5gAhAgyGAQsgASAERgRAQfkAIQIMnwELAkAgAS0AAEEJaw4EHwAAHwALQQAhAAJAIAMoAjgiAkUNACACKAI4IgJFDQAgAyACEQAAIQALIABFBEBB4gEhAgyGAQsgAEEVRwRAIANBADYCHCADIAE2AhQgA0HJDTYCECADQRo2AgxBACECDJ8BCyADQfgANgIcIAMgATYCFCADQeoaNgIQIANBFTYCDEEAIQIMngELIAEgBEcEQCADQQ02AgggAyABNgIEQeQAIQIMhQELQfcAIQIMnQELIAEgBEYEQEH2ACECDJ0BCwJAAkACQCABLQAAQcgAaw4LAAELCwsLCwsLCwILCyABQQFqIQFB3QAhAgyFAQsgAUEBaiEBQeAAIQIMhAELIAFBAWohAUHjACECDIMBC0H1ACECIAEgBEYNmwEgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBtdUAai0AAEcNCCAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMnAELIAMoAgQhACADQgA3AwAgAyAAIAZBAWoiARArIgAEQCADQfQANgIcIAMgATYCFCADIAA2AgxBACECDJwBC0HiACECDIIBC0EAIQACQCADKAI4IgJFDQAgAigCNCICRQ0AIAMgAhEAACEACwJAIAAEQCAAQRVGDQEgA0EANgIcIAMgATYCFCADQeoNNgIQIANBJjYCDEEAIQIMnAELQeEAIQIMggELIANB8wA2AhwgAyABNgIUIANBgBs2AhAgA0EVNgIMQQAhAgyaAQsgAy0AKSIAQSNrQQtJDQkCQCAAQQZLDQBBASAAdEHKAHFFDQAMCgtBACECIANBADYCHCADIAE2AhQgA0HtCTYCECADQQg2AgwMmQELQfIAIQIgASAERg2YASADKAIAIgAgBCABa2ohBSABIABrQQFqIQYCQANAIAEtAAAgAEGz1QBqLQAARw0FIABBAUYNASAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAyZAQsgAygCBCEAIANCADcDACADIAAgBkEBaiIBECsiAARAIANB8QA2AhwgAyABNgIUIAMgADYCDEEAIQIMmQELQd8AIQIMfwtBACEAAkAgAygCOCICRQ0AIAIoAjQiAkUNACADIAIRAAAhAAsCQCAABEAgAEEVRg0BIANBADYCHCADIAE2AhQgA0HqDTYCECADQSY2AgxBACECDJkBC0HeACECDH8LIANB8AA2AhwgAyABNgIUIANBgBs2AhAgA0EVNgIMQQAhAgyXAQsgAy0AKUEhRg0GIANBADYCHCADIAE2AhQgA0GRCjYCECADQQg2AgxBACECDJYBC0HvACECIAEgBEYNlQEgAygCACIAIAQgAWtqIQUgASAAa0ECaiEGAkADQCABLQAAIABBsNUAai0AAEcNAiAAQQJGDQEgAEEBaiEAIAQgAUEBaiIBRw0ACyADIAU2AgAMlgELIAMoAgQhACADQgA3AwAgAyAAIAZBAWoiARArIgBFDQIgA0HtADYCHCADIAE2AhQgAyAANgIMQQAhAgyVAQsgA0EANgIACyADKAIEIQAgA0EANgIEIAMgACABECsiAEUNgAEgA0HuADYCHCADIAE2AhQgAyAANgIMQQAhAgyTAQtB3AAhAgx5C0EAIQACQCADKAI4IgJFDQAgAigCNCICRQ0AIAMgAhEAACEACwJAIAAEQCAAQRVGDQEgA0EANgIcIAMgATYCFCADQeoNNgIQIANBJjYCDEEAIQIMkwELQdsAIQIMeQsgA0HsADYCHCADIAE2AhQgA0GAGzYCECADQRU2AgxBACECDJEBCyADLQApIgBBI0kNACAAQS5GDQAgA0EANgIcIAMgATYCFCADQckJNgIQIANBCDYCDEEAIQIMkAELQdoAIQIMdgsgASAERgRAQesAIQIMjwELAkAgAS0AAEEvRgRAIAFBAWohAQwBCyADQQA2AhwgAyABNgIUIANBsjg2AhAgA0EINgIMQQAhAgyPAQtB2QAhAgx1CyABIARHBEAgA0EONgIIIAMgATYCBEHYACECDHULQeoAIQIMjQELIAEgBEYEQEHpACECDI0BCyABLQAAQTBrIgBB/wFxQQpJBEAgAyAAOgAqIAFBAWohAUHXACECDHQLIAMoAgQhACADQQA2AgQgAyAAIAEQLyIARQ16IANB6AA2AhwgAyABNgIUIAMgADYCDEEAIQIMjAELIAEgBEYEQEHnACECDIwBCwJAIAEtAABBLkYEQCABQQFqIQEMAQsgAygCBCEAIANBADYCBCADIAAgARAvIgBFDXsgA0HmADYCHCADIAE2AhQgAyAANgIMQQAhAgyMAQtB1gAhAgxyCyABIARGBEBB5QAhAgyLAQtBACEAQQEhBUEBIQdBACECAkACQAJAAkACQAJ/AkACQAJAAkACQAJAAkAgAS0AAEEwaw4KCgkAAQIDBAUGCAsLQQIMBgtBAwwFC0EEDAQLQQUMAwtBBgwCC0EHDAELQQgLIQJBACEFQQAhBwwCC0EJIQJBASEAQQAhBUEAIQcMAQtBACEFQQEhAgsgAyACOgArIAFBAWohAQJAAkAgAy0ALkEQcQ0AAkACQAJAIAMtACoOAwEAAgQLIAdFDQMMAgsgAA0BDAILIAVFDQELIAMoAgQhACADQQA2AgQgAyAAIAEQLyIARQ0CIANB4gA2AhwgAyABNgIUIAMgADYCDEEAIQIMjQELIAMoAgQhACADQQA2AgQgAyAAIAEQLyIARQ19IANB4wA2AhwgAyABNgIUIAMgADYCDEEAIQIMjAELIAMoAgQhACADQQA2AgQgAyAAIAEQLyIARQ17IANB5AA2AhwgAyABNgIUIAMgADYCDAyLAQtB1AAhAgxxCyADLQApQSJGDYYBQdMAIQIMcAtBACEAAkAgAygCOCICRQ0AIAIoAkQiAkUNACADIAIRAAAhAAsgAEUEQEHVACECDHALIABBFUcEQCADQQA2AhwgAyABNgIUIANBpA02AhAgA0EhNgIMQQAhAgyJAQsgA0HhADYCHCADIAE2AhQgA0HQGjYCECADQRU2AgxBACECDIgBCyABIARGBEBB4AAhAgyIAQsCQAJAAkACQAJAIAEtAABBCmsOBAEEBAAECyABQQFqIQEMAQsgAUEBaiEBIANBL2otAABBAXFFDQELQdIAIQIMcAsgA0EANgIcIAMgATYCFCADQbYRNgIQIANBCTYCDEEAIQIMiAELIANBADYCHCADIAE2AhQgA0G2ETYCECADQQk2AgxBACECDIcBCyABIARGBEBB3wAhAgyHAQsgAS0AAEEKRgRAIAFBAWohAQwJCyADLQAuQcAAcQ0IIANBADYCHCADIAE2AhQgA0G2ETYCECADQQI2AgxBACECDIYBCyABIARGBEBB3QAhAgyGAQsgAS0AACICQQ1GBEAgAUEBaiEBQdAAIQIMbQsgASEAIAJBCWsOBAUBAQUBCyAEIAEiAEYEQEHcACECDIUBCyAALQAAQQpHDQAgAEEBagwCC0EAIQIgA0EANgIcIAMgADYCFCADQcotNgIQIANBBzYCDAyDAQsgASAERgRAQdsAIQIMgwELAkAgAS0AAEEJaw4EAwAAAwALIAFBAWoLIQFBzgAhAgxoCyABIARGBEBB2gAhAgyBAQsgAS0AAEEJaw4EAAEBAAELQQAhAiADQQA2AhwgA0GaEjYCECADQQc2AgwgAyABQQFqNgIUDH8LIANBgBI7ASpBACEAAkAgAygCOCICRQ0AIAIoAjgiAkUNACADIAIRAAAhAAsgAEUNACAAQRVHDQEgA0HZADYCHCADIAE2AhQgA0HqGjYCECADQRU2AgxBACECDH4LQc0AIQIMZAsgA0EANgIcIAMgATYCFCADQckNNgIQIANBGjYCDEEAIQIMfAsgASAERgRAQdkAIQIMfAsgAS0AAEEgRw09IAFBAWohASADLQAuQQFxDT0gA0EANgIcIAMgATYCFCADQcIcNgIQIANBHjYCDEEAIQIMewsgASAERgRAQdgAIQIMewsCQAJAAkACQAJAIAEtAAAiAEEKaw4EAgMDAAELIAFBAWohAUEsIQIMZQsgAEE6Rw0BIANBADYCHCADIAE2AhQgA0HnETYCECADQQo2AgxBACECDH0LIAFBAWohASADQS9qLQAAQQFxRQ1zIAMtADJBgAFxRQRAIANBMmohAiADEDVBACEAAkAgAygCOCIGRQ0AIAYoAigiBkUNACADIAYRAAAhAAsCQAJAIAAOFk1MSwEBAQEBAQEBAQEBAQEBAQEBAQABCyADQSk2AhwgAyABNgIUIANBrBk2AhAgA0EVNgIMQQAhAgx+CyADQQA2AhwgAyABNgIUIANB5Qs2AhAgA0ERNgIMQQAhAgx9C0EAIQACQCADKAI4IgJFDQAgAigCXCICRQ0AIAMgAhEAACEACyAARQ1ZIABBFUcNASADQQU2AhwgAyABNgIUIANBmxs2AhAgA0EVNgIMQQAhAgx8C0HLACECDGILQQAhAiADQQA2AhwgAyABNgIUIANBkA42AhAgA0EUNgIMDHoLIAMgAy8BMkGAAXI7ATIMOwsgASAERwRAIANBETYCCCADIAE2AgRBygAhAgxgC0HXACECDHgLIAEgBEYEQEHWACECDHgLAkACQAJAAkAgAS0AACIAQSByIAAgAEHBAGtB/wFxQRpJG0H/AXFB4wBrDhMAQEBAQEBAQEBAQEBAAUBAQAIDQAsgAUEBaiEBQcYAIQIMYQsgAUEBaiEBQccAIQIMYAsgAUEBaiEBQcgAIQIMXwsgAUEBaiEBQckAIQIMXgtB1QAhAiAEIAEiAEYNdiAEIAFrIAMoAgAiAWohBiAAIAFrQQVqIQcDQCABQZDIAGotAAAgAC0AACIFQSByIAUgBUHBAGtB/wFxQRpJG0H/AXFHDQhBBCABQQVGDQoaIAFBAWohASAEIABBAWoiAEcNAAsgAyAGNgIADHYLQdQAIQIgBCABIgBGDXUgBCABayADKAIAIgFqIQYgACABa0EPaiEHA0AgAUGAyABqLQAAIAAtAAAiBUEgciAFIAVBwQBrQf8BcUEaSRtB/wFxRw0HQQMgAUEPRg0JGiABQQFqIQEgBCAAQQFqIgBHDQALIAMgBjYCAAx1C0HTACECIAQgASIARg10IAQgAWsgAygCACIBaiEGIAAgAWtBDmohBwNAIAFB4scAai0AACAALQAAIgVBIHIgBSAFQcEAa0H/AXFBGkkbQf8BcUcNBiABQQ5GDQcgAUEBaiEBIAQgAEEBaiIARw0ACyADIAY2AgAMdAtB0gAhAiAEIAEiAEYNcyAEIAFrIAMoAgAiAWohBSAAIAFrQQFqIQYDQCABQeDHAGotAAAgAC0AACIHQSByIAcgB0HBAGtB/wFxQRpJG0H/AXFHDQUgAUEBRg0CIAFBAWohASAEIABBAWoiAEcNAAsgAyAFNgIADHMLIAEgBEYEQEHRACECDHMLAkACQCABLQAAIgBBIHIgACAAQcEAa0H/AXFBGkkbQf8BcUHuAGsOBwA5OTk5OQE5CyABQQFqIQFBwwAhAgxaCyABQQFqIQFBxAAhAgxZCyADQQA2AgAgBkEBaiEBQcUAIQIMWAtB0AAhAiAEIAEiAEYNcCAEIAFrIAMoAgAiAWohBiAAIAFrQQlqIQcDQCABQdbHAGotAAAgAC0AACIFQSByIAUgBUHBAGtB/wFxQRpJG0H/AXFHDQJBAiABQQlGDQQaIAFBAWohASAEIABBAWoiAEcNAAsgAyAGNgIADHALQc8AIQIgBCABIgBGDW8gBCABayADKAIAIgFqIQYgACABa0EFaiEHA0AgAUHQxwBqLQAAIAAtAAAiBUEgciAFIAVBwQBrQf8BcUEaSRtB/wFxRw0BIAFBBUYNAiABQQFqIQEgBCAAQQFqIgBHDQALIAMgBjYCAAxvCyAAIQEgA0EANgIADDMLQQELOgAsIANBADYCACAHQQFqIQELQS0hAgxSCwJAA0AgAS0AAEHQxQBqLQAAQQFHDQEgBCABQQFqIgFHDQALQc0AIQIMawtBwgAhAgxRCyABIARGBEBBzAAhAgxqCyABLQAAQTpGBEAgAygCBCEAIANBADYCBCADIAAgARAwIgBFDTMgA0HLADYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgxqCyADQQA2AhwgAyABNgIUIANB5xE2AhAgA0EKNgIMQQAhAgxpCwJAAkAgAy0ALEECaw4CAAEnCyADQTNqLQAAQQJxRQ0mIAMtAC5BAnENJiADQQA2AhwgAyABNgIUIANBphQ2AhAgA0ELNgIMQQAhAgxpCyADLQAyQSBxRQ0lIAMtAC5BAnENJSADQQA2AhwgAyABNgIUIANBvRM2AhAgA0EPNgIMQQAhAgxoC0EAIQACQCADKAI4IgJFDQAgAigCSCICRQ0AIAMgAhEAACEACyAARQRAQcEAIQIMTwsgAEEVRwRAIANBADYCHCADIAE2AhQgA0GmDzYCECADQRw2AgxBACECDGgLIANBygA2AhwgAyABNgIUIANBhRw2AhAgA0EVNgIMQQAhAgxnCyABIARHBEAgASECA0AgBCACIgFrQRBOBEAgAUEQaiEC/Qz/////////////////////IAH9AAAAIg1BB/1sIA39DODg4ODg4ODg4ODg4ODg4OD9bv0MX19fX19fX19fX19fX19fX/0mIA39DAkJCQkJCQkJCQkJCQkJCQn9I/1Q/VL9ZEF/c2giAEEQRg0BIAAgAWohAQwYCyABIARGBEBBxAAhAgxpCyABLQAAQcDBAGotAABBAUcNFyAEIAFBAWoiAkcNAAtBxAAhAgxnC0HEACECDGYLIAEgBEcEQANAAkAgAS0AACIAQSByIAAgAEHBAGtB/wFxQRpJG0H/AXEiAEEJRg0AIABBIEYNAAJAAkACQAJAIABB4wBrDhMAAwMDAwMDAwEDAwMDAwMDAwMCAwsgAUEBaiEBQTYhAgxSCyABQQFqIQFBNyECDFELIAFBAWohAUE4IQIMUAsMFQsgBCABQQFqIgFHDQALQTwhAgxmC0E8IQIMZQsgASAERgRAQcgAIQIMZQsgA0ESNgIIIAMgATYCBAJAAkACQAJAAkAgAy0ALEEBaw4EFAABAgkLIAMtADJBIHENA0HgASECDE8LAkAgAy8BMiIAQQhxRQ0AIAMtAChBAUcNACADLQAuQQhxRQ0CCyADIABB9/sDcUGABHI7ATIMCwsgAyADLwEyQRByOwEyDAQLIANBADYCBCADIAEgARAxIgAEQCADQcEANgIcIAMgADYCDCADIAFBAWo2AhRBACECDGYLIAFBAWohAQxYCyADQQA2AhwgAyABNgIUIANB9BM2AhAgA0EENgIMQQAhAgxkC0HHACECIAEgBEYNYyADKAIAIgAgBCABa2ohBSABIABrQQZqIQYCQANAIABBwMUAai0AACABLQAAQSByRw0BIABBBkYNSiAAQQFqIQAgBCABQQFqIgFHDQALIAMgBTYCAAxkCyADQQA2AgAMBQsCQCABIARHBEADQCABLQAAQcDDAGotAAAiAEEBRwRAIABBAkcNAyABQQFqIQEMBQsgBCABQQFqIgFHDQALQcUAIQIMZAtBxQAhAgxjCwsgA0EAOgAsDAELQQshAgxHC0E/IQIMRgsCQAJAA0AgAS0AACIAQSBHBEACQCAAQQprDgQDBQUDAAsgAEEsRg0DDAQLIAQgAUEBaiIBRw0AC0HGACECDGALIANBCDoALAwOCyADLQAoQQFHDQIgAy0ALkEIcQ0CIAMoAgQhACADQQA2AgQgAyAAIAEQMSIABEAgA0HCADYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgxfCyABQQFqIQEMUAtBOyECDEQLAkADQCABLQAAIgBBIEcgAEEJR3ENASAEIAFBAWoiAUcNAAtBwwAhAgxdCwtBPCECDEILAkACQCABIARHBEADQCABLQAAIgBBIEcEQCAAQQprDgQDBAQDBAsgBCABQQFqIgFHDQALQT8hAgxdC0E/IQIMXAsgAyADLwEyQSByOwEyDAoLIAMoAgQhACADQQA2AgQgAyAAIAEQMSIARQ1OIANBPjYCHCADIAE2AhQgAyAANgIMQQAhAgxaCwJAIAEgBEcEQANAIAEtAABBwMMAai0AACIAQQFHBEAgAEECRg0DDAwLIAQgAUEBaiIBRw0AC0E3IQIMWwtBNyECDFoLIAFBAWohAQwEC0E7IQIgBCABIgBGDVggBCABayADKAIAIgFqIQYgACABa0EFaiEHAkADQCABQZDIAGotAAAgAC0AACIFQSByIAUgBUHBAGtB/wFxQRpJG0H/AXFHDQEgAUEFRgRAQQchAQw/CyABQQFqIQEgBCAAQQFqIgBHDQALIAMgBjYCAAxZCyADQQA2AgAgACEBDAULQTohAiAEIAEiAEYNVyAEIAFrIAMoAgAiAWohBiAAIAFrQQhqIQcCQANAIAFBtMEAai0AACAALQAAIgVBIHIgBSAFQcEAa0H/AXFBGkkbQf8BcUcNASABQQhGBEBBBSEBDD4LIAFBAWohASAEIABBAWoiAEcNAAsgAyAGNgIADFgLIANBADYCACAAIQEMBAtBOSECIAQgASIARg1WIAQgAWsgAygCACIBaiEGIAAgAWtBA2ohBwJAA0AgAUGwwQBqLQAAIAAtAAAiBUEgciAFIAVBwQBrQf8BcUEaSRtB/wFxRw0BIAFBA0YEQEEGIQEMPQsgAUEBaiEBIAQgAEEBaiIARw0ACyADIAY2AgAMVwsgA0EANgIAIAAhAQwDCwJAA0AgAS0AACIAQSBHBEAgAEEKaw4EBwQEBwILIAQgAUEBaiIBRw0AC0E4IQIMVgsgAEEsRw0BIAFBAWohAEEBIQECQAJAAkACQAJAIAMtACxBBWsOBAMBAgQACyAAIQEMBAtBAiEBDAELQQQhAQsgA0EBOgAsIAMgAy8BMiABcjsBMiAAIQEMAQsgAyADLwEyQQhyOwEyIAAhAQtBPiECDDsLIANBADoALAtBOSECDDkLIAEgBEYEQEE2IQIMUgsCQAJAAkACQAJAIAEtAABBCmsOBAACAgECCyADKAIEIQAgA0EANgIEIAMgACABEDEiAEUNAiADQTM2AhwgAyABNgIUIAMgADYCDEEAIQIMVQsgAygCBCEAIANBADYCBCADIAAgARAxIgBFBEAgAUEBaiEBDAYLIANBMjYCHCADIAA2AgwgAyABQQFqNgIUQQAhAgxUCyADLQAuQQFxBEBB3wEhAgw7CyADKAIEIQAgA0EANgIEIAMgACABEDEiAA0BDEkLQTQhAgw5CyADQTU2AhwgAyABNgIUIAMgADYCDEEAIQIMUQtBNSECDDcLIANBL2otAABBAXENACADQQA2AhwgAyABNgIUIANB6xY2AhAgA0EZNgIMQQAhAgxPC0EzIQIMNQsgASAERgRAQTIhAgxOCwJAIAEtAABBCkYEQCABQQFqIQEMAQsgA0EANgIcIAMgATYCFCADQZIXNgIQIANBAzYCDEEAIQIMTgtBMiECDDQLIAEgBEYEQEExIQIMTQsCQCABLQAAIgBBCUYNACAAQSBGDQBBASECAkAgAy0ALEEFaw4EBgQFAA0LIAMgAy8BMkEIcjsBMgwMCyADLQAuQQFxRQ0BIAMtACxBCEcNACADQQA6ACwLQT0hAgwyCyADQQA2AhwgAyABNgIUIANBwhY2AhAgA0EKNgIMQQAhAgxKC0ECIQIMAQtBBCECCyADQQE6ACwgAyADLwEyIAJyOwEyDAYLIAEgBEYEQEEwIQIMRwsgAS0AAEEKRgRAIAFBAWohAQwBCyADLQAuQQFxDQAgA0EANgIcIAMgATYCFCADQdwoNgIQIANBAjYCDEEAIQIMRgtBMCECDCwLIAFBAWohAUExIQIMKwsgASAERgRAQS8hAgxECyABLQAAIgBBCUcgAEEgR3FFBEAgAUEBaiEBIAMtAC5BAXENASADQQA2AhwgAyABNgIUIANBlxA2AhAgA0EKNgIMQQAhAgxEC0EBIQICQAJAAkACQAJAAkAgAy0ALEECaw4HBQQEAwECAAQLIAMgAy8BMkEIcjsBMgwDC0ECIQIMAQtBBCECCyADQQE6ACwgAyADLwEyIAJyOwEyC0EvIQIMKwsgA0EANgIcIAMgATYCFCADQYQTNgIQIANBCzYCDEEAIQIMQwtB4QEhAgwpCyABIARGBEBBLiECDEILIANBADYCBCADQRI2AgggAyABIAEQMSIADQELQS4hAgwnCyADQS02AhwgAyABNgIUIAMgADYCDEEAIQIMPwtBACEAAkAgAygCOCICRQ0AIAIoAkwiAkUNACADIAIRAAAhAAsgAEUNACAAQRVHDQEgA0HYADYCHCADIAE2AhQgA0GzGzYCECADQRU2AgxBACECDD4LQcwAIQIMJAsgA0EANgIcIAMgATYCFCADQbMONgIQIANBHTYCDEEAIQIMPAsgASAERgRAQc4AIQIMPAsgAS0AACIAQSBGDQIgAEE6Rg0BCyADQQA6ACxBCSECDCELIAMoAgQhACADQQA2AgQgAyAAIAEQMCIADQEMAgsgAy0ALkEBcQRAQd4BIQIMIAsgAygCBCEAIANBADYCBCADIAAgARAwIgBFDQIgA0EqNgIcIAMgADYCDCADIAFBAWo2AhRBACECDDgLIANBywA2AhwgAyAANgIMIAMgAUEBajYCFEEAIQIMNwsgAUEBaiEBQcAAIQIMHQsgAUEBaiEBDCwLIAEgBEYEQEErIQIMNQsCQCABLQAAQQpGBEAgAUEBaiEBDAELIAMtAC5BwABxRQ0GCyADLQAyQYABcQRAQQAhAAJAIAMoAjgiAkUNACACKAJcIgJFDQAgAyACEQAAIQALIABFDRIgAEEVRgRAIANBBTYCHCADIAE2AhQgA0GbGzYCECADQRU2AgxBACECDDYLIANBADYCHCADIAE2AhQgA0GQDjYCECADQRQ2AgxBACECDDULIANBMmohAiADEDVBACEAAkAgAygCOCIGRQ0AIAYoAigiBkUNACADIAYRAAAhAAsgAA4WAgEABAQEBAQEBAQEBAQEBAQEBAQEAwQLIANBAToAMAsgAiACLwEAQcAAcjsBAAtBKyECDBgLIANBKTYCHCADIAE2AhQgA0GsGTYCECADQRU2AgxBACECDDALIANBADYCHCADIAE2AhQgA0HlCzYCECADQRE2AgxBACECDC8LIANBADYCHCADIAE2AhQgA0GlCzYCECADQQI2AgxBACECDC4LQQEhByADLwEyIgVBCHFFBEAgAykDIEIAUiEHCwJAIAMtADAEQEEBIQAgAy0AKUEFRg0BIAVBwABxRSAHcUUNAQsCQCADLQAoIgJBAkYEQEEBIQAgAy8BNCIGQeUARg0CQQAhACAFQcAAcQ0CIAZB5ABGDQIgBkHmAGtBAkkNAiAGQcwBRg0CIAZBsAJGDQIMAQtBACEAIAVBwABxDQELQQIhACAFQQhxDQAgBUGABHEEQAJAIAJBAUcNACADLQAuQQpxDQBBBSEADAILQQQhAAwBCyAFQSBxRQRAIAMQNkEAR0ECdCEADAELQQBBAyADKQMgUBshAAsgAEEBaw4FAgAHAQMEC0ERIQIMEwsgA0EBOgAxDCkLQQAhAgJAIAMoAjgiAEUNACAAKAIwIgBFDQAgAyAAEQAAIQILIAJFDSYgAkEVRgRAIANBAzYCHCADIAE2AhQgA0HSGzYCECADQRU2AgxBACECDCsLQQAhAiADQQA2AhwgAyABNgIUIANB3Q42AhAgA0ESNgIMDCoLIANBADYCHCADIAE2AhQgA0H5IDYCECADQQ82AgxBACECDCkLQQAhAAJAIAMoAjgiAkUNACACKAIwIgJFDQAgAyACEQAAIQALIAANAQtBDiECDA4LIABBFUYEQCADQQI2AhwgAyABNgIUIANB0hs2AhAgA0EVNgIMQQAhAgwnCyADQQA2AhwgAyABNgIUIANB3Q42AhAgA0ESNgIMQQAhAgwmC0EqIQIMDAsgASAERwRAIANBCTYCCCADIAE2AgRBKSECDAwLQSYhAgwkCyADIAMpAyAiDCAEIAFrrSIKfSILQgAgCyAMWBs3AyAgCiAMVARAQSUhAgwkCyADKAIEIQAgA0EANgIEIAMgACABIAynaiIBEDIiAEUNACADQQU2AhwgAyABNgIUIAMgADYCDEEAIQIMIwtBDyECDAkLQgAhCgJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQCABLQAAQTBrDjcXFgABAgMEBQYHFBQUFBQUFAgJCgsMDRQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUDg8QERITFAtCAiEKDBYLQgMhCgwVC0IEIQoMFAtCBSEKDBMLQgYhCgwSC0IHIQoMEQtCCCEKDBALQgkhCgwPC0IKIQoMDgtCCyEKDA0LQgwhCgwMC0INIQoMCwtCDiEKDAoLQg8hCgwJC0IKIQoMCAtCCyEKDAcLQgwhCgwGC0INIQoMBQtCDiEKDAQLQg8hCgwDCyADQQA2AhwgAyABNgIUIANBnxU2AhAgA0EMNgIMQQAhAgwhCyABIARGBEBBIiECDCELQgAhCgJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAS0AAEEwaw43FRQAAQIDBAUGBxYWFhYWFhYICQoLDA0WFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFg4PEBESExYLQgIhCgwUC0IDIQoMEwtCBCEKDBILQgUhCgwRC0IGIQoMEAtCByEKDA8LQgghCgwOC0IJIQoMDQtCCiEKDAwLQgshCgwLC0IMIQoMCgtCDSEKDAkLQg4hCgwIC0IPIQoMBwtCCiEKDAYLQgshCgwFC0IMIQoMBAtCDSEKDAMLQg4hCgwCC0IPIQoMAQtCASEKCyABQQFqIQEgAykDICILQv//////////D1gEQCADIAtCBIYgCoQ3AyAMAgsgA0EANgIcIAMgATYCFCADQbUJNgIQIANBDDYCDEEAIQIMHgtBJyECDAQLQSghAgwDCyADIAE6ACwgA0EANgIAIAdBAWohAUEMIQIMAgsgA0EANgIAIAZBAWohAUEKIQIMAQsgAUEBaiEBQQghAgwACwALQQAhAiADQQA2AhwgAyABNgIUIANBsjg2AhAgA0EINgIMDBcLQQAhAiADQQA2AhwgAyABNgIUIANBgxE2AhAgA0EJNgIMDBYLQQAhAiADQQA2AhwgAyABNgIUIANB3wo2AhAgA0EJNgIMDBULQQAhAiADQQA2AhwgAyABNgIUIANB7RA2AhAgA0EJNgIMDBQLQQAhAiADQQA2AhwgAyABNgIUIANB0hE2AhAgA0EJNgIMDBMLQQAhAiADQQA2AhwgAyABNgIUIANBsjg2AhAgA0EINgIMDBILQQAhAiADQQA2AhwgAyABNgIUIANBgxE2AhAgA0EJNgIMDBELQQAhAiADQQA2AhwgAyABNgIUIANB3wo2AhAgA0EJNgIMDBALQQAhAiADQQA2AhwgAyABNgIUIANB7RA2AhAgA0EJNgIMDA8LQQAhAiADQQA2AhwgAyABNgIUIANB0hE2AhAgA0EJNgIMDA4LQQAhAiADQQA2AhwgAyABNgIUIANBuRc2AhAgA0EPNgIMDA0LQQAhAiADQQA2AhwgAyABNgIUIANBuRc2AhAgA0EPNgIMDAwLQQAhAiADQQA2AhwgAyABNgIUIANBmRM2AhAgA0ELNgIMDAsLQQAhAiADQQA2AhwgAyABNgIUIANBnQk2AhAgA0ELNgIMDAoLQQAhAiADQQA2AhwgAyABNgIUIANBlxA2AhAgA0EKNgIMDAkLQQAhAiADQQA2AhwgAyABNgIUIANBsRA2AhAgA0EKNgIMDAgLQQAhAiADQQA2AhwgAyABNgIUIANBux02AhAgA0ECNgIMDAcLQQAhAiADQQA2AhwgAyABNgIUIANBlhY2AhAgA0ECNgIMDAYLQQAhAiADQQA2AhwgAyABNgIUIANB+Rg2AhAgA0ECNgIMDAULQQAhAiADQQA2AhwgAyABNgIUIANBxBg2AhAgA0ECNgIMDAQLIANBAjYCHCADIAE2AhQgA0GpHjYCECADQRY2AgxBACECDAMLQd4AIQIgASAERg0CIAlBCGohByADKAIAIQUCQAJAIAEgBEcEQCAFQZbIAGohCCAEIAVqIAFrIQYgBUF/c0EKaiIFIAFqIQADQCABLQAAIAgtAABHBEBBAiEIDAMLIAVFBEBBACEIIAAhAQwDCyAFQQFrIQUgCEEBaiEIIAQgAUEBaiIBRw0ACyAGIQUgBCEBCyAHQQE2AgAgAyAFNgIADAELIANBADYCACAHIAg2AgALIAcgATYCBCAJKAIMIQACQAJAIAkoAghBAWsOAgQBAAsgA0EANgIcIANBwh42AhAgA0EXNgIMIAMgAEEBajYCFEEAIQIMAwsgA0EANgIcIAMgADYCFCADQdceNgIQIANBCTYCDEEAIQIMAgsgASAERgRAQSghAgwCCyADQQk2AgggAyABNgIEQSchAgwBCyABIARGBEBBASECDAELA0ACQAJAAkAgAS0AAEEKaw4EAAEBAAELIAFBAWohAQwBCyABQQFqIQEgAy0ALkEgcQ0AQQAhAiADQQA2AhwgAyABNgIUIANBoSE2AhAgA0EFNgIMDAILQQEhAiABIARHDQALCyAJQRBqJAAgAkUEQCADKAIMIQAMAQsgAyACNgIcQQAhACADKAIEIgFFDQAgAyABIAQgAygCCBEBACIBRQ0AIAMgBDYCFCADIAE2AgwgASEACyAAC74CAQJ/IABBADoAACAAQeQAaiIBQQFrQQA6AAAgAEEAOgACIABBADoAASABQQNrQQA6AAAgAUECa0EAOgAAIABBADoAAyABQQRrQQA6AABBACAAa0EDcSIBIABqIgBBADYCAEHkACABa0F8cSICIABqIgFBBGtBADYCAAJAIAJBCUkNACAAQQA2AgggAEEANgIEIAFBCGtBADYCACABQQxrQQA2AgAgAkEZSQ0AIABBADYCGCAAQQA2AhQgAEEANgIQIABBADYCDCABQRBrQQA2AgAgAUEUa0EANgIAIAFBGGtBADYCACABQRxrQQA2AgAgAiAAQQRxQRhyIgJrIgFBIEkNACAAIAJqIQADQCAAQgA3AxggAEIANwMQIABCADcDCCAAQgA3AwAgAEEgaiEAIAFBIGsiAUEfSw0ACwsLVgEBfwJAIAAoAgwNAAJAAkACQAJAIAAtADEOAwEAAwILIAAoAjgiAUUNACABKAIwIgFFDQAgACABEQAAIgENAwtBAA8LAAsgAEHKGTYCEEEOIQELIAELGgAgACgCDEUEQCAAQd4fNgIQIABBFTYCDAsLFAAgACgCDEEVRgRAIABBADYCDAsLFAAgACgCDEEWRgRAIABBADYCDAsLBwAgACgCDAsHACAAKAIQCwkAIAAgATYCEAsHACAAKAIUCysAAkAgAEEnTw0AQv//////CSAArYhCAYNQDQAgAEECdEHQOGooAgAPCwALFwAgAEEvTwRAAAsgAEECdEHsOWooAgALvwkBAX9B9C0hAQJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAIABB5ABrDvQDY2IAAWFhYWFhYQIDBAVhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhBgcICQoLDA0OD2FhYWFhEGFhYWFhYWFhYWFhEWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYRITFBUWFxgZGhthYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2YTc4OTphYWFhYWFhYTthYWE8YWFhYT0+P2FhYWFhYWFhQGFhQWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYUJDREVGR0hJSktMTU5PUFFSU2FhYWFhYWFhVFVWV1hZWlthXF1hYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFeYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhX2BhC0HqLA8LQZgmDwtB7TEPC0GgNw8LQckpDwtBtCkPC0GWLQ8LQesrDwtBojUPC0HbNA8LQeApDwtB4yQPC0HVJA8LQe4kDwtB5iUPC0HKNA8LQdA3DwtBqjUPC0H1LA8LQfYmDwtBgiIPC0HyMw8LQb4oDwtB5zcPC0HNIQ8LQcAhDwtBuCUPC0HLJQ8LQZYkDwtBjzQPC0HNNQ8LQd0qDwtB7jMPC0GcNA8LQZ4xDwtB9DUPC0HlIg8LQa8lDwtBmTEPC0GyNg8LQfk2DwtBxDIPC0HdLA8LQYIxDwtBwTEPC0GNNw8LQckkDwtB7DYPC0HnKg8LQcgjDwtB4iEPC0HJNw8LQaUiDwtBlCIPC0HbNg8LQd41DwtBhiYPC0G8Kw8LQYsyDwtBoCMPC0H2MA8LQYAsDwtBiSsPC0GkJg8LQfIjDwtBgSgPC0GrMg8LQesnDwtBwjYPC0GiJA8LQc8qDwtB3CMPC0GHJw8LQeQ0DwtBtyIPC0GtMQ8LQdUiDwtBrzQPC0HeJg8LQdYyDwtB9DQPC0GBOA8LQfQ3DwtBkjYPC0GdJw8LQYIpDwtBjSMPC0HXMQ8LQb01DwtBtDcPC0HYMA8LQbYnDwtBmjgPC0GnKg8LQcQnDwtBriMPC0H1Ig8LAAtByiYhAQsgAQsXACAAIAAvAS5B/v8DcSABQQBHcjsBLgsaACAAIAAvAS5B/f8DcSABQQBHQQF0cjsBLgsaACAAIAAvAS5B+/8DcSABQQBHQQJ0cjsBLgsaACAAIAAvAS5B9/8DcSABQQBHQQN0cjsBLgsaACAAIAAvAS5B7/8DcSABQQBHQQR0cjsBLgsaACAAIAAvAS5B3/8DcSABQQBHQQV0cjsBLgsaACAAIAAvAS5Bv/8DcSABQQBHQQZ0cjsBLgsaACAAIAAvAS5B//4DcSABQQBHQQd0cjsBLgsaACAAIAAvAS5B//0DcSABQQBHQQh0cjsBLgsaACAAIAAvAS5B//sDcSABQQBHQQl0cjsBLgs+AQJ/AkAgACgCOCIDRQ0AIAMoAgQiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQeESNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAggiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQfwRNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAgwiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQewKNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAhAiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQfoeNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAhQiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQcsQNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAhgiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQbcfNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAhwiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQb8VNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAiwiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQf4INgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAiAiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQYwdNgIQQRghBAsgBAs+AQJ/AkAgACgCOCIDRQ0AIAMoAiQiA0UNACAAIAEgAiABayADEQEAIgRBf0cNACAAQeYVNgIQQRghBAsgBAs4ACAAAn8gAC8BMkEUcUEURgRAQQEgAC0AKEEBRg0BGiAALwE0QeUARgwBCyAALQApQQVGCzoAMAtZAQJ/AkAgAC0AKEEBRg0AIAAvATQiAUHkAGtB5ABJDQAgAUHMAUYNACABQbACRg0AIAAvATIiAEHAAHENAEEBIQIgAEGIBHFBgARGDQAgAEEocUUhAgsgAguMAQECfwJAAkACQCAALQAqRQ0AIAAtACtFDQAgAC8BMiIBQQJxRQ0BDAILIAAvATIiAUEBcUUNAQtBASECIAAtAChBAUYNACAALwE0IgBB5ABrQeQASQ0AIABBzAFGDQAgAEGwAkYNACABQcAAcQ0AQQAhAiABQYgEcUGABEYNACABQShxQQBHIQILIAILcwAgAEEQav0MAAAAAAAAAAAAAAAAAAAAAP0LAwAgAP0MAAAAAAAAAAAAAAAAAAAAAP0LAwAgAEEwav0MAAAAAAAAAAAAAAAAAAAAAP0LAwAgAEEgav0MAAAAAAAAAAAAAAAAAAAAAP0LAwAgAEH9ATYCHAsGACAAEDoLmi0BC38jAEEQayIKJABB3NUAKAIAIglFBEBBnNkAKAIAIgVFBEBBqNkAQn83AgBBoNkAQoCAhICAgMAANwIAQZzZACAKQQhqQXBxQdiq1aoFcyIFNgIAQbDZAEEANgIAQYDZAEEANgIAC0GE2QBBwNkENgIAQdTVAEHA2QQ2AgBB6NUAIAU2AgBB5NUAQX82AgBBiNkAQcCmAzYCAANAIAFBgNYAaiABQfTVAGoiAjYCACACIAFB7NUAaiIDNgIAIAFB+NUAaiADNgIAIAFBiNYAaiABQfzVAGoiAzYCACADIAI2AgAgAUGQ1gBqIAFBhNYAaiICNgIAIAIgAzYCACABQYzWAGogAjYCACABQSBqIgFBgAJHDQALQczZBEGBpgM2AgBB4NUAQazZACgCADYCAEHQ1QBBgKYDNgIAQdzVAEHI2QQ2AgBBzP8HQTg2AgBByNkEIQkLAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkACQAJAAkAgAEHsAU0EQEHE1QAoAgAiBkEQIABBE2pBcHEgAEELSRsiBEEDdiIAdiIBQQNxBEACQCABQQFxIAByQQFzIgJBA3QiAEHs1QBqIgEgAEH01QBqKAIAIgAoAggiA0YEQEHE1QAgBkF+IAJ3cTYCAAwBCyABIAM2AgggAyABNgIMCyAAQQhqIQEgACACQQN0IgJBA3I2AgQgACACaiIAIAAoAgRBAXI2AgQMEQtBzNUAKAIAIgggBE8NASABBEACQEECIAB0IgJBACACa3IgASAAdHFoIgBBA3QiAkHs1QBqIgEgAkH01QBqKAIAIgIoAggiA0YEQEHE1QAgBkF+IAB3cSIGNgIADAELIAEgAzYCCCADIAE2AgwLIAIgBEEDcjYCBCAAQQN0IgAgBGshBSAAIAJqIAU2AgAgAiAEaiIEIAVBAXI2AgQgCARAIAhBeHFB7NUAaiEAQdjVACgCACEDAn9BASAIQQN2dCIBIAZxRQRAQcTVACABIAZyNgIAIAAMAQsgACgCCAsiASADNgIMIAAgAzYCCCADIAA2AgwgAyABNgIICyACQQhqIQFB2NUAIAQ2AgBBzNUAIAU2AgAMEQtByNUAKAIAIgtFDQEgC2hBAnRB9NcAaigCACIAKAIEQXhxIARrIQUgACECA0ACQCACKAIQIgFFBEAgAkEUaigCACIBRQ0BCyABKAIEQXhxIARrIgMgBUkhAiADIAUgAhshBSABIAAgAhshACABIQIMAQsLIAAoAhghCSAAKAIMIgMgAEcEQEHU1QAoAgAaIAMgACgCCCIBNgIIIAEgAzYCDAwQCyAAQRRqIgIoAgAiAUUEQCAAKAIQIgFFDQMgAEEQaiECCwNAIAIhByABIgNBFGoiAigCACIBDQAgA0EQaiECIAMoAhAiAQ0ACyAHQQA2AgAMDwtBfyEEIABBv39LDQAgAEETaiIBQXBxIQRByNUAKAIAIghFDQBBACAEayEFAkACQAJAAn9BACAEQYACSQ0AGkEfIARB////B0sNABogBEEmIAFBCHZnIgBrdkEBcSAAQQF0a0E+agsiBkECdEH01wBqKAIAIgJFBEBBACEBQQAhAwwBC0EAIQEgBEEZIAZBAXZrQQAgBkEfRxt0IQBBACEDA0ACQCACKAIEQXhxIARrIgcgBU8NACACIQMgByIFDQBBACEFIAIhAQwDCyABIAJBFGooAgAiByAHIAIgAEEddkEEcWpBEGooAgAiAkYbIAEgBxshASAAQQF0IQAgAg0ACwsgASADckUEQEEAIQNBAiAGdCIAQQAgAGtyIAhxIgBFDQMgAGhBAnRB9NcAaigCACEBCyABRQ0BCwNAIAEoAgRBeHEgBGsiAiAFSSEAIAIgBSAAGyEFIAEgAyAAGyEDIAEoAhAiAAR/IAAFIAFBFGooAgALIgENAAsLIANFDQAgBUHM1QAoAgAgBGtPDQAgAygCGCEHIAMgAygCDCIARwRAQdTVACgCABogACADKAIIIgE2AgggASAANgIMDA4LIANBFGoiAigCACIBRQRAIAMoAhAiAUUNAyADQRBqIQILA0AgAiEGIAEiAEEUaiICKAIAIgENACAAQRBqIQIgACgCECIBDQALIAZBADYCAAwNC0HM1QAoAgAiAyAETwRAQdjVACgCACEBAkAgAyAEayICQRBPBEAgASAEaiIAIAJBAXI2AgQgASADaiACNgIAIAEgBEEDcjYCBAwBCyABIANBA3I2AgQgASADaiIAIAAoAgRBAXI2AgRBACEAQQAhAgtBzNUAIAI2AgBB2NUAIAA2AgAgAUEIaiEBDA8LQdDVACgCACIDIARLBEAgBCAJaiIAIAMgBGsiAUEBcjYCBEHc1QAgADYCAEHQ1QAgATYCACAJIARBA3I2AgQgCUEIaiEBDA8LQQAhASAEAn9BnNkAKAIABEBBpNkAKAIADAELQajZAEJ/NwIAQaDZAEKAgISAgIDAADcCAEGc2QAgCkEMakFwcUHYqtWqBXM2AgBBsNkAQQA2AgBBgNkAQQA2AgBBgIAECyIAIARBxwBqIgVqIgZBACAAayIHcSICTwRAQbTZAEEwNgIADA8LAkBB/NgAKAIAIgFFDQBB9NgAKAIAIgggAmohACAAIAFNIAAgCEtxDQBBACEBQbTZAEEwNgIADA8LQYDZAC0AAEEEcQ0EAkACQCAJBEBBhNkAIQEDQCABKAIAIgAgCU0EQCAAIAEoAgRqIAlLDQMLIAEoAggiAQ0ACwtBABA7IgBBf0YNBSACIQZBoNkAKAIAIgFBAWsiAyAAcQRAIAIgAGsgACADakEAIAFrcWohBgsgBCAGTw0FIAZB/v///wdLDQVB/NgAKAIAIgMEQEH02AAoAgAiByAGaiEBIAEgB00NBiABIANLDQYLIAYQOyIBIABHDQEMBwsgBiADayAHcSIGQf7///8HSw0EIAYQOyEAIAAgASgCACABKAIEakYNAyAAIQELAkAgBiAEQcgAak8NACABQX9GDQBBpNkAKAIAIgAgBSAGa2pBACAAa3EiAEH+////B0sEQCABIQAMBwsgABA7QX9HBEAgACAGaiEGIAEhAAwHC0EAIAZrEDsaDAQLIAEiAEF/Rw0FDAMLQQAhAwwMC0EAIQAMCgsgAEF/Rw0CC0GA2QBBgNkAKAIAQQRyNgIACyACQf7///8HSw0BIAIQOyEAQQAQOyEBIABBf0YNASABQX9GDQEgACABTw0BIAEgAGsiBiAEQThqTQ0BC0H02ABB9NgAKAIAIAZqIgE2AgBB+NgAKAIAIAFJBEBB+NgAIAE2AgALAkACQAJAQdzVACgCACICBEBBhNkAIQEDQCAAIAEoAgAiAyABKAIEIgVqRg0CIAEoAggiAQ0ACwwCC0HU1QAoAgAiAUEARyAAIAFPcUUEQEHU1QAgADYCAAtBACEBQYjZACAGNgIAQYTZACAANgIAQeTVAEF/NgIAQejVAEGc2QAoAgA2AgBBkNkAQQA2AgADQCABQYDWAGogAUH01QBqIgI2AgAgAiABQezVAGoiAzYCACABQfjVAGogAzYCACABQYjWAGogAUH81QBqIgM2AgAgAyACNgIAIAFBkNYAaiABQYTWAGoiAjYCACACIAM2AgAgAUGM1gBqIAI2AgAgAUEgaiIBQYACRw0AC0F4IABrQQ9xIgEgAGoiAiAGQThrIgMgAWsiAUEBcjYCBEHg1QBBrNkAKAIANgIAQdDVACABNgIAQdzVACACNgIAIAAgA2pBODYCBAwCCyAAIAJNDQAgAiADSQ0AIAEoAgxBCHENAEF4IAJrQQ9xIgAgAmoiA0HQ1QAoAgAgBmoiByAAayIAQQFyNgIEIAEgBSAGajYCBEHg1QBBrNkAKAIANgIAQdDVACAANgIAQdzVACADNgIAIAIgB2pBODYCBAwBCyAAQdTVACgCAEkEQEHU1QAgADYCAAsgACAGaiEDQYTZACEBAkACQAJAA0AgAyABKAIARwRAIAEoAggiAQ0BDAILCyABLQAMQQhxRQ0BC0GE2QAhAQNAIAEoAgAiAyACTQRAIAMgASgCBGoiBSACSw0DCyABKAIIIQEMAAsACyABIAA2AgAgASABKAIEIAZqNgIEIABBeCAAa0EPcWoiCSAEQQNyNgIEIANBeCADa0EPcWoiBiAEIAlqIgRrIQEgAiAGRgRAQdzVACAENgIAQdDVAEHQ1QAoAgAgAWoiADYCACAEIABBAXI2AgQMCAtB2NUAKAIAIAZGBEBB2NUAIAQ2AgBBzNUAQczVACgCACABaiIANgIAIAQgAEEBcjYCBCAAIARqIAA2AgAMCAsgBigCBCIFQQNxQQFHDQYgBUF4cSEIIAVB/wFNBEAgBUEDdiEDIAYoAggiACAGKAIMIgJGBEBBxNUAQcTVACgCAEF+IAN3cTYCAAwHCyACIAA2AgggACACNgIMDAYLIAYoAhghByAGIAYoAgwiAEcEQCAAIAYoAggiAjYCCCACIAA2AgwMBQsgBkEUaiICKAIAIgVFBEAgBigCECIFRQ0EIAZBEGohAgsDQCACIQMgBSIAQRRqIgIoAgAiBQ0AIABBEGohAiAAKAIQIgUNAAsgA0EANgIADAQLQXggAGtBD3EiASAAaiIHIAZBOGsiAyABayIBQQFyNgIEIAAgA2pBODYCBCACIAVBNyAFa0EPcWpBP2siAyADIAJBEGpJGyIDQSM2AgRB4NUAQazZACgCADYCAEHQ1QAgATYCAEHc1QAgBzYCACADQRBqQYzZACkCADcCACADQYTZACkCADcCCEGM2QAgA0EIajYCAEGI2QAgBjYCAEGE2QAgADYCAEGQ2QBBADYCACADQSRqIQEDQCABQQc2AgAgBSABQQRqIgFLDQALIAIgA0YNACADIAMoAgRBfnE2AgQgAyADIAJrIgU2AgAgAiAFQQFyNgIEIAVB/wFNBEAgBUF4cUHs1QBqIQACf0HE1QAoAgAiAUEBIAVBA3Z0IgNxRQRAQcTVACABIANyNgIAIAAMAQsgACgCCAsiASACNgIMIAAgAjYCCCACIAA2AgwgAiABNgIIDAELQR8hASAFQf///wdNBEAgBUEmIAVBCHZnIgBrdkEBcSAAQQF0a0E+aiEBCyACIAE2AhwgAkIANwIQIAFBAnRB9NcAaiEAQcjVACgCACIDQQEgAXQiBnFFBEAgACACNgIAQcjVACADIAZyNgIAIAIgADYCGCACIAI2AgggAiACNgIMDAELIAVBGSABQQF2a0EAIAFBH0cbdCEBIAAoAgAhAwJAA0AgAyIAKAIEQXhxIAVGDQEgAUEddiEDIAFBAXQhASAAIANBBHFqQRBqIgYoAgAiAw0ACyAGIAI2AgAgAiAANgIYIAIgAjYCDCACIAI2AggMAQsgACgCCCIBIAI2AgwgACACNgIIIAJBADYCGCACIAA2AgwgAiABNgIIC0HQ1QAoAgAiASAETQ0AQdzVACgCACIAIARqIgIgASAEayIBQQFyNgIEQdDVACABNgIAQdzVACACNgIAIAAgBEEDcjYCBCAAQQhqIQEMCAtBACEBQbTZAEEwNgIADAcLQQAhAAsgB0UNAAJAIAYoAhwiAkECdEH01wBqIgMoAgAgBkYEQCADIAA2AgAgAA0BQcjVAEHI1QAoAgBBfiACd3E2AgAMAgsgB0EQQRQgBygCECAGRhtqIAA2AgAgAEUNAQsgACAHNgIYIAYoAhAiAgRAIAAgAjYCECACIAA2AhgLIAZBFGooAgAiAkUNACAAQRRqIAI2AgAgAiAANgIYCyABIAhqIQEgBiAIaiIGKAIEIQULIAYgBUF+cTYCBCABIARqIAE2AgAgBCABQQFyNgIEIAFB/wFNBEAgAUF4cUHs1QBqIQACf0HE1QAoAgAiAkEBIAFBA3Z0IgFxRQRAQcTVACABIAJyNgIAIAAMAQsgACgCCAsiASAENgIMIAAgBDYCCCAEIAA2AgwgBCABNgIIDAELQR8hBSABQf///wdNBEAgAUEmIAFBCHZnIgBrdkEBcSAAQQF0a0E+aiEFCyAEIAU2AhwgBEIANwIQIAVBAnRB9NcAaiEAQcjVACgCACICQQEgBXQiA3FFBEAgACAENgIAQcjVACACIANyNgIAIAQgADYCGCAEIAQ2AgggBCAENgIMDAELIAFBGSAFQQF2a0EAIAVBH0cbdCEFIAAoAgAhAAJAA0AgACICKAIEQXhxIAFGDQEgBUEddiEAIAVBAXQhBSACIABBBHFqQRBqIgMoAgAiAA0ACyADIAQ2AgAgBCACNgIYIAQgBDYCDCAEIAQ2AggMAQsgAigCCCIAIAQ2AgwgAiAENgIIIARBADYCGCAEIAI2AgwgBCAANgIICyAJQQhqIQEMAgsCQCAHRQ0AAkAgAygCHCIBQQJ0QfTXAGoiAigCACADRgRAIAIgADYCACAADQFByNUAIAhBfiABd3EiCDYCAAwCCyAHQRBBFCAHKAIQIANGG2ogADYCACAARQ0BCyAAIAc2AhggAygCECIBBEAgACABNgIQIAEgADYCGAsgA0EUaigCACIBRQ0AIABBFGogATYCACABIAA2AhgLAkAgBUEPTQRAIAMgBCAFaiIAQQNyNgIEIAAgA2oiACAAKAIEQQFyNgIEDAELIAMgBGoiAiAFQQFyNgIEIAMgBEEDcjYCBCACIAVqIAU2AgAgBUH/AU0EQCAFQXhxQezVAGohAAJ/QcTVACgCACIBQQEgBUEDdnQiBXFFBEBBxNUAIAEgBXI2AgAgAAwBCyAAKAIICyIBIAI2AgwgACACNgIIIAIgADYCDCACIAE2AggMAQtBHyEBIAVB////B00EQCAFQSYgBUEIdmciAGt2QQFxIABBAXRrQT5qIQELIAIgATYCHCACQgA3AhAgAUECdEH01wBqIQBBASABdCIEIAhxRQRAIAAgAjYCAEHI1QAgBCAIcjYCACACIAA2AhggAiACNgIIIAIgAjYCDAwBCyAFQRkgAUEBdmtBACABQR9HG3QhASAAKAIAIQQCQANAIAQiACgCBEF4cSAFRg0BIAFBHXYhBCABQQF0IQEgACAEQQRxakEQaiIGKAIAIgQNAAsgBiACNgIAIAIgADYCGCACIAI2AgwgAiACNgIIDAELIAAoAggiASACNgIMIAAgAjYCCCACQQA2AhggAiAANgIMIAIgATYCCAsgA0EIaiEBDAELAkAgCUUNAAJAIAAoAhwiAUECdEH01wBqIgIoAgAgAEYEQCACIAM2AgAgAw0BQcjVACALQX4gAXdxNgIADAILIAlBEEEUIAkoAhAgAEYbaiADNgIAIANFDQELIAMgCTYCGCAAKAIQIgEEQCADIAE2AhAgASADNgIYCyAAQRRqKAIAIgFFDQAgA0EUaiABNgIAIAEgAzYCGAsCQCAFQQ9NBEAgACAEIAVqIgFBA3I2AgQgACABaiIBIAEoAgRBAXI2AgQMAQsgACAEaiIHIAVBAXI2AgQgACAEQQNyNgIEIAUgB2ogBTYCACAIBEAgCEF4cUHs1QBqIQFB2NUAKAIAIQMCf0EBIAhBA3Z0IgIgBnFFBEBBxNUAIAIgBnI2AgAgAQwBCyABKAIICyICIAM2AgwgASADNgIIIAMgATYCDCADIAI2AggLQdjVACAHNgIAQczVACAFNgIACyAAQQhqIQELIApBEGokACABC0MAIABFBEA/AEEQdA8LAkAgAEH//wNxDQAgAEEASA0AIABBEHZAACIAQX9GBEBBtNkAQTA2AgBBfw8LIABBEHQPCwALC5lCIgBBgAgLDQEAAAAAAAAAAgAAAAMAQZgICwUEAAAABQBBqAgLCQYAAAAHAAAACABB5AgLwjJJbnZhbGlkIGNoYXIgaW4gdXJsIHF1ZXJ5AFNwYW4gY2FsbGJhY2sgZXJyb3IgaW4gb25fYm9keQBDb250ZW50LUxlbmd0aCBvdmVyZmxvdwBDaHVuayBzaXplIG92ZXJmbG93AEludmFsaWQgbWV0aG9kIGZvciBIVFRQL3gueCByZXF1ZXN0AEludmFsaWQgbWV0aG9kIGZvciBSVFNQL3gueCByZXF1ZXN0AEV4cGVjdGVkIFNPVVJDRSBtZXRob2QgZm9yIElDRS94LnggcmVxdWVzdABJbnZhbGlkIGNoYXIgaW4gdXJsIGZyYWdtZW50IHN0YXJ0AEV4cGVjdGVkIGRvdABTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX3N0YXR1cwBJbnZhbGlkIHJlc3BvbnNlIHN0YXR1cwBFeHBlY3RlZCBMRiBhZnRlciBoZWFkZXJzAEludmFsaWQgY2hhcmFjdGVyIGluIGNodW5rIGV4dGVuc2lvbnMAVXNlciBjYWxsYmFjayBlcnJvcgBgb25fcmVzZXRgIGNhbGxiYWNrIGVycm9yAGBvbl9jaHVua19oZWFkZXJgIGNhbGxiYWNrIGVycm9yAGBvbl9tZXNzYWdlX2JlZ2luYCBjYWxsYmFjayBlcnJvcgBgb25fY2h1bmtfZXh0ZW5zaW9uX3ZhbHVlYCBjYWxsYmFjayBlcnJvcgBgb25fc3RhdHVzX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fdmVyc2lvbl9jb21wbGV0ZWAgY2FsbGJhY2sgZXJyb3IAYG9uX3VybF9jb21wbGV0ZWAgY2FsbGJhY2sgZXJyb3IAYG9uX3Byb3RvY29sX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fY2h1bmtfY29tcGxldGVgIGNhbGxiYWNrIGVycm9yAGBvbl9oZWFkZXJfdmFsdWVfY29tcGxldGVgIGNhbGxiYWNrIGVycm9yAGBvbl9tZXNzYWdlX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fbWV0aG9kX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25faGVhZGVyX2ZpZWxkX2NvbXBsZXRlYCBjYWxsYmFjayBlcnJvcgBgb25fY2h1bmtfZXh0ZW5zaW9uX25hbWVgIGNhbGxiYWNrIGVycm9yAFVuZXhwZWN0ZWQgY2hhciBpbiB1cmwgc2VydmVyAEludmFsaWQgaGVhZGVyIHZhbHVlIGNoYXIASW52YWxpZCBoZWFkZXIgZmllbGQgY2hhcgBTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX3ZlcnNpb24ASW52YWxpZCBtaW5vciB2ZXJzaW9uAEludmFsaWQgbWFqb3IgdmVyc2lvbgBFeHBlY3RlZCBzcGFjZSBhZnRlciB2ZXJzaW9uAEV4cGVjdGVkIENSTEYgYWZ0ZXIgdmVyc2lvbgBJbnZhbGlkIEhUVFAgdmVyc2lvbgBJbnZhbGlkIGhlYWRlciB0b2tlbgBTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX3VybABJbnZhbGlkIGNoYXJhY3RlcnMgaW4gdXJsAFVuZXhwZWN0ZWQgc3RhcnQgY2hhciBpbiB1cmwARG91YmxlIEAgaW4gdXJsAFNwYW4gY2FsbGJhY2sgZXJyb3IgaW4gb25fcHJvdG9jb2wARW1wdHkgQ29udGVudC1MZW5ndGgASW52YWxpZCBjaGFyYWN0ZXIgaW4gQ29udGVudC1MZW5ndGgAVHJhbnNmZXItRW5jb2RpbmcgY2FuJ3QgYmUgcHJlc2VudCB3aXRoIENvbnRlbnQtTGVuZ3RoAER1cGxpY2F0ZSBDb250ZW50LUxlbmd0aABJbnZhbGlkIGNoYXIgaW4gdXJsIHBhdGgAQ29udGVudC1MZW5ndGggY2FuJ3QgYmUgcHJlc2VudCB3aXRoIFRyYW5zZmVyLUVuY29kaW5nAE1pc3NpbmcgZXhwZWN0ZWQgQ1IgYWZ0ZXIgY2h1bmsgc2l6ZQBFeHBlY3RlZCBMRiBhZnRlciBjaHVuayBzaXplAEludmFsaWQgY2hhcmFjdGVyIGluIGNodW5rIHNpemUAU3BhbiBjYWxsYmFjayBlcnJvciBpbiBvbl9oZWFkZXJfdmFsdWUAU3BhbiBjYWxsYmFjayBlcnJvciBpbiBvbl9jaHVua19leHRlbnNpb25fdmFsdWUASW52YWxpZCBjaGFyYWN0ZXIgaW4gY2h1bmsgZXh0ZW5zaW9ucyB2YWx1ZQBVbmV4cGVjdGVkIHdoaXRlc3BhY2UgYWZ0ZXIgaGVhZGVyIHZhbHVlAE1pc3NpbmcgZXhwZWN0ZWQgQ1IgYWZ0ZXIgaGVhZGVyIHZhbHVlAE1pc3NpbmcgZXhwZWN0ZWQgTEYgYWZ0ZXIgaGVhZGVyIHZhbHVlAEludmFsaWQgYFRyYW5zZmVyLUVuY29kaW5nYCBoZWFkZXIgdmFsdWUATWlzc2luZyBleHBlY3RlZCBDUiBhZnRlciBjaHVuayBleHRlbnNpb24gdmFsdWUASW52YWxpZCBjaGFyYWN0ZXIgaW4gY2h1bmsgZXh0ZW5zaW9ucyBxdW90ZSB2YWx1ZQBJbnZhbGlkIHF1b3RlZC1wYWlyIGluIGNodW5rIGV4dGVuc2lvbnMgcXVvdGVkIHZhbHVlAEludmFsaWQgY2hhcmFjdGVyIGluIGNodW5rIGV4dGVuc2lvbnMgcXVvdGVkIHZhbHVlAFBhdXNlZCBieSBvbl9oZWFkZXJzX2NvbXBsZXRlAEludmFsaWQgRU9GIHN0YXRlAG9uX3Jlc2V0IHBhdXNlAG9uX2NodW5rX2hlYWRlciBwYXVzZQBvbl9tZXNzYWdlX2JlZ2luIHBhdXNlAG9uX2NodW5rX2V4dGVuc2lvbl92YWx1ZSBwYXVzZQBvbl9zdGF0dXNfY29tcGxldGUgcGF1c2UAb25fdmVyc2lvbl9jb21wbGV0ZSBwYXVzZQBvbl91cmxfY29tcGxldGUgcGF1c2UAb25fcHJvdG9jb2xfY29tcGxldGUgcGF1c2UAb25fY2h1bmtfY29tcGxldGUgcGF1c2UAb25faGVhZGVyX3ZhbHVlX2NvbXBsZXRlIHBhdXNlAG9uX21lc3NhZ2VfY29tcGxldGUgcGF1c2UAb25fbWV0aG9kX2NvbXBsZXRlIHBhdXNlAG9uX2hlYWRlcl9maWVsZF9jb21wbGV0ZSBwYXVzZQBvbl9jaHVua19leHRlbnNpb25fbmFtZSBwYXVzZQBVbmV4cGVjdGVkIHNwYWNlIGFmdGVyIHN0YXJ0IGxpbmUATWlzc2luZyBleHBlY3RlZCBDUiBhZnRlciByZXNwb25zZSBsaW5lAFNwYW4gY2FsbGJhY2sgZXJyb3IgaW4gb25fY2h1bmtfZXh0ZW5zaW9uX25hbWUASW52YWxpZCBjaGFyYWN0ZXIgaW4gY2h1bmsgZXh0ZW5zaW9ucyBuYW1lAE1pc3NpbmcgZXhwZWN0ZWQgQ1IgYWZ0ZXIgY2h1bmsgZXh0ZW5zaW9uIG5hbWUASW52YWxpZCBzdGF0dXMgY29kZQBQYXVzZSBvbiBDT05ORUNUL1VwZ3JhZGUAUGF1c2Ugb24gUFJJL1VwZ3JhZGUARXhwZWN0ZWQgSFRUUC8yIENvbm5lY3Rpb24gUHJlZmFjZQBTcGFuIGNhbGxiYWNrIGVycm9yIGluIG9uX21ldGhvZABFeHBlY3RlZCBzcGFjZSBhZnRlciBtZXRob2QAU3BhbiBjYWxsYmFjayBlcnJvciBpbiBvbl9oZWFkZXJfZmllbGQAUGF1c2VkAEludmFsaWQgd29yZCBlbmNvdW50ZXJlZABJbnZhbGlkIG1ldGhvZCBlbmNvdW50ZXJlZABNaXNzaW5nIGV4cGVjdGVkIENSIGFmdGVyIGNodW5rIGRhdGEARXhwZWN0ZWQgTEYgYWZ0ZXIgY2h1bmsgZGF0YQBVbmV4cGVjdGVkIGNoYXIgaW4gdXJsIHNjaGVtYQBSZXF1ZXN0IGhhcyBpbnZhbGlkIGBUcmFuc2Zlci1FbmNvZGluZ2AARGF0YSBhZnRlciBgQ29ubmVjdGlvbjogY2xvc2VgAFNXSVRDSF9QUk9YWQBVU0VfUFJPWFkATUtBQ1RJVklUWQBVTlBST0NFU1NBQkxFX0VOVElUWQBRVUVSWQBDT1BZAE1PVkVEX1BFUk1BTkVOVExZAFRPT19FQVJMWQBOT1RJRlkARkFJTEVEX0RFUEVOREVOQ1kAQkFEX0dBVEVXQVkAUExBWQBQVVQAQ0hFQ0tPVVQAR0FURVdBWV9USU1FT1VUAFJFUVVFU1RfVElNRU9VVABORVRXT1JLX0NPTk5FQ1RfVElNRU9VVABDT05ORUNUSU9OX1RJTUVPVVQATE9HSU5fVElNRU9VVABORVRXT1JLX1JFQURfVElNRU9VVABQT1NUAE1JU0RJUkVDVEVEX1JFUVVFU1QAQ0xJRU5UX0NMT1NFRF9SRVFVRVNUAENMSUVOVF9DTE9TRURfTE9BRF9CQUxBTkNFRF9SRVFVRVNUAEJBRF9SRVFVRVNUAEhUVFBfUkVRVUVTVF9TRU5UX1RPX0hUVFBTX1BPUlQAUkVQT1JUAElNX0FfVEVBUE9UAFJFU0VUX0NPTlRFTlQATk9fQ09OVEVOVABQQVJUSUFMX0NPTlRFTlQASFBFX0lOVkFMSURfQ09OU1RBTlQASFBFX0NCX1JFU0VUAEdFVABIUEVfU1RSSUNUAENPTkZMSUNUAFRFTVBPUkFSWV9SRURJUkVDVABQRVJNQU5FTlRfUkVESVJFQ1QAQ09OTkVDVABNVUxUSV9TVEFUVVMASFBFX0lOVkFMSURfU1RBVFVTAFRPT19NQU5ZX1JFUVVFU1RTAEVBUkxZX0hJTlRTAFVOQVZBSUxBQkxFX0ZPUl9MRUdBTF9SRUFTT05TAE9QVElPTlMAU1dJVENISU5HX1BST1RPQ09MUwBWQVJJQU5UX0FMU09fTkVHT1RJQVRFUwBNVUxUSVBMRV9DSE9JQ0VTAElOVEVSTkFMX1NFUlZFUl9FUlJPUgBXRUJfU0VSVkVSX1VOS05PV05fRVJST1IAUkFJTEdVTl9FUlJPUgBJREVOVElUWV9QUk9WSURFUl9BVVRIRU5USUNBVElPTl9FUlJPUgBTU0xfQ0VSVElGSUNBVEVfRVJST1IASU5WQUxJRF9YX0ZPUldBUkRFRF9GT1IAU0VUX1BBUkFNRVRFUgBHRVRfUEFSQU1FVEVSAEhQRV9VU0VSAFNFRV9PVEhFUgBIUEVfQ0JfQ0hVTktfSEVBREVSAEV4cGVjdGVkIExGIGFmdGVyIENSAE1LQ0FMRU5EQVIAU0VUVVAAV0VCX1NFUlZFUl9JU19ET1dOAFRFQVJET1dOAEhQRV9DTE9TRURfQ09OTkVDVElPTgBIRVVSSVNUSUNfRVhQSVJBVElPTgBESVNDT05ORUNURURfT1BFUkFUSU9OAE5PTl9BVVRIT1JJVEFUSVZFX0lORk9STUFUSU9OAEhQRV9JTlZBTElEX1ZFUlNJT04ASFBFX0NCX01FU1NBR0VfQkVHSU4AU0lURV9JU19GUk9aRU4ASFBFX0lOVkFMSURfSEVBREVSX1RPS0VOAElOVkFMSURfVE9LRU4ARk9SQklEREVOAEVOSEFOQ0VfWU9VUl9DQUxNAEhQRV9JTlZBTElEX1VSTABCTE9DS0VEX0JZX1BBUkVOVEFMX0NPTlRST0wATUtDT0wAQUNMAEhQRV9JTlRFUk5BTABSRVFVRVNUX0hFQURFUl9GSUVMRFNfVE9PX0xBUkdFX1VOT0ZGSUNJQUwASFBFX09LAFVOTElOSwBVTkxPQ0sAUFJJAFJFVFJZX1dJVEgASFBFX0lOVkFMSURfQ09OVEVOVF9MRU5HVEgASFBFX1VORVhQRUNURURfQ09OVEVOVF9MRU5HVEgARkxVU0gAUFJPUFBBVENIAE0tU0VBUkNIAFVSSV9UT09fTE9ORwBQUk9DRVNTSU5HAE1JU0NFTExBTkVPVVNfUEVSU0lTVEVOVF9XQVJOSU5HAE1JU0NFTExBTkVPVVNfV0FSTklORwBIUEVfSU5WQUxJRF9UUkFOU0ZFUl9FTkNPRElORwBFeHBlY3RlZCBDUkxGAEhQRV9JTlZBTElEX0NIVU5LX1NJWkUATU9WRQBDT05USU5VRQBIUEVfQ0JfU1RBVFVTX0NPTVBMRVRFAEhQRV9DQl9IRUFERVJTX0NPTVBMRVRFAEhQRV9DQl9WRVJTSU9OX0NPTVBMRVRFAEhQRV9DQl9VUkxfQ09NUExFVEUASFBFX0NCX1BST1RPQ09MX0NPTVBMRVRFAEhQRV9DQl9DSFVOS19DT01QTEVURQBIUEVfQ0JfSEVBREVSX1ZBTFVFX0NPTVBMRVRFAEhQRV9DQl9DSFVOS19FWFRFTlNJT05fVkFMVUVfQ09NUExFVEUASFBFX0NCX0NIVU5LX0VYVEVOU0lPTl9OQU1FX0NPTVBMRVRFAEhQRV9DQl9NRVNTQUdFX0NPTVBMRVRFAEhQRV9DQl9NRVRIT0RfQ09NUExFVEUASFBFX0NCX0hFQURFUl9GSUVMRF9DT01QTEVURQBERUxFVEUASFBFX0lOVkFMSURfRU9GX1NUQVRFAElOVkFMSURfU1NMX0NFUlRJRklDQVRFAFBBVVNFAE5PX1JFU1BPTlNFAFVOU1VQUE9SVEVEX01FRElBX1RZUEUAR09ORQBOT1RfQUNDRVBUQUJMRQBTRVJWSUNFX1VOQVZBSUxBQkxFAFJBTkdFX05PVF9TQVRJU0ZJQUJMRQBPUklHSU5fSVNfVU5SRUFDSEFCTEUAUkVTUE9OU0VfSVNfU1RBTEUAUFVSR0UATUVSR0UAUkVRVUVTVF9IRUFERVJfRklFTERTX1RPT19MQVJHRQBSRVFVRVNUX0hFQURFUl9UT09fTEFSR0UAUEFZTE9BRF9UT09fTEFSR0UASU5TVUZGSUNJRU5UX1NUT1JBR0UASFBFX1BBVVNFRF9VUEdSQURFAEhQRV9QQVVTRURfSDJfVVBHUkFERQBTT1VSQ0UAQU5OT1VOQ0UAVFJBQ0UASFBFX1VORVhQRUNURURfU1BBQ0UAREVTQ1JJQkUAVU5TVUJTQ1JJQkUAUkVDT1JEAEhQRV9JTlZBTElEX01FVEhPRABOT1RfRk9VTkQAUFJPUEZJTkQAVU5CSU5EAFJFQklORABVTkFVVEhPUklaRUQATUVUSE9EX05PVF9BTExPV0VEAEhUVFBfVkVSU0lPTl9OT1RfU1VQUE9SVEVEAEFMUkVBRFlfUkVQT1JURUQAQUNDRVBURUQATk9UX0lNUExFTUVOVEVEAExPT1BfREVURUNURUQASFBFX0NSX0VYUEVDVEVEAEhQRV9MRl9FWFBFQ1RFRABDUkVBVEVEAElNX1VTRUQASFBFX1BBVVNFRABUSU1FT1VUX09DQ1VSRUQAUEFZTUVOVF9SRVFVSVJFRABQUkVDT05ESVRJT05fUkVRVUlSRUQAUFJPWFlfQVVUSEVOVElDQVRJT05fUkVRVUlSRUQATkVUV09SS19BVVRIRU5USUNBVElPTl9SRVFVSVJFRABMRU5HVEhfUkVRVUlSRUQAU1NMX0NFUlRJRklDQVRFX1JFUVVJUkVEAFVQR1JBREVfUkVRVUlSRUQAUEFHRV9FWFBJUkVEAFBSRUNPTkRJVElPTl9GQUlMRUQARVhQRUNUQVRJT05fRkFJTEVEAFJFVkFMSURBVElPTl9GQUlMRUQAU1NMX0hBTkRTSEFLRV9GQUlMRUQATE9DS0VEAFRSQU5TRk9STUFUSU9OX0FQUExJRUQATk9UX01PRElGSUVEAE5PVF9FWFRFTkRFRABCQU5EV0lEVEhfTElNSVRfRVhDRUVERUQAU0lURV9JU19PVkVSTE9BREVEAEhFQUQARXhwZWN0ZWQgSFRUUC8sIFJUU1AvIG9yIElDRS8A5xUAAK8VAACkEgAAkhoAACYWAACeFAAA2xkAAHkVAAB+EgAA/hQAADYVAAALFgAA2BYAAPMSAABCGAAArBYAABIVAAAUFwAA7xcAAEgUAABxFwAAshoAAGsZAAB+GQAANRQAAIIaAABEFwAA/RYAAB4YAACHFwAAqhkAAJMSAAAHGAAALBcAAMoXAACkFwAA5xUAAOcVAABYFwAAOxgAAKASAAAtHAAAwxEAAEgRAADeEgAAQhMAAKQZAAD9EAAA9xUAAKUVAADvFgAA+BkAAEoWAABWFgAA9RUAAAoaAAAIGgAAARoAAKsVAABCEgAA1xAAAEwRAAAFGQAAVBYAAB4RAADKGQAAyBkAAE4WAAD/GAAAcRQAAPAVAADuFQAAlBkAAPwVAAC/GQAAmxkAAHwUAABDEQAAcBgAAJUUAAAnFAAAGRQAANUSAADUGQAARBYAAPcQAEG5OwsBAQBB0DsL4AEBAQIBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQBBuj0LBAEAAAIAQdE9C14DBAMDAwMDAAADAwADAwADAwMDAwMDAwMDAAUAAAAAAAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAAAAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAAwADAEG6PwsEAQAAAgBB0T8LXgMAAwMDAwMAAAMDAAMDAAMDAwMDAwMDAwMABAAFAAAAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAAAADAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwADAAMAQbDBAAsNbG9zZWVlcC1hbGl2ZQBBycEACwEBAEHgwQAL4AEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQBBycMACwEBAEHgwwAL5wEBAQEBAQEBAQEBAQECAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAWNodW5rZWQAQfHFAAteAQABAQEBAQAAAQEAAQEAAQEBAQEBAQEBAQAAAAAAAAABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQAAAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAEAAQBB0McACyFlY3Rpb25lbnQtbGVuZ3Rob25yb3h5LWNvbm5lY3Rpb24AQYDIAAsgcmFuc2Zlci1lbmNvZGluZ3BncmFkZQ0KDQpTTQ0KDQoAQanIAAsFAQIAAQMAQcDIAAtfBAUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUAQanKAAsFAQIAAQMAQcDKAAtfBAUFBgUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUAQanMAAsEAQAAAQBBwcwAC14CAgACAgICAgICAgICAgICAgICAgICAgICAgICAgIAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAEGpzgALBQECAAEDAEHAzgALXwQFAAAFBQUFBQUFBQUFBQYFBQUFBQUFBQUFBQUABQAHCAUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQAFAAUABQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUAAAAFAEGp0AALBQEBAAEBAEHA0AALAQEAQdrQAAtBAgAAAAAAAAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAAAAAAAAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAQanSAAsFAQEAAQEAQcDSAAsBAQBBytIACwYCAAAAAAIAQeHSAAs6AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAAAAAAAADAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwBBoNQAC50BTk9VTkNFRUNLT1VUTkVDVEVURUNSSUJFTFVTSEVURUFEU0VBUkNIUkdFQ1RJVklUWUxFTkRBUlZFT1RJRllQVElPTlNDSFNFQVlTVEFUQ0hHRVVFUllPUkRJUkVDVE9SVFJDSFBBUkFNRVRFUlVSQ0VCU0NSSUJFQVJET1dOQUNFSU5ETktDS1VCU0NSSUJFVFRQQ0VUU1BBRFRQLw=='

let wasmBuffer

Object.defineProperty(module, 'exports', {
  get: () => {
    return wasmBuffer
      ? wasmBuffer
      : (wasmBuffer = Buffer.from(wasmBase64, 'base64'))
  }
})


/***/ }),

/***/ 2401:
/***/ ((__unused_webpack_module, exports) => {


Object.defineProperty(exports, "__esModule", ({ value: true }));
exports.enumToMap = enumToMap;
function enumToMap(obj, filter = [], exceptions = []) {
    const emptyFilter = (filter?.length ?? 0) === 0;
    const emptyExceptions = (exceptions?.length ?? 0) === 0;
    return Object.fromEntries(Object.entries(obj).filter(([, value]) => {
        return (typeof value === 'number' &&
            (emptyFilter || filter.includes(value)) &&
            (emptyExceptions || !exceptions.includes(value)));
    }));
}


/***/ }),

/***/ 9535:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {



const {
  kConnected,
  kPending,
  kRunning,
  kSize,
  kFree,
  kQueued
} = __nccwpck_require__(6478)

class ClientStats {
  constructor (client) {
    this.connected = client[kConnected]
    this.pending = client[kPending]
    this.running = client[kRunning]
    this.size = client[kSize]
  }
}

class PoolStats {
  constructor (pool) {
    this.connected = pool[kConnected]
    this.free = pool[kFree]
    this.pending = pool[kPending]
    this.queued = pool[kQueued]
    this.running = pool[kRunning]
    this.size = pool[kSize]
  }
}

module.exports = { ClientStats, PoolStats }


/***/ }),

/***/ 4132:
/***/ ((module) => {



/**
 * This module offers an optimized timer implementation designed for scenarios
 * where high precision is not critical.
 *
 * The timer achieves faster performance by using a low-resolution approach,
 * with an accuracy target of within 500ms. This makes it particularly useful
 * for timers with delays of 1 second or more, where exact timing is less
 * crucial.
 *
 * It's important to note that Node.js timers are inherently imprecise, as
 * delays can occur due to the event loop being blocked by other operations.
 * Consequently, timers may trigger later than their scheduled time.
 */

/**
 * The fastNow variable contains the internal fast timer clock value.
 *
 * @type {number}
 */
let fastNow = 0

/**
 * RESOLUTION_MS represents the target resolution time in milliseconds.
 *
 * @type {number}
 * @default 1000
 */
const RESOLUTION_MS = 1e3

/**
 * TICK_MS defines the desired interval in milliseconds between each tick.
 * The target value is set to half the resolution time, minus 1 ms, to account
 * for potential event loop overhead.
 *
 * @type {number}
 * @default 499
 */
const TICK_MS = (RESOLUTION_MS >> 1) - 1

/**
 * fastNowTimeout is a Node.js timer used to manage and process
 * the FastTimers stored in the `fastTimers` array.
 *
 * @type {NodeJS.Timeout}
 */
let fastNowTimeout

/**
 * The kFastTimer symbol is used to identify FastTimer instances.
 *
 * @type {Symbol}
 */
const kFastTimer = Symbol('kFastTimer')

/**
 * The fastTimers array contains all active FastTimers.
 *
 * @type {FastTimer[]}
 */
const fastTimers = []

/**
 * These constants represent the various states of a FastTimer.
 */

/**
 * The `NOT_IN_LIST` constant indicates that the FastTimer is not included
 * in the `fastTimers` array. Timers with this status will not be processed
 * during the next tick by the `onTick` function.
 *
 * A FastTimer can be re-added to the `fastTimers` array by invoking the
 * `refresh` method on the FastTimer instance.
 *
 * @type {-2}
 */
const NOT_IN_LIST = -2

/**
 * The `TO_BE_CLEARED` constant indicates that the FastTimer is scheduled
 * for removal from the `fastTimers` array. A FastTimer in this state will
 * be removed in the next tick by the `onTick` function and will no longer
 * be processed.
 *
 * This status is also set when the `clear` method is called on the FastTimer instance.
 *
 * @type {-1}
 */
const TO_BE_CLEARED = -1

/**
 * The `PENDING` constant signifies that the FastTimer is awaiting processing
 * in the next tick by the `onTick` function. Timers with this status will have
 * their `_idleStart` value set and their status updated to `ACTIVE` in the next tick.
 *
 * @type {0}
 */
const PENDING = 0

/**
 * The `ACTIVE` constant indicates that the FastTimer is active and waiting
 * for its timer to expire. During the next tick, the `onTick` function will
 * check if the timer has expired, and if so, it will execute the associated callback.
 *
 * @type {1}
 */
const ACTIVE = 1

/**
 * The onTick function processes the fastTimers array.
 *
 * @returns {void}
 */
function onTick () {
  /**
   * Increment the fastNow value by the TICK_MS value, despite the actual time
   * that has passed since the last tick. This approach ensures independence
   * from the system clock and delays caused by a blocked event loop.
   *
   * @type {number}
   */
  fastNow += TICK_MS

  /**
   * The `idx` variable is used to iterate over the `fastTimers` array.
   * Expired timers are removed by replacing them with the last element in the array.
   * Consequently, `idx` is only incremented when the current element is not removed.
   *
   * @type {number}
   */
  let idx = 0

  /**
   * The len variable will contain the length of the fastTimers array
   * and will be decremented when a FastTimer should be removed from the
   * fastTimers array.
   *
   * @type {number}
   */
  let len = fastTimers.length

  while (idx < len) {
    /**
     * @type {FastTimer}
     */
    const timer = fastTimers[idx]

    // If the timer is in the ACTIVE state and the timer has expired, it will
    // be processed in the next tick.
    if (timer._state === PENDING) {
      // Set the _idleStart value to the fastNow value minus the TICK_MS value
      // to account for the time the timer was in the PENDING state.
      timer._idleStart = fastNow - TICK_MS
      timer._state = ACTIVE
    } else if (
      timer._state === ACTIVE &&
      fastNow >= timer._idleStart + timer._idleTimeout
    ) {
      timer._state = TO_BE_CLEARED
      timer._idleStart = -1
      timer._onTimeout(timer._timerArg)
    }

    if (timer._state === TO_BE_CLEARED) {
      timer._state = NOT_IN_LIST

      // Move the last element to the current index and decrement len if it is
      // not the only element in the array.
      if (--len !== 0) {
        fastTimers[idx] = fastTimers[len]
      }
    } else {
      ++idx
    }
  }

  // Set the length of the fastTimers array to the new length and thus
  // removing the excess FastTimers elements from the array.
  fastTimers.length = len

  // If there are still active FastTimers in the array, refresh the Timer.
  // If there are no active FastTimers, the timer will be refreshed again
  // when a new FastTimer is instantiated.
  if (fastTimers.length !== 0) {
    refreshTimeout()
  }
}

function refreshTimeout () {
  // If the fastNowTimeout is already set and the Timer has the refresh()-
  // method available, call it to refresh the timer.
  // Some timer objects returned by setTimeout may not have a .refresh()
  // method (e.g. mocked timers in tests).
  if (fastNowTimeout?.refresh) {
    fastNowTimeout.refresh()
    // fastNowTimeout is not instantiated yet or refresh is not availabe,
    // create a new Timer.
  } else {
    clearTimeout(fastNowTimeout)
    fastNowTimeout = setTimeout(onTick, TICK_MS)
    // If the Timer has an unref method, call it to allow the process to exit,
    // if there are no other active handles. When using fake timers or mocked
    // environments (like Jest), .unref() may not be defined,
    fastNowTimeout?.unref()
  }
}

/**
 * The `FastTimer` class is a data structure designed to store and manage
 * timer information.
 */
class FastTimer {
  [kFastTimer] = true

  /**
   * The state of the timer, which can be one of the following:
   * - NOT_IN_LIST (-2)
   * - TO_BE_CLEARED (-1)
   * - PENDING (0)
   * - ACTIVE (1)
   *
   * @type {-2|-1|0|1}
   * @private
   */
  _state = NOT_IN_LIST

  /**
   * The number of milliseconds to wait before calling the callback.
   *
   * @type {number}
   * @private
   */
  _idleTimeout = -1

  /**
   * The time in milliseconds when the timer was started. This value is used to
   * calculate when the timer should expire.
   *
   * @type {number}
   * @default -1
   * @private
   */
  _idleStart = -1

  /**
   * The function to be executed when the timer expires.
   * @type {Function}
   * @private
   */
  _onTimeout

  /**
   * The argument to be passed to the callback when the timer expires.
   *
   * @type {*}
   * @private
   */
  _timerArg

  /**
   * @constructor
   * @param {Function} callback A function to be executed after the timer
   * expires.
   * @param {number} delay The time, in milliseconds that the timer should wait
   * before the specified function or code is executed.
   * @param {*} arg
   */
  constructor (callback, delay, arg) {
    this._onTimeout = callback
    this._idleTimeout = delay
    this._timerArg = arg

    this.refresh()
  }

  /**
   * Sets the timer's start time to the current time, and reschedules the timer
   * to call its callback at the previously specified duration adjusted to the
   * current time.
   * Using this on a timer that has already called its callback will reactivate
   * the timer.
   *
   * @returns {void}
   */
  refresh () {
    // In the special case that the timer is not in the list of active timers,
    // add it back to the array to be processed in the next tick by the onTick
    // function.
    if (this._state === NOT_IN_LIST) {
      fastTimers.push(this)
    }

    // If the timer is the only active timer, refresh the fastNowTimeout for
    // better resolution.
    if (!fastNowTimeout || fastTimers.length === 1) {
      refreshTimeout()
    }

    // Setting the state to PENDING will cause the timer to be reset in the
    // next tick by the onTick function.
    this._state = PENDING
  }

  /**
   * The `clear` method cancels the timer, preventing it from executing.
   *
   * @returns {void}
   * @private
   */
  clear () {
    // Set the state to TO_BE_CLEARED to mark the timer for removal in the next
    // tick by the onTick function.
    this._state = TO_BE_CLEARED

    // Reset the _idleStart value to -1 to indicate that the timer is no longer
    // active.
    this._idleStart = -1
  }
}

/**
 * This module exports a setTimeout and clearTimeout function that can be
 * used as a drop-in replacement for the native functions.
 */
module.exports = {
  /**
   * The setTimeout() method sets a timer which executes a function once the
   * timer expires.
   * @param {Function} callback A function to be executed after the timer
   * expires.
   * @param {number} delay The time, in milliseconds that the timer should
   * wait before the specified function or code is executed.
   * @param {*} [arg] An optional argument to be passed to the callback function
   * when the timer expires.
   * @returns {NodeJS.Timeout|FastTimer}
   */
  setTimeout (callback, delay, arg) {
    // If the delay is less than or equal to the RESOLUTION_MS value return a
    // native Node.js Timer instance.
    return delay <= RESOLUTION_MS
      ? setTimeout(callback, delay, arg)
      : new FastTimer(callback, delay, arg)
  },
  /**
   * The clearTimeout method cancels an instantiated Timer previously created
   * by calling setTimeout.
   *
   * @param {NodeJS.Timeout|FastTimer} timeout
   */
  clearTimeout (timeout) {
    // If the timeout is a FastTimer, call its own clear method.
    if (timeout[kFastTimer]) {
      /**
       * @type {FastTimer}
       */
      timeout.clear()
      // Otherwise it is an instance of a native NodeJS.Timeout, so call the
      // Node.js native clearTimeout function.
    } else {
      clearTimeout(timeout)
    }
  },
  /**
   * The setFastTimeout() method sets a fastTimer which executes a function once
   * the timer expires.
   * @param {Function} callback A function to be executed after the timer
   * expires.
   * @param {number} delay The time, in milliseconds that the timer should
   * wait before the specified function or code is executed.
   * @param {*} [arg] An optional argument to be passed to the callback function
   * when the timer expires.
   * @returns {FastTimer}
   */
  setFastTimeout (callback, delay, arg) {
    return new FastTimer(callback, delay, arg)
  },
  /**
   * The clearTimeout method cancels an instantiated FastTimer previously
   * created by calling setFastTimeout.
   *
   * @param {FastTimer} timeout
   */
  clearFastTimeout (timeout) {
    timeout.clear()
  },
  /**
   * The now method returns the value of the internal fast timer clock.
   *
   * @returns {number}
   */
  now () {
    return fastNow
  },
  /**
   * Trigger the onTick function to process the fastTimers array.
   * Exported for testing purposes only.
   * Marking as deprecated to discourage any use outside of testing.
   * @deprecated
   * @param {number} [delay=0] The delay in milliseconds to add to the now value.
   */
  tick (delay = 0) {
    fastNow += delay - RESOLUTION_MS + 1
    onTick()
    onTick()
  },
  /**
   * Reset FastTimers.
   * Exported for testing purposes only.
   * Marking as deprecated to discourage any use outside of testing.
   * @deprecated
   */
  reset () {
    fastNow = 0
    fastTimers.length = 0
    clearTimeout(fastNowTimeout)
    fastNowTimeout = null
  },
  /**
   * Exporting for testing purposes only.
   * Marking as deprecated to discourage any use outside of testing.
   * @deprecated
   */
  kFastTimer
}


/***/ }),

/***/ 3339:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("module");

/***/ }),

/***/ 4589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 1971:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2 (left out of the bundle)");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 1792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 1126:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("undici/lib/dispatcher/parser-h1.js (left out of the bundle)");

/***/ }),

/***/ 5479:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("undici/lib/web/fetch/body.js (left out of the bundle)");

/***/ }),

/***/ 782:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("undici/lib/web/fetch/formdata (left out of the bundle)");

/***/ }),

/***/ 8532:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("undici/lib/web/webidl (left out of the bundle)");

/***/ }),

/***/ 2749:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ chunk)
/* harmony export */ });
function chunk(values, size) {
    return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}


/***/ }),

/***/ 3863:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  a: () => (/* binding */ didYouMean),
  R: () => (/* binding */ findClosest)
});

;// CONCATENATED MODULE: ./node_modules/leven/index.js
const array = [];
const characterCodeCache = [];

function leven(first, second, options) {
	if (first === second) {
		return 0;
	}

	const maxDistance = options?.maxDistance;
	const swap = first;

	// Swapping the strings if `a` is longer than `b` so we know which one is the
	// shortest & which one is the longest
	if (first.length > second.length) {
		first = second;
		second = swap;
	}

	let firstLength = first.length;
	let secondLength = second.length;

	// Performing suffix trimming:
	// We can linearly drop suffix common to both strings since they
	// don't increase distance at all
	// Note: `~-` is the bitwise way to perform a `- 1` operation
	while (firstLength > 0 && (first.charCodeAt(~-firstLength) === second.charCodeAt(~-secondLength))) {
		firstLength--;
		secondLength--;
	}

	// Performing prefix trimming
	// We can linearly drop prefix common to both strings since they
	// don't increase distance at all
	let start = 0;

	while (start < firstLength && (first.charCodeAt(start) === second.charCodeAt(start))) {
		start++;
	}

	firstLength -= start;
	secondLength -= start;

	// Early termination after trimming: if difference in length exceeds max distance
	if (maxDistance !== undefined && secondLength - firstLength > maxDistance) {
		return maxDistance;
	}

	if (firstLength === 0) {
		return maxDistance !== undefined && secondLength > maxDistance
			? maxDistance
			: secondLength;
	}

	let bCharacterCode;
	let result;
	let temporary;
	let temporary2;
	let index = 0;
	let index2 = 0;

	while (index < firstLength) {
		characterCodeCache[index] = first.charCodeAt(start + index);
		array[index] = ++index;
	}

	while (index2 < secondLength) {
		bCharacterCode = second.charCodeAt(start + index2);
		temporary = index2++;
		result = index2;

		for (index = 0; index < firstLength; index++) {
			temporary2 = bCharacterCode === characterCodeCache[index] ? temporary : temporary + 1;
			temporary = array[index];
			// eslint-disable-next-line no-multi-assign
			result = array[index] = temporary > result
				? (temporary2 > result ? result + 1 : temporary2)
				: (temporary2 > temporary ? temporary + 1 : temporary2);
		}

		// Early termination: if all values in current row exceed maxDistance
		if (maxDistance !== undefined) {
			let rowMinimum = result;
			for (index = 0; index < firstLength; index++) {
				if (array[index] < rowMinimum) {
					rowMinimum = array[index];
				}
			}

			if (rowMinimum > maxDistance) {
				return maxDistance;
			}
		}
	}

	// Bound arrays to avoid retaining large previous sizes
	array.length = firstLength;
	characterCodeCache.length = firstLength;

	return maxDistance !== undefined && result > maxDistance ? maxDistance : result;
}

function closestMatch(target, candidates, options) {
	if (!Array.isArray(candidates) || candidates.length === 0) {
		return undefined;
	}

	const userMax = options?.maxDistance;
	const targetLength = target.length;

	// Exact match fast-path
	for (const candidate of candidates) {
		if (candidate === target) {
			return candidate;
		}
	}

	if (userMax === 0) {
		return undefined;
	}

	let best;
	let bestDist = Number.POSITIVE_INFINITY;
	const seen = new Set();

	for (const candidate of candidates) {
		if (seen.has(candidate)) {
			continue;
		}

		seen.add(candidate);

		const lengthDiff = Math.abs(candidate.length - targetLength);
		if (lengthDiff >= bestDist) {
			continue;
		}

		if (userMax !== undefined && lengthDiff > userMax) {
			continue;
		}

		const cap = Number.isFinite(bestDist)
			? (userMax === undefined ? bestDist : Math.min(bestDist, userMax))
			: userMax;

		const distance = cap === undefined
			? leven(target, candidate)
			: leven(target, candidate, {maxDistance: cap});

		// Skip candidates that exceed the user's maximum distance
		if (userMax !== undefined && distance > userMax) {
			continue;
		}

		// If we got a capped result that equals the cap, we need the actual distance
		// for accurate comparison, but only if the cap was due to userMax
		let actualD = distance;
		if (cap !== undefined && distance === cap && cap === userMax) {
			actualD = leven(target, candidate);
		}

		if (actualD < bestDist) {
			bestDist = actualD;
			best = candidate;
			if (bestDist === 0) {
				break;
			}
		}
	}

	if (userMax !== undefined && bestDist > userMax) {
		return undefined;
	}

	return best;
}

;// CONCATENATED MODULE: ./build/did-you-mean.js

function didYouMean(text, known) {
    const match = findClosest(text, known);
    return match === undefined ? '' : `; did you mean "${match}"?`;
}
const MAX_COMPARED_LENGTH = 256;
function findClosest(text, known) {
    if (text.length > MAX_COMPARED_LENGTH) {
        return undefined;
    }
    const maxDistance = Math.max(2, Math.floor(text.length / 3));
    return (known.find((candidate) => candidate.toLowerCase() === text.toLowerCase()) ??
        closestMatch(text, known, { maxDistance }));
}


/***/ }),

/***/ 9473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Vv: () => (/* binding */ explainUnexpected),
/* harmony export */   iN: () => (/* binding */ SPECIAL_TITLES),
/* harmony export */   lZ: () => (/* binding */ ActionError)
/* harmony export */ });
/* unused harmony exports ERROR_CODES, ERROR_TITLES */
const ERROR_CODES = (/* unused pure expression or super */ null && ([
    'invalid-input',
    'bad-request',
    'unauthorized',
    'forbidden',
    'not-found',
    'conflict',
    'rate-limited',
    'server-error',
    'network',
    'timeout',
    'unexpected-response',
    'cancelled',
    'unsupported-node',
    'invalid-file',
    'too-many-deletes',
    'drift',
]));
const ERROR_TITLES = {
    'invalid-input': 'The inputs are not valid',
    'bad-request': 'LaunchDarkly refused the request as invalid',
    unauthorized: 'LaunchDarkly did not accept the token',
    forbidden: 'LaunchDarkly refused access',
    'not-found': 'The project or the environment does not exist',
    conflict: 'The insight group already exists',
    'rate-limited': 'The rate limit lasts longer than the time limit',
    'server-error': 'LaunchDarkly returned a server error',
    network: 'LaunchDarkly could not be reached',
    timeout: 'LaunchDarkly did not respond in time',
    'unexpected-response': 'LaunchDarkly returned an unexpected response',
    cancelled: 'The run was cancelled',
    'unsupported-node': 'The Node.js of this runner is too old',
    'invalid-file': 'The groups file is not valid',
    'too-many-deletes': 'The file asks for too many deletions',
    drift: 'LaunchDarkly differs from the groups file',
};
const SPECIAL_TITLES = {
    foreignGroup: 'The key belongs to another project or environment',
    lastingConflict: 'LaunchDarkly keeps answering 409',
    contention: 'Another process is changing the insight group',
    notFound: 'LaunchDarkly returned 404',
    foreignAnswer: 'Something other than LaunchDarkly answered',
    outputs: 'The outputs could not be written',
    bug: 'The action has a bug',
};
class ActionError extends Error {
    name = 'ActionError';
    code;
    title;
    serverMessage;
    nextStep;
    reasons;
    problems;
    details;
    existing;
    writes;
    constructor(parts) {
        super(parts.message, { cause: parts.cause });
        this.code = parts.code;
        this.title = parts.title ?? ERROR_TITLES[parts.code];
        this.serverMessage = parts.serverMessage;
        this.nextStep = parts.nextStep;
        this.reasons = parts.reasons ?? [];
        this.problems = parts.problems ?? [];
        this.details = parts.details ?? [];
        this.existing = parts.existing;
        this.writes = parts.writes;
    }
}
function explainUnexpected(cause) {
    return new ActionError({
        code: 'unexpected-response',
        title: SPECIAL_TITLES.bug,
        message: 'The action failed with an unexpected error.',
        nextStep: 'Re-run the job with debug logging, and report the log. Outcome unknown: it is safe to run again.',
        writes: { create: 'unknown', delete: 'unknown' },
        cause,
    });
}


/***/ }),

/***/ 2217:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ groupBy)
/* harmony export */ });
function groupBy(values, keyOf) {
    const groups = new Map();
    for (const value of values) {
        const key = keyOf(value);
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [value]);
        }
        else {
            group.push(value);
        }
    }
    return groups;
}


/***/ }),

/***/ 5029:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   GP: () => (/* binding */ splitHeader),
/* harmony export */   NA: () => (/* binding */ BACKOFF_CAP_MS),
/* harmony export */   O7: () => (/* binding */ computeBackoff),
/* harmony export */   OB: () => (/* binding */ ATTEMPT_RESERVE_MS),
/* harmony export */   UQ: () => (/* binding */ BACKOFF_BASE_MS),
/* harmony export */   Xb: () => (/* binding */ findLongestWait),
/* harmony export */   mu: () => (/* binding */ parseRetryAfter),
/* harmony export */   vs: () => (/* binding */ parseServerClock)
/* harmony export */ });
/* unused harmony export MAX_RETRY_AFTER_MS */
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 20_000;
const ATTEMPT_RESERVE_MS = 500;
const MAX_RETRY_AFTER_MS = 90 * 24 * 60 * 60 * 1000;
function parseServerClock(headers) {
    const date = parseHttpDate(headers['date'] ?? '');
    return Number.isNaN(date) ? undefined : date;
}
const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -](?:\d{2}){1,2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
function parseHttpDate(value) {
    if (ASCTIME_DATE.test(value)) {
        return Date.parse(`${value} GMT`);
    }
    return HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
}
function parseRetryAfter(headers, receivedAt) {
    const serverClock = parseServerClock(headers) ?? receivedAt;
    return findLongestWait(splitHeader(headers['retry-after']).map((value) => parseDelay(value, serverClock)));
}
function findLongestWait(waits) {
    const usable = waits.filter((waitMs) => waitMs > 0 && waitMs <= MAX_RETRY_AFTER_MS);
    return usable.length === 0 ? undefined : Math.max(...usable);
}
function splitHeader(value = '') {
    return value.split(/(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*), */);
}
function parseDelay(value, serverClock) {
    if (/^\d+(?:\.\d+)?$/.test(value)) {
        return Math.ceil(Number(value) * 1000);
    }
    return parseHttpDate(value) - serverClock;
}
function computeBackoff(options) {
    const { waitsBefore, retryAfterMs = 0, remainingMs, random } = options;
    const { minMs, maxMs } = options.bounds ?? { minMs: 0, maxMs: BACKOFF_CAP_MS };
    const spareMs = remainingMs - ATTEMPT_RESERVE_MS - retryAfterMs;
    if (spareMs < 1) {
        return { kind: 'too-long', neededMs: retryAfterMs };
    }
    const growingMs = BACKOFF_BASE_MS * 2 ** Math.min(waitsBefore, 30);
    const backoffMs = Math.max(minMs, random * Math.min(BACKOFF_CAP_MS, growingMs, maxMs));
    return { kind: 'wait', ms: retryAfterMs + Math.floor(Math.min(backoffMs, spareMs - 1)) };
}


/***/ }),

/***/ 1985:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   XO: () => (/* binding */ TLS_OPTIONS),
/* harmony export */   s9: () => (/* binding */ HTTP_OPTIONS),
/* harmony export */   z: () => (/* binding */ NO_TIMEOUTS)
/* harmony export */ });
const HTTP_OPTIONS = {
    allowH2: false,
    maxHeaderSize: 16 * 1024,
};
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
const TLS_OPTIONS = { rejectUnauthorized: true, allowH2: false };


/***/ }),

/***/ 1484:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Uv: () => (/* binding */ isPermanentCode),
/* harmony export */   WS: () => (/* binding */ readErrorCode),
/* harmony export */   tA: () => (/* binding */ describeInvalidAnswer)
/* harmony export */ });
const PROXY_REFUSAL = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/;
function readErrorCode(error) {
    if (typeof error !== 'object' || error === null) {
        return 'UNKNOWN';
    }
    const refusal = error instanceof Error ? PROXY_REFUSAL.exec(error.message) : null;
    if (refusal !== null) {
        return `PROXY_REFUSED_${refusal[1] ?? refusal[2]}`;
    }
    if (error instanceof Error && error.name === 'HTTPParserError') {
        return 'INVALID_HTTP';
    }
    if (error instanceof AggregateError && error.errors.length > 0) {
        return readErrorCode(error.errors[0]);
    }
    if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_/]+$/.test(error.code)) {
        return error.code;
    }
    return 'cause' in error ? readErrorCode(error.cause) : 'UNKNOWN';
}
function describeInvalidAnswer(code) {
    switch (code) {
        case 'INVALID_HTTP':
            return 'answered with something that is not valid HTTP';
        case 'UND_ERR_HEADERS_OVERFLOW':
            return 'answered with more than 16 KiB of headers';
        default:
            return undefined;
    }
}
const PERMANENT = /^(?:CERT_|EPROTO$|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|PROXY_NOT_VALID$|PROXY_REFUSED_(?:403|407|CREDENTIALS)$|RETRY_AFTER$|UND_ERR_PRX_TLS$|UND_ERR_INVALID_ARG$|ERR_INVALID_)/;
function isPermanentCode(code) {
    return PERMANENT.test(code);
}


/***/ }),

/***/ 6614:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  S: () => (/* binding */ openHttpClient)
});

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __nccwpck_require__(7030);
// EXTERNAL MODULE: ./build/node_modules/undici/methods.mjs
var methods = __nccwpck_require__(7033);
// EXTERNAL MODULE: ./build/node_modules/undici/lib/core/connect.js
var core_connect = __nccwpck_require__(3657);
;// CONCATENATED MODULE: ./build/node_modules/undici/buildConnector.mjs
// Written by scripts/undici.ts of this project: a part of undici's own index.js.



// EXTERNAL MODULE: ./build/node_modules/undici/Client.mjs
var Client = __nccwpck_require__(592);
// EXTERNAL MODULE: ./build/http/client-options.js
var client_options = __nccwpck_require__(1985);
;// CONCATENATED MODULE: ./build/http/connections.js



const ADDRESS_TIMEOUT_MS = 2_500;
function openConnections(options) {
    const connections = new Set();
    const idle = [];
    const connect = core_connect({
        ...client_options/* TLS_OPTIONS */.XO,
        autoSelectFamily: true,
        autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
        timeout: options.connectTimeoutMs,
    });
    let isClosed = false;
    let proxyAgent;
    return {
        get isClosed() {
            return isClosed;
        },
        async load() {
            if (options.proxy !== undefined) {
                proxyAgent ??= await Promise.all(/* import() */[__nccwpck_require__.e(922), __nccwpck_require__.e(649)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6649));
            }
        },
        acquire() {
            if (isClosed) {
                throw new Error(CLOSED);
            }
            const connection = idle.pop() ??
                new ClientConnection({ ...options, connect, proxyAgent }, {
                    release: (released) => idle.push(released),
                    abandon: (abandoned) => connections.delete(abandoned),
                });
            connections.add(connection);
            connection.begin();
            return connection;
        },
        async close() {
            isClosed = true;
            idle.length = 0;
            const reason = new Error(CLOSED);
            await Promise.all([...connections].map((connection) => connection.destroy(reason)));
        },
    };
}
const CLOSED = 'the connections were closed';
class ClientConnection {
    dispatcher;
    #owner;
    #sockets = new Set();
    #failures = new WeakMap();
    #isConnected = false;
    #mayHaveSent = false;
    #isAbandoned = false;
    constructor(options, owner) {
        this.#owner = owner;
        this.dispatcher = this.#createDispatcher(options);
    }
    get mayHaveSent() {
        return this.#mayHaveSent;
    }
    begin() {
        this.#mayHaveSent = this.#isConnected;
    }
    findFailedPeer(error) {
        return typeof error === 'object' && error !== null ? this.#failures.get(error) : undefined;
    }
    release() {
        if (!this.#isAbandoned) {
            this.#owner.release(this);
        }
    }
    abandon(reason) {
        this.#owner.abandon(this);
        this.destroy(reason).catch(() => { });
    }
    async destroy(reason) {
        this.#isAbandoned = true;
        for (const socket of this.#sockets) {
            socket.destroy(reason);
        }
        await this.dispatcher.destroy(reason);
    }
    #createDispatcher({ origin, proxy, connectTimeoutMs, connect, proxyAgent, }) {
        if (proxy === undefined) {
            return new Client/* Client */.K(origin, {
                ...client_options/* HTTP_OPTIONS */.s9,
                ...client_options/* NO_TIMEOUTS */.z,
                connect: this.#watchServer(connect),
            });
        }
        if (proxyAgent === undefined) {
            throw new Error('the connections were not loaded');
        }
        return proxyAgent.createProxyAgent({
            proxy,
            connectTimeoutMs,
            connect,
            watchProxy: (connector) => this.#watch(connector),
            watchServer: (connector) => this.#watchServer(connector),
        });
    }
    #watchServer(connect) {
        const watched = this.#watch(connect);
        return (options, callback) => watched(options, (...result) => {
            const [error, socket] = result;
            if (error === null) {
                this.#isConnected = true;
                this.#mayHaveSent = true;
                socket.once('close', () => {
                    this.#isConnected = false;
                });
            }
            callback(...result);
        });
    }
    #watch(connect) {
        return (options, callback) => {
            const socket = connect(options, (...result) => {
                const [error] = result;
                if (error !== null && !this.#failures.has(error)) {
                    this.#failures.set(error, joinPeer(options));
                }
                callback(...result);
            });
            if (socket instanceof external_node_net_.Socket) {
                this.#sockets.add(socket);
                socket.once('close', () => this.#sockets.delete(socket));
            }
        };
    }
}
function joinPeer({ hostname, port, protocol, }) {
    const host = hostname.replace(/[[\]]/g, '');
    return `${host}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

// EXTERNAL MODULE: ./build/http/error-codes.js
var error_codes = __nccwpck_require__(1484);
// EXTERNAL MODULE: ./build/http/proxies.js + 1 modules
var proxies = __nccwpck_require__(8535);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(7975);
;// CONCATENATED MODULE: ./build/http/response-body.js


const MAX_CODINGS = 3;
const CODINGS = new Map([
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate', 'deflate'],
    ['br', 'br'],
]);
function parseContentEncoding(header) {
    const names = [header ?? []]
        .flat()
        .flatMap((value) => value.split(','))
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== '' && name !== 'identity');
    const codings = names.flatMap((name) => CODINGS.get(name) ?? []);
    return codings.length === names.length && codings.length <= MAX_CODINGS ? codings : undefined;
}
async function decodeBody(bytes, codings, maxBytes) {
    let content = bytes;
    for (const coding of codings.toReversed()) {
        try {
            content = content.length === 0 ? content : await decompress(content, coding, maxBytes);
        }
        catch (cause) {
            const why = (0,error_codes/* readErrorCode */.WS)(cause) === 'ERR_BUFFER_TOO_LARGE'
                ? `it is longer than ${maxBytes} bytes`
                : `it can't be decompressed as ${coding}`;
            return { kind: 'unreadable', why, cause };
        }
    }
    return { kind: 'text', text: new TextDecoder().decode(content) };
}
async function decompress(bytes, coding, maxOutputLength) {
    const { brotliDecompress, gunzip, inflate, inflateRaw } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 8522, 19));
    const options = { maxOutputLength };
    switch (coding) {
        case 'gzip':
            return (0,external_node_util_.promisify)(gunzip)(bytes, options);
        case 'br':
            return (0,external_node_util_.promisify)(brotliDecompress)(bytes, options);
        case 'deflate':
            return (bytes[0] ?? 0) % 16 === 8
                ? (0,external_node_util_.promisify)(inflate)(bytes, options)
                : (0,external_node_util_.promisify)(inflateRaw)(bytes, options);
    }
}

;// CONCATENATED MODULE: ./build/http/http-client.js




const CONNECT_TIMEOUT_MS = 10_000;
const ATTEMPT_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 4 * 1024 * 1024;
function openHttpClient(options) {
    const { origin, now = Date.now, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = options;
    const route = (0,proxies/* findRoute */.$6)(origin, options.proxies);
    const proxy = route.kind === 'proxy' ? route.proxy : undefined;
    const isDirect = route.kind === 'direct';
    const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const connections = openConnections({ origin, proxy, connectTimeoutMs });
    const fail = (parts) => ({
        kind: 'no-response',
        ...parts,
        isDirect,
        receivedAt: now(),
    });
    return {
        async send(request, signal) {
            const startedAt = now();
            const unsent = { mayHaveBeenProcessed: false, startedAt };
            await connections.load();
            if (signal.aborted) {
                return fail({ ...unsent, code: 'ABORTED', cause: signal.reason });
            }
            if (connections.isClosed) {
                return fail({ ...unsent, code: 'ABORTED', cause: undefined });
            }
            if (route.kind === 'invalid') {
                return fail({ ...unsent, code: 'PROXY_NOT_VALID', cause: new Error(route.reason) });
            }
            const attempt = new Attempt(connections, signal, attemptTimeoutMs);
            try {
                const response = await attempt.request({ origin, ...request });
                const receivedAt = now();
                const headers = flattenHeaders(response.headers);
                const body = await attempt.read(response);
                const status = response.statusCode;
                return { kind: 'response', status, headers, body, startedAt, receivedAt };
            }
            catch (cause) {
                const peer = attempt.findFailedPeer(cause);
                return fail({
                    mayHaveBeenProcessed: attempt.mayHaveSent && peer === undefined,
                    code: attempt.abortCode ?? nameRefusal((0,error_codes/* readErrorCode */.WS)(cause), proxy?.authorization),
                    cause,
                    proxy: peer === joinPeer(new URL(origin)) ? undefined : peer,
                    startedAt,
                });
            }
            finally {
                attempt.end();
            }
        },
        close: () => connections.close(),
    };
}
class Attempt {
    #connection;
    #signal;
    #timer;
    #abort = () => this.#abandon('ABORTED', this.#signal.reason);
    #isConnectionUsable = false;
    #abortCode;
    constructor(connections, signal, timeoutMs) {
        this.#connection = connections.acquire();
        this.#signal = signal;
        signal.addEventListener('abort', this.#abort);
        this.#timer = setTimeout(() => {
            this.#abandon('ATTEMPT_TIMEOUT', new Error(`no answer within ${timeoutMs} ms`));
        }, timeoutMs);
    }
    get mayHaveSent() {
        return this.#connection.mayHaveSent;
    }
    get abortCode() {
        return this.#abortCode;
    }
    findFailedPeer(error) {
        return this.#connection.findFailedPeer(error);
    }
    request({ query, headers, body, ...rest }) {
        return this.#connection.dispatcher.request({
            ...rest,
            ...(query !== undefined && { query: { ...query } }),
            headers: { 'accept-encoding': 'identity', ...headers },
            body: body ?? null,
        });
    }
    async read({ headers, body }) {
        const codings = parseContentEncoding(headers['content-encoding']);
        if (codings === undefined) {
            discard(body);
            return { kind: 'unreadable', why: 'it is compressed in a way that is not supported' };
        }
        const chunks = [];
        let size = 0;
        try {
            for await (const chunk of body) {
                const bytes = Buffer.from(chunk);
                size += bytes.length;
                if (size > MAX_BODY_BYTES) {
                    discard(body);
                    return { kind: 'unreadable', why: `it is longer than ${MAX_BODY_BYTES} bytes` };
                }
                chunks.push(bytes);
            }
        }
        catch (cause) {
            const code = this.#abortCode ?? (0,error_codes/* readErrorCode */.WS)(cause);
            return { kind: 'unreadable', why: `it broke off (${code})`, cause };
        }
        this.#isConnectionUsable = true;
        return decodeBody(Buffer.concat(chunks), codings, MAX_BODY_BYTES);
    }
    end() {
        clearTimeout(this.#timer);
        this.#signal.removeEventListener('abort', this.#abort);
        if (this.#isConnectionUsable) {
            this.#connection.release();
        }
        else {
            this.#connection.abandon(new Error('the request is over'));
        }
    }
    #abandon(code, reason) {
        this.#abortCode ??= code;
        this.#connection.abandon(reason instanceof Error ? reason : new Error(code));
    }
}
function discard(body) {
    body.on('error', () => { });
    body.destroy();
}
function nameRefusal(code, authorization) {
    return code === 'PROXY_REFUSED_407' && authorization !== undefined
        ? 'PROXY_REFUSED_CREDENTIALS'
        : code;
}
function flattenHeaders(headers) {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]));
}


/***/ }),

/***/ 4052:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ findNetworkRemedy)
/* harmony export */ });
/* harmony import */ var _proxies_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8535);

function findNetworkRemedy({ causeCode, proxy, isDirect }, { origin, setting }) {
    const proxyAdvice = isDirect === true ? ` ${_proxies_js__WEBPACK_IMPORTED_MODULE_0__/* .PROXY_ADVICE */ .qu}` : '';
    if (CERTIFICATE.test(causeCode)) {
        const owner = proxy === undefined ? "The server's certificate" : `The certificate of the proxy ${proxy}`;
        return `${owner} is not trusted (${causeCode}). If a proxy of your company inspects TLS, point NODE_EXTRA_CA_CERTS at the file with its CA certificate, in env of the job or of the runner. TLS verification can't be turned off.`;
    }
    if (/^(?:EPROTO|ERR_SSL_)/.test(causeCode)) {
        return `The two ends did not agree on TLS (${causeCode}). Check that ${setting} and HTTPS_PROXY have the right scheme and port.`;
    }
    if (proxy !== undefined) {
        return `The proxy of HTTPS_PROXY could not be reached (${causeCode}). Check its address, or list ${new URL(origin).host} in NO_PROXY.`;
    }
    if (causeCode === 'ENOTFOUND' || causeCode === 'EAI_AGAIN') {
        return `The host name could not be resolved (${causeCode}). Check ${setting} (${origin}) and the runner's DNS.${proxyAdvice}`;
    }
    if (causeCode === 'ECONNREFUSED') {
        return `Nothing accepts connections there (ECONNREFUSED). Check ${setting} (${origin}), the firewall, and whether the runner needs a proxy (HTTPS_PROXY).`;
    }
    if (CONNECT_TIMEOUT.test(causeCode)) {
        return `No connection could be opened in time (${causeCode}). Check the runner's network and firewall.${proxyAdvice}`;
    }
    if (causeCode === 'PROXY_REFUSED_407') {
        return 'The proxy requires a user name and password (407). Put them into HTTPS_PROXY: http://user:password@host:port.';
    }
    if (causeCode === 'PROXY_REFUSED_CREDENTIALS') {
        return 'The proxy refused the user name and password of HTTPS_PROXY (407), or requires a scheme other than Basic, such as NTLM or Kerberos. Check both; special characters in them must be percent-encoded.';
    }
    if (causeCode.startsWith('PROXY_REFUSED_')) {
        return `The proxy of HTTPS_PROXY refused the connection (${causeCode.slice(-3)}). Have it allow ${origin}, or list the host in NO_PROXY.`;
    }
    if (causeCode === 'UND_ERR_PRX_CONN') {
        return `The proxy of HTTPS_PROXY could not be used (${causeCode}). Check its address.`;
    }
    return undefined;
}
const CONNECT_TIMEOUT = /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/;


/***/ }),

/***/ 8535:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  qu: () => (/* binding */ PROXY_ADVICE),
  lc: () => (/* binding */ findProxyProblem),
  $6: () => (/* binding */ findRoute),
  U9: () => (/* binding */ isLoopback),
  WA: () => (/* binding */ listProxySecrets),
  _1: () => (/* binding */ listProxyWarnings),
  uv: () => (/* binding */ readProxySettings)
});

;// CONCATENATED MODULE: ./build/http/no-proxy.js
function isBypassed({ protocol, hostname, port }, noProxy) {
    const host = hostname.replace(/^\[(.+)\]$/, '$1').replace(/(?<=.)\.$/, '');
    const targetPort = Number(port) || (protocol === 'https:' ? 443 : 80);
    return noProxy
        .split(/[,\s]/)
        .filter((entry) => entry !== '')
        .map(parseNoProxyEntry)
        .some((entry) => {
        if (entry.port !== 0 && entry.port !== targetPort) {
            return false;
        }
        return (entry.host === '*' ||
            (!entry.isWildcard && host === entry.host) ||
            host.endsWith(`.${entry.host}`));
    });
}
function parseNoProxyEntry(entry) {
    const withPort = /^\[(.+)\]:(\d+)$/.exec(entry) ?? /^([^:]+):(\d+)$/.exec(entry);
    const host = withPort?.[1] ?? entry.replace(/^\[(.+)\]$/, '$1');
    return {
        host: host
            .replace(/^\*?\./, '')
            .replace(/(?<=.)\.$/, '')
            .toLowerCase(),
        port: Number(withPort?.[2] ?? 0),
        isWildcard: entry.startsWith('*'),
    };
}

;// CONCATENATED MODULE: ./build/http/proxies.js

const PROXY_ADVICE = 'If the runner reaches the internet through a proxy only, set HTTPS_PROXY in its env.';
function readProxySettings(env) {
    return {
        httpProxy: readVariable(env, 'http_proxy').value,
        httpsProxy: readVariable(env, 'https_proxy').value,
        noProxy: readVariable(env, 'no_proxy').value,
    };
}
function readVariable(env, lowerName) {
    const upperName = lowerName.toUpperCase();
    const lower = env[lowerName]?.trim() ?? '';
    return lower === ''
        ? { name: upperName, value: env[upperName]?.trim() ?? '' }
        : { name: lowerName, value: lower };
}
function findRoute(origin, settings) {
    const target = new URL(origin);
    const isPlain = target.protocol === 'http:';
    const value = isPlain ? settings.httpProxy : settings.httpsProxy;
    if (value === '' || (isPlain && isLoopback(target)) || isBypassed(target, settings.noProxy)) {
        return { kind: 'direct' };
    }
    const proxy = parseProxy(value);
    return 'reason' in proxy ? { kind: 'invalid', reason: proxy.reason } : { kind: 'proxy', proxy };
}
function isLoopback({ hostname }) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
function findProxyProblem(env, origin) {
    const route = findRoute(origin, readProxySettings(env));
    if (route.kind !== 'invalid') {
        return undefined;
    }
    const lowerName = origin.startsWith('http:') ? 'http_proxy' : 'https_proxy';
    return { variable: readVariable(env, lowerName).name, reason: route.reason };
}
function listProxyWarnings(env, origin) {
    const { httpsProxy, noProxy } = readProxySettings(env);
    if (httpsProxy !== '' || isBypassed(new URL(origin), noProxy)) {
        return [];
    }
    const all = readVariable(env, 'all_proxy');
    const http = readVariable(env, 'http_proxy');
    const advice = `Requests to ${origin} go without a proxy; set HTTPS_PROXY to the URL of an http or https proxy if the runner needs one.`;
    if (all.value !== '') {
        return [`${all.name} is set, but it is not supported. ${advice}`];
    }
    return SOCKS.test(http.value)
        ? [`${http.name} names a SOCKS proxy, but SOCKS is not supported. ${advice}`]
        : [];
}
const SOCKS = /^socks/i;
function listProxySecrets({ httpProxy, httpsProxy }) {
    const secrets = [httpsProxy, httpProxy].flatMap((value) => {
        const rest = value.replace(SCHEME, '');
        const userinfo = rest.slice(0, Math.max(0, rest.lastIndexOf('@')));
        if (userinfo === '') {
            return [];
        }
        const { user, password } = splitUserinfo(userinfo);
        const decoded = {
            user: decodePercent(user) ?? user,
            password: decodePercent(password) ?? password,
        };
        return [
            userinfo,
            `${decoded.user}:${decoded.password}`,
            encodeBasic(decoded.user, decoded.password),
            ...(password === '' ? [user, decoded.user] : [password, decoded.password]),
        ];
    });
    return [...new Set(secrets)];
}
const SCHEME = /^(?:([a-z][a-z0-9+.-]*):)?\/+/i;
const NO_HOST = /[\s\\"'`<>{}|^%]|^\d*(?::|$)/;
const EXPECTED = 'expected the URL of an http or https proxy';
function parseProxy(text) {
    if (/^["'`]/.test(text)) {
        return { reason: `${EXPECTED}; leave out the quotes` };
    }
    const scheme = (SCHEME.exec(text)?.[1] ?? 'http').toLowerCase();
    if (SOCKS.test(scheme)) {
        return { reason: `${EXPECTED}; SOCKS is not supported` };
    }
    if (scheme !== 'http' && scheme !== 'https') {
        return { reason: EXPECTED };
    }
    const rest = text.replace(SCHEME, '');
    const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
    if (rest.slice(authority.length).includes('@')) {
        return {
            reason: `${EXPECTED}; the characters / ? # in the user name or password must be percent-encoded`,
        };
    }
    const at = authority.lastIndexOf('@');
    const host = authority.slice(at + 1);
    const origin = `${scheme}://${host}`;
    if (NO_HOST.test(host) || !URL.canParse(origin)) {
        return { reason: EXPECTED };
    }
    const { user, password } = splitUserinfo(authority.slice(0, Math.max(0, at)));
    const decoded = { user: decodePercent(user), password: decodePercent(password) };
    if (decoded.user === undefined || decoded.password === undefined) {
        return { reason: `${EXPECTED}; a percent sign in the user name or password is written %25` };
    }
    const hasCredentials = decoded.user !== '' || decoded.password !== '';
    return {
        origin: new URL(origin).origin,
        authorization: hasCredentials
            ? `Basic ${encodeBasic(decoded.user, decoded.password)}`
            : undefined,
    };
}
function splitUserinfo(userinfo) {
    const colon = userinfo.indexOf(':');
    return colon < 0
        ? { user: userinfo, password: '' }
        : { user: userinfo.slice(0, colon), password: userinfo.slice(colon + 1) };
}
function decodePercent(text) {
    try {
        return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    }
    catch {
        return undefined;
    }
}
function encodeBasic(user, password) {
    return Buffer.from(`${user}:${password}`).toString('base64');
}


/***/ }),

/***/ 1845:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ decodeText),
/* harmony export */   g: () => (/* binding */ MAX_FILE_BYTES)
/* harmony export */ });
const MAX_FILE_BYTES = 256 * 1024;
function decodeText(bytes) {
    if (bytes.length > MAX_FILE_BYTES) {
        return invalid(1, 1, `the file is larger than ${MAX_FILE_BYTES / 1024} KiB; split it, one step for each part`);
    }
    const [first, second] = bytes;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
        return invalid(1, 1, 'the file is UTF-16; save it as UTF-8');
    }
    try {
        return { kind: 'decoded', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    }
    catch {
        const lines = new TextDecoder().decode(bytes).split('\n');
        const index = lines.findIndex((line) => line.includes(REPLACEMENT));
        const column = (lines[index]?.indexOf(REPLACEMENT) ?? 0) + 1;
        return invalid(index + 1, column, 'this is not UTF-8; save the file as UTF-8');
    }
}
const REPLACEMENT = '\ufffd';
function invalid(line, column, message) {
    return { kind: 'invalid', problems: [{ line, column, path: '', message }] };
}


/***/ }),

/***/ 3459:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   FU: () => (/* binding */ DELETE_DEFAULTS),
/* harmony export */   L2: () => (/* binding */ COMMON_DEFAULTS),
/* harmony export */   Sk: () => (/* binding */ CREATE_DEFAULTS),
/* harmony export */   Z4: () => (/* binding */ SYNC_DEFAULTS)
/* harmony export */ });
const COMMON_DEFAULTS = {
    token: '',
    'base-uri': 'https://app.launchdarkly.com',
    'timeout-seconds': '',
    'dry-run': 'false',
    'pr-comment': 'false',
    'github-token': '',
    'pr-number': '',
};
const CREATE_DEFAULTS = {
    name: '',
    key: '',
    project: '',
    environment: '',
    applications: '',
    'if-exists': 'fail',
};
const DELETE_DEFAULTS = { key: '', project: '', environment: '' };
const SYNC_DEFAULTS = {
    file: '.github/insight-groups.yml',
    'on-drift': 'report',
    'max-deletes': '10',
};


/***/ }),

/***/ 4725:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ listKnownClaims),
/* harmony export */   P: () => (/* binding */ resolveKeyClaims)
/* harmony export */ });
/* harmony import */ var _group_by_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2217);
/* harmony import */ var _selector_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5571);
/* harmony import */ var _template_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(968);



function listKnownClaims(entry) {
    if (entry.kind === 'absent') {
        return [{ ...entry.group, entry }];
    }
    if (!isExact(entry)) {
        return [];
    }
    const { project, environment, key } = entry.template;
    return (0,_selector_js__WEBPACK_IMPORTED_MODULE_1__/* .listExactKeys */ .is)(project).flatMap((projectKey) => (0,_selector_js__WEBPACK_IMPORTED_MODULE_1__/* .listExactKeys */ .is)(environment).map((environmentKey) => ({
        key: (0,_template_js__WEBPACK_IMPORTED_MODULE_0__/* .renderTemplate */ .Xm)(key, { project: projectKey, environment: environmentKey }),
        projectKey,
        environmentKey,
        entry,
    })));
}
function resolveKeyClaims(claims) {
    const byKey = (0,_group_by_js__WEBPACK_IMPORTED_MODULE_2__/* .groupBy */ .$)(claims, ({ key }) => key.toLowerCase());
    const granted = [];
    const clashes = [];
    for (const rivals of byKey.values()) {
        const exact = rivals.filter(({ entry }) => isExact(entry));
        const first = exact.length > 0 ? exact : rivals;
        if (first.length > 1) {
            clashes.push(...describeClash(first));
        }
        else {
            granted.push(...first);
        }
    }
    return { granted, clashes };
}
function isExact(entry) {
    return (entry.kind === 'absent' ||
        !((0,_selector_js__WEBPACK_IMPORTED_MODULE_1__/* .hasWildcard */ .rl)(entry.template.project) || (0,_selector_js__WEBPACK_IMPORTED_MODULE_1__/* .hasWildcard */ .rl)(entry.template.environment)));
}
function describeClash(claims) {
    const byEntry = (0,_group_by_js__WEBPACK_IMPORTED_MODULE_2__/* .groupBy */ .$)(claims, ({ entry }) => entry);
    const entries = [...byEntry.keys()];
    return [...byEntry].map(([entry, own]) => {
        const lines = entries.flatMap((other) => other === entry || other.source === undefined ? [] : [String(other.source.line)]);
        const gives = `gives "${own[0]?.key}" for ${listSome(own.map(describeTarget), ' and ')}`;
        const message = lines.length > 0
            ? `${gives}, and so does the entry on line ${listSome(lines, ', ')}; the keys of groups must be unique`
            : `${gives}; the keys of groups must be unique, so use {project} and {environment} in it`;
        return { message, entry };
    });
}
function describeTarget({ projectKey, environmentKey }) {
    return `project "${projectKey}", environment "${environmentKey}"`;
}
const MAX_NAMED = 3;
function listSome(texts, separator) {
    const hidden = texts.length - MAX_NAMED;
    const named = texts.slice(0, MAX_NAMED).join(separator);
    return hidden > 0 ? `${named} and ${hidden} more` : named;
}


/***/ }),

/***/ 1671:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   BH: () => (/* binding */ warnOfKeyLength),
/* harmony export */   Do: () => (/* binding */ parseKey),
/* harmony export */   Dy: () => (/* binding */ explainInvalid),
/* harmony export */   Gq: () => (/* binding */ invalid),
/* harmony export */   Pf: () => (/* binding */ isOneLine),
/* harmony export */   Z3: () => (/* binding */ KEY_RULE),
/* harmony export */   m0: () => (/* binding */ isKey),
/* harmony export */   pX: () => (/* binding */ IS_REQUIRED),
/* harmony export */   qW: () => (/* binding */ findNameProblem),
/* harmony export */   qs: () => (/* binding */ checkApplications),
/* harmony export */   r8: () => (/* binding */ parseApplications),
/* harmony export */   rZ: () => (/* binding */ valid),
/* harmony export */   ry: () => (/* binding */ splitList)
/* harmony export */ });
/* harmony import */ var _parse_json_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7098);

const KEY = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const KEY_RULE = 'expected letters, digits, ".", "-" and "_", the first one a letter or a digit';
function isKey(text) {
    return KEY.test(text);
}
const IS_REQUIRED = 'is required';
function parseKey(text) {
    if (text === '') {
        return invalid(IS_REQUIRED);
    }
    return isKey(text) ? valid(text) : invalid(explainInvalid(text, KEY_RULE));
}
const IN_QUOTES = /^(["'`]).*\1$/s;
function explainInvalid(text, rule) {
    return `"${text}" is not valid; ${IN_QUOTES.test(text) ? 'leave out the quotes' : rule}`;
}
const LINE_OR_CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
function isOneLine(text) {
    return !LINE_OR_CONTROL.test(text);
}
const NOTHING_VISIBLE = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;
function findNameProblem(text) {
    if (NOTHING_VISIBLE.test(text)) {
        return `${IS_REQUIRED}: the group's display name`;
    }
    return isOneLine(text) ? undefined : 'expected one line, without control characters';
}
const APPLICATION_KEY = /^[a-zA-Z0-9_.-]+$/;
const APPLICATION_RULE = 'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"';
const ALL_APPLICATIONS = 'for all applications, leave applications out';
function parseApplications(text) {
    if (!text.trimStart().startsWith('[')) {
        return checkApplications(splitList(text));
    }
    const items = (0,_parse_json_js__WEBPACK_IMPORTED_MODULE_0__/* .parseJson */ .q)(text);
    if (!Array.isArray(items)) {
        return invalid(`"${text.trim()}" is not valid JSON; expected an array such as ["api", "web"]`);
    }
    const others = items.flatMap((item, index) => typeof item === 'string'
        ? []
        : [
            {
                message: `${JSON.stringify(item)} is not valid; expected a text in quotes`,
                item: index,
            },
        ]);
    return others.length > 0
        ? { kind: 'invalid', problems: others }
        : checkApplications(items.map((item) => String(item).trim()));
}
function checkApplications(keys) {
    const problems = keys.flatMap((key, item) => APPLICATION_KEY.test(key)
        ? []
        : [{ message: explainInvalid(key, key === '*' ? ALL_APPLICATIONS : APPLICATION_RULE), item }]);
    return problems.length > 0 ? { kind: 'invalid', problems } : valid([...new Set(keys)]);
}
function splitList(text) {
    return text
        .split(/[\n,]/)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
}
const USUAL_KEY_LENGTH = 100;
function warnOfKeyLength(input, key) {
    return key.length > USUAL_KEY_LENGTH
        ? `The input ${input} has ${key.length} characters; LaunchDarkly may refuse keys of more than ${USUAL_KEY_LENGTH}.`
        : undefined;
}
function valid(value) {
    return { kind: 'valid', value };
}
function invalid(message) {
    return { kind: 'invalid', problems: [{ message }] };
}


/***/ }),

/***/ 5571:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   MT: () => (/* binding */ matchesPattern),
/* harmony export */   Pl: () => (/* binding */ parseSelector),
/* harmony export */   SD: () => (/* binding */ checkSelector),
/* harmony export */   VH: () => (/* binding */ formatSelector),
/* harmony export */   is: () => (/* binding */ listExactKeys),
/* harmony export */   ko: () => (/* binding */ selects),
/* harmony export */   mK: () => (/* binding */ includes),
/* harmony export */   rl: () => (/* binding */ hasWildcard),
/* harmony export */   w8: () => (/* binding */ listPatterns)
/* harmony export */ });
/* harmony import */ var _rules_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1671);

const PATTERN = /^[a-zA-Z0-9*?][a-zA-Z0-9_.*?-]*$/;
const PATTERN_RULE = 'expected a pattern of letters, digits, ".", "-", "_", "*" and "?" that does not start with ".", "-" or "_"';
function parseSelector(text) {
    const entries = (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .splitList */ .ry)(text);
    return entries.length === 0 ? toSelectorRuling((0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .parseKey */ .Do)(text.trim())) : checkSelector(entries);
}
function checkSelector(entries) {
    const unique = [...new Set(entries)];
    const [first] = unique;
    if (first === undefined) {
        return (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .invalid */ .Gq)(_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .IS_REQUIRED */ .pX);
    }
    if (unique.length === 1 && !/[*?!]/.test(first)) {
        return toSelectorRuling((0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .parseKey */ .Do)(first));
    }
    const problems = entries.flatMap((entry, item) => {
        const message = findEntryProblem(entry);
        return message === undefined ? [] : [{ message, item }];
    });
    if (problems.length > 0) {
        return { kind: 'invalid', problems };
    }
    const include = unique.filter((entry) => !entry.startsWith('!')).map(toPattern);
    const exclude = unique.filter((entry) => entry.startsWith('!')).map((e) => toPattern(e.slice(1)));
    const message = findEmptiness(include, exclude);
    return message === undefined ? (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .valid */ .rZ)({ kind: 'patterns', include, exclude }) : (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .invalid */ .Gq)(message);
}
function selects(selector, key) {
    return includes(selector, key) && !excludes(selector, key);
}
function includes(selector, key) {
    return selector.kind === 'exact'
        ? selector.key === key
        : selector.include.some((pattern) => matchesPattern(pattern.text, key));
}
function excludes(selector, key) {
    return (selector.kind === 'patterns' &&
        selector.exclude.some((pattern) => matchesPattern(pattern.text, key)));
}
function listExactKeys(selector) {
    if (selector.kind === 'exact') {
        return [selector.key];
    }
    const named = selector.include.filter(({ isExact }) => isExact).map(({ text }) => text);
    return named.filter((key) => !excludes(selector, key));
}
function listPatterns(selector) {
    const include = selector.kind === 'exact' ? [] : selector.include;
    return include.filter(({ isExact }) => !isExact).map(({ text }) => text);
}
function hasWildcard(selector) {
    return listPatterns(selector).length > 0;
}
function formatSelector(selector) {
    return selector.kind === 'exact'
        ? selector.key
        : [
            ...selector.include.map(({ text }) => text),
            ...selector.exclude.map(({ text }) => `!${text}`),
        ].join(', ');
}
function matchesPattern(pattern, key) {
    const pieces = pattern.split('*');
    const first = pieces.shift() ?? '';
    const last = pieces.pop();
    if (last === undefined) {
        return key.length === first.length && fitsAt(first, key, 0);
    }
    const end = key.length - last.length;
    if (end < first.length || !fitsAt(first, key, 0) || !fitsAt(last, key, end)) {
        return false;
    }
    let at = first.length;
    for (const piece of pieces) {
        while (at + piece.length <= end && !fitsAt(piece, key, at)) {
            at += 1;
        }
        if (at + piece.length > end) {
            return false;
        }
        at += piece.length;
    }
    return true;
}
function fitsAt(piece, key, at) {
    for (let index = 0; index < piece.length; index += 1) {
        if (piece[index] !== '?' && piece[index] !== key[at + index]) {
            return false;
        }
    }
    return true;
}
function findEntryProblem(entry) {
    const body = entry.startsWith('!') ? entry.slice(1) : entry;
    if (entry.startsWith('!') && (body === '' || /^\s/.test(body))) {
        return `"${entry}" excludes nothing; write the key or pattern right after the "!"`;
    }
    if (body.includes('!')) {
        return `"${entry}" is not valid; a single "!" may stand in front of a key or pattern, nowhere else`;
    }
    if (PATTERN.test(body)) {
        return undefined;
    }
    return (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .explainInvalid */ .Dy)(entry, /[*?]/.test(body) ? PATTERN_RULE : _rules_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_RULE */ .Z3);
}
function findEmptiness(include, exclude) {
    if (include.length === 0) {
        return `${quoteAll(exclude.map(({ text }) => `!${text}`))} only excludes; add a key or pattern to start from, such as "*"`;
    }
    const isNothingLeft = include.every(({ text }) => exclude.some((pattern) => coversPattern(pattern.text, text)));
    return isNothingLeft
        ? `${quoteAll(exclude.map(({ text }) => `!${text}`))} excludes all that ${quoteAll(include.map(({ text }) => text))} can match`
        : undefined;
}
function coversPattern(cover, pattern) {
    const isAmbiguous = cover.includes('?') && pattern.includes('*');
    return cover === pattern || (!isAmbiguous && matchesPattern(cover, pattern));
}
function toPattern(text) {
    return { text, isExact: !/[*?]/.test(text) };
}
function toSelectorRuling(ruling) {
    return ruling.kind === 'valid' ? (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .valid */ .rZ)({ kind: 'exact', key: ruling.value }) : ruling;
}
function quoteAll(texts) {
    return texts.map((text) => `"${text}"`).join(', ');
}


/***/ }),

/***/ 968:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LV: () => (/* binding */ parseNameTemplate),
/* harmony export */   Xm: () => (/* binding */ renderTemplate),
/* harmony export */   lO: () => (/* binding */ parseKeyTemplate),
/* harmony export */   r9: () => (/* binding */ uses)
/* harmony export */ });
/* harmony import */ var _did_you_mean_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3863);
/* harmony import */ var _rules_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1671);


const KEY_PLACEHOLDERS = ['project', 'environment'];
const NAME_PLACEHOLDERS = [
    ...KEY_PLACEHOLDERS,
    'project-name',
    'environment-name',
];
function parseKeyTemplate(text) {
    if (!/[{}]/.test(text)) {
        const ruling = (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .parseKey */ .Do)(text);
        return ruling.kind === 'valid' ? (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .valid */ .rZ)(literal(text)) : ruling;
    }
    const template = parseTemplate(text, KEY_PLACEHOLDERS);
    if (template.kind === 'valid' && !(0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .isKey */ .m0)(renderTemplate(template.value, STAND_INS))) {
        return (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .invalid */ .Gq)((0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .explainInvalid */ .Dy)(text, `apart from {project} and {environment}, ${_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_RULE */ .Z3}`));
    }
    return template;
}
const STAND_INS = {
    project: 'p',
    environment: 'e',
    'project-name': 'P',
    'environment-name': 'E',
};
function parseNameTemplate(text) {
    const problem = (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .findNameProblem */ .qW)(text);
    if (problem !== undefined) {
        return (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .invalid */ .Gq)(problem);
    }
    return /[{}]/.test(text) ? parseTemplate(text, NAME_PLACEHOLDERS) : (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .valid */ .rZ)(literal(text));
}
function uses(template, name) {
    return template.some((part) => part.kind === 'placeholder' && part.name === name);
}
function renderTemplate(template, values) {
    return template.map((part) => renderPart(part, values)).join('');
}
function renderPart(part, values) {
    if (part.kind === 'literal') {
        return part.text;
    }
    const value = values[part.name];
    if (value === undefined) {
        throw new Error(`The template needs a value for {${part.name}}`);
    }
    return value;
}
function parseTemplate(text, allowed) {
    const pieces = text.split(/\{([^{}]*)\}/);
    if (pieces.some((piece, index) => index % 2 === 0 && /[{}]/.test(piece))) {
        return (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .invalid */ .Gq)(`"${text}" has a brace without its counterpart; ${listPlaceholders(allowed)}`);
    }
    const parts = [];
    const problems = new Set();
    for (const [index, piece] of pieces.entries()) {
        if (index % 2 === 0) {
            if (piece !== '') {
                parts.push({ kind: 'literal', text: piece });
            }
            continue;
        }
        const name = allowed.find((each) => each === piece);
        if (name === undefined) {
            problems.add(describeUnknown(piece, allowed));
        }
        else {
            parts.push({ kind: 'placeholder', name });
        }
    }
    return problems.size > 0
        ? { kind: 'invalid', problems: [...problems].map((message) => ({ message })) }
        : (0,_rules_js__WEBPACK_IMPORTED_MODULE_0__/* .valid */ .rZ)(parts);
}
function describeUnknown(name, allowed) {
    const elsewhere = NAME_PLACEHOLDERS.find((each) => each === name);
    if (elsewhere !== undefined) {
        return `{${name}} can't be used in a key, because a display name is rarely a valid key; use {${name.replace('-name', '')}}`;
    }
    const typed = name.trim().toLowerCase();
    const closest = (0,_did_you_mean_js__WEBPACK_IMPORTED_MODULE_1__/* .findClosest */ .R)(typed, allowed) ??
        (typed === '' ? undefined : allowed.find((each) => each.startsWith(typed)));
    return closest === undefined
        ? `{${name}} is not a placeholder; ${listPlaceholders(allowed)}`
        : `{${name}} is not a placeholder; did you mean {${closest}}?`;
}
function listPlaceholders(allowed) {
    const words = allowed.map((name) => `{${name}}`);
    return `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
function literal(text) {
    return [{ kind: 'literal', text }];
}


/***/ }),

/***/ 2731:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cb: () => (/* binding */ METRICS),
/* harmony export */   Ff: () => (/* binding */ isWithoutScore),
/* harmony export */   YC: () => (/* binding */ findChange),
/* harmony export */   lO: () => (/* binding */ withoutValues)
/* harmony export */ });
function withoutValues(reference) {
    return { ...reference, name: '', applicationKeys: [] };
}
const METRICS = [
    'overall',
    'velocity',
    'deploymentFrequency',
    'leadTime',
    'risk',
    'deploymentFailureRate',
    'impactSize',
    'efficiency',
    'flagHealth',
    'experimentationCoverage',
    'creationRatio',
];
const WITHOUT_SCORE = new Set(['notCalculated', 'unknown']);
function isWithoutScore({ indicator }) {
    return WITHOUT_SCORE.has(indicator);
}
function findChange({ score, diffVsLastPeriod, lastPeriod, }) {
    const wasScored = lastPeriod !== undefined && !isWithoutScore(lastPeriod);
    return diffVsLastPeriod ?? (wasScored ? score - lastPeriod.score : undefined);
}


/***/ }),

/***/ 592:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* reexport default export from named module */ _lib_dispatcher_client_js__WEBPACK_IMPORTED_MODULE_1__)
/* harmony export */ });
/* harmony import */ var _methods_mjs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7033);
/* harmony import */ var _lib_dispatcher_client_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2574);
// Written by scripts/undici.ts of this project: a part of undici's own index.js.




/***/ }),

/***/ 7033:
/***/ ((__unused_webpack___webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

/* harmony import */ var _lib_dispatcher_dispatcher_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1716);
/* harmony import */ var _lib_api_api_request_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9312);
/* harmony import */ var _lib_api_api_connect_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1939);
// Written by scripts/undici.ts of this project: a part of undici's own index.js.



Object.assign(_lib_dispatcher_dispatcher_js__WEBPACK_IMPORTED_MODULE_0__.prototype, { request: _lib_api_api_request_js__WEBPACK_IMPORTED_MODULE_1__, connect: _lib_api_api_connect_js__WEBPACK_IMPORTED_MODULE_2__ });


/***/ }),

/***/ 898:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bp: () => (/* binding */ Ro),
/* harmony export */   Fs: () => (/* binding */ Eo),
/* harmony export */   Ik: () => (/* binding */ To),
/* harmony export */   KC: () => (/* binding */ Uo),
/* harmony export */   L5: () => (/* binding */ Bo),
/* harmony export */   Mf: () => (/* binding */ bo),
/* harmony export */   Ph: () => (/* binding */ xo),
/* harmony export */   Ru: () => (/* binding */ Zo),
/* harmony export */   UM: () => (/* binding */ Oo),
/* harmony export */   Wh: () => (/* binding */ Po),
/* harmony export */   YO: () => (/* binding */ vo),
/* harmony export */   YP: () => (/* binding */ jo),
/* harmony export */   Yj: () => (/* binding */ No),
/* harmony export */   _H: () => (/* binding */ ko),
/* harmony export */   ai: () => (/* binding */ Io),
/* harmony export */   cl: () => (/* binding */ So),
/* harmony export */   k5: () => (/* binding */ wo),
/* harmony export */   lq: () => (/* binding */ Co),
/* harmony export */   mI: () => (/* binding */ Ao),
/* harmony export */   pd: () => (/* binding */ Fo),
/* harmony export */   q0: () => (/* binding */ $o),
/* harmony export */   re: () => (/* binding */ Lo),
/* harmony export */   tm: () => (/* binding */ go),
/* harmony export */   xL: () => (/* binding */ Do),
/* harmony export */   yG: () => (/* binding */ Mo),
/* harmony export */   zM: () => (/* binding */ zo)
/* harmony export */ });
/*! Minified: zod 4.6.7, the parts that are used; see scripts/staging.ts. */
var e={};(()=>{e.d=(n,t)=>{for(var r in t){if(e.o(t,r)&&!e.o(n,r)){Object.defineProperty(n,r,{enumerable:true,get:t[r]})}}}})();(()=>{e.o=(e,n)=>Object.prototype.hasOwnProperty.call(e,n)})();var n={};e.d(n,{tm:()=>h,YO:()=>array,zM:()=>schemas_boolean,Mf:()=>schemas_catch,q0:()=>ho,k5:()=>schemas_enum,Wh:()=>schemas_int,_H:()=>looseObject,Ru:()=>_maxLength,Ph:()=>_lte,mI:()=>_o,Bp:()=>_minLength,UM:()=>_gte,cl:()=>schemas_nullish,ai:()=>schemas_number,Ik:()=>object,lq:()=>optional,Fs:()=>pipe,YP:()=>refine,yG:()=>_regex,xL:()=>Ft,re:()=>strictObject,Yj:()=>schemas_string,pd:()=>transform,KC:()=>union,L5:()=>unknown});function assertEqual(e){return e}function assertNotEqual(e){return e}function toZod(){return e=>e}function assertIs(e){}function assertNever(e){throw new Error("Unexpected value in exhaustive check")}function assert(e){}function getEnumValues(e){const n=Object.values(e).filter(e=>typeof e==="number");const t=Object.entries(e).filter(([e,t])=>n.indexOf(+e)===-1).map(([e,n])=>n);return t}function joinValues(e,n="|"){return e.map(e=>stringifyPrimitive(e)).join(n)}function jsonStringifyReplacer(e,n){if(typeof n==="bigint")return n.toString();return n}class Cached{constructor(e){this._getter=e;this._value=undefined}get value(){const e=this._getter;if(e!==undefined){this._value=e();this._getter=undefined}return this._value}}function cached(e){return new Cached(e)}function nullish(e){return e===null||e===undefined}function cleanRegex(e){const n=e.startsWith("^")?1:0;const t=e.endsWith("$")?e.length-1:e.length;return e.slice(n,t)}function floatSafeRemainder(e,n){const t=e/n;const r=Math.round(t);const o=4*Number.EPSILON*Math.max(Math.abs(t),1);if(Math.abs(t-r)<o)return 0;return t-r}const t=null&&0;function defineLazy(e,n,r){let o=undefined;Object.defineProperty(e,n,{get(){if(o===t){return undefined}if(o===undefined){o=t;o=r()}return o},set(t){Object.defineProperty(e,n,{value:t})},configurable:true})}function objectClone(e){return Object.create(Object.getPrototypeOf(e),Object.getOwnPropertyDescriptors(e))}function assignProp(e,n,t){Object.defineProperty(e,n,{value:t,writable:true,enumerable:true,configurable:true})}function rawShape(e){const n=Object.getOwnPropertyDescriptor(e,"shape");return n?.get?n.get.raw:n?.value}function sourceShape(e){return rawShape(e._zod.def)??e._zod.def.shape}function deferProp(e,n,t){Object.defineProperty(e,n,{get(){const e=t();assignProp(this,n,e);return e},enumerable:true,configurable:true})}function putProp(e,n,t){if(n in e)assignProp(e,n,t);else e[n]=t}function mirrorShape(e,n,t,r){const o=sourceShape(n);for(const i of t){const t=Object.getOwnPropertyDescriptor(o,i);if(!t.enumerable)continue;if(t.get){deferProp(e,i,()=>{const e=n._zod.def.shape[i];return r?r(e,i):e})}else putProp(e,i,r?r(t.value,i):t.value)}}function mirrorProps(e,n){for(const t of Reflect.ownKeys(n)){const r=Object.getOwnPropertyDescriptor(n,t);if(!r.enumerable)continue;if(r.get)deferProp(e,t,()=>n[t]);else putProp(e,t,r.value)}}function mergeDefs(...e){const n={};for(const t of e){const e=Object.getOwnPropertyDescriptors(t);Object.assign(n,e)}return Object.defineProperties({},n)}function cloneDef(e){return mergeDefs(e._zod.def)}function getElementAtPath(e,n){if(!n)return e;return n.reduce((e,n)=>e?.[n],e)}function promiseAllObject(e){const n=Object.keys(e);const t=n.map(n=>e[n]);return Promise.all(t).then(e=>{const t={};for(let r=0;r<n.length;r++){t[n[r]]=e[r]}return t})}function randomString(e=10){const n="abcdefghijklmnopqrstuvwxyz";let t="";for(let r=0;r<e;r++){t+=n[Math.floor(Math.random()*n.length)]}return t}function esc(e){return JSON.stringify(e)}function slugify(e){return e.toLowerCase().trim().replace(/[^\w\s-]/g,"").replace(/[\s_-]+/g,"-").replace(/^-+|-+$/g,"")}const r="captureStackTrace"in Error?Error.captureStackTrace:(...e)=>{};function util_isObject(e){return typeof e==="object"&&e!==null&&!Array.isArray(e)}const o=null&&0;function isPlainObject(e){if(util_isObject(e)===false)return false;const n=e.constructor;if(n===undefined)return true;if(typeof n!=="function")return true;const t=n.prototype;if(util_isObject(t)===false)return false;if(Object.prototype.hasOwnProperty.call(t,"isPrototypeOf")===false){return false}return true}function shallowClone(e){if(isPlainObject(e))return{...e};if(Array.isArray(e))return[...e];if(e instanceof Map)return new Map(e);if(e instanceof Set)return new Set(e);return e}function numKeys(e){let n=0;for(const t in e){if(Object.prototype.hasOwnProperty.call(e,t)){n++}}return n}const getParsedType=e=>{const n=typeof e;switch(n){case"undefined":return"undefined";case"string":return"string";case"number":return Number.isNaN(e)?"nan":"number";case"boolean":return"boolean";case"function":return"function";case"bigint":return"bigint";case"symbol":return"symbol";case"object":if(Array.isArray(e)){return"array"}if(e===null){return"null"}if(e.then&&typeof e.then==="function"&&e.catch&&typeof e.catch==="function"){return"promise"}if(typeof Map!=="undefined"&&e instanceof Map){return"map"}if(typeof Set!=="undefined"&&e instanceof Set){return"set"}if(typeof Date!=="undefined"&&e instanceof Date){return"date"}if(typeof File!=="undefined"&&e instanceof File){return"file"}return"object";default:throw new Error(`Unknown data type: ${n}`)}};const i=new Set(["string","number","symbol"]);const s=new Set(["string","number","bigint","boolean","symbol","undefined"]);function escapeRegex(e){return e.replace(/[.*+?^${}()|[\]\\]/g,"\\$&")}function clone(e,n,t){const r=new e._zod.constr(n??e._zod.def);if(!n||t?.parent)r._zod.parent=e;return r}function normalizeParams(e){const n=e;if(!n)return{};if(typeof n==="string")return{error:()=>n};if(n?.message!==undefined){if(n?.error!==undefined)throw new Error("Cannot specify both `message` and `error` params");n.error=n.message}delete n.message;if(typeof n.error==="string")return{...n,error:()=>n.error};return n}function createTransparentProxy(e){let n;return new Proxy({},{get(t,r,o){n??(n=e());return Reflect.get(n,r,o)},set(t,r,o,i){n??(n=e());return Reflect.set(n,r,o,i)},has(t,r){n??(n=e());return Reflect.has(n,r)},deleteProperty(t,r){n??(n=e());return Reflect.deleteProperty(n,r)},ownKeys(t){n??(n=e());return Reflect.ownKeys(n)},getOwnPropertyDescriptor(t,r){n??(n=e());return Reflect.getOwnPropertyDescriptor(n,r)},defineProperty(t,r,o){n??(n=e());return Reflect.defineProperty(n,r,o)}})}function stringifyPrimitive(e){if(typeof e==="bigint")return e.toString()+"n";if(typeof e==="string")return`"${e}"`;return`${e}`}function optionalKeys(e){return Object.keys(e).filter(n=>e[n]._zod.optin!==undefined&&e[n]._zod.optout==="optional")}const u=(()=>({safeint:[Number.MIN_SAFE_INTEGER,Number.MAX_SAFE_INTEGER],int32:[-2147483648,2147483647],uint32:[0,4294967295],float32:[-34028234663852886e22,34028234663852886e22],float64:[-Number.MAX_VALUE,Number.MAX_VALUE]}))();const a={int64:[BigInt("-9223372036854775808"),BigInt("9223372036854775807")],uint64:[BigInt(0),BigInt("18446744073709551615")]};function pick(e,n){const t=e._zod.def;const r=t.checks;const o=r&&r.length>0;if(o){throw new Error(".pick() cannot be used on object schemas containing refinements")}const i={};mirrorShape(i,e,maskedKeys(e,n));return clone(e,mergeDefs(t,{shape:i,checks:[]}))}function maskedKeys(e,n){const t=sourceShape(e);const r=[];for(const e of Reflect.ownKeys(n)){if(!Object.getOwnPropertyDescriptor(t,e)?.enumerable){throw new Error(`Unrecognized key: "${String(e)}"`)}if(n[e])r.push(e)}return r}function omit(e,n){const t=e._zod.def;const r=t.checks;const o=r&&r.length>0;if(o){throw new Error(".omit() cannot be used on object schemas containing refinements")}const i=new Set(maskedKeys(e,n));const s={};mirrorShape(s,e,Reflect.ownKeys(sourceShape(e)).filter(e=>!i.has(e)));return clone(e,mergeDefs(t,{shape:s,checks:[]}))}function extend(e,n){if(!isPlainObject(n)){throw new Error("Invalid input to extend: expected a plain object")}const t=e._zod.def.checks;const r=t&&t.length>0;if(r){const t=sourceShape(e);for(const e of Reflect.ownKeys(n)){if(Object.getOwnPropertyDescriptor(t,e)!==undefined){throw new Error("Cannot overwrite keys on object schemas containing refinements. Use `.safeExtend()` instead.")}}}return clone(e,mergeDefs(e._zod.def,{shape:extended(e,n)}))}function extended(e,n){const t={};mirrorShape(t,e,Reflect.ownKeys(sourceShape(e)));mirrorProps(t,n);return t}function safeExtend(e,n){if(!isPlainObject(n)){throw new Error("Invalid input to safeExtend: expected a plain object")}return clone(e,mergeDefs(e._zod.def,{shape:extended(e,n)}))}function merge(e,n){if(!n?._zod?.def){throw new Error("Invalid input to merge: expected an object schema. To merge a plain shape, use `.extend()`.")}if(e._zod.def.checks?.length){throw new Error(".merge() cannot be used on object schemas containing refinements. Use .safeExtend() instead.")}const t={};mirrorShape(t,e,Reflect.ownKeys(sourceShape(e)));mirrorShape(t,n,Reflect.ownKeys(sourceShape(n)));const r=mergeDefs(e._zod.def,{shape:t,get catchall(){return n._zod.def.catchall},checks:n._zod.def.checks??[]});return clone(e,r)}function partial(e,n,t,r="partial"){const o=n._zod.def;const i=o.checks;const s=i&&i.length>0;if(s){throw new Error(`.${r}() cannot be used on object schemas containing refinements`)}const u=t?new Set(maskedKeys(n,t)):undefined;const a={};mirrorShape(a,n,Reflect.ownKeys(sourceShape(n)),e&&((n,t)=>u&&!u.has(t)?n:new e({type:"optional",innerType:n})));return clone(n,mergeDefs(n._zod.def,{shape:a,checks:[]}))}function required(e,n,t){const r=t?new Set(maskedKeys(n,t)):undefined;const o={};mirrorShape(o,n,Reflect.ownKeys(sourceShape(n)),(n,t)=>r&&!r.has(t)?n:new e({type:"nonoptional",innerType:n}));return clone(n,mergeDefs(n._zod.def,{shape:o}))}function aborted(e,n=0){if(e.aborted===true)return true;for(let t=n;t<e.issues.length;t++){if(e.issues[t]?.continue!==true){return true}}return false}function explicitlyAborted(e,n=0){if(e.aborted===true)return true;for(let t=n;t<e.issues.length;t++){if(e.issues[t]?.continue===false){return true}}return false}function prefixIssues(e,n){return n.map(n=>{var t;(t=n).path??(t.path=[]);n.path.unshift(e);return n})}function unwrapMessage(e){return typeof e==="string"?e:e?.message}function sizeCaps(e){const n=[];for(const t of e??[]){const e=t._zod.def;if(!/_(length|size)$|_equals$/.test(e.check))break;const r=e.maximum??e.length??e.size;if(r>=0)n.push([r,t])}return n}function attachSchema(e,n,t){var r;for(let o=n;o<e.length;o++){(r=e[o]).schema??(r.schema=t)}}function finalizeIssue(e,n,t){var r;const o=e.inst?._zod?.traits;if(o?.has("$ZodType")){if(o.has("$ZodCheck"))(r=e).schema??(r.schema=e.inst);else e.schema=e.inst}const i=e.schema!==e.inst?e.schema?._zod.def?.error:undefined;const s=e.message?e.message:unwrapMessage(e.inst?._zod.def?.error?.(e))??unwrapMessage(i?.(e))??unwrapMessage(n?.error?.(e))??unwrapMessage(t.customError?.(e))??unwrapMessage(t.localeError?.(e))??"Invalid input";const u={};for(const n of Object.keys(e)){if(n==="inst"||n==="schema"||n==="continue"||n==="input"||n==="__proto__")continue;u[n]=e[n]}u.path??(u.path=[]);u.message=s;if(n?.reportInput){u.input=e.input}return u}function getSizableOrigin(e){if(e instanceof Set)return"set";if(e instanceof Map)return"map";if(e instanceof File)return"file";return"unknown"}const c=/[\uD800-\uDBFF]/;function codePointLength(e){const n=e.length;if(!c.test(e))return n;let t=n;for(let r=0;r<n-1;r++){if((e.charCodeAt(r)&64512)===55296&&(e.charCodeAt(r+1)&64512)===56320){t--;r++}}return t}function getLengthableOrigin(e){if(Array.isArray(e))return"array";if(typeof e==="string")return"string";return"unknown"}function parsedType(e){const n=typeof e;switch(n){case"number":{return Number.isNaN(e)?"nan":"number"}case"object":{if(e===null){return"null"}if(Array.isArray(e)){return"array"}const n=e;if(n&&Object.getPrototypeOf(n)!==Object.prototype&&"constructor"in n&&n.constructor){return n.constructor.name}}}return n}function issue(...e){const[n,t,r]=e;if(typeof n==="string"){return{message:n,code:"custom",input:t,inst:r}}return{...n}}function cleanEnum(e){return Object.entries(e).filter(([e,n])=>Number.isNaN(Number.parseInt(e,10))).map(e=>e[1])}function base64ToUint8Array(e){const n=atob(e);const t=new Uint8Array(n.length);for(let e=0;e<n.length;e++){t[e]=n.charCodeAt(e)}return t}function uint8ArrayToBase64(e){let n="";for(let t=0;t<e.length;t++){n+=String.fromCharCode(e[t])}return btoa(n)}function base64urlToUint8Array(e){const n=e.replace(/-/g,"+").replace(/_/g,"/");const t="=".repeat((4-n.length%4)%4);return base64ToUint8Array(n+t)}function uint8ArrayToBase64url(e){return uint8ArrayToBase64(e).replace(/\+/g,"-").replace(/\//g,"_").replace(/=/g,"")}function hexToUint8Array(e){const n=e.replace(/^0x/,"");if(n.length%2!==0){throw new Error("Invalid hex string length")}const t=new Uint8Array(n.length/2);for(let e=0;e<n.length;e+=2){t[e/2]=Number.parseInt(n.slice(e,e+2),16)}return t}function uint8ArrayToHex(e){return Array.from(e).map(e=>e.toString(16).padStart(2,"0")).join("")}class Class{constructor(...e){}}function members(e,n){for(const t in n){const r=Object.getOwnPropertyDescriptor(n,t);if(r.get)Object.defineProperty(e,t,{...r,enumerable:false});else defineBound(e,t,r.value)}}function own(e,n,t,r=true){Object.defineProperty(e,n,{configurable:true,writable:true,enumerable:r,value:t});return t}function hide(e,n,t){return own(e,n,t,false)}function derived(e,n){for(const t in e){const r=e[t];Object.defineProperty(n,t,{configurable:true,enumerable:true,get(){return own(this,t,r(this))},set(e){own(this,t,e)}})}return n}function defineBound(e,n,t){Object.defineProperty(e,n,{configurable:true,get(){return this==null?t:own(this,n,t.bind(this))},set(e){own(this,n,e)}})}function claim(e,n){const t=Object.getPrototypeOf(e);return n in t?undefined:t}let l;let f=false;const d={configurable:true,get(){f=true;return undefined}};function defineLazyInternal(e,n,t){const r=Object.getPrototypeOf(e._zod);if(n in r&&l!==e._zod){l=undefined;return}l=e._zod;Object.defineProperty(r,n,{configurable:true,get(){Object.defineProperty(this,n,d);const e=f;f=false;try{const r=t(this);if(f)delete this[n];else Object.defineProperty(this,n,{configurable:true,writable:true,value:r});f=f||e;return r}catch(t){delete this[n];f=f||e;throw t}},set(e){Object.defineProperty(this,n,{configurable:true,writable:true,value:e})}})}function installLazyProp(e,n,t,r){const o=claim(e,n);if(!o)return;Object.defineProperty(o,n,{configurable:true,get(){const e={configurable:true,writable:true,enumerable:r,value:undefined};Object.defineProperty(this,n,e);e.value=t(this);Object.defineProperty(this,n,e);return e.value},set(e){Object.defineProperty(this,n,{configurable:true,writable:true,enumerable:r,value:e})}})}const p="~constantCatch";function constantCatch(e){const fn=()=>e;fn[p]=true;return fn}var m;const h=Object.freeze({status:"aborted"});const y={value:undefined,enumerable:false};let g="captureStackTrace"in Error?Error:null;function newError(e){const n=g;if(n){const t=n.stackTraceLimit;if(typeof t==="number"){try{n.stackTraceLimit=0}catch{g=null;return new e}try{return new e}finally{n.stackTraceLimit=t}}}return new e}function $constructor(e,n,t,r){const o={};function Internals(e){this.def=e;this.constr=_;this.traits=new Set}Internals.prototype=o;const i=t;const s=i&&new WeakSet;function init(t,r){if(!t._zod){y.value=new Internals(r);try{Object.defineProperty(t,"_zod",y)}finally{y.value=undefined}}else if(t._zod.traits.has(e)){return}t._zod.traits.add(e);n(t,r);if(s){const e=Object.getPrototypeOf(t);const n=t._zod.constr.prototype;let r=e;while(r&&r!==n)r=Object.getPrototypeOf(r);const o=r??e;if(!s.has(o)){s.add(o);members(o,i)}}const o=_.prototype;for(const e in o){if(!Object.prototype.hasOwnProperty.call(o,e))continue;if(!(e in t)){t[e]=o[e].bind(t)}}}const u=r?.Parent??Object;class Definition extends u{}Object.defineProperty(Definition,"name",{value:e});function _(e){const n=r?.Parent?newError(Definition):this;init(n,e);const t=n._zod.deferred;if(t){for(const e of t){e()}n._zod.deferred=undefined}const o=globalThis.__zod_globalConfig?.postProcessor;if(o)o(n);return n}Object.defineProperty(_,"init",{value:init});Object.defineProperty(_,Symbol.hasInstance,{value:n=>{if(r?.Parent&&n instanceof r.Parent)return true;return n?._zod?.traits?.has(e)}});Object.defineProperty(_,"name",{value:e});return _}const v=null&&0;class $ZodAsyncError extends Error{constructor(){super(`Encountered Promise during synchronous parse. Use .parseAsync() instead.`)}}class $ZodEncodeError extends Error{constructor(e){super(`Encountered unidirectional transform during encode: ${e}`);this.name="ZodEncodeError"}}(m=globalThis).__zod_globalConfig??(m.__zod_globalConfig={});const z=globalThis.__zod_globalConfig;function config(e){if(e)Object.assign(z,e);return z}const b=$constructor("$ZodCheck",(e,n)=>{var t;e._zod??(e._zod={});e._zod.def=n;(t=e._zod).onattach??(t.onattach=[])});const _whenHasSize=e=>{const n=e.value;return!util.nullish(n)&&n.size!==undefined};const _whenHasLength=e=>{const n=e.value;return!nullish(n)&&n.length!==undefined};const $={number:"number",bigint:"bigint",object:"date"};const w=$constructor("$ZodCheckLessThan",(e,n)=>{b.init(e,n);const t=$[typeof n.value];e._zod.check=r=>{if(n.inclusive?r.value<=n.value:r.value<n.value){return}r.issues.push({origin:$[typeof r.value]??t,code:"too_big",maximum:typeof n.value==="object"?n.value.getTime():n.value,input:r.value,inclusive:n.inclusive,inst:e,continue:!n.abort})}});const P=$constructor("$ZodCheckGreaterThan",(e,n)=>{b.init(e,n);const t=$[typeof n.value];e._zod.check=r=>{if(n.inclusive?r.value>=n.value:r.value>n.value){return}r.issues.push({origin:$[typeof r.value]??t,code:"too_small",minimum:typeof n.value==="object"?n.value.getTime():n.value,input:r.value,inclusive:n.inclusive,inst:e,continue:!n.abort})}});const k=null&&0;const Z=$constructor("$ZodCheckNumberFormat",(e,n)=>{b.init(e,n);n.format=n.format||"float64";const t=n.format?.includes("int");const r=t?"int":"number";const[o,i]=u[n.format];e._zod.check=s=>{const u=s.value;if(t){if(!Number.isInteger(u)){s.issues.push({expected:r,format:n.format,code:"invalid_type",continue:false,input:u,inst:e});return}if(!Number.isSafeInteger(u)){if(u>0){s.issues.push({input:u,code:"too_big",maximum:Number.MAX_SAFE_INTEGER,note:"Integers must be within the safe integer range.",inst:e,origin:r,inclusive:true,continue:!n.abort})}else{s.issues.push({input:u,code:"too_small",minimum:Number.MIN_SAFE_INTEGER,note:"Integers must be within the safe integer range.",inst:e,origin:r,inclusive:true,continue:!n.abort})}return}}if(u<o){s.issues.push({origin:"number",input:u,code:"too_small",minimum:o,inclusive:true,inst:e,continue:!n.abort})}if(u>i){s.issues.push({origin:"number",input:u,code:"too_big",maximum:i,inclusive:true,inst:e,continue:!n.abort})}}});const x=null&&0;const A=null&&0;const R=null&&0;const O=null&&0;const S=$constructor("$ZodCheckMaxLength",(e,n)=>{var t;b.init(e,n);(t=e._zod.def).when??(t.when=_whenHasLength);e._zod.check=t=>{const r=t.value;const o=r.length;const i=typeof r==="string"&&o>n.maximum?codePointLength(r):o;if(i<=n.maximum)return;const s=getLengthableOrigin(r);t.issues.push({origin:s,code:"too_big",maximum:n.maximum,inclusive:true,input:r,inst:e,continue:!n.abort})}});const I=$constructor("$ZodCheckMinLength",(e,n)=>{var t;b.init(e,n);(t=e._zod.def).when??(t.when=_whenHasLength);e._zod.check=t=>{const r=t.value;const o=r.length;const i=typeof r==="string"&&o>=n.minimum&&o<n.minimum*2?codePointLength(r):o;if(i>=n.minimum)return;const s=getLengthableOrigin(r);t.issues.push({origin:s,code:"too_small",minimum:n.minimum,inclusive:true,input:r,inst:e,continue:!n.abort})}});const T=null&&0;const C=$constructor("$ZodCheckStringFormat",(e,n)=>{var t,r;b.init(e,n);if(n.pattern)(t=e._zod).check??(t.check=t=>{n.pattern.lastIndex=0;if(n.pattern.test(t.value))return;t.issues.push({origin:"string",code:"invalid_format",format:n.format,input:t.value,...n.pattern?{pattern:n.pattern.toString()}:{},inst:e,continue:!n.abort})});else(r=e._zod).check??(r.check=()=>{})});const E=$constructor("$ZodCheckRegex",(e,n)=>{C.init(e,n);e._zod.check=t=>{n.pattern.lastIndex=0;if(n.pattern.test(t.value))return;t.issues.push({origin:"string",code:"invalid_format",format:"regex",input:t.value,pattern:n.pattern.toString(),inst:e,continue:!n.abort})}});const j=null&&0;const M=null&&0;const D=null&&0;const L=null&&0;const N=null&&0;function handleCheckPropertyResult(e,n,t){if(e.issues.length){n.issues.push(...util.prefixIssues(t,e.issues))}}const F=null&&0;const U=null&&0;const B=null&&0;const V=null&&0;const K=/^[cC][0-9a-z]{6,}$/;const W=/^[0-9a-z]+$/;const G=/^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;const X=/^[0-9a-vA-V]{20}$/;const H=/^[A-Za-z0-9]{27}$/;const Y=/^[a-zA-Z0-9_-]{21}$/;function nanoidOfLength(e){return new RegExp(`^[a-zA-Z0-9_-]{${e}}$`)}const J=/^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$/;const q=/^[-+]?P(?!$)(?:(?:[-+]?\d+Y)|(?:[-+]?\d+[.,]\d+Y$))?(?:(?:[-+]?\d+M)|(?:[-+]?\d+[.,]\d+M$))?(?:(?:[-+]?\d+W)|(?:[-+]?\d+[.,]\d+W$))?(?:(?:[-+]?\d+D)|(?:[-+]?\d+[.,]\d+D$))?(?:T(?=[\d+-])(?:(?:[-+]?\d+H)|(?:[-+]?\d+[.,]\d+H$))?(?:(?:[-+]?\d+M)|(?:[-+]?\d+[.,]\d+M$))?(?:[-+]?\d+(?:[.,]\d+)?S)?)??$/;const Q=/^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$/;const uuid=e=>{if(!e)return/^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/;return new RegExp(`^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-${e}[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$`)};const ee=null&&0;const ne=null&&0;const te=null&&0;const re=/^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;const oe=/^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;const ie=/^(([^<>()\[\]\\.,;:\s@"]+(\.[^<>()\[\]\\.,;:\s@"]+)*)|(".+"))@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))$/;const se=/^[^\s@"]{1,64}@[^\s@]{1,255}$/u;const ue=(/* unused pure expression or super */ null && (null&&0));const ae=/^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;const ce=(/* unused pure expression or super */ null && (null&&0));function emoji(){return new RegExp(ce,"u")}const le=/^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$/;const fe=/^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))$/;const mac=e=>{const n=util.escapeRegex(e??":");return new RegExp(`^(?:[0-9A-F]{2}${n}){5}[0-9A-F]{2}$|^(?:[0-9a-f]{2}${n}){5}[0-9a-f]{2}$`)};const de=/^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\/([0-9]|[1-2][0-9]|3[0-2])$/;const pe=/^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$/;const me=/^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$/;const he=/^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;const _e=/^(?=.{1,253}\.?$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-0-9a-zA-Z]{0,61}[0-9a-zA-Z])?)*\.?$/;const ye=/^(?=.{1,253}$)([a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/;const ge=/^https?$/;const ve=/^\+[1-9]\d{6,14}$/;const ze=/^\d(?:[ -]?\d){11,18}$/;const be=/^(?:AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BHD|BIF|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|CLF|CLP|CNY|COP|COU|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|USN|UYI|UYU|UYW|UZS|VED|VES|VND|VUV|WST|XAD|XAF|XAG|XAU|XBA|XBB|XBC|XBD|XCD|XCG|XDR|XOF|XPD|XPF|XPT|XSU|XTS|XUA|XXX|YER|ZAR|ZMW|ZWG)$/;const $e=/^[A-Z]{2}(?!00|01|99)\d{2}[A-Z0-9]{11,30}$/;const we=(/* unused pure expression or super */ null && (null&&0));function regexes_anchor(e){return new RegExp(`^${e}$`)}const Pe=null&&0;function timeSource(e){const n=`(?:[01]\\d|2[0-3]):[0-5]\\d`;const t=typeof e.precision==="number"?e.precision===-1?`${n}`:e.precision===0?`${n}:[0-5]\\d`:`${n}:[0-5]\\d\\.\\d{${e.precision}}`:e.seconds?`${n}:[0-5]\\d(?:\\.\\d+)?`:`${n}(?::[0-5]\\d(?:\\.\\d+)?)?`;return t}function time(e){return new RegExp(`^${timeSource(e)}$`)}function datetime(e){const n=["Z"];if(e.offset)n.push(`([+-](?:[01]\\d|2[0-3]):[0-5]\\d)`);const t=`${timeSource({precision:e.precision,seconds:true})}(?:${n.join("|")})`;const r=e.local?`${t}|${timeSource({precision:e.precision})}`:t;return new RegExp(`^${we}T(?:${r})$`)}const ke=/^[\s\S]{0,}$/;const string=e=>{const n=e?`[\\s\\S]{${e?.minimum??0},${e?.maximum??""}}`:`[\\s\\S]*`;return new RegExp(`^${n}$`)};const Ze=/^-?\d+n?$/;const xe=/^-?\d+$/;const Ae=/^-?\d+(?:\.\d+)?$/;const Re=/^(?:true|false)$/i;const Oe=/^null$/i;const Se=/^undefined$/i;const Ie=/^[^A-Z]*$/;const Te=/^[^a-z]*$/;const Ce=/^[0-9a-fA-F]*$/;function fixedBase64(e,n){return new RegExp(`^[A-Za-z0-9+/]{${e}}${n}$`)}function fixedBase64url(e){return new RegExp(`^[A-Za-z0-9_-]{${e}}$`)}const Ee=/^[0-9a-fA-F]{32}$/;const je=null&&0;const Me=null&&0;const De=/^[0-9a-fA-F]{40}$/;const Le=null&&0;const Ne=null&&0;const Fe=/^[0-9a-fA-F]{64}$/;const Ue=null&&0;const Be=null&&0;const Ve=/^[0-9a-fA-F]{96}$/;const Ke=null&&0;const We=null&&0;const Ge=/^[0-9a-fA-F]{128}$/;const Xe=null&&0;const He=null&&0;const Ye={major:4,minor:6,patch:7};const Je=$constructor("$ZodType",(e,n)=>{var t;e??(e={});e._zod.def=n;e._zod.bag=e._zod.bag||{};e._zod.version=Ye;const r=e._zod.def.checks;const o=e._zod.traits.has("$ZodCheck")?[e,...r??[]]:r?.length?[...r]:[];for(const n of o){for(const t of n._zod.onattach){t(e)}}if(o.length===0){(t=e._zod).deferred??(t.deferred=[]);e._zod.deferred?.push(()=>{e._zod.run=e._zod.parse})}else{const runChecks=(n,t,r)=>{if(n.memo)return n;let o=aborted(n);let i;for(const s of t){if(s._zod.def.when){if(explicitlyAborted(n))continue;const e=s._zod.def.when(n);if(!e)continue}else if(o){continue}const t=n.issues.length;const u=s._zod.check(n);if(u instanceof Promise&&r?.async===false){throw new $ZodAsyncError}if(i||u instanceof Promise){i=(i??Promise.resolve()).then(async()=>{await u;const r=n.issues.length;if(r===t)return;attachSchema(n.issues,t,e);if(!o)o=aborted(n,t)})}else{const r=n.issues.length;if(r===t)continue;attachSchema(n.issues,t,e);if(!o)o=aborted(n,t)}}if(i){return i.then(()=>n)}return n};const handleCanaryResult=(n,t,r)=>{if(aborted(n)){n.aborted=true;return n}const i=runChecks(t,o,r);if(i instanceof Promise){if(r.async===false)throw new $ZodAsyncError;return i.then(n=>e._zod.parse(n,r))}return e._zod.parse(i,r)};e._zod.run=(n,t)=>{if(t.skipChecks){return e._zod.parse(n,t)}if(t.direction==="backward"){const r=e._zod.parse({value:n.value,issues:[]},{...t,skipChecks:true});if(r instanceof Promise){return r.then(e=>handleCanaryResult(e,n,t))}return handleCanaryResult(r,n,t)}const r=e._zod.parse(n,t);if(r instanceof Promise){if(t.async===false)throw new $ZodAsyncError;return r.then(e=>runChecks(e,o,t))}return runChecks(r,o,t)}}},{get"~standard"(){return hide(this,"~standard",standardProps(this))},set"~standard"(e){own(this,"~standard",e)}});const toStandardResult=(e,n)=>e.issues.length?{issues:e.issues.map(e=>finalizeIssue(e,n,config()))}:{value:e.value};async function validateAsync(e,n){const t={async:true};return toStandardResult(await e._zod.run({value:n,issues:[]},t),t)}function standardProps(e){return{validate:n=>{const t={async:false};try{const r=e._zod.run({value:n,issues:[]},t);if(!(r instanceof Promise))return toStandardResult(r,t)}catch(e){}return validateAsync(e,n)},vendor:"zod",version:1}}const qe=$constructor("$ZodString",(e,n)=>{Je.init(e,n);e._zod.pattern=n.pattern??ke;e._zod.parse=(t,r)=>{if(n.coerce)try{t.value=String(t.value)}catch(r){}if(typeof t.value==="string")return t;t.issues.push({expected:"string",code:"invalid_type",input:t.value,inst:e});return t}});const Qe=null&&0;const en=null&&0;const nn=null&&0;const tn=null&&0;const rn=1;const on=2;function canParseURL(e){try{if(typeof URL!=="undefined"&&typeof URL.canParse==="function")return URL.canParse(e);new URL(e);return true}catch{return false}}function validateURL(e,n){if(!("normalize"in n)&&!("hostname"in n)&&!("protocol"in n)){return canParseURL(e)||on}return parseURLObject(e,n)}function parseURLObject(e,n){if(!n.normalize&&n.protocol?.source===regexes.httpProtocol.source&&!/^https?:\/\//i.test(e)){return rn}try{if(typeof URL!=="undefined"){const n=URL;if(typeof n.parse==="function")return n.parse(e)??on}return new URL(e)}catch{return on}}const sn=/[\t\n\r]/g;function stripTabAndNewline(e){return e.replace(sn,"")}function urlHostnameOk(e,n){n.lastIndex=0;return n.test(e.hostname)}function urlProtocolOk(e,n){n.lastIndex=0;return n.test(e.protocol.endsWith(":")?e.protocol.slice(0,-1):e.protocol)}const un=null&&0;const an=null&&0;const cn=null&&0;const ln=null&&0;const dn=null&&0;const pn=null&&0;const mn=null&&0;const hn=null&&0;const _n=null&&0;const yn=null&&0;const gn=null&&0;const vn=null&&0;const zn=null&&0;const bn=/^[0-9a-fA-F:.]+$/;function isValidIPv6(e){if(!bn.test(e))return false;return canParseURL(`http://[${e}]`)}const $n=null&&0;const wn=null&&0;const Pn=null&&0;function isValidCIDRv6(e){const n=e.split("/");if(n.length!==2)return false;const[t,r]=n;if(!r)return false;const o=Number(r);if(`${o}`!==r)return false;if(o<0||o>128)return false;return isValidIPv6(t)}const kn=null&&0;function isValidBase64(e){if(e==="")return true;if(/\s/.test(e))return false;if(e.length%4!==0)return false;try{atob(e);return true}catch{return false}}const Zn=/^[0-9a-zA-Z+/]*={0,2}$/;const xn=null&&0;const An=/^[A-Za-z0-9_-]*$/;function isValidBase64URL(e){if(!An.test(e))return false;const n=e.replace(/[-_]/g,e=>e==="-"?"+":"/");const t=n.padEnd(Math.ceil(n.length/4)*4,"=");return isValidBase64(t)}const Rn=null&&0;const On=null&&0;const Sn=/[- ]/g;function isLuhnAlgo(e){let n=e.length;let t=1;let r=0;while(n){const o=e.charCodeAt(--n)-48;t^=1;r+=t?[0,2,4,6,8,1,3,5,7,9][o]:o}return r%10===0}function isValidCreditCard(e){if(!regexes.creditCard.test(e))return false;return isLuhnAlgo(e.replace(Sn,""))}const In=null&&0;function isIso7064Mod97(e){let n=0;const t=e.length;for(let r=4;r<t;r++){const t=e.charCodeAt(r);n=(t>=65?n*100+(t-55):n*10+(t-48))%97}for(let t=0;t<4;t++){const r=e.charCodeAt(t);n=(r>=65?n*100+(r-55):n*10+(r-48))%97}return n===1}function isValidIBAN(e){if(!regexes.iban.test(e))return false;return isIso7064Mod97(e)}const Tn=null&&0;function isValidJWT(e,n=null){try{const t=e.split(".");if(t.length!==3)return false;const[r]=t;if(!r)return false;const o=JSON.parse(atob(r));if("typ"in o&&o?.typ!=="JWT")return false;if(!o.alg)return false;if(n&&(!("alg"in o)||o.alg!==n))return false;return true}catch{return false}}const Cn=null&&0;const En=null&&0;const jn=$constructor("$ZodNumber",(e,n)=>{Je.init(e,n);e._zod.pattern=Ae;e._zod.parse=(t,r)=>{if(n.coerce)try{t.value=Number(t.value)}catch(e){}const o=t.value;if(typeof o==="number"&&!Number.isNaN(o)&&Number.isFinite(o)){return t}const i=typeof o==="number"?Number.isNaN(o)?"NaN":!Number.isFinite(o)?String(o):undefined:undefined;t.issues.push({expected:"number",code:"invalid_type",input:o,inst:e,...i?{received:i}:{}});return t}});const Mn=$constructor("$ZodNumberFormat",(e,n)=>{Z.init(e,n);jn.init(e,n)});const Dn=$constructor("$ZodBoolean",(e,n)=>{Je.init(e,n);e._zod.pattern=Re;e._zod.parse=(t,r)=>{if(n.coerce)try{t.value=Boolean(t.value)}catch(e){}const o=t.value;if(typeof o==="boolean")return t;t.issues.push({expected:"boolean",code:"invalid_type",input:o,inst:e});return t}});const Ln=null&&0;const Nn=null&&0;const Fn=null&&0;const Un=null&&0;const Bn=null&&0;const Vn=null&&0;const Kn=$constructor("$ZodUnknown",(e,n)=>{Je.init(e,n);e._zod.parse=e=>e});const Wn=$constructor("$ZodNever",(e,n)=>{Je.init(e,n);e._zod.parse=(n,t)=>{n.issues.push({expected:"never",code:"invalid_type",input:n.value,inst:e});return n}});const Gn=null&&0;const Xn=null&&0;function capSize(e,n){const t=sizeCaps(e._zod.def.checks);if(!t.length)return;const r=Math.min(...t.map(e=>e[0]));const o=e._zod.parse;e._zod.parse=(t,i)=>{const s=n(t.value);if(s>r&&!i?.skipChecks&&i?.direction!=="backward"){for(const[n,r]of sizeCaps(e._zod.def.checks)){if(s>n&&r._zod.def.when(t)){const n=t.issues.length;r._zod.check(t);t.issues[n].continue=false;attachSchema(t.issues,n,e);return t}}}return o(t,i)}}const arraySize=e=>Array.isArray(e)?e.length:-1;const mapSize=e=>e instanceof Map?e.size:-1;const setSize=e=>e instanceof Set?e.size:-1;function handleArrayResult(e,n,t){if(e.issues.length){n.issues.push(...prefixIssues(t,e.issues))}n.value[t]=e.value}const Hn=$constructor("$ZodArray",(e,n)=>{Je.init(e,n);const t=z.memoizer;t?.attach(e);e._zod.parse=(r,o)=>{const i=r.value;if(!Array.isArray(i)){r.issues.push({expected:"array",code:"invalid_type",input:i,inst:e});return r}r.value=t?t.alloc(e,r,Array(i.length),o):Array(i.length);const s=[];const u=o?.abortEarly;for(let e=0;e<i.length;e++){const t=i[e];const a=n.element._zod.run({value:t,issues:[]},o);if(a instanceof Promise){s.push(a.then(n=>handleArrayResult(n,r,e)))}else{handleArrayResult(a,r,e);if(u&&a.issues.length!==0&&aborted(a))break}}if(s.length){return Promise.all(s).then(()=>r)}return r};capSize(e,arraySize)});function handlePropertyResult(e,n,t,r,o,i){const s=t in r;const u=i==="optional";if(!s&&u&&o==="optional"){return}if(e.issues.length){if(o!==undefined&&u&&!s){return}n.issues.push(...prefixIssues(t,e.issues))}if(!s&&o===undefined){if(!e.issues.length){n.issues.push({code:"invalid_type",expected:"nonoptional",input:undefined,path:[t]})}return}if(e.value===undefined){if(s||o==="defaulted"&&!u){n.value[t]=undefined}}else{n.value[t]=e.value}}const Yn=[];function normalizeDef(e){const n=Object.keys(e.shape);const t=Object.getOwnPropertySymbols(e.shape);const r=t.length?t:Yn;const o=r.length?[...n,...r]:n;for(const n of o){if(!e.shape?.[n]?._zod?.traits?.has("$ZodType")){throw new Error(`Invalid element at key "${String(n)}": expected a Zod schema`)}}const i=optionalKeys(e.shape);return{...e,allKeys:o,symbolKeys:r,keySet:new Set(n),numKeys:n.length,optionalKeys:new Set(i)}}function handleCatchall(e,n,t,r,o,i,s){const u=[];const a=o.keySet;const c=o.catchall._zod;const l=c.def.type;const f=c.optin;const d=c.optout;let p=0;for(const o in n){if(s&&t.issues.length!==p){if(aborted(t,p))break;p=t.issues.length}if(a.has(o))continue;if(o==="__proto__"){if(l==="never")u.push(o);continue}if(l==="never"){u.push(o);continue}const i=c.run({value:n[o],issues:[]},r);if(i instanceof Promise){e.push(i.then(e=>handlePropertyResult(e,t,o,n,f,d)))}else{handlePropertyResult(i,t,o,n,f,d)}}if(u.length){t.issues.push({code:"unrecognized_keys",keys:u,input:n,inst:i,continue:true})}if(!e.length)return t;return Promise.all(e).then(()=>t)}const Jn=$constructor("$ZodObject",(e,n)=>{Je.init(e,n);const t=Object.getOwnPropertyDescriptor(n,"shape");const r=t?.get?t.get.raw:n.shape??{};if(r){const get=()=>{const e={...r};Object.defineProperty(n,"shape",{value:e});get.raw=e;return e};get.raw=r;Object.defineProperty(n,"shape",{get:get})}const o=cached(()=>normalizeDef(n));defineLazyInternal(e,"propValues",e=>{const n=e.def.shape;const t={};for(const e in n){const r=n[e]._zod;if(r.values){if(!Object.prototype.hasOwnProperty.call(t,e)){assignProp(t,e,new Set)}for(const n of r.values)t[e].add(n);if(r.optin!==undefined)t[e].add(undefined)}}return t});const i=util_isObject;const s=n.catchall;let u;const a=z.memoizer;a?.attach(e);e._zod.parse=(n,t)=>{u??(u=o.value);const r=n.value;if(!i(r)){n.issues.push({expected:"object",code:"invalid_type",input:r,inst:e});return n}n.value=a?a.alloc(e,n,{},t):{};const c=[];const l=u.shape;const f=t?.abortEarly;let d=n.issues.length;for(const e of u.allKeys){if(f&&n.issues.length!==d){if(aborted(n,d))break;d=n.issues.length}if(e==="__proto__")continue;const o=l[e];const i=o._zod.optin;const s=o._zod.optout;const u=o._zod.run({value:r[e],issues:[]},t);if(u instanceof Promise){c.push(u.then(t=>handlePropertyResult(t,n,e,r,i,s)))}else{handlePropertyResult(u,n,e,r,i,s)}}if(!s){return c.length?Promise.all(c).then(()=>n):n}return handleCatchall(c,r,n,t,o.value,e,f===true)}});const qn=null&&0;function handleUnionResults(e,n,t,r){for(const t of e){if(t.issues.length===0){n.value=t.value;return n}}const o=e.filter(e=>!aborted(e));if(o.length===1){n.value=o[0].value;return o[0]}n.issues.push({code:"invalid_union",input:n.value,inst:t,errors:e.map(e=>e.issues.map(e=>finalizeIssue(e,r,config())))});return n}const Qn=$constructor("$ZodUnion",(e,n)=>{Je.init(e,n);defineLazyInternal(e,"optin",e=>e.def.options.some(e=>e._zod.optin==="defaulted")?"defaulted":e.def.options.some(e=>e._zod.optin!==undefined)?"optional":undefined);defineLazyInternal(e,"optout",e=>e.def.options.some(e=>e._zod.optout==="optional")?"optional":undefined);defineLazyInternal(e,"values",e=>{if(e.def.options.every(e=>e._zod.values)){return new Set(e.def.options.flatMap(e=>Array.from(e._zod.values)))}return undefined});defineLazyInternal(e,"pattern",e=>{if(e.def.options.every(e=>e._zod.pattern)){const n=e.def.options.map(e=>e._zod.pattern);return new RegExp(`^(${n.map(e=>cleanRegex(e.source)).join("|")})$`)}return undefined});const t=n.options.length===1?n.options[0]._zod.run:null;e._zod.parse=(r,o)=>{if(t){return t(r,o)}let i=false;const s=[];for(const e of n.options){const n=e._zod.run({value:r.value,issues:[]},o);if(n instanceof Promise){s.push(n);i=true}else{if(n.issues.length===0)return n;s.push(n)}}if(!i)return handleUnionResults(s,r,e,o);return Promise.all(s).then(n=>handleUnionResults(n,r,e,o))}});function handleExclusiveUnionResults(e,n,t,r){const o=[];for(let n=0;n<e.length;n++){if(e[n].issues.length===0)o.push(n)}if(o.length===1){n.value=e[o[0]].value;return n}if(o.length===0){n.issues.push({code:"invalid_union",input:n.value,inst:t,errors:e.map(e=>e.issues.map(e=>util.finalizeIssue(e,r,core.config())))})}else{n.issues.push({code:"invalid_union",input:n.value,inst:t,errors:[],inclusive:false,matches:o})}return n}const et=null&&0;function getDiscriminatedOption(e,n){const t=e._zod;let r=t.bag.optionsMap;if(!r){r=discriminatorMap(t.def);t.bag.optionsMap=r}const o=r.get(n);if(o===null)throw new Error(`Ambiguous discriminator value "${String(n)}"`);return o}function discriminatorMap(e){const n=new Map;for(const t of e.options){const r=t._zod.propValues?.[e.discriminator];if(!r||r.size===0)throw new Error(`Invalid discriminated union option at index "${e.options.indexOf(t)}"`);for(const e of r){if(n.has(e)){if(e!==undefined)throw new Error(`Duplicate discriminator value "${String(e)}"`);n.set(e,null)}else{n.set(e,t)}}}return n}const nt=null&&0;const tt=null&&0;function mergeValues(e,n){if(e===n){return{valid:true,data:e}}if(e instanceof Date&&n instanceof Date&&+e===+n){return{valid:true,data:e}}if(util.isPlainObject(e)&&util.isPlainObject(n)){const t=Object.keys(n);const r=Object.keys(e).filter(e=>t.indexOf(e)!==-1);const o={...e,...n};if(Object.prototype.hasOwnProperty.call(o,"__proto__"))delete o.__proto__;for(const t of r){if(t==="__proto__")continue;const r=mergeValues(e[t],n[t]);if(!r.valid){return{valid:false,mergeErrorPath:[t,...r.mergeErrorPath]}}o[t]=r.data}return{valid:true,data:o}}if(Array.isArray(e)&&Array.isArray(n)){if(e.length!==n.length){return{valid:false,mergeErrorPath:[]}}const t=[];for(let r=0;r<e.length;r++){const o=e[r];const i=n[r];const s=mergeValues(o,i);if(!s.valid){return{valid:false,mergeErrorPath:[r,...s.mergeErrorPath]}}t.push(s.data)}return{valid:true,data:t}}return{valid:false,mergeErrorPath:[]}}function handleIntersectionResults(e,n,t){const r=new Map;let o;const i=new Map;const collect=(e,n)=>{let t;if(e.code==="unrecognized_keys"&&!e.path?.length){o??(o=e);t=e.keys}else if(e.code==="invalid_key"&&e.origin==="record"&&e.path?.length===1){const n=String(e.path[0]);if(!i.has(n))i.set(n,e);t=[n]}else{return false}for(const e of t){if(!r.has(e))r.set(e,{});r.get(e)[n]=true}return true};for(const t of n.issues){if(!collect(t,"l"))e.issues.push(t)}for(const n of t.issues){if(!collect(n,"r"))e.issues.push(n)}const s=[...r].filter(([,e])=>e.l&&e.r).map(([e])=>e);if(s.length){const n=o?s.filter(e=>o.keys.includes(e)):[];if(n.length)e.issues.push({...o,keys:n});for(const t of s){if(!n.includes(t)&&i.has(t))e.issues.push(i.get(t))}}const u=mergeValues(n.value,t.value);if(!u.valid){if(util.aborted(e))return e;throw new Error(`Unmergable intersection. Error path: `+`${JSON.stringify(u.mergeErrorPath)}`)}e.value=u.data;return e}const rt=null&&0;function getTupleOptStart(e,n){for(let t=e.length-1;t>=0;t--){const r=n==="optin"?e[t]._zod.optin!==undefined:e[t]._zod.optout==="optional";if(!r)return t+1}return 0}function handleTupleResult(e,n,t){if(e.issues.length){n.issues.push(...util.prefixIssues(t,e.issues))}n.value[t]=e.value}function handleTupleResults(e,n,t,r,o){for(let i=0;i<t.length;i++){const s=e[i];const u=i<r.length;if(!u&&i>=o&&t[i]._zod.optin==="optional"){n.value.length=i;break}if(s.issues.length){if(!u&&i>=o){n.value.length=i;break}n.issues.push(...util.prefixIssues(i,s.issues))}n.value[i]=s.value}for(let e=n.value.length-1;e>=r.length;e--){if(t[e]._zod.optout==="optional"&&n.value[e]===undefined){n.value.length=e}else{break}}return n}const ot=null&&0;const it=null&&0;function handleMapResult(e,n,t,r,o,i,s){if(e.issues.length){if(util.propertyKeyTypes.has(typeof r)){t.issues.push(...util.prefixIssues(r,e.issues))}else{t.issues.push({code:"invalid_key",origin:"map",input:o,inst:i,issues:e.issues.map(e=>util.finalizeIssue(e,s,core.config()))})}}if(n.issues.length){if(util.propertyKeyTypes.has(typeof r)){t.issues.push(...util.prefixIssues(r,n.issues))}else{t.issues.push({origin:"map",code:"invalid_element",input:o,inst:i,key:r,issues:n.issues.map(e=>util.finalizeIssue(e,s,core.config()))})}}t.value.set(e.value,n.value)}const st=null&&0;function handleSetResult(e,n){if(e.issues.length){n.issues.push(...e.issues)}n.value.add(e.value)}const ut=$constructor("$ZodEnum",(e,n)=>{Je.init(e,n);const t=getEnumValues(n.entries);const r=new Set(t);e._zod.values=r;defineLazyInternal(e,"pattern",e=>{const n=getEnumValues(e.def.entries).filter(e=>i.has(typeof e));return new RegExp(n.length?`^(${n.map(e=>escapeRegex(e.toString())).join("|")})$`:"^[^\\s\\S]$")});e._zod.parse=(n,o)=>{const i=n.value;if(r.has(i)){return n}n.issues.push({code:"invalid_value",values:t,input:i,inst:e});return n}});const at=null&&0;const ct=null&&0;const lt=$constructor("$ZodTransform",(e,n)=>{Je.init(e,n);e._zod.optin="optional";z.memoizer?.guard(e);e._zod.parse=(t,r)=>{if(r.direction==="backward"){throw new $ZodEncodeError(e.constructor.name)}const o=n.transform(t.value,t);if(r.async){const e=o instanceof Promise?o:Promise.resolve(o);return e.then(e=>{t.value=e;return t})}if(o instanceof Promise){throw new $ZodAsyncError}t.value=o;return t}});function handleOptionalResult(e,n){e.value=n.issues.length?undefined:n.value;return e}const ft=$constructor("$ZodOptional",(e,n)=>{Je.init(e,n);defineLazyInternal(e,"optin",e=>e.def.innerType._zod.optin==="defaulted"?"defaulted":"optional");e._zod.optout="optional";defineLazyInternal(e,"values",e=>{const n=e.def.innerType._zod.values;return n?new Set([...n,undefined]):undefined});defineLazyInternal(e,"pattern",e=>{const n=e.def.innerType._zod.pattern;return n?new RegExp(`^(${cleanRegex(n.source)})?$`):undefined});e._zod.parse=(e,t)=>{if(e.value===undefined){if(n.innerType._zod.optin!=="defaulted")return e;const r=n.innerType._zod.run({value:e.value,issues:[]},t);if(r instanceof Promise)return r.then(n=>handleOptionalResult(e,n));return handleOptionalResult(e,r)}return n.innerType._zod.run(e,t)}});const dt=null&&0;const pt=$constructor("$ZodNullable",(e,n)=>{Je.init(e,n);defineLazyInternal(e,"optin",e=>e.def.innerType._zod.optin);defineLazyInternal(e,"optout",e=>e.def.innerType._zod.optout);defineLazyInternal(e,"pattern",e=>{const n=e.def.innerType._zod.pattern;return n?new RegExp(`^(${cleanRegex(n.source)}|null)$`):undefined});defineLazyInternal(e,"values",e=>e.def.innerType._zod.values?new Set([...e.def.innerType._zod.values,null]):undefined);e._zod.parse=(e,t)=>{if(e.value===null)return e;return n.innerType._zod.run(e,t)}});const mt=null&&0;function handleDefaultResult(e,n){if(e.value===undefined){e.value=n.defaultValue}return e}const ht=null&&0;const _t=null&&0;function handleNonOptionalResult(e,n){if(!e.issues.length&&e.value===undefined){e.issues.push({code:"invalid_type",expected:"nonoptional",input:e.value,inst:n})}return e}const yt=null&&0;function handleCatchResult(e,n,t,r){if(!n.issues.length){e.value=n.value;if(n.memo)e.memo=true;return e}e.value=t.catchValue({...n,value:e.value,error:{issues:n.issues.map(e=>finalizeIssue(e,r,config()))},input:e.value});return e}const gt=$constructor("$ZodCatch",(e,n)=>{Je.init(e,n);defineLazyInternal(e,"optin",e=>e.def.innerType._zod.optin==="defaulted"?"defaulted":"optional");defineLazyInternal(e,"optout",e=>e.def.innerType._zod.optout);defineLazyInternal(e,"values",e=>e.def.innerType._zod.values);e._zod.parse=(e,t)=>{if(t.direction==="backward"){return n.innerType._zod.run(e,t)}const r=n.innerType._zod.run({value:e.value,issues:[]},t);if(r instanceof Promise){return r.then(r=>handleCatchResult(e,r,n,t))}return handleCatchResult(e,r,n,t)}});const vt=null&&0;const zt=$constructor("$ZodPipe",(e,n)=>{Je.init(e,n);defineLazyInternal(e,"values",e=>e.def.in._zod.values);defineLazyInternal(e,"optin",e=>e.def.in._zod.optin);defineLazyInternal(e,"optout",e=>e.def.out._zod.optout);defineLazyInternal(e,"propValues",e=>e.def.in._zod.propValues);e._zod.parse=(e,t)=>{if(t.direction==="backward"){const r=n.out._zod.run(e,t);if(r instanceof Promise){return r.then(e=>handlePipeResult(e,n.in,t))}return handlePipeResult(r,n.in,t)}const r=n.in._zod.run(e,t);if(r instanceof Promise){return r.then(e=>handlePipeResult(e,n.out,t))}return handlePipeResult(r,n.out,t)}});function handlePipeResult(e,n,t){if(e.issues.some(e=>e.code!=="unrecognized_keys")){e.aborted=true;return e}return n._zod.run({value:e.value,issues:e.issues},t)}const bt=null&&0;function handleCodecAResult(e,n,t){if(e.issues.length){e.aborted=true;return e}const r=t.direction||"forward";if(r==="forward"){const r=n.transform(e.value,e);if(r instanceof Promise){return r.then(r=>handleCodecTxResult(e,r,n.out,t))}return handleCodecTxResult(e,r,n.out,t)}else{const r=n.reverseTransform(e.value,e);if(r instanceof Promise){return r.then(r=>handleCodecTxResult(e,r,n.in,t))}return handleCodecTxResult(e,r,n.in,t)}}function handleCodecTxResult(e,n,t,r){if(e.issues.length){e.aborted=true;return e}return t._zod.run({value:n,issues:e.issues},r)}const $t=null&&0;const wt=null&&0;function handleReadonlyResult(e){if(!e.memo)e.value=Object.freeze(e.value);return e}function leafPattern(e){const n=e._zod.def;let t=n.pattern;let r=!!n.format?.includes("int");let o;let i;for(const e of n.checks??[]){const n=e._zod.def;if(n.pattern)t=n.pattern;r||(r=!!n.format?.includes("int"));const s=n.minimum??n.length;const u=n.maximum??n.length;if(s!==undefined&&(o===undefined||s>o))o=s;if(u!==undefined&&(i===undefined||u<i))i=u}if(t)return t.source;if(o!==undefined&&i!==undefined&&o>i)return"(?!)";if(o!==undefined||i!==undefined)return regexes.string({minimum:o,maximum:i}).source;const s=e._zod.pattern;return(r&&s===regexes.number?regexes.integer:s)?.source}function partPattern(e){const n=e._zod.def;const t=e._zod.pattern?.source;const r=n.innerType??e._zod.innerType;if(r){const e=r._zod.pattern?.source;const n=partPattern(r);if(t&&e&&n&&n!==e){return t.replace(util.cleanRegex(e),()=>util.cleanRegex(n))}return t}if(n.options){const e=n.options.map(partPattern);if(e.every(Boolean))return`^(${e.map(e=>util.cleanRegex(e)).join("|")})$`}return leafPattern(e)}const Pt=null&&0;const kt=null&&0;const Zt=null&&0;const xt=null&&0;const At=$constructor("$ZodCustom",(e,n)=>{b.init(e,n);Je.init(e,n);e._zod.parse=(e,n)=>e;e._zod.check=t=>{const r=t.value;const o=n.fn(r);if(o instanceof Promise){return o.then(n=>handleRefineResult(n,t,r,e))}handleRefineResult(o,t,r,e);return}});function handleRefineResult(e,n,t,r){if(!e){const e={code:"custom",input:t,inst:r,path:[...r._zod.def.path??[]],continue:!r._zod.def.abort};if(r._zod.def.params)e.params=r._zod.def.params;n.issues.push(issue(e))}}var Rt;const Ot=null&&0;const St=null&&0;class $ZodRegistry{constructor(){this._map=new WeakMap;this._idmap=new Map}add(e,...n){const t=n[0];this._map.set(e,t);if(t&&typeof t==="object"&&"id"in t){this._idmap.set(t.id,e)}return this}clear(){this._map=new WeakMap;this._idmap=new Map;return this}remove(e){const n=this._map.get(e);if(n&&typeof n==="object"&&"id"in n){this._idmap.delete(n.id)}this._map.delete(e);return this}get(e){const n=e._zod.parent;if(n){const t={...this.get(n)??{}};delete t.id;const r={...t,...this._map.get(e)};return Object.keys(r).length?r:undefined}return this._map.get(e)}has(e){return this._map.has(e)}}function registry(){return new $ZodRegistry}(Rt=globalThis).__zod_globalRegistry??(Rt.__zod_globalRegistry=registry());const It=globalThis.__zod_globalRegistry;function snapshotChecks(e){if(e.checks)e.checks=[...e.checks];return e}function _string(e,n){return new e(snapshotChecks({type:"string",...normalizeParams(n)}))}function _coercedString(e,n){return new e(snapshotChecks({type:"string",coerce:true,...util.normalizeParams(n)}))}function _email(e,n){return new e({type:"string",format:"email",check:"string_format",abort:false,...util.normalizeParams(n)})}function _guid(e,n){return new e({type:"string",format:"guid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _uuid(e,n){return new e({type:"string",format:"uuid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _uuidv4(e,n){return new e({type:"string",format:"uuid",check:"string_format",abort:false,version:"v4",...util.normalizeParams(n)})}function _uuidv6(e,n){return new e({type:"string",format:"uuid",check:"string_format",abort:false,version:"v6",...util.normalizeParams(n)})}function _uuidv7(e,n){return new e({type:"string",format:"uuid",check:"string_format",abort:false,version:"v7",...util.normalizeParams(n)})}function _url(e,n){return new e({type:"string",format:"url",check:"string_format",abort:false,...util.normalizeParams(n)})}function api_emoji(e,n){return new e({type:"string",format:"emoji",check:"string_format",abort:false,...util.normalizeParams(n)})}function _nanoid(e,n){return new e({type:"string",format:"nanoid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _cuid(e,n){return new e({type:"string",format:"cuid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _cuid2(e,n){return new e({type:"string",format:"cuid2",check:"string_format",abort:false,...util.normalizeParams(n)})}function _ulid(e,n){return new e({type:"string",format:"ulid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _xid(e,n){return new e({type:"string",format:"xid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _ksuid(e,n){return new e({type:"string",format:"ksuid",check:"string_format",abort:false,...util.normalizeParams(n)})}function _ipv4(e,n){return new e({type:"string",format:"ipv4",check:"string_format",abort:false,...util.normalizeParams(n)})}function _ipv6(e,n){return new e({type:"string",format:"ipv6",check:"string_format",abort:false,...util.normalizeParams(n)})}function _mac(e,n){return new e({type:"string",format:"mac",check:"string_format",abort:false,...util.normalizeParams(n)})}function _cidrv4(e,n){return new e({type:"string",format:"cidrv4",check:"string_format",abort:false,...util.normalizeParams(n)})}function _cidrv6(e,n){return new e({type:"string",format:"cidrv6",check:"string_format",abort:false,...util.normalizeParams(n)})}function _base64(e,n){return new e({type:"string",format:"base64",check:"string_format",abort:false,...util.normalizeParams(n)})}function _base64url(e,n){return new e({type:"string",format:"base64url",check:"string_format",abort:false,...util.normalizeParams(n)})}function _e164(e,n){return new e({type:"string",format:"e164",check:"string_format",abort:false,...util.normalizeParams(n)})}function _creditCard(e,n){return new e({type:"string",format:"credit_card",check:"string_format",abort:false,...util.normalizeParams(n)})}function _iban(e,n){return new e({type:"string",format:"iban",check:"string_format",abort:false,...util.normalizeParams(n)})}function _jwt(e,n){return new e({type:"string",format:"jwt",check:"string_format",abort:false,...util.normalizeParams(n)})}const Tt={Any:null,Minute:-1,Second:0,Millisecond:3,Microsecond:6};function _isoDateTime(e,n){return new e({type:"string",format:"datetime",check:"string_format",offset:false,local:false,precision:null,...util.normalizeParams(n)})}function _isoDate(e,n){return new e({type:"string",format:"date",check:"string_format",...util.normalizeParams(n)})}function _isoTime(e,n){return new e({type:"string",format:"time",check:"string_format",precision:null,...util.normalizeParams(n)})}function _isoDuration(e,n){return new e({type:"string",format:"duration",check:"string_format",...util.normalizeParams(n)})}function _number(e,n){return new e(snapshotChecks({type:"number",checks:[],...normalizeParams(n)}))}function _coercedNumber(e,n){return new e(snapshotChecks({type:"number",coerce:true,checks:[],...util.normalizeParams(n)}))}function _int(e,n){return new e({type:"number",check:"number_format",abort:false,format:"safeint",...normalizeParams(n)})}function _float32(e,n){return new e({type:"number",check:"number_format",abort:false,format:"float32",...util.normalizeParams(n)})}function _float64(e,n){return new e({type:"number",check:"number_format",abort:false,format:"float64",...util.normalizeParams(n)})}function _int32(e,n){return new e({type:"number",check:"number_format",abort:false,format:"int32",...util.normalizeParams(n)})}function _uint32(e,n){return new e({type:"number",check:"number_format",abort:false,format:"uint32",...util.normalizeParams(n)})}function _boolean(e,n){return new e({type:"boolean",...normalizeParams(n)})}function _coercedBoolean(e,n){return new e({type:"boolean",coerce:true,...util.normalizeParams(n)})}function _bigint(e,n){return new e({type:"bigint",...util.normalizeParams(n)})}function _coercedBigint(e,n){return new e({type:"bigint",coerce:true,...util.normalizeParams(n)})}function _int64(e,n){return new e({type:"bigint",check:"bigint_format",abort:false,format:"int64",...util.normalizeParams(n)})}function _uint64(e,n){return new e({type:"bigint",check:"bigint_format",abort:false,format:"uint64",...util.normalizeParams(n)})}function _symbol(e,n){return new e({type:"symbol",...util.normalizeParams(n)})}function api_undefined(e,n){return new e({type:"undefined",...util.normalizeParams(n)})}function api_null(e,n){return new e({type:"null",...util.normalizeParams(n)})}function _any(e){return new e({type:"any"})}function _unknown(e){return new e({type:"unknown"})}function _never(e,n){return new e({type:"never",...normalizeParams(n)})}function _void(e,n){return new e({type:"void",...util.normalizeParams(n)})}function _date(e,n){return new e({type:"date",...util.normalizeParams(n)})}function _coercedDate(e,n){return new e({type:"date",coerce:true,...util.normalizeParams(n)})}function _nan(e,n){return new e({type:"nan",...util.normalizeParams(n)})}function _lt(e,n){return new checks.$ZodCheckLessThan({check:"less_than",...util.normalizeParams(n),value:e,inclusive:false})}function _lte(e,n){return new w({check:"less_than",...normalizeParams(n),value:e,inclusive:true})}function _gt(e,n){return new checks.$ZodCheckGreaterThan({check:"greater_than",...util.normalizeParams(n),value:e,inclusive:false})}function _gte(e,n){return new P({check:"greater_than",...normalizeParams(n),value:e,inclusive:true})}function _positive(e){return _gt(0,e)}function _negative(e){return _lt(0,e)}function _nonpositive(e){return _lte(0,e)}function _nonnegative(e){return _gte(0,e)}function _multipleOf(e,n){return new checks.$ZodCheckMultipleOf({check:"multiple_of",...util.normalizeParams(n),value:e})}function _maxSize(e,n){return new checks.$ZodCheckMaxSize({check:"max_size",...util.normalizeParams(n),maximum:e})}function _minSize(e,n){return new checks.$ZodCheckMinSize({check:"min_size",...util.normalizeParams(n),minimum:e})}function _size(e,n){return new checks.$ZodCheckSizeEquals({check:"size_equals",...util.normalizeParams(n),size:e})}function _maxLength(e,n){const t=new S({check:"max_length",...normalizeParams(n),maximum:e});return t}function _minLength(e,n){return new I({check:"min_length",...normalizeParams(n),minimum:e})}function _length(e,n){return new checks.$ZodCheckLengthEquals({check:"length_equals",...util.normalizeParams(n),length:e})}function _regex(e,n){return new E({check:"string_format",format:"regex",...normalizeParams(n),pattern:e})}function _lowercase(e){return new checks.$ZodCheckLowerCase({check:"string_format",format:"lowercase",...util.normalizeParams(e)})}function _uppercase(e){return new checks.$ZodCheckUpperCase({check:"string_format",format:"uppercase",...util.normalizeParams(e)})}function _includes(e,n){return new checks.$ZodCheckIncludes({check:"string_format",format:"includes",...util.normalizeParams(n),includes:e})}function _startsWith(e,n){return new checks.$ZodCheckStartsWith({check:"string_format",format:"starts_with",...util.normalizeParams(n),prefix:e})}function _endsWith(e,n){return new checks.$ZodCheckEndsWith({check:"string_format",format:"ends_with",...util.normalizeParams(n),suffix:e})}function _property(e,n,t){return new checks.$ZodCheckProperty({check:"property",property:e,schema:n,...util.normalizeParams(t)})}function _properties(e,n){return new checks.$ZodCheckProperties({check:"properties",shape:e,...util.normalizeParams(n)})}function _mime(e,n){return new checks.$ZodCheckMimeType({check:"mime_type",mime:e,...util.normalizeParams(n)})}function _overwrite(e){return new checks.$ZodCheckOverwrite({check:"overwrite",tx:e})}function _normalize(e){return _overwrite(n=>n.normalize(e))}function _trim(){return _overwrite(e=>e.trim())}function _toLowerCase(){return _overwrite(e=>e.toLowerCase())}function _toUpperCase(){return _overwrite(e=>e.toUpperCase())}function _slugify(){return _overwrite(e=>util.slugify(e))}function _array(e,n,t){return new e({type:"array",element:n,...util.normalizeParams(t)})}function _union(e,n,t){return new e({type:"union",options:n,...util.normalizeParams(t)})}function _xor(e,n,t){return new e({type:"union",options:n,inclusive:false,...util.normalizeParams(t)})}function _discriminatedUnion(e,n,t,r){return new e({type:"union",options:t,discriminator:n,...util.normalizeParams(r)})}function _intersection(e,n,t){return new e({type:"intersection",left:n,right:t})}function _tuple(e,n,t,r){const o=t instanceof schemas.$ZodType;const i=o?r:t;const s=o?t:null;return new e({type:"tuple",items:n,rest:s,...util.normalizeParams(i)})}function _record(e,n,t,r){return new e({type:"record",keyType:n,valueType:t,...util.normalizeParams(r)})}function _map(e,n,t,r){return new e({type:"map",keyType:n,valueType:t,...util.normalizeParams(r)})}function _set(e,n,t){return new e({type:"set",valueType:n,...util.normalizeParams(t)})}function _enum(e,n,t){const r=Array.isArray(n)?Object.fromEntries(n.map(e=>[e,e])):n;return new e({type:"enum",entries:r,...util.normalizeParams(t)})}function _nativeEnum(e,n,t){return new e({type:"enum",entries:n,...util.normalizeParams(t)})}function _literal(e,n,t){return new e({type:"literal",values:Array.isArray(n)?n:[n],...util.normalizeParams(t)})}function _file(e,n){return new e({type:"file",...util.normalizeParams(n)})}function _transform(e,n){return new e({type:"transform",transform:n})}function _optional(e,n){return new e({type:"optional",innerType:n})}function _nullable(e,n){return new e({type:"nullable",innerType:n})}function _default(e,n,t){return new e({type:"default",innerType:n,get defaultValue(){return typeof t==="function"?t():util.shallowClone(t)}})}function _nonoptional(e,n,t){return new e({type:"nonoptional",innerType:n,...util.normalizeParams(t)})}function _success(e,n){return new e({type:"success",innerType:n})}function _catch(e,n,t){return new e({type:"catch",innerType:n,catchValue:typeof t==="function"?t:util.constantCatch(t)})}function _pipe(e,n,t){return new e({type:"pipe",in:n,out:t})}function _readonly(e,n){return new e({type:"readonly",innerType:n})}function _templateLiteral(e,n,t){return new e({type:"template_literal",parts:n,...util.normalizeParams(t)})}function _lazy(e,n){return new e({type:"lazy",getter:n})}function _promise(e,n){return new e({type:"promise",innerType:n})}function _custom(e,n,t){const r=util.normalizeParams(t);r.abort??(r.abort=true);const o=new e({type:"custom",check:"custom",fn:n,...r});return o}function _refine(e,n,t){const r=new e({type:"custom",check:"custom",fn:n,...normalizeParams(t)});return r}function _superRefine(e,n){const t=_check(n=>{n.addIssue=e=>{if(typeof e==="string"){n.issues.push(util.issue(e,n.value,t._zod.def))}else{const r=e;if(r.fatal)r.continue=false;r.code??(r.code="custom");if(!("input"in r))r.input=n.value;r.inst??(r.inst=t);r.continue??(r.continue=!t._zod.def.abort);n.issues.push(util.issue(r))}};return e(n.value,n)},n);return t}function _check(e,n){const t=new checks.$ZodCheck({check:"custom",...util.normalizeParams(n)});t._zod.check=e;return t}function describe(e){const n=new b({check:"describe"});n._zod.onattach=[n=>{const t=It.get(n)??{};It.add(n,{...t,description:e})}];n._zod.check=()=>{};return n}function meta(e){const n=new b({check:"meta"});n._zod.onattach=[n=>{const t=It.get(n)??{};It.add(n,{...t,...e})}];n._zod.check=()=>{};return n}function _stringbool(e,n){const t=util.normalizeParams(n);let r=t.truthy??["true","1","yes","on","y","enabled"];let o=t.falsy??["false","0","no","off","n","disabled"];if(t.case!=="sensitive"){r=r.map(e=>typeof e==="string"?e.toLowerCase():e);o=o.map(e=>typeof e==="string"?e.toLowerCase():e)}const i=new Set(r);const s=new Set(o);const u=e.Codec??schemas.$ZodCodec;const a=e.Boolean??schemas.$ZodBoolean;const c=e.String??schemas.$ZodString;const l=new c({type:"string",error:t.error});const f=new a({type:"boolean",error:t.error});const d=new u({type:"pipe",in:l,out:f,transform:(e,n)=>{let r=e;if(t.case!=="sensitive")r=r.toLowerCase();if(i.has(r)){return true}else if(s.has(r)){return false}else{n.issues.push({code:"invalid_value",expected:"stringbool",values:[...i,...s],input:n.value,inst:d,continue:false});return{}}},reverseTransform:(e,n)=>{if(e===true){return r[0]||"true"}else{return o[0]||"false"}},error:t.error});d._zod.bag.truthy=r;d._zod.bag.falsy=o;d._zod.bag.case=t.case??"insensitive";return d}function _stringFormat(e,n,t,r={}){const o=util.normalizeParams(r);const i={check:"string_format",type:"string",format:n,fn:typeof t==="function"?t:e=>t.test(e),...o};if(t instanceof RegExp){i.pattern=t}const s=new e(i);return s}function _getMessage(){const e=this._zod;e.message??(e.message=JSON.stringify(e.def,jsonStringifyReplacer,2));return e.message}function _setMessage(e){this._zod.message=e}const Ct={get:_getMessage,set:_setMessage,enumerable:true,configurable:true};const Et={value:undefined,enumerable:false};const jt=new WeakSet([Object.prototype,Error.prototype]);const initializer=(e,n)=>{e.name="$ZodError";Et.value=n;Object.defineProperty(e,"issues",Et);Et.value=undefined;Object.defineProperty(e,"message",Ct);const t=Object.getPrototypeOf(e);if(!jt.has(t)){jt.add(t);Object.defineProperty(t,"toString",{configurable:true,enumerable:false,get(){const value=()=>this.message;Object.defineProperty(this,"toString",{value:value,configurable:true,writable:true});return value},set(e){Object.defineProperty(this,"toString",{value:e,configurable:true,writable:true})}})}};const Mt=$constructor("$ZodError",initializer);const Dt=$constructor("$ZodError",initializer,undefined,{Parent:Error});function node(e,n,t){if(!Object.prototype.hasOwnProperty.call(e,n)){if(n==="__proto__"){Object.defineProperty(e,n,{value:t(),writable:true,enumerable:true,configurable:true})}else{e[n]=t()}}return e[n]}function flattenError(e,n=e=>e.message){const t={};const r=[];for(const o of e.issues){if(o.path.length>0){node(t,o.path[0],()=>[]).push(n(o))}else{r.push(n(o))}}return{formErrors:r,fieldErrors:t}}function formatError(e,n=e=>e.message){const t={_errors:[]};const processError=(e,r=[])=>{for(const o of e.issues){if(o.code==="invalid_union"&&o.errors.length){o.errors.map(e=>processError({issues:e},[...r,...o.path]))}else if(o.code==="invalid_key"){processError({issues:o.issues},[...r,...o.path])}else if(o.code==="invalid_element"){processError({issues:o.issues},[...r,...o.path])}else{const e=[...r,...o.path];if(e.length===0){t._errors.push(n(o))}else{let r=t;let i=0;while(i<e.length){const t=e[i];const s=i===e.length-1;if(t==="_errors"){if(s)r._errors.push(n(o));i++;continue}if(!Object.prototype.hasOwnProperty.call(r,t)){Object.defineProperty(r,t,{value:{_errors:[]},enumerable:true,writable:true,configurable:true})}const u=r[t];if(s){u._errors.push(n(o))}r=u;i++}}}}};processError(e);return t}function treeifyError(e,n=e=>e.message){const t={errors:[]};const processError=(e,r=[])=>{var o;for(const i of e.issues){if(i.code==="invalid_union"&&i.errors.length){i.errors.map(e=>processError({issues:e},[...r,...i.path]))}else if(i.code==="invalid_key"){processError({issues:i.issues},[...r,...i.path])}else if(i.code==="invalid_element"){processError({issues:i.issues},[...r,...i.path])}else{const e=[...r,...i.path];if(e.length===0){t.errors.push(n(i));continue}let s=t;let u=0;while(u<e.length){const t=e[u];const r=u===e.length-1;if(typeof t==="string"){s.properties??(s.properties={});if(!Object.prototype.hasOwnProperty.call(s.properties,t)){Object.defineProperty(s.properties,t,{value:{errors:[]},enumerable:true,writable:true,configurable:true})}s=s.properties[t]}else{s.items??(s.items=[]);(o=s.items)[t]??(o[t]={errors:[]});s=s.items[t]}if(r){s.errors.push(n(i))}u++}}}};processError(e);return t}function toDotPath(e){const n=[];const t=e.map(e=>typeof e==="object"?e.key:e);for(const e of t){if(typeof e==="number")n.push(`[${e}]`);else if(typeof e==="symbol")n.push(`[${JSON.stringify(String(e))}]`);else if(/[^\w$]/.test(e))n.push(`[${JSON.stringify(e)}]`);else{if(n.length)n.push(".");n.push(e)}}return n.join("")}function prettifyError(e){const n=[];const t=[...e.issues].sort((e,n)=>(e.path??[]).length-(n.path??[]).length);for(const e of t){n.push(`✖ ${e.message}`);if(e.path?.length)n.push(`  → at ${toDotPath(e.path)}`)}return n.join("\n")}function finalizeParams(e,n){return{callee:n?.callee??e,Err:n?.Err}}const _parse=e=>{const fn=(n,t,o,i)=>{const s=o?{...o,async:false}:{async:false};const u=n._zod.run({value:t,issues:[]},s);if(u instanceof Promise){throw new $ZodAsyncError}if(u.issues.length){const n=new(i?.Err??e)(u.issues.map(e=>finalizeIssue(e,s,config())));r(n,i?.callee??fn);throw n}return u.value};return fn};const Lt=_parse(Dt);const _parseAsync=e=>{const fn=async(n,t,o,i)=>{const s=o?{...o,async:true}:{async:true};let u=n._zod.run({value:t,issues:[]},s);if(u instanceof Promise)u=await u;if(u.issues.length){const n=new(i?.Err??e)(u.issues.map(e=>finalizeIssue(e,s,config())));r(n,i?.callee??fn);throw n}return u.value};return fn};const Nt=_parseAsync(Dt);const _safeParse=e=>(n,t,r)=>{const o=r?{...r,async:false}:{async:false};const i=n._zod.run({value:t,issues:[]},o);if(i instanceof Promise){throw new $ZodAsyncError}return i.issues.length?failure(e,i.issues,o):{success:true,data:i.value}};const Ft=_safeParse(Dt);function failure(e,n,t){let r;return{success:false,get error(){if(!r){r=new e(n.map(e=>finalizeIssue(e,t,config())));n=undefined;t=undefined}return r},set error(e){r=e;n=undefined;t=undefined}}}const _safeParseAsync=e=>async(n,t,r)=>{const o=r?{...r,async:true}:{async:true};let i=n._zod.run({value:t,issues:[]},o);if(i instanceof Promise)i=await i;return i.issues.length?failure(e,i.issues,o):{success:true,data:i.value}};const Ut=_safeParseAsync(Dt);const Bt=null&&0;const Vt=null&&0;const validate=(e,n,t)=>{const r=e._zod.bag.validator;if(r!==undefined){if(r(n)!==Bt)return true;if(r.definite===true&&t===undefined)return false}return validateFallback(e,n,t)};function validateFallback(e,n,t){const r=t?{...t,async:false,abortEarly:true}:{async:false,abortEarly:true};const o=e._zod.bag.fallbackRun;let i;if(o){r[Vt]=true;i=o({value:n,issues:[]},r)}else{i=e._zod.run({value:n,issues:[]},r)}if(i instanceof Promise){throw new core.$ZodAsyncError}return i.issues.length===0}const parse_validateAsync=async(e,n,t)=>{const r=t?{...t,async:true,abortEarly:true}:{async:true,abortEarly:true};let o=e._zod.run({value:n,issues:[]},r);if(o instanceof Promise)o=await o;return o.issues.length===0};const _encode=e=>{const n=_parse(e);const fn=(e,t,r,o)=>{const i=r?{...r,direction:"backward"}:{direction:"backward"};return n(e,t,i,finalizeParams(fn,o))};return fn};const Kt=_encode(Dt);const _decode=e=>{const n=_parse(e);const fn=(e,t,r,o)=>n(e,t,r,finalizeParams(fn,o));return fn};const Wt=_decode(Dt);const _encodeAsync=e=>{const n=_parseAsync(e);const fn=async(e,t,r,o)=>{const i=r?{...r,direction:"backward"}:{direction:"backward"};return await n(e,t,i,finalizeParams(fn,o))};return fn};const Gt=_encodeAsync(Dt);const _decodeAsync=e=>{const n=_parseAsync(e);const fn=async(e,t,r,o)=>await n(e,t,r,finalizeParams(fn,o));return fn};const Xt=_decodeAsync(Dt);const _safeEncode=e=>(n,t,r)=>{const o=r?{...r,direction:"backward"}:{direction:"backward"};return _safeParse(e)(n,t,o)};const Ht=_safeEncode(Dt);const _safeDecode=e=>(n,t,r)=>_safeParse(e)(n,t,r);const Yt=_safeDecode(Dt);const _safeEncodeAsync=e=>async(n,t,r)=>{const o=r?{...r,direction:"backward"}:{direction:"backward"};return _safeParseAsync(e)(n,t,o)};const Jt=_safeEncodeAsync(Dt);const _safeDecodeAsync=e=>async(n,t,r)=>_safeParseAsync(e)(n,t,r);const qt=_safeDecodeAsync(Dt);const Qt=$constructor("ZodMiniType",(e,n)=>{if(!e._zod)throw new Error("Uninitialized schema in ZodMiniType.");Je.init(e,n);e.def=n;e.type=n.type},{get with(){return this.check},set with(e){own(this,"with",e)},parse(e,n){return Lt(this,e,n,{callee:this.parse})},parseAsync(e,n){return Nt(this,e,n,{callee:this.parseAsync})},safeParse(e,n){return Ft(this,e,n)},safeParseAsync(e,n){return Ut(this,e,n)},check(...e){const n=this.def;return this.clone({...n,checks:[...n.checks??[],...e.map(e=>typeof e==="function"?{_zod:{check:e,def:{check:"custom"},onattach:[]}}:e)]},{parent:true})},clone(e,n){return clone(this,e,n)},brand(){return this},register(e,n){e.add(this,n);return this},apply(e,...n){return n.length===0?e(this):e(this,...n)}});const er=$constructor("ZodMiniString",(e,n)=>{qe.init(e,n);Qt.init(e,n)});function schemas_string(e){return _string(er,e)}const nr=null&&0;const tr=null&&0;function schemas_email(e){return core._email(tr,e)}const rr=null&&0;function schemas_guid(e){return core._guid(rr,e)}const or=null&&0;function schemas_uuid(e){return core._uuid(or,e)}function uuidv4(e){return core._uuidv4(or,e)}function uuidv6(e){return core._uuidv6(or,e)}function uuidv7(e){return core._uuidv7(or,e)}const ir=null&&0;function url(e){return core._url(ir,e)}function httpUrl(e){return core._url(ir,{protocol:regexes.httpProtocol,hostname:regexes.domain,...util.normalizeParams(e)})}const sr=null&&0;function schemas_emoji(e){return core._emoji(sr,e)}const ur=null&&0;function schemas_nanoid(e){return core._nanoid(ur,e)}const ar=null&&0;function schemas_cuid(e){return core._cuid(ar,e)}const cr=null&&0;function schemas_cuid2(e){return core._cuid2(cr,e)}const lr=null&&0;function schemas_ulid(e){return core._ulid(lr,e)}const fr=null&&0;function schemas_xid(e){return core._xid(fr,e)}const dr=null&&0;function schemas_ksuid(e){return core._ksuid(dr,e)}const pr=null&&0;function schemas_ipv4(e){return core._ipv4(pr,e)}const mr=null&&0;function schemas_ipv6(e){return core._ipv6(mr,e)}const hr=null&&0;function schemas_cidrv4(e){return core._cidrv4(hr,e)}const _r=null&&0;function schemas_cidrv6(e){return core._cidrv6(_r,e)}const yr=null&&0;function schemas_mac(e){return core._mac(yr,e)}const gr=null&&0;function schemas_base64(e){return core._base64(gr,e)}const vr=null&&0;function schemas_base64url(e){return core._base64url(vr,e)}const zr=null&&0;function schemas_e164(e){return core._e164(zr,e)}const br=null&&0;function schemas_creditCard(e){return core._creditCard(br,e)}const $r=null&&0;function schemas_iban(e){return core._iban($r,e)}const wr=null&&0;function jwt(e){return core._jwt(wr,e)}const Pr=null&&0;function stringFormat(e,n,t={}){return core._stringFormat(Pr,e,n,t)}function schemas_hostname(e){return core._stringFormat(Pr,"hostname",regexes.hostname,e)}function schemas_hex(e){return core._stringFormat(Pr,"hex",regexes.hex,e)}function schemas_currencyCode(e){return core._stringFormat(Pr,"currency_code",regexes.currencyCode,e)}function hash(e,n){const t=n?.enc??"hex";const r=`${e}_${t}`;const o=core.regexes[r];if(!o)throw new Error(`Unrecognized hash format: ${r}`);return core._stringFormat(Pr,r,o,n)}const kr=$constructor("ZodMiniNumber",(e,n)=>{jn.init(e,n);Qt.init(e,n)});function schemas_number(e){return _number(kr,e)}const Zr=$constructor("ZodMiniNumberFormat",(e,n)=>{Mn.init(e,n);kr.init(e,n)});function schemas_int(e){return _int(Zr,e)}function float32(e){return core._float32(Zr,e)}function float64(e){return core._float64(Zr,e)}function int32(e){return core._int32(Zr,e)}function uint32(e){return core._uint32(Zr,e)}const xr=$constructor("ZodMiniBoolean",(e,n)=>{Dn.init(e,n);Qt.init(e,n)});function schemas_boolean(e){return _boolean(xr,e)}const Ar=null&&0;function schemas_bigint(e){return core._bigint(Ar,e)}const Rr=null&&0;function int64(e){return core._int64(Rr,e)}function uint64(e){return core._uint64(Rr,e)}const Or=null&&0;function symbol(e){return core._symbol(Or,e)}const Sr=null&&0;function schemas_undefined(e){return core._undefined(Sr,e)}const Ir=null&&0;function schemas_null(e){return core._null(Ir,e)}const Tr=null&&0;function any(){return core._any(Tr)}const Cr=$constructor("ZodMiniUnknown",(e,n)=>{Kn.init(e,n);Qt.init(e,n)});function unknown(){return _unknown(Cr)}const Er=$constructor("ZodMiniNever",(e,n)=>{Wn.init(e,n);Qt.init(e,n)});function never(e){return _never(Er,e)}const jr=null&&0;function schemas_void(e){return core._void(jr,e)}const Mr=null&&0;function schemas_date(e){return core._date(Mr,e)}const Dr=$constructor("ZodMiniArray",(e,n)=>{Hn.init(e,n);Qt.init(e,n)});function array(e,n){return new Dr({type:"array",element:e,...normalizeParams(n)})}function keyof(e){const n=e._zod.def.shape;return schemas_enum(Object.keys(n))}const Lr=$constructor("ZodMiniObject",(e,n)=>{Jn.init(e,n);Qt.init(e,n);installLazyProp(e,"shape",e=>e._zod.def.shape,false)});function object(e,n){const t={type:"object",shape:e??{},...normalizeParams(n)};return new Lr(t)}function strictObject(e,n){return new Lr({type:"object",shape:e,catchall:never(),...normalizeParams(n)})}function looseObject(e,n){return new Lr({type:"object",shape:e,catchall:unknown(),...normalizeParams(n)})}function schemas_extend(e,n){return util.extend(e,n)}function schemas_safeExtend(e,n){return util.safeExtend(e,n)}function schemas_merge(e,n){return util.merge(e,n)}function schemas_pick(e,n){return util.pick(e,n)}function schemas_omit(e,n){return util.omit(e,n)}function schemas_partial(e,n){const t=e._zod.def;if(t.type!=="tuple")return util.partial(qr,e,n);if(t.checks?.length)throw new Error(".partial() cannot be used on tuple schemas containing refinements");return util.clone(e,{...t,items:t.items.map(e=>new qr({type:"optional",innerType:e}))})}function exactPartial(e,n){return util.partial(Qr,e,n,"exactPartial")}function schemas_required(e,n){return util.required(ro,e,n)}function catchall(e,n){return e.clone(util.mergeDefs(e._zod.def,{catchall:n}))}const Nr=$constructor("ZodMiniUnion",(e,n)=>{Qn.init(e,n);Qt.init(e,n)});function union(e,n){return new Nr({type:"union",options:e,...normalizeParams(n)})}const Fr=null&&0;function xor(e,n){return new Fr({type:"union",options:e,inclusive:false,...util.normalizeParams(n)})}const Ur=null&&0;function discriminatedUnion(e,n,t){return new Ur({type:"union",options:n,discriminator:e,...util.normalizeParams(t)})}const Br=null&&0;function intersection(e,n){return new Br({type:"intersection",left:e,right:n})}const Vr=null&&0;function tuple(e,n,t){const r=n instanceof core.$ZodType;const o=r?t:n;const i=r?n:null;return new Vr({type:"tuple",items:e,rest:i,...util.normalizeParams(o)})}const Kr=null&&0;function record(e,n,t){if(!n||!n._zod){return new Kr({type:"record",keyType:schemas_string(),valueType:e,...util.normalizeParams(n)})}return new Kr({type:"record",keyType:e,valueType:n,...util.normalizeParams(t)})}function partialRecord(e,n,t){return new Kr({type:"record",keyType:e,valueType:n,...util.normalizeParams(t),partial:true})}function looseRecord(e,n,t){return new Kr({type:"record",keyType:e,valueType:n,mode:"loose",...util.normalizeParams(t)})}const Wr=null&&0;function map(e,n,t){return new Wr({type:"map",keyType:e,valueType:n,...util.normalizeParams(t)})}const Gr=null&&0;function set(e,n){return new Gr({type:"set",valueType:e,...util.normalizeParams(n)})}const Xr=$constructor("ZodMiniEnum",(e,n)=>{ut.init(e,n);Qt.init(e,n);e.options=[...e._zod.values]});function schemas_enum(e,n){const t=Array.isArray(e)?Object.fromEntries(e.map(e=>[e,e])):e;return new Xr({type:"enum",entries:t,...normalizeParams(n)})}function nativeEnum(e,n){return new Xr({type:"enum",entries:e,...util.normalizeParams(n)})}const Hr=null&&0;function literal(e,n){return new Hr({type:"literal",values:Array.isArray(e)?e:[e],...util.normalizeParams(n)})}const Yr=null&&0;function file(e){return core._file(Yr,e)}const Jr=$constructor("ZodMiniTransform",(e,n)=>{lt.init(e,n);Qt.init(e,n)});function transform(e){return new Jr({type:"transform",transform:e})}const qr=$constructor("ZodMiniOptional",(e,n)=>{ft.init(e,n);Qt.init(e,n)});function optional(e){return new qr({type:"optional",innerType:e})}const Qr=null&&0;function exactOptional(e){return new Qr({type:"optional",innerType:e})}const eo=$constructor("ZodMiniNullable",(e,n)=>{pt.init(e,n);Qt.init(e,n)});function nullable(e){return new eo({type:"nullable",innerType:e})}function schemas_nullish(e){return optional(nullable(e))}const no=null&&0;function schemas_default(e,n){return new no({type:"default",innerType:e,get defaultValue(){return typeof n==="function"?n():util.shallowClone(n)}})}const to=null&&0;function prefault(e,n){return new to({type:"prefault",innerType:e,get defaultValue(){return typeof n==="function"?n():util.shallowClone(n)}})}const ro=null&&0;function nonoptional(e,n){return new ro({type:"nonoptional",innerType:e,...util.normalizeParams(n)})}const oo=null&&0;function success(e){return new oo({type:"success",innerType:e})}const io=$constructor("ZodMiniCatch",(e,n)=>{gt.init(e,n);Qt.init(e,n)});function schemas_catch(e,n){return new io({type:"catch",innerType:e,catchValue:typeof n==="function"?n:constantCatch(n)})}const so=null&&0;function nan(e){return core._nan(so,e)}const uo=$constructor("ZodMiniPipe",(e,n)=>{zt.init(e,n);Qt.init(e,n)});function pipe(e,n){return new uo({type:"pipe",in:e,out:n})}const ao=null&&0;function codec(e,n,t){return new ao({type:"pipe",in:e,out:n,transform:t.decode,reverseTransform:t.encode})}function invertCodec(e){const n=e._zod.def;return new ao({type:"pipe",in:n.out,out:n.in,transform:n.reverseTransform,reverseTransform:n.transform})}const co=null&&0;function readonly(e){return new co({type:"readonly",innerType:e})}const lo=null&&0;function templateLiteral(e,n){return new lo({type:"template_literal",parts:e,...util.normalizeParams(n)})}const fo=null&&0;function schemas_lazy(e){return new fo({type:"lazy",getter:e})}const po=null&&0;function promise(e){return new po({type:"promise",innerType:e})}const mo=$constructor("ZodMiniCustom",(e,n)=>{At.init(e,n);Qt.init(e,n)});function check(e,n){const t=new core.$ZodCheck({check:"custom",...util.normalizeParams(n)});t._zod.check=e;return t}function custom(e,n){return core._custom(mo,e??(()=>true),n)}function refine(e,n={}){return _refine(mo,e,n)}function superRefine(e,n){return core._superRefine(e,n)}const ho=describe;const _o=meta;class schemas_Class{constructor(...e){}}function _instanceof(e,n={}){const t=custom(n=>n instanceof e,n);t._zod.bag.Class=e;t._zod.check=n=>{if(!(n.value instanceof e)){n.issues.push({code:"invalid_type",expected:e.name,input:n.value,inst:t,path:[...t._zod.def.path??[]]})}};return t}const stringbool=(...e)=>core._stringbool({Codec:ao,Boolean:xr,String:er},...e);function json(){const e=schemas_lazy(()=>union([schemas_string(),schemas_number(),schemas_boolean(),schemas_null(),array(e),record(schemas_string(),e)]));return e}const yo=null&&0;function _function(e){return new yo({type:"function",input:Array.isArray(e?.input)?tuple(e?.input):e?.input??array(unknown()),output:e?.output??unknown()})}var go=n.tm;var vo=n.YO;var zo=n.zM;var bo=n.Mf;var $o=n.q0;var wo=n.k5;var Po=n.Wh;var ko=n._H;var Zo=n.Ru;var xo=n.Ph;var Ao=n.mI;var Ro=n.Bp;var Oo=n.UM;var So=n.cl;var Io=n.ai;var To=n.Ik;var Co=n.lq;var Eo=n.Fs;var jo=n.YP;var Mo=n.yG;var Do=n.xL;var Lo=n.re;var No=n.Yj;var Fo=n.pd;var Uo=n.KC;var Bo=n.L5;

/***/ }),

/***/ 7098:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   q: () => (/* binding */ parseJson)
/* harmony export */ });
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}


/***/ }),

/***/ 416:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ countOutcomes),
/* harmony export */   h: () => (/* binding */ OUTCOME_KINDS)
/* harmony export */ });
const OUTCOME_KINDS = [
    'failed',
    'skipped',
    'created',
    'updated',
    'deleted',
    'would-create',
    'would-update',
    'would-delete',
    'kept',
    'unchanged',
    'absent',
];
function countOutcomes(results) {
    const counts = Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0]));
    for (const { outcome } of results) {
        counts[outcome.kind] += 1;
    }
    return counts;
}


/***/ }),

/***/ 3614:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   HG: () => (/* binding */ describeKinds),
/* harmony export */   ZP: () => (/* binding */ describeDrift),
/* harmony export */   eq: () => (/* binding */ countGroups),
/* harmony export */   iB: () => (/* binding */ listApplications),
/* harmony export */   nx: () => (/* binding */ OUTCOME_WORDS),
/* harmony export */   wv: () => (/* binding */ describeCounts)
/* harmony export */ });
/* unused harmony export listKeys */
/* harmony import */ var _reconcile_group_result_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(416);

const OUTCOME_WORDS = {
    failed: 'failed',
    skipped: 'skipped',
    created: 'created',
    updated: 'updated',
    deleted: 'deleted',
    'would-create': 'to create',
    'would-update': 'to update',
    'would-delete': 'to delete',
    kept: 'kept with drift',
    unchanged: 'unchanged',
    absent: 'already absent',
};
function describeCounts(results) {
    return describeKinds(results.map(({ outcome }) => outcome.kind));
}
function describeKinds(kinds) {
    return _reconcile_group_result_js__WEBPACK_IMPORTED_MODULE_0__/* .OUTCOME_KINDS */ .h.map((kind) => ({ kind, count: kinds.filter((k) => k === kind).length }))
        .filter(({ count }) => count > 0)
        .map(({ kind, count }) => `${count} ${OUTCOME_WORDS[kind]}`)
        .join(', ');
}
function countGroups(count) {
    return `${count} insight ${count === 1 ? 'group' : 'groups'}`;
}
const MAX_LISTED_KEYS = 25;
function describeDrift(drift, tense, format) {
    return drift.map((entry) => {
        if (entry.field === 'applications') {
            return `Applications: ${describeApplicationDrift(entry, tense, format)}`;
        }
        const write = entry.field === 'name' ? format.name : format.key;
        const field = `${entry.field.charAt(0).toUpperCase()}${entry.field.slice(1)}`;
        return `${field}: ${join(write(entry.actual), write(entry.desired), tense)}`;
    });
}
function join(actual, desired, tense) {
    return tense === 'change' ? `${actual} → ${desired}` : `${actual}, expected ${desired}`;
}
function describeApplicationDrift({ actual, desired }, tense, format) {
    if (actual.length === 0 || desired.length === 0) {
        return join(listApplications(actual, format), listApplications(desired, format), tense);
    }
    const [added, removed] = tense === 'change' ? ['added', 'removed'] : ['missing', 'unexpected'];
    const parts = [
        [added, desired.filter((key) => !actual.includes(key))],
        [removed, actual.filter((key) => !desired.includes(key))],
    ];
    return parts
        .filter(([, keys]) => keys.length > 0)
        .map(([word, keys]) => `${word} ${listKeys(keys, format)}`)
        .join('; ');
}
function listApplications(keys, format) {
    return keys.length === 0 ? 'all applications' : listKeys(keys, format);
}
function listKeys(keys, format) {
    const shown = keys.slice(0, MAX_LISTED_KEYS).map(format.key).join(', ');
    const hidden = keys.length - MAX_LISTED_KEYS;
    return hidden > 0 ? `${shown} and ${hidden} more` : shown;
}


/***/ }),

/***/ 7865:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  h: () => (/* binding */ GroupMarkdown),
  x: () => (/* binding */ group_markdown_alert)
});

// EXTERNAL MODULE: ./build/chunk.js
var chunk = __nccwpck_require__(2749);
// EXTERNAL MODULE: ./build/report/describe.js
var describe = __nccwpck_require__(3614);
// EXTERNAL MODULE: ./build/report/visible-text.js
var visible_text = __nccwpck_require__(269);
;// CONCATENATED MODULE: ./build/report/markdown.js

const MAX_TEXT_LENGTH = 2_000;
const SYNTAX = [/[&<>\\`*_[\]|~]/, /^[-+=#:\d]/];
const REFERENCES = [
    /[@$]/,
    /:(?=\/\/|[\w+-]+:)/,
    /(?<=www)\./,
    /#(?=\d)/,
    /(?<=GH|GHSA|CVE)-(?=\w)/,
    /[\da-f]{7,}/,
];
const MEANINGFUL = new RegExp(`(${joinPatterns(REFERENCES)})|${joinPatterns(SYNTAX)}`, 'gi');
const CODE_IN_SENTENCES = /("[\w.-]+"|\b(?:if-exists: (?:fail|keep|update)|state: absent|timeout-seconds|base-uri|max-deletes|pr-number|github-token|dry-run|on-drift|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|NO_PROXY)\b)/;
const ELEMENT_LENGTH = /.{1,6}/g;
class Markdown {
    #secrets;
    constructor(secrets) {
        this.#secrets = secrets;
    }
    text(raw) {
        return escapeMarkdown(this.#clean(raw));
    }
    code(raw) {
        return asCode(this.text(raw));
    }
    sentence(raw) {
        return this.#clean(raw)
            .split(CODE_IN_SENTENCES)
            .map((part, index) => {
            const isCode = index % 2 === 1;
            return isCode ? asCode(escapeMarkdown(part.replaceAll('"', ''))) : escapeMarkdown(part);
        })
            .join('');
    }
    isPlainKey(raw) {
        return /^[\w.-]+$/.test(raw) && this.#clean(raw) === raw;
    }
    #clean(raw) {
        const redacted = this.#secrets.redact(raw);
        return flatten(redacted.length > MAX_TEXT_LENGTH ? `${redacted.slice(0, MAX_TEXT_LENGTH)}…` : redacted);
    }
}
function asCode(escaped) {
    return `<code>${escaped}</code>`;
}
function flatten(text) {
    return (0,visible_text/* replaceInvisible */.k)(text).replace(/\s+/g, ' ').trim();
}
function escapeMarkdown(line) {
    return line.replace(MEANINGFUL, (match, reference) => reference === undefined
        ? `&#${match.codePointAt(0)};`
        : reference.replace(ELEMENT_LENGTH, '<span>$&</span>'));
}
function joinPatterns(patterns) {
    return patterns.map(({ source }) => source).join('|');
}

;// CONCATENATED MODULE: ./build/report/group-markdown.js



const MAX_HEADING_NAME_LENGTH = 80;
const HAS_PAGES = /^https:\/\/[a-z0-9.-]+\.launchdarkly\.(?:com|us)$/;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const KEYS_IN_LINE = 25;
class GroupMarkdown extends Markdown {
    #origin;
    #file;
    constructor({ origin, file }, secrets) {
        super(secrets);
        this.#origin = origin;
        this.#file = file;
    }
    quoted(name) {
        const text = this.text(name);
        return `“${RIGHT_TO_LEFT.test(text) ? `<span dir="auto">${text}</span>` : text}”`;
    }
    heading({ name, key }) {
        const characters = [...(name ?? key)];
        const shown = characters.length > MAX_HEADING_NAME_LENGTH
            ? `${characters.slice(0, MAX_HEADING_NAME_LENGTH).join('')}…`
            : characters.join('');
        return name === undefined ? this.code(shown) : this.text(shown);
    }
    file() {
        return this.#file === undefined ? undefined : this.code(this.#file);
    }
    server() {
        return this.#origin === undefined
            ? undefined
            : `LaunchDarkly at ${this.text(this.#origin.replace('https://', ''))}`;
    }
    project(projectKey) {
        const code = this.code(projectKey);
        const hasPage = this.#origin !== undefined && HAS_PAGES.test(this.#origin);
        return hasPage && this.isPlainKey(projectKey)
            ? `<a href="${this.#origin}/projects/${projectKey}/flags">${code}</a>`
            : code;
    }
    place({ projectKey, environmentKey }) {
        const project = `project ${this.project(projectKey)}`;
        return environmentKey === '' ? project : `${project}, environment ${this.code(environmentKey)}`;
    }
    item(target, hasOneProject) {
        const { key, projectKey, environmentKey } = target;
        const keys = [hasOneProject ? '' : projectKey, environmentKey].filter((part) => part !== '');
        const place = keys.map((part) => this.code(part)).join(' / ');
        if (key === '') {
            return place === '' ? this.place(target) : place;
        }
        return place === '' ? this.code(key) : `${this.code(key)} · ${place}`;
    }
    keyLines(keys) {
        return (0,chunk/* chunk */.i)(keys, KEYS_IN_LINE).map((line) => line.map((key) => this.code(key)).join(', '));
    }
    applications(keys) {
        return (0,describe/* listApplications */.iB)(keys, { key: (key) => this.code(key) });
    }
    drift(drift, tense) {
        const format = {
            name: (name) => this.quoted(name),
            key: (key) => this.code(key),
        };
        return (0,describe/* describeDrift */.ZP)(drift, tense, format);
    }
}
function group_markdown_alert(kind, paragraphs, items = []) {
    const list = items.map((item) => `- ${item}`).join('\n');
    const text = [...paragraphs, ...(list === '' ? [] : [list])].join('\n\n');
    return [`[!${kind}]`, ...text.split('\n')]
        .map((line) => (line === '' ? '>' : `> ${line}`))
        .join('\n');
}


/***/ }),

/***/ 2147:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ describeNotes)
/* harmony export */ });
const MAX_NAMED_APPLICATIONS = 10;
function describeNotes(outcome) {
    const { group } = outcome;
    const mayHaveBeenCreated = 'mayHaveBeenCreated' in outcome && outcome.mayHaveBeenCreated;
    const unknownApplications = 'unknownApplications' in outcome ? (outcome.unknownApplications ?? []) : [];
    const notes = [];
    if ('successor' in outcome && outcome.successor !== undefined) {
        notes.push({
            title: 'An insight group with the same key was created in the meantime',
            text: `Insight group "${outcome.successor.key}" was created again while this run was deleting it. The new group was left alone.`,
        });
    }
    if (mayHaveBeenCreated && group !== undefined) {
        notes.push({
            title: 'It is not known whether this run created the insight group',
            text: `A request to create insight group "${group.key}" got no answer, and LaunchDarkly does not say when the group was created: this run may or may not have created it.`,
        });
    }
    if (unknownApplications.length > 0) {
        notes.push({
            title: 'LaunchDarkly does not know an application',
            text: `LaunchDarkly does not know the ${nameApplications(unknownApplications)} ${explainApplications(unknownApplications)}`,
        });
    }
    return notes;
}
function explainApplications(unknown) {
    const fact = 'An application appears with its first deployment event or SDK connection; until then it adds nothing to the group.';
    const isAllMeant = unknown.some(({ key }) => key.toLowerCase() === 'all');
    return isAllMeant ? `For all applications, leave applications out. ${fact}` : fact;
}
function nameApplications(applications) {
    const [first, ...others] = applications;
    if (first !== undefined && others.length === 0) {
        const { key, suggestion } = first;
        return `application "${key}"${suggestion === undefined ? '.' : `; did you mean "${suggestion}"?`}`;
    }
    const names = applications
        .slice(0, MAX_NAMED_APPLICATIONS)
        .map(({ key, suggestion }) => suggestion === undefined ? `"${key}"` : `"${key}" (did you mean "${suggestion}"?)`);
    const unnamed = applications.length - names.length;
    const last = unnamed > 0 ? `${unnamed} others` : names.pop();
    return `applications ${names.join(', ')} and ${last}.`;
}


/***/ }),

/***/ 8946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  WA: () => (/* binding */ MAX_REPORT_BYTES),
  B1: () => (/* binding */ renderReport),
  Br: () => (/* binding */ renderSummary)
});

;// CONCATENATED MODULE: ./build/report/document.js
function row(...cells) {
    return `| ${cells.join(' | ')} |`;
}
function listOf(items) {
    return items.length === 0 ? [] : [{ items }];
}
function renderDocument(blocks, end, maxBytes) {
    const pieces = blocks.flatMap((block) => toPieces(block, ''));
    const whole = join(pieces, end);
    if (Buffer.byteLength(whole) <= maxBytes) {
        return whole;
    }
    const total = pieces.reduce((sum, { lines }) => sum + lines, 0);
    const note = Buffer.byteLength(describeCut(total, end));
    let size = 0;
    let shown = 0;
    for (const [index, { text, closing }] of pieces.entries()) {
        size += Buffer.byteLength(text);
        if (size + note + Buffer.byteLength(closing) > maxBytes) {
            break;
        }
        shown = index + 1;
    }
    const kept = pieces.slice(0, shown);
    const missing = pieces.slice(shown).reduce((sum, { lines }) => sum + lines, 0);
    const closing = kept.at(-1)?.closing ?? '';
    return `${kept.map(({ text }) => text).join('')}${closing}${describeCut(missing, end)}`;
}
function join(pieces, end) {
    return `${pieces.map(({ text }) => text).join('')}${end}`;
}
function describeCut(lines, end) {
    const count = `${lines} more ${lines === 1 ? 'line' : 'lines'}`;
    return `**Cut here:** ${count} would exceed the size that GitHub shows.\n\n${end}`;
}
function toPieces(block, closing) {
    if (typeof block === 'string') {
        return [{ text: `${block}\n\n`, closing, lines: 1 }];
    }
    if ('items' in block) {
        return toLines(block.items.map((item) => `- ${item}`), closing);
    }
    if ('rows' in block) {
        const [first = '', ...rest] = block.rows;
        return toLines([[...block.head, first].join('\n'), ...rest], closing);
    }
    const inner = `</details>\n\n${closing}`;
    return [
        { text: `<details><summary>${block.summary}</summary>\n\n`, closing: inner, lines: 1 },
        ...block.blocks.flatMap((child) => toPieces(child, inner)),
        { text: '</details>\n\n', closing, lines: 0 },
    ];
}
function toLines(lines, closing) {
    return lines.map((line, index) => {
        const isLast = index === lines.length - 1;
        return {
            text: isLast ? `${line}\n\n` : `${line}\n`,
            closing: isLast ? closing : `\n${closing}`,
            lines: 1,
        };
    });
}

// EXTERNAL MODULE: ./build/report/group-markdown.js + 1 modules
var group_markdown = __nccwpck_require__(7865);
;// CONCATENATED MODULE: ./build/report/failure-markdown.js


function renderFailure(error, { report, markdown }) {
    const help = report.helpUrl(error.title);
    const link = help === undefined ? '' : ` <a href="${help}">More about this failure</a>`;
    const drift = error.existing?.drift ?? [];
    return [
        (0,group_markdown/* alert */.x)('CAUTION', [
            markdown.sentence(error.message),
            ...(drift.length === 0 ? [] : [markdown.drift(drift, 'state').join('<br>')]),
            `**Next step:** ${markdown.sentence(error.nextStep)}${link}`,
        ]),
        ...listOf(error.reasons.map(({ attribute, reason }) => attribute === ''
            ? markdown.text(reason)
            : `${markdown.code(attribute)}: ${markdown.text(reason)}`)),
        ...listOf(error.problems.map(({ file, line, column, message }) => `${markdown.code(`${file}:${line}:${column}`)} ${markdown.sentence(message)}`)),
        ...(error.serverMessage === undefined ? [] : [`> ${markdown.text(error.serverMessage)}`]),
        ...foldedListOf('Details', error.details.map((detail) => markdown.sentence(detail))),
    ];
}
function renderFailureTitle({ title }, report) {
    const help = report.helpUrl(title);
    return help === undefined ? `**${title}.**` : `**<a href="${help}">${title}</a>.**`;
}
function foldedListOf(summary, items) {
    return items.length === 0 ? [] : [{ summary, blocks: [{ items }] }];
}

// EXTERNAL MODULE: ./build/group-by.js
var group_by = __nccwpck_require__(2217);
// EXTERNAL MODULE: ./build/reconcile/group-result.js
var group_result = __nccwpck_require__(416);
// EXTERNAL MODULE: ./build/report/describe.js
var describe = __nccwpck_require__(3614);
// EXTERNAL MODULE: ./build/report/outcome-notes.js
var outcome_notes = __nccwpck_require__(2147);
// EXTERNAL MODULE: ./build/insight-group/insight-group.js
var insight_group = __nccwpck_require__(2731);
;// CONCATENATED MODULE: ./build/report/scores.js


const METRIC_ROWS = {
    overall: { name: 'Overall', depth: 0 },
    velocity: { name: 'Velocity', depth: 1 },
    deploymentFrequency: { name: 'Deployment frequency', depth: 2 },
    leadTime: { name: 'Lead time', depth: 2 },
    risk: { name: 'Risk', depth: 1 },
    deploymentFailureRate: { name: 'Deployment failure rate', depth: 2 },
    impactSize: { name: 'Impact size', depth: 2 },
    efficiency: { name: 'Efficiency', depth: 1 },
    flagHealth: { name: 'Flag health', depth: 2 },
    experimentationCoverage: { name: 'Experimentation coverage', depth: 2 },
    creationRatio: { name: 'Creation ratio', depth: 2 },
};
const BANDS = new Map([
    ['excellent', { mark: '🟢', name: 'Excellent' }],
    ['good', { mark: '🔵', name: 'Good' }],
    ['fair', { mark: '🟡', name: 'Fair' }],
    ['needsAttention', { mark: '🔴', name: 'Needs attention' }],
]);
const NEUTRAL_MARK = '⚪';
function renderScores(group, markdown) {
    const scored = insight_group/* METRICS */.Cb.flatMap((metric) => {
        const score = group.scores?.[metric];
        return score === undefined ? [] : [{ metric, score }];
    });
    if (scored.length === 0) {
        return [];
    }
    if (scored.every(({ score }) => (0,insight_group/* isWithoutScore */.Ff)(score))) {
        return [NO_SCORES];
    }
    return [
        {
            summary: summarize(group.scores?.overall, markdown),
            blocks: [
                {
                    head: [row('Metric', 'Score', 'Trend'), row(':---', '---:', '---:')],
                    rows: scored.map(({ metric, score }) => renderRow(metric, score)),
                },
                `<sub>${describeBands(scored.map(({ score }) => score), markdown)}</sub>`,
                `<sub>${describePeriods(group.scoreMetadata)}</sub>`,
            ],
        },
    ];
}
const NO_SCORES = 'No scores yet: LaunchDarkly calculates them once it has data.';
function summarize(overall, markdown) {
    if (overall === undefined || (0,insight_group/* isWithoutScore */.Ff)(overall)) {
        return 'Scores';
    }
    const change = describeChange(overall);
    return [
        `Overall score <b>${Math.round(overall.score)}</b>`,
        `${markOf(overall)} ${markdown.text(nameBand(overall))}`,
        ...(change === undefined ? [] : [`${change} since the last period`]),
    ].join(' · ');
}
function renderRow(metric, score) {
    const { name, depth } = METRIC_ROWS[metric];
    const label = `${'&nbsp;'.repeat(2 * depth)}${depth === 2 ? name : `**${name}**`}`;
    if ((0,insight_group/* isWithoutScore */.Ff)(score)) {
        return row(label, `${NEUTRAL_MARK} –`, '–');
    }
    const number = String(Math.round(score.score));
    return row(label, `${markOf(score)} ${depth === 2 ? number : `**${number}**`}`, describeChange(score) ?? '–');
}
function markOf({ indicator }) {
    return BANDS.get(indicator)?.mark ?? NEUTRAL_MARK;
}
function nameBand({ indicator }) {
    return BANDS.get(indicator)?.name ?? splitWords(indicator);
}
function describeBands(scores, markdown) {
    const bands = new Map(scores.map((score) => {
        const { indicator, indicatorRange: range } = score;
        if ((0,insight_group/* isWithoutScore */.Ff)(score)) {
            return ['', `${NEUTRAL_MARK} Not calculated`];
        }
        const limits = range === undefined ? '' : ` ${range.min}–${range.max}`;
        return [indicator, `${markOf(score)} ${markdown.text(`${nameBand(score)}${limits}`)}`];
    }));
    const order = [...BANDS.keys()];
    const rank = (indicator) => (order.indexOf(indicator) + 1 || order.length + 1) - 1;
    return [...bands]
        .sort(([left], [right]) => rank(left) - rank(right))
        .map(([, text]) => text)
        .join(' · ');
}
function splitWords(indicator) {
    const words = indicator.replace(/(?<=[a-z\d])[A-Z]/g, ' $&').toLowerCase();
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
function describeChange(score) {
    const difference = (0,insight_group/* findChange */.YC)(score);
    if (difference === undefined) {
        return undefined;
    }
    const change = Math.round(difference);
    if (change === 0) {
        return '±0';
    }
    return change > 0 ? `▲&nbsp;+${change}` : `▼&nbsp;−${-change}`;
}
function describePeriods(metadata) {
    const scale = 'Scores go from 0 to 100; higher is better.';
    if (metadata?.period === undefined) {
        return scale;
    }
    const comparison = metadata.lastPeriod === undefined ? '' : `, compared with ${formatPeriod(metadata.lastPeriod)}`;
    return `${scale} Period: ${formatPeriod(metadata.period)}${comparison} (UTC).`;
}
function formatPeriod({ startTime, endTime }) {
    return `${formatDate(startTime)} to ${formatDate(endTime)}`;
}
function formatDate(epochMs) {
    return new Date(epochMs).toISOString().split('T').slice(0, 1).join('');
}

;// CONCATENATED MODULE: ./build/report/single-group.js




const TITLES = {
    created: '✅ Insight group created',
    updated: '✅ Insight group updated',
    unchanged: '✅ Insight group unchanged',
    kept: '⚠️ Insight group kept as it is',
    deleted: '✅ Insight group deleted',
    absent: '✅ Insight group already absent',
    'would-create': '📋 Insight group to create',
    'would-update': '📋 Insight group to update',
    'would-delete': '📋 Insight group to delete',
    skipped: '⚠️ Insight group skipped',
};
const DRY_RUN = (0,group_markdown/* alert */.x)('NOTE', ['This was a dry run: nothing was written.']);
const MAX_OPEN_APPLICATIONS = 5;
function renderSingleGroup(result, rendering) {
    const { target, outcome } = result;
    const { report, markdown } = rendering;
    if (outcome.kind === 'failed') {
        const name = target.name === undefined ? [] : [markdown.quoted(target.name)];
        const [facts, ...more] = renderFacts(target, markdown);
        return [
            `## ❌ ${outcome.error.title}`,
            ...renderFailure(outcome.error, rendering),
            {
                summary: 'Requested',
                blocks: [[...name, facts].join(' · '), ...more],
            },
        ];
    }
    const { group } = outcome;
    const shown = group ?? target;
    const name = markdown.heading(shown);
    const isGone = outcome.kind === 'deleted' || outcome.kind === 'would-delete';
    return [
        `## ${TITLES[outcome.kind]}: ${outcome.kind === 'deleted' ? `<del>${name}</del>` : name}`,
        ...(report.isDryRun ? [DRY_RUN] : []),
        ...renderDrift(outcome, markdown),
        ...(0,outcome_notes/* describeNotes */.N)(outcome).map(({ text }) => (0,group_markdown/* alert */.x)('WARNING', [markdown.sentence(text)])),
        ...renderFacts(shown, markdown),
        ...(group === undefined || isGone ? [] : renderScores(group, markdown)),
        ...(outcome.kind === 'created' && outcome.group.scores === undefined ? [NO_SCORES] : []),
    ];
}
function renderDrift(outcome, markdown) {
    if (outcome.drift.length === 0) {
        return [];
    }
    switch (outcome.kind) {
        case 'created':
            return [
                (0,group_markdown/* alert */.x)('WARNING', ['LaunchDarkly stored different values than requested:'], markdown.drift(outcome.drift, 'state')),
            ];
        case 'kept':
            return [
                (0,group_markdown/* alert */.x)('WARNING', [
                    'The group differs from the request, and <code>if-exists: keep</code> leaves it as it is:',
                ], markdown.drift(outcome.drift, 'state')),
            ];
        case 'updated':
        case 'would-update':
            return [{ items: markdown.drift(outcome.drift, 'change') }];
        case 'unchanged':
        case 'deleted':
        case 'absent':
        case 'would-create':
        case 'would-delete':
        case 'skipped':
        case 'failed':
            return [];
    }
}
function renderFacts(group, markdown) {
    const { key, applicationKeys, createdAt } = group;
    const isLong = applicationKeys !== undefined && applicationKeys.length > MAX_OPEN_APPLICATIONS;
    const facts = [
        markdown.code(key),
        markdown.place(group),
        ...(applicationKeys === undefined || isLong ? [] : [markdown.applications(applicationKeys)]),
        ...(createdAt === undefined ? [] : [`created ${formatTime(createdAt)}`]),
    ].join(' · ');
    return isLong
        ? [
            facts,
            {
                summary: `${applicationKeys.length} applications`,
                blocks: [{ items: markdown.keyLines(applicationKeys) }],
            },
        ]
        : [facts];
}
function formatTime(epochMs) {
    const [date, time = ''] = new Date(epochMs).toISOString().split('T');
    return `${date} ${time.slice(0, 5)} UTC`;
}

;// CONCATENATED MODULE: ./build/report/several-groups.js








const MAX_OPEN_ITEMS = 20;
const MAX_EQUAL_FAILURES = 3;
const SECTIONS = [
    { kind: 'failed', title: '❌ Failed' },
    { kind: 'would-delete', title: '🗑️ To delete' },
    { kind: 'would-create', title: '➕ To create' },
    { kind: 'would-update', title: '✏️ To update' },
    { kind: 'kept', title: '⚠️ Kept with drift' },
    { kind: 'deleted', title: '🗑️ Deleted' },
    { kind: 'created', title: '➕ Created' },
    { kind: 'updated', title: '✏️ Updated' },
    { kind: 'skipped', title: 'Skipped', isQuiet: true },
    { kind: 'unchanged', title: 'Unchanged', isQuiet: true },
    { kind: 'absent', title: 'Already absent', isQuiet: true },
];
function renderSeveralGroups(rendering) {
    const { report, markdown } = rendering;
    const { failure, results, notices, warnings = [], isDryRun } = report;
    const [first] = results;
    const hasOneProject = first !== undefined &&
        results.every(({ target }) => target.projectKey === first.target.projectKey);
    return [
        `## ${describeHeading(report)}`,
        ...(failure === undefined ? [] : renderFailure(failure, rendering)),
        ...(isDryRun && failure === undefined ? [DRY_RUN] : []),
        ...warnings.map((warning) => (0,group_markdown/* alert */.x)('WARNING', [markdown.sentence(warning)])),
        ...notices.map((notice) => (0,group_markdown/* alert */.x)('NOTE', [markdown.sentence(notice)])),
        ...(hasOneProject ? [`Project ${markdown.project(first.target.projectKey)}`] : []),
        ...SECTIONS.flatMap((section) => renderSection(section, { ...rendering, hasOneProject })),
    ];
}
function describeHeading(report) {
    const { command, results, isDryRun } = report;
    const mark = chooseMark(report);
    const counts = (0,group_result/* countOutcomes */.X)(results);
    if (command === 'sync' && counts.unchanged + counts.absent === results.length) {
        return `${mark} In sync: ${results.length === 0 ? 'no insight groups' : (0,describe/* countGroups */.eq)(results.length)}`;
    }
    if (results.length === 0) {
        return 'ℹ️ No insight groups';
    }
    const plan = isDryRun ? 'Plan: ' : '';
    const [kind, ...others] = group_result/* OUTCOME_KINDS */.h.filter((candidate) => counts[candidate] > 0);
    if (kind === undefined || others.length > 0) {
        const total = isDryRun ? '' : `${(0,describe/* countGroups */.eq)(results.length)}: `;
        return `${mark} ${plan}${total}${(0,describe/* describeCounts */.wv)(results)}`;
    }
    return kind === 'unchanged'
        ? `${mark} ${(0,describe/* countGroups */.eq)(results.length)}, ${results.length === 1 ? '' : 'all '}unchanged`
        : `${mark} ${plan}${(0,describe/* countGroups */.eq)(results.length)} ${describe/* OUTCOME_WORDS */.nx[kind]}`;
}
function chooseMark({ failure, results, isDryRun }) {
    const counts = (0,group_result/* countOutcomes */.X)(results);
    if (failure !== undefined || counts.failed > 0) {
        return '❌';
    }
    const needsAttention = results.some(({ outcome }) => outcome.kind === 'skipped' ||
        outcome.kind === 'kept' ||
        (outcome.kind === 'created' && outcome.drift.length > 0) ||
        (0,outcome_notes/* describeNotes */.N)(outcome).length > 0);
    if (needsAttention) {
        return '⚠️';
    }
    const hasPlan = counts['would-create'] + counts['would-update'] + counts['would-delete'] > 0;
    return isDryRun && hasPlan ? '📋' : '✅';
}
function renderSection({ kind, title, isQuiet = false }, rendering) {
    const found = rendering.report.results.filter(({ outcome }) => outcome.kind === kind);
    if (found.length === 0) {
        return [];
    }
    if (kind === 'failed') {
        return [`### ${title}`, ...renderFailures(found, rendering)];
    }
    const isOpen = !isQuiet && found.length <= MAX_OPEN_ITEMS;
    if (isOpen) {
        return [`### ${title}`, { items: found.map((result) => renderItem(result, rendering)) }];
    }
    const [detailed, plain] = partition(found, (result) => listDetails(result, rendering).length > 0);
    return [
        {
            summary: isQuiet
                ? `${found.length} ${describe/* OUTCOME_WORDS */.nx[kind]}`
                : `<b>${title}</b> (${found.length})`,
            blocks: [
                ...listOf(detailed.map((result) => renderItem(result, rendering))),
                ...listKeysByProject(plain, rendering),
            ],
        },
    ];
}
function renderItem(result, rendering) {
    const { target, outcome } = result;
    const item = rendering.markdown.item(outcome.group ?? target, rendering.hasOneProject);
    const shown = outcome.kind === 'deleted' ? `<del>${item}</del>` : item;
    return [shown, ...listDetails(result, rendering)].join('<br>');
}
function listDetails({ outcome }, { markdown }) {
    const isChange = outcome.kind === 'updated' || outcome.kind === 'would-update';
    return [
        ...markdown.drift(outcome.drift, isChange ? 'change' : 'state'),
        ...(0,outcome_notes/* describeNotes */.N)(outcome).map(({ text }) => `⚠️ ${markdown.sentence(text)}`),
    ];
}
function listKeysByProject(results, { markdown, hasOneProject }) {
    const items = [...(0,group_by/* groupBy */.$)(results, ({ target }) => target.projectKey)].flatMap(([projectKey, members]) => {
        const lines = markdown.keyLines(members.map(({ target: { key, environmentKey } }) => (key === '' ? environmentKey : key)));
        return hasOneProject
            ? lines
            : lines.map((line) => `${markdown.project(projectKey)}: ${line}`);
    });
    return listOf(items);
}
function renderFailures(results, rendering) {
    const failures = results.flatMap((result) => result.outcome.kind === 'failed' ? [{ result, error: result.outcome.error }] : []);
    const kinds = (0,group_by/* groupBy */.$)(failures, ({ error }) => `${error.title}\n${error.nextStep}`).values();
    const [many, few] = partition([...kinds], (kind) => kind.length > MAX_EQUAL_FAILURES);
    return [
        ...many.flatMap((kind) => renderEqualFailures(kind, rendering)),
        ...listOf(few.flat().map((failure) => renderFailedItem(failure, rendering))),
    ];
}
function renderEqualFailures(failures, rendering) {
    const { report, markdown } = rendering;
    const [first] = failures;
    if (first === undefined) {
        return [];
    }
    const { error } = first;
    return [
        `${renderFailureTitle(error, report)} ${(0,describe/* countGroups */.eq)(failures.length)}, for example: ${markdown.sentence(error.message)}<br>**Next step:** ${markdown.sentence(error.nextStep)}`,
        {
            summary: `The ${failures.length} groups`,
            blocks: listKeysByProject(failures.map(({ result }) => result), rendering),
        },
    ];
}
function renderFailedItem({ result, error }, rendering) {
    const { report, markdown, hasOneProject } = rendering;
    return [
        `${markdown.item(result.target, hasOneProject)}`,
        `${renderFailureTitle(error, report)} ${markdown.sentence(error.message)}`,
        ...markdown.drift(error.existing?.drift ?? [], 'state'),
        `**Next step:** ${markdown.sentence(error.nextStep)}`,
    ].join('<br>');
}
function partition(values, isFirst) {
    return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}

;// CONCATENATED MODULE: ./build/report/summary.js





const MAX_REPORT_BYTES = 60_000;
function renderSummary(report, secrets, maxBytes = MAX_REPORT_BYTES) {
    const markdown = new group_markdown/* GroupMarkdown */.h(report, secrets);
    const requests = `${report.requests} ${report.requests === 1 ? 'request' : 'requests'}`;
    const facts = [markdown.file(), markdown.server(), requests].filter((fact) => fact !== undefined);
    return renderReport(report, { markdown, smallPrint: facts.join(' · '), maxBytes });
}
function renderReport(report, options) {
    const { markdown, smallPrint, maxBytes } = options;
    return renderDocument(renderBlocks(report, markdown), `<sub>${smallPrint}</sub>\n`, maxBytes);
}
function renderBlocks(report, markdown) {
    const { failure, results, isSingle } = report;
    const [only] = results;
    if (failure !== undefined && only === undefined) {
        return [`## ❌ ${failure.title}`, ...renderFailure(failure, { report, markdown })];
    }
    return isSingle && only !== undefined && failure === undefined
        ? renderSingleGroup(only, { report, markdown })
        : renderSeveralGroups({ report, markdown });
}


/***/ }),

/***/ 269:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ replaceInvisible)
/* harmony export */ });
const JOINABLE = String.raw `[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]`;
const VIRAMA = '[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84\\u1039\\u103a\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed]';
const MEANINGFUL = String.raw `(?<=${JOINABLE})[\u200c\u200d](?=${JOINABLE})|(?<=${VIRAMA})[\u200c\u200d]|(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]{3,6}\u{e007f}`;
const INVISIBLE = String.raw `[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`;
function replaceInvisible(text) {
    if (/^[ -~]*$/.test(text)) {
        return text;
    }
    const pattern = new RegExp(`(${MEANINGFUL})|${INVISIBLE}`, 'gu');
    return text.replace(pattern, (_, meaningful) => meaningful ?? ' ');
}


/***/ }),

/***/ 8508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ ACTION_NAME),
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
const ACTION_NAME = 'create-insight-group';
const VERSION = '1.0.0';


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		id: moduleId,
/******/ 		loaded: false,
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Flag the module as loaded
/******/ 	module.loaded = true;
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return {"108":"octokit.js","267":"comment.js","307":"groups-file.js","408":"yaml.js","649":"proxy-agent.js","922":"undici-proxy.js"}[chunkId];
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/node module decorator */
/******/ (() => {
/******/ 	__nccwpck_require__.nmd = (module) => {
/******/ 		module.paths = [];
/******/ 		if (!module.children) module.children = [];
/******/ 		return module;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __nccwpck_require__(1692);
;// CONCATENATED MODULE: external "node:v8"
const external_node_v8_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:v8");
;// CONCATENATED MODULE: ./build/startup.js


Object.defineProperty(globalThis, 'esbuildDetection', { value: true });
function tuneV8() {
    for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--optimize-for-size']) {
        (0,external_node_v8_namespaceObject.setFlagsFromString)(flag);
    }
}

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");
;// CONCATENATED MODULE: ./build/node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./build/node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");
;// CONCATENATED MODULE: ./build/node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_namespaceObject.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_namespaceObject.appendFileSync(filePath, `${utils_toCommandValue(message)}${external_os_namespaceObject.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = utils_toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_namespaceObject.EOL}${convertedValue}${external_os_namespaceObject.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
;// CONCATENATED MODULE: ./build/node_modules/@actions/core/lib/core.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return file_command_issueFileCommand('OUTPUT', file_command_prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    command_issueCommand('set-output', { name }, utils_toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    command_issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    command_issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    command_issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return __awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return __awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
;// CONCATENATED MODULE: ./build/clock.js
function uptimeMs() {
    return Number(process.hrtime.bigint()) / 1_000_000;
}
const startedAt = Date.now() - uptimeMs();
function steadyNow() {
    return startedAt + uptimeMs();
}

// EXTERNAL MODULE: ./build/node_modules/zod/minified.js
var minified = __nccwpck_require__(898);
// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(9473);
// EXTERNAL MODULE: ./build/http/proxies.js + 1 modules
var http_proxies = __nccwpck_require__(8535);
;// CONCATENATED MODULE: ./build/launchdarkly/base-uri.js
const LAUNCHDARKLY = /^https:\/\/((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+launchdarkly\.(?:com|us))$/;
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?$/;
const INSTANCES = {
    'app.launchdarkly.com': 'commercial',
    'app.launchdarkly.us': 'federal',
    'app.eu.launchdarkly.com': 'eu',
};
const INSTANCE_LIST = Object.entries(INSTANCES)
    .map(([host, instance]) => `https://${host} (${instance === 'eu' ? 'EU' : instance})`)
    .join(', ');
const EXPECTED = `expected ${INSTANCE_LIST} or another https host below launchdarkly.com or launchdarkly.us; http is for loopback only`;
function parseBaseUri(baseUri) {
    const text = baseUri.replace(/\/$/, '').toLowerCase();
    const host = LAUNCHDARKLY.exec(text)?.[1];
    if (host !== undefined) {
        return { origin: text, instance: INSTANCES[host] ?? 'other' };
    }
    if (LOOPBACK.test(text) && URL.canParse(text)) {
        return { origin: text, instance: 'loopback' };
    }
    return { problem: `${explainRefusal(text)}${EXPECTED}` };
}
function explainRefusal(text) {
    if (!text.includes('://')) {
        return 'the scheme is missing; ';
    }
    if (text.startsWith('http://')) {
        return 'the token is never sent over plain http; ';
    }
    if (text.includes('@')) {
        return 'user names and passwords do not belong in it; ';
    }
    if (/^https:\/\/[^/?#]+[/?#]/.test(text)) {
        return 'leave out what follows the host; ';
    }
    if (/^https:\/\/[^/]+:\d+$/.test(text)) {
        return 'LaunchDarkly has no other port than 443; ';
    }
    return 'the token is sent to LaunchDarkly only; ';
}

;// CONCATENATED MODULE: ./build/inputs/access-token.js

const MIN_TOKEN_LENGTH = 8;
const MAX_TOKEN_LENGTH = 2_048;
const TOO_LONG = `it has more than ${MAX_TOKEN_LENGTH} characters, which no token has; store the secret again`;
const IS_BLANK = 'is blank';
const WRONG_CREDENTIALS = [
    [
        /^sdk-/i,
        'this is an SDK key, which the REST API does not accept; expected an access token (api-…)',
    ],
    [
        /^mob-/i,
        'this is a mobile key, which the REST API does not accept; expected an access token (api-…)',
    ],
    [/^rel-/i, 'this is a Relay Proxy key; expected an access token (api-…)'],
    [
        /^[0-9a-f]{24}$/i,
        'this is a client-side ID, which is no credential; expected an access token (api-…)',
    ],
    [
        /^(?:gh[pousr]_|github_pat_)/i,
        'this is a GitHub token; expected a LaunchDarkly access token (api-…). Are token and github-token swapped?',
    ],
    [/^bearer\b/i, 'leave the word Bearer out: LaunchDarkly expects the token alone'],
    [/^["'`]|["'`]$/, 'it is in quotes; store the secret without them'],
    [/^\$/, 'it is the name of a variable, not its value; use the secrets context'],
    [/\s/, 'it has white space in it; store the secret again, in one piece'],
    [/[^\x21-\x7e]/, 'it has characters that no access token has; store the secret again'],
];
function createTokenSchema(run) {
    return minified/* string */.Yj()
        .check(minified/* minLength */.Bp(1, { message: explainBlank(run), abort: true }), minified/* maxLength */.Ru(MAX_TOKEN_LENGTH, { message: TOO_LONG, abort: true }), ...WRONG_CREDENTIALS.map(([shape, message]) => minified/* refine */.YP((token) => !shape.test(String(token)), { message, abort: true })), minified/* minLength */.Bp(MIN_TOKEN_LENGTH, 'it is too short for an access token (api-…)'));
}
const LAUNCHDARKLY_CREDENTIAL = /^(?:api|sdk|mob|rel)-/i;
function createGitHubTokenSchema(token) {
    const isLaunchDarkly = (text) => text === token || LAUNCHDARKLY_CREDENTIAL.test(text);
    return minified/* string */.Yj().check(minified/* maxLength */.Ru(MAX_TOKEN_LENGTH, { message: TOO_LONG, abort: true }), minified/* refine */.YP((text) => text === '' || !isLaunchDarkly(String(text)), 'this is a credential of LaunchDarkly; expected a GitHub token, as the default is. Are token and github-token swapped?'));
}
function explainBlank({ withheldSecrets }) {
    switch (withheldSecrets) {
        case 'fork':
            return `${IS_BLANK}: GitHub gives no secrets to workflows of pull requests from forks`;
        case 'dependabot':
            return `${IS_BLANK}: workflows started by Dependabot see Dependabot secrets only`;
        case undefined:
            return `${IS_BLANK}; expected a LaunchDarkly access token. Is the secret's name spelt right, and is it set for this repository, organization or environment?`;
    }
}
function explainTokenCorrection({ withheldSecrets }) {
    switch (withheldSecrets) {
        case 'fork':
            return 'Run this step for pull requests of the repository itself only, or after the merge.';
        case 'dependabot':
            return 'Add the secret under Settings, Secrets and variables, Dependabot.';
        case undefined:
            return 'Correct the secret that token is read from, under Settings, Secrets and variables, Actions.';
    }
}

// EXTERNAL MODULE: ./build/inputs/input-defaults.js
var input_defaults = __nccwpck_require__(3459);
// EXTERNAL MODULE: ./build/inputs/rules.js
var rules = __nccwpck_require__(1671);
;// CONCATENATED MODULE: ./build/inputs/input-schemas.js


function ruled(rule) {
    return minified/* pipe */.Fs(minified/* string */.Yj(), minified/* transform */.pd((text, context) => {
        const ruling = rule(text);
        if (ruling.kind === 'valid') {
            return ruling.value;
        }
        for (const { message } of ruling.problems) {
            context.issues.push({ code: 'custom', message, input: undefined });
        }
        return minified/* NEVER */.tm;
    }));
}
function oneOf(words) {
    return ruled((text) => {
        const word = words.find((candidate) => candidate === text);
        return word === undefined
            ? quoteInvalid(text, `expected one of ${words.join(', ')}`)
            : (0,rules/* valid */.rZ)(word);
    });
}
const input_schemas_boolean = ruled((text) => /^(?:true|True|TRUE|false|False|FALSE)$/.test(text)
    ? (0,rules/* valid */.rZ)(text.toLowerCase() === 'true')
    : quoteInvalid(text, 'expected true or false'));
function wholeNumber({ min, max, what }) {
    return ruled((text) => {
        const number = /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
        return number >= min && number <= max ? (0,rules/* valid */.rZ)(number) : quoteInvalid(text, `expected ${what}`);
    });
}
function optional(schema) {
    return minified/* pipe */.Fs(minified/* string */.Yj(), minified/* transform */.pd((text, context) => {
        if (text === '') {
            return undefined;
        }
        const parsed = minified/* safeParse */.xL(schema, text);
        for (const { message } of parsed.error?.issues ?? []) {
            context.issues.push({ code: 'custom', message, input: undefined });
        }
        return parsed.success ? parsed.data : minified/* NEVER */.tm;
    }));
}
function quoteInvalid(text, rule) {
    return (0,rules/* invalid */.Gq)(`"${text}" is not valid; ${rule}`);
}

;// CONCATENATED MODULE: ./build/inputs/common-inputs.js








function readInputs({ env, run, secrets }, { defaults, shape, listConflicts }) {
    const given = readDeclaredInputs(env, { ...defaults, ...input_defaults/* COMMON_DEFAULTS */.L2 });
    const proxies = (0,http_proxies/* readProxySettings */.uv)(env);
    for (const secret of [given['token'], given['github-token'], ...(0,http_proxies/* listProxySecrets */.WA)(proxies)]) {
        secrets.add(secret ?? '');
    }
    const own = minified/* safeParse */.xL(minified/* object */.Ik(shape), given);
    const common = minified/* safeParse */.xL(minified/* object */.Ik(describeCommon(run, given['token'] ?? '')), given);
    const origin = common.data?.['base-uri'].origin ?? input_defaults/* COMMON_DEFAULTS */.L2['base-uri'];
    const problems = [
        ...[...(own.error?.issues ?? []), ...(common.error?.issues ?? [])].map(({ path, message }) => ({ input: String(path[0]), message })),
        ...(listConflicts?.(given) ?? []),
        ...listProxyProblems(env, origin),
    ];
    if (!own.success || !common.success || problems.length > 0) {
        throw explainProblems(problems, run);
    }
    const inputs = common.data;
    secrets.exempt([origin, ...Object.keys(defaults).map((name) => given[name] ?? '')]);
    return {
        own: own.data,
        common: {
            token: inputs.token,
            server: inputs['base-uri'],
            proxies,
            timeoutMs: inputs['timeout-seconds'] && inputs['timeout-seconds'] * 1_000,
            isDryRun: inputs['dry-run'],
            wantsComment: inputs['pr-comment'],
            githubToken: inputs['github-token'],
            prNumber: inputs['pr-number'],
            warnings: (0,http_proxies/* listProxyWarnings */._1)(env, origin),
        },
    };
}
function readDeclaredInputs(env, defaults) {
    return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [
        name,
        env[`INPUT_${name.toUpperCase()}`]?.trim() || value,
    ]));
}
const timeoutSeconds = wholeNumber({
    min: 1,
    max: 3_600,
    what: 'a whole number of seconds from 1 to 3600',
});
const pullRequestNumber = wholeNumber({
    min: 1,
    max: 2 ** 31 - 1,
    what: 'the number of a pull request, such as 42',
});
function describeCommon(run, token) {
    return {
        token: createTokenSchema(run),
        'base-uri': ruled((text) => {
            const server = parseBaseUri(text);
            return 'problem' in server ? (0,rules/* invalid */.Gq)(server.problem) : (0,rules/* valid */.rZ)(server);
        }),
        'timeout-seconds': optional(timeoutSeconds),
        'dry-run': input_schemas_boolean,
        'pr-comment': input_schemas_boolean,
        'github-token': createGitHubTokenSchema(token),
        'pr-number': optional(pullRequestNumber),
    };
}
function listProxyProblems(env, origin) {
    const problem = (0,http_proxies/* findProxyProblem */.lc)(env, origin);
    return problem === undefined ? [] : [{ input: problem.variable, message: problem.reason }];
}
function explainProblems(problems, run, extent = 'No request was made.') {
    const names = [...new Set(problems.map(({ input }) => input))];
    return new errors/* ActionError */.lZ({
        code: 'invalid-input',
        message: `${summarize(problems)}. ${extent}`,
        nextStep: [...new Set(names.map((name) => findCorrection(name, run)))].join(' '),
        reasons: problems.map(({ input, message }) => ({ attribute: input, reason: message })),
    });
}
function summarize(problems) {
    const names = [...new Set(problems.map(({ input }) => input))];
    const blank = new Set(problems.filter(isBlank).map(({ input }) => input));
    const variables = names.filter(isVariable).map((name) => `environment variable ${name}`);
    const inputs = names.filter((name) => !isVariable(name));
    const [first = ''] = inputs;
    const counted = inputs.length === 1 ? `input ${first}` : `${inputs.length} inputs`;
    const subjects = [...(inputs.length === 0 ? [] : [counted]), ...variables];
    const subject = `${inputs.length > 1 ? '' : 'The '}${subjects.join(' and the ')}`;
    const be = names.length === 1 ? 'is' : 'are';
    if (blank.size === names.length) {
        return `${subject} ${be} blank`;
    }
    const also = blank.size === 0 ? '' : `; ${joinNames([...blank])} ${blank.size === 1 ? 'is' : 'are'} blank`;
    return `${subject} ${be} not valid${also}`;
}
function isBlank({ message }) {
    return message.startsWith(IS_BLANK) || message.startsWith(rules/* IS_REQUIRED */.pX);
}
function isVariable(name) {
    return /_proxy$/i.test(name);
}
function joinNames(names) {
    const last = names.at(-1) ?? '';
    return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
function findCorrection(name, run) {
    if (isVariable(name)) {
        return `Correct ${name} in env of the workflow or of the runner.`;
    }
    return name === 'token'
        ? explainTokenCorrection(run)
        : 'Correct the inputs under with: in the workflow.';
}

;// CONCATENATED MODULE: ./build/inputs/if-exists.js
const IF_EXISTS = ['fail', 'keep', 'update'];

// EXTERNAL MODULE: ./build/inputs/selector.js
var inputs_selector = __nccwpck_require__(5571);
// EXTERNAL MODULE: ./build/inputs/template.js
var inputs_template = __nccwpck_require__(968);
;// CONCATENATED MODULE: ./build/inputs/create-inputs.js







const SHAPE = {
    name: ruled(inputs_template/* parseNameTemplate */.LV),
    key: ruled(inputs_template/* parseKeyTemplate */.lO),
    project: ruled(inputs_selector/* parseSelector */.Pl),
    environment: ruled(inputs_selector/* parseSelector */.Pl),
    applications: ruled(rules/* parseApplications */.r8),
    'if-exists': oneOf(IF_EXISTS),
};
function readCreateInputs(source) {
    const { common, own } = readInputs(source, {
        defaults: input_defaults/* CREATE_DEFAULTS */.Sk,
        shape: SHAPE,
        listConflicts,
    });
    const template = {
        project: own.project,
        environment: own.environment,
        key: own.key,
        name: own.name,
        applicationKeys: own.applications,
    };
    const warnings = [...common.warnings, ...warnOfLengths(own)];
    return { ...common, template, ifExists: own['if-exists'], warnings };
}
function listConflicts(given) {
    const isSeveral = ['project', 'environment'].some((input) => {
        const selector = (0,inputs_selector/* parseSelector */.Pl)(given[input] ?? '');
        return selector.kind === 'valid' && selector.value.kind === 'patterns';
    });
    return isSeveral && given['if-exists'] === 'fail'
        ? [
            {
                input: 'if-exists',
                message: 'fail can never pass twice for several groups; set it to keep or update where project or environment is a pattern or a list',
            },
        ]
        : [];
}
function warnOfLengths(inputs) {
    const [only, ...rest] = inputs.key;
    return [
        rest.length === 0 && only?.kind === 'literal' ? (0,rules/* warnOfKeyLength */.BH)('key', only.text) : undefined,
        ...['project', 'environment'].map((input) => {
            const selector = inputs[input];
            return selector.kind === 'exact' ? (0,rules/* warnOfKeyLength */.BH)(input, selector.key) : undefined;
        }),
    ].filter((warning) => warning !== undefined);
}

;// CONCATENATED MODULE: ./build/inputs/group-template.js

function mayBeSeveral({ project, environment }) {
    return project.kind === 'patterns' || environment.kind === 'patterns';
}
function renderKey({ key }, project, environment) {
    return (0,inputs_template/* renderTemplate */.Xm)(key, { project, environment });
}

;// CONCATENATED MODULE: ./build/reconcile/stop-rule.js
const MAX_LOST_IN_A_ROW = 3;
const MAX_FORBIDDEN_AT_FIRST = 3;
const CONCERNS_ALL = new Set(['unauthorized', 'rate-limited', 'cancelled']);
const LOST = new Set(['network', 'timeout', 'server-error']);
const SHOWS_NO_ACCESS = new Set([
    ...LOST,
    'forbidden',
    'unexpected-response',
]);
class StopRule {
    #signal;
    #isStopped = false;
    #lostInARow = 0;
    #forbidden = 0;
    #hasAccess = false;
    constructor(signal) {
        this.#signal = signal;
    }
    get isStopped() {
        return this.#isStopped || this.#signal.aborted;
    }
    observe(outcome) {
        const code = outcome.kind === 'failed' ? outcome.error.code : undefined;
        this.#lostInARow = code !== undefined && LOST.has(code) ? this.#lostInARow + 1 : 0;
        this.#forbidden += code === 'forbidden' ? 1 : 0;
        this.#hasAccess ||= code === undefined || !SHOWS_NO_ACCESS.has(code);
        this.#isStopped ||=
            (code !== undefined && CONCERNS_ALL.has(code)) ||
                (this.#forbidden >= MAX_FORBIDDEN_AT_FIRST && !this.#hasAccess) ||
                this.#lostInARow >= MAX_LOST_IN_A_ROW;
    }
}

;// CONCATENATED MODULE: ./build/reconcile/apply.js


const MAX_CONCURRENT_GROUPS = 8;
async function applyAll(tasks, { signal, onResult }) {
    const results = new Map();
    const queue = tasks.filter(({ needsNoRequest }) => !needsNoRequest);
    const stop = new StopRule(signal);
    function finish(task, outcome) {
        const result = { target: task.target, outcome };
        results.set(task, result);
        onResult(result);
    }
    async function work() {
        while (!stop.isStopped) {
            const task = queue.shift();
            if (task === undefined) {
                return;
            }
            const outcome = await settle(task);
            stop.observe(outcome);
            finish(task, outcome);
        }
    }
    for (const task of tasks.filter(({ needsNoRequest }) => needsNoRequest)) {
        finish(task, await settle(task));
    }
    await Promise.all(Array.from({ length: MAX_CONCURRENT_GROUPS }, work));
    for (const task of queue) {
        finish(task, SKIPPED);
    }
    return tasks.flatMap((task) => results.get(task) ?? []);
}
const SKIPPED = { kind: 'skipped', group: undefined, drift: [] };
async function settle({ run }) {
    try {
        return await run();
    }
    catch (cause) {
        const error = cause instanceof errors/* ActionError */.lZ ? cause : (0,errors/* explainUnexpected */.Vv)(cause);
        const { group, drift = [] } = error.existing ?? {};
        return { kind: 'failed', error, group, drift };
    }
}
async function applyOne(task) {
    return { target: task.target, outcome: await settle(task) };
}
function findInterruption(results, { aborted, reason }) {
    const isUnexplained = results.some(({ outcome }) => outcome.kind === 'skipped') &&
        !results.some(({ outcome }) => outcome.kind === 'failed');
    return aborted && isUnexplained && reason instanceof errors/* ActionError */.lZ ? reason : undefined;
}

;// CONCATENATED MODULE: ./build/reconcile/catalog.js



function findCatalogNeed(entry) {
    if (entry.kind === 'absent') {
        return { kind: 'none' };
    }
    const { project, environment, name } = entry.template;
    const needsProjectName = (0,inputs_template/* uses */.r9)(name, 'project-name');
    const needsEnvironmentName = (0,inputs_template/* uses */.r9)(name, 'environment-name');
    if (project.kind === 'patterns' || environment.kind === 'patterns') {
        return {
            kind: 'lists',
            needsProjectList: (0,inputs_selector/* hasWildcard */.rl)(project),
            projectKeys: (0,inputs_selector/* listExactKeys */.is)(project),
            needsProjectNames: needsProjectName,
        };
    }
    return needsProjectName || needsEnvironmentName
        ? {
            kind: 'names',
            projectKey: project.key,
            environmentKey: environment.key,
            needsProjectName,
            needsEnvironmentName,
        }
        : { kind: 'none' };
}
function needsEnvironmentsOf(entry, projectKey) {
    return (entry.kind === 'present' &&
        mayBeSeveral(entry.template) &&
        (0,inputs_selector/* selects */.ko)(entry.template.project, projectKey));
}

;// CONCATENATED MODULE: ./build/insight-group/diff.js
function diffGroups(desired, actual) {
    const drift = [];
    if (!isSameKey(desired.projectKey, actual.projectKey)) {
        drift.push({ field: 'project', desired: desired.projectKey, actual: actual.projectKey });
    }
    if (!isSameKey(desired.environmentKey, actual.environmentKey)) {
        drift.push({
            field: 'environment',
            desired: desired.environmentKey,
            actual: actual.environmentKey,
        });
    }
    if (!isSameName(desired.name, actual.name)) {
        drift.push({ field: 'name', desired: desired.name, actual: actual.name });
    }
    if (!isSameSet(desired.applicationKeys, actual.applicationKeys)) {
        drift.push({
            field: 'applications',
            desired: desired.applicationKeys,
            actual: actual.applicationKeys,
        });
    }
    return drift;
}
function isSameKey(left, right) {
    return left.toLowerCase() === right.toLowerCase();
}
function isSameName(left, right) {
    return left.normalize('NFC') === right.normalize('NFC');
}
function isSameSet(left, right) {
    const keys = new Set(left);
    const others = new Set(right);
    return keys.size === others.size && [...keys].every((key) => others.has(key));
}
function belongsElsewhere(drift) {
    return drift.some(({ field }) => field === 'project' || field === 'environment');
}
function buildPatch(drift) {
    return drift.flatMap((entry) => {
        if (entry.field === 'name') {
            return [{ op: 'replace', path: '/name', value: entry.desired }];
        }
        return entry.field === 'applications' ? patchApplications(entry.desired) : [];
    });
}
function patchApplications(desired) {
    const set = { op: 'add', path: '/applicationKeys', value: desired };
    return desired.length > 0 ? [set] : [set, { op: 'remove', path: '/applicationKeys' }];
}

;// CONCATENATED MODULE: ./build/reconcile/messages.js


function describeWrites(writes, subject) {
    const { key } = subject;
    const { intent, create, update, delete: deletion } = writes;
    if (deletion === 'unknown') {
        return `Outcome unknown: insight group "${key}" may or may not have been deleted.`;
    }
    if (create === 'unknown') {
        const andUpdated = update === 'in-part' ? '; it was updated in part' : '';
        return `Outcome unknown: insight group "${key}" may or may not have been created${andUpdated}.`;
    }
    switch (update) {
        case 'in-part':
            return `Insight group "${key}" was updated in part.`;
        case 'unknown':
            return `Outcome unknown: insight group "${key}" may or may not have been updated.`;
        case 'none':
            return intent === 'absent' ? describeNoDelete(subject) : describeNoWrite(subject);
    }
}
function describeNoDelete({ key, isOneOfSeveral }) {
    return isOneOfSeveral ? `Insight group "${key}" was not deleted.` : 'Nothing was deleted.';
}
function describeNoWrite({ key, isOneOfSeveral, message }) {
    if (!isOneOfSeveral || key === '') {
        return 'Nothing was written.';
    }
    const isNamed = message.includes(`"${key}"`);
    return `Nothing was written for ${isNamed ? 'it' : `insight group "${key}"`}.`;
}
function describeSafety({ create, update, delete: deletion }) {
    if (deletion === 'unknown') {
        return ' It is safe to run again: a group that is gone stays gone.';
    }
    if (create === 'unknown') {
        return " It is safe to run again: the key can't be created twice.";
    }
    return update === 'unknown' ? ' It is safe to run again.' : '';
}
function explainConflict({ reason, group, drift }, desired) {
    switch (reason) {
        case 'foreign':
            return explainForeignGroup({ group, drift }, desired);
        case 'exists':
            return explainExistingGroup({ group, drift });
    }
}
function explainExistingGroup(existing) {
    const { group, drift } = existing;
    const { key, projectKey, environmentKey } = group;
    const difference = drift.length === 0 ? 'It matches the request.' : `It differs in ${listFields(drift)}.`;
    return {
        code: 'conflict',
        message: `Insight group "${key}" already exists in project "${projectKey}", environment "${environmentKey}". ${difference}`,
        nextStep: drift.length === 0
            ? 'Set if-exists: keep or if-exists: update to let the step pass when the group exists.'
            : 'Set if-exists: keep to go on with the group as it is, or if-exists: update to change it to what is requested.',
        existing,
    };
}
function explainForeignGroup(existing, desired) {
    const { group } = existing;
    return {
        code: 'conflict',
        title: errors/* SPECIAL_TITLES */.iN.foreignGroup,
        message: `Insight group "${group.key}" belongs to project "${group.projectKey}", environment "${group.environmentKey}". Keys are unique in the whole account, so it can't be created for project "${desired.projectKey}", environment "${desired.environmentKey}", and it is never moved.`,
        nextStep: `Choose another key, such as "${suggestGroupKey(desired, group.key)}".`,
        existing,
    };
}
function describeIncompleteList({ projectKey, count, shown }) {
    const what = projectKey === undefined
        ? `${count} projects`
        : `${count} environments in project "${projectKey}"`;
    return `LaunchDarkly counts ${what} but lists only ${shown}. What it does not list is left out.`;
}
function explainMissingTarget({ reason, projectKey, environmentKey, suggestion, }) {
    const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
    const end = hint === '' ? '.' : '';
    switch (reason) {
        case 'project-not-found':
            return new errors/* ActionError */.lZ({
                code: 'not-found',
                message: `Project "${projectKey}" does not exist${hint}${end} Nothing was written for it.`,
                nextStep: 'Correct the project, or give the token access to it.',
            });
        case 'environment-not-found':
            return new errors/* ActionError */.lZ({
                code: 'not-found',
                message: `Environment "${environmentKey}" does not exist in project "${projectKey}"${hint}${end} Nothing was written for it.`,
                nextStep: 'Correct the environment, or create it before this step.',
            });
        case 'no-environments':
            return new errors/* ActionError */.lZ({
                code: 'unexpected-response',
                message: `LaunchDarkly shows no environment in project "${projectKey}", though every project has one. Nothing was written for it.`,
                nextStep: 'Check that the token may see the environments of the project.',
            });
    }
}
function explainRefusedUpdate(existing, refused, change) {
    const { key } = existing.group;
    const fields = listFields(refused);
    return change === 'requested-fields'
        ? {
            code: 'unexpected-response',
            message: `Insight group "${key}" was updated, but LaunchDarkly stored different values than requested: ${fields}.`,
            nextStep: `Ask for ${fields} as LaunchDarkly stores it, or use if-exists: keep.`,
            existing,
        }
        : {
            code: 'unexpected-response',
            message: `LaunchDarkly accepted the update of insight group "${key}" but its ${fields} did not change.`,
            nextStep: `Change ${fields} in LaunchDarkly, or use if-exists: keep.`,
            existing,
        };
}
function listFields(drift) {
    return drift.map(({ field }) => field).join(' and ');
}
function suggestGroupKey({ projectKey, environmentKey }, usedKey) {
    const usual = `${projectKey}-${environmentKey}-all-apps`;
    return isSameKey(usual, usedKey) ? `${projectKey}.${environmentKey}.all-apps` : usual;
}

;// CONCATENATED MODULE: ./build/reconcile/outcome.js
function toOutcome(plan) {
    switch (plan.kind) {
        case 'create':
            return { kind: 'would-create', group: undefined, drift: [] };
        case 'update':
            return { kind: 'would-update', group: plan.group, drift: plan.drift };
        case 'none':
            return { kind: 'unchanged', group: plan.group, drift: plan.drift };
        case 'keep':
            return { kind: 'kept', group: plan.group, drift: plan.drift };
    }
}
function setsApplications({ kind, drift }) {
    switch (kind) {
        case 'created':
        case 'would-create':
            return true;
        case 'updated':
        case 'would-update':
            return drift.some(({ field }) => field === 'applications');
        case 'unchanged':
        case 'kept':
            return false;
    }
}

;// CONCATENATED MODULE: ./build/reconcile/plan.js

function planChange(desired, observed, ifExists) {
    return observed === undefined ? { kind: 'create' } : planExisting(desired, observed, ifExists);
}
function planExisting(desired, observed, ifExists) {
    const drift = diffGroups(desired, observed);
    if (belongsElsewhere(drift)) {
        return { kind: 'conflict', reason: 'foreign', group: observed, drift };
    }
    if (ifExists === 'fail') {
        return { kind: 'conflict', reason: 'exists', group: observed, drift };
    }
    if (drift.length === 0) {
        return { kind: 'none', group: observed, drift: [] };
    }
    return ifExists === 'update'
        ? { kind: 'update', group: observed, drift, patch: buildPatch(drift) }
        : { kind: 'keep', group: observed, drift };
}

;// CONCATENATED MODULE: ./build/reconcile/entries-plan.js




function expectOutcomes({ groups, deletes, missing }) {
    return [
        ...missing.map(({ outcome }) => outcome.kind),
        ...groups.map(({ plan }) => expectOutcome(plan)),
        ...deletes.map(({ observed }) => (observed === undefined ? 'absent' : 'would-delete')),
    ];
}
function expectOutcome(plan) {
    return plan.kind === 'conflict' ? 'failed' : toOutcome(plan).kind;
}
function planEntries({ groups, absent, missing }, observed, ifExists) {
    return {
        groups: groups.map(({ desired, entry }) => ({
            desired,
            isEnvironmentKnown: findCatalogNeed(entry).kind !== 'none',
            plan: planChange(desired, observed.get(desired.key), ifExists),
        })),
        deletes: absent.map(({ group }) => ({
            target: group,
            observed: observed.get(group.key),
        })),
        missing: missing.map((target) => ({
            target: {
                key: target.key ?? '',
                projectKey: target.projectKey,
                environmentKey: target.environmentKey ?? '',
            },
            outcome: {
                kind: 'failed',
                error: explainMissingTarget(target),
                group: undefined,
                drift: [],
            },
        })),
    };
}

// EXTERNAL MODULE: ./build/inputs/key-claims.js
var key_claims = __nccwpck_require__(4725);
// EXTERNAL MODULE: ./build/did-you-mean.js + 1 modules
var did_you_mean = __nccwpck_require__(3863);
;// CONCATENATED MODULE: ./build/reconcile/targets.js




function findTargets(entry, catalog) {
    const { project, environment } = entry.template;
    if (project.kind === 'exact' &&
        environment.kind === 'exact' &&
        findCatalogNeed(entry).kind === 'none') {
        const target = {
            project: { key: project.key, name: undefined },
            environment: { key: environment.key, name: undefined },
        };
        return { targets: [target], missing: [], problems: [], notices: [] };
    }
    const projects = catalog.projects.filter(({ key }) => (0,inputs_selector/* selects */.ko)(project, key));
    const missing = [
        ...findMissingProjects(entry, catalog),
        ...projects.flatMap((each) => findMissingEnvironments(entry, each)),
    ];
    const targets = projects.flatMap((each) => each.environments
        .filter(({ key }) => (0,inputs_selector/* selects */.ko)(environment, key))
        .map((found) => ({ project: { key: each.key, name: each.name }, environment: found })));
    if (targets.length > 0 || missing.length > 0) {
        return {
            targets,
            missing,
            problems: [],
            notices: findUnmatchedPatterns(entry, catalog, projects),
        };
    }
    const problems = findOverExclusion(entry, catalog, projects);
    const message = projects.length === 0
        ? describeNoProject((0,inputs_selector/* formatSelector */.VH)(project))
        : describeNoEnvironment((0,inputs_selector/* formatSelector */.VH)(environment), entry, projects);
    return { targets, missing, problems, notices: problems.length > 0 ? [] : [{ message, entry }] };
}
function findUnmatchedPatterns(entry, catalog, projects) {
    const { project, environment } = entry.template;
    const environments = listEnvironmentKeys(projects);
    const messages = [
        ...findUnmatched(project, listProjectKeys(catalog)).map(describeNoProject),
        ...(environments.length === 0 ? [] : findUnmatched(environment, environments)).map((pattern) => describeNoEnvironment(pattern, entry, projects)),
    ];
    return messages.map((message) => ({ message, entry }));
}
function findUnmatched(selector, keys) {
    return (0,inputs_selector/* listPatterns */.w8)(selector).filter((pattern) => !keys.some((key) => (0,inputs_selector/* matchesPattern */.MT)(pattern, key)));
}
function listProjectKeys({ projects, otherProjects = [] }) {
    return [...projects.map(({ key }) => key), ...otherProjects];
}
function listEnvironmentKeys(projects) {
    return projects.flatMap(({ environments }) => environments.map(({ key }) => key));
}
function findMissingProjects(entry, catalog) {
    const { project, environment } = entry.template;
    const known = catalog.projects.map(({ key }) => key);
    return (0,inputs_selector/* listExactKeys */.is)(project)
        .filter((projectKey) => !known.includes(projectKey))
        .flatMap((projectKey) => {
        const suggestion = (0,did_you_mean/* findClosest */.R)(projectKey, listProjectKeys(catalog));
        const keys = [...(0,inputs_selector/* listExactKeys */.is)(environment)];
        const meant = (0,inputs_selector/* hasWildcard */.rl)(environment) ? [...keys, undefined] : keys;
        return meant.map((environmentKey) => toMissing('project-not-found', { entry, projectKey, environmentKey, suggestion }));
    });
}
function findMissingEnvironments(entry, project) {
    const known = project.environments.map(({ key }) => key);
    const named = { entry, projectKey: project.key };
    if (known.length === 0 && mayBeSeveral(entry.template)) {
        return [
            toMissing('no-environments', { ...named, environmentKey: undefined, suggestion: undefined }),
        ];
    }
    return (0,inputs_selector/* listExactKeys */.is)(entry.template.environment)
        .filter((environmentKey) => !known.includes(environmentKey))
        .map((environmentKey) => toMissing('environment-not-found', {
        ...named,
        environmentKey,
        suggestion: (0,did_you_mean/* findClosest */.R)(environmentKey, known),
    }));
}
function toMissing(reason, parts) {
    const { entry, projectKey, environmentKey } = parts;
    const key = environmentKey === undefined
        ? undefined
        : renderKey(entry.template, projectKey, environmentKey);
    return { reason, ...parts, key };
}
function findOverExclusion(entry, catalog, projects) {
    const { project, environment } = entry.template;
    const find = (input, selector, keys) => keys.some((key) => (0,inputs_selector/* includes */.mK)(selector, key))
        ? [
            {
                input,
                message: `"${(0,inputs_selector/* formatSelector */.VH)(selector)}" leaves nothing: each ${input} that it matches is excluded as well`,
                entry,
            },
        ]
        : [];
    return projects.length === 0
        ? find('project', project, listProjectKeys(catalog))
        : find('environment', environment, listEnvironmentKeys(projects));
}
function describeNoProject(pattern) {
    return `No project matches "${pattern}".`;
}
function describeNoEnvironment(pattern, { template: { project } }, projects) {
    const where = projects.length === 1
        ? `in project "${projects[0]?.key}"`
        : `in the ${projects.length} projects that match "${(0,inputs_selector/* formatSelector */.VH)(project)}"`;
    return `No environment ${where} matches "${pattern}".`;
}

;// CONCATENATED MODULE: ./build/reconcile/expand.js





function expandEntries(entries, catalog) {
    const claims = [];
    const missing = [];
    const notices = [];
    const problems = [];
    for (const entry of entries) {
        if (entry.kind === 'absent') {
            claims.push({ kind: 'absent', ...entry.group, entry });
            continue;
        }
        const found = findTargets(entry, catalog);
        missing.push(...found.missing);
        notices.push(...found.notices);
        problems.push(...found.problems);
        for (const target of found.targets) {
            const desired = renderGroup(entry.template, target);
            problems.push(...checkRendered(desired, entry));
            const { key, projectKey, environmentKey } = desired;
            claims.push({
                kind: 'present',
                key,
                projectKey,
                environmentKey,
                entry,
                group: { desired, entry },
            });
        }
    }
    const { granted, clashes } = (0,key_claims/* resolveKeyClaims */.P)(claims);
    problems.push(...clashes.map((clash) => ({ input: 'key', ...clash })));
    if (problems.length > 0) {
        return { kind: 'invalid', problems };
    }
    return {
        kind: 'expanded',
        groups: granted.flatMap((claim) => (claim.kind === 'present' ? [claim.group] : [])),
        absent: granted.flatMap((claim) => (claim.kind === 'absent' ? [claim.entry] : [])),
        missing,
        notices,
    };
}
function listKeys(entries, catalog) {
    const keys = entries.flatMap((entry) => entry.kind === 'absent'
        ? entry.group.key
        : findTargets(entry, catalog).targets.map(({ project, environment }) => renderKey(entry.template, project.key, environment.key)));
    return [...new Set(keys)];
}
function renderGroup(template, { project, environment }) {
    const values = {
        project: project.key,
        environment: environment.key,
        'project-name': toOneLine(project.name),
        'environment-name': toOneLine(environment.name),
    };
    return {
        key: renderKey(template, project.key, environment.key),
        name: (0,inputs_template/* renderTemplate */.Xm)(template.name, values).trim(),
        projectKey: project.key,
        environmentKey: environment.key,
        applicationKeys: template.applicationKeys,
    };
}
function toOneLine(name) {
    return name?.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
function checkRendered(desired, entry) {
    const where = `project "${desired.projectKey}", environment "${desired.environmentKey}"`;
    const problems = [];
    if (!(0,rules/* isKey */.m0)(desired.key)) {
        const message = `gives "${desired.key}" for ${where}, which is not valid; ${rules/* KEY_RULE */.Z3}`;
        problems.push({ input: 'key', message, entry });
    }
    if ((0,rules/* findNameProblem */.qW)(desired.name) !== undefined) {
        problems.push({ input: 'name', message: `is blank for ${where}`, entry });
    }
    return problems;
}

// EXTERNAL MODULE: ./build/insight-group/insight-group.js
var insight_group = __nccwpck_require__(2731);
;// CONCATENATED MODULE: ./build/launchdarkly/error-origin.js
function isOwnError({ code }) {
    return code !== undefined;
}
function isForeignError(error) {
    const { status, text, unreadable } = error;
    if (isOwnError(error)) {
        return false;
    }
    return status === 404
        ? text.trim() !== '' || unreadable !== undefined
        : text.trimStart().startsWith('<');
}
function saysNotFound(result) {
    return result.kind === 'rejected' && result.error.status === 404 && !isForeignError(result.error);
}

;// CONCATENATED MODULE: ./build/launchdarkly/paging.js
const MAX_PAGES = 10_000;
const MAX_REREADS = 10;
const MAX_FRUITLESS_REREADS = 2;
async function readWholeList(first, readPage) {
    let read = await readRemainingPages(first, readPage);
    const seen = indexByKey(read.items);
    let fruitless = 0;
    for (let rereads = 0; rereads < MAX_REREADS && fruitless < MAX_FRUITLESS_REREADS; rereads += 1) {
        const { isComplete, totalCount = Number.POSITIVE_INFINITY } = read;
        if (isComplete || seen.size >= totalCount) {
            break;
        }
        const before = seen.size;
        read = await readRemainingPages(await readPage(0), readPage, { overlap: true });
        for (const item of read.items) {
            seen.set(item.key, item);
        }
        fruitless = seen.size > before ? 0 : fruitless + 1;
    }
    const items = read.isComplete ? read.items : [...seen.values()];
    return { items, count: Math.max(items.length, read.totalCount ?? 0) };
}
async function readRemainingPages(first, readPage, { overlap = false } = {}) {
    const advance = (length) => (overlap ? Math.ceil(length / 2) : length);
    const pages = [first];
    let last = first;
    let offset = advance(first.length);
    const counted = first.totalCount;
    if (counted !== undefined && first.length > 0) {
        const offsets = [];
        for (let next = offset; next < counted && offsets.length < MAX_PAGES;) {
            offsets.push(next);
            next += advance(first.length);
        }
        const rest = await Promise.all(offsets.map(readPage));
        const hasGap = rest.slice(0, -1).some(({ length }) => length < first.length);
        pages.push(...rest);
        if (overlap || !hasGap) {
            last = rest.at(-1) ?? first;
            offset = (offsets.at(-1) ?? 0) + last.length;
        }
    }
    while (hasMore(last, offset) && pages.length < MAX_PAGES) {
        last = await readPage(offset);
        pages.push(last);
        offset += advance(last.length);
    }
    const shown = pages.flatMap(({ items }) => items);
    const items = [...indexByKey(shown).values()];
    const counts = pages.flatMap((page) => page.totalCount ?? []);
    const totalCount = counts.length === 0 ? undefined : Math.max(...counts);
    return { items, totalCount, isComplete: items.length >= (totalCount ?? shown.length) };
}
function indexByKey(items) {
    return new Map(items.map((item) => [item.key, item]));
}
function hasMore({ length, totalCount, hasNext }, offset) {
    return length > 0 && (hasNext || (totalCount !== undefined && offset < totalCount));
}

// EXTERNAL MODULE: ./build/http/backoff.js
var http_backoff = __nccwpck_require__(5029);
;// CONCATENATED MODULE: ./build/launchdarkly/operation.js
function isWrite(operation) {
    return operation === 'create' || operation === 'update' || operation === 'delete';
}
function describeOperation({ operation, desired }) {
    const environment = desired.environmentKey === '' ? '' : `, environment "${desired.environmentKey}"`;
    const place = `project "${desired.projectKey}"${environment}`;
    switch (operation) {
        case 'create':
            return `Tried to create insight group "${desired.key}" for ${place}.`;
        case 'read':
            return `Tried to read insight group "${desired.key}".`;
        case 'update':
            return `Tried to update insight group "${desired.key}".`;
        case 'delete':
            return `Tried to delete insight group "${desired.key}".`;
        case 'list-projects':
            return 'Tried to list the projects.';
        case 'list-environments':
            return `Tried to list the environments of project "${desired.projectKey}".`;
        case 'list-groups':
            return 'Tried to list the insight groups.';
        case 'check':
            return desired.key === ''
                ? `Tried to read ${place}.`
                : `Tried to check ${place} for insight group "${desired.key}".`;
    }
}

;// CONCATENATED MODULE: ./build/reconcile/conflict-streak.js
const PATIENCE_MS = 30_000;
const MIN_ROUNDS = 6;
class ConflictStreak {
    #current;
    count(kind, nowMs) {
        if (this.#current?.kind !== kind) {
            this.#current = { kind, sinceMs: nowMs, rounds: 0 };
        }
        this.#current.rounds += 1;
        return nowMs - this.#current.sinceMs >= PATIENCE_MS && this.#current.rounds >= MIN_ROUNDS;
    }
    get isRepeated() {
        return (this.#current?.rounds ?? 0) > 1;
    }
    end(kind) {
        if (this.#current?.kind === kind) {
            this.#current = undefined;
        }
    }
}

;// CONCATENATED MODULE: ./build/reconcile/not-found-streak.js
const RETRY_LIMIT_MS = {
    found: 10_000,
    'environment-missing': 5_000,
    'project-missing': 0,
    'not-launchdarkly': 0,
    unknown: 0,
};
class NotFoundStreak {
    #deps;
    #sinceMs;
    #placement;
    constructor(deps) {
        this.#deps = deps;
    }
    async observe() {
        const { now, diagnosis } = this.#deps;
        this.#sinceMs ??= now().uptimeMs;
        const placement = this.#placement?.kind === 'found' ? this.#placement : await diagnosis.locateEnvironment();
        this.#placement = placement;
        const leftMs = this.#sinceMs + RETRY_LIMIT_MS[placement.kind] - now().uptimeMs;
        return { placement, leftMs };
    }
}

;// CONCATENATED MODULE: ./build/reconcile/retried-failure.js

class RetriedFailure {
    #last;
    get last() {
        return this.#last;
    }
    get lastWrite() {
        return this.#last !== undefined && isWrite(this.#last.operation) ? this.#last : undefined;
    }
    noteAnswer(operation) {
        if (isWrite(operation) || this.lastWrite === undefined) {
            this.#last = undefined;
        }
    }
    noteWait(reason, operation) {
        if (reason.kind === 'indeterminate') {
            const { failure } = reason;
            this.#last = failure.causeCode === 'ATTEMPT_TIMEOUT' ? undefined : { failure, operation };
        }
        else if (reason.kind !== 'stale-read') {
            this.#last = undefined;
        }
    }
}

// EXTERNAL MODULE: ./build/chunk.js
var chunk = __nccwpck_require__(2749);
// EXTERNAL MODULE: ./build/http/network-remedies.js
var network_remedies = __nccwpck_require__(4052);
;// CONCATENATED MODULE: ./build/launchdarkly/remedies.js


const FOREIGN_ANSWER_REMEDY = 'Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.';
function findRemedy(failure, server) {
    const remedy = (0,network_remedies/* findNetworkRemedy */.G)(failure, { origin: server.origin, setting: 'base-uri' });
    if (remedy !== undefined) {
        return remedy;
    }
    const { causeCode, mayHaveBeenProcessed, isDirect } = failure;
    switch (failure.code) {
        case 'server-error':
            return 'Run again later; https://status.launchdarkly.com tells whether LaunchDarkly has an incident.';
        case 'unexpected-response':
            return FOREIGN_ANSWER_REMEDY;
        case 'timeout':
            return `Run again; raise timeout-seconds if the network is slow.${isDirect === true && !mayHaveBeenProcessed ? ` ${http_proxies/* PROXY_ADVICE */.qu}` : ''}`;
        case 'network':
        case 'cancelled':
            return `Run again; if it fails again, check the runner's network, firewall and proxy (${causeCode}).`;
    }
}
function findStatusRemedy(status) {
    switch (status) {
        case 402:
            return 'Ask LaunchDarkly whether the plan of the account includes engineering insights.';
        case 405:
            return 'Check whether a proxy between the runner and LaunchDarkly changes requests.';
        case 407:
            return 'Put the user and the password for the proxy into HTTPS_PROXY.';
        case 413:
        case 414:
        case 431:
            return 'The request is too large: shorten the name, or name fewer applications.';
        case 451:
            return 'Ask LaunchDarkly why the account or the region of the runner has no access.';
        default:
            return "Look for the reason in LaunchDarkly's answer; if it gives none, ask LaunchDarkly support.";
    }
}
function describeAvailability(server) {
    switch (server.instance) {
        case 'federal':
            return 'LaunchDarkly documents engineering insights as not available on the federal instance.';
        case 'eu':
            return 'LaunchDarkly documents engineering insights as not available on the EU instance.';
        case 'commercial':
        case 'other':
        case 'loopback':
            return '';
    }
}

;// CONCATENATED MODULE: ./build/launchdarkly/key-lookup.js






const MAX_LISTED_KEYS = 10;
const MAX_KEYS_PER_LOOKUP = 100;
async function locateEnvironment({ projectKey, environmentKey }, client) {
    if (projectKey === '') {
        const projects = await client.listProjects(0);
        const isElsewhere = projects.kind === 'rejected' && projects.error.status === 404;
        return { kind: isElsewhere ? 'not-launchdarkly' : 'unknown' };
    }
    const environments = await client.listEnvironments(projectKey, 0);
    if (environments.kind === 'rejected' && environments.error.status === 404) {
        const placement = await locateProject(projectKey, client);
        return placement.kind === 'environment-missing' && !saysNotFound(environments)
            ? { kind: 'unknown' }
            : placement;
    }
    if (environments.kind !== 'ok') {
        return { kind: 'unknown' };
    }
    const keys = listKeysOf(environments.value);
    if (environmentKey === '' || keys.includes(environmentKey)) {
        return { kind: 'found' };
    }
    if (isWholeList(environments.value)) {
        return { kind: 'environment-missing', environments: keys };
    }
    const environment = await client.getEnvironment(projectKey, environmentKey);
    if (saysNotFound(environment)) {
        return { kind: 'environment-missing', environments: keys };
    }
    return { kind: environment.kind === 'ok' ? 'found' : 'unknown' };
}
async function locateProject(projectKey, client) {
    const projects = await client.listProjects(0);
    if (projects.kind === 'rejected' && projects.error.status === 404) {
        return { kind: 'not-launchdarkly' };
    }
    if (projects.kind === 'indeterminate') {
        return { kind: 'unknown' };
    }
    const known = projects.kind === 'ok' ? listKeysOf(projects.value) : [];
    if (known.includes(projectKey)) {
        return { kind: 'environment-missing', environments: [] };
    }
    if (projects.kind === 'ok' && isWholeList(projects.value)) {
        return { kind: 'project-missing', projects: known };
    }
    const project = await client.getProject(projectKey);
    if (saysNotFound(project)) {
        return { kind: 'project-missing', projects: known };
    }
    return project.kind === 'ok'
        ? { kind: 'environment-missing', environments: [] }
        : { kind: 'unknown' };
}
function isWholeList({ items, length, totalCount, hasNext }) {
    return !hasNext && totalCount === length && items.length === length;
}
function listKeysOf({ items }) {
    return items.map(({ key }) => key);
}
async function findUnknownApplications({ applicationKeys }, client) {
    const answers = await Promise.all((0,chunk/* chunk */.i)(applicationKeys, MAX_KEYS_PER_LOOKUP).map((keys) => client.findApplications(keys)));
    const pages = answers.flatMap((answer) => (answer.kind === 'ok' ? [answer.value] : []));
    const found = new Set(pages.flatMap(listKeysOf));
    const unknown = applicationKeys.filter((key) => !found.has(key));
    if (unknown.length === 0 || pages.length < answers.length || pages.some(key_lookup_hasMore)) {
        return [];
    }
    const all = await client.listApplications(0);
    const known = all.kind === 'ok' ? listKeysOf(all.value) : [];
    return unknown.map((key) => ({ key, suggestion: (0,did_you_mean/* findClosest */.R)(key, known) }));
}
function key_lookup_hasMore({ items, length, totalCount = length, hasNext }) {
    return hasNext || totalCount > length || items.length < length;
}
function describePlacement(placement, { projectKey, environmentKey }, server) {
    switch (placement.kind) {
        case 'project-missing': {
            const { projects } = placement;
            return {
                headline: `project "${projectKey}" does not exist${(0,did_you_mean/* didYouMean */.a)(projectKey, projects)}`,
                nextStep: `Correct the project key, or give the token access to that project.${listKnown('projects', projects)}`,
            };
        }
        case 'environment-missing': {
            const { environments } = placement;
            return {
                headline: `environment "${environmentKey}" does not exist in project "${projectKey}"${(0,did_you_mean/* didYouMean */.a)(environmentKey, environments)}`,
                nextStep: `Correct the environment key, or create the environment before this step.${listKnown(`environments of project "${projectKey}"`, environments)}`,
            };
        }
        case 'not-launchdarkly':
            return {
                title: errors/* SPECIAL_TITLES */.iN.notFound,
                headline: `what answers at ${server.origin} is not LaunchDarkly's API: it answers even the list of projects with 404`,
                nextStep: `Check base-uri: it has to be one of ${INSTANCE_LIST}. If it is, check whether a proxy answers in LaunchDarkly's place.`,
            };
        case 'found': {
            const existing = environmentKey === ''
                ? `Project "${projectKey}" exists.`
                : `Project "${projectKey}" and environment "${environmentKey}" exist.`;
            return {
                title: errors/* SPECIAL_TITLES */.iN.notFound,
                headline: 'LaunchDarkly did not find it (404)',
                nextStep: `${existing} Check that the token may see and create insight groups, and that the account has engineering insights. ${describeAvailability(server)}`.trim(),
            };
        }
        case 'unknown':
            return {
                title: errors/* SPECIAL_TITLES */.iN.notFound,
                headline: 'LaunchDarkly did not find it (404)',
                nextStep: `Check ${describeExistence({ projectKey, environmentKey })}, and that the account has engineering insights. ${describeAvailability(server)}`.trim(),
            };
    }
}
function describeExistence({ projectKey, environmentKey, }) {
    if (projectKey === '') {
        return 'that the token may see projects and insight groups';
    }
    return environmentKey === ''
        ? `that project "${projectKey}" exists, that the token may see it`
        : `that project "${projectKey}" and environment "${environmentKey}" exist, that the token may see them`;
}
function listKnown(what, keys) {
    return keys.length === 0 ? '' : ` The ${what} that the token can see: ${key_lookup_listKeys(keys)}.`;
}
function key_lookup_listKeys(keys) {
    const shown = keys.slice(0, MAX_LISTED_KEYS).map((key) => `"${key}"`);
    const hidden = keys.length - shown.length;
    return hidden > 0 ? `${shown.join(', ')} and ${hidden} more` : shown.join(', ');
}

;// CONCATENATED MODULE: ./build/launchdarkly/investigate.js





const COMPARE_INPUTS = 'Compare the inputs with what LaunchDarkly says, and run again.';
async function investigate(error, context, client) {
    const { desired, server } = context;
    const { status } = error;
    if (status === 404) {
        const placement = context.placement ?? (await locateEnvironment(desired, client));
        const isExplained = placement.kind !== 'found' && placement.kind !== 'unknown';
        return isForeignError(error) && !isExplained
            ? { ...describeForeignError(status), code: 'unexpected-response' }
            : describePlacement(placement, desired, server);
    }
    if (isForeignError(error)) {
        return describeForeignError(status);
    }
    switch (status) {
        case 401:
            return investigateToken(server, client);
        case 403:
            return describeForbidden(error, server);
        case 400:
        case 422:
            return investigateRequest(error, context, client);
        default:
            return {
                headline: `LaunchDarkly refused the request with ${status}`,
                nextStep: findStatusRemedy(status),
            };
    }
}
function describeForeignError(status) {
    return {
        title: errors/* SPECIAL_TITLES */.iN.foreignAnswer,
        headline: `the request was refused with ${status}, and not in the form of LaunchDarkly's errors`,
        nextStep: FOREIGN_ANSWER_REMEDY,
    };
}
async function investigateRequest(error, context, client) {
    const { desired, server } = context;
    const reasons = error.errors.map(({ attribute, reason }) => `${attribute} ${reason}`);
    const headline = `LaunchDarkly refused the request as invalid (${error.status})`;
    const words = [error.message ?? error.text, ...reasons].join(' ').toLowerCase();
    if (words.includes('application')) {
        const unknown = await findUnknownApplications(desired, client);
        if (unknown.length > 0) {
            const keys = key_lookup_listKeys(unknown.map(({ key }) => key));
            return {
                headline,
                nextStep: `LaunchDarkly knows no application ${keys}. An application appears with its first deployment event or SDK connection; correct the input applications, or run again once it has reported.`,
            };
        }
    }
    if (words.includes('project') || words.includes('environment')) {
        const placement = await locateEnvironment(desired, client);
        if (placement.kind !== 'found' && placement.kind !== 'unknown') {
            const { headline: found, nextStep } = describePlacement(placement, desired, server);
            return { headline: found, nextStep };
        }
    }
    return { headline, nextStep: investigate_findCorrection(error, context.operation) };
}
function investigate_findCorrection(error, operation) {
    if (error.errors.length > 0) {
        return 'Correct the inputs that LaunchDarkly names, and run again.';
    }
    if (operation === 'update') {
        return 'Make the change in LaunchDarkly, or set if-exists: keep to go on with the group as it is.';
    }
    if ((error.message ?? error.text.trim()) !== '') {
        return COMPARE_INPUTS;
    }
    const inputs = operation === 'delete' || operation === 'read'
        ? 'input key'
        : 'inputs name, key, project, environment and applications';
    const lead = error.unreadable === undefined
        ? 'LaunchDarkly does not say why'
        : "LaunchDarkly's explanation can't be read";
    return `${lead}: check the ${inputs}, and run again.`;
}
async function investigateToken(server, client) {
    const identity = await client.getCallerIdentity();
    if (identity.kind !== 'ok') {
        return {
            headline: 'LaunchDarkly does not know the token (401)',
            nextStep: `Check the secret: the token may be mistyped, expired or deleted. A token works only on its own instance; base-uri, now ${server.origin}, chooses among ${INSTANCE_LIST}. New tokens are made under Organization settings, Authorization, with the role Writer.`,
        };
    }
    const { tokenKind, authKind, tokenName, serviceToken } = identity.value;
    const kind = [tokenKind, authKind].filter(Boolean).join(', ');
    const isAccessToken = tokenName !== undefined || serviceToken === true;
    const isSdkKey = !isAccessToken && /sdk|mobile|environment|server|client/i.test(kind);
    if (isSdkKey) {
        return {
            headline: 'the token is not an access token: LaunchDarkly identifies it as an SDK key or similar (401)',
            nextStep: `LaunchDarkly says it is: ${kind}. SDK keys, mobile keys and client-side IDs can't be used with the REST API; create an access token with the Writer role.`,
        };
    }
    return {
        headline: 'LaunchDarkly knows the token but does not accept it for this (401)',
        nextStep: `It is the token${tokenName === undefined ? '' : ` "${tokenName}"`}${kind === '' ? '' : ` (${kind})`}. Give it the Writer role or better, or use a service token that has it.`,
    };
}
function describeForbidden(error, server) {
    const words = (error.message ?? error.text).toLowerCase();
    if (words.includes('beta')) {
        return {
            headline: 'LaunchDarkly did not see the beta header (403)',
            nextStep: 'The action sends LD-API-Version: beta with every request; check whether a proxy in between strips headers.',
        };
    }
    return {
        headline: 'LaunchDarkly refused access (403)',
        nextStep: `Give the token the Writer role or better. Engineering insights is part of select plans only: ask LaunchDarkly whether yours has it. If the account has an IP allow list, the runner's address must be on it. ${describeAvailability(server)}`.trim(),
    };
}

;// CONCATENATED MODULE: ./build/launchdarkly/diagnose.js




async function describeApiError(error, context, client) {
    const { status, errors, id } = error;
    const finding = await investigate(error, context, client);
    const { code = nameStatus(status), title, headline, nextStep } = finding;
    return {
        code,
        ...(title !== undefined && { title }),
        message: `${asSentence(headline)} ${describeOperation(context)}`,
        serverMessage: quoteApiError(error),
        nextStep,
        reasons: errors,
        details: id === undefined ? [] : [`Request ID for LaunchDarkly support: ${id}`],
    };
}
function describeFailure(failure, context) {
    const { server } = context;
    return {
        code: failure.code,
        message: `${server.origin} ${failure.what}. ${describeOperation(context)}`,
        serverMessage: failure.message === undefined
            ? undefined
            : quote(failure.causeCode.replace(/^HTTP /, ''), failure.message),
        nextStep: findRemedy(failure, server),
        cause: failure.cause,
    };
}
function quoteApiError(error) {
    const { status, code, message, text, unreadable } = error;
    if (unreadable !== undefined) {
        return `LaunchDarkly answered ${status} with a body that can't be read: ${unreadable}.`;
    }
    const words = message ?? text.trim();
    if (isForeignError(error)) {
        return `The answer was ${status}: "${words}"`;
    }
    return quote(code === undefined ? String(status) : `${status} (${code})`, words);
}
function quote(status, words) {
    if (words === '') {
        return `LaunchDarkly answered ${status} with an empty body.`;
    }
    return `LaunchDarkly answered ${status}: "${words}"`;
}
function asSentence(text) {
    const end = /[.?!]$/.test(text) ? '' : '.';
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}
function nameStatus(status) {
    const codes = {
        401: 'unauthorized',
        403: 'forbidden',
        404: 'not-found',
        409: 'conflict',
        429: 'rate-limited',
    };
    return codes[status] ?? 'bad-request';
}

;// CONCATENATED MODULE: ./build/reconcile/retry-messages.js



function describeRetryReason(reason, operation) {
    switch (reason.kind) {
        case 'indeterminate':
            return `LaunchDarkly ${reason.failure.what}`;
        case 'conflict':
            return operation === 'create'
                ? 'LaunchDarkly answered 409 but shows no group of the key yet'
                : 'LaunchDarkly answered 409: another process may be changing the group';
        case 'not-updatable':
            return 'LaunchDarkly shows the group but answered its update with 404';
        case 'overtaken':
            return 'another process has changed the group in the meantime';
        case 'stale-read':
            return 'LaunchDarkly may not show yet what was just written';
        case 'not-found':
            return isForeignError(reason.error)
                ? "the answer was 404, and not in the form of LaunchDarkly's errors"
                : 'LaunchDarkly answered 404: the environment may be too new';
    }
}
function describeNeededWait(neededMs, nowMs) {
    return neededMs > 0
        ? ` It asks to wait ${Math.ceil(neededMs / 1000)} s, until ${new Date(nowMs + neededMs).toISOString()}, and the step has less time left.`
        : '';
}
async function explainNoTimeLeft(reason, { key, operation, neededWait, diagnosis }) {
    switch (reason.kind) {
        case 'indeterminate': {
            const parts = diagnosis.describeFailure(reason.failure, operation);
            return { ...parts, message: `${parts.message}${neededWait}` };
        }
        case 'not-found': {
            const { error, placement } = reason;
            const parts = await diagnosis.describeApiError(error, operation, placement);
            return { ...parts, message: `${parts.message}${neededWait}` };
        }
        case 'conflict':
            return operation === 'create' && neededWait === ''
                ? explainHiddenGroup(key, reason.error)
                : explainLastingConflict(reason, { key, operation, neededWait });
        case 'not-updatable':
            return explainNotUpdatable(key, reason.error);
        case 'overtaken':
            return {
                code: 'conflict',
                title: errors/* SPECIAL_TITLES */.iN.contention,
                message: `Insight group "${key}" kept changing while this step was working on it.${neededWait}`,
                nextStep: 'Another process is changing the group. Run again when it is done.',
            };
        case 'stale-read':
            return {
                code: 'timeout',
                message: `LaunchDarkly shows insight group "${key}", but possibly as it was before this run: reads may lag behind writes by some seconds, and the step has no time left to wait for them.`,
                nextStep: 'Run again, and raise timeout-seconds.',
            };
    }
}
function explainRateLimit(key, neededWait) {
    const work = key === '' ? 'from reading lists' : `from working on insight group "${key}"`;
    return {
        code: 'rate-limited',
        message: `LaunchDarkly's rate limit (429) stopped the step ${work}.${neededWait || ' The step has no time left for another attempt.'}`,
        nextStep: neededWait === ''
            ? 'Run again later, raise timeout-seconds, or run fewer jobs at the same time.'
            : 'Run again after that time, or raise timeout-seconds beyond the wait.',
    };
}
function explainHiddenGroup(key, error) {
    return {
        code: 'conflict',
        title: errors/* SPECIAL_TITLES */.iN.lastingConflict,
        message: `LaunchDarkly keeps answering 409 for insight group "${key}", but shows no group of that key.`,
        serverMessage: quoteApiError(error),
        nextStep: 'The key may be reserved by a deleted group, or by one that this token may not see. Choose another key, or use a token that sees the whole account.',
    };
}
function explainNotUpdatable(key, error) {
    return {
        code: 'conflict',
        title: errors/* SPECIAL_TITLES */.iN.contention,
        message: `LaunchDarkly shows insight group "${key}" but answers every update of it with 404.`,
        serverMessage: quoteApiError(error),
        nextStep: 'The token may be allowed to see the group but not to change it, or another process is deleting and creating the group at the same time. Check the token, or set if-exists: keep.',
    };
}
function explainLastingConflict({ error }, { key, operation, neededWait = '' }) {
    const work = key === '' ? 'read lists' : `${operation} insight group "${key}"`;
    return {
        code: 'conflict',
        title: errors/* SPECIAL_TITLES */.iN.lastingConflict,
        message: `LaunchDarkly answered 409 when this step tried to ${work}.${neededWait}`,
        serverMessage: quoteApiError(error),
        nextStep: "Another process may be changing the group: run again when it is done. If none is, look for the reason in LaunchDarkly's answer.",
    };
}

;// CONCATENATED MODULE: ./build/reconcile/server-clock.js
const DATE_PRECISION_MS = 1_000;
class ServerClock {
    #offsets;
    #longestExchangeMs = 0;
    #maxWallOffsetMs = Number.NEGATIVE_INFINITY;
    record({ sentAt, receivedAt, serverTimeMs }) {
        if (serverTimeMs === undefined) {
            return;
        }
        const offsetMs = serverTimeMs - receivedAt.uptimeMs;
        const { minMs, maxMs } = this.#offsets ?? { minMs: offsetMs, maxMs: offsetMs };
        this.#offsets = { minMs: Math.min(minMs, offsetMs), maxMs: Math.max(maxMs, offsetMs) };
        this.#longestExchangeMs = Math.max(this.#longestExchangeMs, receivedAt.uptimeMs - sentAt.uptimeMs);
        this.#maxWallOffsetMs = Math.max(this.#maxWallOffsetMs, receivedAt.wallMs - receivedAt.uptimeMs);
    }
    timeAt(moment) {
        if (this.#offsets === undefined) {
            return undefined;
        }
        const { minMs, maxMs } = this.#offsets;
        const isServerSteady = maxMs - minMs <= DATE_PRECISION_MS + this.#longestExchangeMs;
        const sleptMs = Math.max(0, this.#maxWallOffsetMs - (moment.wallMs - moment.uptimeMs));
        return {
            earliestMs: moment.uptimeMs + (isServerSteady ? maxMs : minMs) - sleptMs,
            latestMs: moment.uptimeMs + maxMs,
        };
    }
    isAfter(epochMs, moment) {
        const time = this.timeAt(moment);
        const imprecisionMs = DATE_PRECISION_MS + this.#longestExchangeMs;
        return time !== undefined && epochMs > time.latestMs + imprecisionMs;
    }
}

;// CONCATENATED MODULE: ./build/reconcile/unanswered-streak.js
class UnansweredStreak {
    #maxAttempts;
    #attempts = 0;
    #writes = 0;
    #cause;
    constructor(maxAttempts = Number.POSITIVE_INFINITY) {
        this.#maxAttempts = maxAttempts;
    }
    observeAttempt(causeCode, nowMs) {
        this.#attempts = causeCode === undefined ? 0 : this.#attempts + 1;
        if (this.#cause?.code !== causeCode) {
            this.#cause = causeCode === undefined ? undefined : { code: causeCode, sinceMs: nowMs };
        }
    }
    observeWrite(isAnswered) {
        this.#writes = isAnswered ? 0 : this.#writes + 1;
    }
    get isExhausted() {
        return this.#attempts >= this.#maxAttempts || this.#writes >= this.#maxAttempts;
    }
    sameCauseMs(nowMs) {
        return this.#cause === undefined ? 0 : nowMs - this.#cause.sinceMs;
    }
}

;// CONCATENATED MODULE: ./build/reconcile/retry-loop.js










const LIMITED_BACKOFF = { minMs: 500, maxMs: 2_000 };
class RetryLoop {
    serverClock = new ServerClock();
    #desired;
    #deps;
    #ledger;
    #unanswered;
    #streak = new ConflictStreak();
    #waits = 0;
    #notFound;
    #retried = new RetriedFailure();
    #observed;
    constructor(desired, deps, ledger) {
        this.#desired = desired;
        this.#deps = deps;
        this.#ledger = ledger;
        this.#unanswered = new UnansweredStreak(deps.maxUnansweredAttempts);
        this.#notFound = new NotFoundStreak(deps);
    }
    async attempt(operation, request) {
        const begunAt = this.#deps.now();
        const result = await request();
        const endedAt = this.#deps.now();
        const { heldMs } = result;
        const sentAt = { uptimeMs: begunAt.uptimeMs + heldMs, wallMs: begunAt.wallMs + heldMs };
        this.serverClock.record({ sentAt, receivedAt: endedAt, serverTimeMs: result.serverClock });
        const causeCode = result.kind === 'indeterminate' ? result.failure.causeCode : undefined;
        this.#unanswered.observeAttempt(causeCode, endedAt.uptimeMs);
        if (causeCode === undefined) {
            this.#retried.noteAnswer(operation);
        }
        return { result, sentAt, endedAt };
    }
    async retryOrThrow(result, operation) {
        const { retryAfterMs } = result;
        if (result.kind === 'indeterminate') {
            return this.#retryFailure(result.failure, retryAfterMs, operation);
        }
        const { error } = result;
        switch (error.status) {
            case 429:
                throw this.fail(this.#explainRateLimit(retryAfterMs));
            case 409:
                return this.wait({ kind: 'conflict', error, retryAfterMs }, operation);
            case 404:
                return this.#retryNotFound(error, retryAfterMs, operation);
            default:
                throw this.fail(await this.#deps.diagnosis.describeApiError(error, operation));
        }
    }
    async wait(reason, operation, bounds) {
        this.throwIfStopped();
        if (isWrite(operation)) {
            this.#unanswered.observeWrite(reason.kind !== 'indeterminate');
            if (reason.kind === 'indeterminate' && this.#unanswered.isExhausted) {
                throw this.fail(this.#deps.diagnosis.describeFailure(reason.failure, operation));
            }
        }
        const { now, remainingMs, random, sleep, announceWait } = this.#deps;
        const isStuck = this.#streak.count(`${operation} ${reason.kind}`, now().uptimeMs);
        if (isStuck && reason.kind === 'conflict' && operation !== 'create') {
            throw this.fail(explainLastingConflict(reason, { key: this.#desired.key, operation }));
        }
        const { retryAfterMs = 0 } = reason;
        const backoff = (0,http_backoff/* computeBackoff */.O7)({
            waitsBefore: this.#waits,
            retryAfterMs,
            remainingMs: remainingMs(),
            bounds,
            random: random(),
        });
        if (backoff.kind === 'too-long') {
            throw this.fail(await this.#explainNoTimeLeft(reason, operation, backoff.neededMs));
        }
        const ms = backoff.ms - retryAfterMs;
        this.#waits += 1;
        this.#retried.noteWait(reason, operation);
        announceWait({ ms, why: describeRetryReason(reason, operation) });
        await sleep(ms);
        this.throwIfStopped();
    }
    async assertTimeToWait(reason, operation) {
        const { retryAfterMs } = reason;
        if (retryAfterMs !== undefined &&
            this.#deps.remainingMs() - http_backoff/* ATTEMPT_RESERVE_MS */.OB <= retryAfterMs) {
            throw this.fail(await this.#explainNoTimeLeft(reason, operation, retryAfterMs));
        }
    }
    waitBriefly(limitMs, reason, operation) {
        const { minMs, maxMs } = LIMITED_BACKOFF;
        return this.wait(reason, operation, { minMs, maxMs: Math.min(maxMs, limitMs) });
    }
    throwIfStopped() {
        const { signal, diagnosis } = this.#deps;
        if (!signal.aborted) {
            return;
        }
        const { reason } = signal;
        if (!(reason instanceof errors/* ActionError */.lZ)) {
            throw reason;
        }
        const retried = reason.code === 'timeout' ? this.#retried.last : undefined;
        throw this.fail(retried === undefined
            ? reason
            : diagnosis.describeFailure(retried.failure, retried.operation));
    }
    noteObserved(observed) {
        this.#observed = observed;
    }
    fail(parts) {
        const { writes } = this.#ledger;
        const { message } = parts;
        const { isOneOfSeveral = false } = this.#deps;
        const subject = { key: this.#desired.key, isOneOfSeveral, message };
        return new errors/* ActionError */.lZ({
            existing: this.#observed,
            ...parts,
            message: `${message} ${describeWrites(writes, subject)}`,
            nextStep: `${parts.nextStep}${describeSafety(writes)}`,
            writes,
        });
    }
    async #retryFailure(failure, retryAfterMs, operation) {
        this.throwIfStopped();
        const { isRetryable, retryLimitMs } = failure;
        if (!isRetryable || this.#unanswered.isExhausted) {
            throw this.fail(this.#deps.diagnosis.describeFailure(failure, operation));
        }
        const reason = { kind: 'indeterminate', failure, retryAfterMs };
        if (retryLimitMs === undefined) {
            return this.wait(reason, operation);
        }
        const leftMs = retryLimitMs - this.#unanswered.sameCauseMs(this.#deps.now().uptimeMs);
        if (leftMs <= 0) {
            throw this.fail(this.#deps.diagnosis.describeFailure(failure, operation));
        }
        return this.waitBriefly(leftMs, reason, operation);
    }
    async #retryNotFound(error, retryAfterMs, operation) {
        const { placement, leftMs } = await this.#notFound.observe();
        if (leftMs <= 0) {
            throw this.fail(await this.#deps.diagnosis.describeApiError(error, operation, placement));
        }
        const reason = { kind: 'not-found', error, placement, retryAfterMs };
        return this.waitBriefly(leftMs, reason, operation);
    }
    #explainRateLimit(retryAfterMs = 0) {
        const neededWait = describeNeededWait(retryAfterMs, this.#deps.now().wallMs);
        return explainRateLimit(this.#desired.key, neededWait);
    }
    #explainNoTimeLeft(reason, operation, neededMs) {
        const { diagnosis, now } = this.#deps;
        const neededWait = describeNeededWait(neededMs, now().wallMs);
        const write = reason.kind === 'stale-read' ? this.#retried.lastWrite : undefined;
        const request = { key: this.#desired.key, operation, neededWait, diagnosis };
        return write === undefined
            ? explainNoTimeLeft(reason, request)
            : explainNoTimeLeft({ kind: 'indeterminate', failure: write.failure }, { ...request, operation: write.operation });
    }
}

;// CONCATENATED MODULE: ./build/reconcile/write-ledger.js
const READ_LAG_MS = 5_000;
class WriteLedger {
    #intent;
    #createDoubt;
    #update = 'none';
    #updateEndedAt;
    #updatedFrom;
    #isGone = false;
    #deleteDoubtEndedAt;
    constructor(intent = 'present') {
        this.#intent = intent;
    }
    noteCreateInDoubt(sentAt, endedAt) {
        const { firstSentAt } = this.#createDoubt ?? { firstSentAt: sentAt };
        this.#createDoubt = { firstSentAt, lastEndedAt: endedAt };
    }
    clearCreates() {
        this.#createDoubt = undefined;
    }
    get isCreateInDoubt() {
        return this.#createDoubt !== undefined;
    }
    noteDeleteInDoubt(endedAt) {
        this.#deleteDoubtEndedAt = endedAt;
    }
    get isDeleteInDoubt() {
        return this.#deleteDoubtEndedAt !== undefined;
    }
    beginUpdate(found) {
        this.#updatedFrom = found;
    }
    noteUpdateInDoubt(endedAt) {
        this.#updateEndedAt = endedAt;
        if (this.#update === 'none') {
            this.#update = 'unknown';
        }
    }
    notePartialUpdate(endedAt) {
        this.#updateEndedAt = endedAt;
        this.#update = 'in-part';
    }
    noteGroupGone() {
        this.#isGone = true;
    }
    noteGroupSeen(group, serverClock) {
        if (this.#isGone && this.#isMadeAnew(group, serverClock)) {
            this.#update = 'none';
        }
        this.#isGone = false;
    }
    findUpdated(group, serverClock) {
        return this.#update === 'none' || this.#isMadeAnew(group, serverClock)
            ? undefined
            : this.#updatedFrom;
    }
    #isMadeAnew({ createdAt }, serverClock) {
        return (createdAt !== undefined &&
            this.#updateEndedAt !== undefined &&
            serverClock.isAfter(createdAt, this.#updateEndedAt));
    }
    findMaker({ createdAt }, serverClock) {
        if (this.#createDoubt === undefined) {
            return 'others';
        }
        const sentAt = serverClock.timeAt(this.#createDoubt.firstSentAt);
        if (sentAt === undefined || createdAt === undefined) {
            return 'unknown';
        }
        if (createdAt >= sentAt.latestMs) {
            return 'this-run';
        }
        return createdAt < sentAt.earliestMs ? 'others' : 'unknown';
    }
    staleReadsMs(readSentAt) {
        const endedAt = [this.#createDoubt?.lastEndedAt, this.#deleteDoubtEndedAt]
            .filter((moment) => moment !== undefined)
            .map(({ uptimeMs }) => uptimeMs);
        return Math.max(0, READ_LAG_MS - (readSentAt.uptimeMs - Math.max(...endedAt)));
    }
    get writes() {
        return {
            intent: this.#intent,
            create: this.#createDoubt === undefined ? 'none' : 'unknown',
            update: this.#isGone ? 'none' : this.#update,
            delete: this.#deleteDoubtEndedAt === undefined ? 'none' : 'unknown',
        };
    }
}

;// CONCATENATED MODULE: ./build/reconcile/lists.js





const NEW_ENVIRONMENT_LAG_MS = 5_000;
const REREAD_INTERVAL_MS = 1_000;
const NO_GROUP = (0,insight_group/* withoutValues */.lO)({ key: '', projectKey: '', environmentKey: '' });
class Lists {
    #client;
    #depsFor;
    constructor({ client, depsFor }) {
        this.#client = client;
        this.#depsFor = depsFor;
    }
    async readProjects() {
        const readPage = (offset) => this.#require(() => this.#client.listProjects(offset), 'list-projects');
        return readWholeList(await readPage(0), readPage);
    }
    async readEnvironments(projectKey, { expected, onFirstPage }) {
        const { now, sleep, signal } = this.#depsFor(NO_GROUP);
        const startedMs = now().uptimeMs;
        for (;;) {
            const list = await this.#readEnvironmentsOnce(projectKey, onFirstPage);
            if (list.kind === 'project-missing') {
                return list;
            }
            const { items, count } = list.environments;
            const missing = expected.filter((key) => !items.some((found) => found.key === key));
            const isOver = signal.aborted || now().uptimeMs - startedMs >= NEW_ENVIRONMENT_LAG_MS;
            if (missing.length === 0 || isOver) {
                const found = await this.#findEnvironments(projectKey, missing);
                const all = [...items, ...found];
                return { kind: 'found', environments: { items: all, count: Math.max(count, all.length) } };
            }
            await sleep(REREAD_INTERVAL_MS);
        }
    }
    async #findEnvironments(projectKey, keys) {
        const found = await Promise.all(keys.map((environmentKey) => this.#find(() => this.#client.getEnvironment(projectKey, environmentKey), {
            operation: 'check',
            subject: { ...NO_GROUP, projectKey, environmentKey },
            absentOn: [403, 404],
        })));
        return found.filter((environment) => environment !== undefined);
    }
    async #readEnvironmentsOnce(projectKey, onFirstPage) {
        const readPage = (offset) => () => this.#client.listEnvironments(projectKey, offset);
        const subject = { ...NO_GROUP, projectKey };
        const { diagnosis } = this.#depsFor(subject);
        const loop = this.#openLoop(subject);
        for (;;) {
            const { result } = await loop.attempt('list-environments', readPage(0));
            if (result.kind === 'ok') {
                const reading = readWholeList(result.value, (offset) => this.#require(readPage(offset), 'list-environments', subject));
                onFirstPage(result.value.items);
                return { kind: 'found', environments: await reading };
            }
            if (result.kind === 'rejected' && result.error.status === 404) {
                const placement = await diagnosis.locateEnvironment();
                if (placement.kind === 'project-missing') {
                    return placement;
                }
            }
            await loop.retryOrThrow(result, 'list-environments');
        }
    }
    readProject(projectKey) {
        return this.#find(() => this.#client.getProject(projectKey), {
            operation: 'check',
            subject: { ...NO_GROUP, projectKey },
        });
    }
    requireProject(projectKey) {
        return this.#require(() => this.#client.getProject(projectKey), 'check', {
            ...NO_GROUP,
            projectKey,
        });
    }
    requireEnvironment(projectKey, environmentKey) {
        return this.#require(() => this.#client.getEnvironment(projectKey, environmentKey), 'check', {
            ...NO_GROUP,
            projectKey,
            environmentKey,
        });
    }
    readGroupPage(offset) {
        return this.#require(() => this.#client.listGroups(offset), 'list-groups');
    }
    readGroup(key) {
        return this.#find(() => this.#client.getGroup(key), {
            operation: 'read',
            subject: { ...NO_GROUP, key },
        });
    }
    #openLoop(subject) {
        return new RetryLoop(subject, this.#depsFor(subject), new WriteLedger());
    }
    async #require(request, operation, subject = NO_GROUP) {
        const loop = this.#openLoop(subject);
        for (;;) {
            const { result } = await loop.attempt(operation, request);
            if (result.kind === 'ok') {
                return result.value;
            }
            await loop.retryOrThrow(result, operation);
        }
    }
    #find(request, { operation, subject, absentOn = [404] }) {
        const requestOrNone = async () => {
            const result = await request();
            return result.kind === 'rejected' &&
                absentOn.includes(result.error.status) &&
                !isForeignError(result.error)
                ? { ...result, kind: 'ok', value: undefined }
                : result;
        };
        return this.#require(requestOrNone, operation, subject);
    }
}

;// CONCATENATED MODULE: ./build/reconcile/observe-groups.js

function beginObservation(entries, lists) {
    if (entries.length === 0) {
        return { anticipate: () => { }, find: async () => new Map() };
    }
    const readingFirst = lists.readGroupPage(0);
    readingFirst.catch(ignore);
    let reading;
    const readAll = (first) => {
        reading ??= readRemainingPages(first, (offset) => lists.readGroupPage(offset));
        return reading;
    };
    return {
        anticipate(keys) {
            const readAhead = async () => {
                const first = await readingFirst;
                if (isListCheaper(first, keys)) {
                    await readAll(first);
                }
            };
            readAhead().catch(ignore);
        },
        async find(keys) {
            if (keys.length === 0) {
                return new Map();
            }
            const first = await readingFirst;
            return isListCheaper(first, keys)
                ? findListed(keys, await readAll(first), lists)
                : readSingly(listMissing(first, keys), indexByKey(first.items), lists);
        },
    };
}
function ignore() { }
function listMissing({ items }, keys) {
    const seen = indexByKey(items);
    return keys.filter((key) => !seen.has(key));
}
function isListCheaper(first, keys) {
    const { length, totalCount = length } = first;
    const pages = length === 0 ? 1 : Math.ceil(totalCount / length);
    return pages - 1 <= listMissing(first, keys).length;
}
function findListed(keys, { items, isComplete }, lists) {
    const listed = indexByKey(items);
    const spellings = new Set([...listed.keys()].map((key) => key.toLowerCase()));
    const unsure = keys.filter((key) => !listed.has(key) && (!isComplete || spellings.has(key.toLowerCase())));
    return readSingly(unsure, listed, lists);
}
async function readSingly(keys, seen, lists) {
    const observed = new Map(seen);
    await Promise.all(keys.map(async (key) => {
        const group = await lists.readGroup(key);
        if (group !== undefined) {
            observed.set(key, group);
        }
    }));
    return observed;
}

;// CONCATENATED MODULE: ./build/reconcile/read-catalog.js


const EMPTY_CATALOG = { projects: [] };
async function readCatalog(entries, lists, onPart) {
    const needs = entries.map(findCatalogNeed);
    const isListed = needs.some((need) => need.kind === 'lists' && need.needsProjectList);
    const projects = isListed ? await lists.readProjects() : undefined;
    const listed = projects?.items;
    const needsNames = needs.some((need) => (need.kind === 'lists' && need.needsProjectNames) ||
        (need.kind === 'names' && need.needsProjectName));
    const named = needs.flatMap(listNamedProjects);
    const selected = (listed ?? [])
        .map(({ key }) => key)
        .filter((key) => entries.some((entry) => needsEnvironmentsOf(entry, key)));
    const read = await Promise.all([...new Set([...named, ...selected])].map((key) => {
        const expected = entries.flatMap((entry) => listExpectedEnvironments(entry, key));
        return readProject(key, { listed, needsNames, expected, onPart }, lists);
    }));
    return {
        projects: read.flatMap((found) => (found.kind === 'found' ? [found.project] : [])),
        otherProjects: [
            ...(listed ?? []).map(({ key }) => key).filter((key) => !selected.includes(key)),
            ...read.flatMap((found) => (found.kind === 'missing' ? found.projects : [])),
        ],
        incompleteLists: [
            ...(projects === undefined ? [] : findGap(projects)),
            ...read.flatMap((found) => (found.kind === 'found' ? found.gap : [])),
        ],
    };
}
function listExpectedEnvironments(entry, projectKey) {
    return entry.kind === 'present' &&
        findCatalogNeed(entry).kind !== 'none' &&
        (0,inputs_selector/* selects */.ko)(entry.template.project, projectKey)
        ? (0,inputs_selector/* listExactKeys */.is)(entry.template.environment)
        : [];
}
function listNamedProjects(need) {
    switch (need.kind) {
        case 'none':
            return [];
        case 'names':
            return [need.projectKey];
        case 'lists':
            return need.projectKeys;
    }
}
async function readProject(key, { listed, needsNames, expected, onPart }, lists) {
    const known = listed?.find((project) => project.key === key);
    const [project, list] = await Promise.all([
        known ?? (needsNames ? lists.readProject(key) : undefined),
        lists.readEnvironments(key, {
            expected,
            onFirstPage: (environments) => onPart({ projects: [{ key, name: known?.name, environments }] }),
        }),
    ]);
    if (list.kind !== 'found') {
        return { kind: 'missing', projects: list.projects };
    }
    const { name } = project ?? (needsNames ? await lists.requireProject(key) : { name: undefined });
    const { environments } = list;
    return {
        kind: 'found',
        project: { key, name, environments: environments.items },
        gap: findGap(environments, key),
    };
}
function findGap({ items, count }, projectKey) {
    const shown = items.length;
    return shown < count ? [{ ...(projectKey !== undefined && { projectKey }), count, shown }] : [];
}
async function readNames(template, lists) {
    const need = findCatalogNeed({ kind: 'present', template });
    if (need.kind !== 'names') {
        return EMPTY_CATALOG;
    }
    const { projectKey, environmentKey } = need;
    const [project, environment] = await Promise.all([
        need.needsProjectName ? lists.requireProject(projectKey) : undefined,
        need.needsEnvironmentName ? lists.requireEnvironment(projectKey, environmentKey) : undefined,
    ]);
    const environments = [{ key: environmentKey, name: environment?.name }];
    return { projects: [{ key: projectKey, name: project?.name, environments }] };
}

;// CONCATENATED MODULE: ./build/reconcile/read-account.js



async function readAccount(entries, lists) {
    const readingCatalog = readCatalog(entries, lists, (part) => observation.anticipate(listKeys(entries, part)));
    const observation = beginObservation(entries, lists);
    return { catalog: await readingCatalog, findGroups: observation.find };
}

;// CONCATENATED MODULE: ./build/reconcile/delete-messages.js



function explainForeignDelete(group, target) {
    return {
        code: 'conflict',
        title: errors/* SPECIAL_TITLES */.iN.foreignGroup,
        message: `Insight group "${group.key}" belongs to project "${group.projectKey}", environment "${group.environmentKey}", and not to project "${target.projectKey}", environment "${target.environmentKey}".`,
        nextStep: 'Correct key, project and environment: all three have to name the same group.',
        existing: { group, drift: [] },
    };
}
const TOO_MANY_DELETES_ADVICE = 'Check the entries with state: absent. If all of them are intended, raise max-deletes.';
function explainDeleteLimit(group, max) {
    return {
        code: 'too-many-deletes',
        message: `More of the groups to delete exist than the list of groups showed; max-deletes allows ${max}.`,
        nextStep: TOO_MANY_DELETES_ADVICE,
        existing: { group, drift: [] },
    };
}
function explainNotDeleted(error, group) {
    const common = {
        code: 'unexpected-response',
        serverMessage: quoteApiError(error),
        existing: { group, drift: [] },
    };
    return isOwnError(error)
        ? {
            ...common,
            message: `LaunchDarkly answered the delete of insight group "${group.key}" with 404, but still shows the group.`,
            nextStep: 'The token may be allowed to see the group but not to delete it. Check the permissions of the token.',
        }
        : {
            ...common,
            message: `The delete of insight group "${group.key}" was answered with 404, but not by LaunchDarkly, which still shows the group.`,
            nextStep: 'Check whether a proxy between the runner and LaunchDarkly blocks DELETE requests.',
        };
}
function explainUnknownIdentity(parts, group) {
    return {
        ...parts,
        message: `${parts.message} LaunchDarkly shows a group with this key but not when it was created, so it may be a new one.`,
        nextStep: 'Check the group in LaunchDarkly, and run again if it should be deleted.',
        existing: { group, drift: [] },
    };
}

// EXTERNAL MODULE: ./build/http/http-client.js + 3 modules
var http_client = __nccwpck_require__(6614);
// EXTERNAL MODULE: ./build/parse-json.js
var parse_json = __nccwpck_require__(7098);
// EXTERNAL MODULE: ./build/version.js
var version = __nccwpck_require__(8508);
;// CONCATENATED MODULE: ./build/launchdarkly/transport.js



const HELD = 'HELD';
function openTransport(options) {
    const { token, secrets, observe, ...clientOptions } = options;
    const client = (0,http_client/* openHttpClient */.S)(clientOptions);
    const commonHeaders = {
        authorization: token,
        'ld-api-version': 'beta',
        'user-agent': `${version/* ACTION_NAME */.p}/${version/* VERSION */.x}`,
        accept: 'application/json',
    };
    let attempts = 0;
    return {
        async send(request, signal) {
            const isAborted = signal.aborted;
            attempts += isAborted ? 0 : 1;
            const attempt = attempts;
            const { body, ...rest } = request;
            const content = body === undefined
                ? { headers: commonHeaders }
                : {
                    headers: { ...commonHeaders, 'content-type': 'application/json' },
                    body: JSON.stringify(body),
                };
            const exchange = await client.send({ ...rest, ...content }, signal);
            const result = exchange.kind === 'response'
                ? { ...exchange, body: readJson(exchange.body, secrets) }
                : exchange;
            if (!isAborted) {
                observe({ request, exchange: result, attempt });
            }
            return result;
        },
        close: () => client.close(),
    };
}
function readJson(body, secrets) {
    if (body.kind === 'unreadable') {
        return body;
    }
    const { text } = body;
    const json = (0,parse_json/* parseJson */.q)(text);
    if (!secrets.discover(text, json)) {
        return { kind: 'unreadable', why: 'it holds more secrets than can be redacted' };
    }
    return json === undefined ? body : { kind: 'json', text, json };
}

;// CONCATENATED MODULE: ./build/reconcile/group-requests.js


class GroupRequests {
    #desired;
    #deps;
    #ledger;
    #loop;
    constructor({ desired, deps, ledger, loop }) {
        this.#desired = desired;
        this.#deps = deps;
        this.#ledger = ledger;
        this.#loop = loop;
    }
    async create() {
        for (;;) {
            const { result, sentAt, endedAt } = await this.#loop.attempt('create', () => this.#deps.client.createGroup(this.#desired));
            if (result.kind === 'ok') {
                return { kind: 'applied', group: result.value };
            }
            const unsettled = await this.#findUnsettled(result, 'create', () => {
                this.#ledger.noteCreateInDoubt(sentAt, endedAt);
            });
            if (unsettled !== undefined) {
                return unsettled;
            }
            await this.#loop.retryOrThrow(result, 'create');
        }
    }
    async update(key, patch) {
        for (;;) {
            const { result, endedAt } = await this.#loop.attempt('update', () => this.#deps.client.patchGroup(key, patch));
            if (result.kind === 'ok') {
                return { kind: 'applied', group: result.value };
            }
            if (saysNotFound(result)) {
                return { kind: 'not-found', error: result.error };
            }
            const unsettled = await this.#findUnsettled(result, 'update', () => {
                this.#ledger.noteUpdateInDoubt(endedAt);
            });
            if (unsettled !== undefined) {
                return unsettled;
            }
            await this.#loop.retryOrThrow(result, 'update');
        }
    }
    async delete(key) {
        const { result, endedAt } = await this.#loop.attempt('delete', () => this.#deps.client.deleteGroup(key));
        if (result.kind === 'ok') {
            return { kind: 'gone' };
        }
        if (result.kind === 'rejected' && result.error.status === 404) {
            this.#ledger.noteDeleteInDoubt(endedAt);
            return { kind: 'unconfirmed', error: result.error };
        }
        if (result.kind === 'indeterminate' && result.failure.causeCode === HELD) {
            this.#loop.throwIfStopped();
            return { kind: 'not-deleted' };
        }
        const unsettled = await this.#findUnsettled(result, 'delete', () => {
            this.#ledger.noteDeleteInDoubt(endedAt);
        });
        if (unsettled !== undefined) {
            return unsettled;
        }
        await this.#loop.retryOrThrow(result, 'delete');
        return { kind: 'not-deleted' };
    }
    async #findUnsettled(result, operation, noteInDoubt) {
        const unsettled = asUnsettled(result);
        if (unsettled === undefined) {
            return undefined;
        }
        if (unsettled.kind === 'indeterminate') {
            noteInDoubt();
        }
        this.#loop.throwIfStopped();
        const { retryAfterMs } = result;
        await this.#loop.assertTimeToWait({ ...unsettled, retryAfterMs }, operation);
        return unsettled;
    }
    async read() {
        const { result, sentAt } = await this.#get();
        return result.kind === 'ok'
            ? { group: result.value, staleMs: this.#ledger.staleReadsMs(sentAt) }
            : undefined;
    }
    async observe() {
        const { result, sentAt, endedAt } = await this.#get();
        if (result.kind === 'ok') {
            return { group: result.value, sentAt, endedAt };
        }
        const { error } = result;
        if (!isOwnError(error)) {
            const { diagnosis } = this.#deps;
            const placement = await diagnosis.locateEnvironment();
            if (placement.kind === 'not-launchdarkly') {
                throw this.#loop.fail(await diagnosis.describeApiError(error, 'read', placement));
            }
        }
        return { group: undefined, sentAt, endedAt };
    }
    async #get() {
        for (;;) {
            const { result, sentAt, endedAt } = await this.#loop.attempt('read', () => this.#deps.client.getGroup(this.#desired.key));
            if (result.kind === 'ok') {
                return { result, sentAt, endedAt };
            }
            if (saysNotFound(result)) {
                return { result, sentAt, endedAt };
            }
            await this.#loop.retryOrThrow(result, 'read');
        }
    }
    async assertEnvironmentExists() {
        const { projectKey, environmentKey } = this.#desired;
        for (;;) {
            const { result } = await this.#loop.attempt('check', () => this.#deps.client.getEnvironment(projectKey, environmentKey));
            if (result.kind === 'ok') {
                return;
            }
            if (result.kind === 'rejected' &&
                result.error.status === 403 &&
                !isForeignError(result.error)) {
                return;
            }
            await this.#loop.retryOrThrow(result, 'check');
        }
    }
}
function asUnsettled(result) {
    if (result.kind === 'rejected') {
        const { error } = result;
        return error.status === 409 ? { kind: 'conflict', error } : undefined;
    }
    const { failure } = result;
    return failure.mayHaveBeenProcessed ? { kind: 'indeterminate', failure } : undefined;
}

;// CONCATENATED MODULE: ./build/reconcile/delete-group.js








function deleteGroup(request, deps) {
    return new Deletion(request, deps).run();
}
function isStillThere(current) {
    return current.kind === 'same' || current.kind === 'unknown';
}
class Deletion {
    #request;
    #deps;
    #ledger = new WriteLedger('absent');
    #loop;
    #requests;
    #differedAt;
    constructor(request, deps) {
        const desired = (0,insight_group/* withoutValues */.lO)(request.target);
        this.#request = request;
        this.#deps = deps;
        this.#loop = new RetryLoop(desired, deps, this.#ledger);
        this.#requests = new GroupRequests({ desired, deps, ledger: this.#ledger, loop: this.#loop });
    }
    async run() {
        const { target, isDryRun, limit } = this.#request;
        const observation = await this.#requests.observe();
        const { group } = observation;
        if (group === undefined) {
            return { kind: 'absent', group: undefined, drift: [] };
        }
        this.#loop.noteObserved({ group, drift: [] });
        if (!isInPlace(group, target)) {
            throw this.#loop.fail(explainForeignDelete(group, target));
        }
        if (isDryRun) {
            return { kind: 'would-delete', group, drift: [] };
        }
        if (limit !== undefined && !limit.take()) {
            throw this.#loop.fail(explainDeleteLimit(group, limit.max));
        }
        return this.#delete({ group, observation });
    }
    async #delete(found) {
        for (;;) {
            const result = await this.#requests.delete(found.group.key);
            if (result.kind === 'gone') {
                return { kind: 'deleted', group: found.group, drift: [] };
            }
            const current = await this.#resolve(result, found);
            if (!isStillThere(current)) {
                return this.#conclude(found.group, current.group);
            }
        }
    }
    async #resolve(result, found) {
        switch (result.kind) {
            case 'not-deleted':
                return this.#readCurrent(found);
            case 'conflict':
                await this.#loop.wait(result, 'delete');
                return this.#readCurrent(found);
            case 'unconfirmed': {
                const current = isOwnError(result.error)
                    ? await this.#confirmGone(found)
                    : await this.#readCurrent(found);
                if (isStillThere(current)) {
                    throw this.#loop.fail(explainNotDeleted(result.error, current.group));
                }
                return current;
            }
            case 'indeterminate': {
                const first = await this.#observe(found);
                const settled = this.#settle(first, found);
                if (settled !== undefined && !isStillThere(settled)) {
                    return settled;
                }
                await this.#loop.wait(result, 'delete');
                const current = await this.#readCurrent(found);
                if (current.kind === 'unknown') {
                    const failure = this.#deps.diagnosis.describeFailure(result.failure, 'delete');
                    throw this.#loop.fail(explainUnknownIdentity(failure, current.group));
                }
                return current;
            }
        }
    }
    async #confirmGone(found) {
        try {
            const current = await this.#readCurrent(found);
            return current.kind === 'unknown' ? { ...current, kind: 'replaced' } : current;
        }
        catch (error) {
            if (error instanceof errors/* ActionError */.lZ) {
                return { kind: 'none', group: undefined };
            }
            throw error;
        }
    }
    async #readCurrent(found) {
        for (;;) {
            const observation = await this.#observe(found);
            const current = this.#settle(observation, found);
            if (current !== undefined) {
                return current;
            }
            this.#loop.noteObserved({ group: observation.group ?? found.group, drift: [] });
            const staleMs = this.#staleMs(observation, found);
            await this.#loop.waitBriefly(staleMs, { kind: 'stale-read' }, 'read');
        }
    }
    async #observe(found) {
        const observation = await this.#requests.observe();
        const { group, endedAt } = observation;
        if (group === undefined || identify(group, found.group) === 'replaced') {
            this.#differedAt = endedAt;
        }
        return observation;
    }
    #settle(observation, found) {
        if (this.#staleMs(observation, found) > 0) {
            return undefined;
        }
        const { group } = observation;
        return group === undefined
            ? { kind: 'none', group }
            : { kind: identify(group, found.group), group };
    }
    #staleMs({ group, sentAt }, found) {
        const identity = group && identify(group, found.group);
        if (identity === 'same' || identity === 'unknown') {
            return Math.max(this.#ledger.staleReadsMs(sentAt), this.#lagAfter(this.#differedAt, sentAt));
        }
        const { createdAt } = found.group;
        if (createdAt !== undefined) {
            if (group?.createdAt !== undefined && group.createdAt > createdAt) {
                return 0;
            }
            const sent = this.#loop.serverClock.timeAt(sentAt);
            if (sent !== undefined && sent.earliestMs >= createdAt + READ_LAG_MS) {
                return 0;
            }
        }
        return this.#lagAfter(found.observation.endedAt, sentAt);
    }
    #lagAfter(moment, sentAt) {
        return moment === undefined
            ? 0
            : Math.max(0, READ_LAG_MS - (sentAt.uptimeMs - moment.uptimeMs));
    }
    #conclude(group, successor) {
        const common = { drift: [], ...(successor !== undefined && { successor }) };
        return this.#ledger.isDeleteInDoubt
            ? { kind: 'deleted', group, ...common }
            : { kind: 'absent', group: undefined, ...common };
    }
}
function isInPlace(group, { projectKey, environmentKey }) {
    return isSameKey(group.projectKey, projectKey) && isSameKey(group.environmentKey, environmentKey);
}
function identify(current, found) {
    if (!isInPlace(current, found)) {
        return 'replaced';
    }
    if (current.createdAt === undefined || found.createdAt === undefined) {
        return 'unknown';
    }
    return current.createdAt === found.createdAt ? 'same' : 'replaced';
}

;// CONCATENATED MODULE: ./build/reconcile/update-check.js


function checkUpdate({ desired, found, drift, updated }) {
    const requested = new Set(drift.map(({ field }) => field));
    const isRequested = ({ field }) => requested.has(field);
    const changes = diffGroups(found, updated);
    const change = changes.some(isRequested) ? 'requested-fields' : 'other-fields';
    return {
        change: changes.length === 0 ? 'none' : change,
        refused: diffGroups(desired, updated).filter(isRequested),
        next: planExisting(desired, updated, 'update'),
    };
}

;// CONCATENATED MODULE: ./build/reconcile/reconcile-group.js










function ensureGroup(request, deps) {
    const reconciler = new Reconciler(request, deps);
    return request.isDryRun ? reconciler.plan() : reconciler.apply();
}
class Reconciler {
    #request;
    #deps;
    #ledger = new WriteLedger();
    #loop;
    #requests;
    #streak = new ConflictStreak();
    #notUpdatable;
    constructor(request, deps) {
        const desired = request.desired;
        this.#request = request;
        this.#deps = deps;
        this.#loop = new RetryLoop(desired, deps, this.#ledger);
        this.#requests = new GroupRequests({ desired, deps, ledger: this.#ledger, loop: this.#loop });
    }
    async apply() {
        const existing = this.#request.isListed ? await this.#resolveExisting() : undefined;
        if (existing !== undefined) {
            return this.#annotate(existing);
        }
        for (;;) {
            const created = await this.#requests.create();
            if (created.kind === 'applied') {
                const { group } = created;
                this.#ledger.clearCreates();
                const drift = diffGroups(this.#request.desired, group);
                return this.#annotate({ kind: 'created', group, drift });
            }
            const outcome = await this.#resolveExisting();
            if (outcome !== undefined) {
                return this.#annotate(outcome);
            }
            await this.#backOffOrGiveUp(created);
        }
    }
    async plan() {
        const { desired, ifExists, isEnvironmentKnown } = this.#request;
        const read = await this.#requests.read();
        const plan = planChange(desired, read?.group, ifExists);
        if (plan.kind === 'conflict') {
            throw this.#conflict(plan);
        }
        if (plan.kind === 'create' && !isEnvironmentKnown) {
            await this.#requests.assertEnvironmentExists();
        }
        return this.#annotate(toOutcome(plan));
    }
    async #resolveExisting() {
        for (;;) {
            const read = await this.#requests.read();
            if (read === undefined) {
                this.#notUpdatable = undefined;
                this.#loop.noteObserved(undefined);
                return undefined;
            }
            const { group, staleMs } = read;
            this.#loop.noteObserved({ group, drift: diffGroups(this.#request.desired, group) });
            if (staleMs === 0 || this.#ledger.findMaker(group, this.#loop.serverClock) === 'this-run') {
                return this.#settle(group);
            }
            await this.#loop.waitBriefly(staleMs, { kind: 'stale-read' }, 'read');
        }
    }
    async #settle(group) {
        const { desired, ifExists } = this.#request;
        this.#streak.end('hidden');
        this.#ledger.noteGroupSeen(group, this.#loop.serverClock);
        const maker = this.#ledger.findMaker(group, this.#loop.serverClock);
        if (maker === 'others') {
            this.#ledger.clearCreates();
        }
        const plan = planExisting(desired, group, ifExists);
        const isEqual = diffGroups(desired, group).length === 0;
        const updatedFrom = this.#ledger.findUpdated(group, this.#loop.serverClock);
        if (isEqual && updatedFrom !== undefined) {
            return { kind: 'updated', group, drift: diffGroups(desired, updatedFrom) };
        }
        if (isEqual && maker === 'this-run') {
            this.#ledger.clearCreates();
            return { kind: 'created', group, drift: [] };
        }
        switch (plan.kind) {
            case 'none':
            case 'keep':
                return toOutcome(plan);
            case 'update':
                return this.#update(plan);
            case 'conflict':
                throw this.#conflict(plan);
        }
    }
    async #update(first) {
        const found = first.group;
        this.#ledger.beginUpdate(found);
        let plan = first;
        for (;;) {
            const updated = await this.#requests.update(found.key, plan.patch);
            switch (updated.kind) {
                case 'not-found':
                    this.#ledger.noteGroupGone();
                    this.#notUpdatable = { error: updated.error, group: found };
                    return undefined;
                case 'applied': {
                    this.#notUpdatable = undefined;
                    const { scores, scoreMetadata } = found;
                    const group = { ...updated.group, scores, scoreMetadata };
                    const next = this.#reviewUpdate({ ...plan, group: found }, group);
                    if (next === undefined) {
                        return { kind: 'updated', group, drift: first.drift };
                    }
                    this.#loop.noteObserved(next);
                    await this.#loop.wait({ kind: 'overtaken' }, 'update');
                    plan = next;
                    break;
                }
                case 'conflict':
                case 'indeterminate': {
                    const read = await this.#requests.read();
                    if (read === undefined) {
                        this.#loop.noteObserved(undefined);
                        return undefined;
                    }
                    const next = planExisting(this.#request.desired, read.group, 'update');
                    if (next.kind !== 'update') {
                        return this.#settle(read.group);
                    }
                    this.#loop.noteObserved(next);
                    await this.#loop.wait(updated, 'update');
                    plan = next;
                }
            }
        }
    }
    #reviewUpdate({ group: found, drift }, updated) {
        const { desired } = this.#request;
        const { change, refused, next } = checkUpdate({ desired, found, drift, updated });
        if (next.kind !== 'update' && next.kind !== 'conflict') {
            return undefined;
        }
        if (change === 'requested-fields') {
            this.#ledger.notePartialUpdate(this.#deps.now());
        }
        else if (change === 'other-fields') {
            this.#ledger.noteUpdateInDoubt(this.#deps.now());
        }
        if (next.kind === 'conflict') {
            throw this.#conflict(next);
        }
        if (refused.length > 0) {
            throw this.#loop.fail(explainRefusedUpdate(next, refused, change));
        }
        return next;
    }
    async #backOffOrGiveUp(created) {
        if (created.kind === 'indeterminate') {
            return this.#loop.wait(created, 'create');
        }
        const nowMs = this.#deps.now().uptimeMs;
        if (this.#notUpdatable !== undefined) {
            const { error, group } = this.#notUpdatable;
            const isStuck = this.#streak.count('not-updatable', nowMs);
            if (this.#streak.isRepeated) {
                this.#ledger.noteGroupSeen(group, this.#loop.serverClock);
            }
            if (isStuck) {
                throw this.#loop.fail(explainNotUpdatable(this.#request.desired.key, error));
            }
            return this.#loop.wait({ kind: 'not-updatable', error }, 'create');
        }
        if (this.#streak.count('hidden', nowMs)) {
            throw this.#loop.fail(explainHiddenGroup(this.#request.desired.key, created.error));
        }
        return this.#loop.wait(created, 'create');
    }
    async #annotate(outcome) {
        const unknownApplications = setsApplications(outcome)
            ? await this.#deps.diagnosis.findUnknownApplications()
            : [];
        return {
            ...outcome,
            ...(this.#ledger.isCreateInDoubt && { mayHaveBeenCreated: true }),
            ...(unknownApplications.length > 0 && { unknownApplications }),
        };
    }
    #conflict(plan) {
        return this.#loop.fail(explainConflict(plan, this.#request.desired));
    }
}

;// CONCATENATED MODULE: ./build/reconcile/tasks.js





function ensureTask(desired, options) {
    const { ifExists, isDryRun, depsFor } = options;
    return {
        target: desired,
        run: () => ensureGroup({ desired, ifExists, isDryRun }, depsFor(desired)),
    };
}
function plannedTasks(planned, options) {
    const checks = new Map();
    const trust = new ListTrust();
    return planned.map((group) => {
        const { desired, plan, isEnvironmentKnown } = group;
        if (plan.kind === 'none' || plan.kind === 'keep') {
            return { target: desired, needsNoRequest: true, run: async () => toOutcome(plan) };
        }
        if (!options.isDryRun) {
            return { target: desired, run: () => ensurePlanned(group, options) };
        }
        const show = async (isKnown) => {
            if (isKnown && trust.isEarned && plan.kind !== 'conflict') {
                return showPlan(plan, options.depsFor(desired));
            }
            const outcome = await ensurePlanned({ ...group, isEnvironmentKnown: isKnown }, options);
            trust.observe(outcome.kind === expectOutcome(plan));
            return outcome;
        };
        const isChecked = plan.kind !== 'create' || isEnvironmentKnown;
        return {
            target: desired,
            run: () => (isChecked ? show(true) : checkOnce(desired, checks, show)),
        };
    });
}
function ensurePlanned({ desired, plan, isEnvironmentKnown }, { ifExists, isDryRun, depsFor }) {
    const isListed = plan.kind !== 'create';
    return ensureGroup({ desired, ifExists, isDryRun, isListed, isEnvironmentKnown }, depsFor(desired));
}
const TRUSTED_AFTER = 20;
class ListTrust {
    #agreements = 0;
    get isEarned() {
        return this.#agreements >= TRUSTED_AFTER;
    }
    observe(agrees) {
        this.#agreements = agrees ? this.#agreements + 1 : 0;
    }
}
async function showPlan(plan, deps) {
    const outcome = toOutcome(plan);
    return setsApplications(outcome)
        ? { ...outcome, unknownApplications: await deps.diagnosis.findUnknownApplications() }
        : outcome;
}
async function checkOnce({ projectKey, environmentKey }, checks, plan) {
    const environment = `${projectKey}/${environmentKey}`;
    const check = checks.get(environment);
    if (check !== undefined) {
        return plan(await check);
    }
    const first = plan(false);
    checks.set(environment, first.then(({ kind }) => kind === 'would-create', () => false));
    return first;
}
function deleteTask(target, options) {
    const { isDryRun, depsFor, limit } = options;
    return {
        target,
        run: () => deleteGroup({ target, isDryRun, limit }, depsFor((0,insight_group/* withoutValues */.lO)(target))),
    };
}

;// CONCATENATED MODULE: ./build/report/comment-identity.js
function identifyGroupComment(origin, { projectKey, key }) {
    return [origin, { project: projectKey.toLowerCase(), key: key.toLowerCase() }];
}

;// CONCATENATED MODULE: ./build/commands/create.js













const createCommand = {
    name: 'create',
    afterCancellation: 'Re-run the job if you still need the group.',
    readInputs: readCreateInputs,
    mayBeSeveral: ({ template }) => mayBeSeveral(template),
    identifyComment,
    execute: (inputs, context) => mayBeSeveral(inputs.template) ? createSeveral(inputs, context) : createOne(inputs, context),
};
function identifyComment({ server, template }) {
    const { project, environment } = template;
    if (project.kind === 'exact' && environment.kind === 'exact') {
        const key = renderKey(template, project.key, environment.key);
        return identifyGroupComment(server.origin, { projectKey: project.key, key });
    }
    const selectors = [(0,inputs_selector/* formatSelector */.VH)(project), (0,inputs_selector/* formatSelector */.VH)(environment)];
    return [server.origin, 'several', ...selectors, template.key];
}
async function createOne(inputs, context) {
    const { session } = context;
    const lists = new Lists(session);
    const expansion = expand(inputs, await readNames(inputs.template, lists), context);
    const [group] = expansion.groups;
    if (group === undefined) {
        throw new Error('One exact project and environment stand for one group');
    }
    const task = ensureTask(group.desired, { ...inputs, depsFor: session.depsFor });
    return { results: [await applyOne(task)], notices: [] };
}
async function createSeveral(inputs, context) {
    const { session, progress } = context;
    const entry = { kind: 'present', template: inputs.template };
    const { catalog, findGroups } = await readAccount([entry], new Lists(session));
    const expansion = expand(inputs, catalog, context);
    const observed = await findGroups(expansion.groups.map(({ desired }) => desired.key));
    const plan = planEntries(expansion, observed, inputs.ifExists);
    progress.begin(plan.groups.length + plan.missing.length, expectOutcomes(plan));
    for (const result of plan.missing) {
        progress.finish(result);
    }
    const tasks = plannedTasks(plan.groups, { ...inputs, depsFor: session.depsFor });
    const results = await applyAll(tasks, {
        signal: session.signal,
        onResult: (result) => progress.finish(result),
    });
    return {
        results: [...plan.missing, ...results],
        notices: expansion.notices.map(({ message }) => message),
        warnings: catalog.incompleteLists?.map(describeIncompleteList),
    };
}
function expand({ template }, catalog, { source }) {
    const expansion = expandEntries([{ kind: 'present', template }], catalog);
    if (expansion.kind === 'invalid') {
        throw explainProblems(expansion.problems, source.run, 'Nothing was written.');
    }
    source.secrets.exempt(expansion.groups.flatMap(({ desired }) => Object.values(desired).flat()));
    return expansion;
}

;// CONCATENATED MODULE: ./build/inputs/delete-inputs.js





const delete_inputs_SHAPE = {
    key: ruled(inputs_template/* parseKeyTemplate */.lO),
    project: ruled(parseExactKey),
    environment: ruled(parseExactKey),
};
function parseExactKey(text) {
    if (/[*?!,\n]/.test(text)) {
        return (0,rules/* invalid */.Gq)(`"${text}" is not valid; expected one exact key, because nothing is deleted by a pattern or a list`);
    }
    return (0,rules/* parseKey */.Do)(text);
}
function readDeleteInputs(source) {
    const { common, own } = readInputs(source, { defaults: input_defaults/* DELETE_DEFAULTS */.FU, shape: delete_inputs_SHAPE });
    const { project, environment } = own;
    const key = (0,inputs_template/* renderTemplate */.Xm)(own.key, { project, environment });
    return { ...common, group: { key, projectKey: project, environmentKey: environment } };
}

;// CONCATENATED MODULE: ./build/commands/delete.js




const deleteCommand = {
    name: 'delete',
    afterCancellation: 'Re-run the job if the group should still be deleted.',
    readInputs: readDeleteInputs,
    mayBeSeveral: () => false,
    identifyComment: ({ server, group }) => identifyGroupComment(server.origin, group),
    async execute({ group, isDryRun }, { session, source }) {
        source.secrets.exempt(Object.values(group));
        const task = deleteTask(group, { isDryRun, depsFor: session.depsFor });
        return { results: [await applyOne(task)], notices: [] };
    },
};

;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
// EXTERNAL MODULE: ./build/inputs/groups-file-text.js
var groups_file_text = __nccwpck_require__(1845);
;// CONCATENATED MODULE: ./build/inputs/read-groups-file.js



function readGroupsFile(file, workspace) {
    const absolute = external_node_path_namespaceObject.resolve(workspace, file);
    const shown = external_node_path_namespaceObject.relative(workspace, absolute).replaceAll(external_node_path_namespaceObject.sep, '/');
    if (!isInside(workspace, absolute)) {
        return unreadable(file, `"${file}" is outside the workspace; the file has to be in the repository.`);
    }
    try {
        const target = (0,external_node_fs_namespaceObject.realpathSync)(absolute);
        if (!isInside((0,external_node_fs_namespaceObject.realpathSync)(workspace), target)) {
            return unreadable(shown, `"${shown}" is a link that leads out of the workspace.`);
        }
        const descriptor = (0,external_node_fs_namespaceObject.openSync)(target, external_node_fs_namespaceObject.constants.O_RDONLY | (external_node_fs_namespaceObject.constants.O_NONBLOCK ?? 0));
        try {
            return readOpenFile(descriptor, shown);
        }
        finally {
            (0,external_node_fs_namespaceObject.closeSync)(descriptor);
        }
    }
    catch (error) {
        return unreadable(shown, read_groups_file_describeFailure(error, absolute, shown));
    }
}
function readOpenFile(descriptor, shown) {
    const stats = (0,external_node_fs_namespaceObject.fstatSync)(descriptor);
    if (stats.isDirectory()) {
        return unreadable(shown, `"${shown}" is a folder; name a file in it.`);
    }
    if (!stats.isFile()) {
        return unreadable(shown, `"${shown}" is not a regular file.`);
    }
    const buffer = new Uint8Array(groups_file_text/* MAX_FILE_BYTES */.g + 1);
    let length = 0;
    while (length < buffer.length) {
        const bytesRead = (0,external_node_fs_namespaceObject.readSync)(descriptor, buffer, length, buffer.length - length, length);
        if (bytesRead === 0) {
            break;
        }
        length += bytesRead;
    }
    return { kind: 'read', bytes: buffer.subarray(0, length), path: shown };
}
function isInside(folder, file) {
    const relative = external_node_path_namespaceObject.relative(folder, file);
    const isOutside = relative === '..' || relative.startsWith(`..${external_node_path_namespaceObject.sep}`);
    return !(isOutside || external_node_path_namespaceObject.isAbsolute(relative));
}
function read_groups_file_describeFailure(error, absolute, shown) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    switch (code) {
        case 'ENOENT':
            return `There is no file "${shown}" in the workspace. ${explainAbsence(absolute, shown)}`;
        case 'ENOTDIR':
            return `There is no file "${shown}" in the workspace: a part of its path is not a folder.`;
        case 'EISDIR':
            return `"${shown}" is a folder; name a file in it.`;
        case 'EACCES':
        case 'EPERM':
            return `"${shown}" may not be read: the permissions of the file or of a folder forbid it.`;
        case 'ELOOP':
            return `"${shown}" is a link that leads to itself.`;
        default:
            return `"${shown}" cannot be read (${typeof code === 'string' ? code : 'unknown error'}).`;
    }
}
function explainAbsence(absolute, shown) {
    const swap = (name) => name.endsWith('.yml') ? name.replace(/\.yml$/, '.yaml') : name.replace(/\.yaml$/, '.yml');
    const isOther = swap(absolute) !== absolute && (0,external_node_fs_namespaceObject.existsSync)(swap(absolute));
    return isOther
        ? `Did you mean "${swap(shown)}"?`
        : 'Is a step with actions/checkout missing before this one?';
}
function unreadable(shown, message) {
    return { kind: 'unreadable', path: shown, message };
}

;// CONCATENATED MODULE: ./build/inputs/load-groups-file.js


async function loadGroupsFile(file, { workspace, secrets }) {
    const read = readGroupsFile(file, workspace);
    if (read.kind === 'unreadable') {
        throw new errors/* ActionError */.lZ({
            code: 'invalid-file',
            message: `${read.message} No request was made.`,
            nextStep: 'Check the input file: it is a path relative to the workspace.',
        });
    }
    secrets.exempt(new TextDecoder().decode(read.bytes).split('\n'));
    const { parseGroupsFile } = await Promise.all(/* import() */[__nccwpck_require__.e(408), __nccwpck_require__.e(307)]).then(__nccwpck_require__.bind(__nccwpck_require__, 3307));
    const parsed = parseGroupsFile(read.bytes);
    if (parsed.kind === 'invalid') {
        const problems = parsed.problems.map(({ path, message, ...at }) => ({
            ...at,
            message: path === '' ? message : `${path}: ${message}`,
        }));
        throw explainInvalidFile(read.path, problems, 'No request was made.');
    }
    return { path: read.path, entries: parsed.entries };
}
const MAX_LISTED_PROBLEMS = 1_000;
function explainInvalidFile(path, problems, consequence) {
    const listed = problems.slice(0, MAX_LISTED_PROBLEMS);
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const cut = listed.length < problems.length ? `, of which ${listed.length} are listed` : '';
    return new errors/* ActionError */.lZ({
        code: 'invalid-file',
        message: `The groups file ${path} has ${count}${cut}. ${consequence}`,
        nextStep: 'Correct the file and re-run the job.',
        problems: listed.map((problem) => ({ file: path, ...problem })),
    });
}

;// CONCATENATED MODULE: ./build/inputs/sync-inputs.js




const ON_DRIFT = ['report', 'fail'];
const sync_inputs_SHAPE = {
    file: ruled((text) => ((0,rules/* isOneLine */.Pf)(text) ? (0,rules/* valid */.rZ)(text) : (0,rules/* invalid */.Gq)('expected the path of one file'))),
    'on-drift': oneOf(ON_DRIFT),
    'max-deletes': wholeNumber({ min: 0, max: 1_000, what: 'a whole number from 0 to 1000' }),
};
function readSyncInputs(source) {
    const { common, own } = readInputs(source, { defaults: input_defaults/* SYNC_DEFAULTS */.Z4, shape: sync_inputs_SHAPE });
    return { ...common, file: own.file, onDrift: own['on-drift'], maxDeletes: own['max-deletes'] };
}

;// CONCATENATED MODULE: ./build/reconcile/delete-limit.js
class DeleteLimit {
    max;
    #used = 0;
    constructor(max) {
        this.max = max;
    }
    take() {
        this.#used += 1;
        return this.#used <= this.max;
    }
}

;// CONCATENATED MODULE: ./build/commands/sync.js













const syncCommand = {
    name: 'sync',
    afterCancellation: 'Re-run the job to finish the work.',
    readInputs: readSyncInputs,
    mayBeSeveral: () => true,
    findFile: ({ file }) => external_node_path_namespaceObject.posix.normalize(file),
    identifyComment: ({ server, file }) => [server.origin, 'file', external_node_path_namespaceObject.posix.normalize(file)],
    async execute(inputs, context) {
        const { session, source } = context;
        const workspace = source.env['GITHUB_WORKSPACE'] || process.cwd();
        const file = await loadGroupsFile(inputs.file, { workspace, secrets: source.secrets });
        const { catalog, findGroups } = await readAccount(file.entries, new Lists(session));
        const expansion = sync_expand(file, catalog);
        source.secrets.exempt(listRendered(expansion));
        const plan = await planExpansion(expansion, findGroups);
        const notices = describeNotices(file, expansion.notices);
        const warnings = catalog.incompleteLists?.map(describeIncompleteList);
        const expected = expectOutcomes(plan);
        if (inputs.isDryRun) {
            context.progress.begin(expected.length, expected);
            const results = await sync_showPlan(plan, context);
            const deletes = results.filter(({ outcome }) => outcome.kind === 'would-delete');
            const excess = findExcess(deletes, file, inputs.maxDeletes);
            const drift = inputs.onDrift === 'fail' ? findDrift(results) : undefined;
            return { results, notices, warnings, failure: excess ?? drift };
        }
        const deletes = plan.deletes.filter(({ observed }) => observed !== undefined);
        const excess = findExcess(deletes, file, inputs.maxDeletes);
        if (excess !== undefined) {
            throw excess;
        }
        context.progress.begin(expected.length, expected);
        return { results: await applyPlan(plan, inputs.maxDeletes, context), notices, warnings };
    },
};
function sync_expand({ path: file, entries }, catalog) {
    const expansion = expandEntries(entries, catalog);
    if (expansion.kind === 'expanded') {
        return expansion;
    }
    const problems = expansion.problems.map(({ input, message, entry: { source } }) => ({
        line: source?.line ?? 1,
        column: source?.column ?? 1,
        message: `${source?.path ?? 'groups'}.${input}: ${message}`,
    }));
    problems.sort((a, b) => a.line - b.line);
    throw explainInvalidFile(file, problems, 'Nothing was written.');
}
function listRendered({ groups, absent, missing }) {
    return [
        ...groups.flatMap(({ desired }) => [desired.key, desired.name]),
        ...absent.map(({ group }) => group.key),
        ...missing.flatMap(({ key }) => key ?? []),
    ];
}
async function planExpansion(expansion, findGroups) {
    const present = expansion.groups.map(({ desired }) => desired.key);
    const absent = expansion.absent.map(({ group }) => group.key);
    const observed = await findGroups([...present, ...absent]);
    return planEntries(expansion, observed, 'update');
}
async function sync_showPlan(plan, { session, progress }) {
    const options = { ifExists: 'update', isDryRun: true, depsFor: session.depsFor };
    const tasks = [
        ...plannedTasks(plan.groups, options),
        ...plan.deletes.map(({ target }) => deleteTask(target, options)),
    ];
    for (const _ of plan.missing) {
        progress.advance();
    }
    const onResult = () => progress.advance();
    const results = [
        ...plan.missing,
        ...(await applyAll(tasks, { signal: session.signal, onResult })),
    ];
    for (const result of results) {
        progress.show(result);
    }
    return results;
}
async function applyPlan(plan, maxDeletes, { session, progress }) {
    const options = { ifExists: 'update', isDryRun: false, depsFor: session.depsFor };
    const onResult = (result) => progress.finish(result);
    const applyOptions = { signal: session.signal, onResult };
    plan.missing.forEach(onResult);
    const written = await applyAll(plannedTasks(plan.groups, options), applyOptions);
    const results = [...plan.missing, ...written];
    const limit = new DeleteLimit(maxDeletes);
    const deletions = plan.deletes.map(({ target }) => deleteTask(target, { ...options, limit }));
    if (results.every(isSuccess)) {
        return [...results, ...(await applyAll(deletions, applyOptions))];
    }
    const skipped = deletions.map(skip);
    skipped.forEach(onResult);
    return [...results, ...skipped];
}
function isSuccess({ outcome }) {
    return outcome.kind !== 'failed' && outcome.kind !== 'skipped';
}
function skip({ target }) {
    return { target, outcome: SKIPPED };
}
function findExcess(existing, file, maxDeletes) {
    if (existing.length <= maxDeletes) {
        return undefined;
    }
    const groups = existing.length === 1 ? '1 existing group' : `${existing.length} existing groups`;
    return new errors/* ActionError */.lZ({
        code: 'too-many-deletes',
        message: `The groups file ${file.path} asks to delete ${groups}; max-deletes allows ${maxDeletes}. Nothing was written.`,
        nextStep: TOO_MANY_DELETES_ADVICE,
        details: existing.map(({ target }) => `To delete: ${target.key}`),
    });
}
function findDrift(results) {
    const count = results.filter(({ outcome }) => outcome.kind.startsWith('would-')).length;
    if (count === 0 || !results.every(isSuccess)) {
        return undefined;
    }
    const groups = count === 1 ? '1 insight group differs' : `${count} insight groups differ`;
    return new errors/* ActionError */.lZ({
        code: 'drift',
        message: `${groups} from the groups file. This was a dry run: nothing was written.`,
        nextStep: 'Apply the file, or change it to match LaunchDarkly.',
    });
}
const MAX_NOTICES = 9;
function describeNotices({ path: file, entries }, notices) {
    if (entries.length === 0) {
        return [`The groups file ${file} has no groups.`];
    }
    const shown = notices
        .slice(0, MAX_NOTICES)
        .map(({ message, entry: { source } }) => `${file}:${source?.line ?? 1}: ${message}`);
    const hidden = notices.slice(MAX_NOTICES);
    const lines = hidden.map(({ entry: { source } }) => source?.line ?? 1).join(', ');
    const more = hidden.length === 1
        ? `1 more pattern matches nothing, on line ${lines}.`
        : `${hidden.length} more patterns match nothing, on lines ${lines}.`;
    return hidden.length === 0 ? shown : [...shown, `${file}: ${more}`];
}

// EXTERNAL MODULE: ./build/report/describe.js
var describe = __nccwpck_require__(3614);
// EXTERNAL MODULE: ./build/report/outcome-notes.js
var outcome_notes = __nccwpck_require__(2147);
;// CONCATENATED MODULE: ./build/report/log-results.js


function logReport(report, log) {
    const { isSingle, isDryRun, results, failure, notices, warnings = [] } = report;
    for (const warning of warnings) {
        log.warning('A list is incomplete', warning);
    }
    for (const notice of notices) {
        log.notice('Nothing matched', notice);
    }
    if (isSingle) {
        for (const result of results) {
            logOnly(result, log);
        }
    }
    const logNote = suppressRepeats((title, text) => log.warning(title, text));
    for (const result of results) {
        logAttention(result, report, log);
        for (const { title, text } of (0,outcome_notes/* describeNotes */.N)(result.outcome)) {
            logNote(title, text);
        }
    }
    if (failure !== undefined) {
        logFailure(failure, report, log);
    }
    if (!isSingle && results.length > 0) {
        const counts = (0,describe/* describeCounts */.wv)(results);
        log.info(isDryRun ? `Dry run, nothing was written: ${counts}.` : `Done: ${counts}.`);
    }
}
function suppressRepeats(write) {
    const written = new Set();
    return (title, text) => {
        if (!written.has(text)) {
            written.add(text);
            write(title, text);
        }
    };
}
function logChange({ target, outcome }, log) {
    const group = outcome.group ?? target;
    switch (outcome.kind) {
        case 'created':
            log.info(`Created ${nameGroup(group)}.`);
            return;
        case 'updated':
            log.info(`Updated ${nameGroup(group)}. ${formatDrift(outcome, 'change')}`);
            return;
        case 'deleted':
            log.info(`Deleted ${nameGroup(group)}.`);
            return;
        case 'would-create':
            log.info(`+ create ${nameGroup(group)}`);
            return;
        case 'would-update':
            log.info(`~ update ${nameGroup(group)}. ${formatDrift(outcome, 'change')}`);
            return;
        case 'would-delete':
            log.info(`- delete ${nameGroup(group)}`);
            return;
        case 'unchanged':
        case 'absent':
        case 'kept':
        case 'failed':
        case 'skipped':
            return;
    }
}
function logOnly(result, log) {
    const { target, outcome } = result;
    const group = outcome.group ?? target;
    switch (outcome.kind) {
        case 'created':
            log.info(`Created ${describeGroup(group)}.`);
            return;
        case 'updated':
        case 'deleted':
            logChange(result, log);
            return;
        case 'unchanged':
            log.info(`Insight group "${group.key}" exists and matches the request.${outcome.mayHaveBeenCreated ? '' : ' Nothing was written.'}`);
            return;
        case 'absent':
            log.info(`Insight group "${group.key}" does not exist: there is nothing to delete.`);
            return;
        case 'would-create':
            log.info(`Dry run: would create ${describeGroup(group)}. Nothing was written.`);
            return;
        case 'would-update':
            log.info(`Dry run: would update ${nameGroup(group)}. ${formatDrift(outcome, 'change')} Nothing was written.`);
            return;
        case 'would-delete':
            log.info(`Dry run: would delete ${nameGroup(group)}. Nothing was deleted.`);
            return;
        case 'kept':
        case 'failed':
        case 'skipped':
            return;
    }
}
function logAttention({ outcome }, report, log) {
    switch (outcome.kind) {
        case 'failed':
            logFailure(outcome.error, report, log);
            return;
        case 'kept': {
            const verb = report.isDryRun ? 'would be' : 'was';
            log.warning('The insight group differs from the request', `Insight group "${outcome.group.key}" ${verb} kept as it is (if-exists: keep). ${formatDrift(outcome, 'state')}`);
            return;
        }
        case 'created':
            if (outcome.drift.length > 0) {
                const name = report.isSingle ? '' : `Insight group "${outcome.group.key}": `;
                log.warning('LaunchDarkly stored different values than requested', `${name}${formatDrift(outcome, 'state')}`);
            }
            return;
        case 'unchanged':
        case 'updated':
        case 'deleted':
        case 'absent':
        case 'would-create':
        case 'would-update':
        case 'would-delete':
        case 'skipped':
            return;
    }
}
function logFailure(error, { helpUrl }, log) {
    if (error.details.length > 0) {
        log.group('Details', error.details);
    }
    if (error.cause !== undefined) {
        log.debug(`Cause: ${describeCause(error.cause)}`);
    }
    const help = helpUrl(error.title);
    const next = `Next: ${error.nextStep}${help === undefined ? '' : ` See ${help}`}`;
    if (error.problems.length > 0) {
        for (const { file, line, column, message } of error.problems) {
            const text = `${message} (line ${line}, column ${column})`;
            log.failure(error.title, [text], { file, startLine: line, startColumn: column });
        }
        log.fail(`${error.message} ${next}`);
        return;
    }
    log.failure(error.title, [
        error.message,
        ...error.reasons.map(({ attribute, reason }) => attribute === '' ? `- ${reason}` : `- ${attribute}: ${reason}`),
        ...(0,describe/* describeDrift */.ZP)(error.existing?.drift ?? [], 'state', FORMAT).map((line) => `- ${line}`),
        ...(error.serverMessage === undefined ? [] : [error.serverMessage]),
        next,
    ]);
}
const FORMAT = { name: (name) => `"${name}"`, key: (key) => key };
function formatDrift({ drift }, tense) {
    return (0,describe/* describeDrift */.ZP)(drift, tense, FORMAT)
        .map((line) => `${line}.`)
        .join(' ');
}
function nameGroup({ key, projectKey, environmentKey }) {
    return `insight group "${key}" of project "${projectKey}", environment "${environmentKey}"`;
}
function describeGroup({ key, name, projectKey, environmentKey, applicationKeys }) {
    return `insight group "${key}" ("${name}") for project "${projectKey}", environment "${environmentKey}", ${describeApplications(applicationKeys ?? [])}`;
}
function describeApplications(keys) {
    const listed = (0,describe/* listApplications */.iB)(keys, FORMAT);
    if (keys.length === 0) {
        return listed;
    }
    return `${keys.length === 1 ? 'application' : 'applications'} ${listed}`;
}
function describeCause(cause) {
    return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

// EXTERNAL MODULE: ./build/reconcile/group-result.js
var group_result = __nccwpck_require__(416);
;// CONCATENATED MODULE: ./build/report/group-values.js

function describeResult({ target, outcome }) {
    const group = outcome.group ?? target;
    return {
        key: group.key,
        name: group.name ?? '',
        projectKey: group.projectKey,
        environmentKey: group.environmentKey,
        applicationKeys: group.applicationKeys ?? [],
        createdAt: formatTime(outcome.group?.createdAt),
        outcome: outcome.kind,
        drift: outcome.drift,
        errorCode: outcome.kind === 'failed' ? outcome.error.code : '',
        message: outcome.kind === 'failed' ? outcome.error.message : '',
    };
}
function describeScore(overall) {
    return overall === undefined || (0,insight_group/* isWithoutScore */.Ff)(overall) ? '' : String(overall.score);
}
function pickScores(scores) {
    return Object.fromEntries(insight_group/* METRICS */.Cb.flatMap((metric) => {
        const score = scores?.[metric];
        return score === undefined ? [] : [[metric, pickScore(score)]];
    }));
}
function pickScore(score) {
    const { indicator } = score;
    return (0,insight_group/* isWithoutScore */.Ff)(score)
        ? { score: null, indicator, change: null }
        : { score: score.score, indicator, change: (0,insight_group/* findChange */.YC)(score) ?? null };
}
function pickPublicFields(group) {
    const { key, name, projectKey, environmentKey, applicationKeys, createdAt } = group;
    return {
        key,
        name,
        projectKey,
        environmentKey,
        applicationKeys,
        ...(createdAt !== undefined && { createdAt: formatTime(createdAt) }),
    };
}
function formatTime(epochMs) {
    return epochMs === undefined ? '' : new Date(epochMs).toISOString();
}

;// CONCATENATED MODULE: ./build/report/run-report.js
function listErrors({ failure, results }) {
    return [
        ...(failure === undefined ? [] : [failure]),
        ...results.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : [])),
    ];
}

;// CONCATENATED MODULE: ./build/report/outputs.js




const GROUP = {
    key: ({ group }) => group?.key ?? '',
    name: ({ group }) => group?.name ?? '',
    project: ({ group }) => group?.projectKey ?? '',
    environment: ({ group }) => group?.environmentKey ?? '',
    applications: ({ group }) => (group ? JSON.stringify(group.applicationKeys) : ''),
    'created-at': ({ group }) => formatTime(group?.createdAt),
    group: ({ group }) => (group ? JSON.stringify(pickPublicFields(group)) : ''),
};
const OUTPUTS = {
    create: {
        outcome: ({ report, only }) => only?.outcome.kind ?? describeOverall(report),
        created: ({ report }) => describeCreated(report),
        ...GROUP,
        'overall-score': ({ group }) => describeScore(group?.scores?.overall),
        'overall-indicator': ({ group }) => group?.scores?.overall?.indicator ?? '',
        scores: ({ group }) => JSON.stringify(pickScores(group?.scores)),
        drift: ({ only }) => JSON.stringify(only?.outcome.drift ?? []),
        groups: ({ report }) => describeGroups(report),
        counts: ({ report }) => describeCounts(report, CREATE_COUNTS),
        'error-code': ({ report }) => findErrorCode(report),
    },
    delete: {
        outcome: ({ only }) => only?.outcome.kind ?? 'failed',
        deleted: ({ report }) => describeDone(report, 'deleted', isWriteInDoubt(report, 'delete')),
        key: ({ only, group }) => group?.key ?? only?.target.key ?? '',
        group: ({ group }) => (group ? JSON.stringify(pickPublicFields(group)) : ''),
        'error-code': ({ report }) => findErrorCode(report),
    },
    sync: {
        outcome: ({ report }) => describeSync(report),
        drift: ({ report }) => describeSyncDrift(report),
        counts: ({ report }) => describeCounts(report, SYNC_COUNTS),
        groups: ({ report }) => describeGroups(report),
        'error-code': ({ report }) => findErrorCode(report),
    },
};
function listOutputNames(command) {
    return Object.keys(OUTPUTS[command]);
}
function describeOutputs(report, redact = (text) => text) {
    const only = report.isSingle ? report.results[0] : undefined;
    const source = { report, only, group: only?.outcome.group };
    return Object.fromEntries(Object.entries(OUTPUTS[report.command]).map(([name, describe]) => {
        const value = describe(source);
        return [name, typeof value === 'string' ? redact(value) : `[${value.map(redact).join(',')}]`];
    }));
}
function writeOutputs(report, secrets) {
    const outputs = describeOutputs(report, (text) => secrets.redact(text));
    for (const [name, value] of Object.entries(outputs)) {
        setOutput(name, value);
    }
}
function overwriteOutcome({ code }) {
    setOutput('outcome', 'failed');
    setOutput('error-code', code);
}
const CHANGES = ['created', 'updated', 'deleted'];
const PLANNED = ['would-create', 'would-update', 'would-delete'];
const CREATE_COUNTS = [
    'created',
    'updated',
    'unchanged',
    'kept',
    'failed',
    'skipped',
    'would-create',
    'would-update',
];
const SYNC_COUNTS = [
    'created',
    'updated',
    'unchanged',
    'deleted',
    'absent',
    'failed',
    'skipped',
    ...PLANNED,
];
function describeOverall(report) {
    if (listErrors(report).length > 0) {
        return 'failed';
    }
    if (hasOutcome(report, ...CHANGES)) {
        return 'changed';
    }
    if (hasOutcome(report, ...PLANNED)) {
        return 'would-change';
    }
    return hasOutcome(report, 'kept') ? 'kept' : 'unchanged';
}
function describeSync(report) {
    if (listErrors(report).some(({ code }) => code !== 'drift')) {
        return 'failed';
    }
    if (hasOutcome(report, ...PLANNED)) {
        return 'drift';
    }
    return hasOutcome(report, ...CHANGES) ? 'changed' : 'in-sync';
}
function describeSyncDrift(report) {
    const isStoredDifferently = report.results.some(({ outcome }) => outcome.kind === 'created' && outcome.drift.length > 0);
    if (isStoredDifferently || hasOutcome(report, ...PLANNED)) {
        return 'true';
    }
    return describeSync(report) === 'failed' ? '' : 'false';
}
function describeCreated(report) {
    const isInDoubt = isWriteInDoubt(report, 'create') ||
        report.results.some(({ outcome }) => 'mayHaveBeenCreated' in outcome && outcome.mayHaveBeenCreated);
    return describeDone(report, 'created', isInDoubt);
}
function describeDone(report, kind, isInDoubt) {
    if (hasOutcome(report, kind)) {
        return 'true';
    }
    return isInDoubt ? '' : 'false';
}
function isWriteInDoubt(report, write) {
    return listErrors(report).some(({ writes }) => writes?.[write] === 'unknown');
}
function findErrorCode(report) {
    return listErrors(report)[0]?.code ?? '';
}
function hasOutcome({ results }, ...kinds) {
    return results.some(({ outcome }) => kinds.includes(outcome.kind));
}
function describeCounts({ results }, kinds) {
    const counts = (0,group_result/* countOutcomes */.X)(results);
    const members = kinds.map((kind) => [
        kind.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
        counts[kind],
    ]);
    return JSON.stringify(Object.fromEntries(members));
}
function describeGroups({ results }) {
    return results.map((result) => JSON.stringify(describeResult(result)));
}

;// CONCATENATED MODULE: ./build/crash-report.js




class CrashReporter {
    #command;
    #secrets;
    #log;
    #error;
    #areOutputsWritten = false;
    constructor(command, secrets, log) {
        this.#command = command;
        this.#secrets = secrets;
        this.#log = log;
    }
    get error() {
        return this.#error;
    }
    noteOutputs() {
        this.#areOutputsWritten = true;
    }
    report(cause) {
        process.exitCode = ExitCode.Failure;
        if (this.#error !== undefined) {
            return;
        }
        const error = (0,errors/* explainUnexpected */.Vv)(cause);
        this.#error = error;
        attempt(() => {
            if (this.#areOutputsWritten) {
                overwriteOutcome(error);
            }
            else {
                writeOutputs(reportCrash(this.#command, error), this.#secrets);
            }
        });
        attempt(() => logFailure(error, { helpUrl: () => undefined }, this.#log));
    }
}
function reportCrash(command, failure) {
    return {
        command,
        isSingle: true,
        isDryRun: false,
        results: [],
        failure,
        notices: [],
        helpUrl: () => undefined,
        origin: undefined,
        requests: 0,
    };
}
function attempt(work) {
    try {
        work();
    }
    catch {
    }
}

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __nccwpck_require__(8474);
;// CONCATENATED MODULE: ./build/deadline.js



const CANCEL_SIGNALS = ['SIGINT', 'SIGTERM'];
function watchCancellation(nextStep) {
    const controller = new AbortController();
    const cancel = () => controller.abort(explainCancel(nextStep));
    for (const name of CANCEL_SIGNALS) {
        process.on(name, cancel);
    }
    return {
        signal: controller.signal,
        release() {
            for (const name of CANCEL_SIGNALS) {
                process.off(name, cancel);
            }
        },
    };
}
function startDeadline(timeoutMs, cancellation, findAdvice = () => '') {
    const controller = new AbortController();
    (0,external_node_events_.setMaxListeners)(0, controller.signal);
    const endsAt = uptimeMs() + timeoutMs;
    const timer = setTimeout(() => controller.abort(explainTimeout(timeoutMs, findAdvice())), timeoutMs);
    const cancel = () => controller.abort(cancellation.reason);
    cancellation.addEventListener('abort', cancel);
    if (cancellation.aborted) {
        cancel();
    }
    return {
        signal: controller.signal,
        remainingMs: () => endsAt - uptimeMs(),
        release() {
            clearTimeout(timer);
            cancellation.removeEventListener('abort', cancel);
            controller.abort(new Error('the run is over'));
        },
    };
}
function explainTimeout(timeoutMs, advice) {
    return new errors/* ActionError */.lZ({
        code: 'timeout',
        message: `LaunchDarkly did not respond within ${timeoutMs / 1_000} s (timeout-seconds).`,
        nextStep: `Run again; raise timeout-seconds if the network is slow. ${advice}`.trim(),
    });
}
function explainCancel(nextStep) {
    return new errors/* ActionError */.lZ({
        code: 'cancelled',
        message: 'The run was cancelled before it was done.',
        nextStep,
    });
}
function sleep(ms, signal) {
    return new Promise((resolve) => {
        const wake = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', wake);
            resolve();
        };
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake);
        if (signal.aborted) {
            wake();
        }
    });
}

;// CONCATENATED MODULE: ./build/inputs/github-context.js


const DEFAULT_API_URL = 'https://api.github.com';
function readGitHubContext(env) {
    const repository = env['GITHUB_REPOSITORY'] ?? '';
    const [owner = '', repo = ''] = repository.split('/');
    const name = env['GITHUB_EVENT_NAME'] ?? '';
    const read = namesPullRequest(name) ? readEvent(env['GITHUB_EVENT_PATH']) : {};
    const event = read ?? {};
    const pullRequest = isPullRequestEvent(name) ? event.pull_request : undefined;
    return {
        repository: owner === '' || repo === '' ? undefined : { owner, repo },
        pullRequestNumber: findPullRequestNumber(name, event, repository),
        isEventReadable: read !== undefined,
        withheldSecrets: findWithheldSecrets({
            event: name,
            isFork: pullRequest !== undefined && pullRequest.head?.repo?.full_name !== repository,
            actor: env['GITHUB_ACTOR'],
        }),
        apiUrl: env['GITHUB_API_URL'] || DEFAULT_API_URL,
        helpUrl: (title) => buildHelpUrl(env, title),
    };
}
function choosePullRequest({ repository, pullRequestNumber, isEventReadable }, requestedNumber) {
    const number = requestedNumber ?? pullRequestNumber;
    if (number === undefined) {
        return { kind: 'none', reason: isEventReadable ? 'no-number' : 'no-event' };
    }
    return repository === undefined
        ? { kind: 'none', reason: 'no-repository' }
        : { kind: 'found', pullRequest: { ...repository, number } };
}
function describeEvent() {
    const repositoryReference = minified/* object */.Ik({ id: minified/* optional */.lq(minified/* int */.Wh()), url: minified/* optional */.lq(minified/* string */.Yj()) });
    const listedPullRequest = minified/* object */.Ik({
        number: minified/* int */.Wh(),
        base: minified/* optional */.lq(minified/* object */.Ik({ repo: minified/* optional */.lq(repositoryReference) })),
    });
    const list = minified/* optional */.lq(minified/* object */.Ik({ pull_requests: minified/* optional */.lq(minified/* array */.YO(listedPullRequest)) }));
    const pullRequest = minified/* object */.Ik({
        number: minified/* int */.Wh(),
        head: minified/* optional */.lq(minified/* object */.Ik({ repo: minified/* nullish */.cl(minified/* object */.Ik({ full_name: minified/* string */.Yj() })) })),
    });
    const issue = minified/* object */.Ik({ number: minified/* int */.Wh(), pull_request: minified/* nullish */.cl(minified/* looseObject */._H({})) });
    return minified/* object */.Ik({
        repository: minified/* catch */.Mf(minified/* optional */.lq(repositoryReference), undefined),
        pull_request: minified/* catch */.Mf(minified/* optional */.lq(pullRequest), undefined),
        issue: minified/* catch */.Mf(minified/* optional */.lq(issue), undefined),
        workflow_run: minified/* catch */.Mf(list, undefined),
        check_run: minified/* catch */.Mf(list, undefined),
        check_suite: minified/* catch */.Mf(list, undefined),
        merge_group: minified/* catch */.Mf(minified/* optional */.lq(minified/* object */.Ik({ head_ref: minified/* string */.Yj() })), undefined),
    });
}
const MERGE_QUEUE_REF = /^(?:refs\/heads\/)?gh-readonly-queue\/.+\/pr-([1-9]\d*)-[0-9a-f]+$/;
const OTHER_EVENTS = new Set([
    'issue_comment',
    'workflow_run',
    'check_run',
    'check_suite',
    'merge_group',
]);
function namesPullRequest(event) {
    return isPullRequestEvent(event) || OTHER_EVENTS.has(event);
}
function isPullRequestEvent(name) {
    return name === 'pull_request' || name.startsWith('pull_request_');
}
function findPullRequestNumber(name, event, repository) {
    if (isPullRequestEvent(name)) {
        return event.pull_request?.number;
    }
    switch (name) {
        case 'issue_comment':
            return event.issue?.pull_request ? event.issue.number : undefined;
        case 'workflow_run':
            return findOnlyNumber(event.workflow_run, event, repository);
        case 'check_run':
            return findOnlyNumber(event.check_run, event, repository);
        case 'check_suite':
            return findOnlyNumber(event.check_suite, event, repository);
        case 'merge_group': {
            const number = MERGE_QUEUE_REF.exec(event.merge_group?.head_ref ?? '')?.[1];
            return number === undefined ? undefined : Number(number);
        }
        default:
            return undefined;
    }
}
function findOnlyNumber(list, event, repository) {
    const ours = (list?.pull_requests ?? []).filter((entry) => isOfRepository(entry.base?.repo, event, repository));
    const [first] = ours;
    return ours.length === 1 ? first?.number : undefined;
}
function isOfRepository(base, { repository: own }, repository) {
    if (base?.id !== undefined && own?.id !== undefined) {
        return base.id === own.id;
    }
    return base?.url === undefined
        ? true
        : base.url.toLowerCase().endsWith(`/repos/${repository.toLowerCase()}`);
}
const EVENTS_WITH_SECRETS = new Set(['issue_comment', 'workflow_run']);
function findWithheldSecrets(run) {
    if (EVENTS_WITH_SECRETS.has(run.event)) {
        return undefined;
    }
    if (run.actor === 'dependabot[bot]') {
        return 'dependabot';
    }
    return run.isFork && run.event !== 'pull_request_target' ? 'fork' : undefined;
}
function readEvent(path) {
    try {
        const event = JSON.parse((0,external_node_fs_namespaceObject.readFileSync)(path ?? '', 'utf8'));
        return minified/* safeParse */.xL(describeEvent(), event).data;
    }
    catch {
        return undefined;
    }
}
const HELP_PAGE = 'docs/troubleshooting.md';
function buildHelpUrl(env, title) {
    const repository = env['GITHUB_ACTION_REPOSITORY'] ?? '';
    const ref = env['GITHUB_ACTION_REF'] ?? '';
    const server = env['GITHUB_SERVER_URL'] ?? '';
    const isKnown = /^[\w.-]+\/[\w.-]+$/.test(repository) &&
        /^[\w./-]+$/.test(ref) &&
        /^https?:\/\/[\w.:-]+$/.test(server);
    return isKnown
        ? `${server}/${repository}/blob/${ref}/${HELP_PAGE}#${toAnchor(title)}`
        : undefined;
}
function toAnchor(heading) {
    return heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-');
}

;// CONCATENATED MODULE: ./build/report/log-messages.js

const ANNOUNCED_WAIT_MS = 3_000;
function logWait({ ms, why }, log) {
    const text = `Trying again in ${(ms / 1_000).toFixed(1)} s: ${why}.`;
    if (ms >= ANNOUNCED_WAIT_MS) {
        log.info(text);
    }
    else {
        log.debug(text);
    }
}
function logRequest(seen, log) {
    const { attempt, method, path, result, elapsedMs } = seen;
    log.debug(`Request ${attempt}: ${method} ${path} ${result} in ${Math.round(elapsedMs)} ms`);
}
function logStart({ total, expected, isDryRun }, log) {
    if (total > 0) {
        const counts = expected.length === 0 ? '' : `: ${(0,describe/* describeKinds */.HG)(expected)}`;
        log.info(`${isDryRun ? 'Planning' : 'Working on'} ${(0,describe/* countGroups */.eq)(total)}${counts}.`);
    }
}
function logProgress(done, total, log) {
    log.info(`${done} of ${total} done.`);
}
const NAME_PULL_REQUEST = 'To comment on a pull request anyway, set the input pr-number to its number.';
function logNoPullRequest(reason, log) {
    switch (reason) {
        case 'no-number':
            log.info('No comment: this run is not for a pull request.');
            log.info(NAME_PULL_REQUEST);
            return;
        case 'no-event':
            log.info("No comment: the event of this run can't be read (GITHUB_EVENT_PATH).");
            log.info(NAME_PULL_REQUEST);
            return;
        case 'no-repository':
            log.info('No comment: GITHUB_REPOSITORY does not name a repository.');
            log.info('The runner sets it to owner/name; check what changes it.');
            return;
    }
}
const COMMENT_FAILED = 'The pull request comment could not be written';
const PERMISSION = 'the job the permission pull-requests: write. On pull requests from forks GitHub withholds it.';
function logCommentResult(result, log) {
    switch (result.kind) {
        case 'created':
            log.info(`Commented on the pull request: ${result.url}`);
            return;
        case 'updated':
            log.info(`Updated the comment on the pull request: ${result.url}`);
            return;
        case 'unchanged':
            log.info('Left the comment on the pull request as it is: nothing changed.');
            return;
        case 'forbidden':
            log.warning(COMMENT_FAILED, `The GitHub token may not write comments. Give ${PERMISSION}`);
            return;
        case 'not-found': {
            const { owner, repo, number } = result.pullRequest;
            log.warning(COMMENT_FAILED, `GitHub shows no pull request ${number} of ${owner}/${repo} to this token (404). Correct the input pr-number if it names another one, or give ${PERMISSION}`);
            return;
        }
        case 'failed':
            log.warning(COMMENT_FAILED, result.why);
            return;
    }
}

;// CONCATENATED MODULE: ./build/progress.js


const PROGRESS_INTERVAL_MS = 10_000;
class ProgressLog {
    #log;
    #isDryRun;
    #now;
    #total = 0;
    #done = 0;
    #saidAt = 0;
    constructor(log, isDryRun, now) {
        this.#log = log;
        this.#isDryRun = isDryRun;
        this.#now = now;
    }
    begin(total, expected = []) {
        this.#total = total;
        this.#saidAt = this.#now();
        logStart({ total, expected, isDryRun: this.#isDryRun }, this.#log);
    }
    finish(result) {
        this.show(result);
        this.advance();
    }
    show(result) {
        logChange(result, this.#log);
    }
    advance() {
        this.#done += 1;
        if (this.#now() - this.#saidAt >= PROGRESS_INTERVAL_MS && this.#done < this.#total) {
            this.#saidAt = this.#now();
            logProgress(this.#done, this.#total, this.#log);
        }
    }
}

// EXTERNAL MODULE: ./build/report/visible-text.js
var visible_text = __nccwpck_require__(269);
;// CONCATENATED MODULE: ./build/report/log.js


class Log {
    #secrets;
    #written = { notice: 0, warning: 0, error: 0 };
    #held = { notice: [], warning: [], error: [] };
    constructor(secrets) {
        this.#secrets = secrets;
    }
    info(text) {
        info(this.#clean(text));
    }
    debug(text) {
        if (isDebug()) {
            debug(this.#clean(text));
        }
    }
    notice(title, text) {
        this.#annotate('notice', { title, message: this.#cleanLines([text]) });
    }
    warning(title, text) {
        this.#annotate('warning', { title, message: this.#cleanLines([text]) });
    }
    failure(title, lines, place) {
        process.exitCode = ExitCode.Failure;
        this.#annotate('error', {
            title,
            message: this.#cleanLines(lines),
            ...(place && { ...place, file: this.#clean(place.file) }),
        });
    }
    fail(text) {
        process.exitCode = ExitCode.Failure;
        this.info(text);
    }
    flush() {
        for (const kind of ['error', 'warning', 'notice']) {
            const [first, ...others] = this.#held[kind].splice(0);
            if (first === undefined) {
                continue;
            }
            if (others.length === 0) {
                write(kind, first);
                continue;
            }
            const message = `${others.length + 1} more are in the log and in the job summary.`;
            write(kind, { title: MORE_TITLES[kind], message });
        }
    }
    #annotate(kind, annotation) {
        this.#written[kind] += 1;
        if (this.#written[kind] < MAX_ANNOTATIONS) {
            write(kind, annotation);
            return;
        }
        const held = this.#held[kind];
        held.push(annotation);
        if (held.length > 1) {
            for (const each of held.length === 2 ? held : [annotation]) {
                info(describeAnnotation(kind, each));
            }
        }
    }
    group(title, lines) {
        startGroup(this.#clean(title));
        for (const line of lines) {
            info(`- ${this.#clean(line)}`);
        }
        endGroup();
    }
    #cleanLines(lines) {
        const clean = (line) => cut(this.#clean(line), MAX_ANNOTATION_LINE_LENGTH);
        const last = lines.slice(-1).map(clean);
        const shown = [];
        let room = MAX_ANNOTATION_LENGTH - last.join('').length - 2;
        for (const line of lines.slice(0, -1)) {
            const cleaned = clean(line);
            room -= cleaned.length + 1;
            if (room < 0) {
                shown.push('…');
                break;
            }
            shown.push(cleaned);
        }
        return [...shown, ...last].join('\n');
    }
    #clean(text) {
        return escapeWorkflowCommands(this.#secrets.redact(text));
    }
}
const MORE_TITLES = {
    notice: 'More notices',
    warning: 'More warnings',
    error: 'More failures',
};
const MAX_ANNOTATIONS = 10;
const MAX_ANNOTATION_LENGTH = 4_096;
const MAX_ANNOTATION_LINE_LENGTH = 1_200;
function write(kind, { message, ...properties }) {
    switch (kind) {
        case 'error':
            error(message, properties);
            return;
        case 'warning':
            warning(message, properties);
            return;
        case 'notice':
            notice(message, properties);
            return;
    }
}
function describeAnnotation(kind, annotation) {
    const { file, startLine, title, message } = annotation;
    const place = file === undefined ? '' : ` ${file}:${startLine}`;
    const word = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    return `${word}${place}: ${title}. ${message.replaceAll('\n', ' ')}`;
}
const MAX_LINE_LENGTH = 3_000;
function escapeWorkflowCommands(text) {
    const escaped = (0,visible_text/* replaceInvisible */.k)(text)
        .replaceAll('##[', '# #[')
        .replace(/^\s*::/u, (start) => start.replace('::', ': :'));
    return cut(escaped, MAX_LINE_LENGTH);
}
function cut(text, maxLength) {
    return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

// EXTERNAL MODULE: ./build/report/summary.js + 5 modules
var summary = __nccwpck_require__(8946);
;// CONCATENATED MODULE: ./build/report/summary-file.js


const MAX_FILE_BYTES = 1024 * 1024;
const MIN_REPORT_BYTES = 2_048;
const GAP = '\n\n';
function appendSummary(file, render) {
    const size = (0,external_node_fs_namespaceObject.statSync)(file, { throwIfNoEntry: false })?.size ?? 0;
    const gap = size === 0 ? '' : GAP;
    const room = MAX_FILE_BYTES - size - gap.length;
    if (room < MIN_REPORT_BYTES) {
        throw new Error('the file has no room for it');
    }
    (0,external_node_fs_namespaceObject.appendFileSync)(file, `${gap}${render(Math.min(room, summary/* MAX_REPORT_BYTES */.WA))}`);
}

;// CONCATENATED MODULE: ./build/secret-encodings.js
const ENCODINGS = {
    raw: (secret) => [secret],
    JSON: (secret) => [JSON.stringify(secret).slice(1, -1)],
    'URL-encoded': encodeForUrls,
    base64: (secret) => encodeBase64(secret).map((form) => form.replaceAll('-', '+').replaceAll('_', '/')),
    base64url: encodeBase64,
    hex: (secret) => [Buffer.from(secret).toString('hex')],
};
function deriveEncodings(secret) {
    return [...new Set(Object.values(ENCODINGS).flatMap((encode) => encode(secret)))];
}
function encodeForUrls(secret) {
    const text = secret.toWellFormed();
    const component = encodeURIComponent(text);
    return [
        encodeURI(text),
        component,
        component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`),
        new URLSearchParams({ '': text }).toString().slice(1),
    ];
}
function encodeBase64(text) {
    const bytes = Buffer.from(text);
    return [0, 1, 2].map((shift) => {
        const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
        const isAligned = (shift + bytes.length) % 3 === 0;
        return shifted.slice(shift === 0 ? 0 : shift + 1, isAligned ? undefined : -1);
    });
}

;// CONCATENATED MODULE: ./build/secret-index.js
const MIN_FORM_LENGTH = 8;
const PIECE_LENGTH = 16;
const BUCKETS = 1 << 16;
class SecretIndex {
    #pieces = new Set();
    #lengths = new Set();
    #isBucketUsed = new Uint8Array(BUCKETS);
    add(form) {
        if (form.length < MIN_FORM_LENGTH) {
            return;
        }
        const folded = foldCase(form);
        const length = Math.min(folded.length, PIECE_LENGTH);
        for (let start = 0; start + length <= folded.length; start += length) {
            this.#addPiece(folded.slice(start, start + length));
        }
        this.#addPiece(folded.slice(-length));
    }
    find(text) {
        const folded = foldCase(text);
        const found = [];
        for (let start = 0; start + MIN_FORM_LENGTH <= folded.length; start += 1) {
            if (this.#isBucketUsed[chooseBucket(folded, start)] === 0) {
                continue;
            }
            for (const length of this.#lengths) {
                const candidate = folded.slice(start, start + length);
                if (this.#pieces.has(candidate)) {
                    found.push({ start, end: start + candidate.length });
                }
            }
        }
        return mergeSpans(found);
    }
    #addPiece(piece) {
        this.#pieces.add(piece);
        this.#lengths.add(piece.length);
        this.#isBucketUsed[chooseBucket(piece, 0)] = 1;
    }
}
function mergeSpans(spans) {
    const merged = [];
    for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
        const last = merged.at(-1);
        if (last !== undefined && start <= last.end) {
            last.end = Math.max(last.end, end);
        }
        else {
            merged.push({ start, end });
        }
    }
    return merged;
}
function foldCase(text) {
    return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
function chooseBucket(text, start) {
    let bucket = 0;
    for (const offset of [0, 3, 5, 7]) {
        bucket = (Math.imul(bucket, 31) + text.charCodeAt(start + offset)) | 0;
    }
    return bucket & (BUCKETS - 1);
}

;// CONCATENATED MODULE: ./build/secret-members.js
const SECRET_NAMES = '(?:api|mobile|sdk)[_-]?key|(?:(?:access|refresh|id|auth)[_-]?)?token|(?:client[_-]?)?secret|password';
const SECRET_MEMBER = new RegExp(`^(?:${SECRET_NAMES})$`, 'i');
const SECRET_MEMBER_IN_TEXT = new RegExp(`"(?:${SECRET_NAMES})"\\s*:\\s*"`, 'gi');
function* findSecretMembers(json) {
    const pending = [
        { value: json, isSecret: false },
    ];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        const { value, isSecret } = next;
        if (typeof value === 'string') {
            yield* isSecret ? [value] : findSecretMembersInText(value);
        }
        else if (Array.isArray(value)) {
            for (const child of value) {
                pending.push({ value: child, isSecret });
            }
        }
        else if (typeof value === 'object' && value !== null) {
            for (const [name, child] of Object.entries(value)) {
                pending.push({ value: child, isSecret: SECRET_MEMBER.test(name) });
            }
        }
    }
}
function* findSecretMembersInText(text) {
    for (const { 0: start, index } of text.matchAll(SECRET_MEMBER_IN_TEXT)) {
        yield unescapeJson(readString(text, index + start.length));
    }
}
function readString(text, start) {
    const mark = /["\\]/g;
    mark.lastIndex = start;
    for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
        if (found[0] === '"') {
            return text.slice(start, found.index);
        }
        mark.lastIndex += 1;
    }
    return text.slice(start);
}
function unescapeJson(written) {
    try {
        return String(JSON.parse(`"${written}"`));
    }
    catch {
        return written;
    }
}

;// CONCATENATED MODULE: ./build/secrets.js



const REDACTED = '***';
const WITHHELD = '[withheld: the text could not be searched for secrets]';
const MIN_SECRET_LENGTH = 8;
const MIN_DISCOVERED_LENGTH = 16;
const MAX_DISCOVERED_MASKS = 32;
const MAX_DISCOVERED = 1_000;
const MAX_DISCOVERED_BY_SHAPE = 200;
const MAX_DISCOVERED_LENGTH = 128 * 1024;
const MAX_TEXT_LENGTH = 1024 * 1024;
const CUT_LENGTH = 64;
const KNOWN_SHAPES = /(?:sdk|mob|api|rel)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])|gh[pousr]_[a-z0-9]{30,}|github_pat_[a-z0-9_]{30,}/gi;
const SEPARATOR = '\0';
class Secrets {
    #mask;
    #index = new SecretIndex();
    #known = new Set();
    #given = new Set();
    #named = new Set();
    #exempt = '';
    #discovered = 0;
    #discoveredLength = 0;
    #discoveredMasks = 0;
    constructor(mask) {
        this.#mask = mask;
    }
    exempt(values) {
        for (const value of values) {
            this.#named.add(foldCase(value));
        }
        this.#updateExempt();
    }
    add(value) {
        const lines = value.split(/[\r\n]/).filter((line) => isLongEnough(line));
        for (const line of lines) {
            if (!this.#known.has(line)) {
                this.#mask(line);
            }
        }
        for (const part of [value, ...lines].filter(isLongEnough)) {
            for (const form of this.#register(part)) {
                this.#given.add(foldCase(form));
            }
        }
        this.#updateExempt();
    }
    discover(text, json) {
        for (const values of [findSecretMembers(json), findSecretMembersInText(text)]) {
            for (const value of values) {
                if (!this.#addDiscovered(value)) {
                    return false;
                }
            }
        }
        for (const [shape] of text.matchAll(KNOWN_SHAPES)) {
            if (this.#discovered >= MAX_DISCOVERED_BY_SHAPE) {
                break;
            }
            this.#addDiscovered(shape);
        }
        return true;
    }
    redact(text) {
        try {
            return text.length > MAX_TEXT_LENGTH
                ? `${this.#replace(text.slice(0, MAX_TEXT_LENGTH)).slice(0, -CUT_LENGTH)}…`
                : this.#replace(text);
        }
        catch {
            return WITHHELD;
        }
    }
    #replace(text) {
        const shapes = [...text.matchAll(KNOWN_SHAPES)].map(({ 0: shape, index }) => ({ start: index, end: index + shape.length }));
        const pieces = [];
        let position = 0;
        for (const { start, end } of mergeSpans([...this.#index.find(text), ...shapes])) {
            if (!this.#isExempt(text.slice(start, end))) {
                pieces.push(text.slice(position, start), REDACTED);
                position = end;
            }
        }
        return [...pieces, text.slice(position)].join('');
    }
    #register(value) {
        if (this.#known.has(value)) {
            return [];
        }
        this.#known.add(value);
        const forms = deriveEncodings(value);
        for (const form of forms) {
            this.#index.add(form);
        }
        return forms;
    }
    #addDiscovered(value) {
        const lines = value.split(/[\r\n]/).map((line) => line.trim());
        return lines
            .filter((line) => line.length >= MIN_DISCOVERED_LENGTH && !this.#known.has(line))
            .every((line) => this.#addDiscoveredLine(line, lines.length === 1));
    }
    #addDiscoveredLine(secret, isMaskable) {
        const isKnownShape = secret.replace(KNOWN_SHAPES, '') === '';
        const limit = isKnownShape ? MAX_DISCOVERED_BY_SHAPE : MAX_DISCOVERED;
        const total = this.#discoveredLength + secret.length;
        const isWithinLimits = this.#discovered < limit && total <= MAX_DISCOVERED_LENGTH;
        if (!isWithinLimits && isKnownShape) {
            return true;
        }
        if (this.#isExempt(secret)) {
            return true;
        }
        if (!isWithinLimits) {
            return false;
        }
        this.#discovered += 1;
        this.#discoveredLength = total;
        if (isMaskable && this.#discoveredMasks < MAX_DISCOVERED_MASKS) {
            this.#discoveredMasks += 1;
            this.#mask(secret);
        }
        this.#register(secret);
        return true;
    }
    #isExempt(text) {
        return this.#exempt.includes(foldCase(text));
    }
    #updateExempt() {
        this.#exempt = [...this.#named]
            .filter((value) => ![...this.#given].some((form) => value.includes(form)))
            .join(SEPARATOR);
    }
}
function isLongEnough(value) {
    return value.trim().length >= MIN_SECRET_LENGTH;
}

// EXTERNAL MODULE: ./build/http/error-codes.js
var error_codes = __nccwpck_require__(1484);
;// CONCATENATED MODULE: ./build/launchdarkly/rate-limit-headers.js

const RATE_LIMIT_SCOPES = ['account', 'token', 'route'];
const HEADERS = {
    account: ['x-ratelimit-global-remaining', 'x-ratelimit-reset'],
    token: ['x-ratelimit-auth-token-remaining', 'x-ratelimit-auth-token-reset'],
    route: ['x-ratelimit-route-remaining', 'x-ratelimit-reset'],
};
const MAX_WINDOW_MS = 60_000;
function readRateLimits(headers, { receivedAt, toLocal, }) {
    return Object.fromEntries(RATE_LIMIT_SCOPES.flatMap((scope) => {
        const [remaining, reset] = HEADERS[scope].map((name) => readCount(headers[name]));
        if (remaining === undefined || reset === undefined) {
            return [];
        }
        const resetsAt = toLocal(reset);
        const aheadMs = resetsAt - receivedAt;
        return aheadMs > 0 && aheadMs <= MAX_WINDOW_MS ? [[scope, { remaining, resetsAt }]] : [];
    }));
}
function parseRateLimitWait(headers, receivedAt) {
    const serverClock = (0,http_backoff/* parseServerClock */.vs)(headers) ?? receivedAt;
    const resets = new Set(RATE_LIMIT_SCOPES.map((scope) => HEADERS[scope][1]));
    return (0,http_backoff/* findLongestWait */.Xb)([
        (0,http_backoff/* parseRetryAfter */.mu)(headers, receivedAt) ?? 0,
        ...[...resets]
            .flatMap((name) => (0,http_backoff/* splitHeader */.GP)(headers[name]))
            .map((value) => (/^\d+$/.test(value) ? Number(value) - serverClock : Number.NaN)),
    ]);
}
function findExhaustedScopes(headers) {
    const exhausted = RATE_LIMIT_SCOPES.filter((scope) => readCount(headers[HEADERS[scope][0]]) === 0);
    return exhausted.length > 0 ? exhausted : ['account'];
}
function readCount(value) {
    return value !== undefined && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
}

;// CONCATENATED MODULE: ./build/launchdarkly/schemas.js

const MAX_EPOCH_MS = 8.64e15;
function loose(schema) {
    return minified/* catch */.Mf(minified/* optional */.lq(schema), undefined);
}
const epochMs = minified/* pipe */.Fs(minified/* union */.KC([minified/* number */.ai(), minified/* string */.Yj().check(minified/* regex */.yG(/^\d{1,16}$/))]), minified/* pipe */.Fs(minified/* transform */.pd(Number), minified/* int */.Wh().check(minified/* minimum */.UM(0), minified/* maximum */.Ph(MAX_EPOCH_MS))));
const nonEmpty = minified/* string */.Yj().check(minified/* minLength */.Bp(1));
const score = {
    score: minified/* number */.ai(),
    indicator: minified/* catch */.Mf(minified/* string */.Yj(), 'unknown'),
};
const metricScore = loose(minified/* object */.Ik({
    ...score,
    indicatorRange: loose(minified/* object */.Ik({ min: minified/* number */.ai(), max: minified/* number */.ai() })),
    aggregateOf: loose(minified/* array */.YO(minified/* string */.Yj())),
    diffVsLastPeriod: loose(minified/* number */.ai()),
    lastPeriod: loose(minified/* object */.Ik(score)),
}));
const period = loose(minified/* object */.Ik({ startTime: epochMs, endTime: epochMs }));
const insightGroup = minified/* object */.Ik({
    key: nonEmpty,
    name: minified/* string */.Yj(),
    projectKey: nonEmpty,
    environmentKey: nonEmpty,
    applicationKeys: minified/* pipe */.Fs(minified/* nullish */.cl(minified/* array */.YO(minified/* string */.Yj())), minified/* transform */.pd((keys) => keys ?? [])),
    createdAt: loose(epochMs),
    scores: loose(minified/* object */.Ik({
        overall: metricScore,
        velocity: metricScore,
        deploymentFrequency: metricScore,
        leadTime: metricScore,
        risk: metricScore,
        deploymentFailureRate: metricScore,
        impactSize: metricScore,
        efficiency: metricScore,
        flagHealth: metricScore,
        experimentationCoverage: metricScore,
        creationRatio: metricScore,
    })),
    scoreMetadata: loose(minified/* object */.Ik({ period, lastPeriod: period })),
});
function parseInsightGroup(json) {
    return minified/* safeParse */.xL(insightGroup, json).data;
}
const failureReason = minified/* object */.Ik({
    attribute: minified/* catch */.Mf(minified/* string */.Yj(), ''),
    reason: minified/* catch */.Mf(minified/* string */.Yj(), ''),
});
const errorBody = minified/* object */.Ik({
    code: loose(minified/* string */.Yj()),
    message: loose(minified/* string */.Yj()),
    id: loose(minified/* string */.Yj()),
    errors: minified/* catch */.Mf(minified/* array */.YO(failureReason), []),
});
function parseErrorBody(json) {
    return minified/* safeParse */.xL(errorBody, json).data ?? { errors: [] };
}
const namedKey = minified/* pipe */.Fs(minified/* object */.Ik({ key: nonEmpty, name: loose(minified/* string */.Yj()) }), minified/* transform */.pd(({ key, name }) => ({ key, name: name ?? key })));
const list = minified/* object */.Ik({
    items: minified/* array */.YO(minified/* unknown */.L5()),
    totalCount: loose(minified/* int */.Wh().check(minified/* minimum */.UM(0))),
    _links: loose(minified/* object */.Ik({ next: loose(minified/* object */.Ik({ href: minified/* string */.Yj() })) })),
});
function parsePage(json, parseItem) {
    const page = minified/* safeParse */.xL(list, json).data;
    return (page && {
        items: page.items.map(parseItem).filter((item) => item !== undefined),
        length: page.items.length,
        totalCount: page.totalCount,
        hasNext: page._links?.next !== undefined,
    });
}
function parseNamedKeyPage(json) {
    return parsePage(json, parseNamedKey);
}
function parseGroupPage(json) {
    return parsePage(json, parseInsightGroup);
}
function parseNamedKey(json) {
    return minified/* safeParse */.xL(namedKey, json).data;
}
const callerIdentity = minified/* object */.Ik({
    authKind: loose(minified/* string */.Yj()),
    tokenKind: loose(minified/* string */.Yj()),
    tokenName: loose(minified/* string */.Yj()),
    serviceToken: loose(minified/* boolean */.zM()),
    scopes: loose(minified/* array */.YO(minified/* string */.Yj())),
});
function parseCallerIdentity(json) {
    return minified/* safeParse */.xL(callerIdentity, json).data;
}

;// CONCATENATED MODULE: ./build/launchdarkly/api-result.js





const NO_CONTENT = 204;
function readApiResult(exchange, expectation) {
    if (exchange.kind === 'no-response') {
        const { startedAt, receivedAt, heldMs = 0 } = exchange;
        const timing = {
            startedAt,
            receivedAt,
            heldMs,
            serverClock: undefined,
            retryAfterMs: undefined,
        };
        return { ...timing, kind: 'indeterminate', failure: readNetworkFailure(exchange) };
    }
    const { startedAt, receivedAt, heldMs = 0, headers, status, body } = exchange;
    const timing = {
        startedAt,
        receivedAt,
        heldMs,
        serverClock: (0,http_backoff/* parseServerClock */.vs)(headers),
        retryAfterMs: (status === 429 ? parseRateLimitWait : http_backoff/* parseRetryAfter */.mu)(headers, receivedAt),
    };
    if (status >= 400 && status <= 499 && status !== 408 && status !== 425) {
        return { ...timing, kind: 'rejected', error: readApiError(status, body) };
    }
    if (status === expectation.status && (body.kind === 'json' || status === NO_CONTENT)) {
        const value = expectation.parse(body.kind === 'json' ? body.json : undefined);
        if (value !== undefined) {
            return { ...timing, kind: 'ok', value };
        }
    }
    const failure = readResponseFailure(exchange, expectation.status);
    return { ...timing, kind: 'indeterminate', failure };
}
function readApiError(status, body) {
    if (body.kind === 'unreadable') {
        return { ...parseErrorBody(undefined), status, text: '', unreadable: body.why };
    }
    const json = body.kind === 'json' ? body.json : undefined;
    return { ...parseErrorBody(json), status, text: body.text };
}
function readResponseFailure(response, expectedStatus) {
    const { status, body } = response;
    const message = body.kind === 'json' ? parseErrorBody(body.json).message : undefined;
    const causeCode = `HTTP ${status}`;
    const common = { mayHaveBeenProcessed: true, isRetryable: true, causeCode, message };
    if (status >= 500 && status <= 599) {
        return { ...common, code: 'server-error', what: `answered ${status}` };
    }
    if (status === 408) {
        return { ...common, code: 'timeout', what: 'answered 408 (request timeout)' };
    }
    if (status === 425) {
        return { ...common, code: 'server-error', what: 'answered 425 (too early)' };
    }
    if (status >= 300 && status <= 399) {
        const what = `answered ${status}, a redirect, which is never followed`;
        return { ...common, code: 'unexpected-response', isRetryable: false, what };
    }
    return {
        ...common,
        code: 'unexpected-response',
        what: describeBody(status, expectedStatus, body),
    };
}
function describeBody(status, expectedStatus, body) {
    if (body.kind === 'unreadable') {
        return `answered ${status} with a body that can't be read: ${body.why}`;
    }
    if (status !== expectedStatus) {
        return `answered ${status} where ${expectedStatus} was expected`;
    }
    if (body.kind === 'text') {
        const size = body.text.length === 0 ? 'an empty body' : 'a body that is not JSON';
        return `answered ${status} with ${size}`;
    }
    return `answered ${status} with an unexpected body`;
}
const WRONG_SERVER_RETRY_LIMIT_MS = 10_000;
function readNetworkFailure(failed) {
    const { mayHaveBeenProcessed, code, cause, proxy, isDirect } = failed;
    const isRetryable = mayHaveBeenProcessed || !(0,error_codes/* isPermanentCode */.Uv)(code);
    const invalidAnswer = (0,error_codes/* describeInvalidAnswer */.tA)(code);
    const isWrongServer = code === 'ENOTFOUND' || invalidAnswer !== undefined;
    const retryLimitMs = isWrongServer ? WRONG_SERVER_RETRY_LIMIT_MS : undefined;
    const common = {
        mayHaveBeenProcessed,
        isRetryable,
        retryLimitMs,
        causeCode: code,
        cause,
        proxy,
        isDirect,
    };
    if (invalidAnswer !== undefined) {
        return { ...common, code: 'unexpected-response', what: invalidAnswer };
    }
    switch (code) {
        case 'ABORTED':
            return { ...common, code: 'timeout', what: 'did not respond before the time limit' };
        case 'RETRY_AFTER':
            return {
                ...common,
                code: 'server-error',
                what: 'asked to wait longer than the time limit allows',
            };
        case HELD:
            return {
                ...common,
                code: 'timeout',
                what: 'was not asked, because its rate limit did not allow a request within a second',
            };
        case 'ATTEMPT_TIMEOUT':
            return { ...common, code: 'timeout', what: 'did not answer in time' };
        default: {
            const what = mayHaveBeenProcessed
                ? `was lost before it responded (${code})`
                : `could not be reached${proxy === undefined ? '' : ` through the proxy ${proxy}`} (${code})`;
            return { ...common, code: 'network', what };
        }
    }
}

;// CONCATENATED MODULE: ./build/launchdarkly/client.js


const PAGE_SIZE = 100;
const GROUP_PAGE_SIZE = 20;
const MAX_DELETE_HELD_MS = 1_000;
function createClient(transport, signal) {
    const ask = async (request, expectation) => readApiResult(await transport.send(request, signal), expectation);
    const get = (route, query, parse) => ask({ method: 'GET', ...route, query }, { status: 200, parse });
    return {
        createGroup(desired) {
            const { key, name, projectKey, environmentKey, applicationKeys } = desired;
            const body = {
                name,
                key,
                projectKey,
                environmentKey,
                ...(applicationKeys.length > 0 && { applicationKeys }),
            };
            return ask({ method: 'POST', ...CREATE, body }, { status: 201, parse: parseGroupOf(key) });
        },
        getGroup: (key) => get(groupRoute(key), { expand: 'scores' }, parseGroupOf(key)),
        patchGroup: (key, patch) => ask({ method: 'PATCH', ...groupRoute(key), body: patch }, { status: 200, parse: parseGroupOf(key) }),
        deleteGroup: (key) => ask({ method: 'DELETE', ...groupRoute(key), maxHeldMs: MAX_DELETE_HELD_MS }, { status: 204, parse: () => true }),
        listGroups: (offset) => get(GROUPS, { ...pageQuery(GROUP_PAGE_SIZE, offset), sort: 'name' }, parseGroupPage),
        getEnvironment: (projectKey, environmentKey) => get(environmentRoute(projectKey, environmentKey), {}, parseNamedKey),
        getProject: (projectKey) => get(projectRoute(projectKey), {}, parseNamedKey),
        listEnvironments: (projectKey, offset) => get(environmentsRoute(projectKey), pageQuery(PAGE_SIZE, offset), parseNamedKeyPage),
        listProjects: (offset) => get(PROJECTS, pageQuery(PAGE_SIZE, offset), parseNamedKeyPage),
        findApplications: (keys) => {
            const filter = `key anyOf ${JSON.stringify(keys)}`;
            return get(APPLICATIONS, { filter, limit: String(keys.length) }, parseNamedKeyPage);
        },
        listApplications: (offset) => get(APPLICATIONS, pageQuery(PAGE_SIZE, offset), parseNamedKeyPage),
        getCallerIdentity: () => get(CALLER_IDENTITY, {}, parseCallerIdentity),
    };
}
const INSIGHTS = '/api/v2/engineering-insights/insights';
const CREATE = fixedRoute(`${INSIGHTS}/group`);
const GROUPS = fixedRoute(`${INSIGHTS}/groups`);
const PROJECTS = fixedRoute('/api/v2/projects');
const APPLICATIONS = fixedRoute('/api/v2/applications');
const CALLER_IDENTITY = fixedRoute('/api/v2/caller-identity');
function fixedRoute(path) {
    return { path, route: path };
}
function groupRoute(key) {
    return below(GROUPS, key, ':groupKey');
}
function projectRoute(projectKey) {
    return below(PROJECTS, projectKey, ':projectKey');
}
function environmentsRoute(projectKey) {
    const { path, route } = projectRoute(projectKey);
    return { path: `${path}/environments`, route: `${route}/environments` };
}
function environmentRoute(projectKey, environmentKey) {
    return below(environmentsRoute(projectKey), environmentKey, ':environmentKey');
}
function below({ path, route }, key, parameter) {
    return { path: `${path}/${encodeURIComponent(key)}`, route: `${route}/${parameter}` };
}
function pageQuery(limit, offset) {
    return { limit: String(limit), ...(offset > 0 && { offset: String(offset) }) };
}
function parseGroupOf(key) {
    return (json) => {
        const group = parseInsightGroup(json);
        return group?.key.toLowerCase() === key.toLowerCase() ? group : undefined;
    };
}

;// CONCATENATED MODULE: ./build/launchdarkly/clock-offset.js
const DATE_RESOLUTION_MS = 1_000;
class ClockOffset {
    #minOffsetMs = Number.NEGATIVE_INFINITY;
    #maxOffsetMs = Number.POSITIVE_INFINITY;
    observe({ startedAt, receivedAt, serverDate }) {
        const min = serverDate - receivedAt;
        const max = serverDate + DATE_RESOLUTION_MS - startedAt;
        const isConsistent = min < this.#maxOffsetMs && max > this.#minOffsetMs;
        this.#minOffsetMs = isConsistent ? Math.max(min, this.#minOffsetMs) : min;
        this.#maxOffsetMs = isConsistent ? Math.min(max, this.#maxOffsetMs) : max;
    }
    toLocal(serverTime) {
        return Number.isFinite(this.#minOffsetMs) ? serverTime - this.#minOffsetMs : serverTime;
    }
}

;// CONCATENATED MODULE: ./build/launchdarkly/rate-limit-gate.js
const MAX_IN_FLIGHT = 8;
const SHARERS = 4;
const WINDOW_TOLERANCE_MS = 2_000;
class RateLimitGate {
    #closedUntil = Number.NEGATIVE_INFINITY;
    #closedAt = Number.NEGATIVE_INFINITY;
    #unexplainedLimits = 0;
    #inFlight = 0;
    #maxInFlight;
    #isShared = false;
    #window;
    constructor(maxInFlight = 1) {
        this.#maxInFlight = maxInFlight;
    }
    get closedUntil() {
        return this.#closedUntil;
    }
    isOpen(now, deadlineAt) {
        const maxInFlight = Math.min(this.#maxInFlight, this.#affordable());
        return now >= this.opensAt(deadlineAt) && this.#inFlight < maxInFlight;
    }
    #affordable() {
        const { remaining } = this.#window ?? { remaining: 0 };
        return this.#isShared && remaining > 0 ? Math.ceil(remaining / SHARERS) : MAX_IN_FLIGHT;
    }
    opensAt(deadlineAt) {
        const { remaining, resetsAt } = this.#window ?? { remaining: 1, resetsAt: 0 };
        return remaining === 0 && resetsAt < deadlineAt
            ? Math.max(this.#closedUntil, resetsAt)
            : this.#closedUntil;
    }
    enter(now) {
        this.#inFlight += 1;
        if (this.#window === undefined) {
            return;
        }
        if (this.#window.remaining > 0) {
            this.#window.remaining -= 1;
        }
        else if (now >= this.#window.resetsAt) {
            this.#window = undefined;
            this.#maxInFlight = 1;
        }
    }
    leave(state) {
        this.#inFlight -= 1;
        if (state === undefined) {
            return;
        }
        const ageMs = this.#window === undefined ? Infinity : state.resetsAt - this.#window.resetsAt;
        if (ageMs > WINDOW_TOLERANCE_MS) {
            const remaining = Math.max(0, state.remaining - this.#inFlight);
            this.#window = { remaining, resetsAt: state.resetsAt };
        }
        else if (ageMs > -WINDOW_TOLERANCE_MS) {
            const counted = this.#window?.remaining ?? state.remaining;
            this.#isShared ||= state.remaining < counted;
            this.#window = { remaining: Math.min(state.remaining, counted), resetsAt: state.resetsAt };
        }
    }
    get unexplainedLimits() {
        return this.#unexplainedLimits;
    }
    noteUnexplainedLimit(startedAt) {
        if (startedAt >= this.#closedAt) {
            this.#unexplainedLimits += 1;
        }
    }
    widen(startedAt) {
        if (startedAt < this.#closedAt) {
            return;
        }
        this.#unexplainedLimits = 0;
        this.#maxInFlight = Math.min(MAX_IN_FLIGHT, this.#maxInFlight * 2);
    }
    closeUntil(at, now) {
        const isLater = at > this.#closedUntil;
        this.#closedUntil = Math.max(this.#closedUntil, at);
        this.#closedAt = now;
        this.#maxInFlight = 1;
        this.#window = undefined;
        return isLater;
    }
}

;// CONCATENATED MODULE: ./build/launchdarkly/unsent.js
function createUnsent(code, startedAt, receivedAt, cause) {
    return {
        kind: 'no-response',
        mayHaveBeenProcessed: false,
        code,
        cause,
        startedAt,
        receivedAt,
    };
}
function restateLimit(response, until, now) {
    const timeless = Object.entries(response.headers).filter(([name]) => name !== 'date' && !name.startsWith('x-ratelimit-'));
    const headers = {
        ...Object.fromEntries(timeless),
        'retry-after': ((until - now) / 1_000).toFixed(3),
    };
    return { ...response, headers, startedAt: now, receivedAt: now };
}

;// CONCATENATED MODULE: ./build/launchdarkly/pace.js





const MAX_CONCURRENT = 4;
const FIRST_REQUESTS = 2;
const MAX_JITTER_MS = 250;
const ANNOUNCED_CHANGE_MS = 1_000;
class Pace {
    #deps;
    #gates = new Map();
    #closedBy = new WeakMap();
    #clockOffset = new ClockOffset();
    #inFlight = { read: 0, write: 0 };
    #queue = [];
    #wakesAt = Number.POSITIVE_INFINITY;
    #announcedUntil = Number.NEGATIVE_INFINITY;
    #closing = new AbortController();
    constructor(deps) {
        this.#deps = deps;
    }
    enter(request, signal) {
        if (this.#closing.signal.aborted) {
            return Promise.resolve(this.#createAborted());
        }
        return new Promise((resolve) => {
            const queued = {
                gates: this.#gatesOf(request),
                kind: kindOf(request),
                admit: (refusal) => {
                    signal.removeEventListener('abort', abandon);
                    if (refusal === undefined) {
                        this.#inFlight[queued.kind] += 1;
                        for (const gate of queued.gates) {
                            gate.enter(this.#deps.now());
                        }
                    }
                    resolve(refusal);
                },
            };
            const abandon = () => {
                this.#queue.splice(this.#queue.indexOf(queued), 1);
                queued.admit();
            };
            this.#queue.push(queued);
            signal.addEventListener('abort', abandon);
            if (signal.aborted) {
                abandon();
            }
            this.#admitQueued();
        });
    }
    leave(request, exchange) {
        this.#inFlight[kindOf(request)] -= 1;
        const mustRetry = exchange.kind === 'response'
            ? this.#learn(request, exchange)
            : this.#forget(this.#gatesOf(request));
        this.#admitQueued();
        return mustRetry;
    }
    close() {
        this.#closing.abort();
        for (const { admit } of this.#queue.splice(0)) {
            admit(this.#createAborted());
        }
    }
    #createAborted() {
        const now = this.#deps.now();
        return createUnsent('ABORTED', now, now);
    }
    #forget(gates) {
        for (const gate of gates) {
            gate.leave();
        }
        return false;
    }
    #learn(request, response) {
        const { headers, status, startedAt, receivedAt } = response;
        const serverDate = (0,http_backoff/* parseServerClock */.vs)(headers);
        if (serverDate !== undefined) {
            this.#clockOffset.observe({ startedAt, receivedAt, serverDate });
        }
        const toLocal = (at) => this.#clockOffset.toLocal(at);
        const limits = readRateLimits(headers, { receivedAt, toLocal });
        for (const scope of RATE_LIMIT_SCOPES) {
            this.#gateOf(scope, request).leave(limits[scope]);
        }
        if (status === 429) {
            const gates = findExhaustedScopes(headers).map((scope) => this.#gateOf(scope, request));
            const waitMs = parseRateLimitWait(headers, receivedAt) ?? this.#backOff(gates, startedAt);
            return this.#close(gates, response, waitMs);
        }
        const askedMs = status >= 300 ? (0,http_backoff/* parseRetryAfter */.mu)(headers, receivedAt) : undefined;
        if (askedMs !== undefined) {
            this.#close([this.#gateOf('account', request)], response, askedMs);
        }
        else if (status < 500) {
            for (const gate of this.#gatesOf(request)) {
                gate.widen(startedAt);
            }
        }
        return false;
    }
    #close(gates, response, waitMs) {
        const { random, deadlineAt, onWait } = this.#deps;
        const until = response.receivedAt + waitMs;
        const jitterMs = Math.max(0, Math.floor(Math.min(random() * MAX_JITTER_MS, deadlineAt - until - 1)));
        for (const gate of gates) {
            if (gate.closeUntil(until + jitterMs, response.receivedAt)) {
                this.#closedBy.set(gate, response);
            }
        }
        const isInTime = until < deadlineAt;
        if (isInTime && until > this.#announcedUntil + ANNOUNCED_CHANGE_MS) {
            this.#announcedUntil = until;
            const why = response.status === 429
                ? "LaunchDarkly's rate limit was reached (429)"
                : `LaunchDarkly answered ${response.status} and asked to wait`;
            onWait({ ms: waitMs + jitterMs, why });
        }
        return isInTime;
    }
    #backOff(gates, startedAt) {
        const limitsBefore = Math.max(...gates.map(({ unexplainedLimits }) => unexplainedLimits));
        for (const gate of gates) {
            gate.noteUnexplainedLimit(startedAt);
        }
        const capMs = Math.min(http_backoff/* BACKOFF_CAP_MS */.NA, http_backoff/* BACKOFF_BASE_MS */.UQ * 2 ** limitsBefore);
        return Math.floor(this.#deps.random() * capMs);
    }
    #admitQueued() {
        const now = this.#deps.now();
        let wakesAt = Number.POSITIVE_INFINITY;
        for (const queued of [...this.#queue]) {
            const refusal = this.#findRefusal(queued, now);
            const isOpen = this.#inFlight[queued.kind] < MAX_CONCURRENT &&
                queued.gates.every((gate) => gate.isOpen(now, this.#deps.deadlineAt));
            if (refusal !== undefined || isOpen) {
                this.#queue.splice(this.#queue.indexOf(queued), 1);
                queued.admit(refusal);
            }
            else {
                const opensAt = Math.max(...queued.gates.map((gate) => gate.opensAt(this.#deps.deadlineAt)));
                wakesAt = Math.min(wakesAt, opensAt > now ? opensAt : wakesAt);
            }
        }
        this.#wakeAt(wakesAt, now);
    }
    #findRefusal({ gates }, now) {
        const gate = gates.find(({ closedUntil }) => closedUntil >= this.#deps.deadlineAt);
        const response = gate && this.#closedBy.get(gate);
        if (gate === undefined || response === undefined) {
            return undefined;
        }
        return response.status === 429
            ? restateLimit(response, gate.closedUntil, now)
            : createUnsent('RETRY_AFTER', now, now, response);
    }
    #wakeAt(at, now) {
        if (!Number.isFinite(at) || at >= this.#wakesAt) {
            return;
        }
        this.#wakesAt = at;
        void this.#deps.sleep(at - now, this.#closing.signal).then(() => {
            if (this.#wakesAt === at) {
                this.#wakesAt = Number.POSITIVE_INFINITY;
                this.#admitQueued();
            }
        });
    }
    #gatesOf(request) {
        return RATE_LIMIT_SCOPES.map((scope) => this.#gateOf(scope, request));
    }
    #gateOf(scope, request) {
        const name = scope === 'route' ? `${request.method} ${request.route ?? request.path}` : scope;
        const gate = this.#gates.get(name) ?? new RateLimitGate(scope === 'route' ? 1 : FIRST_REQUESTS);
        this.#gates.set(name, gate);
        return gate;
    }
}
function kindOf({ method }) {
    return method === 'GET' ? 'read' : 'write';
}

;// CONCATENATED MODULE: ./build/launchdarkly/throttle.js



function throttle(transport, deps) {
    const pace = new Pace(deps);
    return {
        async send(request, signal) {
            const { maxHeldMs = Number.POSITIVE_INFINITY } = request;
            const queuedAt = deps.now();
            for (;;) {
                const refusal = await pace.enter(request, signal);
                if (refusal !== undefined) {
                    return refusal;
                }
                if (!signal.aborted && deps.now() - queuedAt > maxHeldMs) {
                    const held = createUnsent(HELD, queuedAt, deps.now());
                    pace.leave(request, held);
                    return held;
                }
                const heldMs = deps.now() - queuedAt;
                const exchange = await transport.send(request, signal);
                if (!pace.leave(request, exchange)) {
                    return { ...exchange, heldMs };
                }
            }
        },
        close() {
            pace.close();
            return transport.close();
        },
    };
}

;// CONCATENATED MODULE: ./build/session.js











const DIAGNOSIS_TIMEOUT_MS = 10_000;
const LOOKUP_TIMEOUT_MS = 5_000;
const MAX_UNANSWERED_ATTEMPTS = 5;
function openSession(options) {
    const { inputs, timeoutMs, cancellation, secrets, isSeveral } = options;
    const { server, token, proxies } = inputs;
    tuneV8();
    let hasResponded = false;
    const isDirect = (0,http_proxies/* findRoute */.$6)(server.origin, proxies).kind === 'direct';
    const advice = isDirect ? http_proxies/* PROXY_ADVICE */.qu : 'Check HTTPS_PROXY: nothing came through the proxy.';
    const deadline = startDeadline(timeoutMs, cancellation, () => (hasResponded ? '' : advice));
    const transport = throttle(openTransport({
        origin: server.origin,
        token,
        proxies,
        secrets,
        now: steadyNow,
        observe: (seen) => {
            hasResponded ||= seen.exchange.kind === 'response';
            options.observe(seen);
        },
    }), {
        now: steadyNow,
        sleep: (ms, closing) => sleep(ms, AbortSignal.any([deadline.signal, closing])),
        random: Math.random,
        deadlineAt: steadyNow() + timeoutMs - http_backoff/* ATTEMPT_RESERVE_MS */.OB,
        onWait: options.announceWait,
    });
    const client = createClient(transport, deadline.signal);
    const askWithin = (limitMs) => {
        const signal = AbortSignal.any([deadline.signal, AbortSignal.timeout(limitMs)]);
        (0,external_node_events_.setMaxListeners)(0, signal);
        return createClient(transport, signal);
    };
    const applications = new Map();
    return {
        client,
        signal: deadline.signal,
        depsFor: (desired) => ({
            ...clockOf(deadline),
            client,
            isOneOfSeveral: isSeveral,
            maxUnansweredAttempts: isSeveral ? MAX_UNANSWERED_ATTEMPTS : undefined,
            announceWait: options.announceWait,
            diagnosis: {
                describeApiError: (error, operation, placement) => describeApiError(error, { operation, desired, server, placement }, askWithin(DIAGNOSIS_TIMEOUT_MS)),
                describeFailure: (failure, operation) => describeFailure(failure, { operation, desired, server }),
                locateEnvironment: () => locateEnvironment(desired, askWithin(DIAGNOSIS_TIMEOUT_MS)),
                findUnknownApplications: () => {
                    const key = JSON.stringify(desired.applicationKeys);
                    const unknown = applications.get(key) ?? findUnknownApplications(desired, askWithin(LOOKUP_TIMEOUT_MS));
                    applications.set(key, unknown);
                    return unknown;
                },
            },
        }),
        async close() {
            deadline.release();
            await transport.close();
        },
    };
}
function clockOf(deadline) {
    return {
        signal: deadline.signal,
        remainingMs: () => deadline.remainingMs(),
        now: () => ({ wallMs: Date.now(), uptimeMs: uptimeMs() }),
        sleep: (ms) => sleep(ms, deadline.signal),
        random: Math.random,
    };
}

;// CONCATENATED MODULE: ./build/run.js





















const SINGLE_TIMEOUT_MS = 120_000;
const SEVERAL_TIMEOUT_MS = 600_000;
const COMMENT_TIMEOUT_MS = 20_000;
async function run(name, env = process.env) {
    switch (name) {
        case 'create':
            return runCommand(createCommand, env);
        case 'delete':
            return runCommand(deleteCommand, env);
        case 'sync':
            return runCommand(syncCommand, env);
    }
}
async function runCommand(command, env) {
    const secrets = new Secrets((value) => setSecret(value));
    const log = new Log(secrets);
    const crash = new CrashReporter(command.name, secrets, log);
    process.on('uncaughtException', (error) => crash.report(error));
    try {
        await new Run(command, { env, secrets, log, crash }).run();
    }
    catch (error) {
        crash.report(error);
    }
    finally {
        log.flush();
    }
}
class Run {
    #command;
    #context;
    #github;
    #cancellation;
    #requests = 0;
    constructor(command, context) {
        this.#command = command;
        this.#context = context;
        this.#github = readGitHubContext(context.env);
        this.#cancellation = watchCancellation(command.afterCancellation);
    }
    async run() {
        const { log, crash } = this.#context;
        let inputs;
        const result = await run_settle(async () => {
            inputs = this.#command.readInputs({ ...this.#context, run: this.#github });
            return this.#execute(inputs);
        });
        const report = this.#report(inputs, crash.error ? failed(crash.error) : result);
        if (crash.error === undefined) {
            logReport(report, log);
        }
        this.#handOverOutputs(report);
        this.#writeSummary(report);
        if (inputs?.wantsComment) {
            await this.#comment(report, inputs);
        }
        this.#cancellation.release();
    }
    async #execute(inputs) {
        const { log, secrets } = this.#context;
        const isSeveral = this.#command.mayBeSeveral(inputs);
        for (const warning of inputs.warnings) {
            log.warning('An input is unusual', warning);
        }
        const session = openSession({
            inputs,
            timeoutMs: inputs.timeoutMs ?? (isSeveral ? SEVERAL_TIMEOUT_MS : SINGLE_TIMEOUT_MS),
            cancellation: this.#cancellation.signal,
            secrets,
            isSeveral,
            observe: ({ request: { method, path }, exchange, attempt }) => {
                this.#requests += 1;
                const result = exchange.kind === 'response' ? exchange.status : exchange.code;
                const elapsedMs = exchange.receivedAt - exchange.startedAt;
                logRequest({ attempt, method, path, result, elapsedMs }, log);
            },
            announceWait: (wait) => logWait(wait, log),
        });
        try {
            const result = await this.#command.execute(inputs, {
                session,
                source: { ...this.#context, run: this.#github },
                progress: new ProgressLog(log, inputs.isDryRun, uptimeMs),
            });
            const { failure = findInterruption(result.results, session.signal) } = result;
            return { ...result, failure };
        }
        finally {
            await session.close();
        }
    }
    #report(inputs, { results, failure, notices, warnings }) {
        return {
            command: this.#command.name,
            isSingle: inputs === undefined || !this.#command.mayBeSeveral(inputs),
            isDryRun: inputs?.isDryRun ?? false,
            results,
            failure,
            notices,
            warnings,
            helpUrl: this.#github.helpUrl,
            file: inputs && this.#command.findFile?.(inputs),
            origin: inputs?.server.origin,
            requests: this.#requests,
        };
    }
    #handOverOutputs(report) {
        const { log, secrets, crash } = this.#context;
        try {
            writeOutputs(report, secrets);
            crash.noteOutputs();
        }
        catch (error) {
            log.debug(`Outputs not written: ${String(error)}`);
            log.failure(errors/* SPECIAL_TITLES */.iN.outputs, [
                "The runner's file for outputs (GITHUB_OUTPUT) can't be written; the log says how the run ended.",
                "Next: Check the disk and the permissions of the runner's temporary folder, and run again.",
            ]);
        }
    }
    #writeSummary(report) {
        const { env, log, secrets } = this.#context;
        const file = env['GITHUB_STEP_SUMMARY'] ?? '';
        if (file === '') {
            log.debug('No job summary: GITHUB_STEP_SUMMARY is not set.');
            return;
        }
        try {
            appendSummary(file, (maxBytes) => (0,summary/* renderSummary */.Br)(report, secrets, maxBytes));
        }
        catch (error) {
            log.info('The job summary could not be written (GITHUB_STEP_SUMMARY).');
            log.debug(`Job summary not written: ${String(error)}`);
        }
    }
    async #comment(report, inputs) {
        const { log } = this.#context;
        if (listErrors(report).some(({ code }) => code === 'cancelled')) {
            return;
        }
        const chosen = choosePullRequest(this.#github, inputs.prNumber);
        if (chosen.kind === 'none') {
            logNoPullRequest(chosen.reason, log);
            return;
        }
        const { pullRequest } = chosen;
        const deadline = startDeadline(COMMENT_TIMEOUT_MS, this.#cancellation.signal);
        try {
            logCommentResult(await this.#publish(report, { inputs, pullRequest, deadline }), log);
        }
        catch (error) {
            log.debug(`Comment not written: ${String(error)}`);
            const why = 'The comment failed with an unexpected error; the debug log has more.';
            logCommentResult({ kind: 'failed', why }, log);
        }
        finally {
            deadline.release();
        }
    }
    async #publish(report, options) {
        const { inputs, pullRequest, deadline } = options;
        const { log, secrets } = this.#context;
        const { publishComment } = await __nccwpck_require__.e(/* import() */ 267).then(__nccwpck_require__.bind(__nccwpck_require__, 267));
        const { sleep, random } = clockOf(deadline);
        return publishComment({
            report,
            identity: this.#command.identifyComment(inputs),
            secrets,
            apiUrl: this.#github.apiUrl,
            githubToken: inputs.githubToken,
            pullRequest,
            proxies: inputs.proxies,
            deadline,
            sleep,
            random,
            observe: ({ method, path, result, elapsedMs }) => {
                log.debug(`GitHub: ${method} ${path} ${result} in ${Math.round(elapsedMs)} ms`);
            },
            announceWait: (wait) => logWait(wait, log),
        });
    }
}
async function run_settle(work) {
    try {
        return await work();
    }
    catch (error) {
        return failed(error instanceof errors/* ActionError */.lZ ? error : (0,errors/* explainUnexpected */.Vv)(error));
    }
}
function failed(failure) {
    return { results: [], notices: [], failure };
}

var __webpack_exports__run = __webpack_exports__.e;
export { __webpack_exports__run as run };
