// Ed25519: verifying a signature (RFC 8032, 5.1.7), strictly: the only encodings taken are the shortest ones.

const P = (1n << 255n) - 19n;
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;

const mod = (value, by = P) => { const rest = value % by; return rest < 0n ? rest + by : rest; };

function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = mod(result * base);
    base = mod(base * base);
  }
  return result;
}

const inverse = (value) => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

function little(bytes) {
  let number = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) number = (number << 8n) | BigInt(bytes[at]);
  return number;
}

// A point in extended coordinates [X, Y, Z, T] from its y and the lowest bit of its x; null when there is none.
function point(y, odd) {
  if (y >= P) return null;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  const found = mod(v * x * x);
  if (found !== u) {
    if (found !== mod(-u)) return null;
    x = mod(x * ROOT_OF_MINUS_ONE);
  }
  if (x === 0n && odd) return null;
  if ((x & 1n) !== odd) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function decoded(bytes) {
  const number = little(bytes);
  return point(number & ((1n << 255n) - 1n), number >> 255n);
}

function encoded(spot) {
  const across = inverse(spot[2]), x = mod(spot[0] * across), y = mod(spot[1] * across);
  let number = y | ((x & 1n) << 255n);
  const bytes = new Uint8Array(32);
  for (let at = 0; at < 32; at += 1, number >>= 8n) bytes[at] = Number(number & 255n);
  return bytes;
}

// 5.1.4: addition is complete, so it doubles too.
function plus(one, other) {
  const a = mod((one[1] - one[0]) * (other[1] - other[0])), b = mod((one[1] + one[0]) * (other[1] + other[0]));
  const c = mod(2n * one[3] * other[3] * D), d = mod(2n * one[2] * other[2]);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(number, spot) {
  let sum = [0n, 1n, 1n, 0n];
  for (; number > 0n; number >>= 1n) {
    if (number & 1n) sum = plus(sum, spot);
    spot = plus(spot, spot);
  }
  return sum;
}

const BASE = point(mod(4n * inverse(5n)), 0n);

function ed25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const owner = decoded(key), first = signature.slice(0, 32), second = little(signature.slice(32));
  if (owner === null || second >= ORDER) return false;
  const hash = mod(little(sha512(joined([first, key, message]))), ORDER);
  const minus = [mod(-owner[0]), owner[1], owner[2], mod(-owner[3])];
  return same(encoded(plus(times(second, BASE), times(hash, minus))), first);
}
