'use strict';

const { createServer } = require('node:http');
const { createHash, randomUUID, timingSafeEqual } = require('node:crypto');
const { isUtf8 } = require('node:buffer');
const { parseArgs } = require('node:util');
const Ajv = require('ajv');
const addFormats = require('ajv-formats');
const express = require('express');

const MAX_BODY = 100 * 1024;
const DRAIN_TIMEOUT_MS = 5000;
const MORE_INFO_URL = 'https://support.sitecore.com';

function requiredEnv(name) {
  if (!process.env[name]) {
    console.error(`${name} must be set`);
    process.exit(1);
  }
  return process.env[name];
}

const sha256 = (value) => createHash('sha256').update(value).digest();
const CLIENT_KEY_HASH = sha256(requiredEnv('ORDERS_CLIENT_KEY'));
const API_TOKEN_HASH = sha256(requiredEnv('ORDERS_API_TOKEN'));

const ajv = new Ajv({ allErrors: true, strict: true });
addFormats(ajv, ['date-time']);

const toMillis = (text) => Date.parse(text.toUpperCase());

// A leap second is a valid date-time, but Date can't hold it.
ajv.addKeyword({
  keyword: 'storableInstant',
  type: 'string',
  schemaType: 'boolean',
  validate: (_schema, text) => !Number.isNaN(toMillis(text)),
});

const text = (minLength = 0) => ({ type: 'string', minLength, maxLength: 255 });
const instant = {
  type: 'string',
  format: 'date-time',
  // The format also lets a space and offsets such as +01 pass, which RFC 3339 doesn't have.
  pattern: '^[0-9-]{10}[Tt][0-9:]{8}(\\.[0-9]{1,30})?([Zz]|[+-][0-9]{2}:[0-9]{2})$',
  maxLength: 64,
  storableInstant: true,
};

const validateOrder = ajv.compile({
  type: 'object',
  required: ['currencyCode', 'orderedAt', 'price', 'referenceId'],
  additionalProperties: false,
  properties: {
    currencyCode: { type: 'string', pattern: '^[A-Z]{3}$' },
    orderedAt: instant,
    // Above this a double no longer holds every whole number.
    price: { type: 'number', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    referenceId: text(1),
    createdAt: instant,
    modifiedAt: instant,
    paymentType: text(),
    cardType: text(),
    pointOfSale: text(1),
    channel: {
      type: 'string',
      enum: ['WEB', 'MOBILE_WEB', 'MOBILE_APP', 'CALL_CENTER', 'AIRPORT_KIOSK', 'BRANCH', 'KIOSK',
        'OFFLINE', 'GDS', 'OTA', 'OTHER'],
    },
    status: {
      type: 'string',
      enum: ['BROWSED', 'CANCELLED', 'CONFIRMED', 'DECLINED', 'PARTIALY_CONFIRMED',
        'PARTIALY_REFUNDED', 'PAYMENT_PENDING', 'PENDING', 'PURCHASED', 'REFUNDED', 'RESERVED',
        'SEARCHED', 'UNKNOWN'],
    },
  },
});

function describe(errors, body) {
  const problems = new Map();
  for (const { instancePath, keyword, params, message } of errors) {
    let field = instancePath.slice(1);
    let problem = message;
    if (keyword === 'required') {
      field = params.missingProperty;
      problem = 'may not be null';
    } else if (keyword === 'additionalProperties') {
      field = params.additionalProperty;
      problem = 'is not a field of an order';
    } else if (field !== '' && body[field] === null) {
      problem = 'may not be null';
    } else if (keyword === 'enum') {
      problem = `must be one of ${params.allowedValues.join(', ')}`;
    } else if (['format', 'pattern', 'storableInstant'].includes(keyword) && field.endsWith('At')) {
      problem = 'must be an RFC 3339 date-time';
    }
    if (!problems.has(field)) problems.set(field, problem);
  }
  return [...problems].map(([field, problem]) => `${field || 'body'}: ${problem}.`).join(' ');
}

class ApiError extends Error {
  constructor(status, message, developerMessage = message) {
    super(message);
    this.status = status;
    this.developerMessage = developerMessage;
  }
}

const PARSER_MESSAGES = {
  'entity.parse.failed': 'body: is not valid JSON.',
  'entity.too.large': `body: may not be longer than ${MAX_BODY} bytes.`,
  'charset.unsupported': 'Content-Type: the charset must be utf-8.',
  'encoding.unsupported': 'Content-Encoding: is not supported.',
};

// Answering and closing while the client still sends could cost it the answer, so read on first.
function afterBody(req, respond) {
  if (req.readableEnded || req.destroyed) return respond();
  let timer;
  const done = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    respond();
  };
  timer = setTimeout(done, DRAIN_TIMEOUT_MS);
  req.once('end', done).once('close', done).resume();
}

// Express tells error middleware by its four parameters.
function onError(err, req, res, _next) {
  if (res.headersSent) return req.socket.destroy();
  let { message, developerMessage } = err;
  let status = err.status >= 400 && err.status < 500 ? err.status : 500;
  if (status === 500) {
    console.error(err);
    message = 'Internal server error';
  } else if (!(err instanceof ApiError)) {
    // A parser's own text can quote the body.
    message = PARSER_MESSAGES[err.type] ?? 'body: could not be read.';
    if (err.type === 'entity.too.large') status = 400;
  }
  developerMessage ??= message;
  const body = status === 401
    ? { status: 'UNAUTHORIZED', code: 401, message, moreInfoUrl: MORE_INFO_URL }
    : { status, code: status, message, developerMessage, moreInfoUrl: MORE_INFO_URL };
  afterBody(req, () => res.status(status).json(body));
}

function authenticate(req, res, next) {
  const headers = req.headersDistinct.authorization ?? [];
  const match = headers.length === 1
    && /^basic +((?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?)$/i.exec(headers[0]);
  const decoded = Buffer.from(match ? match[1] : '', 'base64');
  const colon = decoded.indexOf(':');
  // Hashes have equal lengths; comparing both every time hides which one is wrong.
  const userOk = timingSafeEqual(sha256(decoded.subarray(0, Math.max(colon, 0))), CLIENT_KEY_HASH);
  const tokenOk = timingSafeEqual(sha256(decoded.subarray(colon + 1)), API_TOKEN_HASH);
  if (colon >= 0 && userOk && tokenOk) return next();
  res.set('WWW-Authenticate', 'Basic realm="orders", charset="UTF-8"');
  throw new ApiError(401, 'Authentication credentials are required to access the resource. '
    + 'All requests must be authenticated.');
}

function requireJson(req, _res, next) {
  if (!/^application\/json *(;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw new ApiError(415, 'Content-Type: must be application/json.');
  }
  next();
}

const parseJson = express.json({
  limit: MAX_BODY,
  inflate: false,
  type: () => true, // requireJson has decided
  verify: (_req, _res, buffer, charset) => {
    if (charset !== 'utf-8') throw new ApiError(415, PARSER_MESSAGES['charset.unsupported']);
    // The decoder would silently replace bad bytes, and the order would differ from what was sent.
    if (!isUtf8(buffer)) throw new ApiError(400, 'body: is not valid UTF-8.');
  },
});

function createApp(baseUrl) {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.enable('strict routing').enable('case sensitive routing');

  const orders = new Map();

  app.use(authenticate);

  app.post('/v2.1/orders', requireJson, parseJson, (req, res) => {
    const order = req.body;
    if (!validateOrder(order)) throw new ApiError(400, describe(validateOrder.errors, order));

    // No await between the look-up and the insertion, so concurrent repeats can't both pass.
    const key = JSON.stringify([order.referenceId, toMillis(order.orderedAt)]);
    if (orders.has(key)) {
      throw new ApiError(409, "The resource already exists so it can't be created.",
        `Order with referenceId ${order.referenceId} and orderedAt ${order.orderedAt} already exists.`);
    }
    const ref = randomUUID();
    const now = new Date().toISOString();
    const created = {
      ref,
      href: `${baseUrl}/v2.1/orders/${ref}`,
      ...order,
      createdAt: now, // the service's own times, whatever the request says
      modifiedAt: now,
      contacts: { items: [] },
      consumers: { items: [] },
      orderItems: { items: [] },
    };
    orders.set(key, created);
    res.status(201).location(created.href).json(created);
  });

  app.all('/v2.1/orders', (_req, res) => {
    res.set('Allow', 'POST');
    throw new ApiError(405, 'Method not allowed.');
  });
  app.use(() => {
    throw new ApiError(404, 'Not found.');
  });
  app.use(onError);
  return app;
}

function main() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8000' } } });
  const server = createServer();
  server.requestTimeout = 60_000;
  // Clients reuse idle connections for longer than Node's default of five seconds.
  server.keepAliveTimeout = 75_000;
  server.listen(Number(values.port), '127.0.0.1', () => {
    const { port } = server.address();
    const baseUrl = process.env.ORDERS_BASE_URL ?? `http://127.0.0.1:${port}`;
    server.on('request', createApp(baseUrl.replace(/\/+$/, '')));
    console.log(`ready ${port}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    });
  }
}

main();
